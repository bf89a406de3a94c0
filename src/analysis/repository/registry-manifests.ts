import type { Parsed } from '../files/parse-json.ts';
import { bag, entriesOf, list, text } from '../files/shape.ts';
import { plural } from '../files/words.ts';
import { namesSecretVariable } from './secret-variables.ts';

/** What registry entries (`server.json`) and desktop bundles (MCPB, earlier DXT) say is run, with lines. */

type Document = Extract<Parsed, { ok: true }>;
export type Remark = {
  rule: string;
  say: string;
  detail?: string;
  line: number;
  lead?: 'strong' | 'moderate' | 'weak';
};
export type RegistryEntry = { summary: string; detail: string[]; line: number; remarks: Remark[] };

const exact = (version: string): boolean =>
  /^v?\d{1,30}(?:\.\d{1,30}){0,9}(?:[-+.][\w.-]{1,200})?$/.test(version);
const hostOf = (url: string): string => /^https?:\/\/([^/:?#]{1,200})/i.exec(url)?.[1]?.toLowerCase() ?? '';

/** Schema of 2025-12: packages to install, and remotes to connect to. */
export const readServerJson = (d: Document): RegistryEntry => {
  const root = bag(d.value);
  const remarks: Remark[] = [];
  const detail: string[] = [];
  const packages = list(root.packages).slice(0, 50).map(bag);
  const remotes = list(root.remotes).slice(0, 50).map(bag);
  packages.forEach((p, i) => {
    const kind = text(p.registryType) || text(p.registry_type) || text(p.registry_name) || 'unnamed registry';
    const name = text(p.identifier) || text(p.name);
    const version = text(p.version);
    const transport = text(bag(p.transport).type);
    detail.push(
      `installs ${kind} ${name}${version ? ` ${version}` : ''}${transport ? `, ${transport}` : ''}${text(p.runtimeHint) ? `, by ${text(p.runtimeHint)}` : ''}`,
    );
    if (version !== '' && !exact(version))
      remarks.push({
        rule: 'registry-version-moves',
        say: `server.json installs ${name} at ${version}, not one version`,
        line: d.lineOf(['packages', i, 'version']),
        lead: 'moderate',
      });
    if (kind === 'mcpb' && text(p.fileSha256) === '')
      remarks.push({
        rule: 'bundle-without-hash',
        say: `server.json gives no fileSha256 for the bundle ${name}`,
        detail: 'The registry’s schema asks for it; clients compare the download with it.',
        line: d.lineOf(['packages', i]),
        lead: 'moderate',
      });
    const variables = [...list(p.environmentVariables), ...list(p.environment_variables)].map(bag);
    const open = variables.filter(
      (v) => namesSecretVariable(text(v.name)) && v.isSecret !== true && v.is_secret !== true,
    );
    if (open.length > 0)
      remarks.push({
        rule: 'secret-not-marked',
        say: `server.json does not mark ${open
          .map((v) => text(v.name))
          .slice(0, 3)
          .join(', ')} as secret`,
        detail: 'Clients show and store such a value in clear.',
        line: d.lineOf(['packages', i]),
      });
  });
  remotes.forEach((r, i) => {
    const url = text(r.url);
    detail.push(`connects to ${url} (${text(r.type) || text(r.transport_type) || 'no type'})`);
    if (/^http:\/\//i.test(url) && !/^(?:localhost|127\.)/.test(hostOf(url)))
      remarks.push({
        rule: 'remote-in-clear',
        say: `server.json sends clients to ${url} without encryption`,
        line: d.lineOf(['remotes', i]),
        lead: 'strong',
      });
  });
  return {
    summary: `server.json offers ${plural(packages.length, 'package')} and ${plural(remotes.length, 'remote')}`,
    detail,
    line: d.lineOf([packages.length > 0 ? 'packages' : remotes.length > 0 ? 'remotes' : 'name']),
    remarks,
  };
};

/** null when the file is another kind of manifest. `has` tells whether the tree holds a path. */
export const readBundle = (d: Document, has: (path: string) => boolean): RegistryEntry | null => {
  const root = bag(d.value);
  if (!('dxt_version' in root || 'mcpb_version' in root || 'manifest_version' in root) || !('server' in root))
    return null;
  const server = bag(root.server);
  const run = bag(server.mcp_config);
  const command = [text(run.command), ...list(run.args).map(text)].join(' ').slice(0, 200);
  const entry = text(server.entry_point);
  const remarks: Remark[] = [];
  if (/^(?:npx|uvx|uv|bunx|docker|pipx)\b/.test(text(run.command)) || text(server.type) === 'uv')
    remarks.push({
      rule: 'bundle-fetches',
      say: `The bundle fetches code when it starts: ${text(server.type) === 'uv' ? 'type uv' : text(run.command)}`,
      detail: `What runs is not what the bundle holds: ${command}`,
      line: d.lineOf(['server']),
      lead: 'weak',
    });
  if (entry !== '' && !has(entry.replace(/^(?:\$\{__dirname\}|\.)\//, '')))
    remarks.push({
      rule: 'bundle-entry-point',
      say: `The bundle’s entry point ${entry} is not in the repository`,
      detail: 'It is built; compare the published bundle with a build of these sources.',
      line: d.lineOf(['server', 'entry_point']),
    });
  const settings = entriesOf(root.user_config);
  const open = settings.filter(([key, value]) => namesSecretVariable(key) && bag(value).sensitive !== true);
  if (open.length > 0)
    remarks.push({
      rule: 'secret-not-marked',
      say: `The bundle does not mark ${open
        .map(([k]) => k)
        .slice(0, 3)
        .join(', ')} as sensitive`,
      detail: 'Clients show and store such a value in clear.',
      line: d.lineOf(['user_config', open[0]![0]]),
    });
  return {
    summary: `A desktop bundle of type ${text(server.type) || 'unknown'} starts ${command || entry || 'nothing named'}`,
    detail: [
      `Entry point: ${entry || 'none'}.`,
      `Settings: ${
        settings
          .map(([k]) => k)
          .slice(0, 12)
          .join(', ') || 'none'
      }.`,
      `Tools named: ${
        list(root.tools)
          .map((t) => text(bag(t).name))
          .filter(Boolean)
          .slice(0, 30)
          .join(', ') || 'none'
      }${root.tools_generated === true ? ', and others made at run time' : ''}.`,
      ...(list(root.privacy_policies).length > 0
        ? [`Privacy policies: ${list(root.privacy_policies).map(text).slice(0, 4).join(', ')}.`]
        : []),
    ],
    line: d.lineOf(['server']),
    remarks,
  };
};
