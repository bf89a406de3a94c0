import { UserError } from '../domain/errors.ts';
import type { FleetRun } from '../domain/fleet/records.ts';
import {
  type FleetPolicy,
  type FleetReport,
  type FleetServer,
  type FleetState,
  fleetState,
} from '../domain/fleet/report.ts';
import { openResults, type Results } from '../io/fleet/results-folder.ts';
import { writeFile } from '../io/write-files.ts';
import { fleetCsv } from '../report/formats/fleet-csv.ts';
import { fleetHtml } from '../report/formats/fleet-html.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { type FleetPlace, resultsPath } from './fleet-file.ts';
import { reportOf } from './fleet-standing.ts';
import { type Host, json } from './host.ts';

/** What is told of a fleet: a few lines at the end of a run, every server, or a file. */

export type FleetReportOptions = FleetPlace & {
  policy?: string | undefined;
  failOn?: string[] | undefined;
  json?: boolean | undefined;
};

/** The words of --fail-on, beside what fails by itself. */
const FAILS: Record<string, (s: FleetServer) => boolean> = {
  new: (s) => Object.values(s.drift?.newLeads ?? {}).some((n) => n > 0),
  'new-strong': (s) => (s.drift?.newLeads.strong ?? 0) > 0,
  tools: (s) => s.drift !== null && Object.values(s.drift.tools).some((names) => names.length > 0),
  'look-again': (s) => (s.drift?.lookAgain.length ?? 0) > 0,
  person: (s) => s.policy?.decision === 'needs-a-person',
};

export const failWords = (words: readonly string[] = []): string[] => {
  const wrong = words.find((w) => !FAILS[w]);
  if (wrong !== undefined)
    throw new UserError(
      `"${visible(wrong)}" is nothing to fail on, so nothing was looked at`,
      `any of ${Object.keys(FAILS).join(', ')}`,
    );
  return [...words];
};

