import { lineFinder } from '../../analysis/files/lines.ts';
import {
  below,
  isBuildConfiguration,
  isExamplePath,
  isGeneratedPath,
  isHelperPath,
  isTestPath,
  isVendoredPath,
  languageOf,
} from '../../analysis/files/paths.ts';
import { readTexts } from '../../analysis/files/read-texts.ts';
import {
  type ComputedIn,
  computedReads,
  resolvedReads,
} from '../../analysis/repository/computed-variables.ts';
import { environmentReads } from '../../analysis/repository/environment-variables.ts';
import {
  imagesBuilt,
  type Launch,
  launchesIn,
  pipedDownloads,
} from '../../analysis/repository/launch-commands.ts';
import { endOfServer, weaknessLanguage } from '../../analysis/sources/source.ts';
import { serverSurface } from '../../analysis/surface/server-surface.ts';
import type { CollectContext } from '../collector.ts';

export type Place = { path: string; startLine: number };

/** What the sources show of the things documents speak of. */
export type Shown = {
  files: number;
  /** Environment variables by name, with every place that reads them. */
  variables: Map<string, Place[]>;
  /** Reads whose name is put together from what nobody can tell. */
  computed: { at: Place; words: string }[];
  /** Lower-case words of all sources, and the prefixes that settings classes put before their names. */
  words: Set<string>;
  prefixes: Set<string>;
  transports: Map<string, Place[]>;
  /** Permission scopes the code asks other services for. */
  scopes: Map<string, Place[]>;
  launches: { launch: Launch; at: Place }[];
  /** Images built here: running them fetches nothing. */
  built: Set<string>;
  piped: { text: string; at: Place }[];
};

