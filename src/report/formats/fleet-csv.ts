import type { FleetReport, FleetServer } from '../../domain/fleet/report.ts';
import { redactSecrets } from '../../text/redact.ts';
import { visible } from '../../text/visible.ts';

/** RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe: names are the targets'. */
const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const text = visible(redactSecrets(value));
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

const COLUMNS: readonly [name: string, of: (s: FleetServer) => string | number][] = [
  ['target', (s) => s.target],
  ['owner', (s) => s.owner],
  ['commit', (s) => s.commit],
  ['committed', (s) => s.committedAt.slice(0, 10)],
  ['tools', (s) => (s.leads ? s.tools : '')],
  ['questions', (s) => (s.leads ? s.questions : '')],
  ['checks answered', (s) => s.audit?.answered ?? ''],
  ['checks', (s) => s.audit?.total ?? ''],
  ['verdicts carried', (s) => s.audit?.carried ?? ''],
  ['critical', (s) => s.audit?.findings.critical ?? ''],
  ['high', (s) => s.audit?.findings.high ?? ''],
  ['medium', (s) => s.audit?.findings.medium ?? ''],
  ['low', (s) => s.audit?.findings.low ?? ''],
  ['could not look', (s) => s.blind.map((b) => b.collector).join(' ')],
  ['new strong', (s) => s.drift?.newLeads.strong ?? ''],
  ['new moderate', (s) => s.drift?.newLeads.moderate ?? ''],
  ['new weak', (s) => s.drift?.newLeads.weak ?? ''],
  ['tools new', (s) => s.drift?.tools.added.join(' ') ?? ''],
  ['tools gone', (s) => s.drift?.tools.removed.join(' ') ?? ''],
  ['tools changed', (s) => s.drift?.tools.changed.join('; ') ?? ''],
  ['hosts new', (s) => s.drift?.hosts.join(' ') ?? ''],
  ['dependencies new', (s) => s.drift?.dependencies?.added.join(' ') ?? ''],
  ['look again', (s) => s.drift?.lookAgain.join(' ') ?? ''],
  ['policy', (s) => s.policy?.decision ?? ''],
  [
    'policy rules',
    (s) =>
      s.policy?.because
        .filter((b) => b.decision !== 'allowed')
        .map((b) => b.rule)
        .join(' ') ?? '',
  ],
  ['problem', (s) => s.problem],
  ['session', (s) => s.folder],
];

/**
 * One row a server and run, so that a pivot over it shows a trend: what was counted then stands in every run, what was read
 * of the server today in its last.
 */
export const fleetCsv = (report: FleetReport): string => {
  const days = new Map(report.runs.map((r) => [r.id, r.startedAt]));
  const last = report.runs.at(-1)?.id;
  const head = [
    'run',
    'started',
    'server',
    'state',
    'strong',
    'moderate',
    'weak',
    ...COLUMNS.map(([name]) => name),
  ];
  const rows = report.servers.flatMap((s) =>
    s.history.map((point) => [
      point.run,
      days.get(point.run) ?? '',
      s.name,
      point.run === last ? s.state : point.state,
      point.leads?.strong ?? '',
      point.leads?.moderate ?? '',
      point.leads?.weak ?? '',
      ...COLUMNS.map(([, of]) => (point.run === last ? of(s) : '')),
    ]),
  );
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
};
