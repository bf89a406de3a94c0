import { expect, it } from 'vitest';
import { additionsOf } from '../../src/domain/additions.ts';
import type { SessionEvent } from '../../src/domain/events.ts';
import { draftFinding } from '../../src/domain/finding.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { replay } from '../../src/domain/session.ts';
import { forged } from '../io/session/forge.ts';
import { startEvent, testMethodology } from './arbitraries.ts';

const now = new Date('2026-11-24T10:00:00Z');
const history = (...bodies: object[]): SessionEvent[] => bodies.map((b, i) => ({ ...forged(b), seq: i + 2 }));
const { id: _id, ...grave } = {
  ...draftFinding('F-01', checksOf(testMethodology)[0]!),
  severity: 'critical' as const,
};
const recorded = (value: object | null, finding = 'F-01') => ({ type: 'finding.recorded', finding, value });
const answered = (check: string, verdict: string | null) => ({
  type: 'check.answered',
  check,
  answer: verdict === null ? null : { verdict, note: '' },
});

const BEFORE = history(recorded(grave), answered('1.1', 'fail'), answered('1.2', 'pass'));
const added = (...bodies: object[]) =>
  additionsOf(replay([startEvent(), ...BEFORE]), history(...bodies), now).map((a) => [a.weighs, a.said]);

it.each([
  [
    'a day the maintainers were told',
    { type: 'disclosure.recorded', value: { toldOn: '2020-01-01', channel: '', early: null } },
    'disclosure',
    'told on 2020-01-01',
  ],
  [
    'a reason to publish',
    {
      type: 'disclosure.recorded',
      value: { toldOn: null, channel: '', early: { reason: 'so', findings: ['F-01'] } },
    },
    'disclosure',
    'before time: so',
  ],
  [
    'a grave finding made small',
    recorded({ ...grave, severity: 'low' }),
    'disclosure',
    'no longer kept back',
  ],
  [
    'a grave finding called good practice',
    recorded({ ...grave, positive: true }),
    'disclosure',
    'no longer kept back',
  ],
  [
    'a day to come',
    { type: 'session.opened', toolVersion: '1', at: '2030-01-01T00:00:00.000Z' },
    'disclosure',
    'an event of 2030-01-01',
  ],
  ['a deletion', recorded(null), 'finding', 'F-01 is deleted'],
  ['another verdict', answered('1.1', 'pass'), 'verdict', '1.1 becomes pass, was fail'],
  ['a verdict taken back', answered('1.1', null), 'verdict', 'was fail'],
  [
    'another auditor',
    { type: 'auditor.named', auditor: { name: 'Jane', github: 'mallory', organization: '', contact: '' } },
    'auditor',
    '(mallory)',
  ],
  ['a verdict where there was none', answered('1.3', 'pass'), null, '1.3 pass'],
  ['a finding with other words', recorded({ ...grave, title: 'Other' }), null, 'F-01 Other'],
])('%s is weighed by its effect', (_what, body, weighs, said) => {
  const all = added(body);
  expect(all[0]).toEqual([weighs, expect.stringContaining(said)]);
});

it('names each thing of an event that decides several, and what was turned over on the way', () => {
  const both = {
    type: 'checks.answered',
    changes: [
      { check: '1.3', answer: { verdict: 'pass', note: 'harmless' } },
      { check: '1.1', answer: { verdict: 'pass', note: 'hidden' } },
    ],
  };
  const triaged = {
    type: 'evidence.triaged',
    changes: [
      { item: 'a', triage: null },
      { item: 'b', triage: { decision: 'dismissed', reason: 'r' } },
    ],
  };
  expect(added(both, triaged, answered('1.3', 'fail'), answered('1.3', 'pass'))).toEqual([
    ['verdict', '1.1 becomes pass — hidden, was fail'],
    ['verdict', '1.3 becomes fail, was pass'],
    ['verdict', '1.3 becomes pass, was fail'],
    [null, '1.3 pass — harmless'],
    [null, '"a" triage cleared'],
    [null, '"b" dismissed — r'],
  ]);
});
