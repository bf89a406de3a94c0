import { UserError } from '../domain/errors.ts';
import type { ProbeReport, ToolsLock } from '../domain/observation.ts';
import { differenceCount, requirementCounts } from '../domain/observations.ts';
import { readInputFile } from '../io/input-file.ts';
import { writeFile } from '../io/write-files.ts';
import { openEventStream } from '../live/attendant/event-stream.ts';
import { httpRequest } from '../live/attendant/http-request.ts';
import { createTranscript, type Line, transcriptText } from '../live/client/transcript.ts';
import { lockOf, readLock } from '../live/probe/lock.ts';
import { probePrepared, probeRunning } from '../live/probe/probe.ts';
import { reportOf } from '../live/probe/report.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { type Host, TOOL_NAME } from './host.ts';
import { consent, type Ready, withPrepared } from './live-start.ts';
import { type LiveOptions, type LiveTarget, withLiveTarget } from './live-target.ts';
import { observe } from './observe.ts';
import { VERSION } from './version.ts';

export type ProbeOptions = LiveOptions & {
  /** Write `tools.lock.json` here. */
  lock?: string | undefined;
  /** Compare with one. */
  against?: string | undefined;
  /** Host of a running server that is not this machine, in full. */
  allowHost?: string | undefined;
  /** Calls of each tool that are made at random; `true` for as many as is usual. */
  fuzz?: string | true | undefined;
  /** The same seed makes the same calls. */
  seed?: string | undefined;
  /** Write the transcript here. */
  transcript?: string | undefined;
};

export type Probed = { report: ProbeReport; lines: readonly Line[] };

const MAX_LOCK = 64 * 1024 * 1024;

const readAgainst = (path: string | undefined): ToolsLock | null => {
  if (path === undefined) return null;
  let text: string;
  try {
    text = readInputFile(path, MAX_LOCK).toString('utf8');
  } catch (error) {
    throw new UserError(
      `${path} could not be read, so nothing was started: ${error instanceof Error ? error.message : error}`,
      'name a tools.lock.json',
    );
  }
  const lock = readLock(text);
  if (typeof lock === 'string')
    throw new UserError(
      `${path} is no tools.lock.json, so nothing was started: ${lock}`,
      'mcp-audit probe --lock writes one',
    );
  return lock;
};

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** A server that runs already: this machine, or a host that was named in full. */
const probeUrl = async (
  host: Host,
  o: ProbeOptions,
  url: string,
  lock: ToolsLock | null,
): Promise<Probed | null> => {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new UserError(
      `"${visible(url)}" is no address, so nothing was asked`,
      'write it as http://127.0.0.1:3000/mcp',
    );
  }
  if (!/^https?:$/.test(parsed.protocol) || parsed.username !== '')
    throw new UserError(
      'only http and https addresses without a password are asked; nothing was',
      'write it as https://host/mcp',
    );
  if (!LOOPBACK.test(parsed.hostname) && o.allowHost !== parsed.hostname)
    throw new UserError(
      `${visible(parsed.hostname)} is not this machine, so nothing was asked`,
      `you need the leave of who runs it; then say so with --allow-host ${visible(parsed.hostname)}`,
    );
  const words = [
    `To ask the running server at ${url}, not in a sandbox of ours:`,
    '  handshakes, lists, and requests that must be refused: foreign Origin and Host, no and a wrong token, dead and made-up sessions, malformed bodies',
    '  no tool of it is called, only one that is not there; nothing large is sent, and no other address is asked',
  ].join('\n');
  if (!(await consent(host, o, words))) return null;
  const transcript = createTranscript();
  const seen = await probeRunning({ ask: httpRequest, stream: openEventStream }, url, {}, transcript);
  const report = reportOf(
    seen,
    {
      tool: { name: TOOL_NAME, version: VERSION },
      target: null,
      package: '',
      command: [],
      cwd: '',
      env: [],
      from: 'it was running',
      notes: ['not in a sandbox of ours: no tool was called'],
      sandbox: { means: 'none', version: '', network: 'host', limits: '' },
      prepared: [],
      url,
    },
    { surface: null, lock },
  );
  return { report, lines: transcript.lines() };
};

/** What a probe does with what was started, for people. */
export const PROBE_DOES =
  'It is asked for its lists several times, for things it must refuse, and up to twelve of its tools are called with the least their schemas accept.';

export const probeReady = async (
  { prepared, context }: Ready,
  against: Parameters<typeof reportOf>[2],
  signal?: AbortSignal,
): Promise<Probed> => {
  const transcript = createTranscript();
  const seen = await probePrepared(() => prepared.open(signal), prepared.launch, transcript);
  return {
    report: reportOf(seen, { ...context, url: seen.http?.url ?? '' }, against),
    lines: transcript.lines(),
  };
};

export const FUZZ_RUNS = 25;
const FUZZ_MS = 60_000;

/** How many calls at random of each tool, and from which seed; null where none are asked for. */
const readFuzz = (o: ProbeOptions, running: boolean): { runs: number; seed: number } | null => {
  if (o.fuzz === undefined) return null;
  if (running)
    throw new UserError(
      'a server that runs already is not called at random, so nothing was asked',
      'name its source or package, so that it is started in a sandbox',
    );
  const [runs, seed] = [o.fuzz === true ? FUZZ_RUNS : Number(o.fuzz), Number(o.seed ?? 1)];
  if (!Number.isInteger(runs) || runs < 1 || runs > 1000)
    throw new UserError(`--fuzz "${o.fuzz}" is no number of calls from 1 to 1000`, 'for instance --fuzz 25');
  if (!Number.isInteger(seed))
    throw new UserError(`--seed "${o.seed}" is no whole number`, 'for instance --seed 1');
  return { runs, seed };
};

