import fs from 'node:fs';
import { UserError } from '../../domain/errors.ts';
import {
  type Auditor,
  EVENT_VERSION,
  type EventBody,
  type SessionEvent,
  type SessionTarget,
} from '../../domain/events.ts';
import { nothingLocal } from '../../domain/local.ts';
import { type Methodology, methodology as methodologySchema } from '../../domain/methodology.ts';
import type { ReviewOf } from '../../domain/review-record.ts';
import { encode, type JournalRead } from '../../engine/journal.ts';
import type { Opening } from '../../engine/next-events.ts';
import {
  type BlobPort,
  type BlobRead,
  type JournalPort,
  type LocalPort,
  SaveError,
} from '../../engine/ports.ts';
import { plural } from '../../text/plural.ts';
import { sessionDir } from '../paths.ts';
import { decodeRules, encodeRules, type RuleFiles } from '../rule-files.ts';
import { openBlobStore, readBlobSync } from './blob-store.ts';
import { headProblem } from './head-file.ts';
import {
  CHAIN_SHOWS,
  createJournalFile,
  journalPath,
  openJournalFile,
  readJournalFile,
} from './journal-file.ts';
import { localFile } from './local-file.ts';
import { lockSession } from './lock.ts';
import { makeWhole } from './make-whole.ts';
import { methodologyAt } from './methodology-at.ts';
import { isSessionId, sessionId } from './session-id.ts';

/** What a store is created from. `journal.close()` also lets go of the lock. */
export type OpenSession = {
  id: string;
  dir: string;
  journal: JournalPort;
  blobs: BlobPort;
  local: LocalPort;
  methodology: Methodology;
  /** The auditor's own rules the session was begun with. */
  ownRules: RuleFiles;
  events: SessionEvent[];
  /** That it was opened again, to be recorded with the first thing it is opened for; null for a new one, or to look. */
  opening: Opening | null;
  readOnly: string | null;
  notices: string[];
};

const unlocking = (journal: JournalPort, release: () => void): JournalPort => ({
  get lastHash() {
    return journal.lastHash;
  },
  append: journal.append,
  close: () => {
    journal.close();
    release();
  },
});

/** Appends one event and returns it. */
const append = (journal: JournalPort, seq: number, at: Date, by: string, body: EventBody): SessionEvent => {
  const event: SessionEvent = { v: EVENT_VERSION, seq, at: at.toISOString(), by, ...body };
  journal.append([encode(event, journal.lastHash)]);
  return event;
};

export type StartParts = {
  dataDir: string;
  target: SessionTarget;
  methodology: Methodology;
  ownRules?: RuleFiles;
  tool: { name: string; version: string };
  auditor: Auditor;
  by: string;
  clock(): Date;
  /** What it is a review of, and the file that came in. */
  review?: Omit<ReviewOf, 'archive'> & { archive: Uint8Array };
  /** Four random hex digits, which tell sessions on one target and day apart. */
  random(): string;
};

/** Everything a session begins with, in a folder that is none yet. */
const writeBeginning = (dir: string, id: string, parts: StartParts): SessionEvent => {
  const blobs = openBlobStore(dir);
  const { id: name, version } = parts.methodology;
  const sha256 = blobs.put(Buffer.from(JSON.stringify(parts.methodology)));
  const { target, tool, auditor } = parts;
  const ownRules: RuleFiles = parts.ownRules ?? new Map();
  const rules = ownRules.size > 0 && {
    rules: { files: ownRules.size, sha256: blobs.put(Buffer.from(encodeRules(ownRules))) },
  };
  const review = parts.review && {
    review: { ...parts.review, archive: blobs.put(parts.review.archive) },
  };
  // What was typed may be a path of this machine: it stays out of the record.
  const body = {
    id,
    target: { ...target, source: '' },
    methodology: { id: name, version, sha256 },
    tool,
    auditor,
    ...rules,
    ...review,
  };
  localFile(dir).keep({ ...nothingLocal(), source: target.source });
  const journal = createJournalFile(dir);
  try {
    return append(journal, 1, parts.clock(), parts.by, { type: 'session.started', ...body });
  } finally {
    journal.close();
  }
};

/** A name that no session here has. */
const freeId = (parts: StartParts): string => {
  let id = '';
  for (let tries = 0; tries < 100; tries += 1) {
    id = sessionId(parts.clock(), parts.target.name, parts.random());
    if (!fs.existsSync(sessionDir(parts.dataDir, id))) return id;
  }
  throw new SaveError('EEXIST', `there is a session ${id} already`, 'try again');
};

/** Begins a session: it is on the disk, whole, when this returns. Throws {@link SaveError}, leaving nothing behind. */
export const startSession = (parts: StartParts): OpenSession => {
  const id = freeId(parts);
  const dir = sessionDir(parts.dataDir, id);
  let started: SessionEvent | undefined;
  makeWhole(parts.dataDir, dir, (draft) => {
    started = writeBeginning(draft, id, parts);
  });
  let lock: { release(): void } | undefined;
  try {
    lock = lockSession(dir, { since: parts.clock() });
    return {
      id,
      dir,
      journal: unlocking(openJournalFile(dir).journal, lock.release),
      blobs: openBlobStore(dir),
      local: localFile(dir),
      methodology: parts.methodology,
      ownRules: parts.ownRules ?? new Map(),
      events: started ? [started] : [],
      opening: null,
      readOnly: null,
      notices: [],
    };
  } catch (error) {
    lock?.release();
    // Nobody was told of it; whoever else opened it meanwhile has it locked, and that is no SaveError.
    if (error instanceof SaveError) fs.rmSync(dir, { recursive: true, force: true });
    throw error;
  }
};

