import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  EVENT_VERSION,
  type EventBody,
  type SessionEvent,
  sessionEvent,
} from '../../src/domain/events.ts';
import { apply, emptySession, PAUSE_MS, replay, type Session, toJson } from '../../src/domain/session.ts';
import { audited, command, commands, eventOf, START_MS, startEvent } from './arbitraries.ts';

/** What the auditor has said, without when and how it came to be. */
const content = (s: Session) => ({
  answers: Object.fromEntries(
    [...s.answers].sort().map(([id, a]) => [id, { verdict: a.verdict, note: a.note }]),
  ),
  triage: toJson(s).triage,
  findings: toJson(s).findings,
  attachments: toJson(s).attachments,
  disclosure: s.disclosure,
  said: Object.fromEntries(
    [...s.proposals].flatMap(([id, p]) =>
      p.decided ? [[id, { decision: p.decided.decision, words: p.decided.words }]] : [],
    ),
  ),
});

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
};

const at = (minutes: number, body: EventBody, seq = 1): SessionEvent => ({
  v: EVENT_VERSION,
  seq,
  at: new Date(START_MS + minutes * 60_000).toISOString(),
  by: 'jane',
  ...body,
});

const answered = (minutes: number, check = '1.1.1', note = 'seen') =>
  at(minutes, { type: 'check.answered', check, answer: { verdict: 'pass', note } });

describe('a session', () => {
  it('folds whatever is commanded, the same by apply and by replay', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { session, events } = audited(list);
        expect(toJson(replay(events))).toEqual(toJson(session));
        expect(session.seq).toBe(events.length);
      }),
    );
  });

  it('only ever gets events that can be read back', () => {
    fc.assert(
      fc.property(commands, (list) => {
        for (const event of audited(list).events) {
          const back = sessionEvent.safeParse(JSON.parse(JSON.stringify(event)));
          expect(back.error?.issues ?? []).toEqual([]);
          expect(back.data).toEqual(event);
        }
      }),
    );
  });

  it('is not changed by what comes after', () => {
    fc.assert(
      fc.property(commands, command, (list, next) => {
        const { session } = audited(list);
        const before = JSON.stringify(toJson(session));
        const event = eventOf(session, next, START_MS + 9_000_000);
        if (event) apply(session, freeze(event));
        expect(JSON.stringify(toJson(session))).toBe(before);
      }),
    );
  });

  it('is as it was after undo and redo', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { session } = audited(list);
        const undo = eventOf(session, { type: 'undo' }, START_MS);
        if (!undo) return;
        const undone = apply(session, undo);
        const redone = apply(undone, eventOf(undone, { type: 'redo' }, START_MS)!);
        expect(content(redone)).toEqual(content(session));
        expect(redone.undo.length).toBe(session.undo.length);
        expect(redone.redo.length).toBe(session.redo.length);
        expect(redone.drafts).toEqual(session.drafts);
      }),
      { numRuns: 300 },
    );
  });

  it('is as in the beginning when all is undone, and as before when all is done again', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { session } = audited(list);
        let s = session;
        const steps = session.undo.length;
        for (let i = 0; i < steps; i += 1) s = apply(s, eventOf(s, { type: 'undo' }, START_MS)!);
        expect(content(s)).toEqual({
          answers: {},
          triage: {},
          findings: {},
          attachments: {},
          disclosure: { toldOn: null, channel: '', early: null },
          said: {},
        });
        expect(eventOf(s, { type: 'undo' }, START_MS)).toBeNull();
        for (let i = 0; i < steps; i += 1) s = apply(s, eventOf(s, { type: 'redo' }, START_MS)!);
        expect(content(s)).toEqual(content(session));
      }),
    );
  });

  it('folds events in an order that no program would write', () => {
    fc.assert(
      fc.property(commands, fc.integer(), (list, seed) => {
        const { events } = audited(list);
        const shuffled = events.toSorted((a, b) => ((a.seq * seed) % 7) - ((b.seq * seed) % 7));
        expect(() => replay(shuffled)).not.toThrow();
      }),
    );
  });
});

describe('who said it', () => {
  const says = (seq: number, by: string, verdict: 'pass' | 'fail', more: object = {}): SessionEvent => ({
    ...at(seq, { type: 'check.answered', check: '1.1.1', answer: { verdict, note: '' } }, seq),
    by,
    ...more,
  });

  it('is who recorded it, also when another takes a later word back, or says it again', () => {
    const first = [startEvent(), says(2, 'jane', 'pass'), says(3, 'kim', 'fail')];
    const by = (events: SessionEvent[]) => replay(events).answers.get('1.1.1')?.by;
    expect(by(first)).toBe('kim');
    const back = [...first, says(4, 'kim', 'pass', { undoes: 3 })];
    expect(by(back)).toBe('jane');
    expect(by([...back, says(5, 'lee', 'fail', { redoes: 4 })])).toBe('kim');
  });
});