const fuzzDoes = (f: { runs: number; seed: number } | null): string =>
  f
    ? ` Then each tool is called up to ${f.runs} times with values made at random from its schema (seed ${f.seed}), ${FUZZ_MS / 1000} s in all.`
    : '';

const probeTarget = async (
  host: Host,
  source: string | undefined,
  o: ProbeOptions,
  target: LiveTarget | null,
  lock: ToolsLock | null,
): Promise<Probed | null> => {
  const asked = readFuzz(o, false);
  return withPrepared(host, source, o, target, PROBE_DOES + fuzzDoes(asked), async (prepared, context) => {
    host.progress('asking the server');
    const surface = target && (context.package === '' || target.workspace) ? target.surface : null;
    const items = surface ? (target?.items ?? []) : [];
    const probed = await probeReady({ prepared, context }, { surface, lock, items });
    if (!asked || probed.report.era === 'none') return probed;
    host.progress('calling its tools with values made at random');
    const { fuzz } = await import('../live/fuzz/fuzz.ts');
    const transcript = createTranscript();
    const { open, launch } = prepared;
    const found = await fuzz({ open, launch, transcript, ...asked, budgetMs: FUZZ_MS });
    return { report: { ...probed.report, fuzz: found }, lines: [...probed.lines, ...transcript.lines()] };
  });
};

const describeBehaviour = (r: ProbeReport): string[] => {
  if (r.era === 'none' || r.calls.length === 0) return [];
  if (!r.traced) return ['Behaviour: not looked at: strace is not here, or does not work in the sandbox', ''];
  const odd = r.behaviour.filter((b) => b.against.length > 0);
  return [
    `Behaviour: ${plural(r.behaviour.length, 'tool')} called and watched, ${odd.length} did what it does not say (--json says all)`,
    ...odd.flatMap((b) => b.against.map((a) => `  ${b.tool}: ${a}`)),
    '',
  ];
};

const describeFuzz = ({ fuzz: f }: ProbeReport): string[] =>
  f === null
    ? []
    : [
        `At random: ${plural(f.calls, 'call')} of ${plural(f.tools, 'tool')}, seed ${f.seed}: ${plural(f.faults.length, 'fault')}${f.left.length > 0 ? `; not called: ${f.left.join(', ')}` : ''}${f.problem ? `; ${f.problem}` : ''}`,
        ...f.faults.map(
          (x) => `  ${x.kind.padEnd(6)} ${x.tool} ${JSON.stringify(x.arguments).slice(0, 300)}: ${x.said}`,
        ),
        '',
      ];

export const describeProbe = (r: ProbeReport): string => {
  const era = { legacy: 'with a handshake', modern: 'without a handshake', none: '' }[r.era];
  const tools = r.tools.filter((i) => i.kind === 'tool').length;
  return [
    ...r.prepared.map((s) => `${s.ok ? '✓' : '✗'} ${s.command.join(' ')}  ${s.seconds} s`),
    r.era === 'none'
      ? `The server could not be asked: ${r.problem}`
      : `${r.server.name} ${r.server.version}: ${r.server.protocolVersion}, ${era}, ${r.transport}; ${plural(tools, 'tool')}, ${r.tools.length - tools} other items; first answer after ${r.startMs} ms, all of it ${r.probeMs} ms`,
    ...(r.problem && r.era !== 'none' ? [`Note: ${r.problem}`] : []),
    '',
    `Differences: ${r.era === 'none' ? differenceCount(r) : r.differences.length}${r.era === 'none' ? '' : r.staticTools === null ? ' (not compared with a source)' : `, compared with ${plural(r.staticTools, 'tool')} of the source`}`,
    ...r.differences.map(
      (d) =>
        `  ${d.against.padEnd(12)} ${d.change.padEnd(8)} ${d.kind} ${d.name}${d.field ? ` ${d.field}` : ''}: ${d.means}`,
    ),
    '',
    ...describeBehaviour(r),
    ...describeFuzz(r),
    `Requirements: ${requirementCounts(r)} (--json says why)`,
    ...r.requirements
      .filter((q) => q.result === 'violated')
      .map((q) => `  ${q.id.padEnd(4)} ${q.requirement}\n       ${q.why}`),
  ].join('\n');
};

/** 1 when it could not be asked, or differs from the lock it was to be compared with. */
const exitOf = (r: ProbeReport): number =>
  r.era === 'none' || r.differences.some((d) => d.against === 'lock') ? 1 : 0;

export const probe = (host: Host, source: string | undefined, o: ProbeOptions): Promise<number> => {
  const lock = readAgainst(o.against);
  const running =
    o.url !== undefined &&
    source === undefined &&
    o.package === undefined &&
    o.session === undefined &&
    o.cmd === undefined;
  if (running) readFuzz(o, true);
  return withLiveTarget(host, source, running ? { ...o, package: 'none' } : o, async (target) => {
    const probed = running
      ? await probeUrl(host, o, o.url!, lock)
      : await probeTarget(host, source, o, target, lock);
    if (!probed) return 1;
    const { report, lines } = probed;
    if (o.lock && report.era !== 'none')
      writeFile(o.lock, jsonText(lockOf(report)), { replaces: () => true });
    if (o.transcript) writeFile(o.transcript, transcriptText(lines), { replaces: () => true });
    if (target?.workspace) observe(host, target.workspace, probed, o.json ?? false);
    if (o.json) host.stdout(jsonText(report));
    else host.stdout(`${visibleLines(describeProbe(report))}\n`);
    return exitOf(report);
  });
};
