import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askVersion, findExecutable, scrubbedEnvironment } from '../io/scan/find-executable.ts';
import { type Scanner, scanners } from '../results/scanners.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';

export type Found = {
  id: string;
  /** '' when it is not on PATH. */
  path: string;
  /** '' when it does not say. */
  version: string;
  /** Why its version is not known. */
  problem: string;
  adds: string;
  checks: readonly string[];
  /** `mcp-audit scan` can run it. */
  scans: boolean;
};

const look = async (scanner: Scanner, host: Host, home: string): Promise<Found> => {
  const path = findExecutable(scanner.id, host.env) ?? '';
  const asked = path
    ? await askVersion(path, { ...scrubbedEnvironment(host.env, home), ...scanner.env })
    : { version: '', problem: '' };
  return {
    id: scanner.id,
    path,
    ...asked,
    adds: scanner.adds,
    checks: scanner.checks,
    scans: scanner.scan !== null,
  };
};

/** Which scanners are here. Each that is found is asked for its version, in an environment of its own; no other call is made. */
export const findScanners = async (host: Host, ids?: readonly string[]): Promise<Found[]> => {
  const home = mkdtempSync(join(tmpdir(), 'mcp-audit-doctor-'));
  try {
    const wanted = scanners.filter((s) => !ids || ids.includes(s.id));
    return await Promise.all(wanted.map((s) => look(s, host, home)));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

/** Always 0: a scanner that is not here is no fault, only something an audit can do without. */
export const doctor = async (host: Host, options: { json?: boolean | undefined }): Promise<number> => {
  const found = await findScanners(host);
  if (options.json) {
    json(host, { tools: found });
    return 0;
  }
  for (const f of found) {
    const state = f.path ? f.version || 'version unknown' : 'not here';
    host.stdout(
      `${f.path ? '✓' : '–'} ${f.id.padEnd(12)} ${visible(state).padEnd(16)} ${f.path ? 'adds' : 'would add'} ${f.adds} (${f.checks.join(', ')})\n`,
    );
    if (f.problem) host.stdout(`  ${visible(f.problem)}\n`);
  }
  host.stdout(
    '\nNone is needed. mcp-audit scan <tool> runs one on a checkout of the audited commit; mcp-audit import takes results from elsewhere.\n',
  );
  return 0;
};
