import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { findingFile } from '../../src/report/finding-file.ts';
import { advisories, noAdvisory } from '../../src/report/formats/osv.ts';
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
    ['how it is made', { cwe: 'CWE-1357' }],
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

  it('gives the credit to who recorded it, and not to who signs', () => {
    const kim = { name: 'Kim Roe', github: 'kim-roe', organization: '', contact: '' };
    const bodies: EventBody[] = [
      ...smallScript().filter((e) => e.type !== 'finding.recorded'),
      { type: 'finding.recorded', finding: 'F-01', value: shellFinding({}) },
      { type: 'auditor.named', auditor: kim },
      { type: 'finding.recorded', finding: 'F-01', value: shellFinding({ notes: 'Read again.' }) },
    ];
    const signed = inputOf().session.auditor.github;
    const by = bodies.map((_, i) => (i < bodies.length - 2 ? signed : 'kim-roe'));
    const model = buildReport(inputOf(bodies, {}, by));
    const first = model.findings[0]!;
    expect(model.auditor.name).toBe('Kim Roe');
    expect(first.foundBy).not.toBe('Kim Roe');
    expect(JSON.parse(advisories(model, () => '00000001')[0]!.text).credits).toEqual([
      { name: first.foundBy, type: 'FINDER' },
    ]);
    expect(findingFile(first, model)).toContain(`Recorded first by ${first.foundBy}.`);
  });
});

describe('where no advisory is written', () => {
  const said = (...values: ReturnType<typeof shellFinding>[]) =>
    noAdvisory(
      buildReport(
        inputOf([
          ...smallScript().filter((e) => e.type !== 'finding.recorded'),
          ...values.map((value): EventBody => ({ type: 'finding.recorded', finding: value.id, value })),
        ]),
      ),
    );

  it('it is said what was recorded all the same, and why none tells of it', () => {
    const words = said(shellFinding({ cwe: 'CWE-1357' }), shellFinding({ id: 'F-02', locations: [] }));
    expect(words).toContain('although 2 weaknesses are recorded');
    expect(words).toContain('F-01 (high): CWE-1357 is about how it is made');
    expect(words).toContain('F-02 (high): it cites no line of the code');
  });

  it('nothing recorded is said only where no weakness was', () => {
    expect(said(strengthFinding())).toBe('no weakness was recorded, so there is no advisory to write');
  });
});
