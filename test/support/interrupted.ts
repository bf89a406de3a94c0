import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { madeMethodology, writeChecklists } from './checklists.ts';
import { git, makeRepository } from './git-fixtures.ts';

/**
 * Commands that write, each on the same state again and again: cut off at a change of the disk, or with a disk that is
 * full from one on. What is there afterwards is what was there before or what the whole command makes, and the next
 * command makes it whole.
 */
export type Run = { code: number | null; said: string };
/** Runs the program with a home; `work` is where it is run. */
export type Program = (args: readonly string[], home: string, work: string) => Run | Promise<Run>;

export type Laboratory = {
  session: string;
  repository: string;
  /** What every try begins with. */
  home: string;
  work: string;
  /** What a try changes: `home` and `work` in it. */
  now: string;
  cli(args: readonly string[]): Promise<Run>;
  prepare(args: readonly string[]): Promise<Run>;
  answer(answers: unknown): Promise<Run>;
  /** Puts home and work back to what they were. */
  again(): void;
};

const SERVER = {
  'README.md': '# Notes server\n\nKeeps notes.\n',
  LICENSE: 'MIT License\n\nCopyright (c) 2024 Fixture\n',
  'package.json': JSON.stringify({ name: 'notes-server', version: '1.0.0', license: 'MIT' }, null, 2),
  'src/index.ts':
    "import { exec } from 'node:child_process';\nexport const run = (name: string) =>\n  exec(`cat notes/${name}`);\n",
};

