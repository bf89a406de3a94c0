import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CollectContext, Collector } from '../../src/collectors/collector.ts';
import { type CollectorThreads, createCollectorThreads } from '../../src/io/collector-threads.ts';

/** The program of a thread, which does what the name of the collector says. */
const PROGRAM = `
import { parentPort, threadId } from 'node:worker_threads';
parentPort.on('message', ({ job, collector, repository, target }) => {
  const say = (kind, more) => parentPort.postMessage({ job, kind, heapBytes: 0, ...more });
  const done = (searched, heapBytes = 0) =>
    say('gathered', { gathered: { outcome: 'nothing-found', searched, items: [] }, heapBytes });
  switch (collector) {
    case 'says-where': say('progress', { message: 'looking' }); return done(repository + ' ' + target.name);
    case 'thread': return done(String(threadId));
    case 'grows': return done(String(threadId), 1e12);
    case 'fails': return say('failed', { message: 'no such tree' });
    case 'loops': say('progress', { message: 'in it' }); for (;;);
    case 'throws': throw new Error('a bug in it');
    case 'exits': process.exit(3);
    case 'prints': console.log('to the terminal'); return done('printed');
  }
});
`;

const folder = mkdtempSync(join(tmpdir(), 'threads-'));
const entry = join(folder, 'thread.mjs');
writeFileSync(entry, PROGRAM);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let threads: CollectorThreads;
afterEach(() => threads.close());

const open = () => {
  threads = createCollectorThreads(pathToFileURL(entry));
  const heard: string[] = [];
  const run = (
    id: string,
    signal = new AbortController().signal,
    progress: CollectContext['progress'] = (m) => void heard.push(m),
  ) => {
    const context = { signal, progress, target: { name: 'a server' } } as unknown as CollectContext;
    const place = { repository: '/clone', commit: 'c', subdir: '', ownRules: new Map() };
    return threads.run({ id } as Collector, context, place);
  };
  const searched = async (id: string): Promise<string> => (await run(id)).value.searched;
  return { run, searched, heard };
};

describe('a collector in a thread', () => {
  it('is told the place, and heard', async () => {
    const { searched, heard } = open();
    expect(await searched('says-where')).toBe('/clone a server');
    expect(heard).toEqual(['looking']);
  });

  it('follows another in the same thread, and has one of its own beside another', async () => {
    const { searched } = open();
    const first = await searched('thread');
    expect(await searched('thread')).toBe(first);
    const [a, b] = await Promise.all([searched('thread'), searched('thread')]);
    expect(a).not.toBe(b);
  });

  it('leaves no thread behind whose memory has grown', async () => {
    const { searched } = open();
    expect(await searched('grows')).not.toBe(await searched('thread'));
  });

  it('that fails says why, and the next one runs', async () => {
    const { run, searched } = open();
    await expect(run('fails')).rejects.toThrow('no such tree');
    await expect(run('throws')).rejects.toThrow('a bug in it');
    await expect(run('exits')).rejects.toThrow('its thread ended by itself (3)');
    expect(await searched('says-where')).toBe('/clone a server');
  });

  it('that never comes back is ended with its thread', async () => {
    const { run, searched } = open();
    const abort = new AbortController();
    const looping = run('loops', abort.signal, () => abort.abort(new Error('took too long')));
    await expect(looping).rejects.toThrow('took too long');
    expect(await searched('says-where')).toBe('/clone a server');
    await expect(run('says-where', abort.signal)).rejects.toThrow('took too long');
  });

  it('is ended when the target is closed', async () => {
    const { run } = open();
    const looping = run('loops', new AbortController().signal, () => void threads.close());
    await expect(looping).rejects.toThrow('aborted');
  });

  it('cannot write over the screen', async () => {
    const { searched } = open();
    expect(await searched('prints')).toBe('printed');
  });
});
