import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type CollectOptions, collect } from '../../src/commands/collect.ts';
import { type LeadsReport, leadsReport } from '../../src/domain/pipeline/leads-report.ts';
import { type FixtureCommit, makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

/** A machine to gather leads on, for the tests of a file; `always` are options of every run. */
export const leadsLab = (always: Partial<CollectOptions> = {}) => {
  const dir = mkdtempSync(join(tmpdir(), 'leads-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const { host, said } = testHost(join(dir, 'home'));
  let n = 0;
  const server = (...commits: FixtureCommit['files'][]): string =>
    makeRepository(
      join(dir, `server-${++n}`),
      commits.map((files) => ({ files })),
    ).path;
  /** Runs on what shell commands are about: all collectors take their time. */
  const run = async (
    source: string,
    options: Partial<CollectOptions> = {},
  ): Promise<{ code: number; report: LeadsReport; said: string }> => {
    said();
    const to = join(dir, 'report.json');
    const outputs = [{ format: 'json', to }];
    const code = await collect(host, { source, check: ['2.1.2'], outputs, ...always, ...options });
    return { code, report: leadsReport.parse(JSON.parse(readFileSync(to, 'utf8'))), said: said() };
  };
  return { dir, host, said, server, run };
};
