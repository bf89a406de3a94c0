import { once } from 'node:events';
import { existsSync, renameSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { SNAPSHOT, type SnapshotNote } from '../../domain/snapshot.ts';
import { withDraft } from '../draft-folder.ts';
import { clonePath, initBare, TARGET_HEAD } from '../git/clone.ts';
import { type GitEnvironment, localEnvironment } from '../git/environment.ts';
import { fastImportData, fastImportPath } from '../git/fast-import.ts';
import { askGit } from '../git/git.ts';
import { exitOf, firstWords, spawnGit } from '../git/stream.ts';
import type { Admission, RawEntry } from './admit.ts';

/** Where what is known of a snapshot lies in its clone: a blob that holds the note as JSON. */
export const NOTE_REF = 'refs/mcp-audit/note';

export type Imported = { repository: string; commit: string; files: number; note: SnapshotNote };

/** Where the clone of a snapshot is. `source` as it is kept: the same files from elsewhere are another target. */
export const snapshotPath = (reposDir: string, commit: string, source: string): string =>
  clonePath(reposDir, `snapshot ${commit} ${source}`);

const cStyle = (path: Buffer, skip: number): string => fastImportPath(path.subarray(skip));

/** The one folder that holds everything, with its slash; '' when there is none, or a file beside it. */
const commonFolder = (paths: readonly Buffer[]): string => {
  const [first] = paths;
  const slash = first?.indexOf('/') ?? -1;
  if (!first || slash <= 0) return '';
  const folder = first.subarray(0, slash + 1);
  return paths.every((p) => p.subarray(0, slash + 1).equals(folder)) ? folder.toString('latin1') : '';
};

/** Writes one commit of all that is admitted into an empty repository. Git makes objects of bytes: no name is opened. */
const importFiles = async (
  repository: string,
  entries: AsyncIterable<RawEntry>,
  admission: Admission,
  stripTop: boolean,
): Promise<{ files: number; below: string }> => {
  const child = spawnGit(repository, ['fast-import', '--quiet', '--date-format=raw']);
  const words = firstWords(child);
  const exit = exitOf(child);
  exit.catch(() => {});
  child.stdout.resume();
  // What it means that git is gone, its exit code says.
  child.stdin.on('error', () => {});
  // As they are: a copy of a large file is a large file, too.
  const write = async (...parts: (string | Uint8Array)[]): Promise<void> => {
    let room = true;
    for (const part of parts) room = child.stdin.write(part);
    if (!room) await Promise.race([once(child.stdin, 'drain'), exit]);
  };
  try {
    const marks = new Map<string, number>();
    const files: { path: Buffer; mode: string; mark: number }[] = [];
    for await (const entry of entries) {
      const file = await admission.admit(entry);
      if (!file) continue;
      const mark = marks.get(file.hash) ?? marks.size + 1;
      if (file.content) await write(`blob\nmark :${mark}\ndata ${file.content.length}\n`, file.content, '\n');
      marks.set(file.hash, mark);
      files.push({ path: file.path, mode: file.mode, mark });
    }
    const top = stripTop ? commonFolder(files.map((f) => f.path)) : '';
    const who = `${SNAPSHOT.author} <${SNAPSHOT.email}> ${Date.parse(SNAPSHOT.date) / 1000} +0000`;
    await write(`commit ${TARGET_HEAD}\nauthor ${who}\ncommitter ${who}\n`, fastImportData(SNAPSHOT.message));
    for (const { path, mode, mark } of files) await write(`M ${mode} :${mark} ${cStyle(path, top.length)}\n`);
    child.stdin.end();
    const code = await exit;
    if (code !== 0)
      throw new UserError(
        `no commit could be made of the files: ${words() || `git ended with exit code ${code}`}`,
        'nothing was recorded; see that the disk has room, then do it again',
      );
    return { files: files.length, below: Buffer.from(top.slice(0, -1), 'latin1').toString('utf8') };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
};

const asJson = (note: SnapshotNote): Buffer => Buffer.from(`${JSON.stringify(note, null, 2)}\n`);

/** Keeps what is known of a snapshot beside its commit, in its clone. */
export const keepNote = async (
  repository: string,
  environment: GitEnvironment,
  note: SnapshotNote,
): Promise<void> => {
  const input = asJson(note);
  const blob = (await askGit(repository, environment, ['hash-object', '-w', '--stdin'], { input })).trim();
  await askGit(repository, environment, ['update-ref', NOTE_REF, blob]);
};

/**
 * Makes a commit of files that have none, in a bare clone of our own, whose hash depends on the files alone.
 *
 * @param source as it is kept, by which the clone is found again
 * @param stripTop whether one folder that holds everything is part of the archive rather than of the paths
 * @throws UserError for what no honest archive holds, and for a target without any file
 */
export const importSnapshot = async (o: {
  reposDir: string;
  source: string;
  entries: AsyncIterable<RawEntry>;
  admission: Admission;
  stripTop: boolean;
  note: Pick<SnapshotNote, 'kind' | 'name' | 'format' | 'sha256' | 'package'>;
}): Promise<Imported> => {
  const reposDir = resolve(o.reposDir);
  const environment = localEnvironment(reposDir);
  return withDraft(reposDir, async (draft) => {
    await initBare(draft, environment, TARGET_HEAD);
    const { files, below } = await importFiles(draft, o.entries, o.admission, o.stripTop);
    if (files === 0)
      throw new UserError(
        `${o.note.name} holds no file that could be looked at, so there is nothing to audit`,
        'name the folder or archive that holds the server',
      );
    const commit = (await askGit(draft, environment, ['rev-parse', TARGET_HEAD])).trim();
    const note: SnapshotNote = {
      ...o.note,
      below,
      ...o.admission.leftOut(),
      remarks: o.admission.remarks(),
    };
    const repository = snapshotPath(reposDir, commit, o.source);
    await keepNote(draft, environment, note);
    if (existsSync(join(repository, 'HEAD'))) await keepNote(repository, environment, note);
    else
      try {
        renameSync(draft, repository);
      } catch (error) {
        // Another program may have made the same at the same moment.
        if (!existsSync(join(repository, 'HEAD'))) throw error;
      }
    return { repository, commit, files, note };
  });
};
