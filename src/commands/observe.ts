import { createHash } from 'node:crypto';
import { isRefusal } from '../domain/decide.ts';
import type { ConfirmReport, ObservationRecord, ProbeReport } from '../domain/observation.ts';
import { type Line, transcriptText } from '../live/client/transcript.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import type { Workspace } from './workspace.ts';

/** Keeps what was seen of a running server with the session: report and transcript by hash, one event in the journal. */
export const observe = (
  host: Host,
  w: Workspace,
  kind: ObservationRecord['kind'],
  o: Omit<ObservationRecord, 'kind' | 'report' | 'transcript'> & {
    report: ProbeReport | ConfirmReport;
    lines: readonly Line[];
    quiet: boolean;
  },
): string | null => {
  const { report, lines, quiet, ...value } = o;
  const bytes = { report: Buffer.from(jsonText(report)), transcript: Buffer.from(transcriptText(lines)) };
  const id = `${kind}@${createHash('sha256').update(bytes.report).update(bytes.transcript).digest('hex').slice(0, 12)}`;
  const recorded = w.store.observe(id, { kind, ...value }, bytes);
  if (isRefusal(recorded)) {
    host.stderr(`not recorded: ${visible(recorded.refused)}\n${visible(recorded.hint)}\n`);
    return null;
  }
  if (!quiet) host.stdout(`${w.id}: recorded as observation ${id}\n`);
  return id;
};

const counted = (r: ProbeReport, result: string): number =>
  r.requirements.filter((q) => q.result === result).length;

export const probeSummary = (r: ProbeReport): string =>
  r.era === 'none'
    ? `the server was started and could not be asked: ${r.problem}`
    : `the server was asked (${r.transport}, ${r.server.protocolVersion}): ${plural(r.tools.filter((t) => t.kind === 'tool').length, 'tool')}, ${plural(r.differences.length, 'difference')}, requirements ${counted(r, 'held')} held, ${counted(r, 'violated')} violated, ${counted(r, 'not-tried')} not tried`;

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

export const confirmSummary = (r: ConfirmReport): string => {
  const of = (result: string): number => r.results.filter((x) => x.result === result).length;
  return `${plural(r.results.length, 'lead')} tried on the running server: ${of('confirmed')} confirmed, ${of('not-reached')} not reached, ${of('not-tried')} not tried`;
};
