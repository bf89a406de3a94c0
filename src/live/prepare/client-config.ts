import { parse as parseJsonc } from 'jsonc-parser';
import { list, record } from '../client/protocol.ts';
import { SERVED } from './plan.ts';
import { DATABASE } from './served.ts';

/** How authors say a server is started: blocks of client configuration in a README, `.mcp.json`, `server.json`. */
export type Said = { command: string; args: string[]; env: Record<string, string> };

const textsIn = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(record(value)).map(([k, v]) => [k, typeof v === 'string' ? v : String(v)]),
  );

const serversIn = (value: unknown): Said[] => {
  const o = record(value);
  const named = [o.mcpServers, o.servers, record(o.mcp).servers, o.context_servers].flatMap((s) =>
    Object.values(record(s)),
  );
  return named.flatMap((s) => {
    const { command, args, env } = record(s);
    return typeof command === 'string' ? [{ command, args: list(args).map(String), env: textsIn(env) }] : [];
  });
};

const MOST_BLOCKS = 60;

/** From JSON with comments, whole or in the fenced blocks of a Markdown text. */
export const saidIn = (text: string, markdown: boolean): Said[] => {
  const blocks = markdown
    ? text
        .split(/^[ \t]{0,12}```/m)
        .filter((_, i) => i % 2 === 1)
        .map((b) => b.slice(b.indexOf('\n') + 1))
        .slice(0, MOST_BLOCKS)
    : [text];
  return blocks.flatMap((b) => {
    if (!b.includes('"command"')) return [];
    const from = b.indexOf('{');
    const whole = parseJsonc(b.slice(Math.max(0, from)), [], { allowTrailingComma: true }) as unknown;
    const bare = parseJsonc(`{${b}}`, [], { allowTrailingComma: true }) as unknown;
    const found = serversIn(whole);
    return found.length > 0 ? found : serversIn(bare);
  });
};

const RUNNERS = /^(?:npx|bunx|uvx|pnpm|yarn|pipx|npm|uv|docker|node|python3?|deno|bun)$/;

/** The words behind what is run, which are the server's own: `npx -y pkg /some/path` → `/some/path`. */
export const ownArguments = (s: Said, names: readonly string[]): string[] => {
  if (s.command === 'docker') return [];
  const isName = (word: string): boolean =>
    names.some((n) => n !== '' && (word === n || word.startsWith(`${n}@`) || word.startsWith(`${n}==`)));
  const at = s.args.findLastIndex(isName);
  const rest =
    at >= 0
      ? s.args.slice(at + 1)
      : RUNNERS.test(s.command)
        ? s.args.slice(1).filter((a) => !/\.(?:[cm]?[jt]s|py)$/.test(a))
        : s.args;
  // A path of the author's machine means a folder to serve.
  return rest.map((a) =>
    /\.(?:db|sqlite3?)$/i.test(a)
      ? DATABASE
      : /^(?:[~/]|[A-Za-z]:\\|\$\{?\w*(?:HOME|Folder))|path[-_/ ]?to|[Pp]ath\//.test(a)
        ? SERVED
        : a,
  );
};

/** The first that names the package, else the first there is. */
export const bestSaid = (said: readonly Said[], names: readonly string[]): Said | null =>
  said.find(
    (s) =>
      s.command !== 'docker' &&
      s.args.concat(s.command).some((a) => names.some((n) => n !== '' && a.includes(n))),
  ) ??
  said.find((s) => s.command !== 'docker') ??
  null;

/** What a registry entry (`server.json`) asks for: names of variables, and arguments with a fixed value. */
export const registrySaid = (text: string): { env: string[]; args: string[] } => {
  let o: Record<string, unknown>;
  try {
    o = record(JSON.parse(text));
  } catch {
    return { env: [], args: [] };
  }
  const packages = list(o.packages).map(record);
  return {
    env: packages.flatMap((p) =>
      list(p.environmentVariables)
        .map(record)
        .flatMap((v) => (typeof v.name === 'string' && /^[A-Za-z_]\w{0,80}$/.test(v.name) ? [v.name] : [])),
    ),
    args: [],
  };
};
