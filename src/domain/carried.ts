import { z } from 'zod';
import { checkId, scorecardId } from './methodology.ts';
import { serverProfile } from './server-profile.ts';
import { verdict } from './verdict.ts';

/**
 * What an audit of an earlier commit said, beside what this one says: *carried, not yet looked at again*. It is no answer, no
 * triage and no rating of this audit until its auditor confirms it, and counts as none anywhere.
 */

const by = { by: z.string(), at: z.string() };

/** Whether the evidence of a check says the same at both commits, and everything could look at both. */
const standing = z.enum(['same', 'changed']);

const carriedTriage = z.strictObject({
  /** The item as this session has it. */
  item: z.string(),
  decision: z.enum(['accepted', 'dismissed', 'answered']),
  reason: z.string(),
  ...by,
});

const carriedCheck = z.strictObject({
  check: checkId,
  verdict: verdict.nullable(),
  note: z.string(),
  ...by,
  standing,
  /** What differs, in a few words; '' where nothing does. */
  differs: z.string(),
  /** Decisions on items of this check that say the same at both commits. */
  triage: z.array(carriedTriage),
  /** Runs by which this was found; with others it has to be looked at. */
  runs: z.record(z.string(), z.string()),
});
export type CarriedCheck = z.infer<typeof carriedCheck>;

const carriedRating = z.strictObject({
  criterion: scorecardId,
  value: z.number().int().min(0).max(4).nullable(),
  reason: z.string(),
  ...by,
});

/** The earlier audit, as far as this one names it. */
export const carriedFrom = z.strictObject({
  session: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** Id of its report in the audit database; '' where none was written. */
  audit: z.string(),
});
export type CarriedFrom = z.infer<typeof carriedFrom>;

export const carried = z.strictObject({
  from: carriedFrom,
  checks: z.array(carriedCheck),
  ratings: z.array(carriedRating),
  server: serverProfile.nullable(),
  /** What changed between the two commits (`mcp-audit/reaudit@1`), kept as a blob. */
  summary: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Carried = z.infer<typeof carried>;

type Known = {
  carried: Carried | null;
  answers: ReadonlyMap<string, { verdict: string | null }>;
  runs: ReadonlyMap<string, { blob: string }>;
};

/** What was carried of a check and waits to be looked at; null once this audit has a verdict of its own. */
export const carriedCheckOf = (s: Known, check: string): CarriedCheck | null => {
  if ((s.answers.get(check)?.verdict ?? null) !== null) return null;
  return s.carried?.checks.find((c) => c.check === check) ?? null;
};

/** Why a carried verdict cannot be confirmed as it is; null where its evidence is the same. */
export const whyLook = (s: Known, carriedCheck: CarriedCheck): string | null => {
  if (carriedCheck.standing === 'changed') return carriedCheck.differs;
  const anew = Object.entries(carriedCheck.runs).find(([id, blob]) => s.runs.get(id)?.blob !== blob)?.[0];
  return anew === undefined ? null : `${anew} was run again since`;
};

/** Carried verdicts nobody looked at again, by whether one key confirms them. */
export const carriedOpen = (s: Known): { same: CarriedCheck[]; changed: CarriedCheck[] } => {
  const open = (s.carried?.checks ?? []).filter(
    (c) => c.verdict !== null && carriedCheckOf(s, c.check) !== null,
  );
  return {
    same: open.filter((c) => whyLook(s, c) === null),
    changed: open.filter((c) => whyLook(s, c) !== null),
  };
};
