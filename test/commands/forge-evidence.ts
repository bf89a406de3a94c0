import { hash } from 'node:crypto';
import { zipSync } from 'fflate';
import type { CollectorResult } from '../../src/domain/evidence.ts';
import { encode, FIRST_HASH, hashLine, readJournal } from '../../src/engine/journal.ts';
import { readArchive } from '../../src/io/session/read-archive.ts';

/** An export in which one collector's evidence says something else, with hashes and a chain that hold. */
export const rewriteEvidence = (
  archive: Buffer,
  collector: string,
  change: (r: CollectorResult) => CollectorResult,
): Buffer => {
  const entries = readArchive(archive, () => true);
  const { events } = readJournal(entries.get('journal.jsonl') ?? '');
  const path = (h: string) => `blobs/${h.slice(0, 2)}/${h}`;
  let prev = FIRST_HASH;
  const lines = events.map((event) => {
    let written = event;
    if (event.type === 'evidence.collected' && event.collector === collector) {
      const was = JSON.parse(
        (entries.get(path(event.blob)) ?? Buffer.from('')).toString('utf8'),
      ) as CollectorResult;
      const bytes = Buffer.from(JSON.stringify(change(was)));
      const blob = hash('sha256', bytes, 'hex');
      entries.delete(path(event.blob));
      entries.set(path(blob), bytes);
      written = { ...event, blob };
    }
    const line = encode(written, prev);
    prev = hashLine(line);
    return line;
  });
  entries.set('journal.jsonl', Buffer.from(`${lines.join('\n')}\n`));
  return Buffer.from(zipSync(Object.fromEntries(entries)));
};
