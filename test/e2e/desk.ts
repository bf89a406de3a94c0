import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Methodology } from '../../src/domain/methodology.ts';
import { madeMethodology, writeChecklists } from '../support/checklists.ts';
import { type FixtureCommit, makeRepository } from '../support/git-fixtures.ts';
import { terminalEnv } from './environment.ts';
import { CLI, openTerminal, type Terminal, type TerminalOptions } from './terminal.ts';

export type CliResult = { code: number; stdout: string; stderr: string };

/** A small server with something to find in it. */
export const SERVER: FixtureCommit[] = [
  {
    files: {
      'README.md': '# Notes server\n\nKeeps notes.\n',
      LICENSE: 'MIT License\n\nCopyright (c) 2024 Fixture\n',
      'package.json': JSON.stringify({ name: 'notes-server', version: '1.0.0', license: 'MIT' }, null, 2),
    },
    message: 'Begin',
  },
  {
    files: {
      'src/index.ts':
        "import { exec } from 'node:child_process';\nexport const run = (name: string) =>\n  exec(`cat notes/${name}`);\n",
    },
    message: 'Read notes',
  },
];

/**
 * An auditor's desk for one test: a home of its own, a repository to audit, the program with and without a terminal.
 * Everything that runs is stopped and everything written is removed when the test ends.
 */
export const makeDesk = (options: { home?: string; commits?: FixtureCommit[] } = {}) => {
  const root = mkdtempSync(join(tmpdir(), 'mcp-audit-e2e-'));
  const home = options.home ?? join(root, 'home');
  mkdirSync(home, { recursive: true });
  const repository = makeRepository(join(root, 'notes-server'), options.commits ?? SERVER, {
    remote: 'https://github.com/acme/notes-server.git',
  });
  const terminals: Terminal[] = [];
  onTestFinished(async () => {
    await Promise.all(terminals.map((t) => t.dispose()));
    rmSync(root, { recursive: true, force: true });
  });

  const desk = {
    root,
    home,
    repository,
    data: join(home, 'data'),
    env: (over: Record<string, string | undefined> = {}) => terminalEnv(home, over),
    cli: (
      args: readonly string[],
      o: { env?: Record<string, string | undefined>; input?: string } = {},
    ): CliResult => {
      const r = spawnSync(process.execPath, [CLI, ...args], {
        cwd: root,
        env: terminalEnv(home, o.env),
        encoding: 'utf8',
        input: o.input ?? '',
        maxBuffer: 1 << 28,
      });
      return { code: r.status ?? -1, stdout: r.stdout, stderr: r.stderr };
    },
    /** As {@link cli}, but anything except exit 0 throws with what was said. */
    run: (
      args: readonly string[],
      o?: { env?: Record<string, string | undefined>; input?: string },
    ): string => {
      const r = desk.cli(args, o);
      if (r.code !== 0) throw new Error(`mcp-audit ${args.join(' ')} → ${r.code}\n${r.stdout}${r.stderr}`);
      return r.stdout;
    },
    checklists: (m: Methodology = madeMethodology(1, 3)): string =>
      writeChecklists(join(root, 'checklists'), m),
    /** A session begun without a terminal; `bundled` uses the program's own checklists and gathers their evidence. */
    session: (o: { methodology?: Methodology | 'bundled'; collect?: boolean } = {}): string => {
      const own = o.methodology === 'bundled' ? [] : ['--methodology', desk.checklists(o.methodology)];
      const json = desk.run([
        'start',
        repository.path,
        ...own,
        ...(o.collect ? [] : ['--no-collect']),
        '--json',
      ]);
      return (JSON.parse(json) as { session: string }).session;
    },
    answer: (session: string, answers: unknown) =>
      desk.run(['answer', '--session', session, '--from', '-'], { input: JSON.stringify(answers) }),
    // biome-ignore lint/suspicious/noExplicitAny: the tests read what they expect of it
    status: (session: string): any => JSON.parse(desk.run(['status', '--session', session, '--json'])),
    journal: (session: string): string => join(home, 'data', 'sessions', session, 'journal.jsonl'),
    // biome-ignore lint/suspicious/noExplicitAny: as above
    events: (session: string): any[] =>
      readFileSync(desk.journal(session), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    sessions: (): string[] => readdirSync(join(home, 'data', 'sessions')),
    /** An executable shell script, e.g. an editor; returns its path. */
    script: (name: string, body: string): string => {
      const file = join(root, name);
      writeFileSync(file, `#!/bin/sh\n${body}\n`);
      chmodSync(file, 0o755);
      return file;
    },
    open: (
      args: readonly string[] = [],
      o: Omit<Partial<TerminalOptions>, 'args' | 'env'> & { env?: Record<string, string | undefined> } = {},
    ): Terminal => {
      const t = openTerminal({ cwd: root, ...o, args, env: terminalEnv(home, o.env) });
      terminals.push(t);
      return t;
    },
  };
  return desk;
};
export type Desk = ReturnType<typeof makeDesk>;

/** What a session says, without what changes by merely being opened or by the clock. */
// biome-ignore lint/suspicious/noExplicitAny: any part of a status
export const lasting = (status: any) => {
  const { seq: _seq, lastAt: _lastAt, workedMs: _worked, lastCheck: _check, ...state } = status.state;
  return { checks: status.checks, findings: status.findings, collectors: status.collectors, state };
};
