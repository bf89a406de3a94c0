import { existsSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { type Document, isSeq, parseDocument } from 'yaml';
import { discovery } from '../discovery/discovery.ts';
import { UserError } from '../domain/errors.ts';
import { type FleetFile, fleetFile, nameFor, serverName } from '../domain/fleet/fleet-file.ts';
import { readInputFile, readStandardInput } from '../io/input-file.ts';
import { writeFile } from '../io/write-files.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { type FleetPlace, fleetFrom, fleetPath } from './fleet-file.ts';
import type { Host } from './host.ts';

export type FleetAddOptions = FleetPlace & {
  name?: string | undefined;
  ref?: string | undefined;
  subdir?: string | undefined;
  owner?: string | undefined;
  from?: string | undefined;
};

const MOST_BYTES = 4 * 1024 * 1024;

const BEGUN = `# The MCP servers that are run here; "mcp-audit fleet run" looks at each. Its schema: checklists/schema/fleet.schema.json
targets: []
`;

type Wanted = { words: string; name: string };

/** Of what clients are configured to start, what can be looked at; the rest is named. */
const discovered = (host: Host, text: string): Wanted[] | null => {
  if (!text.trimStart().startsWith('{')) return null;
  const parsed = discovery.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error('it is JSON, but not what this version of discover writes');
  const seen = new Map<string, Wanted>();
  for (const { name, start } of parsed.data.servers) {
    const can = start.target !== '' && (start.kind === 'package' || start.kind === 'local');
    if (can) seen.set(start.target, seen.get(start.target) ?? { words: start.target, name });
    else host.stderr(`${visible(`${name} (${start.words}) is left out: ${LEFT_OUT[start.kind]}`)}\n`);
  }
  return [...seen.values()];
};

const LEFT_OUT = {
  package: 'where its code is was not told',
  local: 'where its code is was not told',
  image: 'images are not fetched here',
  remote: 'its code is not on this machine; add its repository by hand',
  'built-in': 'it comes with its client',
} as const;

/** A target a line (# begins a comment), or what discover wrote. */
const wantedIn = (host: Host, file: string): Wanted[] => {
  try {
    const bytes = file === '-' ? readStandardInput(MOST_BYTES) : readInputFile(file, MOST_BYTES);
    const text = bytes.toString('utf8');
    return (
      discovered(host, text) ??
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((words) => ({ words, name: '' }))
    );
  } catch (error) {
    throw new UserError(
      `${visible(file)} cannot be read (${(error as Error).message}), so nothing was added`,
      'name a text file with one target a line, or what mcp-audit discover --json wrote',
    );
  }
};

/** A folder is kept as it lies from the fleet's file, so that the file can be committed with what lies beside it. */
const kept = (file: string, target: string): string => {
  if (!existsSync(target)) return target;
  const near = relative(dirname(file), resolve(target)) || '.';
  return near.startsWith('..') || near.startsWith('.') ? near : `./${near}`;
};

/** Of an address over HTTP a name alone is a token; of one over SSH it is the account all share. */
const holdsCredential = (words: string): boolean => {
  if (redactSecrets(words) !== words) return true;
  if (!URL.canParse(words)) return false;
  const { protocol, username, password } = new URL(words);
  return password !== '' || (username !== '' && /^https?:$/.test(protocol));
};

const checked = (value: unknown, said: string): FleetFile => {
  const parsed = fleetFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${visible(said)} cannot be added: ${visible(issue?.path.slice(2).join('.') ?? '')} ${issue?.message ?? ''}, so the file is as it was`,
    'mcp-audit fleet add --help says what there is',
  );
};

const documentOf = (file: string): Document => {
  if (!existsSync(file)) return parseDocument(BEGUN);
  fleetFrom(file);
  return parseDocument(readInputFile(file, MOST_BYTES).toString('utf8'));
};

/** Adds servers to the fleet's file, which stays as a person wrote it. Nothing is fetched or looked at. */
export const fleetAdd = (host: Host, targets: readonly string[], o: FleetAddOptions): number => {
  const file = fleetPath(o);
  const asked: Wanted[] = [
    ...targets.map((words) => ({ words, name: o.name ?? '' })),
    ...(o.from === undefined ? [] : wantedIn(host, o.from)),
  ];
  if (asked.length === 0)
    throw new UserError(
      'no target was named, so nothing was added',
      'mcp-audit fleet add <target…>, or --from FILE',
    );
  if (o.name !== undefined && (asked.length > 1 || !serverName.safeParse(o.name).success))
    throw new UserError(
      asked.length > 1
        ? '--name is the name of one server, and several were named; nothing was added'
        : `"${visible(o.name)}" is no name of a server, so nothing was added`,
      'letters a-z, digits and -, for one target',
    );
  const doc = documentOf(file);
  const there = checked(doc.toJS(), basename(file)).targets;
  const names = new Set(there.map((t) => t.name));
  const known = new Set(there.map((t) => JSON.stringify([t.target, t.ref ?? '', t.subdir ?? ''])));
  const list = doc.get('targets');
  if (!isSeq(list))
    throw new UserError(`${visible(file)} has no list of targets`, 'give it one: targets: []');
  const asJson = /\.json$/i.test(file);
  if (!asJson) list.flow = false;
  const added: string[] = [];
  for (const { words, name: called } of asked) {
    if (holdsCredential(words))
      throw new UserError(
        'a target holds a credential, which would be committed with the file; nothing was added',
        'leave it out of the address: git asks your credential helper or ssh agent',
      );
    const target = kept(file, words);
    const key = JSON.stringify([target, o.ref ?? '', o.subdir ?? '']);
    if (known.has(key)) {
      host.stderr(`${visible(words)} is there already\n`);
      continue;
    }
    const name = o.name ?? nameFor(called || (existsSync(words) ? basename(resolve(words)) : words), names);
    list.add(
      doc.createNode({
        name,
        target,
        ...(o.ref && { ref: o.ref }),
        ...(o.subdir && { subdir: o.subdir }),
        ...(o.owner && { owner: o.owner }),
      }),
    );
    checked(doc.toJS(), words);
    names.add(name);
    known.add(key);
    added.push(name);
  }
  const text = asJson ? jsonText(doc.toJS()) : doc.toString({ lineWidth: 0 });
  if (added.length > 0) writeFile(file, text, { replaces: () => true });
  for (const name of added) host.stdout(`${name}\n`);
  host.stderr(
    `${plural(added.length, 'server')} added to ${visible(file)}, ${there.length + added.length} in all\n`,
  );
  return 0;
};
