import type { Reply } from '../client/protocol.ts';

/** How a call ended, in words; in those of a probe where `like` is one of them. */
export const outcomeOf = (reply: Reply, like = ''): string => {
  const short = reply.error
    ? 'error'
    : !reply.result
      ? 'no-answer'
      : reply.result.isError === true
        ? 'tool-error'
        : 'result';
  if (['error', 'no-answer', 'tool-error', 'result'].includes(like)) return short;
  return reply.error
    ? `error ${String(reply.error.code)}`
    : reply.problem || (reply.result?.isError === true ? 'a result with isError' : 'a result');
};
