import { plural } from '../../text/plural.ts';
import { type Carried, type CarriedCheck, carriedCheckOf } from '../carried.ts';
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

type Decision = {
  decision: CarriedCheck['triage'][number]['decision'];
  reason: string;
  by: string;
  at: string;
};

/** What was decided on the items of a check at the earlier commit, or was carried there and still waits. */
const decisionsOf = ({ session }: Side, waits: CarriedCheck | null): ReadonlyMap<string, Decision> =>
  new Map([
    ...(waits?.triage ?? []).map(({ item, ...decision }) => [item, decision] as const),
    ...[...session.triage].map(([item, decided]) => {
      const by = session.triagedBy.get(item);
      return [item, { ...decided, by: by?.by ?? '', at: by?.at ?? '' }] as const;
    }),
  ]);

/**
 * Who said something of a check last, by the part of it that counts most. What the earlier audit itself was carried and nobody
 * looked at again is carried on; what differed then differs still.
 */
const carriedChecks = (
  was: Side,
  now: Side,
  since: readonly CheckSince[],
  pairs: readonly ItemPair[],
): CarriedCheck[] =>
  since.flatMap(({ check, standing, differs }) => {
    const waits = carriedCheckOf(was.session, check.id);
    const answer = was.session.answers.get(check.id);
    const verdict = answer?.verdict ?? waits?.verdict ?? null;
    const said = waits?.verdict && !answer?.verdict ? { ...waits, note: answer?.note || waits.note } : answer;
    const decisions = decisionsOf(was, waits);
    const triage = pairs.flatMap((p) => {
      if ((p.state !== 'same' && p.state !== 'moved') || !p.now?.checks.includes(check.id)) return [];
      const decided = decisions.get(p.was!.id);
      return decided ? [{ item: p.now.id, ...decided }] : [];
    });
    if (!said && triage.length === 0) return [];
    const runs = Object.fromEntries(
      check.collectors.flatMap((c) => {
        const run = now.session.runs.get(c);
        return run ? [[c, run.blob]] : [];
      }),
    );
    const before = said === answer ? '' : (waits?.differs ?? '');
    return [
      {
        check: check.id,
        verdict,
        note: said?.note ?? '',
        by: said?.by ?? '',
        at: said?.at ?? '',
        standing: before === '' ? standing : 'changed',
        differs: [...new Set([before, differs])].filter(Boolean).join('; '),
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
  const rated = new Set(session.ratings.keys());
  return {
    from: {
      session: session.id,
      commit: session.target?.commit ?? '',
      audit: session.reports.at(-1)?.audit ?? '',
    },
    checks: carriedChecks(was, now, since, pairs),
    ratings: [
      ...[...session.ratings].map(([criterion, r]) => ({
        criterion,
        ...r,
        by: session.ratedBy.get(criterion)?.by ?? '',
        at: session.ratedBy.get(criterion)?.at ?? '',
      })),
      ...(session.carried?.ratings ?? []).filter((r) => !rated.has(r.criterion)),
    ],
    server: same(session.server, emptyProfile()) ? (session.carried?.server ?? null) : session.server,
  };
};

/** Whether an audit said anything that a later one could carry. */
export const saysSomething = ({ answers, findings, triage, ratings, carried }: Session): boolean =>
  answers.size > 0 ||
  findings.size > 0 ||
  triage.size > 0 ||
  ratings.size > 0 ||
  (carried !== null && (carried.checks.length > 0 || carried.ratings.length > 0 || carried.server !== null));

export const carriedWords = (c: Omit<Carried, 'summary'>): string =>
  `${plural(c.checks.filter((k) => k.verdict !== null).length, 'verdict')}, ${plural(
    c.checks.reduce((n, k) => n + k.triage.length, 0),
    'decision',
  )} on evidence and ${plural(c.ratings.length, 'rating')}`;