export const laboratory = async (program: Program): Promise<Laboratory> => {
  const root = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'mcp-audit-interrupted-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const [home, work, now] = [join(root, 'home'), join(root, 'work'), join(root, 'now')];
  fs.mkdirSync(work);
  // What a killed command leaves there goes with the rest.
  const { TMPDIR } = process.env;
  process.env.TMPDIR = root;
  onTestFinished(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  const repository = makeRepository(join(root, 'repository'), [{ files: SERVER }], {
    remote: 'https://github.com/acme/notes-server',
  }).path;
  const checklists = writeChecklists(join(root, 'checklists'), madeMethodology(1, 3));
  const prepare = async (args: readonly string[]): Promise<Run> => {
    const run = await program(args, home, work);
    expect(run.code, `${args.join(' ')}\n${run.said}`).toBeLessThan(2);
    return run;
  };
  const started = await prepare(['start', repository, '--methodology', checklists, '--no-collect', '--json']);
  const [json] = /\{.*\}/s.exec(started.said) ?? [];
  const { session } = JSON.parse(json ?? '') as { session: string };
  return {
    session,
    repository,
    home,
    work,
    now,
    cli: async (args) => program(args, join(now, 'home'), join(now, 'work')),
    prepare,
    answer: (answers) => {
      const file = join(root, 'answers.json');
      fs.writeFileSync(file, JSON.stringify(answers));
      return prepare(['answer', '--session', session, '--from', file]);
    },
    again: () => {
      fs.rmSync(now, { recursive: true, force: true });
      fs.mkdirSync(now);
      for (const [from, to] of [
        [home, 'home'],
        [work, 'work'],
      ] as const)
        fs.cpSync(from, join(now, to), { recursive: true });
    },
  };
};

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
const decided = async (l: Laboratory): Promise<string[]> => {
  const folder = join(l.now, 'home', 'sessions', l.session);
  if (!fs.existsSync(folder)) return ['no session'];
  const status = await l.cli(['status', '--session', l.session, '--json']);
  expect(status.code, status.said).toBe(0);
  return fs
    .readFileSync(join(folder, 'journal.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line, n, lines) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Record<string, unknown>];
      } catch (error) {
        // Torn in the middle: it is set aside when the session is opened to write.
        if (n === lines.length - 1) return [];
        throw error;
      }
    })
    .filter((e) => !/^session\.(?:opened|closed)$|^report\.written$/.test(String(e.type)))
    .map(({ v: _v, seq: _s, at: _a, prev: _p, crc: _c, ...rest }) => JSON.stringify(rest));
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

const reportable = (l: Laboratory): Promise<Run> =>
  l.answer({
    auditor: { name: 'Jane Doe', github: 'jane-doe', organization: 'Example', contact: 'jane@example.org' },
    checks: {
      'S1-001': { verdict: 'fail', note: 'seen' },
      'S1-002': { verdict: 'pass', note: 'looked' },
      'S1-003': { verdict: 'pass', note: 'looked' },
    },
    findings: [FINDING],
  });

export type Interrupted = {
  name: string;
  /** Makes the state every try begins with. */
  prepare(l: Laboratory): Promise<unknown>;
  args(work: string, l: Laboratory): string[];
  /** What the command is for, as it is now. */
  seen(l: Laboratory): unknown | Promise<unknown>;
  /** Whether that may be there between `old` and `made`; one of the two when left out. */
  accept?(now: unknown, old: unknown, made: unknown): boolean;
};

const eachOldOrNew = (now: unknown, old: unknown, made: unknown): boolean => {
  const [a, b, c] = [now, old, made] as Record<string, string>[];
  return [...new Set([...Object.keys(b!), ...Object.keys(c!), ...Object.keys(a!)])].every(
    (p) => a![p] === b![p] || a![p] === c![p],
  );
};

const noSuch = async (): Promise<void> => {};
const work = (l: Laboratory, path = ''): string => join(l.now, 'work', path);

const initDatabase = (dir: string): void => {
  fs.mkdirSync(dir);
  git(dir, ['init', '-q', '-b', 'main']);
  git(dir, ['config', 'user.name', 'Jane']);
  git(dir, ['config', 'user.email', 'jane@example.org']);
  fs.writeFileSync(join(dir, 'README.md'), 'db');
  git(dir, ['add', '-A']);
  git(dir, ['commit', '-q', '-m', 'db']);
};

export const INTERRUPTED: readonly Interrupted[] = [
  {
    name: 'report: a new one is there whole or not at all',
    prepare: reportable,
    args: (to) => ['report', '--to', join(to, 'out')],
    seen: (l) => held(work(l, 'out')),
  },
  {
    name: 'report over an earlier one: each file is old or new until the next command makes all of them one',
    prepare: async (l) => {
      await reportable(l);
      // Written where the tries find it: what a session wrote is known by its path in the folder named.
      await l.prepare(['report', '--session', l.session, '--to', join(l.work, 'out')]);
      await l.answer({ checks: { 'S1-002': { verdict: 'pass', note: 'looked twice' } } });
    },
    args: (to) => ['report', '--to', join(to, 'out')],
    seen: (l) => held(work(l, 'out')),
    accept: eachOldOrNew,
  },
  {
    name: 'report in another format',
    prepare: reportable,
    args: (to) => ['report', '--format', 'html', '--to', join(to, 'a.html')],
    seen: (l) => held(work(l)),
  },
  {
    name: 'export',
    prepare: noSuch,
    args: (to) => ['export', '--to', join(to, 'e.zip')],
    seen: (l) => held(work(l)),
  },
  {
    // What a session is named is drawn at random: it is there, it opens, and nothing else is in the way.
    name: 'start: a session is there whole or not at all',
    prepare: noSuch,
    args: (_, l) => ['start', l.repository, '--no-collect'],
    seen: async (l) => {
      const names = fs
        .readdirSync(join(l.now, 'home/sessions'))
        .filter((n) => n !== l.session && !n.startsWith('.'));
      for (const name of [...names, l.session]) {
        const status = await l.cli(['status', '--session', name]);
        expect(status.code, status.said).toBe(0);
      }
      return names.length > 0;
    },
  },
  {
    name: 'import of a session',
    prepare: async (l) => {
      await reportable(l);
      await l.prepare(['export', '--session', l.session, '--to', join(l.work, 'e.zip')]);
      fs.rmSync(join(l.home, 'sessions', l.session), { recursive: true });
    },
    args: (to) => ['import', join(to, 'e.zip')],
    seen: decided,
  },
  {
    name: 'import of results',
    prepare: async (l) =>
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
                      physicalLocation: {
                        artifactLocation: { uri: 'src/index.ts' },
                        region: { startLine: 3 },
                      },
                    },
                  ],
                },
              ],
            },
          ],
        }),
      ),
    args: (to) => ['import', join(to, 'r.sarif')],
    seen: decided,
  },
  {
    name: 'attach',
    prepare: async (l) => fs.writeFileSync(join(l.work, 'log.txt'), 'what was seen\n'),
    args: (to) => ['attach', join(to, 'log.txt')],
    seen: decided,
  },
  {
    name: 'answer: every entry is recorded whole or not at all, in order',
    prepare: async (l) =>
      fs.writeFileSync(
        join(l.work, 'a.json'),
        JSON.stringify({
          checks: {
            'S1-001': { verdict: 'fail', note: 'seen' },
            'S1-002': { verdict: 'pass', note: 'looked' },
          },
          findings: [FINDING],
        }),
      ),
    args: (to) => ['answer', '--from', join(to, 'a.json')],
    seen: decided,
    accept: (now, _, made) =>
      JSON.stringify((made as string[]).slice(0, (now as string[]).length)) === JSON.stringify(now),
  },
  {
    name: 'index: each index is old or new until the next command makes all of them one',
    prepare: async (l) => {
      await reportable(l);
      await l.prepare(['report', '--session', l.session, '--to', join(l.work, 'db')]);
    },
    args: (to) => ['index', join(to, 'db')],
    seen: (l) => held(work(l, 'db')),
    accept: eachOldOrNew,
  },
  {
    name: 'submit: the branch is there with a whole commit, or it is not',
    prepare: async (l) => {
      await reportable(l);
      initDatabase(join(l.work, 'db'));
    },
    args: (to) => ['submit', '--db', join(to, 'db')],
    seen: (l) => {
      const here = work(l, 'db');
      expect(git(here, ['fsck', '--no-dangling', '--strict'])).toBe('');
      expect(git(here, ['status', '--porcelain'])).toBe('');
      const branch = git(here, ['branch', '--list', 'audit/*', '--format=%(refname)']);
      return branch === '' ? null : git(here, ['rev-parse', `${branch}^{tree}`]);
    },
  },
];

