import { describe, expect, it } from 'vitest';
import { toolViews } from '../../src/domain/attack-surface.ts';
import type { CollectorResult, EvidenceItem, SurfaceTool } from '../../src/domain/evidence.ts';

const tool = (name: string, path: string, from: number, to: number): SurfaceTool => ({
  name,
  path,
  line: from,
  description: '',
  certainty: 'literal',
  params: [],
  annotations: {},
  handler: { path, startLine: from, endLine: to },
  sinks: [],
});

const lead = (id: string, over: Partial<EvidenceItem>): EvidenceItem => ({
  id: id.padEnd(16, '0'),
  kind: 'lead',
  strength: 'weak',
  collector: 'code-flow',
  rule: 'r',
  checks: ['2.1.2'],
  cwe: [],
  class: 'path-traversal',
  title: id,
  detail: '',
  location: null,
  flow: [],
  places: [],
  reproduce: '',
  ...over,
});

const evidence = (tools: SurfaceTool[], items: EvidenceItem[]): Map<string, CollectorResult> =>
  new Map([
    [
      'x',
      {
        run: { id: 'x', outcome: 'collected', durationMs: 0, searched: '', message: '' },
        items,
        surface: { tools, resources: [], prompts: [], transports: [] },
        artifacts: [],
      },
    ],
  ]);

const step = (path: string, line: number, role: 'source' | 'guard' | 'sink') => ({
  path,
  line,
  role,
  text: '',
});

describe('toolViews', () => {
  const tools = [tool('calm', 'a.ts', 1, 9), tool('grave', 'a.ts', 10, 30)];

  it('gives a lead of several ways to every tool in which one of them begins', () => {
    const flow = [
      step('a.ts', 2, 'source'),
      step('lib.ts', 400, 'sink'),
      step('a.ts', 12, 'source'),
      step('lib.ts', 410, 'sink'),
    ];
    const views = toolViews(evidence(tools, [lead('both', { flow })]));
    expect(views.map((v) => v.leads.length)).toEqual([1, 1]);
  });

  it('gives a lead to the tool in which its flow begins, wherever it ends', () => {
    const flow = [step('a.ts', 12, 'source'), step('lib.ts', 400, 'sink')];
    const location = { path: 'lib.ts', startLine: 400, endLine: 400, snippet: '', sha256: '0'.repeat(64) };
    const [first, second] = toolViews(
      evidence(tools, [lead('f', { flow, location, class: 'command-injection' })]),
    );
    expect(first?.tool.name).toBe('grave');
    expect(first?.reaches).toEqual(['command-injection']);
    expect(first?.guard).toBe('none');
    expect(second?.leads).toEqual([]);
    expect(second?.guard).toBe('unknown');
  });

  it('puts the tool with the strongest lead first, and says when the way is guarded', () => {
    const strong = lead('s', {
      strength: 'strong',
      flow: [step('a.ts', 2, 'source'), step('a.ts', 3, 'guard'), step('a.ts', 4, 'sink')],
    });
    const weak = [1, 2, 3].map((n) => lead(`w${n}`, { flow: [step('a.ts', 10 + n, 'source')] }));
    const views = toolViews(evidence(tools, [...weak, strong]));
    expect(views.map((t) => [t.tool.name, t.leads.length, t.guard])).toEqual([
      ['calm', 1, 'guarded'],
      ['grave', 3, 'none'],
    ]);
  });

  it('leaves facts, gaps and leads without a place to their checks', () => {
    const views = toolViews(
      evidence(tools, [lead('n', {}), { ...lead('k', { flow: [step('a.ts', 2, 'source')] }), kind: 'fact' }]),
    );
    expect(views.flatMap((t) => t.leads)).toEqual([]);
  });
});
