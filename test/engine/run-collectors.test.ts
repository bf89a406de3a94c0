import { describe, expect, it } from 'vitest';
import type { Collector, Gathered } from '../../src/collectors/collector.ts';
import { type CollectorResult, emptySurface, evidenceFile } from '../../src/domain/evidence.ts';
import { gather, runCollectors, toEvidenceFile } from '../../src/engine/run-collectors.ts';
import { testMethodology, testTarget } from '../domain/arbitraries.ts';
import { collectorOf, deferred, draft, fakeSource, fakeTree, found } from './fake-source.ts';

const source = fakeSource(fakeTree({ 'a.ts': 'exec(x)\n', 'b.ts': 'exec(y)\n' }));
const parts = (signal = new AbortController().signal) => ({
  target: testTarget,
  source,
  methodology: testMethodology,
  signal,
  now: () => 0,
});
const run = (collector: Collector, signal?: AbortSignal) =>
  gather(collector, { ...parts(signal), progress: () => {} });

describe('one collector', () => {
  it('gives what it found', async () => {
    const result = await run(
      collectorOf('inputs', async () => found(draft({ at: { path: 'a.ts', startLine: 1 } }))),
    );
    expect(result?.run).toEqual({
      id: 'inputs',
      outcome: 'collected',
      durationMs: 0,
      searched: '1 file',
      message: '',
    });
    expect(result?.items[0]?.location?.snippet).toBe('exec(x)');
  });

  it('may say that there is nothing, that it does not apply, or what is missing', async () => {
    const outcomes: Gathered[] = [
      { outcome: 'nothing-found', searched: '3 files', items: [] },
      { outcome: 'not-applicable', searched: '', message: 'no Dockerfile' },
      { outcome: 'unavailable', searched: '', message: 'docker is not installed' },
    ];
    for (const gathered of outcomes) {
      const result = await run(collectorOf('x', async () => gathered));
      expect(result?.run).toMatchObject({
        ...('message' in gathered && { message: gathered.message }),
        outcome: gathered.outcome,
      });
    }
  });

  it('never says "nothing found" when it has something to say', async () => {
    const result = await run(
      collectorOf('x', async () => ({
        outcome: 'nothing-found',
        searched: '',
        items: [draft({ kind: 'gap' })],
      })),
    );
    expect(result?.run.outcome).toBe('collected');
  });

  it.each([
    ['rejects', async () => Promise.reject(new Error('no such\u001b[2J object'))],
    [
      'throws at once',
      () => {
        throw new Error('no such\u001b[2J object');
      },
    ],
    // A library may throw what is no Error.
    [
      'throws a string',
      () => {
        throw 'no such\u001b[2J object';
      },
    ],
  ] as [string, Collector['collect']][])('that %s has failed, and says why', async (_how, collect) => {
    const result = await run(collectorOf('x', collect));
    expect(result?.run).toMatchObject({ outcome: 'failed', message: 'no such‹U+001B›[2J object' });
    expect(result?.items).toEqual([]);
  });

  it('that gives malformed evidence has failed', async () => {
    const result = await run(collectorOf('x', async () => found(draft({ cwe: ['78'] }))));
    expect(result?.run.outcome).toBe('failed');
    expect(result?.run.message).toContain('items.0.cwe.0');
    const nothing = await run(collectorOf('x', async () => undefined as unknown as Gathered));
    expect(nothing?.run.outcome).toBe('failed');
  });

  it('that takes too long is stopped and has failed, even if it does not listen', async () => {
    let signal: AbortSignal | undefined;
    const result = await run(
      collectorOf(
        'slow',
        (context) => {
          signal = context.signal;
          return new Promise<never>(() => {});
        },
        20,
      ),
    );
    expect(result?.run).toMatchObject({ outcome: 'failed', message: 'stopped after 0 s without an answer' });
    expect(signal?.aborted).toBe(true);
  });

  it('that is aborted says nothing, even if it does not listen', async () => {
    const aborting = new AbortController();
    const started = deferred();
    const running = run(
      collectorOf('slow', () => {
        started.resolve();
        return new Promise<never>(() => {});
      }),
      aborting.signal,
    );
    await started.promise;
    aborting.abort();
    expect(await running).toBeNull();
    expect(
      await run(
        collectorOf('x', async () => found()),
        aborting.signal,
      ),
    ).toBeNull();
  });

  it('does not see where the auditor keeps the target', async () => {
    let seen = '';
    await run(
      collectorOf('x', async (context) => {
        seen = JSON.stringify(context.target);
        return found();
      }),
    );
    expect(seen).toContain(testTarget.commit);
    expect(seen).not.toContain('/home/jane');
  });

  it('is not heard any more once it has ended', async () => {
    const said: string[] = [];
    let progress = (_: string) => {};
    const collector = collectorOf('x', async (context) => {
      progress = context.progress;
      progress('1 of\u001b 2');
      return found();
    });
    await gather(collector, { ...parts(), progress: (message) => said.push(message) });
    progress('2 of 2');
    expect(said).toEqual(['1 of‹U+001B› 2']);
  });
});

