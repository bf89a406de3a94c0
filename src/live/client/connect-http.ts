import { createHttpPeer, type HttpPeer, type Web } from './http.ts';
import { type Client, type Era, initializeParams, PLAIN_CLIENT } from './protocol.ts';
import type { Transcript } from './transcript.ts';

/** Over HTTP to the point where calls are taken. */

export type HttpAddress = {
  web: Web;
  url: string;
  headers: Readonly<Record<string, string>>;
  transcript: Transcript;
};

export const httpPeerOf = (
  t: HttpAddress,
  era: Era,
  client: Client,
  headers: Record<string, string> = {},
): HttpPeer => createHttpPeer({ ...t, headers: { ...t.headers, ...headers }, era, client });

export const sayHello = (peer: HttpPeer, client: Client, headers: Record<string, string> = {}) =>
  peer.era === 'legacy'
    ? peer.request('initialize', initializeParams(client), { headers, client })
    : peer.request('server/discover', {}, { headers, client });

/** The handshake, and what follows it in the old era. */
export const connectOver = async (
  t: HttpAddress,
  era: Era,
  client: Client,
  headers: Record<string, string> = {},
) => {
  const peer = httpPeerOf(t, era, client, headers);
  const { reply, answer } = await sayHello(peer, client);
  if (era === 'legacy' && reply.result) {
    peer.session = answer.headers['mcp-session-id'] ?? '';
    if (typeof reply.result.protocolVersion === 'string') peer.version = reply.result.protocolVersion;
    const accepted = await peer.post('{"jsonrpc":"2.0","method":"notifications/initialized"}', {
      'mcp-protocol-version': peer.version,
    });
    return { peer, reply, answer, accepted };
  }
  return { peer, reply, answer, accepted: null };
};

/** Era and connection: first without a handshake, then with one, and by the other name of this machine where one is refused. */
export const negotiate = async (t: HttpAddress) => {
  const names: Record<string, string>[] = [{}];
  const { hostname, port } = new URL(t.url);
  if (hostname === '127.0.0.1') names.push({ host: `localhost${port ? `:${port}` : ''}` });
  for (const headers of names) {
    const modern = await connectOver(t, 'modern', PLAIN_CLIENT, headers);
    if (Array.isArray(modern.reply.result?.supportedVersions))
      return { ...modern, era: 'modern' as Era, headers };
    const legacy = await connectOver(t, 'legacy', PLAIN_CLIENT, headers);
    if (legacy.reply.result) return { ...legacy, era: 'legacy' as Era, headers };
    // Who asks for a token says so to every name.
    if (legacy.answer.status === 401) return { ...legacy, era: 'legacy' as Era, headers };
    if (names.indexOf(headers) === names.length - 1) return { ...legacy, era: 'none' as const, headers };
  }
  throw new Error('unreachable');
};
