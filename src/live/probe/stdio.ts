import { argumentsFor } from '../client/arguments.ts';
import { lastWords } from '../client/last-words.ts';
import { type Asker, readLists } from '../client/lists.ts';
import {
  type Client,
  type Era,
  fullCapabilities,
  LATEST,
  PLAIN_CLIENT,
  type Reply,
  record,
} from '../client/protocol.ts';
import { initialize, openStdio, type StdioPeer } from '../client/stdio.ts';
import { type Touched, touchedSince } from '../client/touched.ts';
import type { Transcript } from '../client/transcript.ts';
import type { Box } from '../sandbox/box.ts';
import { type Launch, launchIn, type OpenBox } from './launch.ts';
import { type Called, nothingSeen, type Seen, type Server } from './seen.ts';

/** The probe of a server on standard streams: only what is safe in a sandbox without network. */

const HANDSHAKE_MS = 20_000;
const DISCOVER_MS = 10_000;
const LIST_MS = 15_000;
const SMALL_MS = 1500;
/** More than three: a description that changes after some calls has had time to. */
const CALLS = 5;
/** Each tool once, up to here and as long as this. */
const MOST_CALLS = 12;
const CALLS_MS = 1200;
const CALL_MS = 400;
/** A name that servers are known to look out for. */
export const OTHER_CLIENT = { name: 'claude-ai', version: '0.1.0' };

const asked =
  (peer: StdioPeer, client: Client): Asker =>
  (method, params) =>
    peer.request(method, params, { waitMs: LIST_MS, client });

export const serverOf = (era: Era, reply: Reply): Server => {
  const r = reply.result ?? {};
  const info = record(
    era === 'legacy' ? r.serverInfo : record(r._meta)['io.modelcontextprotocol/serverInfo'],
  );
  const version = era === 'legacy' ? r.protocolVersion : LATEST.modern;
  return {
    name: String(info.name ?? ''),
    version: String(info.version ?? ''),
    protocolVersion: String(version ?? ''),
    capabilities: record(r.capabilities),
    instructions: typeof r.instructions === 'string' ? r.instructions : '',
  };
};

/** Says hello as the era asks for it. */
const greet = (peer: StdioPeer, client: Client): Promise<Reply> =>
  peer.era === 'legacy' ? initialize(peer, client) : peer.request('server/discover', {}, { client });

const isModern = (reply: Reply): boolean =>
  Array.isArray(reply.result?.supportedVersions) || reply.error?.code === -32022;

/** Whether it answers without a handshake. A sandbox of its own: some servers end at a call they do not know. */
const tryModern = async (open: OpenBox, launch: Launch, transcript: Transcript): Promise<Reply> => {
  const box = await open();
  try {
    await launchIn(box, launch);
    transcript.add('#', 'start: does it speak 2026-07-28?');
    const peer = openStdio(box, { era: 'modern', client: PLAIN_CLIENT, transcript });
    const reply = await peer.request('server/discover', {}, { waitMs: DISCOVER_MS });
    peer.detach();
    return reply;
  } finally {
    await box.close();
  }
};

/**
 * Calls of tools that say they only read come first; what they do stays in the sandbox. Each tool once, as far as the time goes.
 *
 * @param box where it runs: what it touches is seen there; null for a server that is not ours
 */
export const harmlessCalls = async (
  request: (method: string, params: Record<string, unknown>, waitMs: number) => Promise<Reply>,
  seen: Pick<Seen, 'first' | 'traced'>,
  box: Box | null,
): Promise<Called[]> => {
  const began = performance.now();
  const tools = seen.first.items.filter((i) => i.kind === 'tool');
  const quiet = (t: (typeof tools)[number]): number =>
    record(t.definition.annotations).readOnlyHint === true ? 0 : 1;
  const order = [...tools].sort((a, b) => quiet(a) - quiet(b));
  const most = Math.max(CALLS, Math.min(order.length, MOST_CALLS));
  const calls: Called[] = [];
  let { count, traced } = box ? await touchedSince(box, 0) : { count: 0, traced: false };
  seen.traced = traced;
  for (let n = 0; n < most && order.length > 0; n++) {
    if (n >= CALLS && performance.now() - began > CALLS_MS) break;
    const tool = order[n % order.length]!;
    const args = argumentsFor(tool.definition.inputSchema);
    const reply = await request('tools/call', { name: tool.name, arguments: args }, CALL_MS);
    const after: Touched = box && traced ? await touchedSince(box, count) : { touched: [], count, traced };
    ({ count, traced } = after);
    calls.push({ tool: tool.name, arguments: args, reply, touched: after.touched });
    if (reply.problem === 'ended') break;
  }
  return calls;
};

