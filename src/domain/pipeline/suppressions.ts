import type { Place } from '../evidence.ts';
import { day, leadRule, type Suppression } from './configuration.ts';
import type { LeadEntry, Suppressed } from './leads-report.ts';
import { pathFits } from './path-pattern.ts';

/**
 * Leads that their developers have looked at: by a comment at the place, or an entry of the configuration. Each says why and
 * until when. What covers a lead is always shown with it; nothing here makes one disappear.
 */

export type Standing = Suppressed & {
  /** '' for one lead. */
  rule: string;
  /** Whether it covers a place of a lead. */
  covers(lead: Covered, place: Place | null): boolean;
  /** Of a comment: the line it stands on, the last one it covers, and what lines of its file say. */
  comment?: { path: string; line: number; last: number; said(from: number, to: number): string };
};
type Covered = Pick<LeadEntry, 'id' | 'collector' | 'rule' | 'location' | 'places'>;
export type Refused = { at: string; words: string };

const ruleOf = (lead: Covered): string => `${lead.collector}/${lead.rule}`;

/** All places of a lead; one that has none is one matter without a place. */
export const placesOf = (lead: Pick<LeadEntry, 'location' | 'places'>): (Place | null)[] =>
  lead.location ? [lead.location, ...lead.places] : lead.places.length > 0 ? lead.places : [null];

export const fromConfiguration = (
  entries: readonly Suppression[],
  lines: readonly number[],
  file: string,
): Standing[] =>
  entries.map((s, i) => ({
    by: 'file',
    rule: s.rule ?? '',
    at: `${file}:${lines[i] ?? 1}`,
    reason: s.reason,
    expires: s.expires,
    covers: (lead, place) =>
      s.lead !== undefined
        ? s.lead === lead.id && placesOf(lead).length <= (s.places ?? 1)
        : s.rule === ruleOf(lead) &&
          (s.path === undefined || (place !== null && pathFits(s.path, place.path))),
  }));

const WORD = 'mcp-audit: allow ';
/** What begins a comment, in the languages that are read and the files beside them. Documents are not full of comments, but of examples. */
const OPENERS = ['//', '#', '/*', '*', '<!--', '--', ';', '%', '"""', "'''"];
const DOCUMENT = /\.(?:md|mdx|markdown|rst|adoc|txt|html?)$/i;
const CLOSERS = ['-->', '*/', '"""', "'''"];

const SHAPE = `${WORD}<collector>/<rule> until <YYYY-MM-DD>: <why, in ten characters or more>`;

const isCommented = (path: string, before: string): boolean =>
  (DOCUMENT.test(path) ? ['<!--'] : OPENERS).some((o) => before.trimEnd().endsWith(o));

/** One comment's words, or what is wrong with them. */
const readComment = (said: string): { rule: string; expires: string; reason: string } | string => {
  const closer = CLOSERS.find((c) => said.trimEnd().endsWith(c));
  const text = (closer ? said.trimEnd().slice(0, -closer.length) : said).trim();
  const [first = '', until = '', date = ''] = text.split(/\s/, 3);
  const rule = first.replace(/:$/, '');
  const expires = date.replace(/:$/, '');
  const colon = text.indexOf(':', text.indexOf(date));
  const reason = colon === -1 ? '' : text.slice(colon + 1).trim();
  if (!leadRule.safeParse(rule).success) return `"${rule.slice(0, 80)}" is no rule`;
  if (until !== 'until' || !day.safeParse(expires).success) return 'it does not say until which day';
  if (reason.length < 10) return 'it does not say why';
  return { rule, expires, reason: reason.slice(0, 1_000) };
};

const MOST_LINE = 2_000;

