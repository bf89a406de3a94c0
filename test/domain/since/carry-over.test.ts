import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/domain/events.ts';
import type { Check } from '../../../src/domain/methodology.ts';
import { emptySession, type Session } from '../../../src/domain/session.ts';
import {
  type CheckSince,
  carryOver,
  type Side,
  saysSomething,
} from '../../../src/domain/since/carry-over.ts';

const check = { id: '2.1.2', collectors: [] } as unknown as Check;
const side = (over: Partial<Session>): Side => ({
  session: { ...emptySession(), id: 's', ...over },
  evidence: new Map(),
  missing: new Map(),
});
const since = (differs = ''): CheckSince[] => [
  {
    check,
    evidence: { same: 0, moved: 0, changed: 0, new: 0, gone: 0 },
    standing: differs === '' ? 'same' : 'changed',
    differs,
  },
];
const answered = (verdict: Answer['verdict']): Partial<Session> => ({
  answers: new Map([
    ['2.1.2', { verdict, note: 'read', by: 'jane', at: '2026-11-01T00:00:00.000Z' }],
  ]) as never,
});

describe('what is carried of an audit that was itself carried', () => {
  const first = side(answered('pass'));
  const carriedOnce = carryOver(first, side({}), since('1 new (shell-command)'), []);
  const second = side({ carried: { ...carriedOnce, summary: 'a'.repeat(64) } });

  it('is what nobody looked at again, by whoever said it, and what differed then differs still', () => {
    expect(carriedOnce.checks).toMatchObject([{ verdict: 'pass', by: 'jane', standing: 'changed' }]);
    expect(carryOver(second, side({}), since(), []).checks).toEqual([
      { ...carriedOnce.checks[0], differs: '1 new (shell-command)' },
    ]);
    expect(carryOver(second, side({}), since('1 gone (x)'), []).checks[0]).toMatchObject({
      standing: 'changed',
      differs: '1 new (shell-command); 1 gone (x)',
    });
  });

  it('is the new verdict once there is one', () => {
    const confirmed = side({ ...answered('fail'), carried: second.session.carried });
    expect(carryOver(confirmed, side({}), since(), []).checks).toMatchObject([
      { verdict: 'fail', standing: 'same', differs: '' },
    ]);
  });

  it('counts as something said', () => {
    expect(saysSomething(emptySession())).toBe(false);
    expect(saysSomething(first.session)).toBe(true);
    expect(saysSomething(second.session)).toBe(true);
  });
});
