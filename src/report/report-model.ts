// Long, because it is one model: everything that writers print comes out of it.

import { isGrave } from '../domain/disclosure.ts';
import { UserError } from '../domain/errors.ts';
import type { Auditor, SessionEvent, Triage } from '../domain/events.ts';
import {
  type CollectorResult,
  EVIDENCE_SCHEMA,
  type EvidenceFile,
  type EvidenceItem,
  type Surface,
} from '../domain/evidence.ts';
import { type Finding, onlyGuidance } from '../domain/finding.ts';
import type { Methodology, Severity, Top10Risk } from '../domain/methodology.ts';
import { type TriedLead, triedLeads } from '../domain/observations.ts';
import { type ScorecardRating, scorecardOf } from '../domain/scorecard.ts';
import { scrutinyOf } from '../domain/scrutiny.ts';
import { indexEvidence, judgedItems, workedHours } from '../domain/selectors.ts';
import { replay, type Session } from '../domain/session.ts';
import { surfaceOf } from '../domain/surface.ts';
import { type AssistanceReport, assistanceOf } from './assistance.ts';
import { type AttackDiagram, attackDiagram } from './attack-diagram.ts';
import { type AuthorOf, auditorsOf, authorsOf } from './authors.ts';
import {
  allItems,
  type CheckReport,
  type Coverage,
  checkReports,
  coverageOf,
  type Look,
  looksOf,
  type Top10Row,
  top10Rows,
} from './coverage.ts';
import { type EarlierAudit, earlierAudit, openFindings } from './earlier-findings.ts';
import { findingFileIds, gravestFirst, parseAuditId } from './ids.ts';
import { limitationsOf } from './limitations.ts';
import { type Observed, observedOf } from './observed.ts';
import { type Proposals, proposalsOf } from './proposals.ts';
import { redactedValue } from './redact-input.ts';
import { type Repository, repositoryOf } from './repository.ts';
import { type ReviewReport, reviewReports } from './reviews.ts';
import { type ServerReport, serverReport } from './server.ts';
import { versionOf } from './version.ts';
import { isWork, type LogEntry, timeByCheck, workLog } from './work-log.ts';

export type ReportInput = {
  session: Session;
  events: readonly SessionEvent[];
  methodology: Methodology;
  /** Results by collector id. */
  evidence: ReadonlyMap<string, CollectorResult>;
  /** Collectors whose result cannot be read, and why. */
  missing: ReadonlyMap<string, string>;
  auditId: string;
  /** `rules` names the version of the evidence rules; the methodology's by default. */
  tool: { name: string; version: string; rules?: string };
  /** Texts of attachments by hash; what is no text, or could not be read, is left out. */
  contents?: ReadonlyMap<string, string>;
  /** The ten risks; without, ids alone are shown, and no finding is of any. */
  top10?: readonly Top10Risk[];
};

export type FindingReport = Finding & {
  /** File name without `.md`. */
  fileId: string;
  /** `HIGH-001`, as the assessment refers to it. */
  tag: string;
  /** How such a thing is mended in general, in the words of the check it was raised from: nobody wrote it of this finding. */
  guidance: string[];
  items: EvidenceItem[];
  /** What became of these on the running server. */
  tried: TriedLead[];
  /** Day the finding was first recorded, YYYY-MM-DD. */
  identified: string;
  /** Day of its present text. */
  documented: string;
  /** Who recorded it first. */
  foundBy: string;
};

/** What the auditor said of an item, in their words: why it is no problem, or what the answer to a question is. */
export type Decided = { id: string; title: string; where: string; reason: string; by: string };

/** Everything the writers need, as one plain value. All dates come from the journal. */
export type ReportModel = {
  auditId: string;
  /** Day in the audit id, YYYY-MM-DD. */
  date: string;
  /** Who signs. */
  auditor: Auditor;
  /** Everybody who judged anything, who signs first. */
  auditors: Auditor[];
  target: {
    name: string;
    repository: Repository;
    commit: string;
    /** A release tag at the commit, else the commit itself: never a branch. */
    version: string;
    subdir: string;
    committedAt: string;
  };
  /** ISO 8601 UTC in whole seconds: first and last event that did something to the audit. */
  dates: { start: string; completion: string };
  hours: number;
  methodology: { id: string; title: string; version: string; sha256: string };
  tool: { name: string; version: string };
  checks: CheckReport[];
  coverage: Coverage;
  looks: Look[];
  /** Gravest first. */
  findings: FindingReport[];
  summary: Record<Severity, number> & { total: number; positive: number };
  top10: Top10Row[];
  dismissed: Decided[];
  /** Questions with the auditor's answers; those nobody answered are in no report. */
  answered: Decided[];
  /** Leads that were neither accepted nor dismissed. */
  openLeads: number;
  limitations: string[];
  proposals: Proposals;
  scorecard: ScorecardRating;
  surface: Surface;
  /** What the server is, as the auditor or the evidence says. */
  server: ServerReport;
  evidence: EvidenceFile;
  diagram: AttackDiagram;
  artifacts: { collector: string; name: string; mediaType: string; content: string }[];
  attachments: {
    name: string;
    sha256: string;
    bytes: number;
    mediaType: string;
    check: string | null;
    /** Null: no text, so not part of the submission. */
    content: string | null;
  }[];
  /** What was seen of the running server: once, on one machine, and no function of the commit. */
  observations: Observed[];
  /** What became of the findings of an earlier audit; none where this one follows none up. */
  earlier: EarlierAudit;
  /** Peer reviews that came back. */
  reviews: ReviewReport[];
  /** How assistants were used; null where none was. */
  assistance: AssistanceReport | null;
  log: LogEntry[];
  minutesByCheck: { check: string; minutes: number }[];
};

