import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that is filled under another name, and renamed or gone afterwards, whichever way its making ends. */

const DRAFT = /^draft-[0-9a-f-]{36}$/;
/** Nobody fills one for a day. */
const LEFT_MS = 24 * 60 * 60 * 1000;
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a kill that cannot be caught left of earlier ones. */
const clearLeft = (folder: string): void => {
  for (const name of readdirSync(folder).filter((n) => DRAFT.test(n)))
    try {
      const left = join(folder, name);
      if (Date.now() - lstatSync(left).mtimeMs > LEFT_MS) rmSync(left, { recursive: true, force: true });
    } catch {
      // The next one tries again.
    }
};

export const withDraft = async <T>(folder: string, fill: (draft: string) => Promise<T>): Promise<T> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  clearLeft(folder);
  const draft = join(folder, `draft-${randomUUID()}`);
  const remove = (): void => rmSync(draft, { recursive: true, force: true, maxRetries: 3 });
  const end = (signal: NodeJS.Signals): void => {
    remove();
    // Without a listener, a signal ends the program; ours was the last one.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  for (const signal of ENDINGS) process.once(signal, end);
  try {
    mkdirSync(draft, { mode: 0o700 });
    return await fill(draft);
  } finally {
    for (const signal of ENDINGS) process.removeListener(signal, end);
    remove();
  }
};
