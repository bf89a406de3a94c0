import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git } from '../support/git-fixtures.ts';
import { makeDesk } from './desk.ts';
import { terminalEnv } from './environment.ts';
import { CLI } from './terminal.ts';

/**
 * Each command is run again and again on the same state: killed at its first write to the disk, at its second, and so on;
 * and with a disk that is full from its first write on, from its second, and so on. What is there afterwards is what was
 * there before or what the whole command makes, and doing it again makes it whole.
 */
const straces = spawnSync('strace', ['-V']).status === 0;
if (!straces) console.warn('skipped: no strace, so nothing can be made to fail at a given write');

/** The calls that change a disk; syncing changes nothing that can be seen. */
const CALLS = ['pwrite64', 'rename', 'link', 'mkdir', 'unlink', 'rmdir', 'ftruncate'];

type Run = { code: number | null; said: string };

const laboratory = () => {
  const desk = makeDesk();
  const session = desk.session();
  const work = join(desk.root, 'work');
  const now = join(desk.root, 'now');
  fs.mkdirSync(work);
  const env = (home: string) => ({ ...terminalEnv(home), MCP_AUDIT_HOME: join(home, 'data') });
  const trace = (args: readonly string[], options: readonly string[]): Run => {
    const r = spawnSync('strace', ['-qq', ...options, process.execPath, CLI, ...args], {
      cwd: join(now, 'work'),
      env: env(join(now, 'home')),
      encoding: 'utf8',
    });
    return { code: r.status, said: r.stdout + r.stderr };
  };
  const cli = (args: readonly string[], at = join(now, 'home')): Run => {
    const r = spawnSync(process.execPath, [CLI, ...args], {
      cwd: at === join(now, 'home') ? join(now, 'work') : work,
      env: env(at),
      encoding: 'utf8',
    });
    return { code: r.status, said: r.stdout + r.stderr };
  };
  /** Puts home and work back to what they were. */
  const again = (): void => {
    fs.rmSync(now, { recursive: true, force: true });
    fs.mkdirSync(now);
    for (const [from, to] of [
      [desk.home, 'home'],
      [work, 'work'],
    ] as const)
      spawnSync('cp', ['-a', from, join(now, to)]);
  };
  return { desk, session, work, now, trace, cli, again };
};

type Laboratory = ReturnType<typeof laboratory>;

