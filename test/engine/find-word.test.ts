import { expect, test } from 'vitest';
import { findWord, looksDefining } from '../../src/engine/find-word.ts';
import { fakeTree } from './fake-source.ts';

const defines = (line: string, word = 'run'): boolean => looksDefining(line, line.indexOf(word), word);

test.each([
  'def run(x):',
  '    async def run(self):',
  'export const run = async () => {',
  'function run(a) {',
  'func run(ctx context.Context) error {',
  'func (s *Server) run(ctx context.Context) error {',
  'pub fn run() {',
  'class run:',
  'run = make()',
  'run := make()',
  '  run: handler,',
  '  async run(a: string) {',
  '  private run(a) {',
  'type run struct {',
])('%s defines run', (line) => expect(defines(line)).toBe(true));

test.each([
  'run(x)',
  '  await run(x);',
  'if (run(x)) {',
  'return run;',
  'x.run = 3 == run',
  'import { run } from "./run.ts";',
  'if run == 3:',
  'const x = run;',
  'run == 3',
  'std::run::now()',
])('%s only names it', (line) => expect(defines(line)).toBe(false));

test('definitions come first, then by path and line; words within words are not it', async () => {
  const { places, complete } = await findWord(
    fakeTree({
      'a.py': 'import b\nb.run(1)\nrunner = 1\n',
      'b.py': '\ndef run(x):\n  return x\n',
      'c.bin': Buffer.from([0, 1, 2]).toString('latin1'),
    }),
    'run',
  );
  expect(complete).toBe(true);
  expect(places.map((p) => `${p.path}:${p.line}${p.role === 'definition' ? ' defines' : ''}`)).toEqual([
    'b.py:2 defines',
    'a.py:2',
  ]);
});

test('more places than a person reads are cut, and that is said', async () => {
  const { places, complete } = await findWord(fakeTree({ 'a.py': 'run()\n'.repeat(1000) }), 'run');
  expect(places).toHaveLength(500);
  expect(complete).toBe(false);
});

test('a secret in a line that names the word is masked', async () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const { places } = await findWord(fakeTree({ 'a.py': `run("${token}")\n` }), 'run');
  expect(places[0]?.text).not.toContain(token);
});
