import type { Verdict } from '../domain/events.ts';
import type { EvidenceItem, Outcome } from '../domain/evidence.ts';
import { type Finding, speaksTo } from '../domain/finding.ts';
import { collectorsOf, type Methodology, type Severity, type Top10Risk } from '../domain/methodology.ts';
import { observationsOf } from '../domain/observations.ts';
import { type Evidence, indexEvidence, verdictWord } from '../domain/selectors.ts';
import type { Session } from '../domain/session.ts';
import { compareItems } from '../domain/standing.ts';
import type { AuthorOf } from './authors.ts';

/** What was looked at, check by check and collector by collector. */
export type Look = {
  collector: string;
  outcome: Outcome | 'not-run' | 'unreadable';
  /** False when nobody looked: no evidence from this collector says anything, least of all that all is well. */
  looked: boolean;
  /** What was searched, or why nobody could look. */
  message: string;
};

export type CheckReport = {
  id: string;
  title: string;
  why: string;
  failsWhen: string;
  phase: string;
  section: string;
  origin: 'guide' | 'extension' | 'custom';
  verdict: Verdict | null;
  note: string;
  answeredAt: string | null;
  /** Who gave the verdict; '' where there is none. */
  by: string;
  /** Who wrote the note: somebody else only where a second auditor revised one of the two. */
  noteBy: string;
  evidence: { lead: number; fact: number; strength: number; gap: number };
  looks: Look[];
  /** What was seen of the running server that answers to it: observations, no evidence. */
  observed: string[];
  /** File ids of findings raised from this check. */
  findings: string[];
  /** Severity a failure has when no finding says otherwise: the check's template. */
  severity: Severity;
  cwe: string[];
  ttps: string[];
  top10: string[];
  scorecard: string[];
};

export type Coverage = {
  total: number;
  pass: number;
  fail: number;
  notApplicable: number;
  unsure: number;
  notTested: number;
  /** Every check has a decided verdict (pass, fail, not applicable). */
  complete: boolean;
};

const lookOf = (
  session: Session,
  evidence: Evidence,
  missing: ReadonlyMap<string, string>,
  collector: string,
): Look => {
  const result = evidence.get(collector);
  if (result) {
    const { outcome, searched, message } = result.run;
    const looked = outcome === 'collected' || outcome === 'nothing-found';
    return {
      collector,
      outcome,
      looked: looked || outcome === 'not-applicable',
      message: (looked ? searched : message) || searched || message,
    };
  }
  const ran = session.runs.get(collector);
  const lost = missing.get(collector) ?? (ran ? 'it ran, but what it found is not at hand' : null);
  return lost === null
    ? { collector, outcome: 'not-run', looked: false, message: 'it was not run in this audit' }
    : { collector, outcome: 'unreadable', looked: false, message: lost };
};

/** Every collector the methodology asks for, then any other that ran, each once. */
export const looksOf = (
  session: Session,
  methodology: Methodology,
  evidence: Evidence,
  missing: ReadonlyMap<string, string>,
): Look[] => {
  const asked = collectorsOf(methodology);
  const others = [...new Set([...evidence.keys(), ...session.runs.keys(), ...missing.keys()])]
    .filter((c) => !asked.includes(c))
    .sort();
  return [...asked, ...others].map((c) => lookOf(session, evidence, missing, c));
};

const countKinds = (items: readonly EvidenceItem[]): CheckReport['evidence'] => {
  const counts = { lead: 0, fact: 0, strength: 0, gap: 0 };
  // A question is no evidence for or against anything: what the auditor found out is told with their words.
  for (const i of items) if (i.kind !== 'question') counts[i.kind]++;
  return counts;
};

/** All checks in the order of the methodology, tested or not. */
export const checkReports = (
  session: Session,
  methodology: Methodology,
  evidence: Evidence,
  looks: readonly Look[],
  fileIds: ReadonlyMap<string, string>,
  authorOf: AuthorOf,
): CheckReport[] => {
  const index = indexEvidence(evidence);
  const byCollector = new Map(looks.map((l) => [l.collector, l]));
  return methodology.phases.flatMap((phase) =>
    phase.sections.flatMap((section) =>
      section.checks.map((check): CheckReport => {
        const answer = session.answers.get(check.id);
        return {
          id: check.id,
          title: check.title,
          why: check.why,
          failsWhen: check.failsWhen,
          phase: phase.title,
          section: section.title,
          origin: check.origin,
          verdict: answer?.verdict ?? null,
          note: answer?.note ?? '',
          answeredAt: answer?.at ?? null,
          by: answer ? authorOf(answer.by, answer.at) : '',
          noteBy: answer ? authorOf((answer.noteBy ?? answer).by, (answer.noteBy ?? answer).at) : '',
          evidence: countKinds(index.get(check.id) ?? []),
          looks: check.collectors.map((c) => byCollector.get(c)!),
          observed: observationsOf(session, check.id).map((o) => o.said),
          findings: [...session.findings.values()]
            .filter((f) => speaksTo(f, check.id))
            .map((f) => fileIds.get(f.id)!)
            .sort(),
          severity: check.finding.severity,
          cwe: check.references.cwe,
          ttps: check.references.ttps,
          top10: check.references.top10,
          scorecard: check.scorecard,
        };
      }),
    ),
  );
};

