import { plural } from '../text/plural.ts';
import type { EvidenceItem } from './evidence.ts';
import type { FactRule } from './methodology.ts';
import type { Session } from './session.ts';

/** What facts say about a criterion of the scorecard, by the rules of `scorecard.yml`. */

export type FactVote = {
  /** `collector/rule`, or `target/last-commit`. */
  fact: string;
  /** The items it rests on; empty when it was measured from the target itself. */
  items: readonly string[];
  /** A rating of its own; null when it only bounds the others. */
  value: number | null;
  /** No rating is better than this; null when it rates. */
  most: number | null;
  why: string;
};

/** Not a collector's: the pinned commit's date is part of the target. */
const LAST_COMMIT = 'target/last-commit';
/** The best level there is. */
const MOST = 4;
const DAY_MS = 86_400_000;

/** Whole days from the audited commit to the day the audit began; null when either date is not known. */
export const daysSinceCommit = (session: Session): number | null => {
  const days = (Date.parse(session.startedAt) - Date.parse(session.target?.committedAt ?? '')) / DAY_MS;
  return Number.isFinite(days) ? Math.max(0, Math.floor(days)) : null;
};

const stepAt = (steps: NonNullable<FactRule['rates']>, n: number): number | null =>
  [...steps].sort((a, b) => b.from - a.from).find((s) => n >= s.from)?.value ?? null;

export type FactIndex = ReadonlyMap<string, readonly EvidenceItem[]>;

/**
 * Items by `collector/rule`. Those the auditor dismissed say nothing any more, and a lead is none before somebody said that it
 * is true, by accepting it or by a weakness that cites it: until then it only asks.
 */
export const indexFacts = (session: Session, items: Iterable<EvidenceItem>): FactIndex => {
  const index = new Map<string, EvidenceItem[]>();
  const cited = new Set([...session.findings.values()].filter((f) => !f.positive).flatMap((f) => f.evidence));
  for (const i of items) {
    const decision = session.triage.get(i.id)?.decision;
    if (decision === 'dismissed') continue;
    if (i.kind === 'lead' && decision !== 'accepted' && !cited.has(i.id)) continue;
    const key = `${i.collector}/${i.rule}`;
    index.set(key, [...(index.get(key) ?? []), i]);
  }
  return index;
};

const isThere = (index: FactIndex, fact: string): boolean =>
  (index.get(fact) ?? []).some((i) => Object.values(i.measures ?? {}).every((n) => n !== 0));

/** Numbers a rule speaks about, with the item each comes from. */
const numbersOf = (rule: FactRule, session: Session, index: FactIndex): { n: number; item?: string }[] => {
  if (rule.fact === LAST_COMMIT) {
    const days = daysSinceCommit(session);
    return days === null ? [] : [{ n: days }];
  }
  return (index.get(rule.fact) ?? []).flatMap((i) => {
    const n = rule.measure === undefined ? 1 : i.measures?.[rule.measure];
    return n === undefined ? [] : [{ n, item: i.id }];
  });
};

/** What one rule says here; null when it says nothing. Of several items the worst counts. */
export const factVote = (rule: FactRule, session: Session, index: FactIndex): FactVote | null => {
  if (rule.unless !== undefined && isThere(index, rule.unless)) return null;
  const steps = rule.rates ?? rule.most ?? [];
  const told = numbersOf(rule, session, index).flatMap((x) => {
    const value = stepAt(steps, x.n);
    return value === null ? [] : [{ ...x, value }];
  });
  const worst = [...told].sort((a, b) => a.value - b.value)[0];
  // What bounds nothing need not be said.
  if (!worst || (!rule.rates && worst.value === MOST)) return null;
  const items = told.filter((t) => t.value === worst.value).flatMap((t) => t.item ?? []);
  return {
    fact: rule.fact,
    items,
    value: rule.rates ? worst.value : null,
    most: rule.rates ? null : worst.value,
    why: `${rule.says.replaceAll('{n}', String(worst.n))}${items.length > 1 ? ` (${plural(items.length, 'place')})` : ''}`,
  };
};
