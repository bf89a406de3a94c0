import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { exportSession } from '../io/session/export-session.ts';
import { type Imported, importSession } from '../io/session/import-session.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';

/** Writes a session as one portable file; returns its path. Refuses to write over a file that is there. */
export const exportTo = async (sessionFolder: string, file: string): Promise<string> => {
  const path = resolve(file);
  const { bytes } = await exportSession(sessionFolder);
  try {
    writeFileSync(path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const there = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new UserError(
      there
        ? `${path} is there already, and an export is never written over`
        : `the session could not be exported to ${path}: ${error instanceof Error ? error.message : error}`,
      there ? 'name another file' : 'nothing of the session is lost; name a file that can be written',
    );
  }
  return path;
};

export const importFile = (host: Host, file: string): Imported => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UserError(
      `${file} could not be read: ${error instanceof Error ? error.message : error}`,
      'name a file that "mcp-audit export" wrote',
    );
  }
  return importSession(bytes, host.dataDir, host.clock());
};

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

export const importCommand = (host: Host, file: string, options: { json?: boolean | undefined }): number => {
  const done = importFile(host, file);
  const words = {
    new: 'imported',
    same: 'was here already, the same',
    continued: 'continued with what is new',
  } as Record<string, string>;
  if (options.json)
    json(host, { session: done.id, folder: done.dir, outcome: done.outcome, notices: done.notices });
  else {
    for (const n of done.notices) host.stderr(`${visible(n)}\n`);
    host.stdout(`${done.id} ${words[done.outcome] ?? done.outcome}\nopen it with: mcp-audit ${done.id}\n`);
  }
  return 0;
};