/** Times in reports have no fractions. */
export const inSeconds = (at: string): string => at.replace(/\.\d{3}Z$/, 'Z');
const day = (at: string): string => at.slice(0, 10);

type Items = readonly EvidenceItem[];
const findingReports = (input: ReportInput, items: Items, authorOf: AuthorOf): FindingReport[] => {
  const { session, events } = input;
  const ids = findingFileIds(session.findings.values());
  const byId = new Map(items.map((i) => [i.id, i]));
  const tried = triedLeads(session);
  const recordings = events.filter((e) => e.type === 'finding.recorded');
  return [...session.findings.values()].sort(gravestFirst).map((f) => {
    const fileId = ids.get(f.id)!;
    const own = recordings.filter((e) => e.finding === f.id && e.value !== null);
    const advised = onlyGuidance(f);
    return {
      ...f,
      recommendations: advised ? { ...f.recommendations, immediate: [] } : f.recommendations,
      guidance: advised ? f.recommendations.immediate : [],
      // What all maintainers were told on one day need not be said again for each finding.
      tracking:
        isGrave(f) && f.tracking.reported === null
          ? { ...f.tracking, reported: session.disclosure.toldOn }
          : f.tracking,
      fileId,
      tag: fileId.split('-').slice(0, 2).join('-').toUpperCase(),
      items: f.evidence.flatMap((id) => byId.get(id) ?? []),
      tried: f.evidence.flatMap((id) => tried.get(id) ?? []),
      identified: day(own[0]?.at ?? session.lastAt),
      documented: day(own.at(-1)?.at ?? session.lastAt),
      foundBy: f.followUp?.by || authorOf(own[0]?.by ?? '', own[0]?.at ?? session.lastAt),
    };
  });
};

const whereOf = (i: EvidenceItem): string => (i.location ? `${i.location.path}:${i.location.startLine}` : '');

const decided = (
  session: Session,
  decision: Triage['decision'],
  items: readonly EvidenceItem[],
  authorOf: AuthorOf,
): Decided[] => {
  const byId = new Map(items.map((i) => [i.id, i]));
  const order = new Map(items.map((i, n) => [i.id, n]));
  return [...session.triage]
    .filter(([, t]) => t.decision === decision)
    .map(([id, t]) => {
      const found = byId.get(id);
      return {
        id,
        title: found?.title ?? 'an item that later evidence no longer holds',
        where: found ? whereOf(found) : '',
        reason: t.reason,
        by: authorOf(session.triagedBy.get(id)?.by ?? '', session.triagedBy.get(id)?.at ?? ''),
      };
    })
    .sort(
      (a, b) =>
        (order.get(a.id) ?? items.length) - (order.get(b.id) ?? items.length) || (a.id < b.id ? -1 : 1),
    );
};

const evidenceFileOf = (
  input: ReportInput,
  repository: Repository,
  items: EvidenceItem[],
  surface: Surface,
): EvidenceFile => {
  const { session, tool, methodology, evidence } = input;
  const { commit, ref, subdir } = session.target!;
  return {
    schema: EVIDENCE_SCHEMA,
    tool: {
      name: tool.name,
      version: tool.version,
      rules: tool.rules ?? `${methodology.id}@${methodology.version}`,
    },
    target: { url: repository.url, commit, ref, subdir },
    collectors: [...evidence.keys()].sort().map((c) => evidence.get(c)!.run),
    surface,
    items,
  };
};

/** A question is between the program and the auditor until somebody has said what the answer is. */
const withoutOpenQuestions = (
  session: Session,
  evidence: ReportInput['evidence'],
): ReportInput['evidence'] => {
  const judged = judgedItems(session);
  return new Map(
    [...evidence].map(([id, result]) => [
      id,
      { ...result, items: result.items.filter((i) => i.kind !== 'question' || judged.has(i.id)) },
    ]),
  );
};

/**
 * The one value all writers share. Pure: the same journal, evidence and methodology give the same model.
 * @throws UserError when the session has no target with a public https address, or `auditId` cannot name a folder:
 *   what {@link readiness} reports as blocking.
 */
