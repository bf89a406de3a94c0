import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fateOf, type PathChange, type TwoCommits } from '../../../src/domain/since/fate.ts';

type Files = Record<string, string>;

/** Two commits from their files; `moves` are what git sees as the same file under another name. */
const commits = (was: Files, now: Files, moves: Record<string, string> = {}): TwoCommits => {
  const changes: PathChange[] = Object.entries(moves).map(([a, b]) => ({ was: a, now: b }));
  for (const path of new Set([...Object.keys(was), ...Object.keys(now)])) {
    if (was[path] === now[path] || moves[path] || Object.values(moves).includes(path)) continue;
    changes.push({ was: path in was ? path : null, now: path in now ? path : null });
  }
  return {
    before: async (path) => was[path] ?? null,
    after: async (path) => now[path] ?? null,
    changes,
  };
};

const RUN = `import { exec } from 'node:child_process';

const build = (name) => \`ls \${name}\`;

export const run = (name, report) => {
  const cmd = build(name);
  exec(cmd, report);
};

export const other = (name) => {
  return name.trim();
};
`;
const lines = (text: string, startLine: number, endLine: number) =>
  text
    .split('\n')
    .slice(startLine - 1, endLine)
    .join('\n');
const cite = (text: string, startLine: number, endLine: number, path = 'src/run.ts') => ({
  path,
  startLine,
  endLine,
  snippet: lines(text, startLine, endLine),
});
const at = cite(RUN, 6, 7);
const fate = (now: Files, moves: Record<string, string> = {}, was: Files = { 'src/run.ts': RUN }) =>
  fateOf(at, commits(was, now, moves));

describe('what became of cited lines', () => {
  it('is the same where nothing changed', async () => {
    expect(await fate({ 'src/run.ts': RUN })).toEqual({
      fate: 'same',
      at: { path: 'src/run.ts', startLine: 6, endLine: 7 },
    });
  });
  it('is moved, by lines or with its file', async () => {
    expect(await fate({ 'src/run.ts': `// a\n// b\n${RUN}` })).toEqual({
      fate: 'moved',
      at: { path: 'src/run.ts', startLine: 8, endLine: 9 },
    });
    expect(await fate({ 'lib/run.ts': RUN }, { 'src/run.ts': 'lib/run.ts' })).toEqual({
      fate: 'moved',
      at: { path: 'lib/run.ts', startLine: 6, endLine: 7 },
    });
    // Also where git did not see that it is the same file.
    expect(await fate({ 'lib/x.ts': `export {};\n${RUN}` })).toMatchObject({ fate: 'moved' });
  });
  it('is moved where its function went to another file that was there', async () => {
    const now = {
      'src/run.ts': RUN.split('\n').slice(8).join('\n'),
      'src/tools.ts': `export const a = 1;\n${RUN.split('\n').slice(0, 8).join('\n')}`,
    };
    expect(await fate(now, {}, { 'src/run.ts': RUN, 'src/tools.ts': 'export const a = 1;\n' })).toMatchObject(
      {
        fate: 'moved',
        at: { path: 'src/tools.ts', startLine: 7 },
      },
    );
  });
  it('is no move to where the same lines stood before', async () => {
    const copy = { 'src/copy.ts': RUN };
    const now = RUN.replace(lines(RUN, 6, 7), '  execFile("ls", [name], report);');
    expect(
      await fate({ 'src/run.ts': now, 'src/copy.ts': `${RUN}\n// more` }, {}, { 'src/run.ts': RUN, ...copy }),
    ).toEqual({ fate: 'removed', at: { path: 'src/run.ts', startLine: 6, endLine: 6 } });
  });
  it('is changed where only names differ, and removed where another function is called', async () => {
    const renamed = RUN.replaceAll('cmd', 'line').replaceAll('build', 'lineFor');
    expect(await fate({ 'src/run.ts': renamed })).toMatchObject({ fate: 'changed', how: 'names' });
    const mended = RUN.replaceAll('exec', 'execFile')
      .replace('const cmd = build(name);', 'const args = [name];')
      .replace('(cmd, report)', '(args, report)');
    expect(await fate({ 'src/run.ts': mended })).toMatchObject({ fate: 'removed' });
  });
  it('is changed where the lines stand and a guard came before them', async () => {
    const guarded = RUN.replace(
      '  const cmd',
      '  if (!/^\\w+$/.test(name)) throw new Error("no");\n  const cmd',
    );
    expect(await fate({ 'src/run.ts': guarded })).toEqual({
      fate: 'changed',
      at: { path: 'src/run.ts', startLine: 7, endLine: 8 },
      how: 'around',
    });
  });
  it('is changed where one of the lines stands', async () => {
    expect(await fate({ 'src/run.ts': RUN.replace('exec(cmd, report)', 'safely(cmd)') })).toMatchObject({
      fate: 'changed',
      how: 'parts',
      at: { startLine: 6, endLine: 7 },
    });
  });
  it('is gone with its file, removed where the file stays, and unread where nobody could look', async () => {
    expect(await fate({})).toEqual({ fate: 'gone' });
    expect(await fate({ 'src/run.ts': 'export {};\n' })).toMatchObject({ fate: 'removed' });
    const blind = { ...commits({ 'src/run.ts': RUN }, {}), after: async () => undefined };
    expect(await fateOf(at, blind)).toEqual({ fate: 'unread' });
  });
  it('tells two equal places apart by what is around them', async () => {
    const one = (n: string) =>
      `export const ${n} = () => {\n  first${n}();\n  call(input);\n  last${n}();\n};\n`;
    const text = one('A') + one('B');
    const of = (startLine: number, now: string) =>
      fateOf(cite(text, startLine, startLine), commits({ 'src/run.ts': text }, { 'src/run.ts': now }));
    const mended = one('A').replace('call(input)', 'safe(check(input))') + one('B');
    expect(await of(3, mended)).toMatchObject({ fate: 'removed', at: { startLine: 3 } });
    expect(await of(8, mended)).toMatchObject({ fate: 'same' });
  });
});

