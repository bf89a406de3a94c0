import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { sessionDir } from '../io/paths.ts';
import { isSessionFolder, isSessionId } from '../io/session/session-id.ts';
import type { Host } from './host.ts';
import { chooseSession } from './workspace.ts';

/**
 * {@link chooseSession}, or the session whose folder is named, wherever that lies: with the host whose data folder it is in.
 * Clones and preferences are the auditor's own all the same.
 */
export const sessionNamed = (host: Host, named: string | undefined): { host: Host; id: string } => {
  if (named === undefined || !isSessionFolder(named)) return { host, id: chooseSession(host, named) };
  const dir = resolve(named);
  const id = basename(dir);
  return { id, host: hostAt(host, dirname(dirname(dir))) };
};

/** The same machine with sessions of another folder, each of which commands then name by its path. */
export const hostAt = (host: Host, dataDir: string): Host => ({
  ...host,
  dataDir,
  again: (args, env) =>
    host.again(
      args.map((arg) =>
        isSessionId(arg) && existsSync(sessionDir(dataDir, arg)) ? sessionDir(dataDir, arg) : arg,
      ),
      env,
    ),
});