/** Requests that ask nothing of the server but how it says no. */
const singles = async (peer: StdioPeer, seen: Seen, client: Client): Promise<void> => {
  const ask = (method: string, params: Record<string, unknown>, meta?: object | null): Promise<Reply> =>
    peer.request(method, params, { waitMs: SMALL_MS, client, ...(meta === undefined ? {} : { meta }) });
  seen.replies.unknownMethod = await ask('no/such-method', {});
  if (peer.era === 'legacy') seen.replies.ping = await ask('ping', {});
  else {
    seen.replies.badVersion = await ask(
      'tools/list',
      {},
      { 'io.modelcontextprotocol/protocolVersion': '1999-01-01' },
    );
    seen.replies.noMeta = await ask('tools/list', {}, null);
  }
  if (!seen.first.problems.tool) {
    seen.replies.badCursor = await ask('tools/list', { cursor: 'zzz' });
    seen.replies.unknownTool = await ask('tools/call', { name: 'no_such_tool', arguments: {} });
    const strict = seen.first.items.find(
      (i) => i.kind === 'tool' && Object.keys(argumentsFor(i.definition.inputSchema)).length > 0,
    );
    if (strict) seen.replies.missingArguments = await ask('tools/call', { name: strict.name, arguments: {} });
  }
  if ('resources' in seen.server.capabilities)
    seen.replies.badResource = await ask('resources/read', { uri: 'file:///../../etc/passwd' });
  // Answers to these may carry no id: whether it lives on is asked afterwards.
  await peer.raw('{"jsonrpc":"2.0","id":');
  await peer.raw('{"hello":"world"}');
  const batch = JSON.stringify([{ jsonrpc: '2.0', id: 'mcp-audit-batch', method: 'tools/list', params: {} }]);
  const batched = peer.raw(batch, 'mcp-audit-batch', 300);
  seen.replies.afterMalformed = await ask(peer.era === 'legacy' ? 'ping' : 'server/discover', {});
  const inBatch = await batched;
  if (inBatch) seen.replies.batch = inBatch;
};

/** Waits for its end after its input has ended, 2 s at most. */
const endInput = async (box: Box, seen: Seen): Promise<void> => {
  const began = performance.now();
  seen.exitTried = true;
  box.stdin.end();
  const late = new Promise<null>((resolve) => setTimeout(resolve, 2000, null).unref());
  const ended = await Promise.race([box.ended(), late]);
  seen.exitMs = ended === null ? null : Math.round(performance.now() - began);
};

/** Reads all lists once in a sandbox of its own. */
const listsFor = async (
  open: OpenBox,
  launch: Launch,
  era: Era,
  client: Client,
  transcript: Transcript,
  why: string,
) => {
  const box = await open();
  try {
    await launchIn(box, launch);
    transcript.add('#', `start: ${why}`);
    const peer = openStdio(box, { era, client, transcript });
    const hello = await greet(peer, client);
    const lists = hello.result ? await readLists(asked(peer, client)) : null;
    peer.detach();
    return lists;
  } finally {
    await box.close();
  }
};

