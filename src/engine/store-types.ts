import type { Collector, Commit } from '../collectors/collector.ts';
import type { AdvisorySource } from '../domain/advisory.ts';
import type { AssistanceRecord } from '../domain/assistance.ts';
import type { Auditor, Head } from '../domain/auditor.ts';
import type { Carried } from '../domain/carried.ts';
import type { Command, Refusal } from '../domain/decide.ts';
import type { SessionEvent } from '../domain/events.ts';
import type { CollectorResult, CollectorRun } from '../domain/evidence.ts';
import type { Methodology } from '../domain/methodology.ts';
import type { ObservationRecord } from '../domain/observation.ts';
import type { Reviewed } from '../domain/review.ts';
import type { ReviewRecord } from '../domain/review-record.ts';
import type { Session } from '../domain/session.ts';
import type { findWord } from './find-word.ts';
import type { ForeignFile, Made } from './import-results.ts';
import type { Opening } from './next-events.ts';
import type { BlobPort, JournalPort, LocalPort, Source } from './ports.ts';
import type { SetTimer } from './snapshots.ts';

/** Everything a screen shows, at one moment. The same object until something changes. */
export type Snapshot = {
  session: Session;
  methodology: Methodology;
  /** By collector: what its latest run said. */
  evidence: ReadonlyMap<string, CollectorResult>;
  /** Collectors that have run, and whose evidence is still being read from the disk (see {@link Store.load}). */
  loading: ReadonlySet<string>;
  /** By collector: why the evidence of its latest run cannot be shown. Never to be read as clean. */
  missing: ReadonlyMap<string, string>;
  running: ReadonlyMap<string, { startedAtMs: number; message: string }>;
  queued: readonly string[];
  /** Set while the latest decision could not be saved. */
  failedSave: { message: string; hint: string } | null;
  /** Why nothing can be changed. */
  readOnly: string | null;
  notices: readonly string[];
  /** Of a review: what is reviewed. */
  reviewed: Reviewed | null;
};

export type Store = {
  snapshot(): Snapshot;
  /** `listener` is called after each change; progress of collectors at most every 100 ms. Returns the way out. */
  subscribe(listener: () => void): () => void;
  /** The event is on the disk when this returns. A {@link Refusal} means that nothing changed. */
  dispatch(command: Command): SessionEvent | Refusal;
  /** Reads the evidence of earlier runs, one collector after the other. Never rejects; see `missing`. */
  load(): Promise<void>;
  /**
   * Runs collectors and records what they say; settles when all of `ids` are done, with what each said this time. Those that
   * were stopped, or whose evidence could not be kept, are not in it. Never rejects.
   */
  collect(ids: readonly string[]): Promise<ReadonlyMap<string, CollectorRun>>;
  /** Stops all collectors. What they had is not recorded. */
  abort(): void;
  /**
   * Takes in a file of another tool's results: the file and what was made of it are kept, and one event says so. Rejects
   * with a UserError when the file cannot be read, or the target cannot be opened.
   */
  importResults(file: ForeignFile): Promise<{ made: Made; recorded: SessionEvent | Refusal }>;
  /** Keeps what was seen of the running server, with its transcript, and records it. */
  observe(
    id: string,
    record: Omit<ObservationRecord, 'report' | 'transcript'>,
    bytes: { report: Uint8Array; transcript: Uint8Array },
  ): SessionEvent | Refusal;
  /** Keeps what was said with an assistant, by its transcript, and records it. */
  keepAssistance(
    connection: string,
    value: Omit<AssistanceRecord, 'transcript'>,
    transcript: Uint8Array,
  ): SessionEvent | Refusal;
  /** Records that the session goes on with another methodology, whose text is kept. It holds once it is opened again. */
  moveMethodology(
    text: Uint8Array,
    moved: Omit<Extract<Command, { type: 'move-methodology' }>, 'type' | 'methodology'> & {
      methodology: { id: string; version: string };
    },
  ): SessionEvent | Refusal;
  /**
   * Joins what another auditor decided, each thing by whoever decided it. `contents`: their history first, then what it
   * speaks of. Gives what became of each change.
   */
  joinPart(
    part: { auditor: Auditor; fork: Head; head: Head },
    contents: readonly Uint8Array[],
    changes: readonly { command: Command; by: string }[],
  ): (SessionEvent | Refusal)[] | Refusal;
  /** Keeps a review that came back, with the reviewer's own history. */
  receiveReview(
    id: string,
    record: Omit<ReviewRecord, 'journal'>,
    journal: Uint8Array,
  ): SessionEvent | Refusal;
  /** Lays what an earlier audit said beside this one, with what changed since (`summary`, kept as a blob). */
  carry(value: Omit<Carried, 'summary'>, summary: Uint8Array): SessionEvent | Refusal;
  attach(name: string, bytes: Uint8Array, mediaType: string, check: string | null): SessionEvent | Refusal;
  /** The bytes kept under a hash, such as an attachment's; null when they cannot be read. Never rejects. */
  readBlob(sha256: string): Promise<Uint8Array | null>;
  events(): readonly SessionEvent[];
  /** The target's files at the pinned commit. Rejects when the target cannot be opened. */
  sourceTree(): Promise<Source['tree']>;
  /** A file of the target at the pinned commit; null as `SourceTree.text`. Rejects when the target cannot be opened. */
  readText(path: string): Promise<string | null>;
  /** The same as evidence quotes it, also where it has no text: what a citation is held against. Null when it is not there. */
  readQuoted(path: string, commit?: string): Promise<string | null>;
  /** The commit that last changed a line of a file; null when git cannot say. Rejects when the target cannot be opened. */
  lastChange(path: string, line: number): Promise<Commit | null>;
  /** Where a word stands in the target's text; see {@link findWord}. Rejects when the target cannot be read. */
  findWord(word: string): ReturnType<typeof findWord>;
  /** Every file of the target at the pinned commit. Rejects when the target cannot be opened. */
  paths(): Promise<string[]>;
  /** Records where the auditor was, stops collectors, lets go of target and session. */
  close(check: string | null): Promise<void>;
};

export type StoreParts = {
  journal: JournalPort;
  blobs: BlobPort;
  methodology: Methodology;
  /** Without it, what the record says about permissions and paths counts: it was made where it is read. */
  local?: LocalPort;
  events: readonly SessionEvent[];
  /** Set when the session was opened again: recorded with the first thing that is. */
  opening?: Opening | null;
  clock(): Date;
  /** Who decides, as long as the session names no auditor. */
  by: string;
  collectors: readonly Collector[];
  /** What this session lets dependencies be looked up in; asked before each run. */
  advisories?: (session: Session) => readonly AdvisorySource[];
  /** Called when the target is needed for the first time; again only after it failed. */
  openSource(): Promise<Source>;
  readOnly?: string | null;
  reviewed?: Reviewed | null;
  notices?: readonly string[];
  concurrency?: number;
  /** Milliseconds from any origin, to measure how long collectors take. */
  now?: () => number;
  /** For tests: replaces the timer that coalesces progress. */
  setTimer?: SetTimer;
};