describe('several collectors', () => {
  it('run two at a time, and answer in the order asked', async () => {
    let running = 0;
    let most = 0;
    const gates = Array.from({ length: 5 }, () => deferred());
    const list = gates.map((gate, i) =>
      collectorOf(`c${i}`, async () => {
        running += 1;
        most = Math.max(most, running);
        await gate.promise;
        running -= 1;
        return found();
      }),
    );
    const ended: string[] = [];
    const all = runCollectors(list, { ...parts(), onResult: (result) => ended.push(result.run.id) });
    for (const gate of gates.toReversed()) gate.resolve();
    expect((await all).map((r) => r.run.id)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(most).toBe(2);
    expect(ended.length).toBe(5);
  });

  it('that keep a whole tree in memory run one at a time, and others beside them', async () => {
    const running = new Set<string>();
    const together: string[] = [];
    const one = (id: string, large: boolean): Collector => ({
      ...collectorOf(id, async () => {
        running.add(id);
        together.push([...running].join());
        await new Promise((resolve) => setImmediate(resolve));
        running.delete(id);
        return found();
      }),
      large,
    });
    const all = [one('A', true), one('B', true), one('c', false), one('d', false)];
    const results = await runCollectors(all, parts());
    expect(together.filter((t) => /A.*B|B.*A/.test(t))).toEqual([]);
    expect(together).toContain('A,c');
    expect(results.map((r) => r.run.id)).toEqual(['A', 'B', 'c', 'd']);
  });

  it('do not take each other down', async () => {
    const results = await runCollectors(
      [
        collectorOf('bad', async () => Promise.reject(new Error('no'))),
        collectorOf('good', async () => found(draft())),
      ],
      parts(),
    );
    expect(results.map((r) => r.run.outcome)).toEqual(['failed', 'collected']);
  });

  it('that were aborted are not in the answer', async () => {
    const aborting = new AbortController();
    const results = await runCollectors(
      [
        collectorOf('first', async () => found()),
        collectorOf('second', async () => {
          aborting.abort();
          return new Promise<never>(() => {});
        }),
        collectorOf('third', async () => found()),
      ],
      { ...parts(aborting.signal), concurrency: 1 },
    );
    expect(results.map((r) => r.run.id)).toEqual(['first']);
  });
});

describe('the evidence file', () => {
  const tool = { name: 'mcp-audit', version: '0.1.0', rules: '1' };
  const entry = (name: string, path: string) => ({
    name,
    path,
    line: 1,
    description: '',
    certainty: 'literal' as const,
  });
  const make = async (): Promise<CollectorResult[]> =>
    runCollectors(
      [
        collectorOf('inputs', async () => ({
          ...found(
            draft({ at: { path: 'b.ts', startLine: 1 } }),
            draft({ at: { path: 'a.ts', startLine: 1 } }),
          ),
          surface: { ...emptySurface(), prompts: [entry('p', 'z.ts'), entry('p', 'a.ts')] },
        })),
        collectorOf('history', async () => ({
          ...found(draft({ kind: 'fact', title: 'Two authors' })),
          surface: { ...emptySurface(), prompts: [entry('p', 'a.ts')] },
        })),
      ],
      parts(),
    );

  it('is valid, sorted, merged, and the same from two runs in any order', async () => {
    const [first, second] = [await make(), (await make()).toReversed()];
    const file = toEvidenceFile({ tool, target: testTarget, results: first });
    expect(evidenceFile.safeParse(file).error?.issues ?? []).toEqual([]);
    expect(JSON.stringify(file)).toBe(
      JSON.stringify(toEvidenceFile({ tool, target: testTarget, results: second })),
    );
    expect(file.collectors.map((c) => c.id)).toEqual(['history', 'inputs']);
    expect(file.surface.prompts.map((p) => p.path)).toEqual(['a.ts', 'z.ts']);
    expect(file.items.map((i) => i.location?.path ?? i.title)).toEqual(['a.ts', 'b.ts', 'Two authors']);
    expect(JSON.stringify(file)).not.toContain('/home/jane');
  });
});
