import {
  baseName,
  below,
  depthOf,
  extensionOf,
  folderOf,
  isBrowserPath,
  isExamplePath,
  isGeneratedPath,
  isHelperPath,
  isTestPath,
  isVendoredPath,
} from '../files/paths.ts';
import { readTexts } from '../files/read-texts.ts';
import type { Module } from './ir.ts';
import { languages } from './readers.ts';
import type { Reading } from './reading.ts';
import { importResolver } from './resolve-imports.ts';
import { weaknessLanguage } from './source.ts';
import { type Claim, claimsOf, fileOf, isStarter, startedBy } from './starters.ts';

/**
 * What a manifest starts is the server's code, whatever its folder or its name is: decided here for every collector that
 * reads code. A server may lie in `test/` or `vendor/` so that nobody looks there.
 */

type Entry = { path: string; kind: string };
type Options = {
  tree: { entries: readonly Entry[] };
  reading: Reading;
  subdir: string;
  signal: AbortSignal;
};

/** Paths, each with who starts it: `package.json (bin)`. */
export type Started = ReadonlyMap<string, string>;

const MOST_MANIFESTS = 200;
const MOST_STARTED = 500;
/** A command names what it runs among its first words. */
const MOST_WORDS = 12;
const MOST_CLAIMS = 3000;

/** Worked out once a tree. */
export const startedFiles = (o: Options): Promise<Started> =>
  o.reading.once(`what is started in ${o.subdir}`, () => find(o));

/** What was chosen by name, and what is started beside it. */
export const withStarted = <E extends { path: string }>(
  chosen: readonly E[],
  all: readonly E[],
  started: Started,
): E[] => {
  const have = new Set(chosen.map((e) => e.path));
  return [...chosen, ...all.filter((e) => started.has(e.path) && !have.has(e.path))];
};

const stemOf = (path: string): string =>
  baseName(path)
    .replace(/\.[cm]?[jt]sx?$|\.py$/, '')
    .replace(/\.(?:min|bundle)$/, '');
const isBuilt = (path: string): boolean =>
  /(^|\/)(?:dist|build|out|\.next)\/|\.(?:min|bundle)\.[cm]?js$/.test(path);
/** Packages of pages, and of what builds and releases. */
const isBeside = (path: string): boolean => isHelperPath(path) || isBrowserPath(`${folderOf(path)}/x.js`);

const isReadable = (path: string): boolean => languages.some((l) => l.extensions.includes(extensionOf(path)));

const find = async ({ tree, reading, subdir, signal }: Options): Promise<Started> => {
  const local = (path: string): string => below(path, subdir);
  const isAside = (path: string): boolean =>
    [isTestPath, isVendoredPath, isExamplePath, isGeneratedPath].some((is) => is(local(path)));
  const files = new Set(tree.entries.filter((e) => e.kind !== 'submodule').map((e) => e.path));
  const written = tree.entries
    .filter((e) => isReadable(e.path) && !isAside(e.path))
    .map((e) => stemOf(e.path));
  const stems = new Set(written);

  const started = new Map<string, string>();
  let asked = 0;
  const take = (path: string, by: string): void => {
    // What is built from sources that are read is not read twice.
    if (isBuilt(local(path)) && stems.has(stemOf(path))) return;
    if (started.size < MOST_STARTED && !started.has(path)) started.set(path, by);
  };
  const resolve = ({ from, by, words }: Claim): void => {
    if (++asked > MOST_CLAIMS) return;
    for (const word of words.slice(0, MOST_WORDS)) {
      const path = fileOf(from, word, files);
      if (path !== null) return take(path, by);
    }
  };
  const manifests = tree.entries
    .filter((e) => isStarter(e.path) && !isBeside(local(e.path)) && !isAside(e.path))
    .sort((a, b) => depthOf(a.path) - depthOf(b.path))
    .slice(0, MOST_MANIFESTS);
  for await (const { entry, text } of readTexts({ text: reading.text }, manifests, signal))
    if (text !== null) for (const claim of claimsOf(entry.path, text)) resolve(claim);

  // What a script of a shell starts in its turn; itself it is read by nobody.
  for (const [path, by] of [...started]) {
    const text = extensionOf(path) === 'sh' ? await reading.text(path) : null;
    for (const line of text?.split('\n', 2000) ?? [])
      for (const words of line.trimStart().startsWith('#') ? [] : startedBy(line))
        resolve({ from: path, by, words });
  }
  const outOfSight = (path: string): boolean => isAside(path) || isHelperPath(local(path));
  await follow(started, outOfSight, { tree, reading, subdir, signal });
  return started;
};

/** What a file brings in that lies where nobody would look is no more out of sight than the file itself. */
const follow = async (
  started: Map<string, string>,
  outOfSight: (path: string) => boolean,
  { tree, reading, signal }: Options,
): Promise<void> => {
  const queue = [...started.keys()].filter((path) => outOfSight(path) && isReadable(path));
  if (queue.length === 0) return;
  const known = new Map<string, Pick<Module, 'path' | 'language'>>();
  for (const { path } of tree.entries.filter((e) => isReadable(e.path))) {
    const language = weaknessLanguage(path) ?? 'script';
    known.set(path, { path, language: language === 'script' ? 'javascript' : language });
  }
  const { resolve } = importResolver([...known.values()]);
  for (let at = 0; at < queue.length && started.size < MOST_STARTED; at++) {
    signal.throwIfAborted();
    const path = queue[at]!;
    const text = await reading.text(path);
    const module = text === null ? null : await reading.module(path, text).catch(() => null);
    if (module === null) continue;
    // A text that begins like a path may be brought in without a name: `import './b.js'`, `import('./b.js')`, `fork('./b.js')`.
    const texts = (module.marks?.literals ?? []).map((l) => l.text).filter((t) => /^\.{1,2}\//.test(t));
    for (const name of new Set([...module.imports.map((i) => i.module), ...texts])) {
      const found = resolve(known.get(path)!, name)?.path;
      if (found === undefined || started.has(found) || !outOfSight(found)) continue;
      started.set(found, started.get(path)!);
      queue.push(found);
    }
  }
};
