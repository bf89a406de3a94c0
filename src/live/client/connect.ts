import { type Launch, launchIn } from '../probe/launch.ts';
import type { Box } from '../sandbox/box.ts';
import { type Client, PLAIN_CLIENT, type Reply } from './protocol.ts';
import { initialize, openStdio, type StdioPeer } from './stdio.ts';
import type { Transcript } from './transcript.ts';

/**
 * Starts a server in a sandbox and comes to the point where it takes calls, whatever its era. The handshake comes first: what
 * speaks without one says so at once, while many that need one end at a call they do not know.
 */
export const connectStdio = async (
  box: Box,
  launch: Launch,
  transcript: Transcript,
  client: Client = PLAIN_CLIENT,
): Promise<{ peer: StdioPeer; hello: Reply }> => {
  await launchIn(box, launch);
  const legacy = openStdio(box, { era: 'legacy', client, transcript });
  const hello = await initialize(legacy, client);
  if (!hello.error) return { peer: legacy, hello };
  legacy.detach();
  const peer = openStdio(box, { era: 'modern', client, transcript });
  const found = await peer.request('server/discover', {}, { waitMs: 8000 });
  return Array.isArray(found.result?.supportedVersions) ? { peer, hello: found } : { peer, hello };
};
