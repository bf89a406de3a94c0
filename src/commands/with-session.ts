import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import { sessionNamed } from './session-named.ts';
import { resumeAudit, type Workspace } from './workspace.ts';

/** What the disk refused is an error, whatever was asked for; the command itself has said what it was. */
export const exitCode = ({ store }: Workspace, code: number): number =>
  store.snapshot().failedSave ? 2 : code;

/** Ends the session, and says so when only that could not be recorded. */
export const closeSession = async (host: Host, { store }: Workspace): Promise<void> => {
  const before = store.snapshot().failedSave;
  await store.close(null);
  const { failedSave } = store.snapshot();
  if (failedSave && !before)
    host.stderr(
      `not recorded: how long the session was open (${visible(failedSave.message)}); all that was decided is saved\n`,
    );
};

/** Opens a session for `run`, with its evidence read, and closes it whatever happens. */
export const openedSession = async <T>(
  host: Host,
  id: string | undefined,
  run: (w: Workspace) => Promise<T>,
  readOnly = false,
): Promise<T> => {
  const at = sessionNamed(host, id);
  const w = resumeAudit(at.host, at.id, readOnly);
  try {
    for (const notice of w.notices) host.stderr(`${visible(notice)}\n`);
    await w.store.load();
    return await run(w);
  } finally {
    await closeSession(host, w);
  }
};

/** {@link openedSession} for a command: gives its exit code. */
export const withSession = (
  host: Host,
  id: string | undefined,
  run: (w: Workspace) => Promise<number>,
  readOnly = false,
): Promise<number> => openedSession(host, id, async (w) => exitCode(w, await run(w)), readOnly);