/** The session in which most is seen: lists twice, single requests, calls, lists again, a second start, the end of input. */
const mainSession = async (
  open: OpenBox,
  launch: Launch,
  era: Era,
  seen: Seen,
  transcript: Transcript,
): Promise<void> => {
  const client = PLAIN_CLIENT;
  const box = await open();
  let peer: StdioPeer | null = null;
  box.stderr.on('data', (c: Buffer) => {
    const text = c.toString('utf8');
    transcript.add('!', text);
    if (seen.stderr.length < 200_000) seen.stderr += text;
  });
  try {
    const began = performance.now();
    await launchIn(box, launch, true);
    transcript.add('#', 'start: the session in which most is asked');
    peer = openStdio(box, { era, client, transcript });
    seen.stdio = peer.seen;
    const hello = await peer.request(
      era === 'legacy' ? 'initialize' : 'server/discover',
      era === 'legacy'
        ? {
            protocolVersion: LATEST.legacy,
            capabilities: {},
            clientInfo: { name: client.name, version: client.version },
          }
        : {},
      { waitMs: HANDSHAKE_MS },
    );
    seen.startMs = Math.round(performance.now() - began);
    seen.replies.hello = hello;
    if (!hello.result) {
      const ended = hello.problem === 'timeout' ? null : await box.ended();
      seen.problem =
        box.stopped() ||
        (hello.error
          ? `it refused the handshake: ${String(hello.error.message).slice(0, 300)}`
          : ended
            ? `it ended before it answered${ended.problem ? `: ${ended.problem}` : ended.code === null ? '' : ` (exit code ${ended.code})`}`
            : `it gave no answer within ${HANDSHAKE_MS / 1000} s`);
      const words = lastWords(seen.stderr);
      if (ended && words) seen.problem += `: ${words}`;
      return;
    }
    if (era === 'legacy') peer.notify('notifications/initialized');
    seen.era = era;
    seen.transport = 'stdio';
    seen.server = serverOf(era, hello);
    seen.first = await readLists(asked(peer, client));
    seen.later.repeat = await readLists(asked(peer, client));
    await singles(peer, seen, client);
    const call = peer;
    seen.calls = await harmlessCalls(
      (method, params, waitMs) => call.request(method, params, { waitMs }),
      seen,
      box,
    );
    if (!(await box.ask<{ sent: boolean }>('signal', { signal: 'SIGCONT' })).sent) {
      seen.problem = 'it ended while it was asked';
      return;
    }
    seen.later['after-calls'] = await readLists(asked(peer, client));
    peer.detach();
    await box.ask('signal', { signal: 'SIGKILL' });
    await box.ended();
    transcript.add('#', 'start: a second time, with the home the first one left');
    await launchIn(box, { ...launch, files: [] });
    peer = openStdio(box, { era, client, transcript });
    const again = await greet(peer, client);
    if (again.result) seen.later['second-start'] = await readLists(asked(peer, client));
    await endInput(box, seen);
  } catch (error) {
    seen.problem ||= box.stopped() || (error instanceof Error ? error.message : String(error));
  } finally {
    seen.stopped = box.stopped();
    peer?.detach();
    await box.close();
  }
};

/** Everything at once where that is no matter: each start has a sandbox of its own. */
export const probeStdio = async (open: OpenBox, launch: Launch, transcript: Transcript): Promise<Seen> => {
  const began = performance.now();
  const seen = nothingSeen();
  const legacy = nothingSeen();
  const own = (client: Client, era: Era, why: string) =>
    listsFor(open, launch, era, client, transcript, why).catch(() => null);
  const rest = async (era: Era, into: Seen): Promise<void> => {
    const [, capabilities, name] = await Promise.all([
      mainSession(open, launch, era, into, transcript),
      own({ ...PLAIN_CLIENT, capabilities: fullCapabilities(era) }, era, 'a client with every capability'),
      own({ ...PLAIN_CLIENT, ...OTHER_CLIENT }, era, `a client called ${OTHER_CLIENT.name}`),
    ]);
    if (capabilities) into.later.capabilities = capabilities;
    if (name) into.later['client-name'] = name;
  };
  // Nearly all need a handshake: what is asked with one does not wait for whether it is needed.
  const [discovered] = await Promise.all([
    tryModern(open, launch, transcript).catch((error: Error): Reply => ({ problem: error.message, ms: 0 })),
    rest('legacy', legacy),
  ]);
  const modern = isModern(discovered);
  if (modern) await rest('modern', seen);
  const into = modern ? seen : legacy;
  into.replies.discover = discovered;
  into.probeMs = Math.round(performance.now() - began);
  return into;
};
