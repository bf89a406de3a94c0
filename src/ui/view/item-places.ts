import { type EvidenceItem, placeWords } from '../../domain/evidence.ts';

/** A place an item points at. `words` says what it is to the item: `sink   src/run.ts:12  exec`. */
export type ItemPlace = { path: string; startLine: number; endLine: number; words: string };

/** What an item points at besides its own lines: the ways of its values, then the other places of the same cause. */
export const otherPlaces = (item: EvidenceItem): ItemPlace[] => {
  const steps = item.flow.map((s) => ({
    path: s.path,
    startLine: s.line,
    endLine: s.line,
    words: `${s.role.padEnd(7)}${s.path}:${s.line}  ${s.text}`,
  }));
  const known = new Set(steps.map((s) => `${s.path}:${s.startLine}`));
  return [
    ...steps,
    ...item.places
      .filter((p) => !known.has(`${p.path}:${p.startLine}`))
      .map((p) => ({ ...p, words: `also   ${placeWords(p)}` })),
  ];
};

/** Where the interface remembers which place of an item is shown: 0 is the item's own. */
export const stepKey = (item: EvidenceItem): string => `step:${item.id}`;
