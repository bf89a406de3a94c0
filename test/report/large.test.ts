import { expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { compileSubmission } from '../../src/report/submission.ts';
import { inputOf, shellFinding, shellItem, smallEvidence, smallScript } from './scripted-session.ts';

it('compiles 500 findings and 10,000 evidence items in three seconds of work', () => {
  const evidence = smallEvidence();
  const items = Array.from({ length: 10_000 }, (_, i) => ({
    ...shellItem,
    id: i.toString(16).padStart(16, '0'),
    title: `Parameter p${i} of tool ${i % 90} reaches exec`,
    detail: `Nothing was seen on the way of parameter ${i}.`,
    location: { ...shellItem.location!, path: `src/part-${i % 300}.ts` },
  }));
  evidence.set('sinks', { ...evidence.get('sinks')!, items });
  const script: EventBody[] = [
    ...smallScript(),
    ...Array.from({ length: 498 }, (_, i): EventBody => {
      const id = `F-${i + 10}`;
      return {
        type: 'finding.recorded',
        finding: id,
        value: shellFinding({ id, title: `Finding ${i}`, evidence: [items[i * 20]!.id] }),
      };
    }),
  ];
  const input = inputOf(script, { evidence });
  // Processor time: what else the machine does must not matter.
  const before = process.cpuUsage();
  const files = compileSubmission(buildReport(input));
  const { user, system } = process.cpuUsage(before);
  expect([...files.keys()].filter((p) => p.includes('/findings/'))).toHaveLength(500);
  expect((user + system) / 1e6).toBeLessThan(3);
});
