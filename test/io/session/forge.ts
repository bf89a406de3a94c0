import { zipSync } from 'fflate';
import type { SessionEvent } from '../../../src/domain/events.ts';
import { encode, encodeAll, FIRST_HASH, hashLine, readJournal } from '../../../src/engine/journal.ts';
import { readArchive } from '../../../src/io/session/read-archive.ts';

/** An archive rewritten with a chain that holds: what anybody can do who knows the format. */
export const forge = (archive: Buffer, change: (events: SessionEvent[]) => SessionEvent[]): Buffer => {
  const entries = Object.fromEntries(readArchive(archive, () => true));
  const { events } = readJournal(entries['journal.jsonl'] ?? '');
  let prev = FIRST_HASH;
  const lines = change(structuredClone(events)).map((event, i) => {
    const line = encode({ ...event, seq: i + 1 }, prev);
    prev = hashLine(line);
    return line;
  });
  return Buffer.from(zipSync({ ...entries, 'journal.jsonl': Buffer.from(`${lines.join('\n')}\n`) }));
};

/** An event after the start; `forge` numbers it. */
export const forged = (body: object): SessionEvent =>
  ({ v: 1, seq: 1, at: '2026-11-23T10:00:01.000Z', by: 'mallory', ...body }) as SessionEvent;

/** The archive with events added at the end of its history, every line before as it was. */
export const continued = (archive: Buffer, bodies: readonly object[]): Buffer => {
  const entries = Object.fromEntries(readArchive(archive, () => true));
  const journal = entries['journal.jsonl'] ?? Buffer.alloc(0);
  const { events, lastHash } = readJournal(journal);
  const added = bodies.map((body, i) => ({ ...forged(body), seq: events.length + i + 1 }));
  const lines = encodeAll(added, lastHash).map((line) => Buffer.from(`${line}\n`));
  return Buffer.from(zipSync({ ...entries, 'journal.jsonl': Buffer.concat([journal, ...lines]) }));
};
