import {
  baseName,
  below,
  extensionOf,
  folderOf,
  isCompiledPath,
  isExamplePath,
  isGeneratedPath,
  isHelperPath,
  isTestPath,
  isVendoredPath,
  languageOf,
} from '../files/paths.ts';
import { byCodePoint, listed, plural, tally } from '../files/words.ts';
import { isMinified } from './minified.ts';
import { languages } from './readers.ts';
import type { Reading } from './reading.ts';
import { startedFiles } from './started.ts';

/**
 * What of a tree is code and cannot be read, decided in one place for every collector that reads code: a language without a
 * reader, a program without an ending, what is compiled, and what was built from sources that are not here. Whoever says
 * "nothing found" beside it would say that it looked.
 */

type Entry = { path: string; kind: string };
type Tree = { entries: readonly Entry[] };

export type UnreadFile = {
  path: string;
  /** `PHP`, `compiled code`, …, as a sentence names it. */
  what: string;
  /** Its text names the protocol: where to begin reading by hand. */
  speaks: boolean;
};

type Options = { tree: Tree; reading: Reading; subdir: string; signal: AbortSignal };

/**
 * Languages that build, install and draw more often than they serve. Files in them count where nothing else is code, and
 * where they speak the protocol themselves.
 */
const SELDOM_SERVES: ReadonlySet<string> = new Set([
  'Shell',
  'PowerShell',
  'Batch',
  'Awk',
  'AppleScript',
  'R',
  'Perl',
]);
/** Not programs: they are read by a database or a builder, never by who starts a server. */
const NO_PROGRAM: ReadonlySet<string> = new Set(['SQL', 'Dockerfile', 'Makefile', 'Solidity']);
const SERVES = /["']tools\/(?:list|call)["']|\bjsonrpc\b/i;
const SPEAKS =
  /\b(?:mcp|MCP)\b|modelcontextprotocol|model[-_ ]context[-_ ]protocol|\bMcp[A-Z]|\w_mcp\b|\bmcp_\w/;

/** What stands after `#!`, by the program's name without its version. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  sh: 'Shell',
  bash: 'Shell',
  dash: 'Shell',
  zsh: 'Shell',
  ksh: 'Shell',
  fish: 'Shell',
  pwsh: 'PowerShell',
  python: 'Python',
  pypy: 'Python',
  uv: 'Python',
  node: 'JavaScript',
  nodejs: 'JavaScript',
  deno: 'TypeScript',
  bun: 'TypeScript',
  tsx: 'TypeScript',
  'ts-node': 'TypeScript',
  php: 'PHP',
  ruby: 'Ruby',
  perl: 'Perl',
  lua: 'Lua',
  luajit: 'Lua',
  elixir: 'Elixir',
  escript: 'Erlang',
  swift: 'Swift',
  kotlin: 'Kotlin',
  kscript: 'Kotlin',
  groovy: 'Groovy',
  scala: 'Scala',
  'scala-cli': 'Scala',
  dart: 'Dart',
  julia: 'Julia',
  awk: 'Awk',
  gawk: 'Awk',
  tclsh: 'Tcl',
  racket: 'Racket',
  guile: 'Scheme',
  bb: 'Clojure',
  nu: 'Nushell',
  crystal: 'Crystal',
  'dotnet-script': 'C#',
  dotnet: 'C#',
};

/** The language a text says it is written in: `#!/usr/bin/env -S python3 -u`. */
export const languageOfShebang = (text: string): string | null => {
  if (!text.startsWith('#!')) return null;
  const words = text.slice(2, 200).split('\n', 1)[0]!.trim().split(/\s+/);
  const program = words.find(
    (w, i) => !(i === 0 && /\benv$/.test(w)) && !w.startsWith('-') && !w.includes('='),
  );
  const name = baseName(program ?? '').replace(/[\d.]{1,20}$/, '');
  return Object.hasOwn(INTERPRETERS, name) ? INTERPRETERS[name]! : null;
};

const isRead = (path: string): boolean => languages.some((l) => l.extensions.includes(extensionOf(path)));

const BUILT = 'code that was built from sources that are not here';
const COMPILED = 'compiled code';
/** Wrappers that fetch the build tool itself, and the binaries of tests. */
const BUILD_TOOLS = /(^|\/)(gradle-wrapper|maven-wrapper)\.jar$/;
/** How many texts are looked into for the protocol's name. */
const MOST_LOOKED_INTO = 2000;

/** Files of programs that no reader takes, by path. Worked out once a tree. */
export const unreadCode = (options: Options): Promise<readonly UnreadFile[]> =>
  options.reading.once(`unread code of ${options.subdir}`, () => find(options));

const find = async ({ tree, reading, subdir, signal }: Options): Promise<UnreadFile[]> => {
  const files = tree.entries.filter((e) => e.kind === 'file' || e.kind === 'executable');
  const local = (e: Entry): string => below(e.path, subdir);
  const kept = files.filter((e) => !isTestPath(local(e)) && !isVendoredPath(e.path));
  const isSecondary = (e: Entry): boolean => isExamplePath(local(e)) || isGeneratedPath(local(e));
  const own = (e: Entry): boolean => !isSecondary(e) && !BESIDE.test(local(e)) && !isHelperPath(local(e));

  const found: { path: string; what: string }[] = [];
  const seldom: { path: string; what: string }[] = [];
  const readable = kept.filter((e) => isRead(e.path) && !/\.d\.[cm]?ts$/.test(e.path));
  const foreign: { entry: Entry; what: string }[] = [];
  for (const entry of kept) {
    if (isRead(entry.path)) continue;
    const what = languageOf(entry.path) ?? (await withoutEnding(entry, reading, signal));
    if (what !== null && !NO_PROGRAM.has(what)) foreign.push({ entry, what });
  }
  // Where a language has nothing but examples or scripts, these are what there is.
  const chosen = foreign.filter((f) => own(f.entry));
  const anyOwn = chosen.length > 0 || readable.some(own);
  for (const { entry, what } of anyOwn ? chosen : foreign)
    (SELDOM_SERVES.has(what) ? seldom : found).push({ path: entry.path, what });

  const sourced = new Set(
    readable.filter((e) => !isGeneratedPath(local(e))).flatMap((e) => foldersOf(e.path)),
  );
  if (sourced.size > 0)
    for (const e of readable) {
      const root = builtBelow(e.path);
      if (root !== null && !isExamplePath(local(e)) && !sourced.has(root))
        found.push({ path: e.path, what: BUILT });
    }
  for (const e of kept)
    if (isCompiledPath(e.path) && !BUILD_TOOLS.test(e.path)) found.push({ path: e.path, what: COMPILED });

  const nothingElse = found.length === 0 && readable.length === 0;
  const result: UnreadFile[] = [];
  let looked = 0;
  for (const f of [...found, ...seldom]) {
    signal.throwIfAborted();
    const isSeldom = SELDOM_SERVES.has(f.what);
    const text =
      f.what === COMPILED || ++looked > MOST_LOOKED_INTO
        ? null
        : ((await reading.text(f.path)) ?? '').slice(0, 200_000);
    const serves = text !== null && SERVES.test(text);
    if (isSeldom && !nothingElse && !serves) continue;
    result.push({ ...f, speaks: serves || (text !== null && SPEAKS.test(text)) });
  }
  return result.sort((a, b) => byCodePoint(a.path, b.path));
};

/** What builds, and what only declares. */
const BESIDE =
  /(^|\/)(build\.rs|[\w.-]*\.gradle\.kts|settings\.gradle\.kts|Package\.swift|mix\.exs|Rakefile|[\w.-]*\.gemspec|conanfile\.py|bin\/(?:rails|rake|setup|console|bundle|dev|rubocop|brakeman|spring|yarn|importmap|thrust|jobs|kamal|docker-entrypoint|rspec|update|ci|bundler-audit|vite|test|lint|release))$/i;

const foldersOf = (path: string): string[] => {
  const all: string[] = [];
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    all.push(folder);
    if (folder === '') return all;
  }
};

