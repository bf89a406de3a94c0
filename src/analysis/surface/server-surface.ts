import {
  below,
  isExamplePath,
  isGeneratedPath,
  isHelperPath,
  isTestPath,
  isVendoredPath,
} from '../files/paths.ts';
import { isMinified } from '../sources/minified.ts';
import type { Reading } from '../sources/reading.ts';
import { startedFiles, withStarted } from '../sources/started.ts';
import { mayDefineTools, readSurface, type SurfaceSource } from './read-surface.ts';
import type { ScannedSurface } from './surface-entry.ts';

/** What the server of a tree offers, read once for all who ask. */

/** Hand-written sources are smaller, and have shorter lines, than this. */
const MOST_BYTES = 1_500_000;
const LONGEST_MEAN_LINE = 2000;
const MOST_TOTAL_BYTES = 12_000_000;

export type ServerSurface = {
  found: ScannedSurface;
  /** How many files were looked at, and which were not. */
  read: number;
  where: 'server' | 'examples';
  unread: { path: string; why: string }[];
  /** Files that may define tools, wherever they stand. */
  candidates: number;
};

type Tree = { entries: readonly { path: string; kind: string }[] };
type Options = {
  tree: Tree;
  reading: Reading;
  subdir: string;
  signal: AbortSignal;
  progress(files: number): void;
};

/** Tests, vendored code, examples, generated files and helper scripts are looked at only where nothing else defines a tool. */
export const serverSurface = async (options: Options): Promise<ServerSurface> => {
  options.signal.throwIfAborted();
  return options.reading.once(`surface of ${options.subdir}`, () => scan(options));
};

const scan = async ({ tree, reading, subdir, signal, progress }: Options): Promise<ServerSurface> => {
  const started = await startedFiles({ tree, reading, subdir, signal });
  // What only declares by its name does more where it is started.
  const named = (path: string): string => (started.has(path) ? path.replace(/\.d(?=\.[cm]?ts$)/, '') : path);
  const candidates = tree.entries.filter(
    (e) => (e.kind === 'file' || e.kind === 'executable') && mayDefineTools(named(e.path)),
  );
  const is =
    (...kinds: ((path: string) => boolean)[]) =>
    (e: { path: string }) =>
      kinds.some((kind) => kind(below(e.path, subdir)));
  const isSecondary = is(isTestPath, isVendoredPath, isGeneratedPath, isExamplePath, isHelperPath);
  const unread: ServerSurface['unread'] = [];
  const read = async (
    entries: readonly { path: string }[],
  ): Promise<{ found: ScannedSurface; read: number }> => {
    const texts: SurfaceSource[] = [];
    let total = 0;
    for (const { path } of entries) {
      signal.throwIfAborted();
      const text = await reading.text(path);
      if (text === null) unread.push({ path, why: 'binary or too large' });
      else if (text.length > MOST_BYTES || isMinified(path, text, LONGEST_MEAN_LINE))
        unread.push({ path, why: 'minified or generated' });
      else if (total + text.length > MOST_TOTAL_BYTES)
        unread.push({ path, why: 'past the limit of what is read at once' });
      else {
        total += text.length;
        texts.push({ path, text });
      }
    }
    progress(texts.length);
    const scanned = await readSurface(texts, reading, async () => {
      signal.throwIfAborted();
      await new Promise<void>((go) => setImmediate(go));
    });
    unread.push(...scanned.unread);
    return scanned;
  };
  const hasTools = (found: ScannedSurface): boolean => found.entries.some((e) => e.kind === 'tool');
  const chosen = candidates.filter((e) => !isSecondary(e));
  const primary = await read(withStarted(chosen, candidates, started));
  const shared = { unread, candidates: candidates.length };
  if (hasTools(primary.found)) return { ...primary, where: 'server', ...shared };
  const rest = await read(
    candidates.filter((e) => isSecondary(e) && !started.has(e.path) && !is(isTestPath, isVendoredPath)(e)),
  );
  const all = { read: primary.read + rest.read, ...shared };
  return hasTools(rest.found)
    ? { found: rest.found, where: 'examples', ...all }
    : { found: primary.found, where: 'server', ...all };
};
