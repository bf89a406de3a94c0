import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectors } from '../../src/collectors/index.ts';
import { checklistLint, knownTtps } from '../../src/commands/checklist.ts';
import { parseMethodology } from '../../src/domain/load-methodology.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { bundledChecklists, readMethodologyFolder } from '../../src/io/methodology-files.ts';

const KNOWN = [
  'git-history',
  'signatures',
  'identity',
  'governance',
  'security-files',
  'readme',
  'tests-ci',
  'source-tree',
  'dependencies',
  'secrets',
  'dockerfile',
  'tool-surface',
  'tool-text',
  'capabilities',
  'code-flow',
  'code-weaknesses',
  'look-alikes',
  'deployment',
  'network',
  'operations',
  'hidden-behaviour',
  'authorization',
];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lint-'));
  cpSync(bundledChecklists(), dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lint = async (path = dir, json = false) => {
  let stdout = '';
  let stderr = '';
  const out = {
    stdout: (text: string) => {
      stdout += text;
    },
    stderr: (text: string) => {
      stderr += text;
    },
  };
  const code = await checklistLint(path, out, { collectors: KNOWN, json });
  return { code, stdout, stderr };
};

const edit = (file: string, from: string, to: string): void => {
  const path = join(dir, file);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
};

describe('checklist lint', () => {
  it('says what a sound methodology holds', async () => {
    expect(await lint()).toEqual({
      code: 0,
      stdout: 'mcp-audit-guide 1.0: 12 sections, 49 checks, no problems\n',
      stderr: '',
    });
  });

  it('prints each problem on a line that an editor can jump to, then how many', async () => {
    edit('2.1-input-and-code.yml', 'severity: critical', 'severity: deadly');
    edit('1.1-repository-identity.yml', '[identity, look-alikes]', '[identty]');
    const { code, stdout, stderr } = await lint();
    expect(code).toBe(1);
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^1\.1-repository-identity\.yml:\d+ {2}checks\[0\]\.collectors\[0\] {2}expected a collector: git-history, .*, found "identty"$/,
    );
    expect(lines[1]).toMatch(
      /^2\.1-input-and-code\.yml:\d+ {2}checks\[1\]\.finding\.severity {2}expected one of critical, high, medium, low, info, found "deadly"$/,
    );
    expect(lines[2]).toBe('2 problems in 2 files; no audit starts with this methodology.');
    const [, line] = /:(\d+) /.exec(lines[1] ?? '') ?? [];
    expect(readFileSync(join(dir, '2.1-input-and-code.yml'), 'utf8').split('\n')[Number(line) - 1]).toBe(
      '      severity: deadly',
    );
  });

  it('writes one JSON object for programs, with the same verdict', async () => {
    const sound = await lint(dir, true);
    expect([sound.code, JSON.parse(sound.stdout)]).toEqual([
      0,
      { ok: true, methodology: { id: 'mcp-audit-guide', version: '1.0' }, problems: [] },
    ]);
    edit('scorecard.yml', 'weight: 35', 'weight: 36');
    const broken = await lint(dir, true);
    expect([broken.code, JSON.parse(broken.stdout)]).toEqual([
      1,
      {
        ok: false,
        methodology: null,
        problems: [
          {
            file: 'scorecard.yml',
            path: 'dimensions',
            line: 13,
            expected: 'weights that add up to 100',
            found: '101',
          },
        ],
      },
    ]);
  });

  it('shows what a hostile file hides instead of letting the terminal act on it', async () => {
    edit('scorecard.yml', 'id: repository-health', 'id: "repo\\e[31m\\u202e"');
    writeFileSync(join(dir, 'evil\u001b[2J.yml'), 'id: "\\u202e"\n');
    const { code, stdout } = await lint();
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    expect(stdout).toContain('‹U+202E›');
    expect(stdout).toContain('evil‹U+001B›[2J.yml');
  });

  it('ends with 2 and a hint when there is nothing to check', async () => {
    const { code, stdout, stderr } = await lint(join(dir, 'no-such-folder'));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/does not exist, so there are no checks to walk\.\n.*methodology\.yml/);
  });

  it('knows the attack catalogue without a network or a copy in the folder', async () => {
    rmSync(join(dir, 'catalogue'), { recursive: true });
    expect((await lint()).code).toBe(0);
    expect(await knownTtps()).toHaveLength(73);
  });
});

describe('collectors and checks', () => {
  const sources = join(import.meta.dirname, '../../src/collectors');
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));

  it('know each other: no collector without a check that asks for it', () => {
    expect(collectors.map((c) => c.id).filter((id) => !KNOWN.includes(id))).toEqual([]);
  });

  // Evidence for a check that does not name its collector is dropped without a word.
  it.each(collectors.map((c) => c.id))('%s is named by every check that its source speaks to', async (id) => {
    const parsed = parseMethodology(await readMethodologyFolder(bundledChecklists()), {
      collectors: KNOWN,
      ttps: await knownTtps(),
    });
    const named =
      'methodology' in parsed ? checksOf(parsed.methodology).filter((c) => c.collectors.includes(id)) : [];
    const own = files.filter((f) => f === `${id}.ts` || f.startsWith(`${id}/`));
    const spoken = own.flatMap(
      (f) => readFileSync(join(sources, f), 'utf8').match(/(?<=')[1-4]\.[1-4]\.[1-5](?=')/g) ?? [],
    );
    expect(own).not.toEqual([]);
    expect([...new Set(spoken)].filter((check) => !named.some((c) => c.id === check)).sort()).toEqual([]);
  });
});
