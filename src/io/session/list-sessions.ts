import fs from 'node:fs';
import type { SessionTarget } from '../../domain/events.ts';
import { checksOf } from '../../domain/methodology.ts';
import type { ReviewOf } from '../../domain/review-record.ts';
import { replay } from '../../domain/session.ts';
import { sessionDir, sessionsDir } from '../paths.ts';
import { journalPath, readJournalFile } from './journal-file.ts';
import { readLocal } from './local-file.ts';
import { readOpening } from './open-session.ts';
import { isSessionId } from './session-id.ts';

/**
 * One session as a list shows it. Times are ISO 8601; `startedAt` is '' when the journal could not be read. `lastAt` of a
 * session with a problem is the latest moment at which it may have been worked on: it must not look older than it is.
 */
export type SessionSummary = {
  id: string;
  dir: string;
  target: SessionTarget | null;
  startedAt: string;
  lastAt: string;
  /** Checks with a verdict. */
  answered: number;
  /** Checks of the session's methodology; absent when that cannot be read. */
  total?: number;
  findings: number;
  lastCheck: string | null;
  workedMs: number;
  /** What it is a review of; null for an audit. */
  review: ReviewOf | null;
  /** Why this session cannot be opened as it stands, or what is lost in it. */
  problem?: string;
};

/** The time in a line of a journal. Inside of a text its quotes would be escaped. */
const AT = /"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"/g;

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** When the journal (else its folder) was last written; '' when nothing says so. */
const writtenAt = (dir: string): string => {
  for (const file of [journalPath(dir), dir])
    try {
      return fs.statSync(file).mtime.toISOString();
    } catch {
      // Not there, or not ours to look at.
    }
  return '';
};

/** The latest moment that the journal's own lines, readable or not, or its file speak of. */
const mayHaveEnded = (dir: string, id: string): string => {
  let said = '';
  try {
    for (const [, at = ''] of fs.readFileSync(journalPath(dir), 'latin1').matchAll(AT))
      if (at > said) said = at;
  } catch {
    // The file's own time has to do.
  }
  const times = [said, writtenAt(dir) || `${id.slice(0, 10)}T23:59:59.999Z`];
  return times.sort().at(-1) ?? '';
};

const summarise = (data: string, id: string): SessionSummary => {
  const dir = sessionDir(data, id);
  const nothing = {
    id,
    dir,
    target: null,
    startedAt: '',
    lastAt: '',
    answered: 0,
    findings: 0,
    lastCheck: null,
    workedMs: 0,
    review: null,
  };
  try {
    const { events, fault } = readJournalFile(dir);
    const session = replay(events);
    const summary: SessionSummary = {
      id,
      dir,
      target: session.target && { ...session.target, source: readLocal(dir).source },
      startedAt: session.startedAt,
      lastAt: session.lastAt,
      answered: [...session.answers.values()].filter((answer) => answer.verdict !== null).length,
      findings: session.findings.size,
      lastCheck: session.lastCheck,
      workedMs: session.workedMs,
      review: session.review,
    };
    if (fault) summary.problem = `line ${fault.line} of its journal cannot be trusted: ${fault.message}`;
    try {
      summary.total = checksOf(readOpening(dir, events).methodology).length;
    } catch (error) {
      summary.problem ??= message(error);
    }
    if (summary.problem !== undefined) summary.lastAt = mayHaveEnded(dir, id);
    return summary;
  } catch (error) {
    return { ...nothing, lastAt: mayHaveEnded(dir, id), problem: message(error) };
  }
};

/** When it was last worked on here. A journal from elsewhere can name any day: it is no newer than its file. */
const workedOnAt = ({ dir, lastAt }: SessionSummary): string => {
  const written = writtenAt(dir);
  return written !== '' && written < lastAt ? written : lastAt;
};

/** All sessions, the one worked on last first. One that cannot be read says so in `problem`, and hides no other. */
export const listSessions = (data: string): SessionSummary[] => {
  let names: fs.Dirent[];
  try {
    names = fs.readdirSync(sessionsDir(data), { withFileTypes: true });
  } catch {
    return [];
  }
  return names
    .filter((entry) => entry.isDirectory() && isSessionId(entry.name))
    .map((entry) => summarise(data, entry.name))
    .map((summary) => ({ summary, at: summary.problem ? summary.lastAt : workedOnAt(summary) }))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.summary.id < b.summary.id ? 1 : -1))
    .map(({ summary }) => summary);
};