/** Files by path, with what they hold. Drafts and git's own files are no part of what a command makes. */
const held = (dir: string): Record<string, string> =>
  Object.fromEntries(
    (fs.existsSync(dir) ? fs.readdirSync(dir, { recursive: true, withFileTypes: true }) : [])
      .filter((e) => e.isFile())
      .map((e) => join(e.parentPath, e.name))
      .filter((p) => !/\.mcp-audit-[0-9a-f]{24}|\/\.git\//.test(p))
      .sort()
      .map((p) => [p.slice(dir.length + 1), fs.readFileSync(p, 'latin1')]),
  );

/** What was decided, without when the session was open and what else tells one run from another. */
const decided = (l: Laboratory, home = join(l.now, 'home')): string[] => {
  const folder = join(home, 'data', 'sessions', l.session);
  if (!fs.existsSync(folder)) return ['no session'];
  const status = spawnSync(process.execPath, [CLI, 'status', '--session', l.session, '--json'], {
    env: { ...terminalEnv(home), MCP_AUDIT_HOME: join(home, 'data') },
    encoding: 'utf8',
  });
  expect(status.status, status.stderr).toBe(0);
  return fs
    .readFileSync(join(folder, 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((e) => !/^session\.(?:opened|closed)$|^report\.written$/.test(String(e.type)))
    .map(({ v: _v, seq: _s, at: _a, prev: _p, crc: _c, ...rest }) => JSON.stringify(rest));
};

/**
 * @param seen what the command is for, as it is now
 * @param accept whether that may be there between `old` and `made`; one of the two when left out
 */
const everyWrite = (
  l: Laboratory,
  args: readonly string[],
  seen: () => unknown,
  accept: (now: unknown, old: unknown, made: unknown) => boolean = (now, old, made) =>
    [old, made].some((one) => JSON.stringify(one) === JSON.stringify(now)),
): void => {
  l.again();
  const old = seen();
  const file = join(l.desk.root, 'trace');
  const whole = l.trace(args, ['-o', file, '-e', `trace=${CALLS.join(',')}`]);
  expect(whole.code, whole.said).toBeLessThan(2);
  const made = seen();
  expect(made).not.toEqual(old);
  const calls = fs.readFileSync(file, 'utf8').split('\n');
  const counts = CALLS.map((call): [string, number] => [
    call,
    calls.filter((line) => line.startsWith(`${call}(`)).length,
  ]);
  expect(counts.reduce((sum, [, n]) => sum + n, 0)).toBeGreaterThan(3);
  for (const [call, count] of counts)
    for (let n = 1; n <= count; n += 1)
      for (const how of [`signal=KILL:when=${n}`, `error=ENOSPC:when=${n}+`]) {
        // Removing needs no room.
        if (how.startsWith('error') && /unlink|rmdir|ftruncate/.test(call)) continue;
        l.again();
        const what = `${args[0]}: ${call} ${how}`;
        const run = l.trace(args, ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${how}`]);
        const now = seen();
        expect(accept(now, old, made), `${what}\n${run.said}\n${JSON.stringify(now).slice(0, 2000)}`).toBe(
          true,
        );
        if (how.startsWith('error')) {
          expect([0, 1, 2], what).toContain(run.code);
          // Whoever is not told that the disk is full has all of it.
          if (run.code === 0 || !/the disk is full|No space left/.test(run.said))
            expect(now, `${what}\n${run.said}`).toEqual(made);
          expect(run.said, what).not.toMatch(/\n\s+at .*:\d+:\d+|internal error/i);
        }
        if (how.startsWith('error') && JSON.stringify(now) === JSON.stringify(made)) continue;
        const second = l.cli(args);
        // What was whole already may be refused as such.
        if (JSON.stringify(now) !== JSON.stringify(made))
          expect(second.code, `${what}, and again\n${second.said}`).toBe(whole.code);
        expect(seen(), `${what}, and again`).toEqual(made);
      }
};

const FINDING = {
  check: 'S1-001',
  title: 'Shell command built from a tool parameter',
  severity: 'medium',
  cwe: 'CWE-78',
  category: 'Input Validation',
  where: ['src/index.ts:2-3'],
  summary: 'A caller runs commands.',
  description: 'The name becomes a part of a command.',
  impact: {
    confidentiality: 'High',
    integrity: 'High',
    availability: 'High',
    exploitability: 'Medium',
    scope: 'host',
  },
  reproduction: ['Call it. Expected: an error. Actual: a command runs.'],
  risks: ['A document makes the agent call it.'],
  recommendations: { immediate: ['Use execFile.'] },
  validation: ['Call it again.'],
  notes: 'Seen in the code.',
  business: { development: 'none', staging: 'low', production: 'high', enterprise: 'high' },
  severityReason: 'judged by hand',
};

const ready = (l: Laboratory): void => {
  l.desk.answer(l.session, {
    auditor: { name: 'Jane Doe', github: 'jane-doe', organization: 'Example', contact: 'jane@example.org' },
    checks: {
      'S1-001': { verdict: 'fail', note: 'seen' },
      'S1-002': { verdict: 'pass', note: 'looked' },
      'S1-003': { verdict: 'pass', note: 'looked' },
    },
    findings: [FINDING],
  });
};

describe.skipIf(!straces)('killed, or out of disk, at every write', { timeout: 900_000 }, () => {
  test('report: a new one is there whole or not at all', () => {
    const l = laboratory();
    ready(l);
    everyWrite(l, ['report', '--to', 'out'], () => held(join(l.now, 'work/out')));
  });

  test('report over an earlier one: each file is old or new, a full disk changes nothing, again makes it whole', () => {
    const l = laboratory();
    ready(l);
    l.cli(['report', '--session', l.session, '--to', 'out'], l.desk.home);
    l.desk.answer(l.session, { checks: { 'S1-002': { verdict: 'pass', note: 'looked twice' } } });
    const each = (now: unknown, old: unknown, made: unknown): boolean => {
      const [a, b, c] = [now, old, made] as Record<string, string>[];
      return [...new Set([...Object.keys(b!), ...Object.keys(c!), ...Object.keys(a!)])].every(
        (p) => a![p] === b![p] || a![p] === c![p],
      );
    };
    everyWrite(l, ['report', '--to', 'out'], () => held(join(l.now, 'work/out')), each);
  });

  test('report in another format', () => {
    const l = laboratory();
    ready(l);
    everyWrite(l, ['report', '--format', 'html', '--to', 'a.html'], () => held(join(l.now, 'work')));
  });

  test('export', () => {
    const l = laboratory();
    everyWrite(l, ['export', '--to', 'e.zip'], () => held(join(l.now, 'work')));
  });

  test('start: a session is there whole or not at all', () => {
    const l = laboratory();
    // What a session is named is drawn at random: it is there, it opens, and nothing else is in the way.
    const sessions = () => {
      const folder = join(l.now, 'home/data/sessions');
      const names = fs.readdirSync(folder).filter((n) => n !== l.session && !n.startsWith('.'));
      for (const name of names) {
        const status = l.cli(['status', '--session', name]);
        expect(status.code, status.said).toBe(0);
      }
      expect(l.cli(['status']).code).toBe(0);
      return names.length > 0;
    };
    everyWrite(l, ['start', l.desk.repository.path, '--no-collect'], sessions);
  });

  test('import of a session', () => {
    const l = laboratory();
    ready(l);
    l.cli(['export', '--session', l.session, '--to', 'e.zip'], l.desk.home);
    fs.rmSync(join(l.desk.data, 'sessions', l.session), { recursive: true });
    everyWrite(l, ['import', 'e.zip'], () => decided(l));
  });

  test('import of results', () => {
    const l = laboratory();
    fs.writeFileSync(
      join(l.work, 'r.sarif'),
      JSON.stringify({
        version: '2.1.0',
        runs: [
          {
            tool: { driver: { name: 'lint', version: '1' } },
            results: [
              {
                ruleId: 'x',
                message: { text: 'a command is built' },
                locations: [
                  {
                    physicalLocation: { artifactLocation: { uri: 'src/index.ts' }, region: { startLine: 3 } },
                  },
                ],
              },
            ],
          },
        ],
      }),
    );
    everyWrite(l, ['import', 'r.sarif'], () => decided(l));
  });

  test('attach', () => {
    const l = laboratory();
    fs.writeFileSync(join(l.work, 'log.txt'), 'what was seen\n');
    everyWrite(l, ['attach', 'log.txt'], () => decided(l));
  });

  test('answer: every entry is recorded whole or not at all, in order', () => {
    const l = laboratory();
    fs.writeFileSync(
      join(l.work, 'a.json'),
      JSON.stringify({
        checks: {
          'S1-001': { verdict: 'fail', note: 'seen' },
          'S1-002': { verdict: 'pass', note: 'looked' },
        },
        findings: [FINDING],
      }),
    );
    everyWrite(
      l,
      ['answer', '--from', 'a.json'],
      () => decided(l),
      (now, _, made) =>
        JSON.stringify((made as string[]).slice(0, (now as string[]).length)) === JSON.stringify(now),
    );
  });

  test('submit: the branch is there with a whole commit, or it is not', () => {
    const l = laboratory();
    ready(l);
    const db = join(l.work, 'db');
    fs.mkdirSync(db);
    git(db, ['init', '-q', '-b', 'main']);
    git(db, ['config', 'user.name', 'Jane']);
    git(db, ['config', 'user.email', 'jane@example.org']);
    fs.writeFileSync(join(db, 'README.md'), 'db');
    git(db, ['add', '-A']);
    git(db, ['commit', '-q', '-m', 'db']);
    everyWrite(l, ['submit', '--db', 'db'], () => {
      const here = join(l.now, 'work/db');
      expect(git(here, ['fsck', '--no-dangling', '--strict'])).toBe('');
      expect(git(here, ['status', '--porcelain'])).toBe('');
      const branch = git(here, ['branch', '--list', 'audit/*', '--format=%(refname)']);
      return branch === '' ? null : git(here, ['rev-parse', `${branch}^{tree}`]);
    });
  });
});
