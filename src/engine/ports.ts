import type { CollectContext, Collector, Gathered, History, SourceTree } from '../collectors/collector.ts';
import { UserError } from '../domain/errors.ts';
import type { Local } from '../domain/local.ts';
import type { RolesOf } from './find-word.ts';

/** A decision, or evidence, could not be made durable. Nothing was kept of it: the caller still holds it. */
export class SaveError extends UserError {
  /** `ENOSPC`, `EIO` … as the system names it; `ECHANGED` when another program wrote to the journal. */
  readonly code: string;
  constructor(code: string, message: string, hint: string) {
    super(message, hint);
    this.name = 'SaveError';
    this.code = code;
  }
}

/** Where decisions become durable. */
export type JournalPort = {
  /** sha256 of the last line, which the next line names as `prev`. */
  readonly lastHash: string;
  /**
   * Appends complete lines (each without its newline) and returns only when they are on the disk.
   * All or nothing: throws {@link SaveError} and leaves the journal as it was.
   */
  append(lines: readonly string[]): void;
  /** Lets go of the session, so that another process may open it. Safe to call twice. */
  close(): void;
};

export type BlobRead = { bytes: Buffer } | { problem: 'missing' | 'damaged' | 'unreadable' };

/** Content-addressed store of evidence, attachments and the methodology. */
export type BlobPort = {
  /** Durable when it returns the sha256 of `bytes`. Throws {@link SaveError}. */
  put(bytes: Uint8Array): string;
  /** Verified against the hash; never throws. */
  read(sha256: string): Promise<BlobRead>;
};

/** What the auditor allowed and named on this machine, which no record from elsewhere can say. */
export type LocalPort = {
  read(): Local;
  /** Durable when it returns. Throws {@link SaveError}. */
  keep(local: Local): void;
};

/** The target at its pinned commit. */
export type Source = {
  tree: SourceTree;
  history: History;
  reading: CollectContext['reading'];
  /** Runs a collector on this source in a thread of its own; without it collectors run where they are called. */
  run?(collector: Collector, context: CollectContext): Promise<Gathered>;
  /** What a name is to the code at some lines; without it the text has to do. */
  rolesOf?: RolesOf;
  /** The files of another commit that is at hand, to read again what an earlier audit cited. */
  treeAt?(commit: string): Promise<SourceTree>;
  close(): void | Promise<void>;
};
