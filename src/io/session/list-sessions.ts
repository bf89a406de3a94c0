import fs from 'node:fs';
import type { SessionTarget } from '../../domain/events.ts';
import { checksOf } from '../../domain/methodology.ts';
import { replay } from '../../domain/session.ts';
import { sessionDir, sessionsDir } from '../paths.ts';
import { readJournalFile } from './journal-file.ts';
import { readOpening } from './open-session.ts';
import { isSessionId } from './session-id.ts';

/** One session as a list shows it. Times are ISO 8601, '' when the journal could not be read. */
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
  /** Why this session cannot be opened as it stands, or what is lost in it. */
  problem?: string;
};

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));

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
  };
  try {
    const { events, fault } = readJournalFile(dir);
    const session = replay(events);
    const summary: SessionSummary = {
      id,
      dir,
      target: session.target,
      startedAt: session.startedAt,
      lastAt: session.lastAt,
      answered: [...session.answers.values()].filter((answer) => answer.verdict !== null).length,
      findings: session.findings.size,
      lastCheck: session.lastCheck,
      workedMs: session.workedMs,
    };
    if (fault) summary.problem = `line ${fault.line} of its journal cannot be trusted: ${fault.message}`;
    try {
      summary.total = checksOf(readOpening(dir, events).methodology).length;
    } catch (error) {
      summary.problem ??= message(error);
    }
    return summary;
  } catch (error) {
    return { ...nothing, problem: message(error) };
  }
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
    .sort((a, b) => (a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : a.id < b.id ? 1 : -1));
};
