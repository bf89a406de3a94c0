import { UserError } from '../domain/errors.ts';
import {
  type Confirmation,
  type ConfirmReport,
  confirmReport,
  type ProbeReport,
  probeReport,
} from '../domain/observation.ts';
import { differences } from '../live/client/differences.ts';
import { createTranscript } from '../live/client/transcript.ts';
import { replayCalls } from '../live/confirm/replay.ts';
import { jsonText } from '../text/json-text.ts';
import { visibleLines } from '../text/visible.ts';
import type { Host } from './host.ts';
import { withPrepared } from './live-start.ts';
import { type LiveOptions, withLiveTarget } from './live-target.ts';

type Kept = { kind: 'probe'; report: ProbeReport } | { kind: 'confirm'; report: ConfirmReport };

/** What an observation said, from its blob. */
const readKept = (kind: 'probe' | 'confirm', bytes: Uint8Array | null): Kept => {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes ?? new Uint8Array()).toString('utf8'));
    return kind === 'probe'
      ? { kind, report: probeReport.parse(value) }
      : { kind, report: confirmReport.parse(value) };
  } catch {
    throw new UserError(
      'what was observed then cannot be read any more, so nothing was started',
      'look again with mcp-audit probe or confirm',
    );
  }
};

const rank = (f: { outcome: string }): number => Number(f.outcome === 'no-answer');

const callsOf = (kept: Kept): { tool: string; arguments: Record<string, unknown>; outcome: string }[] =>
  kept.kind === 'probe'
    ? // What may end the server comes last.
      [...kept.report.calls, ...(kept.report.fuzz?.faults ?? []).toSorted((a, b) => rank(a) - rank(b))]
    : kept.report.results.flatMap((r: Confirmation) => r.calls);

/**
 * The calls of an observation again, in a fresh sandbox, and what is otherwise now. 0 when nothing is, 1 when something is, or
 * nothing was started. Canaries hold tokens of their try: their effect is not looked for again, only how the server answers.
 */
export const replay = (host: Host, observation: string, o: LiveOptions): Promise<number> =>
  withLiveTarget(host, undefined, { ...o, url: undefined }, async (target) => {
    const w = target?.workspace;
    if (!target || !w) throw new UserError('there is no session', 'begin one with mcp-audit start');
    const { observations } = w.store.snapshot().session;
    const found = [...observations].filter(([id]) => id === observation || id.startsWith(observation));
    const [one] = found;
    if (!one || found.length > 1)
      throw new UserError(
        found.length > 1
          ? `"${observation}" is the beginning of several observations`
          : `there is no observation "${observation}"`,
        observations.size > 0
          ? `one of: ${[...observations.keys()].join(', ')}`
          : 'mcp-audit probe and confirm make them',
      );
    const [, record] = one;
    const kept = readKept(record.kind, await w.store.readBlob(record.report));
    const before = callsOf(kept);
    const pkg = kept.report.package || undefined;
    const does = `Then ${before.length} calls of ${one[0]} are made again.`;
    const done = await withPrepared(
      host,
      undefined,
      { ...o, package: o.package ?? pkg },
      target,
      does,
      (prepared) => replayCalls(prepared.open, prepared.launch, before, createTranscript()),
    );
    if (!done) return 1;
    const lists =
      kept.kind === 'probe'
        ? differences(
            kept.report.tools.filter((t) => t.kind === 'tool'),
            done.tools,
          )
        : [];
    const other = [
      ...lists.map((d) => `${d.kind} ${d.name} ${d.field}: ${d.change}`),
      ...before.flatMap((c, i) =>
        done.outcomes[i] === c.outcome
          ? []
          : [`call ${i + 1}, ${c.tool}: ${c.outcome} then, ${done.outcomes[i] ?? 'not made'} now`],
      ),
    ];
    if (o.json) host.stdout(jsonText({ observation: one[0], calls: before.length, differences: other }));
    else
      host.stdout(
        `${visibleLines([`${before.length} calls made again, ${other.length} differences`, ...other.map((d) => `  ${d}`)].join('\n'))}\n`,
      );
    return other.length === 0 ? 0 : 1;
  });
