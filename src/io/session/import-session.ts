import { hash } from 'node:crypto';
import fs from 'node:fs';
import { UserError } from '../../domain/errors.ts';
import type { SessionEvent } from '../../domain/events.ts';
import { replay } from '../../domain/session.ts';
import { readJournal } from '../../engine/journal.ts';
import { sessionDir } from '../paths.ts';
import { openBlobStore } from './blob-store.ts';
import { writeNewFile } from './durable.ts';
import { JOURNAL_ENTRY, openingBlobs, referencedBlobs } from './export-session.ts';
import { keepHead, readHead } from './head-file.ts';
import { journalPath, openJournalFile } from './journal-file.ts';
import { lockSession } from './lock.ts';
import { makeWhole } from './make-whole.ts';
import { readOpening } from './open-session.ts';
import { type ArchiveLimits, readArchive, refuseArchive } from './read-archive.ts';
import { isSessionId } from './session-id.ts';

export type Imported = {
  id: string;
  dir: string;
  /**
   * `new`: it was not here. `identical`, `older`: what is here already has all of it, nothing changed.
   * `continued`: what is here was the beginning of it, the rest was added. `waits`: it would be, and nobody agreed: nothing changed.
   */
  outcome: 'new' | 'identical' | 'older' | 'continued' | 'waits';
  /** The history in the file, and how many of its events were here before. */
  events: readonly SessionEvent[];
  known: number;
  /** The commit it audits, which may not be on this machine. */
  commit: string;
  /** Contents the file should have had, and has not; what was allowed elsewhere, and is not here. */
  notices: string[];
};

/** What an exported file holds, checked. */
export type SessionContent = {
  id: string;
  commit: string;
  lastHash: string;
  journal: Buffer;
  events: SessionEvent[];
  blobs: Map<string, Buffer>;
  notices: string[];
};

const BLOB_ENTRY = /^blobs\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/;

/** All that opening such a session reads besides its journal. Throws {@link UserError}. */
export const openingOf = ({ events, blobs }: Pick<SessionContent, 'events' | 'blobs'>) =>
  readOpening('', events, (sha256) => {
    const bytes = blobs.get(sha256);
    return bytes ? { bytes } : { problem: 'missing' };
  });

const readContent = (entries: Map<string, Buffer>): SessionContent => {
  const journal = entries.get(JOURNAL_ENTRY);
  if (!journal) throw refuseArchive(`it holds no ${JOURNAL_ENTRY}`);
  const { events, fault, torn, lastHash } = readJournal(journal);
  if (fault) throw refuseArchive(`line ${fault.line} of its journal cannot be trusted: ${fault.message}`);
  if (torn) throw refuseArchive('the last line of its journal is not complete');
  const [started] = events;
  if (started?.type !== 'session.started')
    throw refuseArchive('its journal does not begin with the start of a session');
  if (!isSessionId(started.id))
    throw refuseArchive(`${JSON.stringify(started.id.slice(0, 100))} is not a session's name`);

  const referenced = referencedBlobs(events);
  const blobs = new Map<string, Buffer>();
  for (const [name, bytes] of entries) {
    const sha256 = BLOB_ENTRY.exec(name)?.[2];
    if (sha256 === undefined) continue;
    if (!referenced.has(sha256)) throw refuseArchive(`it holds ${name}, which its journal does not speak of`);
    if (hash('sha256', bytes, 'hex') !== sha256)
      throw refuseArchive(`${name} is not what it was when it was exported`);
    blobs.set(sha256, bytes);
  }
  const notices = [...referenced]
    .filter(([sha256]) => !blobs.has(sha256))
    .map(([, what]) => `${what} is not in the file`);
  for (const [sha256, what] of openingBlobs(events))
    if (!blobs.has(sha256)) throw refuseArchive(`it does not hold ${what} of the session`);
  try {
    openingOf({ events, blobs });
  } catch (error) {
    throw error instanceof UserError ? refuseArchive(error.message) : error;
  }
  return { id: started.id, commit: started.target.commit, lastHash, journal, events, blobs, notices };
};

