import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INTERRUPTED, judge, laboratory, type Program, type Run } from '../support/interrupted.ts';
import { terminalEnv } from './environment.ts';
import { CLI } from './terminal.ts';

/**
 * A real kill -9 and a real "no space left" of the system, at some of the calls by which each command changes the disk.
 * test/commands/interrupted.test.ts tries all of them, in its own process.
 */
const straces = spawnSync('strace', ['-V']).status === 0;
if (!straces) console.warn('skipped: no strace, so nothing can be made to fail at a given write');

const CALLS = ['pwrite64', 'rename', 'link', 'mkdir'];

const program =
  (before: readonly string[] = []): Program =>
  (args, home, work): Run => {
    const [command = process.execPath, ...rest] = [...before, process.execPath, CLI, ...args];
    const r = spawnSync(command, rest, {
      cwd: work,
      env: { ...terminalEnv(home), MCP_AUDIT_HOME: home },
      encoding: 'utf8',
    });
    return { code: r.status, said: r.stdout + r.stderr };
  };

/** In the middle of what each call does, and at the last of all: where most is in place already. */
const sample = (counts: readonly [string, number][]): [string, string][] => {
  const [call, n] = counts.findLast(([name]) => name === 'rename' || name === 'pwrite64') ?? ['', 0];
  const [most, many] = counts.reduce((a, b) => (b[1] > a[1] ? b : a));
  return [
    [call, `signal=KILL:when=${n}`],
    [most, `signal=KILL:when=${Math.ceil(many / 2)}`],
    [most, `error=ENOSPC:when=${Math.ceil(many / 2)}+`],
  ];
};

describe.skipIf(!straces)('really killed, or really out of disk', { timeout: 180_000 }, () => {
  test.each(INTERRUPTED)('$name', async (one) => {
    const l = await laboratory(program());
    await one.prepare(l);
    const trace = (options: readonly string[]): Run | Promise<Run> =>
      program(['strace', '-qq', ...options])(
        one.args(join(l.now, 'work'), l),
        join(l.now, 'home'),
        join(l.now, 'work'),
      );
    l.again();
    const old = await one.seen(l);
    l.again();
    const file = join(l.now, '..', 'trace');
    const whole = await trace(['-o', file, '-e', `trace=${CALLS.join(',')}`]);
    expect(whole.code, whole.said).toBeLessThan(2);
    const made = await one.seen(l);
    expect(made).not.toEqual(old);
    const calls = fs.readFileSync(file, 'utf8').split('\n');
    const counts = CALLS.map((call): [string, number] => [
      call,
      calls.filter((line) => line.startsWith(`${call}(`)).length,
    ]).filter(([, n]) => n > 0);
    for (const [call, how] of sample(counts)) {
      l.again();
      const run = await trace(['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${how}`]);
      const killed = how.startsWith('signal');
      await judge(l, one, `${one.name}: ${call} ${how}`, killed ? null : run, {
        old,
        made,
        code: whole.code,
      });
    }
  });
});
