import { resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { readInputFile } from '../io/input-file.ts';
import { entriesIn, namedFile } from '../io/open-folder.ts';
import { exportSession } from '../io/session/export-session.ts';
import { type Imported, importSession } from '../io/session/import-session.ts';
import { ARCHIVE_LIMITS } from '../io/session/read-archive.ts';
import { changeFiles } from '../io/write-files.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { bringTarget } from './workspace.ts';

/**
 * Writes a session as one portable file, whole or not at all; returns its path. Refuses to write over a file that is there.
 */
export const exportTo = async (sessionFolder: string, file: string): Promise<string> => {
  const path = resolve(file);
  const { folder, name } = namedFile(path);
  const { bytes } = await exportSession(sessionFolder);
  if (entriesIn(folder, '')?.some((e) => e.name === name))
    throw new UserError(`${path} is there already, and an export is never written over`, 'name another file');
  changeFiles(folder, [{ path: name, text: bytes, was: null }], { mode: 0o600 });
  return path;
};

export const readExported = (file: string): Buffer => {
  try {
    return readInputFile(file, ARCHIVE_LIMITS.archiveBytes);
  } catch (error) {
    throw new UserError(
      `${file} could not be read: ${error instanceof Error ? error.message : error}`,
      'name a file that "mcp-audit export" wrote',
    );
  }
};

export const importFile = (host: Host, file: string): Imported =>
  importSession(readExported(file), host.dataDir, host.clock());

export const exportCommand = async (
  host: Host,
  folder: string,
  id: string,
  options: { to?: string | undefined; json?: boolean | undefined },
): Promise<number> => {
  const { notices } = await exportSession(folder);
  const file = await exportTo(folder, options.to ?? `${id}.mcp-audit.zip`);
  if (options.json) json(host, { session: id, file, notices });
  else {
    for (const n of notices) host.stderr(`${visible(n)}\n`);
    host.stdout(`${file}\n`);
  }
  return 0;
};

/** `source`: where the audited commit is on this machine, or a git URL to fetch it from. */
export const importCommand = async (
  host: Host,
  file: string,
  options: { source?: string | undefined; asPart?: boolean | undefined; json?: boolean | undefined },
): Promise<number> => {
  const { reviewIn, takeReview } = await import('./take-review.ts');
  const review = reviewIn(host, file);
  if (review) return takeReview(host, review, options.json ?? false);
  const done = importFile(host, file);
  if (options.source)
    try {
      done.notices.push(...(await bringTarget(host, done.dir, done.commit, options.source)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(
        `session ${done.id} is here, but not the commit it audits: ${error.message}`,
        error.hint,
        error.exitCode,
      );
    }
  if (options.asPart) {
    const { nameYourself } = await import('./take-part.ts');
    await nameYourself(host, done.id);
  }
  const words = {
    new: 'imported',
    same: 'was here already, the same',
    continued: 'continued with what is new',
  } as Record<string, string>;
  if (options.json)
    json(host, { session: done.id, folder: done.dir, outcome: done.outcome, notices: done.notices });
  else {
    for (const n of done.notices) host.stderr(`${visible(n)}\n`);
    host.stdout(
      `${done.id} ${words[done.outcome] ?? done.outcome}\nopen it with: ${host.again([done.id])}\n`,
    );
  }
  return 0;
};
