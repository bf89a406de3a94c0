import type { Place } from '../evidence.ts';
import {
  type Code,
  codeAt,
  endingOf,
  lineTexts,
  placesOf,
  quotedCode,
  type Range,
  readCode,
  renamedPlaces,
  weightOf,
} from './code-text.ts';
import { declares } from './declares.ts';
import { between, blockAround, counterpart } from './near.ts';

/** One path in which two commits differ: `was` null for a new file, `now` null for one that is gone; both for a moved one. */
export type PathChange = { was: string | null; now: string | null };

/** Two commits, read alike. A text is null where there is no such file, undefined where nobody could look. */
export type TwoCommits = {
  before(path: string): Promise<string | null | undefined>;
  after(path: string): Promise<string | null | undefined>;
  /** Every path in which they differ, moved files as one. */
  changes: readonly PathChange[];
};

export type Quoted = Place & { snippet: string };

/**
 * What became of some lines. `removed`: they are gone and their file is there; `gone`: their file went too, and they stand
 * nowhere else. Neither says that anything was mended.
 */
export type CodeFate =
  | { fate: 'same'; at: Place }
  | { fate: 'moved'; at: Place }
  | {
      fate: 'changed';
      /** Where what they became stands; null when only parts of it can be told. */
      at: Place | null;
      /** `names`: only names differ. `parts`: some of the lines. `around`: they stand, the function around them differs. */
      how: 'names' | 'parts' | 'around';
    }
  | { fate: 'removed'; at: Place | null }
  | { fate: 'gone' }
  | { fate: 'unread' };

/** Fewer letters than this say too little to be looked for in other files. */
const TELLING = 12;
/** Files that changed are looked through in order, up to so many. */
const MAX_FILES = 400;

type Texts = { was: Code; now: Code; path: string };

/** How many lines of a quotation a text holds more often than before: those came here. */
const linesThatCame = (quoted: readonly string[], { was, now }: Pick<Texts, 'was' | 'now'>): number => {
  const count = (code: Code): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const text of lineTexts(code)) counts.set(text, (counts.get(text) ?? 0) + 1);
    return counts;
  };
  const before = count(was);
  const after = count(now);
  return quoted.filter((l) => (after.get(l) ?? 0) > (before.get(l) ?? 0)).length;
};

const telling = (code: Code): string[] =>
  lineTexts(code).filter((l) => l.replace(/[^\p{L}\p{N}]/gu, '').length > 3);

/** The lines that the quotation's words stand in: empty ones at its ends, and what was cut off it, are none of them. */
const saidIn = ({ startLine, snippet }: Quoted): Range => {
  const lines = snippet.split('\n');
  const first = lines.findIndex((l) => l.trim() !== '');
  const last = lines.findLastIndex((l) => l.trim() !== '');
  return { startLine: startLine + Math.max(0, first), endLine: startLine + Math.max(0, last) };
};

const placeIn = (path: string, range: Range): Place => ({ path, ...range });

const NOTHING = '';

