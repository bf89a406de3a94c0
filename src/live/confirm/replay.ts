import { connect } from '../client/connect.ts';
import { type Listed, readLists } from '../client/lists.ts';
import type { Reply } from '../client/protocol.ts';
import type { Transcript } from '../client/transcript.ts';
import type { Launch, OpenBox } from '../probe/launch.ts';
import { outcomeOf } from './outcome.ts';

export type Again = { tools: Listed[]; outcomes: string[] };

/** The same calls in one fresh sandbox. Where the server ends, the rest was not made. */
export const replayCalls = async (
  open: OpenBox,
  launch: Launch,
  calls: readonly { tool: string; arguments: Record<string, unknown>; outcome: string }[],
  transcript: Transcript,
): Promise<Again> => {
  const box = await open();
  try {
    const { peer } = await connect(box, launch, transcript);
    const { items: tools } = await readLists((method, params) => peer.request(method, params), ['tool']);
    const outcomes: string[] = [];
    for (const c of calls) {
      const reply: Reply = await peer.request(
        'tools/call',
        { name: c.tool, arguments: c.arguments },
        { waitMs: 3000 },
      );
      // The probe has words of its own for the same outcomes.
      outcomes.push(outcomeOf(reply, c.outcome));
      if (reply.problem === 'ended') break;
    }
    return { tools, outcomes };
  } finally {
    await box.close();
  }
};
