import { hash } from 'node:crypto';
import type { ItemDraft, SourceTree, TreeEntry } from '../collectors/collector.ts';
import { type EvidenceItem, type Location, type Place, placeWords } from '../domain/evidence.ts';
import { checksOf, type Methodology } from '../domain/methodology.ts';
import { compareItems, standingOf } from '../domain/standing.ts';
import { byName, withShownPaths } from '../text/shown-path.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { readLines, whole } from './quoted.ts';
import { showLines } from './reproduce.ts';

/** Turns what collectors wrote down into evidence: adds id, checks, snippet, hash and the command that shows it again. */

export const MAX_SNIPPET_LINES = 40;
export const MAX_SNIPPET_CHARS = 4000;
/** A collector that says more is cut here, and a gap says so. */
export const MAX_ITEMS = 5000;
const MAX_TITLE_CHARS = 300;
const MAX_DETAIL_CHARS = 4000;
const MAX_FLOW_STEPS = 60;
/** Of one cause: who has seen so many knows that it is everywhere, and how many more there are is said. */
export const MAX_PLACES = 100;

const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** At most `max` UTF-16 units, never half a surrogate pair. */
const cut = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max);
};

/** One line without anything a reader could not see; the target's text may be in it. */
export const oneLine = (text: string, max: number): string => {
  const line = visible(
    text
      .slice(0, max * 2)
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return line.length <= max ? line : `${cut(line, max - 1)}…`;
};

const paragraphs = (text: string, max: number): string => {
  const lines = visibleLines(text.slice(0, max * 2).trim());
  return lines.length <= max ? lines : `${cut(lines, max - 1)}…`;
};

export type FinishParts = {
  collector: string;
  /** Full hash of the pinned commit. */
  commit: string;
  tree: SourceTree;
  methodology: Methodology;
  checks?: string[]; // that drafts may name; by default those that ask for the collector
};

type Located = {
  draft: ItemDraft;
  location: Location | null;
  reproduce: string;
  problem: string | null;
  places: Place[];
  /** What is to be said of places that are not listed. */
  remarks: string[];
};

const isWithin = ({ startLine, endLine }: Omit<Place, 'path'>, count: number): boolean =>
  Number.isInteger(startLine) &&
  Number.isInteger(endLine) &&
  startLine >= 1 &&
  endLine >= startLine &&
  endLine <= count;

type Pointed = Omit<Located, 'places' | 'remarks'>;

const locate = async (draft: ItemDraft, parts: FinishParts, files: FileReader): Promise<Pointed> => {
  const { commit } = parts;
  const own = draft.reproduce?.replaceAll('{commit}', commit);
  const none = (problem: string | null): Pointed => ({
    draft,
    location: null,
    reproduce: own ?? `git ls-tree -r --long ${commit}`,
    problem,
  });
  if (!draft.at) return none(null);
  const { path, startLine, endLine = startLine } = draft.at;
  const where = placeWords({ path, startLine, endLine });
  const entry = files.entry(path);
  if (!entry) return none(`it points at ${where}, but that file is not in the pinned commit`);
  const lines = await files.lines(entry);
  const at = (snippet: string, from: number, to: number, reproduce: string): Pointed => ({
    draft,
    location: { path, startLine: from, endLine: to, snippet, sha256: sha256(snippet) },
    reproduce: own ?? reproduce,
    problem: null,
  });
  // A submodule's or a binary's "line" is the entry itself.
  if (!lines)
    return at(
      draft.redactedSnippet ?? whole(entry),
      1,
      1,
      `git ls-tree -r --long ${commit} | grep -F ${entry.oid}`,
    );
  if (!isWithin({ startLine, endLine }, lines.length))
    return none(`it points at ${where}, but that file has ${lines.length} lines`);
  const snippet = lines.slice(startLine - 1, Math.min(endLine, startLine - 1 + MAX_SNIPPET_LINES)).join('\n');
  return at(
    cut(draft.redactedSnippet ?? snippet, MAX_SNIPPET_CHARS),
    startLine,
    endLine,
    showLines(commit, path, entry.oid, startLine, endLine),
  );
};

/** The other places of a draft, each once, by path and line; one that does not exist is named, not dropped in silence. */
const locateOthers = async (
  draft: ItemDraft,
  files: FileReader,
): Promise<{ places: Place[]; remarks: string[] }> => {
  const { at } = draft;
  const own = at ? placeWords({ ...at, endLine: at.endLine ?? at.startLine }) : '';
  const asked = new Map<string, Place>();
  for (const { path, startLine, endLine = startLine } of draft.places ?? [])
    asked.set(placeWords({ path, startLine, endLine }), { path, startLine, endLine });
  asked.delete(own);
  const sorted = [...asked.values()].sort(byLines);
  const places: Place[] = [];
  const remarks: string[] = [];
  for (const lines of sorted.slice(0, MAX_PLACES)) {
    const entry = files.entry(lines.path);
    const known = entry ? await files.lines(entry) : null;
    if (!entry || (known && !isWithin(lines, known.length)))
      remarks.push(
        `A fault of this collector: it also names ${placeWords(lines)}, which the pinned commit lacks.`,
      );
    else places.push(known ? lines : { ...lines, startLine: 1, endLine: 1 });
  }
  if (sorted.length > MAX_PLACES)
    remarks.push(
      `${(sorted.length - MAX_PLACES).toLocaleString('en')} more places of this kind are not listed.`,
    );
  return { places, remarks };
};

type FileReader = {
  entry(path: string): TreeEntry | undefined;
  lines(entry: TreeEntry): Promise<string[] | null>;
};

/** Collectors often say several things about one file in a row: the last few files are read once. */
const fileReader = (tree: SourceTree): FileReader => {
  const entries = byName(tree.allEntries);
  const recent = new Map<string, Promise<string[] | null>>();
  return {
    entry: (path) => entries.get(path),
    lines: (entry) => {
      const known = recent.get(entry.path);
      if (known) return known;
      const lines = readLines(tree, entry);
      recent.set(entry.path, lines);
      if (recent.size > 8) recent.delete(recent.keys().next().value!);
      return lines;
    },
  };
};

/** The checks that show what this collector found, in the order an auditor walks them. */
const checksFor = (methodology: Methodology, collector: string): string[] =>
  checksOf(methodology)
    .filter((check) => check.collectors.includes(collector))
    .map((check) => check.id);

const normalise = (text: string): string => text.replace(/\s+/g, ' ').trim();

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const byLines = (a: Place, b: Place): number =>
  byCodePoint(a.path, b.path) || a.startLine - b.startLine || a.endLine - b.endLine;

type Placed = { at: Located; line: number; end: number; words: string };

/** Equal items are told apart by their place and words, not by the order in which a collector came by them. */
const byPlace = (a: Placed, b: Placed): number =>
  a.line - b.line || a.end - b.end || byCodePoint(a.words, b.words);

const withIds = (collector: string, located: Located[]): { at: Located; id: string }[] => {
  const seen = new Map<string, number>();
  const placed = located.map((at) => ({
    at,
    line: at.location?.startLine ?? 0,
    end: at.location?.endLine ?? 0,
    words: JSON.stringify({ ...at.draft, places: at.places }),
  }));
  return placed.sort(byPlace).map(({ at }) => {
    const { rule, title } = at.draft;
    // Without a place (or with one that does not exist) the words are all there is to tell items apart.
    const identity = at.location
      ? [collector, rule, at.location.path, normalise(at.location.snippet)]
      : [collector, rule, '', normalise(title)];
    const key = JSON.stringify(identity);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    return { at, id: sha256(JSON.stringify([...identity, occurrence])).slice(0, 16) };
  });
};

const finish = (
  collector: string,
  checks: string[],
  { at, id }: { at: Located; id: string },
): EvidenceItem => {
  const { draft, location, reproduce, problem, places, remarks } = at;
  const detail = [draft.detail ?? '', ...remarks].filter((text) => text !== '').join('\n');
  const named = draft.checks ? checks.filter((check) => draft.checks?.includes(check)) : checks;
  const item: EvidenceItem = {
    id,
    kind: problem === null ? draft.kind : 'gap',
    strength: draft.strength ?? 'moderate',
    collector,
    rule: draft.rule,
    // A methodology may not have the checks the collector had in mind: then the item is shown in all, rather than nowhere.
    checks: named.length > 0 ? named : checks,
    cwe: draft.cwe ?? [],
    class: draft.class,
    title:
      problem === null
        ? oneLine(draft.title, MAX_TITLE_CHARS)
        : oneLine(`Could not show what ${collector} found: ${draft.title}`, MAX_TITLE_CHARS),
    detail:
      problem === null
        ? paragraphs(detail, MAX_DETAIL_CHARS)
        : paragraphs(
            `This is a fault of the collector ${collector}, not of the target: ${problem}. ${detail}`,
            MAX_DETAIL_CHARS,
          ),
    ...(draft.advice ? { advice: paragraphs(draft.advice, MAX_DETAIL_CHARS) } : {}),
    location,
    flow: (draft.flow ?? [])
      .slice(0, MAX_FLOW_STEPS)
      .map((step) => ({ ...step, text: oneLine(step.text, MAX_TITLE_CHARS) })),
    places,
    ...(draft.doors?.length ? { doors: draft.doors.slice(0, 1000) } : {}),
    ...(draft.positions?.length ? { positions: draft.positions } : {}),
    reproduce,
    ...(draft.reports && { reports: draft.reports }),
    ...(draft.first ? { first: true as const } : {}),
    ...(draft.measures && { measures: { ...draft.measures } }),
  };
  return item.kind === 'lead' ? { ...item, standing: standingOf(item, draft.wayIn) } : item;
};

const cutGap = (total: number): ItemDraft => ({
  kind: 'gap',
  rule: 'too-many-items',
  class: 'hygiene',
  title: `${(total - MAX_ITEMS).toLocaleString('en')} of ${total.toLocaleString('en')} items are not shown`,
  detail: `Only the first ${MAX_ITEMS.toLocaleString('en')} were kept: narrow the target with --subdir to see the others.`,
});

/**
 * The evidence of one collector, most worth the auditor's time first. A function of the drafts and the pinned commit
 * alone: the same drafts, in any order, give the same items (as long as none had to be cut).
 *
 * Paths are as they may be read: one that holds a credential is masked, and opens the file all the same.
 * `location.snippet` is the exact beginning of the lines it names (40 lines and 4,000 characters at most), raw: it must
 * be made visible where it is shown. A draft that points at nothing becomes a `gap` that names the collector.
 */
export const finishItems = async (
  drafts: readonly ItemDraft[],
  parts: FinishParts,
): Promise<EvidenceItem[]> => {
  const kept = drafts.length > MAX_ITEMS ? [...drafts.slice(0, MAX_ITEMS), cutGap(drafts.length)] : drafts;
  const files = fileReader(parts.tree);
  const located: Located[] = [];
  for (const draft of kept)
    located.push({ ...(await locate(draft, parts, files)), ...(await locateOthers(draft, files)) });
  const checks = parts.checks ?? checksFor(parts.methodology, parts.collector);
  return withIds(parts.collector, located)
    .map((item) => withShownPaths(finish(parts.collector, checks, item)))
    .sort(compareItems);
};
