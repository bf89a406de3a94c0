import type { CollectorResult } from '../domain/evidence.ts';
import { changedEvidence } from '../domain/review.ts';

type Evidence = ReadonlyMap<string, CollectorResult>;

/** What collectors that ran again say otherwise than before, a line each: a later program may gather by other rules. */
export const changedLines = (before: Evidence, now: Evidence, ids: readonly string[]): string[] =>
  ids.flatMap((id) => {
    const [was, is] = [before.get(id), now.get(id)];
    const changed = was && is && was !== is ? changedEvidence(was, is) : '';
    return changed ? [`changed ${id}: ${changed}`] : [];
  });
