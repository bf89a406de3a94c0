import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { EVENT_VERSION, type SessionEvent, sessionEvent } from '../domain/events.ts';

/**
 * The journal's lines. A line is the event's JSON with two more fields at its end: `prev`, the sha256 of the complete
 * line before (so that a line changed, dropped or moved by accident leaves a trace), and `crc`, the CRC-32 of everything
 * before it in the same line (so that damage to the very last line, which no other line names, is seen too). It shows accident,
 * not malice: who can write the file can write a new chain. That the end was cut off is told by what is remembered beside it.
 */
export const FIRST_HASH = '0'.repeat(64);

const LINE_FEED = 0x0a;
const CRC_PREFIX = ',"crc":"';
const CRC_LENGTH = CRC_PREFIX.length + 8 + '"}'.length;

export type JournalFault = {
  kind: 'bad-json' | 'bad-event' | 'bad-checksum' | 'broken-chain' | 'bad-sequence' | 'unknown-version';
  /** 1-based. */
  line: number;
  /** What is wrong with that line, for people. */
  message: string;
};

export type JournalRead = {
  /** All events before the fault, or all of them. */
  events: SessionEvent[];
  /** sha256 of the last good line; 64 zeros when there is none. */
  lastHash: string;
  /** Bytes of the good lines, newlines included. */
  goodBytes: number;
  /** An unfinished last line: what a crash or a full disk left of a decision that was never reported as saved. */
  torn: { bytes: Buffer; text: string } | null;
  fault: JournalFault | null;
};

/** sha256 hex of a line without its newline. */
export const hashLine = (line: string | Uint8Array): string => hash('sha256', line, 'hex');

const checksum = (head: string | Uint8Array): string => crc32(head).toString(16).padStart(8, '0');

/** The line, without newline, that records `event` after the line whose hash is `prevHash`. */
export const encode = (event: SessionEvent, prevHash: string): string => {
  const head = JSON.stringify({ ...event, prev: prevHash }).slice(0, -1);
  return `${head}${CRC_PREFIX}${checksum(head)}"}`;
};

/** The lines that record `events` one after the other, after the line whose hash is `prevHash`. */
export const encodeAll = (events: readonly SessionEvent[], prevHash: string): string[] => {
  let prev = prevHash;
  return events.map((event) => {
    const line = encode(event, prev);
    prev = hashLine(line);
    return line;
  });
};

type Line = { event: SessionEvent } | { fault: Omit<JournalFault, 'line'>; json: boolean };

const fault = (kind: JournalFault['kind'], message: string): Line => ({
  fault: { kind, message },
  json: kind !== 'bad-json',
});

const parse = (bytes: Buffer): Record<string, unknown> | null => {
  // Decoding would put replacement characters in place of such bytes, and so read something that is not there.
  if (!isUtf8(bytes)) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};

const readLine = (bytes: Buffer, prevHash: string, seq: number): Line => {
  const value = parse(bytes);
  if (!value) return fault('bad-json', 'it is not a JSON object');
  if (value.v !== EVENT_VERSION)
    return fault(
      'unknown-version',
      `it has event version ${JSON.stringify(value.v) ?? 'none'}, this program reads ${EVENT_VERSION}`,
    );
  const headLength = bytes.length - CRC_LENGTH;
  const tail = headLength > 0 ? bytes.toString('latin1', headLength) : '';
  if (tail !== `${CRC_PREFIX}${checksum(bytes.subarray(0, Math.max(0, headLength)))}"}`)
    return fault('bad-checksum', 'its checksum does not match: it was changed after it was written');
  const { prev, crc: _crc, ...event } = value;
  if (prev !== prevHash)
    return fault('broken-chain', 'it does not follow the line before: a line was changed, removed or moved');
  const parsed = sessionEvent.safeParse(event);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return fault('bad-event', `it is not an event: ${issue?.path.join('.') || 'type'}: ${issue?.message}`);
  }
  if (parsed.data.seq !== seq)
    return fault('bad-sequence', `it has number ${parsed.data.seq} instead of ${seq}`);
  if ((parsed.data.type === 'session.started') !== (seq === 1))
    return fault(
      'bad-sequence',
      seq === 1 ? 'a session does not begin with it' : 'it begins a session inside another',
    );
  return { event: parsed.data };
};

/**
 * Reads a journal up to the first line that is not as it was written. Never throws.
 *
 * A last line that is unfinished (no newline, or not JSON) is set aside as `torn`; any other damage is a `fault`.
 */
export const readJournal = (journal: string | Uint8Array): JournalRead => {
  const data =
    typeof journal === 'string'
      ? Buffer.from(journal)
      : Buffer.from(journal.buffer, journal.byteOffset, journal.byteLength);
  const events: SessionEvent[] = [];
  let lastHash = FIRST_HASH;
  let start = 0;
  const read = (torn: Buffer | null, found: JournalFault | null): JournalRead => ({
    events,
    lastHash,
    goodBytes: start,
    torn: torn && { bytes: torn, text: torn.toString('utf8') },
    fault: found,
  });

  while (start < data.length) {
    const end = data.indexOf(LINE_FEED, start);
    if (end === -1) return read(data.subarray(start), null);
    const bytes = data.subarray(start, end);
    const line = readLine(bytes, lastHash, events.length + 1);
    if ('fault' in line) {
      const isLast = end + 1 === data.length;
      if (isLast && !line.json) return read(data.subarray(start), null);
      return read(null, { ...line.fault, line: events.length + 1 });
    }
    events.push(line.event);
    lastHash = hashLine(bytes);
    start = end + 1;
  }
  return read(null, null);
};