type ReadBlob = (sha256: string) => BlobRead;

/** The methodology a session goes by, whatever the program ships today. Throws {@link UserError}. */
const readMethodology = (dir: string, events: readonly SessionEvent[], blob: ReadBlob): Methodology => {
  const [started] = events;
  if (started?.type !== 'session.started')
    throw new UserError(
      `${dir} holds no readable session: its journal does not begin with the start of one`,
      'import an earlier export of it, or begin a new audit',
    );
  const { id, version, sha256 } = methodologyAt(events) ?? started.methodology;
  const read = blob(sha256);
  const problem = (what: string) =>
    new UserError(
      `methodology ${id} ${version} of this session is ${what}: without it, its answers have no questions`,
      `import an earlier export of this session, or restore blobs/${sha256.slice(0, 2)}/${sha256} in ${dir}`,
    );
  if ('problem' in read) throw problem(read.problem);
  let parsed: ReturnType<typeof methodologySchema.safeParse>;
  try {
    parsed = methodologySchema.safeParse(JSON.parse(read.bytes.toString('utf8')));
  } catch {
    throw problem('not JSON');
  }
  if (!parsed.success) throw problem('not in a form this version reads');
  return parsed.data;
};

/** The auditor's own rules a session was begun with: the same when it is resumed. Throws {@link UserError}. */
const readSessionRules = (dir: string, events: readonly SessionEvent[], blob: ReadBlob): RuleFiles => {
  const [started] = events;
  if (started?.type !== 'session.started' || !started.rules) return new Map();
  const { sha256 } = started.rules;
  const read = blob(sha256);
  const rules = 'problem' in read ? null : decodeRules(read.bytes.toString('utf8'));
  if (rules) return rules;
  throw new UserError(
    `the rules of its own that this session was begun with are ${'problem' in read ? read.problem : 'not in a form this version reads'}: what is gathered without them would not be the same evidence`,
    `import an earlier export of this session, or restore blobs/${sha256.slice(0, 2)}/${sha256} in ${dir}`,
  );
};

/** All that opening reads besides the journal. Throws {@link UserError} when the session cannot be opened without it. */
export const readOpening = (
  dir: string,
  events: readonly SessionEvent[],
  blob: ReadBlob = (sha256) => readBlobSync(dir, sha256),
): Pick<OpenSession, 'methodology' | 'ownRules'> => ({
  methodology: readMethodology(dir, events, blob),
  ownRules: readSessionRules(dir, events, blob),
});

export type ResumeParts = {
  dataDir: string;
  id: string;
  toolVersion: string;
  by: string;
  clock(): Date;
  /** Looks without lock and without a trace. */
  readOnly?: boolean;
};

const readOnlyJournal = (read: JournalRead, reason: string): JournalPort => ({
  lastHash: read.lastHash,
  append: () => {
    throw new SaveError('EROFS', reason, 'open the session without --read-only to change it');
  },
  close: () => {},
});

const readOnlyNotices = (dir: string, read: JournalRead): string[] => {
  const { fault, torn, events } = read;
  if (fault)
    return [
      `Line ${fault.line} of the journal cannot be trusted: ${fault.message}. Shown: ${plural(events.length, 'event')} before it. ${CHAIN_SHOWS}.`,
    ];
  const end = headProblem(dir, journalPath(dir), read);
  return [
    ...(torn
      ? [`The last line of the journal is unfinished (${torn.bytes.length} bytes) and not shown.`]
      : []),
    ...(end ? [end] : []),
  ];
};

const look = (id: string, dir: string): OpenSession => {
  const read = readJournalFile(dir);
  const reason = 'the session was opened with --read-only';
  return {
    id,
    dir,
    journal: readOnlyJournal(read, reason),
    blobs: openBlobStore(dir),
    local: localFile(dir),
    ...readOpening(dir, read.events),
    events: read.events,
    opening: null,
    readOnly: reason,
    notices: readOnlyNotices(dir, read),
  };
};

/**
 * Opens a session where it was left. Throws {@link UserError} (a {@link SaveError} when the disk is the reason) that
 * says whether `--read-only` would still show it.
 */
export const resumeSession = (parts: ResumeParts): OpenSession => {
  const { id } = parts;
  const dir = sessionDir(parts.dataDir, id);
  if (!isSessionId(id) || !fs.existsSync(dir))
    throw new UserError(
      `there is no session ${JSON.stringify(id)}`,
      'mcp-audit sessions lists those there are',
    );
  if (parts.readOnly) return look(id, dir);
  const lock = lockSession(dir, { since: parts.clock() });
  let journal: JournalPort | undefined;
  try {
    const opened = openJournalFile(dir);
    journal = opened.journal;
    const { events } = opened.read;
    const opening = readOpening(dir, events);
    return {
      id,
      dir,
      journal: unlocking(journal, lock.release),
      blobs: openBlobStore(dir),
      local: localFile(dir),
      ...opening,
      events,
      opening: { at: parts.clock().toISOString(), by: parts.by, toolVersion: parts.toolVersion },
      readOnly: null,
      notices: opened.notices,
    };
  } catch (error) {
    journal?.close();
    lock.release();
    throw error;
  }
};
