import { type Finding, speaksTo } from '../domain/finding.ts';
import type { Severity } from '../domain/methodology.ts';
import { type Scrutiny, scrutinyWords } from '../domain/scrutiny.ts';
import { numbered, plural } from '../text/plural.ts';
import type { CheckReport, Coverage, Look, Top10Row } from './coverage.ts';
import { SEVERITIES } from './ids.ts';
import { clipWords } from './markdown.ts';

/**
 * Ratings the database asks for, derived from verdicts and findings. What was not tested can only make things worse, so no
 * rating is better than the tests behind it: it is "at least …" or not assessed.
 */
export type Proposal = { value: string; reason: string };

export const NOT_ASSESSED = 'not_assessed';
/** Said of the overall risk where too little is decided, or where nobody said how grave a failure is. */
export const NOT_DETERMINED = 'not_determined';
/** Below this share of checks that are decided with a reason no overall risk is stated. */
export const MIN_DECIDED = 0.8;

export const ENVIRONMENTS = ['development', 'staging', 'production', 'enterprise'] as const;

export type Proposals = {
  overallRisk: Proposal;
  status: Proposal;
  /** Null: not assessed. */
  productionReady: boolean | null;
  hardeningRequired: boolean | null;
  deployment: Record<(typeof ENVIRONMENTS)[number], Proposal>;
  compliance: { baseline: Proposal; top10: Proposal; supplyChain: Proposal };
  confidence: Proposal;
};

/** The gravest weakness of the findings. How grave a failed check without one is, nobody said: it is counted, not rated. */
const worstOf = (
  checks: readonly CheckReport[],
  findings: readonly Finding[],
): { severity: Severity | null; bare: number; reason: string } => {
  const weak = findings.filter((f) => !f.positive);
  const bare = checks.filter((c) => c.verdict === 'fail' && !weak.some((f) => speaksTo(f, c.id)));
  const severity = SEVERITIES.find((s) => weak.some((f) => f.severity === s)) ?? null;
  const recorded =
    severity !== null
      ? weak.length === 1
        ? `the one finding is ${severity}`
        : `the gravest of ${weak.length} findings is ${severity}`
      : // A check that failed is a weakness, recorded or not.
        bare.length === 0
        ? 'no weakness was recorded'
        : '';
  const failed =
    bare.length === 0 ? '' : `failed, and how grave is not said: ${bare.map((c) => c.id).join(', ')}`;
  return {
    severity,
    bare: bare.length,
    reason: [recorded, failed].filter((part) => part !== '').join('; '),
  };
};

const DECIDED = [
  ['pass', 'pass has', 'passes have'],
  ['fail', 'failure has', 'failures have'],
  ['not-applicable', 'verdict of not applicable has', 'verdicts of not applicable have'],
] as const;

/** A decision without a word and without a finding: nobody can tell whether anything was looked at. */
export const isBare = (c: CheckReport): boolean =>
  DECIDED.some(([verdict]) => verdict === c.verdict) && c.note.trim() === '' && c.findings.length === 0;

/** "2 passes have, 1 failure has no word of why"; '' where each decision says why. */
export const bareWords = (checks: readonly CheckReport[]): string => {
  const bare = checks.filter(isBare);
  const said = DECIDED.flatMap(([verdict, one, many]) => {
    const n = bare.filter((c) => c.verdict === verdict).length;
    return n > 0 ? [plural(n, one, many)] : [];
  });
  return said.length === 0 ? '' : `${said.join(', ')} no word of why`;
};

/** The same, behind what was said before it. */
const stampWords = (checks: readonly CheckReport[]): string => {
  const said = bareWords(checks);
  return said === '' ? '' : `; ${said}`;
};

const coverageReason = (c: Coverage): string =>
  c.complete
    ? `all ${c.total} checks have a verdict`
    : `of ${plural(c.total, 'check')} ${[
        ...(c.notTested > 0 ? [`${c.notTested} ${numbered(c.notTested, 'was', 'were')} not tested`] : []),
        ...(c.unsure > 0 ? [`${c.unsure} stayed unsure`] : []),
      ].join(' and ')}`;

