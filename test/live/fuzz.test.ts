import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTranscript } from '../../src/live/client/transcript.ts';
import { fuzz } from '../../src/live/fuzz/fuzz.ts';
import { argumentsLike } from '../../src/live/fuzz/schema-arbitrary.ts';
import { boxWith, sandbox, why } from './sandbox-here.ts';

const server = { from: join(import.meta.dirname, '../fixtures/live/frail.mjs'), at: '/pkg/frail.mjs' };
const launch = { argv: ['node', '/pkg/frail.mjs'], cwd: '/work', env: {}, url: '', files: [] };

it.skipIf(!sandbox.works)(
  `calls at random find what an answer must not be, each as small as it gets${why}`,
  async () => {
    const one = await fuzz({
      open: () => boxWith([server]),
      launch,
      transcript: createTranscript(),
      seed: 7,
      runs: 12,
      budgetMs: 90_000,
    });
    expect(one).toMatchObject({ problem: '', tools: 6, left: [] });
    expect(one.faults.map((f) => [f.tool, f.kind])).toEqual([
      ['crashes', 'crash'],
      ['traces', 'stack'],
      ['tells', 'secret'],
      ['floods', 'output'],
    ]);
    // Made small: of the long text that is sent as well nothing is left.
    for (const f of one.faults) expect(String(f.arguments.value).length).toBeLessThan(10);
    expect(JSON.stringify(one)).not.toContain('ghp_0123456789abcdefghij');
  },
);

it('arguments at random are mostly what the schema accepts, and the same by the same seed', () => {
  const schema = {
    type: 'object',
    required: ['name', 'size'],
    properties: {
      name: { type: 'string', maxLength: 5 },
      size: { type: 'integer', minimum: 1, maximum: 3 },
      kind: { enum: ['a', 'b'] },
      deep: { type: 'array', items: { anyOf: [{ type: 'boolean' }, { type: 'null' }] } },
    },
  };
  const sample = (seed: number) => fc.sample(argumentsLike(schema), { seed, numRuns: 200 });
  const values = sample(3);
  expect(sample(3)).toEqual(values);
  expect(values.every((v) => 'name' in v && 'size' in v)).toBe(true);
  const whole = values.filter((v) => [1, 2, 3].includes(v.size as number) && String(v.name).length <= 5);
  expect(whole.length).toBeGreaterThan(120);
  expect(whole.length).toBeLessThan(200);
  // Whatever a server lists as a schema, something can be made of it.
  fc.assert(
    fc.property(fc.jsonValue(), (s) => void fc.sample(argumentsLike(s), 2)),
    { numRuns: 50 },
  );
});
