import { describe, expect, it } from 'vitest';
import { filterTools, sortTools, TOOL_ORDERS, toolViews } from '../../src/domain/attack-surface.ts';
import type { CollectorResult, EvidenceItem, SurfaceTool } from '../../src/domain/evidence.ts';
import { surfaceOf } from '../../src/domain/surface.ts';

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

describe('what a tool reaches', () => {
  const door = (name: string, path: string, line: number, guarded = false) => ({ name, path, line, guarded });

  it('is said by the doors of a lead, each guarded or not for itself', () => {
    const tools = [tool('read', 'a.ts', 1, 9), tool('write', 'b.ts', 10, 30), tool('calm', 'c.ts', 1, 5)];
    const shared = lead('shared', {
      doors: [door('read', 'a.ts', 1, true), door('write', 'b.ts', 10)],
      flow: [step('a.ts', 2, 'source'), step('lib.ts', 400, 'sink')],
    });
    const all = evidence(tools, [shared]);
    expect(surfaceOf(all.values()).tools.map((t) => [t.name, t.sinks])).toEqual([
      ['read', [shared.id]],
      ['write', [shared.id]],
      ['calm', []],
    ]);
    expect(toolViews(all).map((v) => [v.tool.name, v.open, v.guard])).toEqual([
      ['write', 1, 'none'],
      ['read', 0, 'guarded'],
      ['calm', 0, 'unknown'],
    ]);
  });

  it('is the named tool’s where one handler serves all, the nearest’s where several have the name', () => {
    const bare = (name: string, path: string, line: number) => ({
      ...tool(name, path, line, line),
      handler: null,
    });
    const tools = [
      bare('search', 'one/a.ts', 5),
      bare('search', 'two/a.ts', 5),
      bare('other', 'one/a.ts', 9),
    ];
    const found = lead('f', { doors: [door('search', 'two/server.ts', 90)] });
    expect(surfaceOf(evidence(tools, [found]).values()).tools.map((t) => [t.path, t.sinks.length])).toEqual([
      ['one/a.ts', 0],
      ['one/a.ts', 0],
      ['two/a.ts', 1],
    ]);
  });

  it('is found through the decorators above a handler, and through the innermost of nested ones', () => {
    const outer = tool('outer', 'a.py', 1, 100);
    const inner = { ...tool('renamed', 'a.py', 20, 30), line: 20 };
    const below = { ...tool('below', 'b.py', 12, 30), line: 12 };
    const found = [
      lead('i', { doors: [door('', 'a.py', 22)] }),
      lead('b', { doors: [door('x', 'b.py', 4)] }),
    ];
    const { tools } = surfaceOf(evidence([outer, inner, below], found).values());
    expect(tools.map((t) => [t.name, t.sinks.length])).toEqual([
      ['outer', 0],
      ['renamed', 1],
      ['below', 1],
    ]);
  });

  it('does not depend on the order of results', () => {
    const tools = [tool('read', 'a.ts', 1, 9), tool('write', 'b.ts', 10, 30)];
    const leads = ['x', 'y', 'z'].map((id) => lead(id, { doors: [door('read', 'a.ts', 1)] }));
    const one = evidence(tools, leads).get('x')!;
    const two = evidence(tools.toReversed(), leads.toReversed()).get('x')!;
    expect(surfaceOf([one])).toEqual(surfaceOf([two]));
    expect(surfaceOf([one, { ...two, items: [] }])).toEqual(surfaceOf([{ ...two, items: [] }, one]));
  });
});

describe('the list of tools', () => {
  const many = (name: string, params: number): SurfaceTool => ({
    ...tool(name, `${name}.ts`, 1, 9),
    params: Array.from({ length: params }, (_, i) => ({ name: `p${i}`, type: 'string', constraints: [] })),
    annotations: name === 'beta' ? { readOnlyHint: true } : {},
    certainty: name === 'gamma' ? 'dynamic' : 'literal',
  });
  const at = (id: string, name: string, guarded: boolean, strength: EvidenceItem['strength']) =>
    lead(id, { strength, doors: [{ name, path: `${name}.ts`, line: 1, guarded }] });
  const views = toolViews(
    evidence(
      [many('alpha', 1), many('beta', 3), many('gamma', 0)],
      [at('a', 'alpha', true, 'weak'), at('b', 'alpha', true, 'weak'), at('c', 'beta', false, 'strong')],
    ),
  );
  const names = (list: typeof views) => list.map((v) => v.tool.name);

  it.each([
    ['worst', ['beta', 'alpha', 'gamma']],
    ['name', ['alpha', 'beta', 'gamma']],
    ['sinks', ['alpha', 'beta', 'gamma']],
    ['parameters', ['beta', 'alpha', 'gamma']],
  ] as const)('is sorted by %s', (order, expected) => {
    expect(TOOL_ORDERS).toContain(order);
    expect(names(sortTools(views, order))).toEqual(expected);
    expect(names(sortTools(views.toReversed(), order))).toEqual(expected);
  });

  it.each([
    ['', ['beta', 'alpha', 'gamma']],
    ['has:sink', ['beta', 'alpha']],
    ['is:unguarded', ['beta']],
    ['is:guarded', ['alpha']],
    ['has:sink alp', ['alpha']],
    ['is:dynamic', ['gamma']],
    ['is:read-only', ['beta']],
    ['has:parameter has:hint', ['beta']],
    ['path-traversal', ['beta', 'alpha']],
    ['is:nonsense', []],
    ['has:constructor', []],
  ])('is filtered by %j', (query, expected) => {
    expect(names(filterTools(views, query))).toEqual(expected);
  });
});
