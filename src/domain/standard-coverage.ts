import { z } from 'zod';
import { entriesFor, MAPPED_METHODOLOGY, type Standard, type StandardEntry } from './crosswalk.ts';
import { checksOf, type Methodology } from './methodology.ts';
import { findingsOf } from './selectors.ts';
import type { Session } from './session.ts';
import { verdictWord } from './verdict.ts';

/** How far an audit speaks to a standard: entry by entry, from verdicts and findings alone. */
export const COVERAGE_SCHEMA = 'mcp-audit/coverage@1';

/**
 * `unmet`: a check that asks it failed, or a finding belongs to it; `held`: all that ask it pass; `open`: not all have a verdict;
 * `no-check`: nothing of the methodology asks it. Held says no more than its checks do.
 */
const coverageState = z.enum(['unmet', 'held', 'open', 'not-applicable', 'no-check']);

export const coverage = z.strictObject({
  schema: z.literal(COVERAGE_SCHEMA),
  session: z.string(),
  target: z.strictObject({ name: z.string(), url: z.string(), commit: z.string() }),
  standard: z.strictObject({ id: z.string(), title: z.string(), version: z.string(), source: z.string() }),
  entries: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      state: coverageState,
      checks: z.array(z.strictObject({ check: z.string(), verdict: z.string(), because: z.string() })),
      findings: z.array(z.strictObject({ id: z.string(), title: z.string(), severity: z.string() })),
    }),
  ),
});
export type Coverage = z.infer<typeof coverage>;

type Verdicts = readonly (string | null)[];

const stateOf = (
  e: StandardEntry,
  verdicts: Verdicts,
  findings: number,
): Coverage['entries'][number]['state'] => {
  if (findings > 0) return 'unmet';
  if (e.checks.length === 0) return 'no-check';
  // A check asks more than one entry: that it failed tells of this one only where the mapping is not narrowed to weaknesses.
  if (e.checks.some((m, i) => m.cwe === undefined && verdicts[i] === 'fail')) return 'unmet';
  if (verdicts.every((v) => v === 'not-applicable')) return 'not-applicable';
  return verdicts.every((v) => v === 'pass' || v === 'not-applicable' || v === 'fail') ? 'held' : 'open';
};

export const coverageOf = (session: Session, m: Methodology, s: Standard): Coverage['entries'] => {
  const findings = m.id === MAPPED_METHODOLOGY ? findingsOf(session).filter((f) => !f.positive) : [];
  const asked = new Set(checksOf(m).map((c) => c.id));
  return s.entries.map((entry) => {
    const checks = m.id === MAPPED_METHODOLOGY ? entry.checks.filter((c) => asked.has(c.check)) : [];
    const verdicts = checks.map((c) => session.answers.get(c.check)?.verdict ?? null);
    const own = findings.filter((f) =>
      entriesFor(s, { checks: f.checks, cwe: f.cwe ? [f.cwe] : [] }).includes(entry),
    );
    return {
      id: entry.id,
      name: entry.name,
      state: stateOf({ ...entry, checks }, verdicts, own.length),
      checks: checks.map((c, i) => ({
        check: c.check,
        verdict: verdictWord(verdicts[i] ?? null),
        because: c.because,
      })),
      findings: own.map((f) => ({ id: f.id, title: f.title, severity: f.severity })),
    };
  });
};
