import { nameOf } from '../domain/auditor.ts';
import { checksOf, type Methodology } from '../domain/methodology.ts';
import { countStances, isFindingId, openRemarks, type StanceCounts, stanceWords } from '../domain/review.ts';
import type { Reply, Stance } from '../domain/review-record.ts';
import { replyKey, type Session } from '../domain/session.ts';
import { plural } from '../text/plural.ts';
import { type Block, h2, h3, list, para, table } from './blocks.ts';
import type { ReportModel } from './report-model.ts';
import { fromAuditor, fromSession, long, tag } from './statement.ts';

/** A peer review as it is published: whose it is, of what, and what was said and answered. */
export type ReviewReport = {
  id: string;
  reviewer: { name: string; github: string; organization: string };
  blind: boolean;
  /** The point of the audit's history that was reviewed: number and sha256 of its last event. */
  of: { events: number; hash: string };
  finished: string;
  scope: { checks: number; checksTotal: number; findings: number; findingsTotal: number };
  evidence: { same: number; differs: string[]; notCompared: string[] };
  counts: StanceCounts;
  /** Objections and questions nobody answered. */
  open: number;
  said: { about: string; stance: Stance; reason: string; reply: Reply | null }[];
};

/** `tags` name findings as the report does, by their id in the session. */
export const reviewReports = (
  session: Session,
  m: Methodology,
  tags: ReadonlyMap<string, string>,
): ReviewReport[] => {
  const open = openRemarks(session);
  return [...session.reviews].map(([id, r]) => {
    const findings = r.subjects.filter((s) => isFindingId(s.about));
    const { name, github, organization } = r.reviewer;
    return {
      id,
      reviewer: { name, github, organization },
      blind: r.blind,
      of: r.of,
      finished: r.finishedAt.slice(0, 10),
      scope: {
        checks: r.subjects.length - findings.length,
        checksTotal: checksOf(m).length,
        findings: findings.length,
        findingsTotal: session.findings.size,
      },
      evidence: {
        same: r.evidence.same.length,
        differs: r.evidence.differs.map((d) => `${d.collector}: ${d.said}`),
        notCompared: r.evidence.notCompared.map((d) => `${d.collector}: ${d.said}`),
      },
      counts: countStances(r.subjects),
      open: open.filter((o) => o.review === id).length,
      said: r.subjects.map(({ about, stance, reason }) => {
        const reply = session.replies.get(replyKey(id, about));
        return {
          about: tags.get(about) ?? about,
          stance,
          reason,
          reply: reply ? { decision: reply.decision, reason: reply.reason } : null,
        };
      }),
    };
  });
};

const of = fromSession('reviews');

const evidenceWords = (e: ReviewReport['evidence']): string =>
  `evidence gathered again was the same for ${plural(e.same, 'collector')}, differed for ${e.differs.length} and was not compared for ${e.notCompared.length}`;

const oneReview = (r: ReviewReport, author: string): Block[] => {
  const by = nameOf(r.reviewer);
  const told = r.said.filter((s) => s.stance !== 'agrees');
  return [
    h3(of`Review by ${by}`),
    para(
      of`${by}${r.reviewer.organization ? `, ${r.reviewer.organization},` : ''} reviewed the first ${plural(r.of.events, 'event')} of this audit (sha256 ${r.of.hash})${r.blind ? ', giving each verdict before seeing the one it is about' : ', knowing the verdicts'}; the last word was given on ${r.finished}. Whose it is, is as the review itself says.`,
      of`Scope: ${r.scope.checks} of ${plural(r.scope.checksTotal, 'check')}, ${r.scope.findings} of ${plural(r.scope.findingsTotal, 'finding')}; ${stanceWords(r.counts)}; without an answer of the author: ${r.open}.`,
      of`On the reviewer's machine ${evidenceWords(r.evidence)}.`,
    ),
    ...(r.evidence.differs.length > 0 ? [list(r.evidence.differs.map((d) => of`${long(d, 600)}`))] : []),
    ...(told.length === 0
      ? []
      : [
          table(
            ['Subject', 'Reviewer', 'Reason', 'Answer'],
            told.map((s) => [
              of`${tag(s.about)}`,
              of`${s.stance}`,
              fromAuditor(by, `review of ${s.about}`)`${long(s.reason, 1_000)}`,
              s.reply
                ? fromAuditor(
                    author,
                    `answer on ${s.about}`,
                  )`${s.reply.decision}: ${long(s.reply.reason, 1_000)}`
                : of`not answered`,
            ]),
          ),
        ]),
  ];
};

/** Nothing where nobody reviewed: the manifest names no reviewer either. */
export const peerReviews = (m: ReportModel): Block[] =>
  m.reviews.length === 0
    ? []
    : [h2('Peer Review'), ...m.reviews.flatMap((r) => oneReview(r, nameOf(m.auditor)))];
