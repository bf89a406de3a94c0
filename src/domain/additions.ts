import { isGrave } from './disclosure.ts';
import type { Answer, SessionEvent, Triage } from './events.ts';
import type { Finding } from './finding.ts';
import { describeEvent, verdictWord } from './selectors.ts';
import type { Session } from './session.ts';
import type { Verdict } from './verdict.ts';

/**
 * What a file would add to a session that is here. Who can write the file can write any name and any day into it: what it
 * would change of what stands, or of when it may be published, is named by its effect and comes first.
 */

const WEIGHT = ['disclosure', 'finding', 'verdict', 'auditor'] as const;
export type Weight = (typeof WEIGHT)[number];

export type Addition = {
  /** Number of the event in the history, its time, and who did it, as the file says. */
  seq: number;
  at: string;
  by: string;
  said: string;
  /** What of the audit it lifts, takes away or turns over; null for anything else. */
  weighs: Weight | null;
};

type Said = Pick<Addition, 'said' | 'weighs'>;

/** What the events before stand for, as far as a later one may turn it over. */
type Standing = { verdicts: Map<string, Verdict | null>; findings: Map<string, Finding> };

const answersIn = (e: SessionEvent): { check: string; answer: Answer | null }[] | null =>
  e.type === 'check.answered' || e.type === 'carried.confirmed'
    ? [{ check: e.check, answer: e.answer }]
    : e.type === 'checks.answered'
      ? e.changes
      : null;

const verdictsSaid = (
  { verdicts }: Standing,
  changes: readonly { check: string; answer: Answer | null }[],
): Said[] =>
  changes.map(({ check, answer }) => {
    const [was, now] = [verdicts.get(check) ?? null, answer?.verdict ?? null];
    verdicts.set(check, now);
    const words = `${verdictWord(now)}${answer?.note ? ` — ${answer.note}` : ''}`;
    return was !== null && was !== now
      ? { said: `${check} becomes ${words}, was ${verdictWord(was)}`, weighs: 'verdict' }
      : { said: `${check} ${words}`, weighs: null };
  });

const findingSaid = ({ findings }: Standing, id: string, value: Finding | null): Said => {
  const was = findings.get(id);
  if (!value) {
    findings.delete(id);
    return { said: `${id} is deleted${was ? `: ${was.title} (${was.severity})` : ''}`, weighs: 'finding' };
  }
  findings.set(id, value);
  const held = (f: Finding) => isGrave(f) && f.tracking.fixVerified === null;
  const words = `${id} ${value.title} (${value.severity}${value.tracking.fixVerified ? ', its fix verified' : ''})`;
  return was && held(was) && !held(value)
    ? { said: `${words}: no longer kept back from publication`, weighs: 'disclosure' }
    : { said: words, weighs: null };
};

const triageSaid = (
  { v, seq, at, by }: SessionEvent,
  changes: readonly { item: string; triage: Triage | null }[],
): Said[] =>
  changes.map((c) => ({
    said: describeEvent({ v, seq, at, by, type: 'evidence.triaged', changes: [c] }),
    weighs: null,
  }));

const saidOf = (standing: Standing, e: SessionEvent): Said[] => {
  const answers = answersIn(e);
  if (answers)
    return [
      ...verdictsSaid(standing, answers),
      ...(e.type === 'carried.confirmed' ? triageSaid(e, e.triage) : []),
    ];
  switch (e.type) {
    case 'finding.recorded':
      return [findingSaid(standing, e.finding, e.value && { ...e.value, id: e.finding })];
    case 'disclosure.recorded':
      return [{ said: describeEvent(e), weighs: 'disclosure' }];
    case 'auditor.named':
      return [
        {
          said: `${describeEvent(e)}${e.auditor.github ? ` (${e.auditor.github})` : ''}: what is decided from there on is theirs`,
          weighs: 'auditor',
        },
      ];
    case 'evidence.triaged':
      return triageSaid(e, e.changes);
    default:
      return [{ said: describeEvent(e), weighs: null }];
  }
};

/** Every event of `added`, one line for each thing it decides; what weighs first. */
export const additionsOf = (before: Session, added: readonly SessionEvent[], now: Date): Addition[] => {
  const standing: Standing = {
    verdicts: new Map([...before.answers].map(([check, a]) => [check, a.verdict])),
    findings: new Map(before.findings),
  };
  const today = now.toISOString();
  const all = added.flatMap((e) => {
    const { seq, at, by } = e;
    // The newest day a session knows of is its today, and the days of disclosure are counted up to it.
    const late: Said[] =
      at > today
        ? [{ said: `an event of ${at.slice(0, 10)}, a day that is yet to come`, weighs: 'disclosure' }]
        : [];
    return [...late, ...saidOf(standing, e)].map((said): Addition => ({ seq, at, by, ...said }));
  });
  const order = (a: Addition) => (a.weighs === null ? WEIGHT.length : WEIGHT.indexOf(a.weighs));
  return all.sort((a, b) => order(a) - order(b) || a.seq - b.seq);
};
