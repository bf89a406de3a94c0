import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Throw-away folders carry the number of the process they are of: what a killed one left is removed by the next. */

const PREFIX = 'mcp-audit-live-';

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};

const removeLeft = (parent: string): void => {
  for (const name of readdirSync(parent)) {
    const pid = /^mcp-audit-live-(\d{1,9})-\w{6}$/.exec(name)?.[1];
    if (pid === undefined || runs(Number(pid))) continue;
    try {
      const path = join(parent, name);
      const { uid } = lstatSync(path);
      // Whatever another user put there under such a name is theirs.
      if (uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else is at it.
    }
  }
};

/** A new folder for one preparation; what processes that are gone left is removed. */
export const throwAwayFolder = (parent: string = tmpdir()): string => {
  removeLeft(parent);
  return mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
};
