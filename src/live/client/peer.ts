import type { Client, Era, Reply } from './protocol.ts';

/** A server that was said hello to, however it is spoken with. */
export type Peer = {
  era: Era;
  /** Sends a request as this era asks for it, and waits for the answer with its id. */
  request(
    method: string,
    params?: Record<string, unknown>,
    o?: { waitMs?: number; client?: Client },
  ): Promise<Reply>;
};
