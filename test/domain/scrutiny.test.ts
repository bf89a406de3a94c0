import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { atVerdict, nextUnread, scrutinyOf, scrutinyWords, unreadQueue } from '../../src/domain/scrutiny.ts';
import { indexEvidence, whatNow } from '../../src/domain/selectors.ts';
import { replay } from '../../src/domain/session.ts';
import {
  eventsOf,
  shellFinding,
  shellItem,
  smallEvidence,
  smallMethodology,
  started,
} from '../report/scripted-session.ts';

const index = indexEvidence(smallEvidence());
const session = (...bodies: EventBody[]) => replay(eventsOf([started(), ...bodies]));
const verdict = (v: 'pass' | 'fail' | 'not-applicable', note = ''): EventBody => ({
  type: 'check.answered',
  check: '2.1.2',
  answer: { verdict: v, note },
});
const judge: EventBody = {
  type: 'evidence.triaged',
  changes: ['00000000000000a1', '00000000000000a2'].map((item) => ({
    item,
    triage: { decision: 'dismissed' as const, reason: 'read' },
  })),
};

describe('what is said at a verdict', () => {
  it('is how many leads nobody judged, where the check is said to be settled', () => {
    expect(atVerdict(session(verdict('pass')), index, '2.1.2')).toBe('2 leads unread');
    expect(atVerdict(session(verdict('not-applicable', 'no')), index, '2.1.2')).toBe('2 leads unread');
    expect(atVerdict(session(verdict('fail')), index, '2.1.2')).toBe('');
    expect(atVerdict(session(verdict('pass')), index, '2.4.1')).toBe('');
  });

  it('is nothing of leads that were judged, or that a finding cites', () => {
    expect(atVerdict(session(judge, verdict('pass')), index, '2.1.2')).toBe('');
    const value = shellFinding({ evidence: [shellItem.id] });
    const cited = session({ type: 'finding.recorded', finding: 'F-01', value }, verdict('pass'));
    expect(atVerdict(cited, index, '2.1.2')).toBe('1 lead unread');
  });
});

it('counts passes without a note, those of which nothing was judged, and each lead once', () => {
  const s = scrutinyOf(session(verdict('pass')), smallMethodology, index);
  expect(s).toEqual({
    passes: 1,
    withoutNote: ['2.1.2'],
    untouched: ['2.1.2'],
    unread: ['2.1.2'],
    unreadLeads: 2,
  });
  expect(scrutinyWords(scrutinyOf(session(judge, verdict('pass', 'read')), smallMethodology, index))).toEqual(
    [],
  );
  const judged = scrutinyOf(session(judge, verdict('pass')), smallMethodology, index);
  expect([judged.withoutNote, judged.untouched]).toEqual([['2.1.2'], []]);
});

it('goes through leads in one order for every key: what was seen for certain first, wherever the methodology has it', () => {
  const checks = checksOf(smallMethodology).map((c) => c.id);
  const [first = '', , last = ''] = [checks[0], checks[1], checks.at(-1)];
  const lead = (id: string, check: string, strength: 'strong' | 'moderate') => ({
    ...shellItem,
    id: id.repeat(16),
    checks: [check],
    strength,
  });
  const all = new Map([
    [first, [lead('1', first, 'moderate')]],
    [last, [lead('2', last, 'strong')]],
  ]);
  const runs = [...new Set(checksOf(smallMethodology).flatMap((c) => c.collectors))].map(
    (collector): EventBody => ({
      type: 'evidence.collected',
      collector,
      outcome: 'collected',
      counts: { lead: 0, fact: 0, strength: 0, gap: 0 },
      blob: 'a'.repeat(64),
    }),
  );
  const now = session(...runs);
  expect(whatNow(smallMethodology, now, all)).toMatchObject({
    check: last,
    text: expect.stringContaining('strong lead'),
  });
  expect(unreadQueue(smallMethodology, now, all).map((q) => q.check)).toEqual([last, first]);
  const nowhere = { check: null, item: null };
  expect(nextUnread(smallMethodology, now, all, nowhere, 1)?.check).toBe(last);
  expect(nextUnread(smallMethodology, now, all, { check: last, item: '2'.repeat(16) }, 1)?.check).toBe(first);
});