const listed = (names: readonly string[], most = 6): string =>
  `${names.slice(0, most).join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;

/** What asks for somebody, in a few lines. */
export const reportLines = (report: FleetReport, again: (args: readonly string[]) => string): string[] => {
  const now = report.runs.at(-1)!;
  const of = (state: FleetState) => report.servers.filter((s) => s.state === state);
  const drifted = report.servers.filter((s) => s.state === 'changed' && s.drift);
  const blind = report.servers.filter((s) => s.blind.length > 0);
  const decided = (d: FleetPolicy['decision']) => report.servers.filter((s) => s.policy?.decision === d);
  const names = (servers: readonly FleetServer[]): string => listed(servers.map((s) => s.name));
  const newStrong = drifted.filter((s) => s.drift!.newLeads.strong > 0);
  const toolsChanged = drifted.filter((s) => Object.values(s.drift!.tools).some((t) => t.length > 0));
  const lookAgain = drifted.filter((s) => s.drift!.lookAgain.length > 0);
  return [
    `${plural(now.servers, 'server')}: ${fleetState.options
      .filter((s) => now.states[s] > 0)
      .map((s) => `${now.states[s]} ${STATE_WORDS[s]}`)
      .join(', ')}`,
    ...(newStrong.length > 0 ? [`new strong leads      ${names(newStrong)}`] : []),
    ...(toolsChanged.length > 0 ? [`tools changed         ${names(toolsChanged)}`] : []),
    ...(lookAgain.length > 0 ? [`verdicts to look at   ${names(lookAgain)}`] : []),
    ...(blind.length > 0 ? [`could not look        ${names(blind)}`] : []),
    ...(report.policy === ''
      ? []
      : [
          `policy ${report.policy}: ${decided('allowed').length} allowed, ${decided('needs-a-person').length} need a person, ${decided('denied').length} denied${decided('denied').length > 0 ? ` (${names(decided('denied'))})` : ''}`,
        ]),
    ...[...of('set-aside'), ...of('lost')].map(
      (s) => `${STATE_WORDS[s.state].padEnd(21)} ${s.name}: ${s.problem} (${s.hint})`,
    ),
    ...(report.servers.some((s) => s.folder)
      ? [
          `open one   ${again(['fleet', 'open', (newStrong[0] ?? report.servers.find((s) => s.folder))!.name, '--results', report.results])}`,
        ]
      : []),
    `report     ${again(['fleet', 'report', '--results', report.results, '--format', 'html', '--to', 'fleet.html'])}`,
  ];
};

export const STATE_WORDS: Record<FleetState, string> = {
  first: 'looked at for the first time',
  same: 'as before',
  changed: 'changed',
  'set-aside': 'set aside',
  waiting: 'waiting',
  lost: 'lost',
};

/** 1 where something is not as it was asked for. */
const failed = (host: Host, report: FleetReport, words: readonly string[]): number => {
  const bad = report.servers.filter(
    (s) =>
      ['set-aside', 'lost', 'waiting'].includes(s.state) ||
      s.blind.length > 0 ||
      s.policy?.decision === 'denied',
  );
  const asked = words.flatMap((word) => {
    const those = report.servers.filter((s) => FAILS[word]!(s));
    return those.length > 0 ? [`${word}: ${listed(those.map((s) => s.name))}`] : [];
  });
  for (const line of asked) host.stderr(`${visible(line)}\n`);
  return bad.length > 0 || asked.length > 0 ? 1 : 0;
};

const tell = (host: Host, report: FleetReport, o: FleetReportOptions): number => {
  const words = failWords(o.failOn);
  if (o.json) json(host, report);
  else for (const line of reportLines(report, host.again)) host.stdout(`${visible(redactSecrets(line))}\n`);
  return failed(host, report, words);
};

export const endOfRun = async (
  host: Host,
  r: Results,
  run: FleetRun,
  o: FleetReportOptions,
): Promise<number> => tell(host, await reportOf(host, r, o, run), o);

const rowOf = (s: FleetServer): string => {
  const { leads } = s;
  const said = [
    s.name.padEnd(28),
    STATE_WORDS[s.state].padEnd(12).slice(0, 28),
    s.commit.slice(0, 12),
    ...(leads ? [`${leads.strong}/${leads.moderate}/${leads.weak} leads`] : []),
    ...(s.audit ? [`${s.audit.answered}/${s.audit.total} checks`] : []),
    ...(s.policy ? [s.policy.decision] : []),
    ...(s.problem ? [s.problem] : []),
  ];
  return said.join('  ');
};

/** Where every server stands in the newest run, also while it goes on. */
export const fleetStatus = async (host: Host, o: FleetReportOptions): Promise<number> => {
  const report = await reportOf(host, openResults(resultsPath(o)), o);
  if (!o.json) {
    const { id, endedAt, states } = report.runs.at(-1)!;
    const left = states.waiting + states.lost;
    host.stdout(`run ${id}  ${endedAt ? `ended ${endedAt}` : `${left} to go`}\n`);
    for (const s of report.servers) host.stdout(`${visible(redactSecrets(rowOf(s)))}\n`);
  }
  return tell(host, report, o);
};

const FORMATS = {
  html: fleetHtml,
  csv: fleetCsv,
  json: (report: FleetReport) => jsonText(report),
} as const;

export const fleetReportCommand = async (
  host: Host,
  o: FleetReportOptions & { format: string; to: string },
): Promise<number> => {
  if (!Object.hasOwn(FORMATS, o.format))
    throw new UserError(
      `--format does not know "${visible(o.format)}", so nothing was written`,
      `one of ${Object.keys(FORMATS).join(', ')}`,
    );
  const words = failWords(o.failOn);
  const report = await reportOf(host, openResults(resultsPath(o)), o);
  const text = FORMATS[o.format as keyof typeof FORMATS](report);
  if (o.to === '-') host.stdout(text);
  else {
    writeFile(o.to, text, { replaces: () => true });
    host.stderr(`written to ${visible(o.to)}\n`);
  }
  return words.length > 0 ? failed(host, report, words) : 0;
};
