import { canonical } from '../text/canonical-json.ts';
import type { CollectorResult } from './evidence.ts';
import { findingId } from './finding.ts';
import { checksOf, type Methodology } from './methodology.ts';
import type { EvidenceComparison, Reply, ReviewedSubject, ReviewRecord, Stance } from './review-record.ts';
import { findingsOf, nextCheck, verdictOf } from './selectors.ts';
import { replyKey, type Session } from './session.ts';

/**
 * Peer review. A review is a session of its own on the same commit and methodology: the reviewer's verdicts are theirs, and
 * beside them they say of each verdict and finding of the author's whether they agree, object or ask. Neither history is written
 * into the other: what comes back to the author is one record, which they answer.
 */

/** Somebody's session as it stood at the point that is reviewed, and the evidence they had. */
export type Reviewed = {
  session: Session;
  evidence: ReadonlyMap<string, CollectorResult>;
  /** Evidence that cannot be read, and why. */
  missing: ReadonlyMap<string, string>;
};

export const isFindingId = (about: string): boolean => findingId.safeParse(about).success;

/** What of the author's can be spoken of: every check with a verdict in the order of the methodology, then the findings. */
export const subjectsOf = (author: Session, m: Methodology): string[] => [
  ...checksOf(m).flatMap((c) => (verdictOf(author, c.id) === null ? [] : [c.id])),
  ...findingsOf(author).map((f) => f.id),
];

/** The checks a subject belongs to: of a finding, those it was raised for. */
const checksOfSubject = (author: Session, about: string): readonly string[] =>
  isFindingId(about) ? (author.findings.get(about)?.checks ?? []) : [about];

/** Whether the author's word on it is kept from the reviewer: in a blind review, until they gave their own on its checks. */
export const isHidden = (own: Session, author: Session, about: string): boolean =>
  (own.review?.blind ?? false) &&
  checksOfSubject(author, about).some((check) => verdictOf(own, check) === null);

/** The findings of the author's on a check that may be seen. */
export const shownFindings = (own: Session, author: Session, check: string) =>
  findingsOf(author).filter((f) => f.checks.includes(check) && !isHidden(own, author, f.id));

/**
 * What the reviewer says of it; null where they have not said anything. A verdict given without knowledge of the author's speaks
 * for itself, until more is said.
 */
export const reviewedSubjectOf = (own: Session, author: Session, about: string): ReviewedSubject | null => {
  const verdict = isFindingId(about) ? null : verdictOf(own, about);
  const said = own.remarks.get(about);
  if (said) return { about, stance: said.stance, reason: said.reason, own: verdict };
  if (!own.review?.blind || verdict === null || isFindingId(about)) return null;
  const stance: Stance = verdict === verdictOf(author, about) ? 'agrees' : 'objects';
  const note = own.answers.get(about)?.note.trim() ?? '';
  return { about, stance, reason: note || "judged without knowing the author's verdict", own: verdict };
};

/** The next check with a verdict of the author's, or a finding, of which nothing was said; null where all is. */
export const nextUnsaid = (
  m: Methodology,
  own: Session,
  author: Session,
  from: string | null,
  step: 1 | -1,
): string | null => {
  const unsaid = (check: string) =>
    (verdictOf(author, check) !== null && !own.remarks.has(check)) ||
    findingsOf(author).some((f) => f.checks.includes(check) && !own.remarks.has(f.id));
  return nextCheck(m, from, step, unsaid);
};

/** Everything that was said, in order. Remarks on checks the author gave no verdict on come with the checks. */
export const reviewedSubjects = (own: Session, author: Session, m: Methodology): ReviewedSubject[] => {
  const known = new Set([...subjectsOf(author, m), ...own.remarks.keys()]);
  const order = [...checksOf(m).map((c) => c.id), ...findingsOf(author).map((f) => f.id)];
  return order
    .filter((about) => known.has(about))
    .flatMap((about) => reviewedSubjectOf(own, author, about) ?? []);
};

export type StanceCounts = Record<Stance, number>;
export const countStances = (subjects: readonly { stance: Stance }[]): StanceCounts => {
  const counts: StanceCounts = { agrees: 0, objects: 0, asks: 0 };
  for (const { stance } of subjects) counts[stance] += 1;
  return counts;
};

export const stanceWords = (c: StanceCounts): string =>
  `${c.agrees} agreed, ${c.objects} objected to, ${c.asks} asked about`;

export const noReview = {
  refused: 'this session is no review',
  hint: 'mcp-audit review FILE begins one of an exported session',
};

/** Why nothing can be said of it; null when it can. */
export const remarkRefusal = (
  own: Session,
  author: Session,
  m: Methodology,
  about: string,
): { refused: string; hint: string } | null => {
  if (!own.review) return noReview;
  const known = isFindingId(about) ? author.findings.has(about) : checksOf(m).some((c) => c.id === about);
  if (
    !known ||
    (isFindingId(about) && isHidden(own, author, about) && checksOfSubject(author, about).length === 0)
  )
    return { refused: `the author's session has no ${about}`, hint: 'name a check or a finding of it' };
  if (isHidden(own, author, about))
    return {
      refused: `the author's word on ${about} is hidden until you gave yours`,
      hint: `give your own verdict on ${checksOfSubject(author, about)
        .filter((c) => verdictOf(own, c) === null)
        .join(', ')} first`,
    };
  return null;
};

