import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Host } from '../../src/commands/host.ts';
import { openSettings } from '../../src/io/settings.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { compileSubmission } from '../../src/report/submission.ts';
import { exportSource, inputOf, smallScript, started } from '../report/scripted-session.ts';
import { makeRepository } from '../support/git-fixtures.ts';

/** An audited server in two commits, a database with the audit of the first, and a host that keeps what is printed. */
export const REMOTE = 'https://github.com/acme/report-mcp';

export type Fixture = {
  host: Host;
  /** What was printed since the last call. */
  printed(): string;
  folder: string;
  server: string;
  audited: string;
  newest: string;
  database: string;
  audit: string;
};

export const databaseFixture = (
  change: (source: string) => string = (s) => `// moved down\n${s}`,
): Fixture => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-database-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { path: server, commits } = makeRepository(
    join(folder, 'server'),
    [
      { files: { 'src/export.ts': exportSource }, tags: ['v1.4.0'] },
      { files: { 'src/export.ts': change(exportSource) } },
    ],
    { remote: REMOTE },
  );
  const [audited = '', newest = ''] = commits;
  const [first, ...rest] = smallScript();
  const begun = started();
  if (first?.type !== 'session.started' || begun.type !== 'session.started') throw new Error('no start');
  const model = buildReport(
    inputOf([{ ...begun, target: { ...begun.target, commit: audited, tags: ['v1.4.0'] } }, ...rest]),
  );
  const database = join(folder, 'db');
  const files = compileSubmission(model);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(database, path)), { recursive: true });
    writeFileSync(join(database, path), text);
  }
  let said: string[] = [];
  const host: Host = {
    env: {},
    dataDir: join(folder, 'home'),
    ownDir: join(folder, 'home'),
    reposDir: join(folder, 'home', 'repos'),
    stdout: (t) => void said.push(t),
    stderr: (t) => void said.push(t),
    progress: () => {},
    clock: () => new Date('2026-11-23T09:00:00Z'),
    settings: () => openSettings(join(folder, 'home')),
    again: (args) => ['mcp-audit', ...args].join(' '),
  };
  const printed = () => {
    const text = said.join('');
    said = [];
    return text;
  };
  return {
    host,
    printed,
    folder,
    server,
    audited,
    newest,
    database,
    audit: join(database, `audits/github.com/acme/report-mcp/audits/${model.auditId}`),
  };
};
