import { expect, test } from 'vitest';
import { loadMethodology } from '../../src/commands/workspace.ts';
import { byHand, programsOf } from '../../src/domain/by-hand.ts';
import { checksOf } from '../../src/domain/methodology.ts';

const methodology = await loadMethodology();
const TARGET = { commit: 'a'.repeat(40), url: 'https://github.com/acme/notes', subdir: '' };
const all = (paths: readonly string[], target = TARGET) =>
  checksOf(methodology).flatMap((c) => byHand(c, target, paths));

test('programs are what a command line starts, not what stands in quotes', () => {
  expect(programsOf("git grep -nE 'a|b; rm -rf /' -- '*.ts' | sort -k1 | uniq -c")).toEqual([
    'git',
    'sort',
    'uniq',
  ]);
  expect(programsOf('LC_ALL=C git log && uv export > /tmp/x; npm ls')).toEqual(['git', 'uv', 'npm']);
  expect(programsOf('hadolint $(git ls-files | grep -E "(^|/)Dockerfile")')).toEqual([
    'hadolint',
    'git',
    'grep',
  ]);
  expect(programsOf('git ls-files | xargs -n1 node')).toEqual(['git', 'xargs', 'node']);
});

test('no command of the bundled methodology holds a placeholder once the target has an address', () => {
  for (const c of all([])) expect(c.command).not.toMatch(/\{(commit|url|subdir)\}/);
});

test('without an address the command that needs one says so, and is not run', () => {
  const open = all([], { ...TARGET, url: '' }).filter((c) => c.command.includes('{url}'));
  expect(open.length).toBeGreaterThan(0);
  for (const c of open) expect(c.elsewhere).toContain("needs the repository's address");
});

test('commands for other ecosystems than the target’s are not offered', () => {
  const programs = (paths: readonly string[]) => new Set(all(paths).flatMap((c) => programsOf(c.command)));
  const go = programs(['go.mod', 'main.go']);
  expect(go.has('govulncheck')).toBe(true);
  for (const other of ['npm', 'uv', 'cargo', 'docker', 'hadolint']) expect(go.has(other), other).toBe(false);
  expect(programs(['package.json']).has('npm')).toBe(true);
  // Where the files are not known nothing is left out.
  expect(programs([]).has('cargo')).toBe(true);
});

test('what needs the network, the machine or the running server is told, never run from here', () => {
  for (const c of all([]))
    if (/^(curl|gh api|docker|osv-scanner|npm audit|npm view|openssl|ss -|strace)\b/.test(c.command))
      expect(c.elsewhere, c.command).not.toBe('');
  const here = all([]).filter((c) => c.elsewhere === '');
  expect(here.length / all([]).length).toBeGreaterThan(0.8);
});
