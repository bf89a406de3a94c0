import type { EvidenceItem, Surface } from '../../domain/evidence.ts';
import { PROBE_SCHEMA, type ProbeReport, type ToolsLock } from '../../domain/observation.ts';
import { behaviourOf } from './behaviour.ts';
import { againstLock, againstSource, overTime } from './compare.ts';
import { HTTP_JUDGES } from './judge-http.ts';
import { LIST_JUDGES } from './judge-lists.ts';
import { STDIO_JUDGES } from './judge-stdio.ts';
import { inLockOrder } from './lock.ts';
import { judge } from './requirements.ts';
import type { Called, Seen } from './seen.ts';

export type Context = Pick<
  ProbeReport,
  | 'tool'
  | 'target'
  | 'package'
  | 'command'
  | 'cwd'
  | 'env'
  | 'from'
  | 'notes'
  | 'sandbox'
  | 'prepared'
  | 'url'
>;

export const callOutcome = ({ reply }: Pick<Called, 'reply'>): ProbeReport['calls'][number]['outcome'] =>
  reply.error
    ? 'error'
    : !reply.result
      ? 'no-answer'
      : reply.result.isError === true
        ? 'tool-error'
        : 'result';

/** Everything that was seen, judged by each requirement and compared with what it can be compared with. */
export const reportOf = (
  seen: Seen,
  context: Context,
  o: { surface: Surface | null; lock: ToolsLock | null; items?: readonly EvidenceItem[] },
): ProbeReport => {
  const http = seen.transport === 'http' || seen.transport === 'sse';
  const judges = { ...LIST_JUDGES, ...(http ? HTTP_JUDGES : STDIO_JUDGES) };
  const asked = seen.era !== 'none';
  return {
    schema: PROBE_SCHEMA,
    ...context,
    transport: seen.transport,
    era: seen.era,
    problem: seen.problem || seen.stopped,
    server: seen.server,
    tools: seen.first.items,
    staticTools: o.surface === null || !asked ? null : o.surface.tools.length,
    differences: [
      ...(o.lock && asked
        ? againstLock(o.lock, inLockOrder(seen.first.items), seen.server.instructions)
        : []),
      ...(o.surface && asked ? againstSource(o.surface, seen.first.items) : []),
      ...overTime(seen),
    ],
    requirements: judge(seen, judges),
    calls: seen.calls.map((c) => ({
      tool: c.tool,
      arguments: c.arguments,
      outcome: callOutcome(c),
      ms: c.reply.ms,
    })),
    traced: seen.traced,
    behaviour: behaviourOf(seen, o.surface, o.items ?? []),
    fuzz: null,
    startMs: seen.startMs,
    probeMs: seen.probeMs,
  };
};
