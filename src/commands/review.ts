import { existsSync } from 'node:fs';
import { nameOf } from '../domain/auditor.ts';
import { UserError } from '../domain/errors.ts';
import { checksOf, collectorsOf, findCheck } from '../domain/methodology.ts';
import {
  compareEvidence,
  countStances,
  isFindingId,
  isHidden,
  type Reviewed,
  reviewedSubjectOf,
  subjectsOf,
} from '../domain/review.ts';
import type { EvidenceComparison } from '../domain/review-record.ts';
import { verdictOf, verdictWord } from '../domain/selectors.ts';
import type { Session } from '../domain/session.ts';
import { sha256 } from '../io/put-in-place.ts';
import { readSessionFile } from '../io/session/import-session.ts';
import { listSessions } from '../io/session/list-sessions.ts';
import { PEER_REVIEW_SCHEMA, type PeerReview } from '../report/formats/peer-review.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { applyAnswers, readAnswers } from './answer.ts';
import { readExported } from './archive.ts';
import { collectAll } from './headless.ts';
import { atTerminal, type Host, json } from './host.ts';
import { closeSession, exitCode } from './with-session.ts';
import { chooseSession, resumeAudit, startReview, type Workspace } from './workspace.ts';

export type ReviewOptions = {
  source?: string | undefined;
  blind?: boolean | undefined;
  from?: string | undefined;
  json?: boolean | undefined;
};

/** A review that was begun here on the same point of the same history is gone on with; else one begins. */
const openReview = async (host: Host, file: string, options: ReviewOptions): Promise<Workspace> => {
  if (!existsSync(file)) return resumeAudit(host, chooseSession(host, file));
  const archive = readExported(file);
  const content = readSessionFile(archive);
  const [started] = content.events;
  if (started?.type === 'session.started' && started.review)
    throw new UserError(
      `${file} is a review itself, of session ${started.review.session}; nothing was begun`,
      'the author takes it in with mcp-audit import; to review, name an exported audit',
    );
  const begun = listSessions(host.dataDir).find(
    ({ review: r }) =>
      r?.session === content.id && r.head.hash === content.lastHash && r.blind === (options.blind ?? false),
  );
  return begun
    ? resumeAudit(host, begun.id)
    : startReview(host, archive, content, { source: options.source, blind: options.blind ?? false });
};

const subjectRow = (
  own: Session,
  author: Session,
  about: string,
  title: string,
): PeerReview['subjects'][number] => {
  const hidden = isHidden(own, author, about);
  const said = reviewedSubjectOf(own, author, about);
  const finding = isFindingId(about);
  return {
    about,
    title: finding ? (hidden ? '' : (author.findings.get(about)?.title ?? '')) : title,
    hidden,
    verdict: hidden || finding ? null : verdictOf(author, about),
    own: finding ? null : verdictOf(own, about),
    stance: said?.stance ?? null,
    reason: said?.reason ?? '',
  };
};

const reviewJson = (w: Workspace, reviewed: Reviewed, evidence: EvidenceComparison): PeerReview => {
  const { session, methodology } = w.store.snapshot();
  const author = reviewed.session;
  const spoken = subjectsOf(author, methodology);
  // Beside what the author judged, what only the reviewer spoke of.
  const more = [...session.remarks.keys()].filter((about) => !spoken.includes(about));
  const subjects = [...spoken, ...more].map((about) =>
    subjectRow(session, author, about, findCheck(methodology, about)?.title ?? ''),
  );
  const said = subjects.flatMap(({ stance }) => (stance ? [{ stance }] : []));
  return {
    schema: PEER_REVIEW_SCHEMA,
    session: w.id,
    reviewer: session.auditor,
    of: { session: author.id, head: session.review!.head, auditor: author.auditor },
    blind: session.review!.blind,
    evidence,
    subjects,
    counts: { ...countStances(said), unsaid: subjects.length - said.length },
  };
};

const wordsOf = (r: PeerReview, checks: number): string[] => [
  `review ${r.session} by ${nameOf(r.reviewer)}${r.blind ? ', blind' : ''}`,
  `of     ${r.of.session} by ${nameOf(r.of.auditor)}, as of event ${r.of.head.events} (${r.of.head.hash.slice(0, 16)}…)`,
  `evidence gathered again: ${plural(r.evidence.same.length, 'collector')} the same, ${r.evidence.differs.length} differ, ${r.evidence.notCompared.length} not compared`,
  ...r.evidence.differs.map((d) => `  differs       ${d.collector}: ${d.said}`),
  ...r.evidence.notCompared.map((d) => `  not compared  ${d.collector}: ${d.said}`),
  `${r.counts.agrees} agreed, ${r.counts.objects} objected to, ${r.counts.asks} asked about, ${r.counts.unsaid} nothing said of; the author gave ${r.subjects.filter((s) => !isFindingId(s.about)).length} of ${checks} verdicts`,
  ...r.subjects.map((s) => {
    const theirs = s.hidden
      ? 'hidden until you judge'
      : isFindingId(s.about)
        ? 'finding'
        : verdictWord(s.verdict);
    const own = s.own ? `, you: ${verdictWord(s.own)}` : '';
    return `  ${s.about.padEnd(7)} ${`${theirs}${own}`.padEnd(34)} ${s.stance ? `${s.stance}: ${s.reason}` : s.title}`;
  }),
];

/** Begins a review of an exported session, or goes on with it: gathers, compares, records what a file says, tells. */
const reviewed = async (
  host: Host,
  file: string,
  options: ReviewOptions,
): Promise<{ id: string; code: number }> => {
  const answers = options.from === undefined ? null : readAnswers(options.from);
  const w = await openReview(host, file, options);
  try {
    for (const n of w.notices) host.stderr(`${visible(n)}\n`);
    await w.store.load();
    const { reviewed, session, methodology } = w.store.snapshot();
    if (!reviewed)
      throw new UserError(
        `session ${w.id} is an audit, not a review`,
        'name an exported session: mcp-audit export writes it',
      );
    const missing = collectorsOf(methodology).filter((c) => !session.runs.has(c));
    if (missing.length > 0) await collectAll(host, w, missing, options.json ?? false);
    const done = answers ? await applyAnswers(w.store, answers) : null;
    const { session: own, evidence: gathered, missing: lost } = w.store.snapshot();
    const evidence = compareEvidence(reviewed, { session: own, evidence: gathered, missing: lost }, sha256);
    const told = reviewJson(w, reviewed, evidence);
    if (options.json) json(host, told);
    else {
      for (const line of wordsOf(told, checksOf(methodology).length)) host.stdout(`${visible(line)}\n`);
      host.stdout(
        `next    ${host.again([w.id])}\nor      ${host.again(['answer', '--session', w.id, '--from', 'FILE'])}\nthen    ${host.again(['export', '--session', w.id])}, and send the file to the author\n`,
      );
    }
    for (const r of done?.refused ?? [])
      host.stderr(`${visible(`refused ${r.what}: ${r.why} (${r.hint})`)}\n`);
    const asked = evidence.differs.length === 0 && evidence.notCompared.length === 0 && !done?.refused.length;
    return { id: w.id, code: exitCode(w, asked ? 0 : 1) };
  } finally {
    await closeSession(host, w);
  }
};

/** The same, and then the workbench where there is a terminal. */
export const review = async (host: Host, file: string, options: ReviewOptions): Promise<number> => {
  const { id, code } = await reviewed(host, file, options);
  const headless = options.json || options.from !== undefined || !atTerminal();
  return headless ? code : (await import('./open.ts')).resumeCommand(host, id, {});
};