const plainRisk = (severity: Severity | null): string =>
  severity === null || severity === 'info' ? 'low' : severity === 'low' ? 'low_medium' : severity;

const STATUS: Record<string, string> = {
  low: 'production_ready',
  low_medium: 'acceptable_with_monitoring',
  medium: 'acceptable_with_hardening',
  high: 'not_recommended',
  critical: 'not_recommended',
};

const DEPLOYMENT: Record<string, readonly [string, string, string, string]> = {
  low: [
    'acceptable_as_is',
    'acceptable_as_is',
    'acceptable_with_monitoring',
    'additional_controls_recommended',
  ],
  low_medium: [
    'acceptable_as_is',
    'acceptable',
    'acceptable_with_monitoring',
    'additional_controls_recommended',
  ],
  medium: ['acceptable', 'hardening_recommended', 'hardening_required', 'additional_controls_required'],
  high: ['hardening_recommended', 'hardening_required', 'not_recommended', 'not_recommended'],
  critical: ['not_recommended', 'not_recommended', 'not_recommended', 'not_recommended'],
};

const isGrave = (s: Severity | null): boolean => s === 'critical' || s === 'high';

/** What each environment stands for, so that its row can be read by itself. */
const MEANS: Record<(typeof ENVIRONMENTS)[number], string> = {
  development: "one person's machine and data",
  staging: 'shared, with data that is not real',
  production: 'others rely on it, and its data are real',
  enterprise: 'many depend on it, and somebody answers for it',
};
const MOST_QUOTED = 3;

/** What the environment stands for, and the findings by what they say of it, gravest first. */
const environmentReason = (
  e: (typeof ENVIRONMENTS)[number],
  findings: readonly (Finding & { tag: string })[],
): string => {
  const saying = findings.filter((f) => !f.positive && f.business[e].trim() !== '');
  const said = saying
    .slice(0, MOST_QUOTED)
    .map((f) => `${f.tag}: ${clipWords(f.business[e].trim().replace(/\s+/g, ' '), 240).replace(/\.$/, '')}`);
  const more = saying.length - said.length;
  return [MEANS[e], ...said, ...(more > 0 ? [`and ${plural(more, 'more finding')}`] : [])].join('; ');
};

const confidenceOf = (c: Coverage, looks: readonly Look[], scrutiny: Scrutiny): Proposal => {
  const decided = c.total - c.notTested - c.unsure;
  const blind = looks.filter((l) => !l.looked).length;
  const share = c.total === 0 ? 0 : decided / c.total;
  // A verdict nobody can follow is decided, and tells little more than that.
  const stamped = scrutiny.passes > 0 && scrutiny.untouched.length * 2 > scrutiny.passes;
  const noted = scrutiny.withoutNote.length === 0 && scrutiny.unreadLeads === 0;
  const value =
    decided === 0
      ? NOT_ASSESSED
      : c.complete && blind === 0 && noted
        ? 'high'
        : share >= 0.75 && !stamped
          ? 'medium'
          : 'low';
  return {
    value,
    reason: [
      // That all are decided is a reason for confidence, and none against it.
      ...(c.complete && value !== 'high'
        ? []
        : [`${decided} of ${plural(c.total, 'check')} ${numbered(decided, 'is', 'are')} decided`]),
      ...(blind > 0 ? [`${blind} of ${plural(looks.length, 'collector')} could not look`] : []),
      ...scrutinyWords(scrutiny),
    ].join('; '),
  };
};

const supplyChainOf = (rows: readonly Top10Row[], checks: readonly CheckReport[]): Proposal => {
  const row = rows.find((r) => r.id === 'MCP-06');
  if (!row || row.tested === 0)
    return { value: NOT_ASSESSED, reason: 'no check about the supply chain was tested' };
  const tested = `${row.tested} of ${row.checks.length} checks about the supply chain were tested`;
  const failed = [...row.failed, ...row.unsaid];
  if (failed.length > 0)
    return { value: 'needs_attention', reason: `${tested}; failed: ${failed.join(', ')}` };
  const about = checks.filter((c) => row.checks.includes(c.id));
  const stamps = about.filter(isBare).length;
  if (stamps === row.tested) return { value: NOT_ASSESSED, reason: `${tested}${stampWords(about)}` };
  return {
    value: row.tested === row.checks.length && row.verdict !== 'unsure' && stamps === 0 ? 'good' : 'reviewed',
    reason: `${tested}${stampWords(about)}`,
  };
};

