import fc from 'fast-check';
import { expect, it } from 'vitest';
import { emptySurface } from '../../src/domain/evidence.ts';
import { type AttackDiagram, attackDiagram, mermaid } from '../../src/report/attack-diagram.ts';
import { inputOf, shellItem, smallEvidence, smallScript } from './scripted-session.ts';

const SAID = { tag: 'HIGH-001', positive: false, evidence: [shellItem.id], locations: [] };

const drawing = (script = smallScript()) => {
  const { session, evidence } = inputOf(script);
  const findings = [...session.findings.values()].map((f) => ({ ...f, tag: f.id }));
  return attackDiagram(session, evidence, 'acme/report-mcp', findings);
};
const labels = (d: AttackDiagram) => d.nodes.map((n) => n.label);
const triaged = (decision: 'accepted' | 'dismissed') => ({
  type: 'evidence.triaged' as const,
  changes: [{ item: shellItem.id, triage: { decision, reason: 'read' } }],
});
const withoutFindings = smallScript().filter(
  (e) => e.type !== 'finding.recorded' && e.type !== 'evidence.triaged',
);

it('leads from the client to the findings', () => {
  const [, , ...lines] = mermaid(drawing());
  expect(lines.slice(0, -2)).toEqual([
    '  client["MCP client and model"]',
    '  way0["stdio"]',
    '  server["acme/report-mcp"]',
    '  tool0["export_report"]:::warn',
    expect.stringMatching(/^ {2}said0\["F-01: [^"]+"\]:::warn$/),
    '  client --> way0',
    '  way0 --> server',
    '  server --> tool0',
    '  tool0 --> said0',
  ]);
});

it('draws no lead nobody judged, and none that was dismissed; it counts the tools', () => {
  expect(labels(drawing(withoutFindings))).toEqual([
    'MCP client and model',
    'stdio',
    'acme/report-mcp',
    '1 tool with leads nobody judged',
  ]);
  expect(labels(drawing([...withoutFindings, triaged('dismissed')])).at(-1)).toBe(
    '1 tool that no finding was traced to',
  );
  expect(labels(drawing([...withoutFindings, triaged('accepted')])).slice(-2)).toEqual([
    'export_report',
    'command-injection, accepted without a finding',
  ]);
});

it('counts every tool and every finding once, drawn or not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 30 }), (tools, findings) => {
      const { session } = inputOf(withoutFindings);
      const evidence = smallEvidence();
      const surface = evidence.get('surface')!;
      const tool = surface.surface!.tools[0]!;
      const at = (i: number) => ({ path: 'src/many.ts', startLine: 10 * i + 1, endLine: 10 * i + 5 });
      evidence.set('surface', {
        ...surface,
        items: [],
        surface: {
          ...emptySurface(),
          tools: Array.from({ length: tools }, (_, i) => ({
            ...tool,
            name: `t${i}`,
            path: 'src/many.ts',
            line: 10 * i + 1,
            handler: at(i),
          })),
        },
      });
      const d = attackDiagram(
        session,
        evidence,
        's',
        Array.from({ length: findings }, (_, i) => ({
          tag: `F-${i}`,
          title: 't',
          positive: false,
          evidence: [],
          locations: [at(i)],
        })),
      );
      const counted = (pattern: RegExp, column: number, one: RegExp) =>
        d.nodes
          .filter((n) => n.column === column)
          .reduce((n, { label }) => n + (one.test(label) ? 1 : Number(pattern.exec(label)?.[1] ?? 0)), 0);
      expect(counted(/^(\d+) (?:more )?tools?\b/, 3, /^t\d+$/)).toBe(tools);
      expect(counted(/^(\d+) more findings?/, 4, /^F-\d+: /)).toBe(findings);
      const ids = new Set(d.nodes.map((n) => n.id));
      for (const e of d.edges) expect([ids.has(e.from), ids.has(e.to)]).toEqual([true, true]);
    }),
  );
});

it('keeps its structure whatever a tool or a server is called', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
      const { session } = inputOf();
      const evidence = smallEvidence();
      const surface = evidence.get('surface')!;
      evidence.set('surface', {
        ...surface,
        surface: { ...emptySurface(), tools: surface.surface!.tools.map((t) => ({ ...t, name })) },
      });
      const lines = mermaid(attackDiagram(session, evidence, name, [{ ...SAID, title: name }])).slice(2, -2);
      for (const l of lines)
        expect(l).toMatch(
          /^ {2}[a-z]+\d*(?:\["(?:[A-Za-z0-9 .,:/-]|#\d+;|_)+"\](?::::warn)?| -->(?:\|"[a-z ]+"\|)? [a-z]+\d*)$/,
        );
    }),
  );
});
