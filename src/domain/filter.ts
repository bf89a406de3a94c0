import { carriedCheckOf, whyLook } from './carried.ts';
import type { Verdict } from './events.ts';
import type { Check } from './methodology.ts';
import { type EvidenceIndex, findingsOfCheck, matchesWords, verdictOf } from './selectors.ts';
import type { Session } from './session.ts';

/** How lists are narrowed: words, and terms of a field and a value. */

/** Fields a filter knows, with the values each takes; null where any text is one. */
export type FilterTerms = Readonly<Record<string, readonly string[] | null>>;

/** The terms as they are told: `is:open is:pass · has:note · sec:2.1`. */
export const termsWords = (terms: FilterTerms): string =>
  Object.entries(terms)
    .map(([field, values]) => (values ? values.map((v) => `${field}:${v}`).join(' ') : `${field}:…`))
    .join(' · ');

/**
 * What is wrong with a filter's terms, with those there are; null when nothing is. While one is being typed, the beginning of
 * a term is no mistake yet.
 */
export const filterProblem = (query: string, terms: FilterTerms, typing: boolean): string | null => {
  for (const token of query.trim().split(/\s+/)) {
    const [, field = '', value = ''] = /^([a-z]+):(\S*)$/.exec(token) ?? [];
    if (field === '') continue;
    const values = Object.hasOwn(terms, field) ? terms[field] : undefined;
    if (values === undefined) return `No term begins with ${field}: here. There are: ${termsWords(terms)}`;
    if (values === null || values.includes(value) || (typing && values.some((v) => v.startsWith(value))))
      continue;
    return `${field}:${value} is no term. There are: ${values.map((v) => `${field}:${v}`).join(' ')}`;
  }
  return null;
};

const VERDICT_TOKENS: Record<string, Verdict | null> = {
  open: null,
  pass: 'pass',
  fail: 'fail',
  na: 'not-applicable',
  unsure: 'unsure',
};

/** What {@link filterChecks} knows besides words. */
export const CHECK_TERMS: FilterTerms = {
  is: Object.keys(VERDICT_TOKENS),
  has: ['note', 'finding', 'lead', 'question', 'draft', 'bookmark', 'carried', 'changed'],
  sec: null,
};

/**
 * Checks a filter keeps: words match id, title and note; `is:open|pass|fail|na|unsure`, `has:note|finding|lead|question|draft|bookmark|carried|changed` and
 * `sec:2.1` narrow further.
 */
export const filterChecks = (
  checks: readonly Check[],
  s: Session,
  index: EvidenceIndex,
  query: string,
): Check[] => {
  const tokens = query.trim().split(/\s+/).filter(Boolean);
  const words = tokens.filter((t) => !/^(is|has|sec):/.test(t)).join(' ');
  const has: Record<string, (c: Check) => boolean> = {
    note: (c) => (s.answers.get(c.id)?.note ?? '') !== '',
    finding: (c) => findingsOfCheck(s, c.id).length > 0,
    lead: (c) => (index.get(c.id) ?? []).some((i) => i.kind === 'lead'),
    question: (c) => (index.get(c.id) ?? []).some((i) => i.kind === 'question'),
    draft: (c) => s.drafts.has(c.id),
    carried: (c) => (carriedCheckOf(s, c.id)?.verdict ?? null) !== null,
    changed: (c) => {
      const carried = carriedCheckOf(s, c.id);
      return carried !== null && whyLook(s, carried) !== null;
    },
    bookmark: (c) => [...s.bookmarks.values()].some((b) => b.check === c.id),
  };
  return checks.filter(
    (c) =>
      tokens.every((t) => {
        const [field, value = ''] = t.split(':', 2);
        if (field === 'is') return value in VERDICT_TOKENS && verdictOf(s, c.id) === VERDICT_TOKENS[value];
        if (field === 'has') return has[value]?.(c) ?? false;
        if (field === 'sec') return c.id.startsWith(value);
        return true;
      }) &&
      (words === '' || matchesWords(words, c.id, c.name ?? '', c.title, s.answers.get(c.id)?.note ?? '')),
  );
};
