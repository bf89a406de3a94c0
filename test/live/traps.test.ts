import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { boxWith, newFolder, sandbox, why } from './sandbox-here.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/live');
const trap = { from: join(FIXTURES, 'trap.mjs'), at: '/pkg/trap.mjs' };

const firstLine = async (from: NodeJS.ReadableStream): Promise<string> => {
  for await (const line of createInterface({ input: from })) return line;
  return '';
};

/** Processes of this machine whose command line holds a text. */
const running = (text: string): number[] =>
  readdirSync('/proc')
    .filter((n) => /^\d+$/.test(n) && Number(n) !== process.pid)
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });

/** Waits for the machine, not for a time: a process that was killed is gone when its parent has heard of it. */
const until = async (so: () => boolean): Promise<void> => {
  while (!so()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe.skipIf(!sandbox.works)(`a server in a sandbox${why}`, () => {
  it('reads, writes, reaches and leaves nothing of this machine', async () => {
    const folder = newFolder();
    chmodSync(folder, 0o755);
    const secret = join(folder, 'secret.txt');
    writeFileSync(secret, 'canary of the host');
    const [tcp, unix] = [createServer(), createServer()];
    tcp.listen(0, '127.0.0.1');
    unix.listen(join(folder, 'socket'));
    await Promise.all([once(tcp, 'listening'), once(unix, 'listening')]);
    const port = String((tcp.address() as { port: number }).port);
    const box = await boxWith([trap]);
    try {
      await box.start(['node', '/pkg/trap.mjs', secret, port, join(folder, 'socket')]);
      const got = JSON.parse(await firstLine(box.stdout)) as Record<string, unknown>;
      expect(got).toMatchObject({
        hostFile: 'refused: ENOENT',
        shadow: 'refused: ENOENT',
        passwd: 'user:x:1000:1000::/home/user:/bin/sh',
        homes: ['user'],
        rootHome: 'refused: ENOENT',
        environment: ['HOME', 'LANG', 'NO_COLOR', 'PATH', 'TMPDIR', 'USER'],
        dockerSocket: false,
        descriptors: [],
        capabilities: '0000000000000000',
        noNewPrivileges: '1',
        hostPort: 'refused: ECONNREFUSED',
        hostSocket: 'refused: ENOENT',
        internet: 'refused: ENETUNREACH',
      });
      expect(String(got.userNamespace)).toMatch(/^refused/);
      expect(String(got.mount)).toMatch(/^refused/);
      expect(got.processesSeen).toBeLessThan(10);
      for (const [what, result] of Object.entries(got))
        if (what.startsWith('write'))
          expect([what, result]).toEqual([what, expect.stringMatching(/^refused: E(ROFS|NOENT|ACCES)/)]);
      for (const [what, result] of Object.entries(got))
        if (what.startsWith('fill')) expect([what, result]).toEqual([what, 'refused: ENOSPC']);
      expect(got.forks).toBeLessThan(256);
      expect(readFileSync(secret, 'utf8')).toBe('canary of the host');
      expect(existsSync('/dev/shm/fill')).toBe(false);
    } finally {
      await box.close();
      tcp.close();
      unix.close();
    }
    // It ignored SIGTERM, the end of its input, and left children in sessions of their own.
    await until(() => running('/pkg/trap.mjs').length === 0);
  });

  it('is stopped when it uses more memory, output or time than it may', async () => {
    const use = async (code: string, limits: object): Promise<string> => {
      const box = await boxWith([], limits);
      await box.start(['node', '-e', code]);
      box.stdout.resume();
      await box.ended();
      await box.close();
      return box.stopped();
    };
    const [memory, output, time] = await Promise.all([
      use('const all = []; setInterval(() => all.push(Buffer.alloc(2e7, 1)), 5)', { memoryBytes: 300e6 }),
      use('const go = () => process.stdout.write("x".repeat(65536), go); go()', { outputBytes: 1e6 }),
      use('setInterval(() => {}, 1000)', { seconds: 3 }),
    ]);
    expect(memory).toMatch(/more than 300,000,000 bytes of memory/);
    expect(output).toMatch(/put out more than 1,000,000 bytes/);
    expect(time).toMatch(/longer than 3 s/);
  });

  it('ends with the workbench, even when that is killed', async () => {
    const mark = `trap-${process.pid}-${Math.trunc(performance.now() * 1000)}`;
    const child = spawn(process.execPath, [join(FIXTURES, 'hold-box.ts'), newFolder(), mark], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    expect(await firstLine(child.stdout)).toBe('held');
    expect(running(mark).length).toBeGreaterThan(0);
    const mounts = readFileSync('/proc/self/mounts', 'utf8');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(() => running(mark).length === 0);
    expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(mounts);
  });

  it('answers for files, ports and requests from within', async () => {
    const box = await boxWith([]);
    try {
      await box.ask('write', { files: [{ path: '/data/root/a.txt', text: 'hello' }] });
      expect((await box.ask<{ text: string }>('read', { path: '/data/root/a.txt' })).text).toBe('hello');
      await expect(box.ask('read', { path: '/etc/shadow' })).rejects.toThrow(/ENOENT/);
      const { port } = await box.ask<{ port: number }>('listen', { answer: 'canary' });
      const url = `http://127.0.0.1:${port}/x`;
      const answer = await box.web.ask({
        url,
        method: 'GET',
        headers: { host: 'evil.example' },
        body: '',
        waitMs: 2000,
        maxBytes: 1000,
      });
      expect(answer).toMatchObject({ status: 200, body: 'canary', ended: true, error: '' });
      const { requests } = await box.ask<{ requests: { url: string; headers: object }[] }>('heard');
      expect(requests).toMatchObject([{ url: '/x', headers: { host: 'evil.example' } }]);
    } finally {
      await box.close();
    }
    await expect(box.ask('ports')).rejects.toThrow(/ended/);
  });
});
