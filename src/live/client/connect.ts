import { type Launch, launchIn } from '../probe/launch.ts';
import type { Box } from '../sandbox/box.ts';
import { type Client, PLAIN_CLIENT, type Reply } from './protocol.ts';
import { initialize, openStdio, type StdioPeer } from './stdio.ts';
import type { Transcript } from './transcript.ts';

/** Starts a server in a sandbox and comes to the point where it takes calls, whatever its era. */
export const connectStdio = async (
  box: Box,
  launch: Launch,
  transcript: Transcript,
  client: Client = PLAIN_CLIENT,
): Promise<{ peer: StdioPeer; hello: Reply }> => {
  await launchIn(box, launch);
  const modern = openStdio(box, { era: 'modern', client, transcript });
  const found = await modern.request('server/discover', {}, { waitMs: 8000 });
  if (Array.isArray(found.result?.supportedVersions)) return { peer: modern, hello: found };
  modern.detach();
  // Some end at a call they do not know.
  if (found.problem === 'ended') await launchIn(box, { ...launch, files: [] });
  const peer = openStdio(box, { era: 'legacy', client, transcript });
  return { peer, hello: await initialize(peer, client) };
};
