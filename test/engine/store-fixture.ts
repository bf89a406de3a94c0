import { hash } from 'node:crypto';
import type { SessionEvent } from '../../src/domain/events.ts';
import { encode, FIRST_HASH, hashLine, readJournal } from '../../src/engine/journal.ts';
import { type BlobPort, type JournalPort, SaveError } from '../../src/engine/ports.ts';
import { createStore, type StoreParts } from '../../src/engine/store.ts';
import { audited, START_MS, testMethodology } from '../domain/arbitraries.ts';
import { fakeSource } from './fake-source.ts';

export const full = () => new SaveError('ENOSPC', 'the disk is full', 'free some space');

/** A disk in memory that can be full. */
export const disk = (events: readonly SessionEvent[] = audited([]).events) => {
  const lines: string[] = [];
  for (const event of events)
    lines.push(encode(event, lines.length > 0 ? hashLine(lines.at(-1)!) : FIRST_HASH));
  const contents = new Map<string, Buffer>();
  const state = { full: false, closed: 0 };
  const journal: JournalPort = {
    get lastHash() {
      return lines.length > 0 ? hashLine(lines.at(-1)!) : FIRST_HASH;
    },
    append: (more) => {
      if (state.full) throw full();
      lines.push(...more);
    },
    close: () => {
      state.closed += 1;
    },
  };
  const blobs: BlobPort = {
    put: (bytes) => {
      if (state.full) throw full();
      const sha256 = hash('sha256', bytes, 'hex');
      contents.set(sha256, Buffer.from(bytes));
      return sha256;
    },
    read: async (sha256) => {
      const bytes = contents.get(sha256);
      return bytes ? { bytes } : { problem: 'missing' };
    },
  };
  return {
    journal,
    blobs,
    contents,
    state,
    saved: () => readJournal(lines.map((line) => `${line}\n`).join('')),
  };
};

/** A store on such a disk, with what its journal says so far. */
export const openStore = (d: ReturnType<typeof disk>, over: Partial<StoreParts>) =>
  createStore({
    journal: d.journal,
    blobs: d.blobs,
    methodology: testMethodology,
    events: d.saved().events,
    clock: () => new Date(START_MS),
    by: 'jane',
    collectors: [],
    openSource: async () => fakeSource(),
    ...over,
  });
