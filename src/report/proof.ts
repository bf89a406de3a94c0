import { type Cited, earlierKey } from '../domain/citations.ts';
import { type EvidenceItem, type Location, placeWords } from '../domain/evidence.ts';
import type { Finding } from '../domain/finding.ts';
import { citedKey } from '../domain/since/elsewhere.ts';
import { compareSnippet } from './rules/snippets.ts';

/**
 * Whether a cited range still says what the finding quotes, read again at the pinned commit. `changed`: some of it stands in
 * the file. `gone`: none of it, or the file is not there. `unread`: nobody could look, which proves nothing.
 */
export type Proof =
  | { state: 'exact' | 'changed' | 'gone' | 'unread' }
  /** `path` where it is another file. */
  | { state: 'moved'; startLine: number; endLine: number; path?: string };

export const proveLocation = (l: Location, cited: Cited): Proof => {
  const source = cited.texts.get(l.path);
  if (source === undefined) return { state: 'unread' };
  const { path, ...lines } = cited.elsewhere?.get(citedKey(l)) ?? { path: l.path };
  const elsewhere: Proof | null = 'startLine' in lines ? { state: 'moved', path, ...lines } : null;
  if (source === null) return elsewhere ?? { state: 'gone' };
  const match = compareSnippet({ ...l, snippet: l.snippet.split('\n'), line: 0 }, source);
  switch (match.kind) {
    case 'exact':
      return { state: 'exact' };
    case 'moved':
      return { state: 'moved', startLine: match.start, endLine: match.end };
    case 'semantic':
      // Only white space differs. Quoted anew from where it stands, it is exact again.
      return { state: 'moved', startLine: match.start, endLine: match.end };
    case 'partial':
      return elsewhere ?? { state: 'changed' };
    case 'none':
      return elsewhere ?? { state: 'gone' };
  }
};

/** The places of a followed-up finding, at the commit where they were cited. */
export const proveEarlier = (f: Finding, cited: Cited): { location: Location; proof: Proof }[] =>
  (f.followUp?.verdict ? f.followUp.was : []).map((location) => {
    const text = cited.earlier?.get(earlierKey(f.followUp!.commit, location.path));
    const texts = new Map(text === undefined ? [] : [[location.path, text]]);
    return { location, proof: proveLocation(location, { texts, problem: null }) };
  });

export type ProvenCitation = {
  finding: Finding;
  location: Location;
  /** Place in `finding.locations`, or null when an attached evidence item cites it. */
  index: number | null;
  proof: Proof;
};

/** Every citation of a finding with its proof: its own places, then those of its evidence that it does not cite itself. */
export const proveFinding = (
  f: Finding,
  items: ReadonlyMap<string, EvidenceItem>,
  cited: Cited,
): ProvenCitation[] => {
  const own = f.locations.map((location, index) => ({ location, index: index as number | null }));
  const known = new Set(f.locations.map(placeWords));
  const attached = f.evidence.flatMap((id) => {
    const location = items.get(id)?.location;
    if (!location || known.has(placeWords(location))) return [];
    known.add(placeWords(location));
    return [{ location, index: null }];
  });
  return [...own, ...attached].map((c) => ({ ...c, finding: f, proof: proveLocation(c.location, cited) }));
};
