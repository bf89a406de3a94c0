import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeDesk } from './desk.ts';

const ROOT = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)));

/** A copy of what is built from, with a build of its own. */
const copyOf = (root: string) => {
  const folder = join(root, 'clone');
  for (const part of ['src', 'checklists', 'sample', 'scripts', 'package.json', 'package-lock.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const build = (...args: string[]): void => {
    const r = spawnSync(process.execPath, ['scripts/build.mjs', ...args], { cwd: folder, encoding: 'utf8' });
    expect(r.status, r.stderr).toBe(0);
  };
  build();
  return { folder, build, cli: join(folder, 'dist', 'cli.js') };
};

test('what is built is not built again, and a build under a running program leaves it its own files', async () => {
  const desk = makeDesk();
  const { folder, build, cli } = copyOf(desk.root);
  const [first = ''] = readdirSync(join(folder, 'dist')).filter((n) => n !== 'cli.js');
  const made = statSync(join(folder, 'dist', first)).mtimeMs;
  build();
  expect(readdirSync(join(folder, 'dist')).toSorted()).toEqual([first, 'cli.js'].toSorted());
  expect(statSync(join(folder, 'dist', first)).mtimeMs).toBe(made);

  // Most of the program is read only when it is needed: nothing of it is yet.
  const t = desk.open([], { command: [process.execPath, cli] });
  await t.ready();
  appendFileSync(join(folder, 'src', 'text', 'plural.ts'), '\n// Changed.\n');
  build();
  expect(readFileSync(cli, 'utf8')).not.toContain(first);
  expect(existsSync(join(folder, 'dist', first, 'cli.js'))).toBe(true);
  await t.press('t');
  await t.expectScreen(/\d+\/49 checked/);
  await t.press('3');
  // Gathered in threads, from a file that was never read before.
  await t.expectScreen(/collected|leads? \d+ facts?/);
  t.expectNot('failed');
  t.send('ctrl+c');
  expect((await t.exit()).code).toBe(0);

  // Checks of another day may name collectors the program does not know.
  const check = join(folder, 'checklists', '2.2-credentials-and-access.yml');
  writeFileSync(
    check,
    readFileSync(check, 'utf8').replace('[authorization', '[made-tomorrow, authorization'),
  );
  const lint = spawnSync(process.execPath, [cli, 'checklist', 'lint'], { encoding: 'utf8' });
  expect([lint.status, lint.stdout]).toEqual([0, expect.stringContaining('49 checks, no problems')]);

  build('--alone');
  expect(readdirSync(join(folder, 'dist'))).toHaveLength(3);
  expect(readFileSync(join(folder, 'dist', 'mcp-audit.1'), 'utf8')).toMatch(/^\.TH MCP/);
  expect(desk.cli(['--version']).code).toBe(0);
});
