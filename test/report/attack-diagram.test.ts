import fc from 'fast-check';
import { expect, it } from 'vitest';
import { emptySurface } from '../../src/domain/evidence.ts';
import { attackDiagram, mermaid } from '../../src/report/attack-diagram.ts';
import { eventsOf, inputOf, shellItem, smallEvidence, smallScript } from './scripted-session.ts';

const small = () => {
  const { session, evidence } = inputOf();
  return attackDiagram(session, evidence, 'acme/report-mcp');
};

it('leads from the client to what a lead is about', () => {
  expect(mermaid(small())).toEqual([
    '```mermaid',
    'flowchart LR',
    '  client["MCP client and model"]',
    '  way0["stdio"]',
    '  server["acme/report-mcp"]',
    '  tool0["export_report"]:::warn',
    '  class0["command-injection"]:::warn',
    '  client --> way0',
    '  way0 --> server',
    '  server --> tool0',
    '  tool0 --> class0',
    '  classDef warn stroke:#b45309,stroke-width:2px',
    '```',
  ]);
});

it('leaves out leads that were dismissed, and says how many tools then have none', () => {
  const { session, evidence } = inputOf([
    ...smallScript(),
    {
      type: 'evidence.triaged',
      changes: [{ item: shellItem.id, triage: { decision: 'dismissed', reason: 'no' } }],
    },
  ]);
  const labels = attackDiagram(session, evidence, 's').nodes.map((n) => n.label);
  expect(labels).toEqual(['MCP client and model', 'stdio', 's', '1 tool, no lead drawn']);
  expect(eventsOf([])).toEqual([]);
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
      const lines = mermaid(attackDiagram(session, evidence, name)).slice(2, -2);
      for (const l of lines)
        expect(l).toMatch(
          /^ {2}[a-z]+\d*(?:\["(?:[A-Za-z0-9 .,:/-]|#\d+;|_)+"\](?::::warn)?| -->(?:\|"[a-z ]+"\|)? [a-z]+\d*)$/,
        );
    }),
  );
});