/** Comments of one file that allow something on their own line or the next one that is no such comment. */
export const fromComments = (path: string, text: string): { standing: Standing[]; refused: Refused[] } => {
  const standing: Standing[] = [];
  const refused: Refused[] = [];
  if (!text.includes(WORD)) return { standing, refused };
  const lines = text.split('\n');
  const isComment = (line: string | undefined): boolean => {
    const at = line === undefined ? -1 : line.slice(0, MOST_LINE).indexOf(WORD);
    return at !== -1 && isCommented(path, line!.slice(0, at));
  };
  for (const [i, line] of lines.entries()) {
    if (!isComment(line)) continue;
    const at = `${path}:${i + 1}`;
    const read = readComment(line.slice(line.indexOf(WORD) + WORD.length, MOST_LINE));
    if (typeof read === 'string') {
      refused.push({ at, words: `${read}; it is written as ${SHAPE}` });
      continue;
    }
    let last = i + 1;
    // Several comments may stand above one line; one behind code speaks of that line and the next.
    while (isComment(lines[last])) last++;
    standing.push({
      by: 'line',
      at,
      rule: read.rule,
      reason: read.reason,
      expires: read.expires,
      covers: (lead, place) =>
        place !== null &&
        place.path === path &&
        ruleOf(lead) === read.rule &&
        place.startLine <= last + 1 &&
        place.endLine >= i + 1,
      comment: {
        path,
        line: i + 1,
        last: last + 1,
        said: (from, to) =>
          lines
            .slice(Math.max(0, from - 1), to)
            .map((l) => l.trimEnd())
            .join('\n'),
      },
    });
  }
  return { standing, refused };
};

const keyOf = (s: Standing): string => JSON.stringify([s.comment?.path, s.rule, s.expires, s.reason]);

/** What stands around a comment: as far as it covers, and as far as a place it covers goes. */
const around = ({ comment: c }: Standing, above: number, below: number): string | null =>
  c && c.line - above > 0
    ? JSON.stringify([c.last - c.line, c.said(c.line - above, Math.max(c.last, c.line + below))])
    : null;

/**
 * Of the comments of a commit those that count by another commit's policy: what that one says too, as often as it does, and
 * of the lines it says it of. Other code below the same comment is nothing anybody has looked at.
 */
export const asSaidBefore = (
  found: readonly Standing[],
  before: readonly Standing[],
  name: string,
): { counted: Standing[]; notYet: Refused[] } => {
  const exactly = (s: Standing): string => `${keyOf(s)}${around(s, 0, 0)}`;
  const left = Map.groupBy(before, exactly);
  const elsewhere = new Set(before.map(keyOf));
  const counted: Standing[] = [];
  const notYet: Refused[] = [];
  for (const s of found) {
    const b = left.get(exactly(s))?.shift();
    if (!b) {
      const why = elsewhere.has(keyOf(s)) ? 'says it of other code' : 'does not say so';
      notYet.push({ at: s.at, words: `it does not count yet: ${name} ${why}` });
      continue;
    }
    counted.push({
      ...s,
      covers: (lead, place) => {
        if (!s.covers(lead, place) || !place || !s.comment) return false;
        const above = Math.max(0, s.comment.line - place.startLine);
        const below = place.endLine - s.comment.line;
        return around(s, above, below) === around(b, above, below);
      },
    });
  }
  return { counted, notYet };
};

export type Verdict = { suppressions: Suppressed[]; suppressed: boolean };

const bare = ({ by, at, reason, expires }: Standing): Suppressed => ({ by, at, reason, expires });

/**
 * What covers each lead on a day. A lead that stands at several places is suppressed when every one of them is covered;
 * what has expired covers nothing.
 */
export const suppress = (
  leads: readonly Covered[],
  all: readonly Standing[],
  today: string,
): { of(lead: Covered): Verdict; expired: Refused[]; unused: Refused[] } => {
  const valid = all.filter((s) => s.expires >= today);
  const used = new Set<Standing>();
  const would = new Set<Standing>();
  const verdicts = new Map<Covered, Verdict>();
  for (const lead of leads) {
    const places = placesOf(lead);
    const covering = places.map((p) => valid.filter((s) => s.covers(lead, p)));
    for (const s of covering.flat()) used.add(s);
    for (const s of all) if (places.some((p) => s.covers(lead, p))) would.add(s);
    verdicts.set(lead, {
      suppressions: [...new Set(covering.flat())].map(bare),
      suppressed: covering.every((c) => c.length > 0),
    });
  }
  return {
    of: (lead) => verdicts.get(lead) ?? { suppressions: [], suppressed: false },
    expired: all
      .filter((s) => s.expires < today)
      .map((s) => ({
        at: s.at,
        words: `it held until ${s.expires} (${s.reason})${would.has(s) ? '; what it covered counts again' : '; nothing is there for it to cover any more'}`,
      })),
    unused: valid
      .filter((s) => !used.has(s))
      .map((s) => ({ at: s.at, words: `nothing is there for it to cover (${s.reason})` })),
  };
};
