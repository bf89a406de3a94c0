import { type Cited, citedLocations, itemsById } from '../citations.ts';
import { type Location, type Place, placeWords } from '../evidence.ts';
import type { Evidence } from '../selectors.ts';
import type { Session } from '../session.ts';
import { endingOf, placesOf, quotedCode, readCode, weightOf } from './code-text.ts';

/** Code of fewer letters than this may stand anywhere by chance. */
const TELLING = 24;
/** Files that are looked through, in the order of the tree. */
const MAX_FILES = 3_000;

export type Files = {
  /** Every file of the commit. */
  paths(): Promise<readonly string[]>;
  text(path: string): Promise<string | null>;
};

/** What a cited place is called where it is looked up. */
export const citedKey = (l: Location): string => `${placeWords(l)} ${l.sha256}`;

/**
 * Where cited code that is not in its file any more stands now: in the only other file of the commit that holds it. Code that
 * stands in several says nothing about which of them it went to.
 */
export const findElsewhere = async (
  locations: Iterable<Location>,
  cited: Cited,
  files: Files,
): Promise<ReadonlyMap<string, Place>> => {
  const found = new Map<string, Place>();
  const lost = [...locations].flatMap((l) => {
    const text = cited.texts.get(l.path);
    const quoted = quotedCode(l.snippet, l.path);
    if (text === undefined || weightOf(quoted) < TELLING) return [];
    return text !== null && placesOf(quoted, readCode(text, l.path)).length > 0 ? [] : [{ l, quoted }];
  });
  if (lost.length === 0) return found;
  const endings = new Set(lost.map(({ l }) => endingOf(l.path)));
  const several = new Set<string>();
  for (const path of (await files.paths()).filter((p) => endings.has(endingOf(p))).slice(0, MAX_FILES)) {
    const text = await files.text(path);
    if (text === null) continue;
    const code = readCode(text, path);
    for (const { l, quoted } of lost) {
      if (path === l.path || endingOf(path) !== endingOf(l.path)) continue;
      const [place] = placesOf(quoted, code);
      if (!place) continue;
      if (found.has(citedKey(l))) several.add(citedKey(l));
      found.set(citedKey(l), { path, ...place });
    }
  }
  for (const key of several) found.delete(key);
  return found;
};

/** What was read of the places that findings cite, and where else what is not there any more stands. */
export const withElsewhere = async (
  cited: Cited,
  { session, evidence }: { session: Session; evidence: Evidence },
  store: { paths(): Promise<readonly string[]>; readText(path: string): Promise<string | null> },
): Promise<Cited> => {
  if (cited.problem !== null) return cited;
  const locations = citedLocations(session.findings.values(), itemsById(evidence));
  const files = { paths: () => store.paths(), text: (path: string) => store.readText(path) };
  return { ...cited, elsewhere: await findElsewhere(locations, cited, files) };
};
