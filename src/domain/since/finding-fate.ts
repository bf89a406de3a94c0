import type { EvidenceItem, Location, Place } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import { placesOf, quotedCode, readCode } from './code-text.ts';
import type { ItemPair } from './evidence-since.ts';
import { type CodeFate, fateOf, type TwoCommits } from './fate.ts';

/** What the code says became of a finding. `fixed`: the cited lines were taken away, and nothing reports it any more. */
export type Fate = 'still-there' | 'moved' | 'changed' | 'fixed' | 'gone' | 'regressed' | 'unread';

export type Excerpt = Place & { text: string };
export type FatePlace = {
  fate: Fate;
  how: string;
  before: Excerpt;
  after: Excerpt | null;
  fixedBy: string | null;
};
export type FindingFate = {
  fate: Fate;
  why: string;
  before: Excerpt | null;
  after: Excerpt | null;
  fixedBy: string | null;
  places: FatePlace[];
};

export type WithHistory = TwoCommits & {
  removedBy(path: string, count: (text: string, path: string) => number): Promise<string | null>;
};

const HOW = {
  names: 'only names differ',
  parts: 'some of its lines stand',
  around: 'its lines stand, and the function around them differs',
} as const;

const MOST_QUOTED = 200;

const excerptAt = async (at: Place | null, commits: TwoCommits): Promise<Excerpt | null> => {
  const text = at && (await commits.after(at.path));
  if (!at || !text) return null;
  const endLine = Math.min(at.endLine, at.startLine + MOST_QUOTED - 1);
  return {
    ...at,
    endLine,
    text: text
      .split('\n')
      .slice(at.startLine - 1, endLine)
      .join('\n'),
  };
};

const wordOf = (fate: CodeFate): Fate => {
  switch (fate.fate) {
    case 'same':
      return 'still-there';
    case 'removed':
      return 'fixed';
    default:
      return fate.fate;
  }
};

const placeFate = async (l: Location, commits: WithHistory): Promise<FatePlace> => {
  const said = await fateOf(l, commits);
  const gone = said.fate === 'removed' || said.fate === 'gone';
  const quoted = quotedCode(l.snippet, l.path);
  const { path, startLine, endLine } = l;
  return {
    fate: wordOf(said),
    how: said.fate === 'changed' ? HOW[said.how] : '',
    before: { path, startLine, endLine, text: l.snippet },
    after: await excerptAt('at' in said ? said.at : null, commits),
    fixedBy: gone
      ? await commits
          .removedBy(l.path, (text, at) => placesOf(quoted, readCode(text, at)).length)
          .catch((): null => null)
      : null,
  };
};

/** What keeps a finding open comes first. */
const ORDER: readonly Fate[] = ['unread', 'still-there', 'moved', 'changed', 'fixed', 'gone'];

const WHY: Readonly<Record<Fate, string>> = {
  unread: 'the code could not be read at both commits',
  'still-there': 'the cited code stands as it was',
  moved: 'the cited code stands elsewhere',
  changed: 'the cited code is not as it was: look',
  fixed: 'the cited code was taken away',
  gone: 'the cited code went with its file',
  regressed: 'it was mended, and the code of before stands again',
};

/**
 * What became of a finding. `evidence` are the pairs of what it rests on: as long as a lead is reported, lines that are gone
 * prove nothing. `mended`: an earlier audit saw that it was.
 */
export const findingFate = async (
  f: Pick<Finding, 'evidence'>,
  was: readonly Location[],
  commits: WithHistory,
  pairs: readonly ItemPair[],
  mended: boolean,
): Promise<FindingFate> => {
  const own = pairs.filter((p) => p.was !== null && f.evidence.includes(p.was.id));
  const leads = own.filter((p) => p.was?.kind === 'lead');
  const cited = was.length > 0 ? was : own.flatMap((p) => p.was?.location ?? []).slice(0, 20);
  const places: FatePlace[] = [];
  for (const l of cited) places.push(await placeFate(l, commits));
  const decides = [...places].sort((a, b) => ORDER.indexOf(a.fate) - ORDER.indexOf(b.fate))[0];
  const reported = leads.filter((p) => p.now !== null && p.now.kind === 'lead');
  const lost = leads.filter((p) => p.now === null || p.now.kind !== 'lead');
  let fate: Fate =
    decides?.fate ?? (own.length === 0 ? 'unread' : reported.length > 0 ? 'still-there' : 'changed');
  let why = WHY[fate];
  if ((fate === 'fixed' || fate === 'gone') && reported.length > 0) {
    fate = 'changed';
    why = `the cited code was taken away, and a lead it rests on is still reported: ${titleOf(reported[0]?.now)}`;
  } else if (
    (fate === 'still-there' || fate === 'moved') &&
    leads.length > 0 &&
    lost.length === leads.length
  ) {
    fate = 'changed';
    why = 'the cited code stands, and none of the leads it rests on is reported any more: look';
  } else if (decides && decides.how !== '') why = `${why} (${decides.how})`;
  if (mended && (fate === 'still-there' || fate === 'moved')) {
    fate = 'regressed';
    why = WHY.regressed;
  } else if (mended && fate === 'changed') why = `it was mended; ${why}`;
  const some = places.filter((p) => p.fate !== decides?.fate).length;
  return {
    fate,
    why: some > 0 ? `${why}; ${some} of its ${places.length} places otherwise` : why,
    before: decides?.before ?? null,
    after: decides?.after ?? null,
    fixedBy: places.find((p) => p.fixedBy !== null)?.fixedBy ?? null,
    places,
  };
};

const titleOf = (item: EvidenceItem | null | undefined): string => item?.title ?? '';
