import { below, isExamplePath, isGeneratedPath, isTestPath, isVendoredPath } from '../files/paths.ts';
import { readTexts } from '../files/read-texts.ts';
import { isMinified } from './minified.ts';
import type { Reading } from './reading.ts';
import { type Source, weaknessLanguage } from './source.ts';
import { startedFiles, withStarted } from './started.ts';

type Entry = { path: string; kind: string };
type Tree = { entries: readonly Entry[]; text(path: string): Promise<string | null> };

export type ServerSources = {
  sources: Source[];
  /** Files in a language that is read, which were not: too large, minified, past the bound, not text. */
  unread: string[];
};

/** Hand-written sources are smaller, and have shorter lines, than this. */
const MOST_BYTES = 1_000_000;
const LONGEST_MEAN_LINE = 1000;
/** Three layers of each text are kept. */
const MOST_TOTAL_BYTES = 20_000_000;
/** Programs for building and releasing, what runs in a browser, and what only declares. */
const BESIDE =
  /(^|\/)(scripts?|\.[\w-]+|hack|ci|mocks?|\w*mock)\/|(^|\/)(frontend|ui|web-?ui|www|public|components|pages)\/.*\.(?:[jt]sx|vue)$|\.d\.[cm]?ts$|(^|\/)(setup\.py|build\.rs|[\w.-]*\.gradle\.kts|[\w.-]+\.config\.[cm]?[jt]s)$/i;
/** The hand-written sources of the server itself: no tests, examples, vendored or generated code, but for what is started. */
export const readServerSources = async (
  tree: Tree,
  reading: Reading,
  subdir: string,
  signal: AbortSignal,
): Promise<ServerSources> => {
  const known = tree.entries.filter(
    (e) => (e.kind === 'file' || e.kind === 'executable') && weaknessLanguage(e.path) !== null,
  );
  const all = known.filter(
    (e) =>
      !BESIDE.test(below(e.path, subdir)) &&
      ![isTestPath, isVendoredPath].some((is) => is(below(e.path, subdir))),
  );
  const handWritten = all.filter(
    (e) => ![isGeneratedPath, isExamplePath].some((is) => is(below(e.path, subdir))),
  );
  // Where nothing is written by hand, what was built, or shown as an example, is the server.
  const started = await startedFiles({ tree, reading, subdir, signal });
  const code = withStarted(handWritten.length > 0 ? handWritten : all, known, started);
  const found: ServerSources = { sources: [], unread: [] };
  let total = 0;
  for await (const { entry, text } of readTexts(tree, code, signal)) {
    if (
      text === null ||
      text.length > MOST_BYTES ||
      isMinified(entry.path, text, LONGEST_MEAN_LINE) ||
      total + text.length > MOST_TOTAL_BYTES
    ) {
      found.unread.push(entry.path);
      continue;
    }
    total += text.length;
    found.sources.push(await reading.source(entry.path, text));
    // Long runs leave room for what else waits on this thread.
    if (found.sources.length % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
};

export type Spot = { path: string; startLine: number };
export const spot = (source: Source, offset: number): Spot => ({
  path: source.path,
  startLine: source.lineOf(offset),
});