/** What of a review waits for the author's word: objections and questions nobody answered. */
export const openRemarks = (s: Session): { review: string; subject: ReviewedSubject }[] =>
  [...s.reviews].flatMap(([review, r]) =>
    r.subjects
      .filter((subject) => subject.stance !== 'agrees' && !s.replies.has(replyKey(review, subject.about)))
      .map((subject) => ({ review, subject })),
  );

export type SaidOf = { review: string; record: ReviewRecord; subject: ReviewedSubject; reply: Reply | null };

/** What reviewers said of a check or finding, in the author's session. */
export const saidOf = (s: Session, about: string): SaidOf[] =>
  [...s.reviews].flatMap(([review, record]) =>
    record.subjects
      .filter((subject) => subject.about === about)
      .map((subject) => ({ review, record, subject, reply: s.replies.get(replyKey(review, about)) ?? null })),
  );

/** The review that a reply is to: the one named, or the only one that objects to it or asks. */
export const reviewMeant = (
  s: Session,
  about: string,
  name: string | undefined,
): { id: string } | { refused: string; hint: string } => {
  const waiting = saidOf(s, about).filter((r) => r.subject.stance !== 'agrees');
  const meant = waiting.filter((r) => name === undefined || r.review.startsWith(name));
  const [only, ...others] = meant;
  if (only && others.length === 0) return { id: only.review };
  return only
    ? {
        refused: `${meant.length} reviews speak of ${about}`,
        hint: `say which with review: ${meant.map((r) => r.review).join(' or ')}`,
      }
    : {
        refused: `no review objects to ${about} or asks about it`,
        hint: 'mcp-audit status lists what they say',
      };
};

const withoutTime = (r: CollectorResult): CollectorResult => ({ ...r, run: { ...r.run, durationMs: 0 } });

/** The text whose hash is compared: all that was gathered, but not how long it took. */
const evidenceText = (r: CollectorResult): string => canonical(withoutTime(r));

const listed = (ids: readonly string[]): string =>
  `${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ` and ${ids.length - 3} more` : ''}`;

/** What of two results of a collector differs, in words. */
type Sides = { a: string; b: string };
const AUTHOR_AND_REVIEWER: Sides = { a: 'the author', b: 'the reviewer' };

const differenceOf = (theirs: CollectorResult, ours: CollectorResult, who: Sides): string => {
  const [a, b] = [theirs, ours].map((r) => new Map(r.items.map((i) => [i.id, i])));
  const named = (ids: Iterable<string>, of: typeof a) =>
    [...ids].map((id) => `"${of?.get(id)?.title ?? id}"`);
  const only = named(
    [...a!.keys()].filter((id) => !b!.has(id)),
    a,
  );
  const added = named(
    [...b!.keys()].filter((id) => !a!.has(id)),
    b,
  );
  const changed = named(
    [...a!].filter(([id, item]) => b!.has(id) && canonical(item) !== canonical(b!.get(id))).map(([id]) => id),
    a,
  );
  const parts = [
    ...(theirs.run.outcome === ours.run.outcome
      ? []
      : [`outcome ${theirs.run.outcome} for ${who.a}, ${ours.run.outcome} for ${who.b}`]),
    ...(only.length > 0 ? [`${only.length} items only ${who.a} has: ${listed(only)}`] : []),
    ...(added.length > 0 ? [`${added.length} only ${who.b} has: ${listed(added)}`] : []),
    ...(changed.length > 0 ? [`${changed.length} with other words or places: ${listed(changed)}`] : []),
  ];
  return parts.length > 0
    ? parts.join('; ')
    : 'the same items; what was searched, or what else was made of it, differs';
};

/** What of a collector's evidence is otherwise than before, gathered again at the same commit; '' when nothing is. */
export const changedEvidence = (before: CollectorResult, now: CollectorResult): string =>
  evidenceText(before) === evidenceText(now)
    ? ''
    : differenceOf(before, now, { a: 'the earlier run', b: 'this one' });

/**
 * Evidence gathered twice at the same commit, by collector. Results of other tools belong to who took them in: only what
 * collectors say is gathered again.
 */
export const compareEvidence = (
  theirs: Reviewed,
  ours: Reviewed,
  sha256: (text: string) => string,
): EvidenceComparison => {
  const done: EvidenceComparison = { same: [], differs: [], notCompared: [] };
  const collectors = new Set([...theirs.session.runs.keys(), ...ours.session.runs.keys()]);
  for (const collector of [...collectors].sort()) {
    const [a, b] = [theirs.evidence.get(collector), ours.evidence.get(collector)];
    if (!a || !b) {
      const lost = theirs.missing.get(collector) ?? ours.missing.get(collector);
      const nobody = a ? 'the reviewer did not gather it' : 'the author did not gather it';
      done.notCompared.push({ collector, said: lost ?? nobody });
      continue;
    }
    const [there, here] = [sha256(evidenceText(a)), sha256(evidenceText(b))];
    if (there === here) done.same.push(collector);
    else
      done.differs.push({
        collector,
        said: `${differenceOf(a, b, AUTHOR_AND_REVIEWER)} (${there.slice(0, 12)} the author's, ${here.slice(0, 12)} the reviewer's)`,
      });
  }
  return done;
};
