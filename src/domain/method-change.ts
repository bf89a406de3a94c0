import { type Check, checksOf, type Methodology } from './methodology.ts';
import { same } from './same.ts';
import type { Session } from './session.ts';

/** What two versions of a methodology ask, check by check. */

/** `evidence`: which collectors gather for it; all else is text a person reads. */
export type PartChange = { part: string; was: string; now: string };
export type CheckChange = { check: string; title: string; parts: PartChange[] };
export type MethodChange = {
  was: { id: string; version: string };
  now: { id: string; version: string };
  changed: CheckChange[];
  added: { check: string; title: string }[];
  removed: { check: string; title: string }[];
};

const NAMES: Record<keyof Check, string> = {
  id: 'id',
  origin: 'origin',
  name: 'short name',
  title: 'question',
  why: 'why',
  look: 'what to look for',
  passesWhen: 'passes when',
  failsWhen: 'fails when',
  collectors: 'evidence',
  manual: 'commands by hand',
  references: 'references',
  scorecard: 'scorecard',
  finding: 'text of its finding',
};

const shown = (value: unknown): string =>
  value === undefined
    ? ''
    : typeof value === 'string'
      ? value
      : Array.isArray(value) && value.every((v) => typeof v === 'string')
        ? value.join('; ')
        : JSON.stringify(value);

const partsOf = (was: Check, now: Check): PartChange[] =>
  (Object.keys(NAMES) as (keyof Check)[])
    .filter((part) => !same(was[part] ?? null, now[part] ?? null))
    .map((part) => ({ part: NAMES[part], was: shown(was[part]), now: shown(now[part]) }));

export const methodChange = (was: Methodology, now: Methodology): MethodChange => {
  const [before, after] = [was, now].map((m) => new Map(checksOf(m).map((c) => [c.id, c])));
  const named = (c: Check) => ({ check: c.id, title: c.title });
  return {
    was: { id: was.id, version: was.version },
    now: { id: now.id, version: now.version },
    changed: [...after!.values()].flatMap((c) => {
      const earlier = before!.get(c.id);
      const parts = earlier ? partsOf(earlier, c) : [];
      return parts.length > 0 ? [{ ...named(c), parts }] : [];
    }),
    added: [...after!.values()].filter((c) => !before!.has(c.id)).map(named),
    removed: [...before!.values()].filter((c) => !after!.has(c.id)).map(named),
  };
};

export const isSameMethod = (c: MethodChange): boolean =>
  c.changed.length + c.added.length + c.removed.length === 0 && same(c.was, c.now);

/** What a verdict rests on: other words around a check do not make one old. */
const ASKS: ReadonlySet<string> = new Set([
  NAMES.title,
  NAMES.look,
  NAMES.passesWhen,
  NAMES.failsWhen,
  NAMES.collectors,
]);

/** Checks that ask for something else than before: a verdict on one was given on another question. */
export const askedAnew = (c: MethodChange): string[] =>
  c.changed.filter(({ parts }) => parts.some((p) => ASKS.has(p.part))).map(({ check }) => check);

/** Why this session cannot move: findings that would belong to no check. Empty when it can. */
export const strandedFindings = (session: Session, c: MethodChange): string[] => {
  const gone = new Set(c.removed.map((r) => r.check));
  return [...session.findings.values()].filter((f) => f.checks.every((id) => gone.has(id))).map((f) => f.id);
};

const line = ({ part, was, now }: PartChange): string =>
  `    ${part}: ${was === '' ? 'nothing' : `"${was}"`}\n    ${' '.repeat(part.length)}  ${now === '' ? 'nothing' : `"${now}"`}`;

/** For people, a check a paragraph. */
export const methodWords = (c: MethodChange): string =>
  [
    `${c.was.id} ${c.was.version} in this session, ${c.now.id} ${c.now.version} now: ${c.changed.length} changed, ${c.added.length} new, ${c.removed.length} gone`,
    ...c.changed.flatMap(({ check, title, parts }) => [`  ${check} ${title}`, ...parts.map(line)]),
    ...c.added.map(({ check, title }) => `  ${check} ${title}: new`),
    ...c.removed.map(({ check, title }) => `  ${check} ${title}: gone, with what was said of it`),
  ].join('\n');
