import { type EvidenceItem, placeWords } from '../../domain/evidence.ts';
import { shownPath } from '../../text/shown-path.ts';

/** A place an item points at. `words` says what it is to the item: `sink   src/run.ts:12  exec`. */
export type ItemPlace = { path: string; startLine: number; endLine: number; words: string };

/** What an item points at besides its own lines: the ways of its values, then the other places of the same cause. */
/** {@link placeWords} as people may read them. */
export const shownPlace = (place: Parameters<typeof placeWords>[0]): string =>
  placeWords({ ...place, path: shownPath(place.path) });

export const otherPlaces = (item: EvidenceItem): ItemPlace[] => {
  const steps = item.flow.map((s) => ({
    path: s.path,
    startLine: s.line,
    endLine: s.line,
    words: `${s.role.padEnd(7)}${shownPath(s.path)}:${s.line}  ${s.text}`,
  }));
  const known = new Set(steps.map((s) => `${s.path}:${s.startLine}`));
  return [
    ...steps,
    ...item.places
      .filter((p) => !known.has(`${p.path}:${p.startLine}`))
      .map((p) => ({ ...p, words: `also   ${shownPlace(p)}` })),
  ];
};

/** Where the interface remembers which place of an item is shown: 0 is the item's own. */
export const stepKey = (item: EvidenceItem): string => `step:${item.id}`;

/** A redacted snippet (a secret) differs from the file on purpose: then the file's own lines must not be shown. */
export const sameText = (file: string, at: NonNullable<EvidenceItem['location']>): boolean =>
  file
    .split('\n')
    .slice(at.startLine - 1, at.endLine)
    .join('\n')
    .startsWith(at.snippet);
