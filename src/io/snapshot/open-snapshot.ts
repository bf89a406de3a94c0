import { createHash } from 'node:crypto';
import { createReadStream, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import type { SnapshotNote } from '../../domain/snapshot.ts';
import { visible } from '../../text/visible.ts';
import { createAdmission, refused, SNAPSHOT_LIMITS, type SnapshotLimits } from './admit.ts';
import { type Imported, importSnapshot } from './import-snapshot.ts';
import { readPlainFolder } from './read-plain-folder.ts';
import { readTar } from './read-tar.ts';
import { readZip } from './read-zip.ts';
import { archiveFormat } from './sniff.ts';

/** Larger than any server; it is read twice. */
const MOST_ARCHIVE_BYTES = 2 * 1024 * 1024 * 1024;

/** Packages whose topmost folders are part of what is installed. */
const KEEPS_TOP = /\.(?:whl|jar|mcpb|dxt|vsix)$/i;

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

export type SnapshotPlace = {
  reposDir: string;
  /** As it is kept: by it and the commit the clone is found again. */
  source: string;
  limits?: SnapshotLimits;
};

/** Makes a commit of what an archive holds. @throws UserError for what no honest archive holds */
export const snapshotOfArchive = async (
  path: string,
  place: SnapshotPlace,
  known: Pick<SnapshotNote, 'kind' | 'name' | 'package'> = { kind: 'archive', name: basename(path) },
): Promise<Imported> => {
  const limits = place.limits ?? SNAPSHOT_LIMITS;
  const what = known.name;
  const format = archiveFormat(path);
  if (format === null || format === 'other')
    throw new UserError(
      format
        ? `${visible(what)} is an archive of a kind that is not read here, so nothing was looked at`
        : `${visible(what)} is a single file and no archive, and an audit covers a folder`,
      format
        ? `unpack it into an empty folder (tar xf, 7z x), and name that folder`
        : 'name the folder of the server, or the zip, tgz, tar, whl, jar or mcpb it comes in',
    );
  const { size } = statSync(path);
  if (size > MOST_ARCHIVE_BYTES) throw refused(what, `is an archive of ${size} bytes`);
  const admission = createAdmission(what, size, limits);
  const entries =
    format === 'zip'
      ? readZip(path, what, limits)
      : readTar(path, what, format === 'tar.gz', limits, admission.leaveOut);
  return importSnapshot({
    ...place,
    entries,
    admission,
    stripTop: !KEEPS_TOP.test(path),
    note: { ...known, format: format === 'zip' ? 'zip' : 'tar', sha256: await sha256Of(path) },
  });
};

/** Makes a commit of what a folder without git holds. */
export const snapshotOfFolder = (
  path: string,
  place: SnapshotPlace,
  known: Pick<SnapshotNote, 'kind' | 'name'> = { kind: 'folder', name: basename(path) },
): Promise<Imported> => {
  const limits = place.limits ?? SNAPSHOT_LIMITS;
  const admission = createAdmission(known.name, 0, limits);
  return importSnapshot({
    ...place,
    entries: readPlainFolder(realpathSync(path), limits, admission.leaveOut),
    admission,
    stripTop: false,
    note: { ...known, format: '', sha256: '' },
  });
};
