import type { EvidenceItem } from '../evidence.ts';
import { quotedCode } from './code-text.ts';
import type { PathChange } from './fate.ts';

/** What became of an item of evidence between two commits. `moved`: it says the same, elsewhere. */
export type ItemState = 'same' | 'moved' | 'changed' | 'new' | 'gone';
export type ItemPair = {
  was: EvidenceItem | null;
  now: EvidenceItem | null;
  state: ItemState;
  /** In what the two differ, in words; none where they say the same. */
  differs: string[];
};

type Key = (item: EvidenceItem, path: (path: string) => string) => string | null;

const rule = (i: EvidenceItem): string => `${i.collector}\0${i.rule}`;
const codeOf = (i: EvidenceItem): string =>
  i.location === null ? '' : quotedCode(i.location.snippet, i.location.path).text;
const doorNames = (i: EvidenceItem): string =>
  [...new Set((i.doors ?? []).map((d) => d.name).filter(Boolean))].sort().join('\0');
/** A title without its numbers: "412 commits by 12 people" is about the same a commit later. */
const titleOf = (title: string): string => title.replace(/\d+/g, '#');

/** From what can be nothing else to what is likely the same: each pairs, in order, what those before left over. */
const KEYS: readonly Key[] = [
  (i) => i.id,
  (i, path) => i.location && `${rule(i)}\0${path(i.location.path)}\0${codeOf(i)}`,
  (i) => (i.location && codeOf(i) !== '' ? `${rule(i)}\0${codeOf(i)}` : null),
  (i, path) => `${rule(i)}\0${i.location ? path(i.location.path) : ''}\0${titleOf(i.title)}`,
  (i, path) =>
    i.location && doorNames(i) !== '' ? `${rule(i)}\0${path(i.location.path)}\0${doorNames(i)}` : null,
  (i, path) => `${rule(i)}\0${i.location ? path(i.location.path) : ''}`,
];

const flowOf = (i: EvidenceItem): string =>
  i.flow.map((s) => `${s.role} ${quotedCode(s.text, s.path).text}`).join('\0');
const doorsOf = (i: EvidenceItem): string =>
  (i.doors ?? [])
    .map((d) => `${d.name} ${d.guarded}`)
    .sort()
    .join('\0');

/** In what two items of one cause differ for whoever judges them; where they stand is no difference. */
const differences = (was: EvidenceItem, now: EvidenceItem, path: (path: string) => string): string[] => {
  const text = (words: string): string =>
    was.location === null ? words : words.replaceAll(was.location.path, path(was.location.path));
  // What is said of code names its lines, which shift; what is said of none is all there is.
  const said = (i: EvidenceItem, words: string): string => (i === was ? text(words) : words);
  return [
    ...(was.kind === now.kind ? [] : [`it is a ${now.kind} now, and was a ${was.kind}`]),
    ...(was.strength === now.strength ? [] : [`it is ${now.strength} now, and was ${was.strength}`]),
    ...(said(was, was.title) === now.title ? [] : ['its title']),
    ...(codeOf(was) === codeOf(now) ? [] : ['the code it stands at']),
    ...(flowOf(was) === flowOf(now) ? [] : ['the way of the value']),
    ...(doorsOf(was) === doorsOf(now) ? [] : ['what reaches it, or what guards it']),
    ...(was.places.length === now.places.length
      ? []
      : [`${now.places.length} other places, and were ${was.places.length}`]),
    ...(was.location === null && now.location === null && was.detail !== now.detail ? ['what it says'] : []),
  ];
};

const place = (i: EvidenceItem): string =>
  i.location ? `${i.location.path}:${i.location.startLine}-${i.location.endLine}` : '';

/** Pairs the evidence of two commits. Every item is in exactly one pair; the order is that of the later, then what is gone. */
export const matchEvidence = (
  was: readonly EvidenceItem[],
  now: readonly EvidenceItem[],
  changes: readonly PathChange[] = [],
): ItemPair[] => {
  const moves = new Map(
    changes.flatMap((c) =>
      c.was !== null && c.now !== null && c.was !== c.now ? [[c.was, c.now] as const] : [],
    ),
  );
  const later = (path: string): string => moves.get(path) ?? path;
  const partner = new Map<EvidenceItem, EvidenceItem>();
  let before = [...was];
  let after = [...now];
  for (const key of KEYS) {
    const waiting = Map.groupBy(before, (i) => key(i, later) ?? '');
    waiting.delete('');
    for (const item of after) {
      const old = waiting.get(key(item, (p) => p) ?? '')?.shift();
      if (old) partner.set(item, old);
    }
    const paired = new Set(partner.values());
    before = before.filter((i) => !paired.has(i));
    after = after.filter((i) => !partner.has(i));
  }
  return [
    ...now.map((item): ItemPair => {
      const old = partner.get(item) ?? null;
      if (old === null) return { was: null, now: item, state: 'new', differs: [] };
      const differs = differences(old, item, later);
      const state = differs.length > 0 ? 'changed' : place(old) === place(item) ? 'same' : 'moved';
      return { was: old, now: item, state, differs };
    }),
    ...before.map((item): ItemPair => ({ was: item, now: null, state: 'gone', differs: [] })),
  ];
};
