// Prepares and probes real servers: from their sources, compared with what the source shows, and as published packages over
// HTTP, compared with what was measured of them by hand. Everything of a server runs in the sandbox alone.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createHost } from '../src/commands/host.ts';
import { prepareReady } from '../src/commands/live-start.ts';
import {
  type LiveOptions,
  type LiveTarget,
  planFor,
  requireSandbox,
  withLiveTarget,
} from '../src/commands/live-target.ts';
import { createTranscript } from '../src/live/client/transcript.ts';
import { probePrepared } from '../src/live/probe/probe.ts';
import { reportOf } from '../src/live/probe/report.ts';
import type { Seen } from '../src/live/probe/seen.ts';

const USAGE = `usage: npm run bench:live -- [--clones DIR] [--http] [--only TEXT]
  --clones DIR   clones of the servers that are prepared from their sources (owner+name/repo or owner/name)
  --http         published packages over HTTP, against what was measured of them by hand
  --only TEXT    only servers whose name contains it; may be repeated`;

const { values: args } = parseArgs({
  options: {
    clones: { type: 'string' },
    http: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (args.help || (!args.clones && !args.http)) {
  console.log(USAGE);
  process.exit(args.help ? 0 : 2);
}

type Source = { repo: string; subdir: string };
const SOURCES: readonly Source[] = [
  { repo: '', subdir: '' },
  { repo: 'modelcontextprotocol/servers', subdir: 'src/everything' },
  { repo: 'modelcontextprotocol/servers', subdir: 'src/filesystem' },
  { repo: 'modelcontextprotocol/servers', subdir: 'src/memory' },
  { repo: 'modelcontextprotocol/servers', subdir: 'src/git' },
  { repo: 'modelcontextprotocol/servers', subdir: 'src/time' },
  { repo: 'mark3labs/mcp-filesystem-server', subdir: '' },
  { repo: 'sonirico/mcp-shell', subdir: '' },
  { repo: 'rust-mcp-stack/rust-mcp-filesystem', subdir: '' },
  { repo: 'stephanj/MCPJavaFileSystem', subdir: '' },
];

/** Status of the answer to a foreign Origin, a foreign Host, and no token; whether sessions are handed out. */
type Measured = {
  origin: number;
  host: number;
  auth: 'none' | 'Bearer';
  session: 'UUIDv4' | 'stateless' | '';
};
type Published = { package: string; cmd: string; env: string[]; url: string; measured: Measured };
const at = (port: number, path = '/mcp'): string => `http://127.0.0.1:${port}${path}`;
const PUBLISHED: readonly Published[] = [
  {
    package: 'npm:@modelcontextprotocol/server-everything@2026.8.31',
    cmd: 'streamableHttp',
    env: ['PORT=3001'],
    url: at(3001),
    measured: { origin: 200, host: 200, auth: 'none', session: 'UUIDv4' },
  },
  {
    package: 'npm:@upstash/context7-mcp@4.1.1',
    cmd: '--transport http --port 3002',
    env: [],
    url: at(3002),
    measured: { origin: 200, host: 200, auth: 'none', session: 'stateless' },
  },
  {
    package: 'npm:figma-developer-mcp@0.13.2',
    cmd: '--port 3003',
    env: ['FIGMA_API_KEY=x'],
    url: at(3003),
    measured: { origin: 200, host: 403, auth: 'none', session: 'stateless' },
  },
  {
    package: 'npm:mcp-server-kubernetes@4.1.7',
    cmd: '',
    env: ['ENABLE_UNSAFE_STREAMABLE_HTTP_TRANSPORT=1', 'PORT=3004'],
    url: at(3004),
    measured: { origin: 200, host: 403, auth: 'none', session: 'stateless' },
  },
  {
    package: 'npm:firecrawl-mcp@3.22.2',
    cmd: '',
    env: ['HTTP_STREAMABLE_SERVER=true', 'FIRECRAWL_API_KEY=x', 'PORT=3005'],
    url: at(3005),
    measured: { origin: 200, host: 200, auth: 'none', session: 'stateless' },
  },
  {
    package: 'npm:@notionhq/notion-mcp-server@2.5.2',
    cmd: '--transport http --port 3006 --auth-token x',
    env: ['NOTION_TOKEN=x'],
    url: at(3006),
    measured: { origin: 401, host: 401, auth: 'Bearer', session: '' },
  },
  {
    package: 'npm:@playwright/mcp@0.0.83',
    cmd: '--port 3007',
    env: [],
    url: at(3007),
    measured: { origin: 200, host: 403, auth: 'none', session: 'UUIDv4' },
  },
];

const wanted = (name: string): boolean =>
  args.only.length === 0 || args.only.some((o) => name.toLowerCase().includes(o.toLowerCase()));

const home = mkdtempSync(join(tmpdir(), 'mcp-audit-bench-live-'));
const host = {
  ...createHost({ ...process.env, MCP_AUDIT_HOME: home }),
  progress: () => {},
  stderr: () => {},
};

type Probed = { prepareS: number; seen: Seen; processorMs: number; report: ReturnType<typeof reportOf> };

const probed = async (
  target: LiveTarget | null,
  source: string | undefined,
  o: LiveOptions,
): Promise<Probed> => {
  const planned = await planFor(host, source, o, target);
  const means = await requireSandbox(host);
  const began = performance.now();
  const ready = await prepareReady(host, o, target, planned, means);
  const prepareS = Math.round((performance.now() - began) / 100) / 10;
  try {
    const used = process.cpuUsage();
    const seen = await probePrepared(() => ready.prepared.open(), ready.prepared.launch, createTranscript());
    const { user, system } = process.cpuUsage(used);
    const report = reportOf(
      seen,
      { ...ready.context, url: '' },
      { surface: target?.surface ?? null, lock: null },
    );
    return { prepareS, seen, processorMs: Math.round((user + system) / 1000), report };
  } finally {
    ready.prepared.remove();
  }
};

const short = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 200);

const folderOf = (repo: string): string | null =>
  repo === ''
    ? resolve('sample/notes-server')
    : ([join(resolve(args.clones!), repo.replace('/', '+'), 'repo'), join(resolve(args.clones!), repo)].find(
        (f) => existsSync(f),
      ) ?? null);

if (args.clones) {
  console.log(
    '| server | prepared | first answer | all of it | own processor | tools live, in the source | source differs | other differences | behaviour |\n|---|---|---|---|---|---|---|---|---|',
  );
  for (const { repo, subdir } of SOURCES) {
    const name = `${repo || 'sample'} ${subdir}`.trim();
    const folder = folderOf(repo);
    if (!wanted(name)) continue;
    if (folder === null) {
      console.log(`| ${name} | no clone | | | | | | | |`);
      continue;
    }
    try {
      const p = await withLiveTarget(host, folder, { subdir: subdir || undefined }, (t) =>
        probed(t, undefined, {}),
      );
      const { report: r } = p;
      const tools = r.tools.filter((t) => t.kind === 'tool').length;
      const against = (is: boolean): number =>
        r.differences.filter((d) => (d.against === 'source') === is).length;
      console.log(
        `| ${name} | ${p.prepareS} s | ${r.startMs} ms | ${r.probeMs} ms | ${p.processorMs} ms | ${r.era === 'none' ? r.problem : `${tools}, ${r.staticTools}`} | ${against(true)} | ${against(false)} | ${r.traced ? `${r.behaviour.filter((b) => b.against.length > 0).length} of ${r.behaviour.length}` : 'not looked at'} |`,
      );
    } catch (error) {
      console.log(`| ${name} | ${short(error)} | | | | | | | |`);
    }
  }
}

const sessionOf = (seen: Seen): Measured['session'] => {
  const [first] = seen.http?.sessions ?? [];
  if (first === undefined)
    return seen.era === 'none' || seen.replies.hello?.result === undefined ? '' : 'stateless';
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(first) ? 'UUIDv4' : '';
};

if (args.http) {
  console.log(
    '\n| package | Origin | Host | auth | session | as measured by hand |\n|---|---|---|---|---|---|',
  );
  for (const { package: name, cmd, env, url, measured } of PUBLISHED) {
    if (!wanted(name)) continue;
    try {
      const { seen } = await probed(null, name, { cmd: cmd || undefined, env, url });
      const answers = seen.http?.answers ?? {};
      const status = (probe: string): number => answers[probe]?.status ?? 0;
      const now: Measured = {
        origin: status('evilOrigin'),
        host: status('evilHost'),
        auth: status('hello') === 401 ? 'Bearer' : 'none',
        session: sessionOf(seen),
      };
      const other = (Object.keys(measured) as (keyof Measured)[]).filter((k) => now[k] !== measured[k]);
      const said = other.map((k) => `${k} was ${measured[k] || 'not seen'}`).join(', ');
      console.log(
        `| ${name.slice(4)} | ${now.origin} | ${now.host} | ${now.auth} | ${now.session || '–'} | ${seen.era === 'none' ? `could not be asked: ${seen.problem}` : said || 'the same'} |`,
      );
    } catch (error) {
      console.log(`| ${name.slice(4)} | | | | | ${short(error)} |`);
    }
  }
}
rmSync(home, { recursive: true, force: true });
