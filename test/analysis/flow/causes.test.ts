import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cause, causesOf } from '../../../src/analysis/flow/causes.ts';
import type { FlowLead } from '../../../src/analysis/flow/leads.ts';
import { follow } from './follow.ts';

const tool = (name: string, body: string): string =>
  `server.tool('${name}', { name: z.string() }, async ({ name }) => {\n${body}\n});\n`;
const HEAD =
  "import { execSync } from 'node:child_process';\nimport fs from 'node:fs';\nimport { z } from 'zod';\n";
const shell = (name: string): string => tool(name, '  return execSync(`run ${name}`);');
const guardedShell = (name: string): string =>
  tool(name, "  if (!isFine(name)) throw new Error('no');\n  return execSync(`run ${name}`);");
const closedShell = (name: string): string =>
  tool(name, "  if (!/^[a-z]+$/.test(name)) throw new Error('no');\n  return execSync(`run ${name}`);");
const unreached = 'export const helper = (name) => execSync(`run ${name}`);\n';

const causes = async (files: Record<string, string>, packageOf = () => ''): Promise<Cause[]> =>
  causesOf(await follow(files), packageOf);
const told = (all: readonly Cause[]): string[] =>
  all.map(
    (c) => `${c.strength} ${c.state}${c.aside ? ' aside' : ''} ${c.leads.length} in ${c.leads[0].at.path}`,
  );

describe('causes', () => {
  it('takes the tools of one file that make the same mistake for one', async () => {
    const all = await causes({ 'a.ts': HEAD + shell('one') + shell('two') + shell('three') });
    expect(told(all)).toEqual(['strong open 3 in a.ts']);
    expect(all[0]!.leads.map((l) => l.tool)).toEqual(['one', 'two', 'three']);
  });

  it('takes files for themselves, until so many do it that it is a habit of the package', async () => {
    const few = { 'a.ts': HEAD + shell('one'), 'b.ts': HEAD + shell('two') };
    expect(told(await causes(few))).toEqual(['strong open 1 in a.ts', 'strong open 1 in b.ts']);
    const many = { ...few, 'c.ts': HEAD + shell('three'), 'd.ts': HEAD + shell('four') };
    expect(told(await causes(many))).toEqual(['strong open 4 in a.ts']);
    const folderOf = (path: string): string => (path < 'c' ? 'first' : 'second');
    expect(await causes(many, folderOf as () => string)).toHaveLength(4);
  });

  it('keeps what a guard may hold apart from what nothing guards', async () => {
    const all = await causes({ 'a.ts': HEAD + shell('one') + guardedShell('two') + guardedShell('three') });
    expect(told(all)).toEqual(['strong open 1 in a.ts', 'weak guarded 2 in a.ts']);
  });

  it('takes what a guard leaves no room for as a remark, apart from what has to be believed', async () => {
    const all = await causes({
      'a.ts': HEAD + guardedShell('one') + closedShell('two') + closedShell('three'),
    });
    expect(told(all)).toEqual(['weak guarded 1 in a.ts', 'weak guarded aside 2 in a.ts']);
  });

  it('lists what no door reaches, beside a door of the same kind only as a remark', async () => {
    expect(told(await causes({ 'a.ts': HEAD + unreached }))).toEqual(['weak unreached 1 in a.ts']);
    expect(told(await causes({ 'a.ts': HEAD + shell('one') + unreached }))).toEqual([
      'strong open 1 in a.ts',
      'weak unreached aside 1 in a.ts',
    ]);
  });

  it('has every lead in exactly one cause, the one most worth reading first, in whatever order they come', async () => {
    const leads = await follow({
      'a.ts':
        HEAD +
        shell('one') +
        guardedShell('two') +
        unreached +
        tool('cat', '  return fs.readFileSync(name);'),
      'b.ts': HEAD + shell('three') + shell('four'),
      'c.ts': HEAD + guardedShell('five') + unreached.replace('helper', 'other'),
    });
    expect(leads.length).toBeGreaterThan(6);
    const expected = causesOf(leads, () => '');
    const rank = { strong: 0, moderate: 1, weak: 2 };
    for (const { leads: own } of expected)
      for (const l of own) expect(rank[own[0].strength]).toBeLessThanOrEqual(rank[l.strength]);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(leads, { minLength: leads.length }),
        fc.integer({ min: 1, max: 4 }),
        (shuffled: FlowLead[], packages) => {
          const packageOf = (path: string): string => String(path.charCodeAt(0) % packages);
          const made = causesOf(shuffled, packageOf);
          expect(made.flatMap((c) => c.leads).length).toBe(leads.length);
          expect(new Set(made.flatMap((c) => c.leads))).toEqual(new Set(leads));
          expect(made).toEqual(causesOf(leads, packageOf));
        },
      ),
      { numRuns: 50 },
    );
  });
});
