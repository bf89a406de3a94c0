import fs from 'node:fs';
import path from 'node:path';
import type { Head } from '../../domain/auditor.ts';
import { hashLine, type JournalRead } from '../../engine/journal.ts';
import { FILE_MODE, writeNewFile } from './durable.ts';
import { errorCode } from './save-error.ts';

/**
 * How far the record went, remembered beside it: a chain of hashes shows a line that was changed or left out, but not that its
 * last lines are gone. Like the chain it shows accidents (half a copy, an old backup, a damaged disk), and no malice: whoever can
 * write the journal can write this file.
 */

const headPath = (dir: string): string => path.join(dir, 'head');

const text = ({ events, hash }: Head): string => `${String(events).padStart(10)} ${hash}\n`;

/** What was remembered; null when nothing was, or it cannot be read. Never throws. */
export const readHead = (dir: string): Head | null => {
  try {
    const match = /^ *(\d+) ([0-9a-f]{64})\n$/.exec(fs.readFileSync(headPath(dir), 'latin1'));
    return match?.[1] && match[2] ? { events: Number(match[1]), hash: match[2] } : null;
  } catch {
    return null;
  }
};

/**
 * Remembers how far the record goes. It comes after what it speaks of, and is not synced: one that is behind says less, never
 * anything false. A full disk keeps no decision from being recorded.
 */
export const keepHead = (dir: string, head: Head): void => {
  try {
    fs.writeFileSync(headPath(dir), text(head), { mode: FILE_MODE, flag: 'w' });
  } catch {
    // Then the next one that can be written says it.
  }
};

/** sha256 of the journal's line of that number, from its bytes. */
export const hashAt = (journal: Buffer, line: number): string => {
  let start = 0;
  for (let n = 1; n < line; n += 1) start = journal.indexOf(0x0a, start) + 1;
  return hashLine(journal.subarray(start, journal.indexOf(0x0a, start)));
};

/** What is missing or other than it was, in words; '' when the record goes as far as it did, or further. */
export const headProblem = (
  dir: string,
  journal: string,
  { events, lastHash }: Pick<JournalRead, 'events' | 'lastHash'>,
): string => {
  const head = readHead(dir);
  if (!head || head.events === 0) return '';
  const missing = head.events - events.length;
  if (missing > 0)
    return (
      `The journal went as far as event ${head.events} and ends at ${events.length} now: ${missing === 1 ? 'its last event is' : `its last ${missing} events are`} gone ` +
      '(an old copy put back, half a copy, a damaged disk). A whole copy, or importing an export of it, brings them back.'
    );
  const hash = missing === 0 ? lastHash : hashAt(fs.readFileSync(journal), head.events);
  return hash === head.hash
    ? ''
    : `The journal is not the one that was written here: its event ${head.events} is another, though its lines follow one another. A copy from elsewhere may have been put in its place.`;
};

/** Keeps what was remembered apart, before going on writes over it. Returns the name of the file. */
export const setHeadAside = (dir: string): string => {
  const remembered = fs.readFileSync(headPath(dir));
  for (let n = 1; ; n += 1) {
    const name = `head.lost-${n}`;
    try {
      writeNewFile(path.join(dir, name), remembered);
      fs.rmSync(headPath(dir), { force: true });
      return name;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
};