const name = fc.constantFrom('load', 'fetchAll', 'path', 'query', 'user', 'limit', 'x1', 'handler');
const statement = fc.oneof(
  fc.tuple(name, name, name).map(([a, b, c]) => `const ${a} = ${b}(${c}, 'text of ${c}_col');`),
  fc.tuple(name, name).map(([a, b]) => `if (${a} > ${b}) return ${a};`),
  fc.tuple(name, name).map(([a, b]) => `await db.run("SELECT * FROM t WHERE ${a}_col = " + ${b});`),
);
const file = fc
  .array(fc.tuple(fc.nat(999), fc.array(statement, { minLength: 1, maxLength: 5 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((functions) =>
    functions
      .map(
        ([n, body], i) =>
          `export async function fn${i}_${n}(path, user, query) {\n${body.map((s) => `  ${s}`).join('\n')}\n}\n`,
      )
      .join('\n'),
  );
/** A file and lines of it that say something. */
const citation = file.chain((text) => {
  const count = text.split('\n').length - 1;
  const useful = text.split('\n').flatMap((l, i) => (/\w{3}/.test(l) ? [i + 1] : []));
  return fc
    .tuple(fc.constantFrom(...useful), fc.nat(4))
    .map(([start, more]) => ({ text, at: cite(text, start, Math.min(count, start + more)) }));
});

/** As formatters do it: other indentation, other quotes, lists over several lines, empty lines. */
const reformatted = (text: string): string =>
  text
    .replaceAll(/^( +)/gm, '$1$1')
    .replaceAll("'", '"')
    .replaceAll(/\(([^()\n]+), ([^()\n]+)\);/g, '(\n        $1,\n        $2,\n    );')
    .replaceAll(/;$/gm, '')
    .replaceAll(/^export/gm, '\nexport');

const renamed = (text: string): string =>
  text.replaceAll(/\b(?:fn\d+_\d+|path|user|query)\b/g, (n) => `${n}_new`);

describe('code that only moved', () => {
  it('is never removed or gone, whatever moved it', async () => {
    await fc.assert(
      fc.asyncProperty(
        citation,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom('', '// one\n', 'import x from "y";\n\n'),
        async ({ text, at: where }, moves, format, rename, head) => {
          const now =
            head + [format && reformatted, rename && renamed].reduce((t, f) => (f ? f(t) : t), text);
          const path = moves ? 'lib/deep/other.ts' : where.path;
          const { fate } = await fateOf(where, commits({ [where.path]: text }, { [path]: now }));
          expect(['same', 'moved', 'changed']).toContain(fate);
          if (!format && !rename) expect(fate).toBe(moves || head ? 'moved' : 'same');
          if (!rename) expect(fate).not.toBe('changed');
        },
      ),
      { numRuns: 300 },
    );
  });
});
