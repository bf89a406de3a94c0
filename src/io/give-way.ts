import { getPriority, setPriority } from 'node:os';

/** Steps of priority: a third of the processor's time against a thread that wants it too, all of it against none. */
const NICE = 5;

/**
 * Lets other threads go first, this program's own screen before all. On Linux a priority belongs to the thread that sets it
 * and to the programs it starts (setpriority(2), "C library/kernel differences"); elsewhere it is the whole process's, and the
 * screen would be slowed with the rest: nothing is done there.
 */
export const giveWay = (): void => {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(getPriority() + NICE, 19));
  } catch {
    // A machine that forbids it answers keys later, and is right in all else.
  }
};
