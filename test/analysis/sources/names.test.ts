import { expect, test } from 'vitest';
import { rolesOfLines } from '../../../src/analysis/sources/names.ts';
import { createReading } from '../../../src/analysis/sources/reading.ts';
import { findWord } from '../../../src/engine/find-word.ts';
import { fakeTree } from '../../engine/fake-source.ts';

/** Lines of a file that have a name as a word, with what it is there. */
const roles = async (path: string, text: string, name: string) => {
  const module = await createReading({ text: async () => text }).module(path, text);
  const lines = text.split('\n').flatMap((l, i) => (new RegExp(`\\b${name}\\b`).test(l) ? [i + 1] : []));
  return [...rolesOfLines(module, text, name, lines)]
    .sort(([a], [b]) => a - b)
    .map(([line, role]) => `${line} ${role}`);
};

test('TypeScript: definitions, imports, uses; comments and strings are none of them, types are', async () => {
  const text = [
    "import { run } from './run.ts';", // 1
    '// run is called below', // 2
    'export const other = (run: string): void => {', // 3: a parameter of the same name
    '  const { run: inner } = options;', // 4
    "  log('run it');", // 5
    '  log(`${run} it`);', // 6
    '};', // 7
    'let x: run;', // 8: a type, which the form does not hold
    'export function run(a: string) {', // 9
    '  return a.run();', // 10
    '}', // 11
  ].join('\n');
  expect(await roles('src/a.ts', text, 'run')).toEqual([
    '1 import',
    '3 definition',
    '4 use',
    '6 use',
    '8 use',
    '9 definition',
    '10 use',
  ]);
});

test('Python: a decorated function is defined where its name stands', async () => {
  const text = [
    'from tools import run', // 1
    '@mcp.tool(name="run")', // 2
    'async def run(path):', // 3
    '    """Will run it."""', // 4
    '    run = 1  # run', // 5
    '    return helper(run=run)', // 6
  ].join('\n');
  expect(await roles('a.py', text, 'run')).toEqual(['1 import', '3 definition', '5 definition', '6 use']);
});

test.each([
  [
    'main.go',
    'package a\n\nfunc (s *Server) Run(x string) {\n\ts.Run(x) // Run\n}\n',
    'Run',
    ['3 definition', '4 use'],
  ],
  ['a.rs', 'fn run() {}\n// run\nfn main() { run(); }\n', 'run', ['1 definition', '3 use']],
  [
    'A.java',
    'class A {\n  void run() {}\n  // run\n  void b() { run(); }\n}\n',
    'run',
    ['2 definition', '4 use'],
  ],
])('%s', async (path, text, name, expected) => {
  expect(await roles(path, text, name)).toEqual(expected);
});

test('a look-up over a tree takes definitions first, counts comments, and guesses only where no reader is', async () => {
  const tree = fakeTree({
    'a.ts': "// run\nimport { run } from './b.ts';\nrun();\n",
    'b.ts': 'export function run() {}\n',
    'c.lua': 'function run()\nend\n',
  });
  const reading = createReading(tree);
  const { places, silent } = await findWord(tree, 'run', async (path, text, word, lines) =>
    path.endsWith('.lua') ? null : rolesOfLines(await reading.module(path, text), text, word, lines),
  );
  expect(silent).toBe(1);
  expect(places.map((p) => `${p.path}:${p.line} ${p.role}${p.guessed ? '?' : ''}`)).toEqual([
    'b.ts:1 definition',
    'c.lua:1 definition?',
    'a.ts:2 import',
    'a.ts:3 use',
  ]);
});
