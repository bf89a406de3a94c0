import { createHash } from 'node:crypto';
import { isRefusal, type Refusal } from '../domain/decide.ts';
import { checksOf } from '../domain/methodology.ts';
import {
  type ConfirmReport,
  type ObservationRecord,
  PROBE_SCHEMA,
  type ProbeReport,
} from '../domain/observation.ts';
import { differenceCount, requirementCounts, triedCounts } from '../domain/observations.ts';
import type { Store } from '../engine/store.ts';
import { type Line, transcriptText } from '../live/client/transcript.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import type { Workspace } from './workspace.ts';

type Seen = { report: ProbeReport | ConfirmReport; lines: readonly Line[] };

/** Checks of this methodology, once each. */
const checksExist = (store: Store, checks: readonly string[]): string[] => {
  const known = new Set(checksOf(store.snapshot().methodology).map((c) => c.id));
  return [...new Set(checks)].filter((c) => known.has(c)).sort();
};

const sandboxText = (s: ProbeReport['sandbox']): string =>
  s.means === 'none' ? 'no sandbox of ours' : `${s.means} ${s.version}, network: ${s.network}; ${s.limits}`;

const recordOf = (store: Store, { report }: Seen): Omit<ObservationRecord, 'report' | 'transcript'> => {
  const { command } = report;
  const sandbox = sandboxText(report.sandbox);
  if (report.schema === PROBE_SCHEMA)
    return {
      kind: 'probe',
      summary: probeSummary(report),
      command,
      sandbox,
      checks: checksExist(store, probeChecks(report)),
      results: [],
    };
  const tried = report.results.filter((r) => r.result !== 'not-tried');
  return {
    kind: 'confirm',
    summary: confirmSummary(report),
    command,
    sandbox,
    checks: checksExist(
      store,
      tried.flatMap((r) => r.checks),
    ),
    results: report.results.map(({ item, result, shown, why }) => ({ item, result, shown, why })),
  };
};

/**
 * Keeps what was seen of a running server with the session: report and transcript by hash, one event in the journal.
 *
 * @returns the observation's id, or why it was not recorded
 */
export const keepObservation = (store: Store, seen: Seen): string | Refusal => {
  const bytes = {
    report: Buffer.from(jsonText(seen.report)),
    transcript: Buffer.from(transcriptText(seen.lines)),
  };
  const record = recordOf(store, seen);
  const id = `${record.kind}@${createHash('sha256').update(bytes.report).update(bytes.transcript).digest('hex').slice(0, 12)}`;
  const recorded = store.observe(id, record, bytes);
  return isRefusal(recorded) ? recorded : id;
};

/** The same for a command: says what became of it. */
export const observe = (host: Host, w: Workspace, seen: Seen, quiet: boolean): void => {
  const kept = keepObservation(w.store, seen);
  if (typeof kept !== 'string')
    host.stderr(`not recorded: ${visible(kept.refused)}\n${visible(kept.hint)}\n`);
  else if (!quiet) host.stdout(`${w.id}: recorded as observation ${kept}\n`);
};

export const probeSummary = (r: ProbeReport): string =>
  r.era === 'none'
    ? `the server was started and could not be asked: ${r.problem}`
    : `the server was asked (${r.transport}, ${r.server.protocolVersion}): ${plural(r.tools.filter((t) => t.kind === 'tool').length, 'tool')}, ${differenceCount(r)}, requirements: ${requirementCounts(r)}${r.fuzz ? `, ${plural(r.fuzz.faults.length, 'fault')} in ${plural(r.fuzz.calls, 'call')} at random` : ''}`;

/** The checks that ask for a running system, by what was answered. */
export const probeChecks = (r: ProbeReport): string[] => {
  if (r.era === 'none') return [];
  const answered = new Set(r.requirements.filter((q) => q.result !== 'not-tried').map((q) => q.id));
  const any = (...ids: string[]): boolean => ids.some((id) => answered.has(id));
  return [
    ...(any('L11', 'L15', 'L19', 'L20') ? ['2.1.2'] : []),
    ...(any('T8', 'T10', 'T11', 'T28', 'A3') ? ['2.2.3'] : []),
    ...(any('T4', 'L22') ? ['2.2.2'] : []),
    ...(any('L10') ? ['2.4.2'] : []),
    ...(any('L2') ? ['2.4.4'] : []),
    ...(any('T9', 'T8') ? ['3.2.3'] : []),
    ...(any('T1') ? ['4.2.2'] : []),
  ];
};

/** What became of leads, in a line that claims nothing of those that could not be tried. */
export const confirmSummary = (r: ConfirmReport): string => {
  const { length } = r.results;
  const untried = r.results.filter((x) => x.result === 'not-tried').length;
  return untried === length
    ? triedCounts(r.results)
    : `${untried > 0 ? `${length - untried} of ` : ''}${plural(length, 'lead')} tried on the running server: ${triedCounts(r.results)}`;
};
