import fc from 'fast-check';
import type { FuzzFault, FuzzReport } from '../../domain/observation.ts';
import { redactSecrets } from '../../text/redact.ts';
import { connect } from '../client/connect.ts';
import { readLists } from '../client/lists.ts';
import type { Peer } from '../client/peer.ts';
import type { Reply } from '../client/protocol.ts';
import type { Transcript } from '../client/transcript.ts';
import { STACK, textOf } from '../confirm/effect.ts';
import { outcomeOf } from '../confirm/outcome.ts';
import type { Launch, OpenBox } from '../probe/launch.ts';
import type { Box } from '../sandbox/box.ts';
import { argumentsLike } from './schema-arbitrary.ts';

/**
 * Calls made at random from each tool's schema, in a sandbox, by a seed: what must hold of every answer is that there is one,
 * that it is bounded, and that an error tells nothing of where it runs. What breaks it is made as small as the time allows.
 */

const CALL_MS = 3000;
const PING_MS = 1500;
const MOST_ANSWER = 1024 * 1024;
const MOST_TOOLS = 60;
/** All calls of one tool, the making small of what was found included. */
const MOST_MS = 10_000;

type Kind = FuzzFault['kind'];
class Fault extends Error {
  readonly kind: Kind;
  readonly outcome: FuzzFault['outcome'];
  constructor(kind: Kind, said: string, reply: Reply) {
    super(said);
    this.kind = kind;
    this.outcome = outcomeOf(reply, 'result') as FuzzFault['outcome'];
  }
}

type Server = { box: Box; peer: Peer };

/** What an answer must not be; null where it is as it should be. */
const faultIn = async (server: Server, reply: Reply): Promise<Fault | null> => {
  const stopped = server.box.stopped();
  if (stopped) return new Fault('limit', stopped, reply);
  if (reply.problem === 'ended') return new Fault('crash', 'the server ended at this call', reply);
  if (reply.problem !== '') {
    const alive = await server.peer.request('ping', {}, { waitMs: PING_MS });
    // A call may take its time; a server that answers nobody else meanwhile may not.
    return alive.problem === ''
      ? null
      : new Fault(
          'hang',
          `no answer in ${CALL_MS / 1000} s, nor to a ping after it (${reply.problem})`,
          reply,
        );
  }
  const text = textOf(reply);
  if (text.length > MOST_ANSWER)
    return new Fault('output', `an answer of ${text.length.toLocaleString('en')} characters`, reply);
  if (redactSecrets(text) !== text)
    return new Fault('secret', 'the answer holds a text that looks like a credential', reply);
  const stack = reply.error || reply.result?.isError === true ? STACK.exec(text)?.[0] : undefined;
  return stack
    ? new Fault('stack', `an error tells where it runs: ${stack.trim().slice(0, 160)}`, reply)
    : null;
};

export const fuzz = async (o: {
  open: OpenBox;
  launch: Launch;
  transcript: Transcript;
  seed: number;
  /** Calls of each tool, before any is made smaller. */
  runs: number;
  /** Milliseconds for all tools. */
  budgetMs: number;
  signal?: AbortSignal | undefined;
}): Promise<FuzzReport> => {
  const began = performance.now();
  const report: FuzzReport = {
    seed: o.seed,
    runs: o.runs,
    calls: 0,
    tools: 0,
    left: [],
    problem: '',
    faults: [],
  };
  let server: Server | null = null;
  const close = async (): Promise<void> => {
    await server?.box.close();
    server = null;
  };
  const start = async () => {
    const box = await o.open(o.signal);
    o.transcript.add('#', 'start: calls at random');
    const { peer, hello } = await connect(box, o.launch, o.transcript);
    server = { box, peer };
    return hello;
  };
  try {
    const hello = await start();
    if (!hello.result) return { ...report, problem: hello.problem || 'it refused the handshake' };
    const { peer } = server!;
    const { items } = await readLists((method, params) => peer.request(method, params), ['tool']);
    const tools = items.slice(0, MOST_TOOLS);
    report.left = items.slice(MOST_TOOLS).map((t) => t.name);
    for (const [n, tool] of tools.entries()) {
      const left = o.budgetMs - (performance.now() - began);
      if (left < 200 || o.signal?.aborted) {
        report.left.push(tool.name);
        continue;
      }
      report.tools += 1;
      const property = fc.asyncProperty(argumentsLike(tool.definition.inputSchema), async (args) => {
        if (!server) await start();
        const now = server!;
        report.calls += 1;
        const reply = await now.peer.request(
          'tools/call',
          { name: tool.name, arguments: args },
          { waitMs: CALL_MS },
        );
        const fault = await faultIn(now, reply);
        if (fault === null) return;
        if (['crash', 'hang', 'limit'].includes(fault.kind)) await close();
        throw fault;
      });
      const run = await fc.check(property, {
        seed: o.seed,
        numRuns: o.runs,
        // Each tool has its share of what time is left.
        interruptAfterTimeLimit: Math.max(200, Math.min(MOST_MS, left / (tools.length - n))),
      });
      if (!run.failed || !(run.errorInstance instanceof Fault)) continue;
      const { kind, message, outcome } = run.errorInstance;
      report.faults.push({
        tool: tool.name,
        kind,
        said: redactSecrets(message),
        arguments: (run.counterexample?.[0] ?? {}) as Record<string, unknown>,
        outcome,
        path: run.counterexamplePath ?? '',
      });
    }
    return report;
  } catch (error) {
    return { ...report, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    await close();
  }
};