/** A process that has ended: who was killed is nobody any more. */
const ended = spawnSync(process.execPath, ['-e', '']).pid;

/** What a kill leaves of a lock, where the "killed" program was a part of this process. */
export const leaveLocks = (home: string): void => {
  for (const name of fs.existsSync(join(home, 'sessions')) ? fs.readdirSync(join(home, 'sessions')) : []) {
    const lock = join(home, 'sessions', name, 'lock');
    if (!fs.existsSync(lock)) continue;
    try {
      const holder = JSON.parse(fs.readFileSync(lock, 'utf8')) as object;
      fs.writeFileSync(lock, JSON.stringify({ ...holder, pid: ended, start: '', token: '' }));
    } catch {
      // Torn, as a kill may leave it.
    }
  }
};

/**
 * All that a try left, but for names that are drawn at random, by which one that left the same need not be judged twice.
 * Of what the session remembers to have written only how much it is: it holds hashes of such names.
 */
export const leftBy = (l: Laboratory): string => {
  const hash = createHash('sha256');
  for (const e of fs.readdirSync(l.now, { recursive: true, withFileTypes: true })) {
    const path = join(e.parentPath, e.name);
    hash.update(`${path.replace(/\.mcp-audit-[0-9a-f]{24}/, 'DRAFTS')}\0`);
    if (e.isFile())
      hash.update(e.name === 'written' ? String(fs.statSync(path).size) : fs.readFileSync(path));
  }
  return hash.digest('hex');
};

/** After one try: the state, what was said of a full disk, and what the next command makes of it. */
export const judge = async (
  l: Laboratory,
  one: Interrupted,
  what: string,
  run: Run | null,
  { old, made, code }: { old: unknown; made: unknown; code: number | null },
): Promise<void> => {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const now = await one.seen(l);
  const accept = one.accept ?? ((n, o, m) => same(n, o) || same(n, m));
  expect(accept(now, old, made), `${what}\n${run?.said}\n${JSON.stringify(now).slice(0, 2000)}`).toBe(true);
  if (run) {
    expect([0, 1, 2], what).toContain(run.code);
    // Whoever is not told that the disk is full has all of it.
    if (run.code === 0 || !/the disk is full|No space left/.test(run.said))
      expect(now, `${what}\n${run.said}`).toEqual(made);
    expect(run.said, what).not.toMatch(/\n\s+at .*:\d+:\d+|internal error/i);
    if (same(now, made)) return;
  }
  const second = await l.cli(one.args(join(l.now, 'work'), l));
  // What was whole already may be refused as such.
  if (!same(now, made)) expect(second.code, `${what}, and again\n${second.said}`).toBe(code);
  expect(await one.seen(l), `${what}, and again`).toEqual(made);
};
