import type { Head } from '../../domain/auditor.ts';
import { FIRST_HASH, hashLine } from '../../engine/journal.ts';

/** The last event two journals have in common; null when they are of two sessions. Lines are compared, byte by byte. */
export const forkOf = (here: Uint8Array, there: Uint8Array): Head | null => {
  const [a, b] = [Buffer.from(here), Buffer.from(there)];
  const fork = { events: 0, hash: FIRST_HASH };
  for (let start = 0; ; ) {
    const end = a.indexOf(0x0a, start);
    if (end < 0 || !a.subarray(start, end + 1).equals(b.subarray(start, end + 1))) break;
    fork.events += 1;
    fork.hash = hashLine(a.subarray(start, end));
    start = end + 1;
  }
  return fork.events > 0 ? fork : null;
};