export const buildReport = (given: ReportInput): ReportModel => {
  const { methodology, ...told } = given;
  const all: ReportInput = { ...redactedValue(told), methodology };
  const input: ReportInput = {
    ...all,
    // What is mended is told of, and is no weakness of this commit.
    session: { ...all.session, findings: openFindings(all.session.findings) },
    evidence: withoutOpenQuestions(all.session, all.evidence),
  };
  const { session, evidence } = input;
  const id = parseAuditId(input.auditId);
  if (!id)
    throw new UserError(
      `"${input.auditId}" cannot name an audit folder`,
      'use <github user>-<YYYY-MM-DD>-<three digits>',
    );
  const repository = repositoryOf(session.target?.url ?? '');
  if (!session.target || !repository)
    throw new UserError(
      'the session has no public https address of its target, so the report has no place in the database',
      'open the session on a clone with such a remote',
    );
  const lastWork = input.events.findLastIndex(isWork);
  const worked = input.events.slice(0, lastWork + 1);
  const atEnd = replay(worked);
  const looks = looksOf(session, methodology, evidence, input.missing);
  const items = allItems(evidence);
  const authorOf = authorsOf(input.events, session.auditor);
  const findings = findingReports(input, items, authorOf);
  const findingTags = new Map(findings.map((f) => [f.id, f.tag]));
  const checks = checkReports(
    session,
    methodology,
    evidence,
    looks,
    new Map(findings.map((f) => [f.id, f.fileId])),
    authorOf,
  );
  const coverage = coverageOf(checks);
  const judged = judgedItems(session);
  const openLeads = items.filter((i) => i.kind === 'lead' && !judged.has(i.id)).length;
  const scrutiny = scrutinyOf(session, methodology, indexEvidence(evidence));
  const top10 = top10Rows(checks, input.top10 ?? [], findings);
  const surface = surfaceOf(evidence.values());
  const { commit, tags, subdir, committedAt } = session.target;
  // A folder's name says less than the address that was given later.
  const name = session.target.name.includes('/')
    ? session.target.name
    : `${repository.owner}/${repository.name}`;
  const count = (s: Severity) => findings.filter((f) => f.severity === s).length;
  const observed = observedOf(session, items, authorOf, input.contents);
  return {
    auditId: input.auditId,
    date: id.date,
    auditor: session.auditor,
    auditors: auditorsOf(input.events, session.auditor),
    target: { name, repository, commit, version: versionOf(tags, commit), subdir, committedAt },
    dates: { start: inSeconds(session.startedAt), completion: inSeconds(atEnd.lastAt || session.startedAt) },
    hours: workedHours(atEnd),
    methodology: {
      id: methodology.id,
      title: methodology.title,
      version: methodology.version,
      sha256: session.methodology?.sha256 ?? '',
    },
    tool: { name: input.tool.name, version: input.tool.version },
    checks,
    coverage,
    looks,
    findings,
    summary: {
      critical: count('critical'),
      high: count('high'),
      medium: count('medium'),
      low: count('low'),
      info: count('info'),
      total: findings.length,
      positive: findings.filter((f) => f.positive).length,
    },
    top10,
    dismissed: decided(session, 'dismissed', items, authorOf),
    answered: decided(session, 'answered', items, authorOf),
    openLeads,
    limitations: limitationsOf(
      coverage,
      checks,
      findings,
      looks,
      items,
      openLeads,
      scrutiny,
      worked.some((e) => e.type === 'network.allowed' && e.allowed),
      observed,
    ),
    proposals: proposalsOf(checks, coverage, findings, top10, looks, scrutiny),
    scorecard: scorecardOf({ session, methodology, evidence, missing: input.missing, authorOf }),
    surface,
    server: serverReport(
      session,
      items,
      surface,
      session.describedBy ? authorOf(session.describedBy.by, session.describedBy.at) : '',
    ),
    evidence: evidenceFileOf(input, repository, items, surface),
    diagram: attackDiagram(session, evidence, name, findings),
    artifacts: [...evidence.keys()]
      .sort()
      .flatMap((c) => evidence.get(c)!.artifacts.map((a) => ({ collector: c, ...a }))),
    attachments: [
      ...[...session.attachments].map(([attachment, a]) => ({ name: attachment, ...a })),
      ...[...session.imports.values()].map((i) => ({
        name: i.name,
        sha256: i.sha256,
        bytes: i.bytes,
        mediaType: i.mediaType,
        check: null,
      })),
    ]
      .map((a) => ({ ...a, content: input.contents?.get(a.sha256) ?? null }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    observations: observed,
    earlier: earlierAudit(all.session.findings.values(), session.carried?.from ?? null, findingTags),
    reviews: reviewReports(session, methodology, findingTags),
    assistance: assistanceOf(session, findingTags, authorOf, input.contents),
    log: workLog(worked, {
      session,
      titles: new Map(items.map((i) => [i.id, i.title])),
      tags: findingTags,
      authorOf,
    }),
    minutesByCheck: [...timeByCheck(worked)].map(([check, ms]) => ({
      check,
      minutes: Math.round(ms / 60_000),
    })),
  };
};
