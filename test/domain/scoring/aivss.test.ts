import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  AIVSS_FACTORS,
  type Aivss,
  aivss,
  aivssText,
  emptyAivss,
  scoreAivss,
} from '../../../src/domain/scoring/aivss.ts';
import { disagreement, scoresText } from '../../../src/domain/scoring/severity.ts';

const CRITICAL = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'; // 9.3
const HIGH = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'; // 8.7
const MEDIUM = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N'; // 5.1

/** Factors in the order of the draft; what is left out is 0. */
const rated = (levels: readonly (0 | 0.5 | 1 | null)[], over: Partial<Aivss> = {}): Aivss => ({
  ...emptyAivss(),
  factors: Object.fromEntries(
    AIVSS_FACTORS.map((f, i) => [f.key, levels[i] ?? (i < levels.length ? null : 0)]),
  ) as Aivss['factors'],
  ...over,
});

describe('AIVSS 0.8, worked by hand', () => {
  test.each<[string, Aivss, string, number]>([
    // AARS = (10 − 9.3) × 0/10 × 0.97 = 0;               (9.3 + 0) × 1.00 = 9.3
    ['no factor at all leaves the CVSS base', rated([0]), CRITICAL, 9.3],
    // AARS = (10 − 8.7) × 10/10 × 1.00 = 1.3;            (8.7 + 1.3) × 1.00 = 10.0
    ['all factors, attacked', rated(Array(10).fill(1), { threat: 'attacked' }), HIGH, 10],
    // AARS = 1.3 × 5/10 × 0.97 = 0.6305;                 (8.7 + 0.6305) = 9.3305 → 9.3
    ['half of the factors, proof of concept', rated([1, 1, 1, 1, 1]), HIGH, 9.3],
    // AARS = 4.9 × 3.5/10 × 0.50 = 0.8575;               (5.1 + 0.8575) = 5.9575 → 6.0
    ['unreported counts half', rated([1, 1, 1, 0.5], { threat: 'unreported' }), MEDIUM, 6],
    // AARS = 4.9 × 4/10 × 0.97 = 1.9012;                 (5.1 + 1.9012) × 0.83 = 5.810996 → 5.8
    ['a partial mitigation', rated([1, 1, 1, 1], { mitigation: 'partial' }), MEDIUM, 5.8],
    // AARS = 1.3 × 2/10 × 1.00 = 0.26;                   (8.7 + 0.26) × 0.67 = 6.0032 → 6.0, below the CVSS base
    ['a strong mitigation', rated([1, 1], { threat: 'attacked', mitigation: 'strong' }), HIGH, 6],
    // AARS = 1.3 × 2.5/10 × 1.00 = 0.325;                (8.7 + 0.325) = 9.025 → 9.0
    ['halves are added up', rated([1, 0.5, 0.5, 0.5], { threat: 'attacked' }), HIGH, 9],
    // AARS = 4.9 × 0.5/10 × 1.00 = 0.245;                (5.1 + 0.245) = 5.345 → 5.3
    ['one half', rated([0.5], { threat: 'attacked' }), MEDIUM, 5.3],
    // AARS = 4.9 × 5/10 × 1.00 = 2.45;                   (5.1 + 2.45) = 7.55 → 7.6: half goes up, not to even
    ['half up', rated([1, 1, 1, 1, 1], { threat: 'attacked' }), MEDIUM, 7.6],
  ])('%s', (_, a, vector, score) => {
    expect(scoreAivss(a, vector)).toMatchObject({ low: score, high: score, unknown: 0 });
  });

  it('is a range where factors are not known', () => {
    // Known: 1 + 0.5 = 1.5; two unknown. Low:  (8.7 + 1.3 × 1.5/10 × 0.97 = 0.18915) = 8.88915 → 8.9
    //                                    High: (8.7 + 1.3 × 3.5/10 × 0.97 = 0.44135) = 9.14135 → 9.1
    const a = rated([1, 0.5, null, null]);
    const s = scoreAivss(a, HIGH);
    expect(s).toMatchObject({ low: 8.9, high: 9.1, unknown: 2, bands: ['high', 'critical'] });
    expect(s && aivssText(s)).toBe('8.9–9.1');
  });

  it('builds on the base metrics of CVSS 4.0 alone, and on nothing else', () => {
    const a = rated([1]);
    expect(scoreAivss(a, `${HIGH}/E:U/CR:L`)).toEqual(scoreAivss(a, HIGH));
    expect(scoreAivss(a, 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H')).toBeNull();
    expect(scoreAivss(a, 'CVSS:4.0/AV:N')).toBeNull();
    expect(scoreAivss(a, '')).toBeNull();
  });
});

test('more known factors never widen the range, and it always holds the exact score', () => {
  const level = fc.constantFrom(0 as const, 0.5 as const, 1 as const);
  fc.assert(
    fc.property(
      fc.array(level, { minLength: 10, maxLength: 10 }),
      fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
      fc.constantFrom('attacked' as const, 'poc' as const, 'unreported' as const),
      fc.constantFrom('none' as const, 'partial' as const, 'strong' as const),
      fc.constantFrom(CRITICAL, HIGH, MEDIUM),
      (levels, hidden, threat, mitigation, vector) => {
        const exact = scoreAivss(rated(levels, { threat, mitigation }), vector);
        const range = scoreAivss(
          rated(
            levels.map((l, i) => (hidden[i] ? null : l)),
            { threat, mitigation },
          ),
          vector,
        );
        expect(range?.low).toBeLessThanOrEqual(exact?.low ?? -1);
        expect(range?.high).toBeGreaterThanOrEqual(exact?.high ?? 11);
        expect(range?.high).toBeLessThanOrEqual(10);
      },
    ),
  );
});

test('the version of the draft is stored with the inputs', () => {
  expect(aivss.safeParse(emptyAivss()).success).toBe(true);
  expect(aivss.safeParse({ ...emptyAivss(), spec: '0.5' }).success).toBe(false);
});

test('severity and score agree, or the difference is named', () => {
  const scores = { cvss40: HIGH, cvss31: '', aivss: null };
  expect(disagreement('high', scores)).toBeNull();
  expect(disagreement('critical', scores)).toBe('high');
  expect(disagreement('critical', { cvss40: '', cvss31: '', aivss: null })).toBeNull();
  expect(
    disagreement('medium', {
      cvss40: '',
      cvss31: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      aivss: null,
    }),
  ).toBe('critical');
  expect(scoresText({ ...scores, aivss: rated([1, null]) })).toBe('CVSS 4.0 8.7 · AIVSS 0.8 8.8–9.0');
});
