import { describe, expect, it } from 'vitest';
import { reportWords, withImports } from '../../src/domain/agreement.ts';
import type { CollectorResult, EvidenceItem } from '../../src/domain/evidence.ts';

let serial = 0;
const item = (more: Partial<EvidenceItem> & { at?: [string, number, number?] }): EvidenceItem => {
  const { at, ...rest } = more;
  serial += 1;
  return {
    id: serial.toString(16).padStart(16, '0'),
    kind: 'lead',
    strength: 'moderate',
    collector: 'code-flow',
    rule: 'r',
    checks: ['2.1.2'],
    cwe: [],
    class: 'command-injection',
    title: 't',
    detail: '',
    location: at
      ? { path: at[0], startLine: at[1], endLine: at[2] ?? at[1], snippet: 's', sha256: 'a'.repeat(64) }
      : null,
    flow: [],
    places: [],
    reproduce: '',
    ...rest,
  };
};
const result = (id: string, items: EvidenceItem[]): CollectorResult => ({
  run: { id, outcome: 'collected', durationMs: 0, searched: '', message: '' },
  items,
  surface: null,
  artifacts: [],
});
const foreign = (tool: string, more: Parameters<typeof item>[0]): EvidenceItem =>
  item({
    collector: tool,
    reports: [{ tool, version: '1.0', rule: `${tool}-rule`, level: 'HIGH' }],
    ...more,
  });
const shown = (own: EvidenceItem[], ...imports: EvidenceItem[][]) => {
  const merged = withImports(
    new Map([['code-flow', result('code-flow', own)]]),
    imports.map((items, i) => result(`tool${i}@000000000000`, items)),
  );
  return [...merged.values()].flatMap((r) => r.items);
};

describe('results of other tools beside our own', () => {
  it('become one lead where place and cause are the same, and the lead says who else reports it', () => {
    const own = item({ at: ['a.py', 10, 12] });
    const [only, ...rest] = shown([own], [foreign('bandit', { at: ['a.py', 11] })]);
    expect(rest).toEqual([]);
    expect(only).toEqual({
      ...own,
      reports: [{ tool: 'bandit', version: '1.0', rule: 'bandit-rule', level: 'HIGH' }],
    });
    expect(reportWords(only!.reports![0]!)).toBe('bandit 1.0: bandit-rule (HIGH)');
  });

  it('meet a lead anywhere on its flow, and at its other places', () => {
    const flow = item({ at: ['a.py', 1], flow: [{ path: 'b.py', line: 7, role: 'sink', text: '' }] });
    expect(shown([flow], [foreign('semgrep', { at: ['b.py', 6, 8] })]).length).toBe(1);
    const spread = item({ at: ['a.py', 1], places: [{ path: 'c.py', startLine: 3, endLine: 3 }] });
    expect(shown([spread], [foreign('semgrep', { at: ['c.py', 3] })]).length).toBe(1);
  });

  it('stay apart where the place or the cause differs', () => {
    const own = item({ at: ['a.py', 10], class: 'hygiene', cwe: ['CWE-20'] });
    for (const other of [
      foreign('x', { at: ['a.py', 11], class: 'hygiene', cwe: ['CWE-20'] }),
      foreign('x', { at: ['b.py', 10], class: 'hygiene', cwe: ['CWE-20'] }),
      foreign('x', { at: ['a.py', 10], class: 'ssrf', cwe: ['CWE-918'] }),
      // To share the class of what has no class says nothing.
      foreign('x', { at: ['a.py', 10], class: 'hygiene', cwe: ['CWE-703'] }),
      foreign('x', { at: ['a.py', 10], kind: 'gap', class: 'hygiene', cwe: ['CWE-20'] }),
    ])
      expect(shown([own], [other])).toEqual([own, other]);
    expect(shown([own], [foreign('x', { at: ['a.py', 10], cwe: ['CWE-20'] })]).length).toBe(1);
  });

  it('of two tools become one lead of the first; a tool does not agree with itself', () => {
    const bandit = foreign('bandit', { at: ['a.py', 5] });
    const semgrep = [
      foreign('semgrep', { at: ['a.py', 5] }),
      foreign('semgrep', { at: ['a.py', 5], rule: 'other' }),
    ];
    const one = shown([], [bandit], semgrep);
    expect(one.map((i) => i.id)).toEqual([bandit.id]);
    expect(one[0]?.reports?.map((r) => r.tool)).toEqual(['bandit', 'semgrep']);
    expect(shown([], semgrep)).toEqual(semgrep);
  });

  it('about dependencies meet by advisory, under any of its names, in the same lockfile', () => {
    const own = item({
      class: 'supply-chain',
      title: 'lodash 4.17.11 has GHSA-jf85-cpcp-j695',
      detail: 'also CVE-2019-10744',
      at: ['package-lock.json', 9],
    });
    const osv = (more: object) =>
      foreign('osv-scanner', { class: 'supply-chain', rule: 'CVE-2019-10744', ...more });
    expect(shown([own], [osv({ at: ['package-lock.json', 40] })]).length).toBe(1);
    expect(shown([own], [osv({})]).length).toBe(1);
    const spread = { ...own, places: [{ path: 'ui/package-lock.json', startLine: 2, endLine: 2 }] };
    expect(shown([spread], [osv({ at: ['ui/package-lock.json', 9] })]).length).toBe(1);
    expect(shown([own], [osv({ at: ['ui/package-lock.json', 9] })]).length).toBe(2);
    expect(shown([own], [osv({ rule: 'CVE-2020-8203', at: ['package-lock.json', 9] })]).length).toBe(2);
  });

  it('of a tool that was run again are shown once', () => {
    const first = foreign('bandit', { at: ['a.py', 5] });
    expect(shown([], [first], [{ ...first }, foreign('bandit', { at: ['a.py', 9] })]).length).toBe(2);
  });

  it('change nothing of the evidence they are laid over', () => {
    const own = item({ at: ['a.py', 10] });
    const before = structuredClone(own);
    const evidence = new Map([['code-flow', result('code-flow', [own])]]);
    withImports(evidence, [result('x@000000000000', [foreign('x', { at: ['a.py', 10] })])]);
    expect(own).toEqual(before);
    expect(withImports(evidence, [])).toBe(evidence);
  });
});
