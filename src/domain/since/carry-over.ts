import { plural } from '../../text/plural.ts';
import type { Carried, CarriedCheck } from '../carried.ts';
import { type Check, checksOf, type Methodology } from '../methodology.ts';
import { same } from '../same.ts';
import type { Evidence } from '../selectors.ts';
import { emptyProfile } from '../server-profile.ts';
import type { Session } from '../session.ts';
import type { ItemPair, ItemState } from './evidence-since.ts';

/** What an earlier audit said, check by check, held against the evidence of a later commit. Pure. */

export type Counts = Record<ItemState, number>;
const noCounts = (): Counts => ({ same: 0, moved: 0, changed: 0, new: 0, gone: 0 });

export const countStates = (pairs: Iterable<ItemPair>): Counts => {
  const counts = noCounts();
  for (const p of pairs) counts[p.state] += 1;
  return counts;
};

export type Side = { session: Session; evidence: Evidence; missing: ReadonlyMap<string, string> };
export type CheckSince = { check: Check; evidence: Counts; standing: 'same' | 'changed'; differs: string };

const looked = ({ session, evidence, missing }: Side, collector: string): string =>
  missing.has(collector)
    ? 'could not be read'
    : (evidence.get(collector)?.run.outcome ?? session.runs.get(collector)?.outcome ?? 'was not run');

const SAW = new Set(['collected', 'nothing-found', 'not-applicable']);

/** In words: "2 new, 1 changed (shell-command)". */
const differsWords = (counts: Counts, pairs: readonly ItemPair[]): string => {
  const rules = [...new Set(pairs.map((p) => (p.now ?? p.was)!.rule))];
  const words = (['new', 'changed', 'gone'] as const).flatMap((s) =>
    counts[s] > 0 ? [`${counts[s]} ${s}`] : [],
  );
  return `${words.join(', ')} (${rules.slice(0, 4).join(', ')}${rules.length > 4 ? ' …' : ''})`;
};

export const checksSince = (m: Methodology, was: Side, now: Side, pairs: readonly ItemPair[]): CheckSince[] =>
  checksOf(m).map((check) => {
    const own = pairs.filter((p) => p.now?.checks.includes(check.id) || p.was?.checks.includes(check.id));
    const evidence = countStates(own);
    const blind = check.collectors.flatMap((c) => {
      const [a, b] = [looked(was, c), looked(now, c)];
      return a === b && SAW.has(b)
        ? []
        : SAW.has(a) && SAW.has(b)
          ? []
          : [`${c}: ${SAW.has(b) ? `${a} then` : `${b} now`}`];
    });
    const other = own.filter((p) => p.state === 'new' || p.state === 'changed' || p.state === 'gone');
    const differs = [...(other.length > 0 ? [differsWords(evidence, other)] : []), ...blind].join('; ');
    return { check, evidence, standing: differs === '' ? 'same' : 'changed', differs };
  });

/** Who said something of a check last, by the part of it that counts most. */
const carriedChecks = (
  { session }: Side,
  now: Side,
  since: readonly CheckSince[],
  pairs: readonly ItemPair[],
): CarriedCheck[] =>
  since.flatMap(({ check, standing, differs }) => {
    const answer = session.answers.get(check.id);
    const triage = pairs.flatMap((p) => {
      if ((p.state !== 'same' && p.state !== 'moved') || !p.now?.checks.includes(check.id)) return [];
      const decided = session.triage.get(p.was!.id);
      const by = session.triagedBy.get(p.was!.id);
      return decided ? [{ item: p.now.id, ...decided, by: by?.by ?? '', at: by?.at ?? '' }] : [];
    });
    if (!answer && triage.length === 0) return [];
    const runs = Object.fromEntries(
      check.collectors.flatMap((c) => {
        const run = now.session.runs.get(c);
        return run ? [[c, run.blob]] : [];
      }),
    );
    return [
      {
        check: check.id,
        verdict: answer?.verdict ?? null,
        note: answer?.note ?? '',
        by: answer?.by ?? '',
        at: answer?.at ?? '',
        standing,
        differs,
        triage,
        runs,
      },
    ];
  });

export const carryOver = (
  was: Side,
  now: Side,
  since: readonly CheckSince[],
  pairs: readonly ItemPair[],
): Omit<Carried, 'summary'> => {
  const { session } = was;
  const criteria = [...session.ratings];
  return {
    from: {
      session: session.id,
      commit: session.target?.commit ?? '',
      audit: session.reports.at(-1)?.audit ?? '',
    },
    checks: carriedChecks(was, now, since, pairs),
    ratings: criteria.map(([criterion, r]) => ({
      criterion,
      ...r,
      by: session.ratedBy.get(criterion)?.by ?? '',
      at: session.ratedBy.get(criterion)?.at ?? '',
    })),
    server: same(session.server, emptyProfile()) ? null : session.server,
  };
};

export const carriedWords = (c: Omit<Carried, 'summary'>): string =>
  `${plural(c.checks.filter((k) => k.verdict !== null).length, 'verdict')}, ${plural(
    c.checks.reduce((n, k) => n + k.triage.length, 0),
    'decision',
  )} on evidence and ${plural(c.ratings.length, 'rating')}`;
