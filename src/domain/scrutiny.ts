import { plural } from '../text/plural.ts';
import type { ItemKind } from './evidence.ts';
import { checksOf, type Methodology } from './methodology.ts';
import { checksByLeads, type EvidenceIndex, findingsOfCheck, judgedItems } from './selectors.ts';
import type { Session } from './session.ts';

/**
 * How closely what passed was looked at, as far as the session tells: a note, an item somebody judged, a finding. It is said
 * where the verdict is given and where it is published; whether it was enough, people say.
 */
export type Scrutiny = {
  passes: number;
  /** Passed checks whose verdict has no note. */
  withoutNote: string[];
  /** Those of them of which nothing was judged and nothing recorded either. */
  untouched: string[];
  /** Passed checks with leads nobody judged. */
  unread: string[];
  /** Those leads, each once. */
  unreadLeads: number;
};

const unjudged = (
  index: EvidenceIndex,
  check: string,
  kind: ItemKind,
  judged: ReadonlySet<string>,
): readonly string[] =>
  (index.get(check) ?? []).filter((i) => i.kind === kind && !judged.has(i.id)).map((i) => i.id);

/** Leads of a check that nobody accepted, dismissed or cited. */
export const unreadLeads = (
  index: EvidenceIndex,
  check: string,
  judged: ReadonlySet<string>,
): readonly string[] => unjudged(index, check, 'lead', judged);

/** "4 leads unread"; '' when there are none. */
export const unreadWords = (leads: number): string => (leads === 0 ? '' : `${plural(leads, 'lead')} unread`);

/** What is to be said at a verdict that says a check is settled: '' or "4 leads unread". */
export const atVerdict = (session: Session, index: EvidenceIndex, check: string): string => {
  const verdict = session.answers.get(check)?.verdict;
  if (verdict !== 'pass' && verdict !== 'not-applicable') return '';
  return unreadWords(unreadLeads(index, check, judgedItems(session)).length);
};

export const scrutinyOf = (session: Session, methodology: Methodology, index: EvidenceIndex): Scrutiny => {
  const judged = judgedItems(session);
  const passed = checksOf(methodology).filter((c) => session.answers.get(c.id)?.verdict === 'pass');
  const withoutNote = passed.filter((c) => (session.answers.get(c.id)?.note ?? '').trim() === '');
  const isUntouched = (check: string): boolean =>
    findingsOfCheck(session, check).length === 0 && !(index.get(check) ?? []).some((i) => judged.has(i.id));
  const leads = passed.map((c) => ({ check: c.id, unread: unreadLeads(index, c.id, judged) }));
  return {
    passes: passed.length,
    withoutNote: withoutNote.map((c) => c.id),
    untouched: withoutNote.filter((c) => isUntouched(c.id)).map((c) => c.id),
    unread: leads.filter((l) => l.unread.length > 0).map((l) => l.check),
    unreadLeads: new Set(leads.flatMap((l) => l.unread)).size,
  };
};

/** One sentence for each thing to be said of the passes; none when all have a note and every lead was judged. */
export const scrutinyWords = (s: Scrutiny): string[] => [
  ...(s.withoutNote.length > 0
    ? [
        `${s.withoutNote.length} of ${plural(s.passes, 'pass', 'passes')} without a note${s.untouched.length > 0 ? `, ${s.untouched.length} of them without anything judged or recorded` : ''}`,
      ]
    : []),
  ...(s.unreadLeads > 0
    ? [`nobody judged ${plural(s.unreadLeads, 'lead')} in ${plural(s.unread.length, 'passed check')}`]
    : []),
];

/** The name of a lead among the bookmarks. */
export const leadBookmark = (item: string): string => `item:${item}`;

export type Queued = { check: string; item: string };

/** Questions of a check that nobody answered, dismissed or raised a finding from. */
export const openQuestions = (
  index: EvidenceIndex,
  check: string,
  judged: ReadonlySet<string>,
): readonly string[] => unjudged(index, check, 'question', judged);

/** Every lead nobody judged and every question nobody answered, by {@link checksByLeads} and each check's list; each once, at its first check. */
export const unreadQueue = (m: Methodology, session: Session, index: EvidenceIndex): readonly Queued[] => {
  const judged = judgedItems(session);
  const seen = new Set<string>();
  const queue: Queued[] = [];
  for (const check of checksByLeads(m, index))
    for (const item of [...unreadLeads(index, check.id, judged), ...openQuestions(index, check.id, judged)]) {
      if (seen.has(item)) continue;
      seen.add(item);
      queue.push({ check: check.id, item });
    }
  return queue;
};

/**
 * The next unjudged lead or question from where the auditor is, going round; null when none is left. `here` may have been judged just
 * now: then what stood behind it in its check is next.
 */
export const nextUnread = (
  m: Methodology,
  session: Session,
  index: EvidenceIndex,
  here: { check: string | null; item: string | null },
  step: 1 | -1,
): Queued | null => {
  // What is kept for later is not next: its list leads there.
  const queue = unreadQueue(m, session, index).filter((q) => !session.bookmarks.has(leadBookmark(q.item)));
  if (queue.length === 0) return null;
  const order = new Map<string, number>();
  for (const check of checksByLeads(m, index))
    for (const item of index.get(check.id) ?? []) {
      const key = `${check.id} ${item.id}`;
      if (!order.has(key)) order.set(key, order.size);
    }
  const rank = (q: { check: string; item: string }): number => order.get(`${q.check} ${q.item}`) ?? -1;
  const checks = checksByLeads(m, index).map((c) => c.id);
  const checkRank = (id: string | null): number => (id === null ? -1 : checks.indexOf(id));
  const after = (q: Queued): boolean =>
    here.check !== null && here.item !== null && order.has(`${here.check} ${here.item}`)
      ? rank(q) > rank({ check: here.check, item: here.item })
      : checkRank(q.check) >= checkRank(here.check);
  if (step === 1) return queue.find((q) => q.item !== here.item && after(q)) ?? queue[0] ?? null;
  return queue.findLast((q) => q.item !== here.item && !after(q)) ?? queue.at(-1) ?? null;
};
