import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { UserError } from '../../domain/errors.ts';
import { readInputFile } from '../input-file.ts';
import { placeWhole } from './durable.ts';
import { processStart } from './process-start.ts';
import { errorCode, saveError } from './save-error.ts';

/**
 * One writer per session. The lock is a file that says which process holds it, so that a crash never keeps an auditor
 * out: the next process sees that the holder is gone and takes over at once (a lock that expires by time would make
 * them wait, or be lost while the computer sleeps).
 */
const holderSchema = z.object({
  pid: z.number().int(),
  /** See `processStart`. */
  start: z.string(),
  host: z.string(),
  since: z.string(),
  /** Tells our own lock from a successor's. */
  token: z.string(),
});
const MAX_BYTES = 10_000;
type Holder = z.infer<typeof holderSchema>;

export type Lock = { release(): void };

/** `me` is for tests: another process is played by another value. */
export type LockOptions = { since: Date; me?: { pid: number; start: string; host: string } };

const read = (file: string): Holder | 'gone' | 'unreadable' => {
  try {
    const parsed = holderSchema.safeParse(JSON.parse(readInputFile(file, MAX_BYTES).toString('utf8')));
    return parsed.success ? parsed.data : 'unreadable';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'gone' : 'unreadable';
  }
};

const isStale = (holder: Holder, host: string): boolean => {
  if (holder.host !== host) return false;
  const start = processStart(holder.pid);
  if (start === null) return true;
  return start !== '' && holder.start !== '' && start !== holder.start;
};

/**
 * Removes the stale lock `seen`. Between looking and removing, another process may have taken over: what is moved away
 * is looked at again, and put back if it is not what was seen.
 */
const removeStale = (file: string, seen: Holder): void => {
  const aside = `${file}.stale-${randomUUID()}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = read(aside);
  if (typeof moved !== 'object' || moved.token !== seen.token) {
    try {
      fs.linkSync(aside, file);
    } catch {}
  }
  fs.rmSync(aside, { force: true });
};

/** What works meanwhile, whichever command was refused: only the workbench opens a session to look at it. */
const look = (session: string): string => `mcp-audit resume ${session} --read-only shows it as it is`;

const heldError = (session: string, file: string, holder: Holder | 'unreadable', host: string): UserError => {
  if (holder === 'unreadable')
    return new UserError(
      `session ${session} is locked, and its lock does not say by whom`,
      `if no mcp-audit has it open, delete ${file}; ${look(session)}`,
    );
  const where = holder.host === host ? '' : ` on ${holder.host}`;
  return new UserError(
    `session ${session} is open in another mcp-audit${where} (pid ${holder.pid}, since ${holder.since})`,
    holder.host === host
      ? `go on there, or do it again once that one has ended; ${look(session)}`
      : `go on there, or do it again once that one has ended; ${look(session)}; if that computer has stopped, delete ${file}`,
  );
};

/**
 * Takes the lock of the session folder `dir`, or throws {@link UserError} when a living process holds it (SaveError
 * when the folder cannot be written).
 */
export const lockSession = (dir: string, { since, me }: LockOptions): Lock => {
  const file = path.join(dir, 'lock');
  const { pid, start, host } = me ?? {
    pid: process.pid,
    start: processStart(process.pid) ?? '',
    host: os.hostname(),
  };
  const mine: Holder = { pid, start, host, since: since.toISOString(), token: randomUUID() };
  try {
    // Each round that fails means that another process came first; a handful of them cannot all do so.
    for (let round = 0; round < 20; round += 1) {
      // No one ever reads half a lock.
      if (placeWhole(file, Buffer.from(JSON.stringify(mine)))) {
        return {
          release: () => {
            const holder = read(file);
            if (typeof holder !== 'object' || holder.token !== mine.token) return;
            try {
              fs.rmSync(file, { force: true });
            } catch {
              // The next process finds that we are gone, and takes over.
            }
          },
        };
      }
      const holder = read(file);
      if (holder === 'gone') continue;
      if (holder === 'unreadable' || !isStale(holder, host))
        throw heldError(path.basename(dir), file, holder, host);
      removeStale(file, holder);
    }
  } catch (error) {
    throw error instanceof UserError ? error : saveError(error, file);
  }
  throw heldError(path.basename(dir), file, 'unreadable', host);
};
