import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/commands/main.ts';
import { onFailingDisk } from '../support/faults.ts';
import { INTERRUPTED, judge, laboratory, leaveLocks, leftBy, type Program } from '../support/interrupted.ts';
import { testHost } from './test-host.ts';

/**
 * At every change of the disk a command makes, in this process: killed there, and full from there on. What a real kill
 * and a real full disk leave is tried on a sample of them in test/e2e/interrupted.test.ts.
 */
const program: Program = async (args, home) => {
  const { host, said } = testHost(home);
  const code = await main(args, host);
  return { code, said: said() };
};

describe('killed, or out of disk, at every change of the disk', { timeout: 300_000 }, () => {
  test.each(INTERRUPTED)('$name', async (one) => {
    const l = await laboratory(program);
    await one.prepare(l);
    const args = () => one.args(join(l.now, 'work'), l);
    l.again();
    const old = await one.seen(l);
    l.again();
    const whole = await onFailingDisk(null, () => l.cli(args()));
    expect(whole.result?.code, whole.result?.said).toBeLessThan(2);
    const made = await one.seen(l);
    expect(made).not.toEqual(old);
    expect(whole.calls).toBeGreaterThan(3);
    const judged = new Set<string>();
    const of = { old, made, code: whole.result?.code ?? null };
    for (let at = 1; at <= whole.calls; at += 1)
      for (const how of ['killed', 'full'] as const) {
        l.again();
        const run = await onFailingDisk({ how, at }, () => l.cli(args()));
        if (how === 'killed') leaveLocks(join(l.now, 'home'));
        const left = `${how} ${run.result?.code} ${leftBy(l)}`;
        if (judged.has(left)) continue;
        judged.add(left);
        await judge(
          l,
          one,
          `${args()[0]}: ${how} at ${at} of ${whole.calls}`,
          how === 'full' ? run.result : null,
          of,
        );
      }
  });
});
