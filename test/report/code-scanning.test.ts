import { describe, expect, it } from 'vitest';
import { diagnosticsSarif } from '../../src/report/formats/diagnostics-sarif.ts';
import { sarifLog } from '../../src/report/formats/sarif.ts';
import { findInjections } from '../../src/report/injection.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { faults, type Json, list } from '../support/code-scanning.ts';
import { PAYLOADS } from './payloads.ts';
import { inputOf, shellFinding, smallScript, strengthFinding } from './scripted-session.ts';

const logOf = (findings: Parameters<typeof shellFinding>[0][]) =>
  sarifLog(
    buildReport(
      inputOf([
        ...smallScript(),
        ...findings.map((over, i) => {
          const id = `F-${String(i + 10).padStart(2, '0')}`;
          return { type: 'finding.recorded' as const, finding: id, value: shellFinding({ ...over, id }) };
        }),
      ]),
    ),
  ) as unknown as Json;

describe('the findings as a log', () => {
  it('are what code scanning asks for, with places, without one, and with several', () => {
    const [one] = shellFinding().locations;
    expect(
      faults(
        logOf([
          { locations: [], evidence: [] },
          { locations: [one!, one!, { ...one!, startLine: 1, endLine: 1 }] },
          { summary: 'ends without a stop', title: 'no stop' },
          { ...strengthFinding(), locations: [] },
        ]),
      ),
    ).toEqual([]);
  });

  it('are so whatever the target is called and says', () => {
    for (const text of PAYLOADS.values()) {
      if (text.length > 5_000 || findInjections(text).length > 50) continue;
      expect(
        faults(logOf([{ title: text.trim() || 'x', summary: text, category: text }])),
        text.slice(0, 80),
      ).toEqual([]);
    }
  });

  it('names no place in the code where none was cited', () => {
    const results = list(list(logOf([{ locations: [], evidence: [] }]).runs)[0]!.results);
    expect(results.map((r) => String(r.message?.text)).join('\n')).toContain(
      'about no line of the repository',
    );
  });
});

it('what the validator says is such a log too', () => {
  const diagnostics = [
    {
      rule: 'AVP-1.2',
      level: 'blocking',
      file: 'audits/x/audit-manifest.json',
      line: 3,
      message: 'wrong',
      fix: 'mend it',
    },
    { rule: 'SECTION', level: 'warning', file: 'a.md', line: null, message: 'lacks a section', fix: '' },
  ];
  expect(
    faults(
      diagnosticsSarif(diagnostics as never, { name: 'mcp-audit', version: '0.1.0' }) as unknown as Json,
    ),
  ).toEqual([]);
});