export const coverageOf = (checks: readonly CheckReport[]): Coverage => {
  const count = (v: Verdict | null) => checks.filter((c) => c.verdict === v).length;
  const coverage = {
    total: checks.length,
    pass: count('pass'),
    fail: count('fail'),
    notApplicable: count('not-applicable'),
    unsure: count('unsure'),
    notTested: count(null),
  };
  return { ...coverage, complete: coverage.total > 0 && coverage.notTested === 0 && coverage.unsure === 0 };
};

export type Top10Row = {
  id: string;
  /** '' when the caller gave no names. */
  name: string;
  /**
   * Fails when a check of it failed through it; passes when all its checks are decided and none failed; null: neither can be
   * said.
   */
  verdict: Verdict | null;
  tested: number;
  checks: string[];
  /** Failed checks whose findings are of this risk. */
  failed: string[];
  /** Those that failed otherwise, or nobody said how: whether this risk is there is not said. */
  unsaid: string[];
};

const RISKS = 10;

/**
 * A check that refers to every risk (how does it hold up against all ten?) says by a failure that some risk is not met, not
 * that each is: it fails those its findings are of, and keeps the others only open while it is.
 */
const asksOfAll = (c: CheckReport): boolean => c.top10.length >= RISKS;

const riskVerdict = (
  about: readonly CheckReport[],
  { failed, unsaid }: Pick<Top10Row, 'failed' | 'unsaid'>,
): Verdict | null => {
  if (failed.length > 0) return 'fail';
  if (about.length === 0 || unsaid.length > 0 || about.some((c) => c.verdict === null)) return null;
  if (about.some((c) => c.verdict === 'unsure')) return 'unsure';
  return about.every((c) => asksOfAll(c) || c.verdict === 'not-applicable') ? 'not-applicable' : 'pass';
};

/** What a risk's row says: never a pass while a check of it is open, or failed for whatever reason. */
export const riskWords = (r: Top10Row): string => {
  if (r.verdict !== null) return verdictWord(r.verdict);
  if (r.unsaid.length > 0) return 'not said';
  return r.tested === 0 ? 'not assessed' : 'not fully assessed';
};

/** By the weakness a finding is of, in what it says about a check: a check may ask about several risks. */
const failsThrough = (
  risk: Pick<Top10Risk, 'cwe'> | undefined,
  check: CheckReport,
  findings: readonly Finding[],
): boolean =>
  findings.some(
    (f) => !f.positive && speaksTo(f, check.id) && f.cwe !== null && (risk?.cwe.includes(f.cwe) ?? false),
  );

export const top10Rows = (
  checks: readonly CheckReport[],
  risks: readonly Top10Risk[],
  findings: readonly Finding[],
): Top10Row[] =>
  Array.from({ length: RISKS }, (_, i) => {
    const id = `MCP-${String(i + 1).padStart(2, '0')}`;
    const risk = risks.find((r) => r.id === id);
    const about = checks.filter((c) => c.top10.includes(id));
    const fails = about.filter((c) => c.verdict === 'fail');
    const failed = fails.filter((c) => failsThrough(risk, c, findings));
    const row = {
      failed: failed.map((c) => c.id),
      unsaid: fails.filter((c) => !failed.includes(c) && !asksOfAll(c)).map((c) => c.id),
    };
    return {
      id,
      name: risk?.name ?? '',
      verdict: riskVerdict(about, row),
      tested: about.filter((c) => c.verdict !== null).length,
      checks: about.map((c) => c.id),
      ...row,
    };
  });

/** All items of all collectors, each id once, in the one order evidence has. */
export const allItems = (evidence: Evidence): EvidenceItem[] => {
  const byId = new Map<string, EvidenceItem>();
  for (const collector of [...evidence.keys()].sort())
    for (const i of evidence.get(collector)!.items) byId.set(i.id, i);
  return [...byId.values()].sort(compareItems);
};
