import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { readiness } from '../../src/report/readiness.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { inputOf, smallMethodology, smallScript, started } from './scripted-session.ts';

const model = (bodies: EventBody[]) => buildReport(inputOf(bodies));

describe('a stamp', () => {
  const passes = checksOf(smallMethodology).map(
    (c): EventBody => ({ type: 'check.answered', check: c.id, answer: { verdict: 'pass', note: '' } }),
  );

  it('is said in the readiness and in the assessment', () => {
    const script = [...smallScript().filter((e) => e.type === 'evidence.collected'), ...passes];
    const input = inputOf([started(), ...script]);
    const texts = readiness(input)
      .filter((r) => r.level === 'warns')
      .map((r) => r.text);
    const n = passes.length;
    expect(texts).toContain(
      `${n} of ${n} passes without a note, ${n} of them without anything judged or recorded`,
    );
    expect(texts).toContain('nobody judged 2 leads in 1 passed check');
    const { limitations } = model([started(), ...script]);
    expect(limitations.join('\n')).toContain(`${n} of ${n} passes without a note`);
    expect(limitations.join('\n')).toContain(
      '2 leads of the automatic evidence neither accepted nor dismissed by the auditor, all in 1 passed check.',
    );
  });

  it('is none where notes say what the passes rest on and every lead was judged', () => {
    const noted = passes.map((p) => ({ ...p, answer: { verdict: 'pass', note: 'read' } }) as EventBody);
    const triage = smallScript().filter((e) => e.type === 'evidence.triaged');
    const input = inputOf([started(), ...noted, ...triage]);
    expect(
      readiness(input)
        .map((r) => r.text)
        .join('\n'),
    ).not.toMatch(/without a note|nobody judged/);
  });
});
