import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askVersion, findExecutable, scrubbedEnvironment } from '../io/scan/find-executable.ts';
import { findSandboxes, type Machine } from '../live/sandbox/detect.ts';
import { type Scanner, scanners } from '../results/scanners.ts';
import { visible, visibleLines } from '../text/visible.ts';
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

/** What would keep a server apart from this machine, in words; a means is named with how it was found out. */
export const describeSandboxes = ({ means, strace }: Machine): string =>
  [
    ...means.map((m) => {
      const state = m.works ? m.version || 'works' : 'not usable';
      const said = m.used && m.works ? 'servers are started in it: no network, no file of yours' : m.problem;
      return `${m.works && m.used ? '✓' : '–'} ${m.id.padEnd(12)} ${state.padEnd(16)} ${said}`;
    }),
    strace
      ? '✓ strace       here             shows what a call asks of the kernel'
      : '– strace       not here         would show what a call asks of the kernel',
    means.some((m) => m.used && m.works)
      ? 'Tried with a program of the system. Nothing of a target is ever started outside of it, or unasked.'
      : 'No sandbox works here, so mcp-audit probe and confirm start nothing. Install bubblewrap, or see what it says above.',
  ].join('\n');

/** Always 0: what is not here is no fault, only something an audit can do without. */
export const doctor = async (host: Host, options: { json?: boolean | undefined }): Promise<number> => {
  const [found, machine] = await Promise.all([findScanners(host), findSandboxes(host.env)]);
  if (options.json) {
    json(host, { tools: found, sandboxes: machine.means, strace: machine.strace });
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
    '\nNone is needed. mcp-audit scan <tool> runs one on a checkout of the audited commit; mcp-audit import takes results from elsewhere.\n\n',
  );
  host.stdout(`${visibleLines(describeSandboxes(machine))}\n`);
  return 0;
};
