import { existsSync } from 'node:fs';
import { type Auditor, mayBeSame, nameOf } from '../domain/auditor.ts';
import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import {
  compareEvidence,
  countStances,
  openRemarks,
  reviewedSubjects,
  stanceWords,
} from '../domain/review.ts';
import type { ReviewOf } from '../domain/review-record.ts';
import type { Session } from '../domain/session.ts';
import type { Store } from '../engine/store.ts';
import { sessionDir } from '../io/paths.ts';
import { sha256 } from '../io/put-in-place.ts';
import { readSessionFile, type SessionContent } from '../io/session/import-session.ts';
import { reviewedHere, reviewedIn } from '../io/session/reviewed.ts';
import { NO_SIGNERS } from '../io/signing/verify.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { readExported } from './archive.ts';
import { type Host, json } from './host.ts';
import { headSignatures } from './verify-signature.ts';
import { withSession } from './with-session.ts';

type Review = { of: ReviewOf; content: SessionContent };

/** The review in an exported file, when the session it is of is on this machine; null for any other session. */
export const reviewIn = (host: Host, file: string): Review | null => {
  const content = readSessionFile(readExported(file));
  const [started] = content.events;
  const of = started?.type === 'session.started' ? started.review : undefined;
  return of && existsSync(sessionDir(host.dataDir, of.session)) ? { of, content } : null;
};

const refuse = (message: string, hint: string): UserError =>
  new UserError(`${message}, so nothing of it was taken in`, hint);

/** One review has one history: a later file goes on with the earlier one, or it was written anew. */
const refuseRewritten = async (store: Store, { content }: Review): Promise<void> => {
  const known = store.snapshot().session.reviews.get(content.id);
  if (!known) return;
  const earlier = await store.readBlob(known.journal);
  if (earlier && !content.journal.subarray(0, earlier.length).equals(Buffer.from(earlier)))
    throw refuse(
      `review ${content.id} was taken in before, up to its event ${known.head.events}, and this file tells that history in another way`,
      'ask the reviewer which of the two is theirs',
    );
};

/** A signature in it that does not hold; one that nobody here can verify is told with the session's signatures. */
const refuseFalse = async (host: Host, { content }: Review, own: Session): Promise<void> => {
  const signatures = await headSignatures(host, content, own, NO_SIGNERS);
  const broken = signatures.find((s) => s.holds === false);
  if (broken)
    throw refuse(
      `review ${content.id} was changed after it was signed: its signature is not of what it says (${broken.said})`,
      'ask the reviewer for the file they signed',
    );
};

/** Reviews under other ids that say they are by the same person: nothing but a signature shows whose they are. */
const sameReviewer = (s: Session, review: string, reviewer: Auditor): string[] =>
  [...s.reviews]
    .filter(([id, r]) => id !== review && mayBeSame(r.reviewer, reviewer))
    .map(
      ([id]) =>
        `review ${id} says it is by ${nameOf(reviewer)} too: ask them whether both are theirs, or see who signed with mcp-audit verify-signature`,
    );

/** Takes a review back into the author's session. Everything is checked before anything is recorded. */
export const takeReview = (host: Host, review: Review, asJson: boolean): Promise<number> =>
  withSession(host, review.of.session, async (w) => {
    const { of, content } = review;
    const own = reviewedIn(content);
    const author = reviewedHere(w.dir, of.head);
    const { session, methodology } = w.store.snapshot();
    const { target, auditor, lastAt } = own.session;
    if (
      target?.commit !== session.target?.commit ||
      own.session.methodology?.sha256 !== author.session.methodology?.sha256
    )
      throw refuse(
        `review ${content.id} is of another commit or methodology than session ${w.id}`,
        'a review is begun with mcp-audit review on the exported session',
      );
    if (auditor.name === '' && auditor.github === '')
      throw refuse(
        `review ${content.id} does not say who reviewed`,
        'ask the reviewer to name themselves (A on the Session screen) and to export it again',
      );
    if (mayBeSame(auditor, session.auditor))
      throw refuse(
        `review ${content.id} says it is by ${nameOf(auditor)}, who is the author of session ${w.id}: nobody's own word on an audit is a peer review`,
        'ask who sent it to say who they are (A on the Session screen) and to export it again',
      );
    await refuseRewritten(w.store, review);
    await refuseFalse(host, review, own.session);
    const subjects = reviewedSubjects(own.session, author.session, methodology);
    const recorded = w.store.receiveReview(
      content.id,
      {
        reviewer: auditor,
        blind: of.blind,
        of: of.head,
        head: { events: content.events.length, hash: content.lastHash },
        finishedAt: lastAt,
        evidence: compareEvidence(author, own, sha256),
        subjects,
      },
      content.journal,
    );
    const notices = [...content.notices, ...sameReviewer(session, content.id, auditor)];
    const same = isRefusal(recorded) && recorded.refused === 'nothing changed';
    if (isRefusal(recorded) && !same) throw new UserError(recorded.refused, recorded.hint);
    const now = w.store.snapshot().session;
    const open = openRemarks(now).filter((r) => r.review === content.id);
    const { evidence } = now.reviews.get(content.id)!;
    if (asJson)
      json(host, {
        session: w.id,
        review: content.id,
        outcome: same ? 'same' : 'taken',
        reviewer: auditor,
        counts: countStances(subjects),
        evidence,
        open: open.map((r) => r.subject),
        notices,
      });
    else {
      const say = (text: string) => host.stdout(`${visible(text)}\n`);
      for (const n of notices) host.stderr(`${visible(n)}\n`);
      say(
        `review ${content.id} by ${nameOf(auditor)} (as it says) of event ${of.head.events} of ${w.id}: ${same ? 'was taken in already' : 'taken in'}`,
      );
      say(
        `${stanceWords(countStances(subjects))}; evidence: ${plural(evidence.same.length, 'collector')} the same, ${evidence.differs.length} differ, ${evidence.notCompared.length} not compared`,
      );
      for (const d of evidence.differs) say(`  differs ${d.collector}: ${d.said}`);
      for (const { subject } of open) say(`  ${subject.about} ${subject.stance}: ${subject.reason}`);
      if (open.length > 0)
        say(
          `${plural(open.length, 'waits', 'wait')} for your answer: R in the workbench, or replies: in a file for mcp-audit answer`,
        );
    }
    return 0;
  });
