import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crosswalkText } from '../../scripts/schemas.ts';
import { crosswalkLint } from '../../src/commands/crosswalk.ts';
import { loadMethodology } from '../../src/commands/workspace.ts';
import {
  carriedChecks,
  entriesFor,
  MAPPED_METHODOLOGY,
  parseCrosswalk,
  type Standard,
  standards,
  standardsOfCheck,
} from '../../src/domain/crosswalk.ts';
import { checksOf, type Methodology } from '../../src/domain/methodology.ts';
import type { Session } from '../../src/domain/session.ts';
import { coverageOf } from '../../src/domain/standard-coverage.ts';
import { taxonomiesOf } from '../../src/report/formats/sarif-parts.ts';
import { testHost } from '../commands/test-host.ts';

const named = (id: string): Standard => standards.find((s) => s.id === id)!;
const methodology: Methodology = await loadMethodology();
const ids = (s: Standard, checks: string[], cwe: string[]): string[] =>
  entriesFor(s, { checks, cwe }).map((e) => e.id);

describe('the crosswalk', () => {
  it('is what its files say, and they hold', async () => {
    expect(methodology.id).toBe(MAPPED_METHODOLOGY);
    const checks = new Set(checksOf(methodology).map((c) => c.id));
    const path = join(import.meta.dirname, '../../checklists/catalogue/crosswalk.json');
    expect(readFileSync(path, 'utf8'), 'npm exec -- node scripts/schemas.ts').toBe(crosswalkText(checks));
    const { host, said } = testHost('/nowhere');
    expect(await crosswalkLint(host, undefined, {})).toBe(0);
    expect(said()).toMatch(/^5 standards, \d+ mappings, no problems$/m);
  });

  it('holds each list whole, and leaves empty what nothing supports', () => {
    expect(standards.map((s) => [s.id, s.entries.length])).toEqual([
      ['minimum-bar', 14],
      ['owasp-agentic-top10', 10],
      ['owasp-llm-top10', 10],
      ['owasp-mcp-top10', 10],
      ['safe-mcp', 86],
    ]);
    const empty = named('owasp-llm-top10')
      .entries.filter((e) => e.checks.length === 0)
      .map((e) => e.id);
    expect(empty).toEqual(['LLM04:2025', 'LLM07:2025', 'LLM08:2025', 'LLM09:2025']);
  });

  it('tells weaknesses of one check apart', () => {
    const safe = named('safe-mcp');
    expect(ids(safe, ['2.1.2'], ['CWE-22'])).toEqual(['SAFE-T1105', 'SAFE-T1606']);
    expect(ids(safe, ['2.1.2'], ['CWE-78'])).toEqual(['SAFE-T1101']);
    expect(ids(safe, ['2.1.2'], [])).toEqual([]);
    expect(standardsOfCheck('2.1.2').join('\n')).toContain('MCP05:2025 Command Injection & Execution');
    expect(standardsOfCheck('4.1.1')).toEqual([]);
  });

  it('says by line what is wrong with a file', () => {
    const text = (entry: string) =>
      `id: a\ntitle: A\nversion: "1"\ndate: 2026-01-01\nsource: here\nentries:\n${entry}`;
    const problems = (t: string) =>
      parseCrosswalk(new Map([['a.yml', t]]), new Set(['2.1.2'])).problems.map((p) => [p.line, p.expected]);
    const good = '  - { id: A1, name: One, checks: [{ check: 2.1.2, because: it says so }] }\n';
    expect(problems(text(good))).toEqual([]);
    expect(problems(text(good.replace('2.1.2', '9.9.9')))).toEqual([[7, 'a check of the methodology']]);
    expect(problems(text(good + good))).toEqual([[8, 'each entry once']]);
    expect(problems(text('  - { id: A1, name: One, checks: [{ check: 2.1.2 }] }\n'))).toHaveLength(1);
  });
});

it('SARIF names only the taxonomies that something belongs to, each reference by its place there', () => {
  const weak = { checks: ['2.1.2'], cwe: ['CWE-78'] };
  const { taxonomies, supported, taxaOf } = taxonomiesOf([weak, { checks: ['1.2.4'], cwe: [] }], true);
  expect(supported.map((s) => s.name)).toEqual([
    'CWE',
    'Minimum bar for MCP servers',
    'OWASP Top 10 for Agentic Applications',
    'OWASP Top 10 for LLM Applications',
    'OWASP MCP Top 10',
    'SAFE-MCP techniques',
  ]);
  for (const t of taxaOf(weak)) {
    expect(taxonomies[t.toolComponent.index]!.name).toBe(t.toolComponent.name);
    expect(taxonomies[t.toolComponent.index]!.taxa[t.index]!.id).toBe(t.id);
  }
  expect(taxaOf({ checks: ['1.2.4'], cwe: [] })).toEqual([]);
  expect(taxonomiesOf([weak], false).supported.map((s) => s.name)).toEqual(['CWE']);
});

describe('coverage', () => {
  const session = (
    verdicts: Record<string, string>,
    findings: { checks: string[]; cwe: string | null }[] = [],
  ) =>
    ({
      answers: new Map(Object.entries(verdicts).map(([id, verdict]) => [id, { verdict, note: '' }])),
      findings: new Map(
        findings.map((f, i) => [
          `F-0${i + 1}`,
          { ...f, id: `F-0${i + 1}`, title: 'T', severity: 'high', positive: false },
        ]),
      ),
    }) as unknown as Session;
  const state = (s: Session, standard: string, entry: string): string =>
    coverageOf(s, methodology, named(standard)).find((e) => e.id === entry)!.state;

  it('says what is not met, held, open, and asked by nobody', () => {
    expect(state(session({}), 'owasp-mcp-top10', 'MCP08:2025')).toBe('open');
    expect(state(session({ '3.3.1': 'pass' }), 'owasp-mcp-top10', 'MCP08:2025')).toBe('open');
    expect(state(session({ '3.3.1': 'pass', '3.3.2': 'pass' }), 'owasp-mcp-top10', 'MCP08:2025')).toBe(
      'held',
    );
    expect(state(session({ '3.3.1': 'fail' }), 'owasp-mcp-top10', 'MCP08:2025')).toBe('unmet');
    expect(
      state(
        session({ '3.3.1': 'not-applicable', '3.3.2': 'not-applicable' }),
        'owasp-mcp-top10',
        'MCP08:2025',
      ),
    ).toBe('not-applicable');
    expect(state(session({}), 'owasp-llm-top10', 'LLM09:2025')).toBe('no-check');
  });

  it('puts a finding where its weakness belongs', () => {
    const path = session({ '2.1.2': 'fail' }, [{ checks: ['2.1.2'], cwe: 'CWE-22' }]);
    expect(state(path, 'safe-mcp', 'SAFE-T1105')).toBe('unmet');
    expect(state(path, 'safe-mcp', 'SAFE-T1101')).toBe('held');
  });
});

it('carries checks between the two methodologies, and each methodology holds', async () => {
  const bar = await loadMethodology('minimum-bar');
  const own = checksOf(bar).map((c) => c.id);
  expect(named('minimum-bar').entries.map((e) => e.id)).toEqual(own);
  expect(own.filter((id) => checksOf(methodology).some((c) => c.id === id))).toEqual([]);
  expect(carriedChecks({ checks: ['2.1.2'], cwe: ['CWE-78'] })).toEqual(['5.4.2']);
  expect(carriedChecks({ checks: ['5.5.1'], cwe: [] })).toEqual(['2.2.2', '2.1.3']);
  expect(carriedChecks({ checks: ['4.1.1'], cwe: [] })).toEqual([]);
});
