import { type Launch, launchIn } from '../probe/launch.ts';
import type { Box } from '../sandbox/box.ts';
import { negotiate } from './connect-http.ts';
import { firstPort, urlsOf } from './listening.ts';
import type { Peer } from './peer.ts';
import { type Client, initializeParams, PLAIN_CLIENT, type Reply } from './protocol.ts';
import { connectSse } from './sse.ts';
import { initialize, openStdio, type StdioPeer } from './stdio.ts';
import type { Transcript } from './transcript.ts';

/** Starts a server in a sandbox and comes to the point where it takes calls, whatever its era and its transport. */

/** Once it listens, one that speaks on standard streams as well has had its time to say hello. */
const GRACE_MS = 800;

type Connected = { peer: Peer; hello: Reply; url: string };

/**
 * The handshake comes first: what speaks without one says so at once, while many that need one end at a call they do not know.
 */
const onStreams = async (
  box: Box,
  transcript: Transcript,
  client: Client,
): Promise<Connected & { peer: StdioPeer }> => {
  const legacy = openStdio(box, { era: 'legacy', client, transcript });
  const hello = await initialize(legacy, client);
  if (!hello.error) return { peer: legacy, hello, url: '' };
  legacy.detach();
  const peer = openStdio(box, { era: 'modern', client, transcript });
  const found = await peer.request('server/discover', {}, { waitMs: 8000 });
  return Array.isArray(found.result?.supportedVersions)
    ? { peer, hello: found, url: '' }
    : { peer, hello, url: '' };
};

const overHttp = async (
  box: Box,
  transcript: Transcript,
  client: Client,
  urls: readonly string[],
): Promise<Connected | null> => {
  for (const url of urls) {
    const t = { web: box.web, url, headers: {}, transcript };
    const { peer, reply, headers } = await negotiate(t);
    if (reply.result) {
      const http = peer;
      return {
        peer: {
          era: peer.era,
          request: async (method, params, o) => (await http.request(method, params, o)).reply,
        },
        hello: reply,
        url,
      };
    }
    const sse = await connectSse({ ...t, headers }, client);
    if (!sse) continue;
    const hello = await sse.peer.request('initialize', initializeParams(client));
    if (!hello.result) continue;
    await sse.post('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    return { peer: sse.peer, hello, url };
  }
  return null;
};

export const connect = async (
  box: Box,
  launch: Launch,
  transcript: Transcript,
  client: Client = PLAIN_CLIENT,
): Promise<Connected> => {
  await launchIn(box, launch, true);
  const done = new AbortController();
  const listening = firstPort(box, launch.url, done.signal);
  try {
    if (launch.url !== '') {
      // What it prints is heard by whoever listens; unread it would wait.
      box.stdout.resume();
      const port = await listening;
      const found = port === null ? null : await overHttp(box, transcript, client, [launch.url]);
      const problem = port === null ? 'it listened on no such port' : `no MCP over HTTP at ${launch.url}`;
      return (
        found ?? {
          peer: { era: 'legacy', request: async () => ({ problem, ms: 0 }) },
          hello: { problem, ms: 0 },
          url: '',
        }
      );
    }
    const streams = onStreams(box, transcript, client);
    const first = await Promise.race([streams, listening]);
    if (first !== null && 'peer' in first) return first;
    if (first === null) return await streams;
    const late = new Promise<null>((resolve) => setTimeout(resolve, GRACE_MS, null).unref());
    const said = await Promise.race([streams, late]);
    if (said !== null) return said;
    return (await overHttp(box, transcript, client, urlsOf(first.port))) ?? (await streams);
  } finally {
    done.abort();
  }
};
