import path from 'node:path';
import type { Head } from '../../domain/auditor.ts';
import { UserError } from '../../domain/errors.ts';
import type { CollectorResult } from '../../domain/evidence.ts';
import type { Reviewed } from '../../domain/review.ts';
import type { ReviewOf } from '../../domain/review-record.ts';
import { replay, type Session } from '../../domain/session.ts';
import type { BlobRead } from '../../engine/ports.ts';
import { parseEvidence } from '../../engine/read-evidence.ts';
import { readInputFile } from '../input-file.ts';
import { readBlobSync } from './blob-store.ts';
import { hashAt } from './head-file.ts';
import { readSessionFile, type SessionContent } from './import-session.ts';
import { journalPath, MAX_JOURNAL, readJournalFile } from './journal-file.ts';

const reviewedAt = (session: Session, read: (sha256: string) => BlobRead): Reviewed => {
  const evidence = new Map<string, CollectorResult>();
  const missing = new Map<string, string>();
  for (const [collector, run] of session.runs) {
    const found = parseEvidence(read(run.blob), collector, 'nothing is compared with it');
    if (typeof found === 'string') missing.set(collector, found);
    else evidence.set(collector, found);
  }
  return { session, evidence, missing };
};

/** A session as it came in a file: nothing of it is written anywhere. */
export const reviewedIn = ({ events, blobs }: SessionContent): Reviewed =>
  reviewedAt(replay(events), (sha256) => {
    const bytes = blobs.get(sha256);
    return bytes ? { bytes } : { problem: 'missing' };
  });

/**
 * The session in `dir` as it stood at a point of its history. Throws {@link UserError} when its history has no such point: what
 * was said of it is about another.
 */
export const reviewedHere = (dir: string, head: Head): Reviewed => {
  const { events } = readJournalFile(dir);
  const journal = readInputFile(journalPath(dir), MAX_JOURNAL);
  const hash = events.length < head.events ? null : hashAt(journal, head.events);
  if (hash !== head.hash)
    throw new UserError(
      hash === null
        ? `session ${path.basename(dir)} has ${events.length} events here, and the review is of its event ${head.events}: it is another history, so nothing of the review was taken in`
        : `event ${head.events} of session ${path.basename(dir)} is ${hash.slice(0, 16)}… here and ${head.hash.slice(0, 16)}… in the review: one of the two histories was written anew, so nothing of the review was taken in`,
      'find out which is the one that was exported for review; a review of another history is about another audit',
    );
  return reviewedAt(replay(events.slice(0, head.events)), (sha256) => readBlobSync(dir, sha256));
};

/** What the review in `dir` is of. Throws {@link UserError} when its file is not the one the review was begun on. */
export const readReviewed = (dir: string, review: ReviewOf): Reviewed => {
  const lost = (what: string) =>
    new UserError(
      `the session that is reviewed here, ${review.session}, is ${what}: without it, remarks are about nothing`,
      'import an earlier export of this review, or begin another on the exported session',
    );
  const read = readBlobSync(dir, review.archive);
  if ('problem' in read) throw lost(read.problem);
  const content = readSessionFile(read.bytes);
  if (
    content.id !== review.session ||
    content.events.length !== review.head.events ||
    content.lastHash !== review.head.hash
  )
    throw lost('another than the review names');
  return reviewedIn(content);
};