describe('a second auditor', () => {
  const at = (seq: number): string => `2026-11-22T1${seq}:00:00Z`;
  const said = (seq: number, by: string, answer: Answer | null, more: object = {}): SessionEvent =>
    ({ type: 'check.answered', seq, at: at(seq), by, check: '1.1.1', answer, ...more }) as SessionEvent;
  const first = said(1, 'ann', { verdict: 'fail', note: 'no signature' });
  const who = (...events: SessionEvent[]) => {
    const a = replay(events).answers.get('1.1.1');
    return a && [a.verdict, a.by, a.at, a.noteBy?.by ?? a.by];
  };

  it('who revises the note leaves the verdict to whoever gave it', () => {
    const revised = said(2, 'bob', { verdict: 'fail', note: 'no signature, seen again' });
    expect(who(first, revised)).toEqual(['fail', 'ann', at(1), 'bob']);
    expect(
      who(first, revised, said(3, 'ann', { verdict: 'unsure', note: 'no signature, seen again' })),
    ).toEqual(['unsure', 'ann', at(3), 'bob']);
  });

  it('who gives another verdict leaves the note to whoever wrote it', () => {
    expect(who(first, said(2, 'bob', { verdict: 'pass', note: 'no signature' }))).toEqual([
      'pass',
      'bob',
      at(2),
      'ann',
    ]);
    expect(who(first, said(2, 'bob', { verdict: 'pass', note: 'signed since' }))).toEqual([
      'pass',
      'bob',
      at(2),
      'bob',
    ]);
    expect(who(first, said(2, 'bob', { verdict: 'pass', note: '' }))).toEqual(['pass', 'bob', at(2), 'bob']);
  });

  it('what is taken back is again by both', () => {
    const revised = said(2, 'bob', { verdict: 'fail', note: 'no signature, seen again' });
    const third = said(3, 'cat', { verdict: 'pass', note: 'all signed' });
    const back = said(4, 'cat', { verdict: 'fail', note: 'no signature, seen again' }, { undoes: 3 });
    expect(who(first, revised, third, back)).toEqual(['fail', 'ann', at(1), 'bob']);
    const again = said(5, 'ann', { verdict: 'pass', note: 'all signed' }, { redoes: 4 });
    expect(who(first, revised, third, back, again)).toEqual(['pass', 'cat', at(3), 'cat']);
  });
});

describe('time worked', () => {
  it('adds up what lies between events', () => {
    expect(replay([startEvent(), answered(2), answered(9)]).workedMs).toBe(9 * 60_000);
  });
  it('leaves out breaks, but not one of exactly the limit', () => {
    const limit = PAUSE_MS / 60_000;
    expect(replay([startEvent(), answered(limit)]).workedMs).toBe(PAUSE_MS);
    expect(replay([startEvent(), answered(limit + 0.001), answered(limit + 1.001)]).workedMs).toBe(60_000);
  });
  it('leaves out the time between leaving and coming back, however short', () => {
    const events = [
      startEvent(),
      at(1, { type: 'session.closed', check: null }),
      at(4, { type: 'session.opened', toolVersion: '1' }),
      answered(5),
    ];
    expect(replay(events).workedMs).toBe(2 * 60_000);
  });
  it('never shrinks when the clock is set back', () => {
    const events = [startEvent(), answered(5), answered(1), answered(2)];
    expect(replay(events).workedMs).toBe(6 * 60_000);
  });
});

describe('a draft', () => {
  const draft = (text: string) => at(1, { type: 'draft.kept', check: '1.1.1', text });
  const verdict = (note: string) =>
    at(2, { type: 'check.answered', check: '1.1.1', answer: { verdict: 'fail', note } });

  it('goes when its words have become the note', () => {
    expect(replay([startEvent(), draft('half a'), verdict('half a sentence')]).drafts.size).toBe(0);
  });
  it('stays when only a verdict is given', () => {
    expect(replay([startEvent(), draft('half a'), verdict('')]).drafts.get('1.1.1')).toBe('half a');
  });
  it('stays when an earlier answer is taken back', () => {
    const events = [startEvent(), verdict('earlier'), draft('half a')];
    const session = replay(events);
    const undone = apply(session, eventOf(session, { type: 'undo' }, START_MS)!);
    expect(undone.answers.size).toBe(0);
    expect(undone.drafts.get('1.1.1')).toBe('half a');
  });
});

it('does not grow slower with its length when replayed', () => {
  const events = [
    startEvent(),
    ...Array.from({ length: 20_000 }, (_, i) => answered(i / 60, `1.1.${i % 50}`, `n${i}`)),
  ];
  const began = performance.now();
  expect(replay(events).undo.length).toBe(20_000);
  // About 30 ms on a slow core; quadratic undo would take minutes.
  expect(performance.now() - began).toBeLessThan(2000);
});

it('starts empty', () => {
  expect(emptySession().seq).toBe(0);
});
