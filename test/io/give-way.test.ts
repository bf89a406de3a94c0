import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

const PROGRAM = `
const { giveWay } = await import(${JSON.stringify(new URL('../../src/io/give-way.ts', import.meta.url).href)});
const { getPriority } = await import('node:os');
const { execFileSync } = await import('node:child_process');
const { parentPort } = await import('node:worker_threads');
giveWay();
const child = execFileSync(process.execPath, ['-p', 'os.getPriority()'], { encoding: 'utf8' });
parentPort.postMessage({ thread: getPriority(), child: Number(child) });
`;

it.runIf(process.platform === 'linux')(
  'a thread gives way with the programs it starts, and the thread of the screen stays as it is',
  async () => {
    const before = getPriority();
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`));
    const [seen] = await once(worker, 'message');
    await worker.terminate();
    const lower = Math.min(before + 5, 19);
    expect(seen).toEqual({ thread: lower, child: lower });
    expect(getPriority()).toBe(before);
  },
);
