import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type AssistLine, assistLine } from '../../domain/assistance.ts';
import { openInputFile } from '../input-file.ts';
import { FILE_MODE, makeDir, writeAll } from './durable.ts';
import { processStart } from './process-start.ts';
import { saveError } from './save-error.ts';

/**
 * What was said with assistants: one file a connection in `<session>/assist/`, which the process that serves it appends to, and
 * nobody else. So it needs no lock, and the session may be open elsewhere. A last line without its end was never acknowledged.
 */
const assistDir = (dir: string): string => path.join(dir, 'assist');

/** Of one connection: an assistant that says more is told to begin anew. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Of a session. */
const MOST_CONNECTIONS = 200;

const NAME = /^[0-9a-z-]{1,60}\.jsonl$/;

export type AssistLog = {
  connection: string;
  /** Whether there is room for no more. */
  full(): boolean;
  /** Written when it returns, a proposal durably; throws SaveError. */
  append(line: AssistLine): void;
  /** Says that it ended, if it ever began. Never throws. */
  end(at: Date): void;
};

/** The file is made with the first thing that is said; `first` comes before it. `at` names it, so that files are in order. */
export const assistLog = (dir: string, at: Date, first: AssistLine): AssistLog => {
  const day = at.toISOString().slice(0, 19).replace(/[:T]/g, '-');
  const connection = `${day}-${randomBytes(4).toString('hex')}`;
  const file = path.join(assistDir(dir), `${connection}.jsonl`);
  let size = 0;
  let fd: number | null = null;
  const open = (): number => {
    makeDir(assistDir(dir));
    return fs.openSync(file, 'wx', FILE_MODE);
  };
  const write = (to: number, line: AssistLine): void => {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    writeAll(to, bytes, size);
    size += bytes.length;
  };
  return {
    connection,
    full: () => size >= MOST_BYTES,
    append: (line) => {
      try {
        if (fd === null) {
          fd = open();
          write(fd, first);
        }
        write(fd, line);
        // A proposal is acknowledged; that something was read may be lost with the machine.
        if (line.type === 'proposed') fs.fdatasyncSync(fd);
      } catch (error) {
        throw saveError(error, file);
      }
    },
    end: (when) => {
      if (fd === null) return;
      try {
        write(fd, { type: 'ended', at: when.toISOString() });
        fs.closeSync(fd);
      } catch {
        // Then its process is gone, which says the same.
      }
      fd = null;
    },
  };
};

export type Connection = {
  connection: string;
  lines: readonly AssistLine[];
  /** Lines that are none, and are left out. */
  unread: number;
  /** Its process is there, and it was not ended. */
  listening: boolean;
  /** All that it said so far, whole lines only; null when it cannot be read. */
  transcript(): Buffer | null;
};

/** What of a file is there from `from` on; a link, or what is no file, is not read. Never throws. */
const readFrom = (file: string, from: number): Buffer | null => {
  try {
    if (fs.lstatSync(file).isSymbolicLink()) return null;
    const { fd, size } = openInputFile(file);
    try {
      const bytes = Buffer.alloc(Math.max(0, Math.min(size, MOST_BYTES * 2) - from));
      const got = bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, from));
      return got.subarray(0, got.lastIndexOf(0x0a) + 1);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return null;
  }
};

const parsed = (text: string): AssistLine | null => {
  try {
    return assistLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
};

const isListening = (lines: readonly AssistLine[]): boolean => {
  const [first] = lines;
  if (first?.type !== 'began' || lines.at(-1)?.type === 'ended') return false;
  const start = processStart(first.pid);
  return start !== null && (start === '' || first.start === '' || start === first.start);
};

/** Reads connections again and again, of each only what is new. Never throws. */
export const createAssistReader = (dir: string): { read(): readonly Connection[] } => {
  const known = new Map<string, { offset: number; read: Connection }>();
  const names = (): string[] => {
    try {
      return fs
        .readdirSync(assistDir(dir))
        .filter((n) => NAME.test(n))
        .sort()
        .slice(-MOST_CONNECTIONS);
    } catch {
      return [];
    }
  };
  return {
    read: () =>
      names().map((name) => {
        const file = path.join(assistDir(dir), name);
        const was = known.get(name) ?? {
          offset: 0,
          read: {
            connection: name.replace(/\.jsonl$/, ''),
            lines: [],
            unread: 0,
            listening: true,
            transcript: () => readFrom(file, 0),
          },
        };
        const bytes = was.read.listening ? readFrom(file, was.offset) : null;
        if (!bytes || bytes.length === 0) {
          const listening = was.read.listening && isListening(was.read.lines);
          if (listening !== was.read.listening) was.read = { ...was.read, listening };
          known.set(name, was);
          return was.read;
        }
        const more = bytes.toString('utf8').split('\n').filter(Boolean).map(parsed);
        const lines = [...was.read.lines, ...more.filter((l) => l !== null)];
        const unread = was.read.unread + more.filter((l) => l === null).length;
        const read = { ...was.read, lines, unread, listening: isListening(lines) };
        known.set(name, { offset: was.offset + bytes.length, read });
        return read;
      }),
  };
};
