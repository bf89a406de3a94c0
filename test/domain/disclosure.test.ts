import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/decide.ts';
import { decide, isRefusal } from '../../src/domain/decide.ts';
import {
  addDays,
  disclosureOf,
  publicationRefusal,
  publicationWarning,
} from '../../src/domain/disclosure.ts';
import { draftFinding, type Finding } from '../../src/domain/finding.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { audited, testMethodology } from './arbitraries.ts';

const grave = (over: Partial<Finding> = {}): Command => ({
  type: 'record-finding',
  finding: { ...draftFinding('F-01', checksOf(testMethodology)[0]!), severity: 'critical', ...over },
});
const told: Command = { type: 'tell-maintainers', toldOn: '2026-11-01', channel: 'an advisory' };
const acknowledge: Command = { type: 'acknowledge-publication', reason: 'The maintainers agreed.' };
const of = (...commands: Command[]) => audited(commands).session;

describe('disclosure', () => {
  it('is not needed for what is not grave, nor for good practice', () => {
    expect(publicationWarning(of(grave({ severity: 'medium' })))).toBeNull();
    expect(publicationWarning(of(grave({ severity: 'info', positive: true })))).toBeNull();
    expect(disclosureOf(of()).state).toBe('not-needed');
  });

  it('holds a grave finding back until the maintainers were told, and 90 days longer', () => {
    expect(disclosureOf(of(grave())).state).toBe('untold');
    expect(publicationRefusal(of(grave()))?.refused).toContain('F-01');
    const s = of(grave(), told);
    expect(disclosureOf(s, '2026-11-23')).toMatchObject({
      state: 'waiting',
      publicFrom: '2027-01-30',
      daysLeft: 68,
    });
    expect(publicationRefusal(s, '2027-01-29')?.refused).toContain('1 of 90 days');
    expect(publicationRefusal(s, '2027-01-30')).toBeNull();
    expect(disclosureOf(s, '2027-01-30')).toMatchObject({ state: 'over', daysLeft: 0 });
  });

  it('takes the newest day of the session for today', () => {
    // The session's events are of 2026-11-23.
    expect(disclosureOf(of(grave(), told)).daysLeft).toBe(68);
  });

  it('gives way to a reason, for the findings the auditor had in view', () => {
    const s = of(grave(), told, acknowledge);
    expect(publicationRefusal(s)).toBeNull();
    expect(publicationWarning(s)).not.toBeNull();
    const later = of(grave(), told, acknowledge, {
      type: 'record-finding',
      finding: { ...draftFinding('F-02', checksOf(testMethodology)[1]!), severity: 'high' },
    });
    expect(publicationRefusal(later)).not.toBeNull();
  });

  it('ends when every fix is verified', () => {
    const tracking = {
      reported: '2026-11-01',
      acknowledged: null,
      fixAvailable: null,
      closed: null,
      wontFix: null,
      disputed: null,
    };
    const s = of(grave({ tracking: { ...tracking, fixVerified: '2026-11-20' } }), told);
    expect(disclosureOf(s).state).toBe('mended');
    expect(publicationWarning(s)).toBeNull();
  });

  it('refuses days the calendar does not have, and reasons for nothing', () => {
    const day = decide(of(grave()), testMethodology, { ...told, toldOn: '2026-02-30' });
    expect(isRefusal(day) && day.refused).toContain('no day of the calendar');
    expect(isRefusal(decide(of(), testMethodology, acknowledge))).toBe(true);
  });

  it.each([
    ['2026-11-01', 90, '2027-01-30'],
    ['2028-02-28', 1, '2028-02-29'],
    ['2027-03-27', 2, '2027-03-29'],
  ])('counts days by the calendar: %s and %i', (from, days, to) => {
    expect(addDays(from, days)).toBe(to);
  });
});
