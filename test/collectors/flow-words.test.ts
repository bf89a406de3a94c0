import { describe, expect, it } from 'vitest';
import { causesOf } from '../../src/analysis/flow/causes.ts';
import { describeCause } from '../../src/collectors/code-flow/words.ts';
import { follow } from '../analysis/flow/follow.ts';

/** What a lead says of the tests and the conditions on its way. */

const SENT = 'server.tool("t", { p: z.string(), action: z.string() }, async ({ p, action }) => {';
const said = async (body: string, top = ''): Promise<string[]> => {
  const code = `import fs from 'node:fs';\nimport path from 'node:path';\n${top}\n${SENT}\n${body}\n});\n`;
  const lines = code.split('\n');
  const [cause] = causesOf(await follow({ 'a.ts': code }), () => '');
  return describeCause(
    cause!,
    () => [],
    (_path, line) => lines[line - 1]!.trim(),
  ).split('\n');
};

describe('what a lead says of its way', () => {
  it('is that no guard was seen only where nothing was tested and nobody asked', async () => {
    expect(await said('return fs.readFileSync(p);')).toContain('No guard was seen on the way.');
    expect(await said('logger.info(p); console.log(p);\nreturn fs.readFileSync(p);')).toContain(
      'No guard was seen on the way.',
    );
  });

  it('names a call that was not looked into and may be a check, whether its answer is asked for or not', async () => {
    const passes = 'On the way it passes `confine(...)` at a.ts:5, which was not read as a guard.';
    expect(await said('policy.confine(p);\nreturn fs.readFileSync(p);')).toContain(passes);
    expect(await said('if (!policy.confine(p)) return;\nreturn fs.readFileSync(p);')).toContain(passes);
    expect(await said('const q = policy.confine(p);\nreturn fs.readFileSync(q);')).toContain(passes);
  });

  it('names a test of another part of the value, which is no guard against this', async () => {
    expect(await said("if (path.extname(p) !== '.md') return;\nreturn fs.readFileSync(p);")).toContain(
      'Tested on the way, but no guard against this: equals of the extname ".md" at a.ts:5.',
    );
  });

  it('is under which switch, mode or word the place is reached', async () => {
    expect(await said("if (options.readOnly) return 'no';\nreturn fs.readFileSync(p);")).toContain(
      "Reached only where the test `if (options.readOnly) return 'no';` at a.ts:5 does not hold.",
    );
    expect(await said('if (isTemporary) {\nreturn fs.readFileSync(p);\n}')).toContain(
      'Reached only where the test `if (isTemporary) {` at a.ts:5 holds.',
    );
    expect(await said("if (action === 'read') {\nreturn fs.readFileSync(p);\n}")).toContain(
      "Reached only where the test `if (action === 'read') {` at a.ts:5 holds.",
    );
    expect(await said("switch (action) {\ncase 'read':\nreturn fs.readFileSync(p);\n}")).toContain(
      "Reached only where the test `case 'read':` at a.ts:6 holds.",
    );
  });

  it('is no condition where one way does without it', async () => {
    const load = 'function load(q) { return fs.readFileSync(q); }';
    const lines = await said('if (config.fast) load(p);\nload(p);', load);
    expect(lines.filter((l) => /only where/.test(l))).toEqual([]);
    expect(
      (await said('if (!p) return;\nreturn fs.readFileSync(p);')).filter((l) => /only where/.test(l)),
    ).toEqual([]);
  });

  it('is that a guard is asked for only where another test holds', async () => {
    const body =
      "if (p.length > 3) {\nif (!fs.realpathSync(p).startsWith('/data/')) throw new Error('no');\n}\nreturn fs.readFileSync(p);";
    expect((await said(body)).join(' ')).toContain('but it is asked only where another test holds (a.ts:5).');
  });

  it('is which setting turns a guard on, be it asked for outside of the guard or in it', async () => {
    const inside = "if (!fs.realpathSync(q).startsWith('/data/')) throw new Error('no');";
    const hole = (line: number): string => `but it holds only where a setting turns it on (a.ts:${line}).`;
    const lines = async (body: string, top: string): Promise<string> => (await said(body, top)).join(' ');
    expect(
      await lines(
        'if (config.roots) check(p);\nreturn fs.readFileSync(p);',
        `function check(q) { ${inside} }`,
      ),
    ).toContain(hole(5));
    expect(
      await lines(
        'check(p);\nreturn fs.readFileSync(p);',
        `function check(q) { if (!config.roots) return; ${inside} }`,
      ),
    ).toContain(hole(3));
    expect(
      await lines(
        'if (!isOk(p)) return;\nreturn fs.readFileSync(p);',
        "function isOk(q) { if (!config.roots) return true; return fs.realpathSync(q).startsWith('/data/'); }",
      ),
    ).toContain(hole(3));
    expect(
      await lines('check(p);\nreturn fs.readFileSync(p);', `function check(q) { if (!q) return; ${inside} }`),
    ).not.toContain('setting');
  });
});