export const proposalsOf = (
  checks: readonly CheckReport[],
  coverage: Coverage,
  findings: readonly (Finding & { tag: string })[],
  top10: readonly Top10Row[],
  looks: readonly Look[],
  scrutiny: Scrutiny,
): Proposals => {
  const worst = worstOf(checks, findings);
  const plain = plainRisk(worst.severity);
  const why = `${worst.reason}; ${coverageReason(coverage)}`;
  const tested = coverage.total - coverage.notTested;
  const bare = checks.filter(isBare).length;
  const share = coverage.total === 0 ? 0 : (tested - coverage.unsure - bare) / coverage.total;
  const few = share < MIN_DECIDED;
  // Where something failed and nobody said how gravely, or something is open, no rating can be good.
  const whole = coverage.complete && worst.bare === 0;
  const risk =
    few || (!whole && worst.severity === null)
      ? NOT_DETERMINED
      : whole || worst.severity === 'critical'
        ? plain
        : `at_least_${plain}`;
  const unexplained = stampWords(checks);
  // What keeps it from being stated comes first; that nothing was found is no reason for it.
  const reasoned = tested - coverage.unsure - bare;
  const recorded = worst.severity === null && worst.bare === 0 ? '' : `; ${worst.reason}`;
  const riskReason = few
    ? `${reasoned} of ${plural(coverage.total, 'check')} ${numbered(reasoned, 'is', 'are')} decided with a reason, and below ${MIN_DECIDED * 100} % no overall risk is stated${recorded}${unexplained}`
    : `${why}${unexplained}`;
  // A grave weakness decides by itself; anything milder needs the whole methodology behind it.
  const decided = (whole && !few) || isGrave(worst.severity);
  const deployment = (i: 0 | 1 | 2 | 3): Proposal => ({
    value: decided ? DEPLOYMENT[plain]![i] : NOT_ASSESSED,
    reason: environmentReason(ENVIRONMENTS[i], findings),
  });
  const assessed = top10.filter((r) => r.verdict !== null);
  const failing = assessed.filter((r) => r.verdict === 'fail').map((r) => r.id);
  const unsaid = top10.filter((r) => r.verdict === null && r.unsaid.length > 0).map((r) => r.id);
  return {
    overallRisk: { value: risk, reason: riskReason },
    status: { value: decided ? STATUS[plain]! : NOT_ASSESSED, reason: why },
    productionReady: decided ? plain === 'low' || plain === 'low_medium' : null,
    hardeningRequired: decided ? plain !== 'low' && plain !== 'low_medium' : null,
    deployment: {
      development: deployment(0),
      staging: deployment(1),
      production: deployment(2),
      enterprise: deployment(3),
    },
    compliance: {
      baseline: {
        value:
          tested === bare
            ? NOT_ASSESSED
            : coverage.fail > 0
              ? isGrave(worst.severity)
                ? 'needs_attention'
                : few
                  ? NOT_ASSESSED
                  : 'partial'
              : few
                ? NOT_ASSESSED
                : coverage.complete
                  ? 'good'
                  : 'partial',
        reason: `${plural(coverage.pass, 'check')} passed, ${coverage.fail} failed; ${coverageReason(coverage)}${unexplained}`,
      },
      top10: {
        value:
          assessed.length === 0 || tested === bare
            ? NOT_ASSESSED
            : failing.length > 0
              ? 'needs_attention'
              : assessed.length === 10 && coverage.complete && !few
                ? 'addressed'
                : 'partial',
        reason: `${assessed.length} of 10 risks were assessed${failing.length > 0 ? `; failing: ${failing.join(', ')}` : ''}${unsaid.length > 0 ? `; checks failed, and no finding says whether through ${unsaid.join(', ')}` : ''}${unexplained}`,
      },
      supplyChain: supplyChainOf(top10, checks),
    },
    confidence: confidenceOf(coverage, looks, scrutiny),
  };
};
