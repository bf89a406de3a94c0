import nodeFs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { hashLine, type JournalRead, readJournal } from '../../engine/journal.ts';
import { type JournalPort, SaveError } from '../../engine/ports.ts';
import { plural } from '../../text/plural.ts';
import { readInputFile } from '../input-file.ts';
import { FILE_MODE, syncDir, writeAll, writeNewFile } from './durable.ts';
import { headProblem, keepHead, readHead, setHeadAside } from './head-file.ts';
import { errorCode, saveError } from './save-error.ts';

export const journalPath = (dir: string): string => path.join(dir, 'journal.jsonl');

/** As long as a buffer can be; a journal of the longest audit has some megabytes. */
export const MAX_JOURNAL = 1024 * 1024 * 1024;

/** The calls that decide whether a decision is on the disk; tests put failing ones in their place. */
export type JournalFs = Pick<
  typeof nodeFs,
  'writeSync' | 'fdatasyncSync' | 'ftruncateSync' | 'fstatSync' | 'closeSync'
>;

/** A record that lies elsewhere is nobody's session here: what is read may be opened, and written to. */
const refuseLink = (file: string): void => {
  if (nodeFs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new UserError(
      `${file} is a symbolic link, and no session is read or written through one`,
      'if you made it, put the file itself there; if you did not, look at who did',
    );
};

/** Reads without changing anything. Throws {@link UserError} when there is no journal, or it cannot be read. */
export const readJournalFile = (dir: string): JournalRead => {
  const file = journalPath(dir);
  refuseLink(file);
  try {
    return readJournal(readInputFile(file, MAX_JOURNAL));
  } catch (error) {
    if (errorCode(error) === 'ENOENT')
      throw new UserError(
        `${file} is missing: there is no session in that folder`,
        'mcp-audit sessions lists those there are',
      );
    throw new UserError(
      `${file} cannot be read (${error instanceof Error ? error.message : error})`,
      'check who owns that folder and whether the disk is well',
    );
  }
};

/** What the chain of hashes is good for, wherever it is said to be broken. */
export const CHAIN_SHOWS =
  'The chain of hashes shows that something happened to the file (a damaged disk, an editor, half a copy), not who did it: it is no proof against somebody who writes the whole file anew';

const faultError = (file: string, { fault, events }: JournalRead): UserError =>
  new UserError(
    `line ${fault?.line} of ${file} cannot be trusted: ${fault?.message}. ` +
      `Decisions from that line on may not be what the auditor decided, so nothing is added to them. ` +
      CHAIN_SHOWS,
    events.length > 0
      ? `mcp-audit resume ${path.basename(path.dirname(file))} --read-only shows the ${plural(events.length, 'event')} before that line; or import an earlier export of this session`
      : 'import an earlier export of this session',
  );

/** Moves what a crash left of an unsaved last line out of the way, without throwing it away. */
const setAside = (dir: string, fd: number, read: JournalRead, fs: JournalFs): string => {
  const { torn, goodBytes, events } = read;
  if (!torn) return '';
  const wasSaved = (readHead(dir)?.events ?? 0) > events.length;
  for (let n = 1; ; n += 1) {
    const name = `journal.torn-${n}`;
    try {
      writeNewFile(path.join(dir, name), torn.bytes);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue;
      throw error;
    }
    syncDir(dir);
    fs.ftruncateSync(fd, goodBytes);
    fs.fdatasyncSync(fd);
    return (
      `The last line of the journal was cut off in the middle (${torn.bytes.length} bytes). What it recorded had ` +
      `${wasSaved ? '' : 'not '}been reported as saved; it is kept in ${name}. Check your last decision.`
    );
  }
};

const portOf = (file: string, fd: number, read: JournalRead, fs: JournalFs): JournalPort => {
  let length = read.goodBytes;
  let lastHash = read.lastHash;
  let events = read.events.length;
  let open = true;
  /** Bytes of a failed append may still be there. */
  let dirty = false;

  const truncateBack = () => {
    fs.ftruncateSync(fd, length);
    dirty = false;
  };
  const checkUntouched = () => {
    const { size, nlink } = fs.fstatSync(fd);
    if (nlink > 0 && size === length) return;
    throw new SaveError(
      'ECHANGED',
      `another program has changed or replaced ${file}`,
      'leave this session and open it again: all that was reported as saved before is still in it, unless that program removed it',
    );
  };
  return {
    get lastHash() {
      return lastHash;
    },
    append: (lines) => {
      const last = lines.at(-1);
      if (last === undefined) return;
      if (!open) throw new SaveError('EBADF', `${file} is closed`, 'open the session again');
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      try {
        if (dirty) truncateBack();
        checkUntouched();
        dirty = true;
        writeAll(fd, bytes, length, fs);
        fs.fdatasyncSync(fd);
        dirty = false;
      } catch (error) {
        // If this fails too, the next append begins with it; on the next start the rest is a torn line.
        if (dirty) {
          try {
            truncateBack();
            fs.fdatasyncSync(fd);
          } catch {}
        }
        throw saveError(error, file);
      }
      length += bytes.length;
      lastHash = hashLine(last);
      events += lines.length;
      keepHead(path.dirname(file), { events, hash: lastHash });
    },
    close: () => {
      if (!open) return;
      open = false;
      fs.closeSync(fd);
    },
  };
};

/** Tells once that the record does not go as far as it did; what was remembered is kept apart. */
const endNotice = (dir: string, file: string, read: JournalRead): string => {
  const problem = headProblem(dir, file, read);
  return problem && `${problem} What is known of the lost end is kept in ${setHeadAside(dir)}.`;
};

export type OpenJournal = { journal: JournalPort; read: JournalRead; notices: string[] };

/** Creates an empty journal. Throws {@link SaveError}, also when there is one already. */
export const createJournalFile = (dir: string, fs: JournalFs = nodeFs): JournalPort => {
  const file = journalPath(dir);
  try {
    const fd = nodeFs.openSync(file, 'wx+', FILE_MODE);
    syncDir(dir);
    return portOf(file, fd, readJournal(''), fs);
  } catch (error) {
    throw saveError(error, file);
  }
};

/**
 * Opens a journal for writing; the caller holds the session's lock. A torn last line is moved to `journal.torn-<n>`
 * and told in `notices`. Throws {@link UserError} when a line cannot be trusted, {@link SaveError} when the file cannot
 * be written.
 */
export const openJournalFile = (dir: string, fs: JournalFs = nodeFs): OpenJournal => {
  const file = journalPath(dir);
  const read = readJournalFile(dir);
  if (read.fault) throw faultError(file, read);
  let fd: number | undefined;
  try {
    fd = nodeFs.openSync(file, 'r+');
    const notices = [setAside(dir, fd, read, fs), endNotice(dir, file, read)].filter(Boolean);
    return { journal: portOf(file, fd, read, fs), read, notices };
  } catch (error) {
    if (fd !== undefined) nodeFs.closeSync(fd);
    throw saveError(error, file);
  }
};
