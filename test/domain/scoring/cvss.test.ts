import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  bandOf,
  type CvssVersion,
  metricsOf,
  missingMetrics,
  readVector,
  scoreCvss,
  toVector,
  vectorProblem,
} from '../../../src/domain/scoring/cvss.ts';

/** Letters of a recorded line back into a vector; see scripts/cvss-reference.py. */
const vectorOf = (version: CvssVersion, letters: string): string =>
  toVector(
    version,
    Object.fromEntries(
      metricsOf(version).map((m, i) => {
        const letter = letters[i] ?? '';
        return [m.key, m.values.find((v) => v.key === letter || v.key.startsWith(letter))?.key ?? letter];
      }),
    ),
  );

const recorded = (version: CvssVersion) =>
  readFileSync(new URL(`../../fixtures/scoring/cvss-${version}.txt`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [letters = '', score = '', base = ''] = line.split(' ');
      return { vector: vectorOf(version, letters), score: Number(score), base: Number(base) };
    });

describe.each(['4.0', '3.1'] as const)('CVSS %s', (version) => {
  it('agrees with the reference implementation on every recorded vector', () => {
    const lines = recorded(version);
    expect(lines.length).toBeGreaterThanOrEqual(2000);
    const different = lines.filter(({ vector, score, base }) => {
      const own = scoreCvss(vector);
      return own?.score !== score || own.base !== base;
    });
    expect(different.map((d) => ({ ...d, own: scoreCvss(d.vector) }))).toEqual([]);
    // Not a fixture of one kind: scores of every band, optional metrics in most.
    expect(new Set(lines.map((l) => bandOf(l.score))).size).toBe(5);
  });

  it('gives an incomplete vector no score, whichever metric is missing', () => {
    const all = Object.fromEntries(
      metricsOf(version)
        .filter((m) => m.group === 'base')
        .map((m) => [m.key, m.values[0]?.key ?? '']),
    );
    expect(scoreCvss(toVector(version, all))?.score).toBeGreaterThan(0);
    for (const key of Object.keys(all)) {
      const { [key]: _, ...rest } = all;
      const vector = toVector(version, rest);
      expect(missingMetrics(version, rest)).toEqual([key]);
      expect(scoreCvss(vector), vector).toBeNull();
      expect(vectorProblem(vector)).toBe(`${key} still to choose`);
    }
  });

  it('reads back every vector it writes', () => {
    const choice = fc.record(
      Object.fromEntries(
        metricsOf(version).map((m) => [m.key, fc.constantFrom(...m.values.map((v) => v.key))]),
      ),
    );
    fc.assert(
      fc.property(choice, (chosen) => {
        const vector = toVector(version, chosen);
        const read = readVector(vector);
        expect(read).toMatchObject({ version });
        if ('choice' in read) expect(toVector(version, read.choice)).toBe(vector);
        const score = scoreCvss(vector);
        expect(score?.score).toBeGreaterThanOrEqual(0);
        expect(score?.score).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('asks and explains each metric and value, each in words of its own', () => {
    for (const m of metricsOf(version)) {
      expect(m.ask, m.key).toMatch(/\?$/);
      expect(m.values.length, m.key).toBeGreaterThan(1);
      for (const v of m.values) expect(v.about.length, `${m.key}:${v.key}`).toBeGreaterThan(2);
      expect(new Set(m.values.map((v) => v.about)).size, m.key).toBe(m.values.length);
    }
  });
});

test.each([
  ['CVSS:4.0/AV:N', 'AC, AT, PR, UI, VC, VI, VA, SC, SI, SA still to choose'],
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'must begin with'],
  ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 'must begin with'],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/A:H', 'A is given twice'],
  ['CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'AV has no value "Q"'],
  ['CVSS:3.1/VC:H', 'no metric "VC:H"'],
  ['CVSS:3.1/__proto__:N', 'no metric'],
  ['', 'must begin with'],
])('%s is refused with the reason', (vector, reason) => {
  expect(vectorProblem(vector)).toContain(reason);
  expect(scoreCvss(vector)).toBeNull();
});

test('never throws, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((s) => `CVSS:4.0/${s}`),
      ),
      (text) => {
        const score = scoreCvss(text);
        expect(score === null || vectorProblem(text) === null).toBe(true);
      },
    ),
  );
});

// FIRST, "CVSS v4.0 Examples" 1.7 and "CVSS v3.1 Examples".
test.each([
  ['CVE-2022-41741', '4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.3],
  ['CVE-2020-3549', '4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.7],
  ['CVE-2020-3549 unreported', '4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U', 5.2],
  ['CVE-2023-3089', '4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N', 8.3],
  [
    'CVE-2023-3089 environment',
    '4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L',
    8.1,
  ],
  ['CVE-2021-44714', '4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N', 4.6],
  ['CVE-2022-21830', '4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 5.1],
  ['CVE-2022-22186', '4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N', 6.9],
  ['CVE-2023-21989', '4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N', 5.9],
  ['CVE-2020-3947', '4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 9.4],
  ['CVE-2023-48228', '4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:H/VA:N/SC:H/SI:H/SA:H', 9.3],
  ['CVE-2023-30560', '4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:H/SA:N/S:P/V:D', 8.3],
  ['CVE-2026-20805', '4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A', 6.8],
  ['CVE-2014-0160', '4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:A', 8.7],
  ['CVE-2021-44228', '4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A', 9.3],
  [
    'CVE-2021-44228 environment',
    '4.0/AV:N/AC:H/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P/MAC:L/MAT:N/MVC:N/MVI:N/MVA:L',
    5.5,
  ],
  ['CVE-2013-6014', '4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:N/VI:L/VA:N/SC:H/SI:N/SA:H', 6.4],
  ['CVE-2016-5729', '4.0/AV:L/AC:L/AT:N/PR:H/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/R:I', 8.4],
  ['CVE-2013-1937', '3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
  ['CVE-2013-0375', '3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
  ['CVE-2014-3566', '3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1],
  ['CVE-2012-1516', '3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H', 9.9],
  ['CVE-2009-0783', '3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L', 4.2],
  ['CVE-2012-0384', '3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 8.8],
  ['CVE-2015-1098', '3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8],
  ['CVE-2014-0160', '3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5],
  ['CVE-2014-6271', '3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
  ['CVE-2008-1447', '3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N', 6.8],
  ['CVE-2014-2005', '3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 6.8],
  ['CVE-2010-0467', '3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N', 5.8],
  ['CVE-2013-6014', '3.1/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H', 9.3],
  ['CVE-2014-9253', '3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N', 5.4],
  ['CVE-2011-1265', '3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 8.8],
  ['CVE-2014-2019', '3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N', 4.6],
  ['CVE-2014-0224', '3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N', 7.4],
  ['CVE-2012-5376', '3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H', 9.6],
  ['CVE-2016-0128', '3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:N', 6.8],
  ['CVE-2016-2118', '3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.5],
])('published example %s', (_, vector, score) => {
  expect(scoreCvss(`CVSS:${vector}`)?.score).toBe(score);
});
