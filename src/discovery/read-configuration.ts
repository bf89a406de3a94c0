import { type Parsed, parseJson } from '../analysis/files/parse-json.ts';
import { parseToml } from '../analysis/files/parse-toml.ts';
import { parseYaml } from '../analysis/files/parse-yaml.ts';
import { type Bag, bag, entriesOf, list, text } from '../analysis/files/shape.ts';
import { numbered } from '../text/plural.ts';
import { type Format, formatOf, type Shape } from './clients.ts';

/** A server as a client's configuration has it. Holds credentials: nothing of it is printed as it stands. */
export type Configured = {
  name: string;
  line: number;
  enabled: boolean;
  command: string;
  args: string[];
  /** Values by name; what refers to a variable, an input or a file is kept as it is written. */
  env: [name: string, value: string][];
  url: string;
  headers: [name: string, value: string][];
  /** Whether the client says that it holds this itself, and starts nothing for it. */
  builtIn: boolean;
  /** How its tools are called without asking, in words. */
  approved: string[];
  /** The project it is for, where a file of the user says that. */
  project: string;
};

export type ReadConfiguration =
  | {
      ok: true;
      servers: Configured[];
      /** Of all servers of the client there: how they are called without asking, in words. */
      approved: string[];
      /** The same of servers that a project brings. */
      approvedOfProjects: string[];
      /** Folders of projects the client knows. */
      projects: string[];
      /** Entries that are none, in words. */
      odd: string[];
    }
  | { ok: false; why: string };

const MOST_SERVERS = 500;
const MOST_WORDS = 200;