const putAll = (dir: string, blobs: Map<string, Buffer>): void => {
  const store = openBlobStore(dir);
  for (const bytes of blobs.values()) store.put(bytes);
};

/** Permissions are the auditor's on the machine where they were given: they arrive as history, and nothing more. */
const allowedElsewhere = (events: readonly SessionEvent[]): string[] => {
  const { networkAllowed, osvCopy } = replay(events);
  return [
    ...(networkAllowed
      ? [
          'the network was allowed for it elsewhere; here it is not, until you allow it (N, or --allow-network)',
        ]
      : []),
    ...(osvCopy
      ? ['an offline copy of OSV was named for it elsewhere; here none is, until you name one (V, or --osv)']
      : []),
  ];
};

/** Evidence that was lost here comes back with the file that still has it. */
const merge = (
  content: SessionContent,
  dir: string,
  now: Date,
  agreed: boolean,
): Pick<Imported, 'outcome' | 'notices' | 'known'> => {
  const lock = lockSession(dir, { since: now });
  try {
    const remembered = readHead(dir)?.events ?? 0;
    const { journal, read, notices } = openJournalFile(dir);
    try {
      const here = fs.readFileSync(journalPath(dir)).subarray(0, read.goodBytes);
      const there = content.journal;
      const shared = Math.min(here.length, there.length);
      if (!here.subarray(0, shared).equals(there.subarray(0, shared)))
        throw new UserError(
          `session ${content.id} is here already, and was continued here and there in different ways`,
          `mcp-audit join takes over what was decided there, and shows what contradicts; or keep one of them: move ${dir} away to import the other`,
        );
      // Whoever has the file may have written what is new in it, in anybody's name: the chain holds all the same.
      const known = Math.min(read.events.length, content.events.length);
      if (here.length < there.length && !agreed) return { outcome: 'waits', notices, known };
      putAll(dir, content.blobs);
      if (here.length === there.length) return { outcome: 'identical', notices, known };
      if (here.length > there.length) return { outcome: 'older', notices, known };
      journal.append(there.subarray(here.length, -1).toString('utf8').split('\n'));
      // An end that was lost here may be what came back.
      return { outcome: 'continued', notices: content.events.length < remembered ? notices : [], known };
    } finally {
      journal.close();
    }
  } finally {
    lock.release();
  }
};

/** Everything in a file that `exportSession` wrote, in memory. Throws {@link UserError} when it is not as it was written. */
export const readSessionFile = (archive: Buffer, limits?: ArchiveLimits): SessionContent =>
  readContent(readArchive(archive, (name) => name === JOURNAL_ENTRY || BLOB_ENTRY.test(name), limits));

/**
 * Takes a file that `exportSession` wrote, whoever sends it: everything is checked before anything is written. Throws
 * {@link UserError} with the reason when it is refused. A session that is here is continued by it only when somebody `agreed`.
 */
export const importSession = (
  archive: Buffer,
  dataDir: string,
  now: Date,
  { limits, agreed = false }: { limits?: ArchiveLimits | undefined; agreed?: boolean | undefined } = {},
): Imported => {
  const content = readSessionFile(archive, limits);
  const { id, commit, notices } = content;
  const dir = sessionDir(dataDir, id);
  if (fs.existsSync(dir)) {
    const { outcome, known, notices: found } = merge(content, dir, now, agreed);
    return { id, dir, commit, outcome, events: content.events, known, notices: [...notices, ...found] };
  }
  makeWhole(dataDir, dir, (draft) => {
    putAll(draft, content.blobs);
    writeNewFile(journalPath(draft), content.journal);
    keepHead(draft, { events: content.events.length, hash: content.lastHash });
  });
  return {
    id,
    dir,
    commit,
    outcome: 'new',
    events: content.events,
    known: 0,
    notices: [...notices, ...allowedElsewhere(content.events)],
  };
};