/** What became of quoted lines between two commits. */
export const fateOf = async (cite: Quoted, commits: TwoCommits): Promise<CodeFate> => {
  const { path } = cite;
  const before = await commits.before(path);
  const after = await commits.after(path);
  if (before === undefined || after === undefined) return { fate: 'unread' };
  const quoted = quotedCode(cite.snippet, path);
  const was = readCode(before ?? NOTHING, path);
  const own = saidIn(cite);
  const earlier = { code: was, places: placesOf(quoted, was) };
  const renamed =
    commits.changes.find((c) => c.was === path && c.now !== null && c.now !== path)?.now ?? null;
  const home = after !== null ? path : renamed;
  const homeText = after ?? (renamed === null ? null : await commits.after(renamed));
  if (homeText === undefined) return { fate: 'unread' };

  if (home !== null && homeText !== null) {
    const now = readCode(homeText, home);
    const found = counterpart(own, earlier, { code: now, places: placesOf(quoted, now) });
    if (found) return stands(cite, before, homeText, placeIn(home, found));
  }

  const others: Texts[] = [];
  const ending = endingOf(path);
  const wide = weightOf(quoted) >= TELLING;
  for (const change of commits.changes.filter((c) => c.now !== null && c.now !== home).slice(0, MAX_FILES)) {
    if (!wide || endingOf(change.now!) !== ending) continue;
    const text = await commits.after(change.now!);
    if (text === null || text === undefined) continue;
    const old = change.was === null || change.was === path ? null : await commits.before(change.was);
    others.push({ was: readCode(old ?? NOTHING, path), now: readCode(text, path), path: change.now! });
  }
  for (const o of others) {
    const places = placesOf(quoted, o.now);
    if (places.length <= placesOf(quoted, o.was).length) continue;
    const found = counterpart(own, earlier, { code: o.now, places });
    const text = await commits.after(o.path);
    if (found && text) return stands(cite, before, text, placeIn(o.path, found));
  }

  const files: Texts[] = [
    ...(home !== null && homeText !== null ? [{ was, now: readCode(homeText, home), path: home }] : []),
    ...others,
  ];
  const older = [was, ...others.map((o) => o.was)];
  const newer = files.map((f) => f.now);
  const mayBecome = (a: string, b: string): boolean =>
    older.some((c) => declares(c, a)) && newer.some((c) => declares(c, b));
  const named = codeAt(was, own, quoted);
  for (const f of wide ? files : []) {
    const places = renamedPlaces(named, f.now, mayBecome);
    const fresh = f.path === home || places.length > renamedPlaces(named, f.was, mayBecome).length;
    const found = fresh ? counterpart(own, earlier, { code: f.now, places }) : null;
    if (found) return { fate: 'changed', at: placeIn(f.path, found), how: 'names' };
  }

  const lines = telling(quoted);
  const homeNow = home !== null && homeText !== null ? readCode(homeText, home) : null;
  const region = homeNow && between(own, was, homeNow);
  const at = home !== null && region ? placeIn(home, region) : null;
  if (homeNow) {
    const kept = new Set(lineTexts(homeNow));
    const near = region ? new Set(lineTexts(homeNow).slice(region.startLine - 1, region.endLine)) : kept;
    if (lines.some((l) => near.has(l))) return { fate: 'changed', at, how: 'parts' };
  }
  const came = others
    .map((o) => ({ o, lines: linesThatCame(lines, o) }))
    .filter(({ lines: n }) => n > 0 && n * 2 >= lines.length)
    .sort((a, b) => b.lines - a.lines)[0];
  if (came) {
    const range = spanOf(lines, came.o.now);
    return { fate: 'changed', at: range && placeIn(came.o.path, range), how: 'parts' };
  }
  return home === null ? { fate: 'gone' } : { fate: 'removed', at };
};

/** From the first to the last of these lines, where that is no more than a reader takes in. */
const spanOf = (lines: readonly string[], code: Code): Range | null => {
  const wanted = new Set(lines);
  const found = lineTexts(code).flatMap((l, i) => (wanted.has(l) ? [i + 1] : []));
  const [first] = found;
  const last = found.at(-1);
  return first !== undefined && last !== undefined && last - first < 60
    ? { startLine: first, endLine: last }
    : null;
};

/** The lines stand: whether the function around them still says the same. */
const stands = (cite: Quoted, before: string | null, now: string, at: Place): CodeFate => {
  const { path, startLine, endLine } = cite;
  const own = saidIn(cite);
  const same = at.path === path && at.startLine === own.startLine && at.endLine === own.endLine;
  const fate = same
    ? ({ fate: 'same', at: { path, startLine, endLine } } as const)
    : ({ fate: 'moved', at } as const);
  if (before === null || before === now) return fate;
  const block = (text: string, range: Range): string => {
    const { startLine, endLine } = blockAround(text, range);
    return quotedCode(
      text
        .split('\n')
        .slice(startLine - 1, endLine)
        .join('\n'),
      cite.path,
    ).text;
  };
  return block(before, own) === block(now, at) ? fate : { fate: 'changed', at, how: 'around' };
};
