import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import { makeEvidence } from '../../src/engine/import-results.ts';
import { formats, MAX_IMPORT_BYTES, readResults } from '../../src/results/read-results.ts';
import { MAX_RESULTS } from '../../src/results/tool-result.ts';
import { isPlain } from '../../src/text/visible.ts';
import { testMethodology, testTarget } from '../domain/arbitraries.ts';
import { fakeTree } from '../engine/fake-source.ts';

const tree = fakeTree({ 'src/a.ts': 'const a = 1;\nconst b = 2;\n' });
const make = (bytes: Uint8Array, name = 'x.sarif', format?: string) =>
  makeEvidence(
    { name, bytes, mediaType: 'application/json', format },
    { target: testTarget, tree, methodology: testMethodology, collectors: new Set() },
  );

/** SARIF of at least `size` bytes, made in pieces. */
const largeSarif = (size: number, result: (i: number) => string): { bytes: Buffer; results: number } => {
  const pieces = ['{"version":"2.1.0","runs":[{"results":['];
  let length = 0;
  let results = 0;
  while (length < size) {
    const block = Array.from({ length: 1000 }, (_, i) => result(results + i)).join(',');
    results += 1000;
    pieces.push(pieces.length > 1 ? `,${block}` : block);
    length += block.length;
  }
  pieces.push('],"tool":{"driver":{"name":"big","version":"1"}}}]}');
  return { bytes: Buffer.from(pieces.join('')), results };
};

describe('hostile results', () => {
  it('of 24 MB and 200,000 results are read in bounded memory, and what is not shown is said', async () => {
    const { bytes, results } = largeSarif(24e6, (i) =>
      JSON.stringify({
        ruleId: `r${i % 7}`,
        level: i % 1000 === 999 ? 'error' : 'note',
        message: { text: `result ${i} with some words to say` },
        locations: [
          { physicalLocation: { artifactLocation: { uri: 'src/a.ts' }, region: { startLine: 1 } } },
        ],
      }),
    );
    const before = process.memoryUsage().rss;
    const { result } = await make(bytes);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
    const leads = result.items.filter((i) => i.kind === 'lead');
    expect(leads.length).toBe(MAX_RESULTS);
    expect(leads.filter((l) => l.strength === 'strong').length).toBe(Math.floor(results / 1000));
    expect(result.items.find((i) => i.rule === 'too-many-results')?.title).toBe(
      `${(results - MAX_RESULTS).toLocaleString('en')} results of ${results.toLocaleString('en')} not shown`,
    );
  }, 60_000);

  it('with a million levels of nesting are told as what could not be read', async () => {
    const deep = `${'['.repeat(1e6)}${']'.repeat(1e6)}`;
    const text = `{"version":"2.1.0","x":${deep},"runs":[{"tool":{"driver":{"name":"d"}},"results":[{"message":${deep}},{"ruleId":"ok","message":{"text":"m"}}]}]}`;
    const { result } = await make(Buffer.from(text));
    expect(result.items.map((i) => [i.kind, i.rule])).toEqual([
      ['lead', 'ok'],
      ['gap', 'tool-could-not-look'],
    ]);
  });

  it('cannot write to a screen, and cannot name what is outside of the tree', async () => {
    const evil = '\u001b[31m\u202e../../etc/passwd\0';
    const run = {
      tool: {
        driver: { name: `T${evil}`, version: evil, rules: [{ id: evil, shortDescription: { text: evil } }] },
      },
      results: [
        {
          ruleId: evil,
          level: evil,
          message: { text: evil },
          locations: [
            { physicalLocation: { artifactLocation: { uri: evil }, region: { startLine: 1e308 } } },
          ],
        },
        { ruleId: '__proto__', message: { text: '{"__proto__":1}' } },
      ],
    };
    const made = await make(Buffer.from(JSON.stringify({ version: '2.1.0', runs: [run] })), `${evil}.sarif`);
    for (const item of made.result.items) {
      expect(item.location).toBeNull();
      for (const text of [
        item.title,
        item.rule,
        item.collector,
        item.detail.replaceAll('\n', ''),
        ...item.reports!.flatMap((r) => Object.values(r)),
      ])
        expect(isPlain(text), JSON.stringify(text)).toBe(true);
    }
    expect(isPlain(made.record.name + made.record.tools.map((t) => t.name + t.version).join(''))).toBe(true);
    expect(made.id).toMatch(/^[a-z0-9-]+@[0-9a-f]{12}$/);
  });

  it('of any shape become evidence, or a reason that names the file', async () => {
    const keys = [
      'runs',
      'version',
      'results',
      'tool',
      'driver',
      'rules',
      'name',
      'id',
      'ruleId',
      'message',
      'text',
      'locations',
      'physicalLocation',
      'artifactLocation',
      'uri',
      'region',
      'startLine',
      'level',
      'vulnerabilities',
      'packages',
      'groups',
      'ids',
      'source',
      'path',
      'Results',
      'SchemaVersion',
      'Vulnerabilities',
      'via',
      'extra',
      'metadata',
      'cwe',
      'Secret',
      'RuleID',
      'vulns',
      'dependencies',
      'errors',
      'metrics',
      'invocations',
      'originalUriBaseIds',
    ];
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom(null, true, -1, 1.5, 3, '', 'src/a.ts', '2.1.0', 'CWE-78', 'HIGH'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
      ),
    }));
    const { bytes } = { bytes: (v: unknown) => Buffer.from(JSON.stringify(v)) };
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom(undefined, ...formats.map((f) => f.id)), async (v, format) => {
        const document = format === 'sarif' && typeof v === 'object' ? { version: '2.1.0', runs: [v] } : v;
        try {
          await make(bytes(document), 'named.json', format);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect((error as Error).message).toContain('named.json');
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('larger than can be kept are refused before they are read', () => {
    const huge = { length: MAX_IMPORT_BYTES + 1 } as Uint8Array;
    expect(() => readResults(huge, 'huge.sarif')).toThrow(
      /huge\.sarif was not imported: it has 268,435,457 bytes/,
    );
  });
});
