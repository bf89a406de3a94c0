import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/**
 * Versions and specifiers come from the target's lockfiles. Each parser meets every hostile text in a process of its own that
 * is ended when it does not come back: an expression that runs away cannot be stopped from within.
 */
const PROGRAM = `
import * as dependency from './src/analysis/packages/dependency.ts';
import { compareVersions } from './src/analysis/packages/versions/compare.ts';

const atoms = ['0', '1', '9', '.', '-', '_', '+', '!', '~', '^', '=', '>=', '<', ' ', '\\n', '\\t', ',', '|', '||', '*', 'x', 'v', 'a',
  'p', 'rc', 'dev', 'alpha', 'beta.', '1.', '.0', '-0', '1-', 'a0', '0a', '.post', 'e1', '(', '[', ']', '@', '/', ':', '#', 'git+', 'é', '‮'];
const heads = ['', '1', '1.0', '1.0p', 'v1.0-', '1.0.0-alpha.', '1.0.0+', '>=1', '[', '1!1.0', 'npm:a@', 'git+https://'];
const tails = ['', '!', '.', '-', '\\n', '0!', 'x'];
const lengths = [40, 250, 20_000];
const readers = Object.entries(dependency).filter(([name, f]) => typeof f === 'function' && /Kind$|^npmAlias$|^isDev/.test(name));
let tried = 0;
for (const head of heads)
  for (const atom of atoms)
    for (const tail of tails)
      for (const length of lengths) {
        const text = head + atom.repeat(length / atom.length) + tail;
        for (const [, read] of readers) { read(text); tried++; }
        for (const compare of Object.values(compareVersions)) { compare(text, '1.0.0'); compare('1.0.0', text); tried += 2; }
      }
console.log(JSON.stringify({ tried, readers: readers.length, ecosystems: Object.keys(compareVersions).length }));
`;

it('no version or specifier keeps a parser busy', () => {
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    cwd: new URL('../../..', import.meta.url),
    encoding: 'utf8',
    timeout: 100_000,
  });
  expect(run.signal, 'it did not come back').toBeNull();
  expect(run.stderr).toBe('');
  const said = JSON.parse(run.stdout) as { tried: number; readers: number; ecosystems: number };
  expect(said.readers).toBeGreaterThan(5);
  expect(said.ecosystems).toBeGreaterThan(7);
  expect(said.tried).toBeGreaterThan(200_000);
}, 120_000);
