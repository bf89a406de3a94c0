import { describe, expect, it } from 'vitest';
import { advisories } from '../../src/report/formats/osv.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { COMMIT, inputOf, shellFinding, smallScript, strengthFinding } from './scripted-session.ts';

const written = (over: Parameters<typeof shellFinding>[0]) =>
  advisories(
    buildReport(
      inputOf([
        ...smallScript().filter((e) => e.type !== 'finding.recorded'),
        { type: 'finding.recorded', finding: 'F-01', value: shellFinding(over) },
      ]),
    ),
    () => '00000001',
  ).map((a) => JSON.parse(a.text));

describe('an OSV advisory', () => {
  it.each<[string, Parameters<typeof shellFinding>[0]]>([
    ['a good practice', strengthFinding()],
    ['an information', { severity: 'info' }],
    ['what nobody can exploit', { impact: { ...shellFinding().impact, exploitability: 'None' } }],
    [
      'what harms nothing',
      {
        impact: {
          ...shellFinding().impact,
          confidentiality: 'None',
          integrity: 'None',
          availability: 'None',
        },
      },
    ],
    ['what stands in no line of the code', { locations: [] }],
    ['what is no kind of weakness', { cwe: null }],
  ])('is not written for %s', (_, over) => {
    expect(written({ ...over, id: 'F-01' })).toEqual([]);
  });

  it('names what is known to be affected, and does not say since when', () => {
    const [one] = written({});
    expect(one.affected).toEqual([
      {
        versions: expect.arrayContaining([COMMIT]),
        database_specific: expect.objectContaining({ commit: COMMIT }),
      },
    ]);
    expect(JSON.stringify(one)).not.toContain('introduced');
  });
});