/** The folder that `dist/` or `build/` of a path stands in; null for what was not built. */
const builtBelow = (path: string): string | null => {
  const at = /(^|\/)(?:dist|build|out)\//.exec(path);
  return at ? path.slice(0, at.index) : null;
};

/** Programs whose file has no ending: they say what they are in their first line, or are machine code. */
const withoutEnding = async (entry: Entry, reading: Reading, signal: AbortSignal): Promise<string | null> => {
  if (
    baseName(entry.path).includes('.') ||
    !(entry.kind === 'executable' || /(^|\/)s?bin\//.test(entry.path))
  )
    return null;
  signal.throwIfAborted();
  const text = await reading.text(entry.path);
  if (text === null) return entry.kind === 'executable' ? COMPILED : null;
  return languageOfShebang(text);
};

/**
 * The gap every collector that reads code has where there is code it cannot read, in all its checks; none where there is no
 * such code. `purpose` completes "not read for …"; `reads` says what it reads beside what has a reader.
 */
export const unreadCodeGap = async (
  options: Options,
  purpose: string,
  reads: (path: string) => boolean = () => false,
): Promise<UnreadGap[]> => {
  const unread = (await unreadCode(options)).filter((u) => u.what === BUILT || !reads(u.path));
  const started = await startedGap(options, purpose);
  if (unread.length === 0) return started;
  const kinds = tally(unread.map((u) => u.what));
  const speaking = unread.filter((u) => u.speaks);
  const rest = unread.filter((u) => !u.speaks);
  return [
    {
      kind: 'gap',
      rule: 'unread-language',
      class: 'hygiene',
      title: `Not read for ${purpose}: ${listed(
        kinds.map(([what, n]) =>
          what === BUILT ? plural(n, 'built file') : `${what} (${plural(n, 'file')})`,
        ),
        4,
      )}`,
      detail: [
        `Code is read in ${languages.map((l) => l.name).join(', ')}. Of the rest nothing is known: it may hold what this collector looks for.`,
        ...kinds.map(
          ([what, n]) =>
            `${what}: ${plural(n, 'file')}, ${listed(
              unread.filter((u) => u.what === what).map((u) => u.path),
              8,
            )}`,
        ),
        ...(speaking.length > 0 && rest.length > 0
          ? [
              `The protocol is named in ${listed(
                speaking.map((u) => u.path),
                12,
              )}`,
            ]
          : []),
      ].join('\n'),
      advice: 'Read it by hand, those that name the protocol first, or leave the check open.',
    },
    ...started,
  ];
};

/** Hand-written sources are smaller, and have shorter lines, than this. */
const MOST_BYTES = 1_000_000;
const LONGEST_MEAN_LINE = 1000;

/** What is started and no reader takes, by path, with why and by whom. Worked out once a tree. */
const startedUnread = (options: Options): Promise<readonly { path: string; words: string }[]> =>
  options.reading.once(`started and not read in ${options.subdir}`, async () => {
    const found: { path: string; words: string }[] = [];
    for (const [path, by] of await startedFiles(options)) {
      options.signal.throwIfAborted();
      const text = await options.reading.text(path);
      const why =
        text === null
          ? 'no text, or too large'
          : !isRead(path)
            ? 'in no language that is read'
            : text.length > MOST_BYTES || isMinified(path, text, LONGEST_MEAN_LINE)
              ? 'minified, or larger than people write'
              : null;
      if (why !== null) found.push({ path, words: `${path}: started by ${by}; ${why}` });
    }
    return found.sort((a, b) => byCodePoint(a.path, b.path));
  });

const startedGap = async (options: Options, purpose: string): Promise<UnreadGap[]> => {
  const unread = await startedUnread(options);
  if (unread.length === 0) return [];
  return [
    {
      kind: 'gap',
      rule: 'started-unread',
      class: 'hygiene',
      title: `Not read for ${purpose}, although started: ${listed(
        unread.map((u) => u.path),
        2,
      )}`,
      detail: listed(
        unread.map((u) => u.words),
        20,
        '\n',
      ),
      advice: 'Read it by hand: it is what runs, whatever else was read.',
    },
  ];
};

/** As a collector writes it down; without checks of its own it stands in all of them. */
export type UnreadGap = {
  kind: 'gap';
  rule: string;
  class: 'hygiene';
  title: string;
  detail: string;
  advice: string;
};
