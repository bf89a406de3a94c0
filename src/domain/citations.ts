import type { EvidenceItem, Location, Place } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Evidence } from './selectors.ts';

/** The files that findings cite, as they stand at the pinned commit. */
export type Cited = {
  /** null: there is no such text file at the commit. A path that is not here has not been read. */
  texts: ReadonlyMap<string, string | null>;
  /** Why the rest could not be read; null while nothing went wrong. */
  problem: string | null;
  /** What earlier audits cited, as it stands at their commits, by {@link earlierKey}; a key that is not here has not been read. */
  earlier?: ReadonlyMap<string, string | null>;
  /** Where code that is not in its file any more stands now, by `citedKey`; absent where nobody looked. */
  elsewhere?: ReadonlyMap<string, Place>;
};

export const nothingCited: Cited = { texts: new Map(), problem: null };

/** Evidence items by id, looked up once for many findings. */
export const itemsById = (evidence: Evidence): ReadonlyMap<string, EvidenceItem> =>
  new Map([...evidence.values()].flatMap((r) => r.items.map((i): [string, EvidenceItem] => [i.id, i])));

/** Every path that has to be read to prove these findings: where they say the code is, and where their evidence does. */
export const citedPaths = (
  findings: Iterable<Finding>,
  items: ReadonlyMap<string, EvidenceItem>,
): string[] => [
  ...new Set(
    [...findings].flatMap((f) => [
      ...f.locations.map((l) => l.path),
      ...f.evidence.flatMap((id) => items.get(id)?.location?.path ?? []),
    ]),
  ),
];

/** Every place that these findings and their evidence cite. */
export const citedLocations = (
  findings: Iterable<Finding>,
  items: ReadonlyMap<string, EvidenceItem>,
): Location[] =>
  [...findings].flatMap((f) => [
    ...f.locations,
    ...f.evidence.flatMap((id) => items.get(id)?.location ?? []),
  ]);

export const earlierKey = (commit: string, path: string): string => `${commit}:${path}`;

/** Changes when another finding was followed up: what was cited before has to be read then. */
export const followedUp = (findings: ReadonlyMap<string, Finding>): string =>
  [...findings.values()]
    .flatMap((f) => (f.followUp?.verdict ? [`${f.id}@${f.followUp.commit}`] : []))
    .join(' ');

/** What findings that were followed up cite at the commits of before. */
export const readEarlier = async (
  findings: Iterable<Finding>,
  read: (path: string, commit: string) => Promise<string | null>,
): Promise<ReadonlyMap<string, string | null>> => {
  const texts = new Map<string, string | null>();
  for (const { followUp } of findings)
    for (const { path } of followUp?.verdict ? followUp.was : []) {
      const key = earlierKey(followUp!.commit, path);
      // What cannot be read proves nothing: it stays unread.
      if (!texts.has(key))
        await read(path, followUp!.commit).then(
          (t) => texts.set(key, t),
          () => {},
        );
    }
  return texts;
};

/** Reads what is not read yet; a failure is kept in words, and what else can be read counts. */
export const readCited = async (
  paths: readonly string[],
  read: (path: string) => Promise<string | null>,
  known: Cited = nothingCited,
): Promise<Cited> => {
  const texts = new Map(known.texts);
  let problem: string | null = null;
  for (const path of paths)
    try {
      if (!texts.has(path)) texts.set(path, await read(path));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // The same again: it is not the file, but that nothing can be read.
      if (message === problem) break;
      problem = message;
    }
  return { ...known, texts, problem };
};