/** By the names the SDKs of all languages give them; `kind` is what the map of the server's surface calls them. */
export const TRANSPORTS: readonly {
  name: string;
  kind: 'stdio' | 'http' | 'sse' | 'websocket';
  documented: RegExp;
  code: RegExp;
  network: boolean;
}[] = [
  {
    name: 'stdio',
    kind: 'stdio',
    documented: /\bstdio\b|standard input|"command"\s{0,3}:|\b(?:npx|uvx|docker run)\b/i,
    code: /Stdio\w{0,20}Transport|\bstdio_server\b|\bServeStdio\b|NewStdioServer|transport\s{0,3}[=:]\s{0,3}["']stdio["']|transport::stdio\b|mcp\.run\(\s{0,3}\)/,
    network: false,
  },
  {
    name: 'streamable HTTP',
    kind: 'http',
    documented: /streamable|\bhttp (?:transport|mode|server)\b|transport[= :"'`]{1,4}http|--http\b/i,
    code: /new\s{1,3}\w{0,30}StreamableH[Tt][Tt][Pp]\w{0,30}Transport|transport\s{0,3}=\s{0,3}["'](?:streamable-http|streamable_http|http)["']|\bstreamable_http_app\b|StreamableHTTPSessionManager\(|\bcreateMcpHandler\s{0,3}\(|\bStreamableHTTPTransport\s{0,3}\(|NewStreamableHTTP(?:Server|Handler)\b|StreamableHttpService\b|\w{0,20}StreamableServerTransportProvider\b/,
    network: true,
  },
  {
    name: 'HTTP with SSE',
    kind: 'sse',
    documented: /\bSSE\b|server-sent events/i,
    code: /new\s{1,3}SSEServerTransport\b|transport\s{0,3}=\s{0,3}["']sse["']|\bsse_app\b|\bSseServerTransport\(|NewSSE(?:Server|Handler)\b|SseServer::serve|\w{0,20}SseServerTransportProvider\b/,
    network: true,
  },
  {
    name: 'WebSocket',
    kind: 'websocket',
    documented: /web ?socket/i,
    code: /new\s{1,3}(?:WebSocketServerTransport|WebSocketServer)\b|\bwebsocket_server\(/,
    network: true,
  },
];

/** A transport whose kind only the running server knows. */
export const CHOSEN_LATER = 'one chosen at run time';

const SCOPE_LIST =
  /\b(?:scopes?|SCOPES?|Scopes)\b["']?\s{0,3}(?::\s{0,3}\w{0,20}(?:\[[\w\s,]{0,40}\])?\s{0,3})?[=:]\s{0,3}(?:\[\]string\s{0,2})?[[({]([^\])}]{1,1500})/g;
const SCOPE_URL = /https:\/\/www\.googleapis\.com\/auth\/[\w.]{2,60}/g;
/** A scope is one word with a part or a verb in it. */
const SCOPE =
  /^(?:[a-z][\w-]{0,40}[:./][\w.:/-]{1,60}|(?:read|write|admin|repo|user|openid|email|profile|offline_access|gist|workflow)(?:[_:-]\w{1,30})?)$/i;

const SETTINGS_PREFIX =
  /\b(?:env_?prefix\s{0,3}[=:]\s{0,3}|SetEnvPrefix\(\s{0,3}|prefix\s{0,3}[=:]\s{0,3}(?=["'][A-Z0-9_]{2,30}_["'])|\.env\(\s{0,3}(?=["'][A-Z]))["'](\w{2,30})["']/gi;

const add = (to: Map<string, Place[]>, name: string, at: Place): void => {
  const known = to.get(name);
  if (known) known.push(at);
  else to.set(name, [at]);
};

/** Lines that hand a command to a shell or a process, or write it as a quoted word of its own. */
const STARTS =
  /\b(?:exec\w{0,12}|spawn\w{0,6}|execa|subprocess|system|popen|Command|ProcessBuilder|StdioServerParameters|command)\b|["'`](?:npx|uvx|bunx|pipx|docker|podman)["'`]/i;
/** Only what stands in quotes is a word of a command; the rest is names of variables. */
const quotedIn = (code: string): string =>
  [...code.matchAll(/"([^"\n]{1,300})"|'([^'\n]{1,300})'|`([^`\n]{1,300})`/g)]
    .map((m) => m[1] ?? m[2] ?? m[3])
    .join(' ');
const COMMENT = /^\s{0,40}(?:\/\/|#|\*|\/\*)/;

/** Frameworks read variables named in their own configuration; manifests and pipelines only pass them on. */
const CONFIGURATION = /\.(?:properties|ya?ml|toml|conf|ini|cfg|xml|hocon|json5)$/i;
const OTHERS =
  /(^|\/)(\.github|node_modules)\/|compose[\w.-]*\.ya?ml$|(^|\/)(smithery\.yaml|pnpm-lock\.yaml|[\w.-]*lock[\w.-]*)$/i;

/** One pass over all hand-written sources of the audited folder. */
export const readSources = async ({ tree, target, reading, signal }: CollectContext): Promise<Shown> => {
  const sources = tree.entries.filter((e) => {
    const p = below(e.path, target.subdir);
    return (
      (e.kind === 'file' || e.kind === 'executable') &&
      languageOf(e.path) !== null &&
      ![isTestPath, isExamplePath, isVendoredPath, isGeneratedPath].some((no) => no(p))
    );
  });
  const shown: Shown = {
    files: sources.length,
    variables: new Map(),
    computed: [],
    words: new Set(),
    prefixes: new Set(),
    transports: new Map(),
    scopes: new Map(),
    launches: [],
    built: new Set(),
    piped: [],
  };
  const computed = new Map<string, ComputedIn>();
  for await (const { entry, text } of readTexts(tree, sources, signal)) {
    if (text === null) continue;
    const { path } = entry;
    const beside = [isHelperPath, isBuildConfiguration].some((is) => is(below(path, target.subdir)));
    const served = text.slice(0, endOfServer(text, weaknessLanguage(path)));
    // What builds, tests and releases the server reads variables of its own; what it starts and fetches still counts.
    if (!beside) {
      computed.set(path, computedReads(served));
      for (const { name, line } of environmentReads(served))
        add(shown.variables, name, { path, startLine: line });
    }
    for (const word of text.slice(0, 1_000_000).match(/[A-Za-z_]\w{2,80}/g) ?? [])
      shown.words.add(word.toLowerCase());
    for (const match of text.matchAll(SETTINGS_PREFIX)) shown.prefixes.add(match[1]!.toLowerCase());
    const lines = text.split('\n');
    const lineOf = lineFinder(text);
    for (const { name, code } of beside ? [] : TRANSPORTS) {
      const at = code.exec(text);
      if (at && !/^\s{0,40}(?:\/\/|#|\*)/.test(lines[lineOf(at.index) - 1] ?? ''))
        add(shown.transports, name, { path, startLine: lineOf(at.index) });
    }
    if (!beside && /scope/i.test(text)) {
      for (const match of text.matchAll(SCOPE_LIST))
        for (const quoted of match[1]!.matchAll(/["'`]([^"'`\n]{2,100})["'`]/g))
          if (SCOPE.test(quoted[1]!)) add(shown.scopes, quoted[1]!, { path, startLine: lineOf(match.index) });
      for (const match of text.matchAll(SCOPE_URL))
        add(shown.scopes, match[0], { path, startLine: lineOf(match.index) });
    }
    // Dockerfiles are read by the collector of containers.
    if (
      !/\b(?:npx|uvx|bunx|dlx|pipx|docker|podman|curl|wget|iwr)\b/.test(text) ||
      /Dockerfile|Containerfile/i.test(path)
    )
      continue;
    const script = /\.(?:sh|bash|zsh|ps1|bat)$|Makefile/.test(path);
    lines.forEach((line, i) => {
      if (
        line.length > 2000 ||
        COMMENT.test(line) ||
        !/npx|uvx|bunx|dlx|pipx|docker|podman|curl|wget|iwr/.test(line)
      )
        return;
      const at = { path, startLine: i + 1 };
      let end = i;
      while (end < i + 5 && (script ? /\\\s{0,4}$/ : /[[(,\\]\s{0,4}$/).test(lines[script ? end : i] ?? ''))
        end++;
      const joined = lines.slice(i, end + 1).join(' ');
      if (script || STARTS.test(line)) {
        const words = script ? joined.replaceAll('\\ ', ' ') : quotedIn(joined);
        // In code a bare word behind `docker run` is seldom an image.
        for (const launch of launchesIn(words))
          if (script || launch.tool !== 'docker run' || /[/:]/.test(launch.target))
            shown.launches.push({ launch, at });
        for (const image of imagesBuilt(words)) shown.built.add(image);
        for (const piped of pipedDownloads(line)) shown.piped.push({ text: piped, at });
      }
    });
  }
  // What the map of the server's surface says of transports, these documents are held against too.
  const surface = await serverSurface({ tree, reading, subdir: target.subdir, signal, progress: () => {} });
  for (const { kind, path, line } of surface.where === 'server' ? surface.found.transports : []) {
    const name = TRANSPORTS.find((t) => t.kind === kind)?.name ?? CHOSEN_LATER;
    if (!shown.transports.get(name)?.some((p) => p.path === path))
      add(shown.transports, name, { path, startLine: line });
  }
  const { known, unknown } = resolvedReads(computed);
  for (const { name, path, line } of known) add(shown.variables, name, { path, startLine: line });
  shown.computed = unknown.map(({ path, line, words }) => ({ at: { path, startLine: line }, words }));
  for await (const { text } of readTexts(
    tree,
    tree.entries
      .filter(
        (e) => e.kind === 'file' && e.size < 300_000 && CONFIGURATION.test(e.path) && !OTHERS.test(e.path),
      )
      .slice(0, 500),
    signal,
  ))
    for (const word of (text ?? '').match(/[A-Za-z_]\w{2,80}/g) ?? []) shown.words.add(word.toLowerCase());
  return shown;
};
