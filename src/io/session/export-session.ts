import fs from 'node:fs';
import path from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { UserError } from '../../domain/errors.ts';
import type { SessionEvent } from '../../domain/events.ts';
import { openBlobStore } from './blob-store.ts';
import { FILE_MODE } from './durable.ts';
import { headProblem } from './head-file.ts';
import { CHAIN_SHOWS, journalPath, readJournalFile } from './journal-file.ts';
import { methodologyAt } from './methodology-at.ts';

export const JOURNAL_ENTRY = 'journal.jsonl';

/** Path inside the portable file, with `/` on every system. */
export const blobEntry = (sha256: string): string => `blobs/${sha256.slice(0, 2)}/${sha256}`;

/** What a session cannot be opened without, by hash, each with what it is for people. */
export const openingBlobs = (events: readonly SessionEvent[]): [string, string][] => {
  const [started] = events;
  if (started?.type !== 'session.started') return [];
  const { rules, review } = started;
  const methodology = methodologyAt(events) ?? started.methodology;
  return [
    [methodology.sha256, 'the methodology'],
    ...(review ? [[review.archive, 'the session that is reviewed'] satisfies [string, string]] : []),
    ...(rules ? [[rules.sha256, "the auditor's own rules"] satisfies [string, string]] : []),
  ];
};

/** The contents a journal speaks of, each with what it is for people. Sorted by hash. */
export const referencedBlobs = (events: readonly SessionEvent[]): Map<string, string> => {
  const blobs: [string, string][] = events.flatMap((event): [string, string][] => {
    switch (event.type) {
      case 'session.started':
        return openingBlobs([event]);
      case 'evidence.collected':
        return [[event.blob, `evidence of ${event.collector}`]];
      case 'methodology.moved':
        return [[event.methodology.sha256, 'the methodology']];
      case 'part.joined':
        return [[event.journal, `journal of the part of ${event.auditor.name || event.auditor.github}`]];
      case 'review.received':
        return [[event.value.journal, `journal of review ${event.review}`]];
      case 'audit.carried':
        return [[event.value.summary, 'what changed since the earlier audit']];
      case 'attachment.added':
        return event.value ? [[event.value.sha256, `attachment ${event.name}`]] : [];
      case 'results.imported':
        return event.value
          ? [
              [event.value.sha256, `imported file ${event.value.name}`],
              [event.value.blob, `evidence of ${event.import}`],
            ]
          : [];
      case 'observation.recorded':
        return event.value
          ? [
              [event.value.report, `observation ${event.observation}`],
              [event.value.transcript, `transcript of ${event.observation}`],
            ]
          : [];
      case 'assistance.recorded':
        return [[event.value.transcript, `transcript of assistance ${event.connection}`]];
      default:
        return [];
    }
  });
  return new Map(blobs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
};

// Zip keeps local time: a date made from local parts is the same in every time zone.
const entryOptions = () =>
  ({ level: 6, mtime: new Date(1980, 0, 1), os: 3, attrs: FILE_MODE << 16 }) as const;

export type Exported = {
  bytes: Uint8Array;
  /** Contents that the session has lost, and that are therefore not in the file. */
  notices: string[];
};

/**
 * The session in `dir` as one zip file: journal, methodology, own rules, evidence, attachments; not the target's clone. The
 * same session gives the same bytes. An unfinished last line of the journal is left out. Throws {@link UserError} when the
 * journal cannot be trusted, or what opening reads is lost: a copy could not be opened elsewhere either.
 */
export const exportSession = async (dir: string): Promise<Exported> => {
  const read = readJournalFile(dir);
  const file = journalPath(dir);
  if (read.fault)
    throw new UserError(
      `not exported: line ${read.fault.line} of ${file} cannot be trusted: ${read.fault.message}. ${CHAIN_SHOWS}`,
      `mcp-audit resume ${path.basename(dir)} --read-only shows what is before that line`,
    );
  // Another process may have appended meanwhile: only what was checked is taken.
  const journal = fs.readFileSync(file).subarray(0, read.goodBytes);
  const options = entryOptions();
  const entries: Zippable = { [JOURNAL_ENTRY]: [journal, options] };
  const end = headProblem(dir, file, read);
  const notices: string[] = end ? [end] : [];
  const blobs = openBlobStore(dir);
  const opening = new Map(openingBlobs(read.events));
  for (const [sha256, what] of referencedBlobs(read.events)) {
    const blob = await blobs.read(sha256);
    if ('bytes' in blob) entries[blobEntry(sha256)] = [blob.bytes, options];
    else if (opening.has(sha256))
      throw new UserError(
        `not exported: ${what} of this session is ${blob.problem}, and without it a copy could not be opened`,
        `import an earlier export of this session, which brings it back, or restore blobs/${sha256.slice(0, 2)}/${sha256} in ${dir}`,
      );
    else notices.push(`${what} is ${blob.problem}, and not in the exported file`);
  }
  return { bytes: zipSync(entries), notices };
};
