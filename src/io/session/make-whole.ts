import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { sessionsDir } from '../paths.ts';
import { makeDir, syncDir } from './durable.ts';
import { saveError } from './save-error.ts';

/** No session is named like that, so none of the lists shows it. */
const DRAFT = /^\.new-[0-9a-f-]{36}$/;
/** Nobody writes one for a day. */
const LEFT_MS = 24 * 60 * 60 * 1000;

/** What a kill left of earlier ones. */
const clearLeft = (sessions: string): void => {
  for (const name of fs.readdirSync(sessions).filter((n) => DRAFT.test(n)))
    try {
      const left = path.join(sessions, name);
      if (Date.now() - fs.lstatSync(left).mtimeMs > LEFT_MS)
        fs.rmSync(left, { recursive: true, force: true });
    } catch {
      // The next one tries again.
    }
};

/**
 * Makes the folder of a session, `dir`: it appears with all that `fill` writes into it, or not at all, whenever this is
 * killed. Throws {@link UserError} (SaveError when the disk is the reason), leaving nothing behind.
 */
export const makeWhole = (dataDir: string, dir: string, fill: (draft: string) => void): void => {
  const sessions = sessionsDir(dataDir);
  const draft = path.join(sessions, `.new-${randomUUID()}`);
  try {
    makeDir(draft);
    clearLeft(sessions);
    fill(draft);
    syncDir(draft);
    fs.renameSync(draft, dir);
    syncDir(sessions);
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    throw error instanceof UserError ? error : saveError(error, dir);
  }
};