const words = (value: unknown): string[] =>
  list(value)
    .filter((v) => typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean')
    .map(String)
    .slice(0, MOST_WORDS);
const pairs = (value: unknown): [string, string][] =>
  entriesOf(value)
    .filter(([, v]) => typeof v === 'string' || typeof v === 'number' || typeof v === 'boolean')
    .map(([k, v]): [string, string] => [k, String(v)])
    .slice(0, MOST_WORDS);

const all = (value: unknown): boolean => value === true || words(value).includes('*');

/** The ways in which clients say that nobody is asked. */
const approvalsOf = (o: Bag): string[] => {
  const tools = [o.alwaysAllow, o.autoApprove, o.always_allow].flatMap(words).filter((t) => t !== '*');
  return [
    ...(o.trust === true ? ['trust: true'] : []),
    ...(all(o.alwaysAllow) || all(o.autoApprove) ? ['all tools, always'] : []),
    ...(o.sandboxEnabled === true ? ['sandboxEnabled: true, with which the client asks no more'] : []),
    ...(tools.length > 0
      ? [
          `${numbered(tools.length, 'tool')} ${tools.slice(0, 6).join(', ')}${tools.length > 6 ? ` and ${tools.length - 6} more` : ''}`,
        ]
      : []),
  ];
};

const textOf = (...values: unknown[]): string => values.map(text).find((v) => v !== '') ?? '';

/** One entry, in the words of any client: they differ in few. */
const serverOf = (name: string, value: unknown, line: number): Configured | null => {
  const o = bag(value);
  // Zed of before: {command: {path, args, env}}.
  const inner = bag(o.command);
  const whole = list(o.command).length > 0 ? words(o.command) : null;
  const command = whole?.[0] ?? textOf(o.command, o.cmd, inner.path);
  const url = textOf(o.url, o.serverUrl, o.httpUrl, o.uri);
  const builtIn = text(o.type) === 'builtin' || text(o.type) === 'platform';
  if (command === '' && url === '' && !builtIn) return null;
  return {
    name,
    line,
    enabled: o.disabled !== true && o.enabled !== false,
    command,
    args: [...(whole?.slice(1) ?? []), ...words(o.args), ...words(inner.args)],
    env: [...pairs(o.env), ...pairs(o.envs), ...pairs(o.environment), ...pairs(inner.env)],
    url,
    headers: [...pairs(o.headers), ...pairs(o.http_headers), ...pairs(bag(o.requestOptions).headers)],
    builtIn,
    approved: approvalsOf(o),
    project: '',
  };
};

type Found = Omit<Extract<ReadConfiguration, { ok: true }>, 'ok'>;
type Path = (string | number)[];

const nothing = (): Found => ({
  servers: [],
  approved: [],
  approvedOfProjects: [],
  projects: [],
  odd: [],
});

/** The servers of a map by name, or of a list whose entries have one. */
const serversAt = (
  parsed: Extract<Parsed, { ok: true }>,
  path: Path,
  take = (v: unknown): unknown => v,
): Found => {
  const held = path.reduce<unknown>((v, k) => (typeof k === 'number' ? list(v)[k] : bag(v)[k]), parsed.value);
  if (held === undefined || held === null) return nothing();
  const entries: [Path, string, unknown][] = Array.isArray(held)
    ? held.map((v, i) => [[...path, i], textOf(bag(v).name, bag(v).id) || `#${i + 1}`, v])
    : entriesOf(held).map(([name, v]) => [[...path, name], name, v]);
  const found = nothing();
  if (typeof held !== 'object') found.odd.push(`${path.join('.')} is no list of servers`);
  for (const [at, name, v] of entries.slice(0, MOST_SERVERS)) {
    const server = serverOf(name, take(v), parsed.lineOf(at));
    if (server) found.servers.push(server);
    else found.odd.push(`"${name.slice(0, 80)}" says neither a command nor an address`);
  }
  if (entries.length > MOST_SERVERS) found.odd.push(`${entries.length - MOST_SERVERS} more servers`);
  return found;
};

const joined = (...parts: Found[]): Found => ({
  servers: parts.flatMap((p) => p.servers),
  approved: parts.flatMap((p) => p.approved),
  approvedOfProjects: parts.flatMap((p) => p.approvedOfProjects),
  projects: parts.flatMap((p) => p.projects),
  odd: parts.flatMap((p) => p.odd),
});

const settingsOf = (o: Bag): Found => ({
  ...nothing(),
  approved:
    text(bag(o.permissions).defaultMode) === 'bypassPermissions'
      ? ['permissions.defaultMode: bypassPermissions']
      : [],
  approvedOfProjects: o.enableAllProjectMcpServers === true ? ['enableAllProjectMcpServers: true'] : [],
});

type Reader = (parsed: Extract<Parsed, { ok: true }>) => Found;

const READERS: Record<Shape, Reader> = {
  mcpServers: (p) => serversAt(p, ['mcpServers']),
  servers: (p) => joined(serversAt(p, ['servers']), serversAt(p, ['mcpServers'])),
  'vscode-settings': (p) => {
    const tools = bag(p.value)['chat.tools.autoApprove'] ?? bag(p.value)['chat.tools.global.autoApprove'];
    return joined(
      serversAt(p, ['mcp', 'servers']),
      serversAt(p, ['mcp.servers']),
      serversAt(p, ['settings', 'mcp', 'servers']),
      serversAt(p, ['settings', 'mcp.servers']),
      { ...nothing(), approved: tools === true ? ['chat.tools.autoApprove: true'] : [] },
    );
  },
  devcontainer: (p) =>
    joined(
      serversAt(p, ['customizations', 'vscode', 'mcp', 'servers']),
      serversAt(p, ['customizations', 'vscode', 'settings', 'mcp', 'servers']),
    ),
  'claude-code': (p) =>
    joined(
      serversAt(p, ['mcpServers']),
      ...entriesOf(bag(p.value).projects).map(([project]) => {
        const local = serversAt(p, ['projects', project, 'mcpServers']);
        return {
          ...local,
          servers: local.servers.map((s) => ({ ...s, project })),
          projects: [project],
        };
      }),
    ),
  'claude-settings': (p) => settingsOf(bag(p.value)),
  zed: (p) => serversAt(p, ['context_servers']),
  codex: (p) =>
    joined(serversAt(p, ['mcp_servers']), {
      ...nothing(),
      approved: text(bag(p.value).approval_policy) === 'never' ? ['approval_policy: never'] : [],
      projects: entriesOf(bag(p.value).projects).map(([path]) => path),
    }),
  continue: (p) => serversAt(p, ['mcpServers']),
  'continue-json': (p) =>
    joined(
      serversAt(p, ['mcpServers']),
      serversAt(p, ['experimental', 'modelContextProtocolServers'], (v) => ({
        ...bag(v),
        ...bag(bag(v).transport),
      })),
    ),
  goose: (p) =>
    joined(serversAt(p, ['extensions']), {
      ...nothing(),
      approved: text(bag(p.value).GOOSE_MODE) === 'auto' ? ['GOOSE_MODE: auto'] : [],
    }),
  opencode: (p) => serversAt(p, ['mcp']),
  mcpb: (p) => {
    const server = bag(bag(p.value).server);
    const name = textOf(bag(p.value).name) || 'extension';
    const started = bag(server.mcp_config);
    const one = serverOf(name, started, p.lineOf(['server', 'mcp_config']));
    return one
      ? { ...nothing(), servers: [one] }
      : { ...nothing(), odd: ['the manifest does not say how it is started'] };
  },
};

const PARSERS: Record<Format, (text: string) => Parsed> = {
  json: parseJson,
  toml: parseToml,
  yaml: parseYaml,
};

/** What a file says. An empty file says nothing; one that cannot be read, why: the reason quotes nothing of it. */
export const readConfiguration = (path: string, shape: Shape, content: string): ReadConfiguration => {
  if (content.trim() === '') return { ok: true, ...nothing() };
  const format = formatOf(path);
  const parsed = PARSERS[format](content);
  if (!parsed.ok)
    // Parsers quote what they stumbled on: that may be half a credential.
    return { ok: false, why: `it is no ${format.toUpperCase()} that can be read` };
  return { ok: true, ...READERS[shape](parsed) };
};
