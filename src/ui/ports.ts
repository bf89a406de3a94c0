import type { AssistantNow } from '../domain/assistance.ts';
import type { Cited } from '../domain/citations.ts';
import type { Command, Refusal } from '../domain/decide.ts';
import type { Auditor, SessionEvent } from '../domain/events.ts';
import type { EvidenceItem, Location } from '../domain/evidence.ts';
import type { FateVerdict, Finding } from '../domain/finding.ts';
import type { FindingTemplate } from '../domain/finding-template.ts';
import type { ProposedPart, ServerProposal } from '../domain/server-profile.ts';
import type { InterfaceSettings, OwnCommand } from '../domain/settings.ts';
import type { Snapshot, Store } from '../engine/store.ts';

/** What the interface needs from outside. Commands wire the real ones; tests pass their own. */

export type SessionSummary = {
  id: string;
  name: string;
  commit: string;
  answered: number;
  total: number | null;
  findings: number;
  lastCheck: string | null;
  lastAt: string;
  /** Audits of the same server in the clone of the audit database. */
  earlier: number;
  /** Why it cannot be opened, in words; null when it can. */
  problem: string | null;
};

export type StartRequest = {
  source: string;
  subdir: string;
  methodology: string;
  url: string;
  /** Folder of the auditor's own rules; none when empty or left out. */
  rules?: string;
  sample: boolean;
};

export type CollectorCard = { id: string; title: string; about: string };

export type Opened = {
  id: string;
  folder: string;
  store: Store;
  collectors: readonly CollectorCard[];
  resumeCommand: string;
};

export type ReadinessItem = {
  level: 'blocks' | 'warns' | 'ok';
  text: string;
  fix: string;
  check?: string | undefined;
  finding?: string | undefined;
  /** The part of the finding that is to be written. */
  part?: string | undefined;
  /** The cited code stands elsewhere: taking this over mends it. */
  move?: { location: number; path: string; startLine: number; endLine: number } | undefined;
  /** What the auditor is asked for to mend it, when it lies in neither. */
  ask?: 'auditor' | 'address' | 'disclosure' | 'server' | undefined;
};

/** A line about an earlier audit; `text` is the file behind it, '' where there is none. */
export type EarlierRow = { id: string; label: string; note: string; text: string };

export type Written = { folder: string; audit: string; sha256: string; summary: string; clean: boolean };

/** What came back from the auditor's editor. */
export type Edited =
  | { kind: 'changed'; text: string }
  | { kind: 'unchanged' }
  | { kind: 'failed'; message: string };

export type ScannerChoice = {
  id: string;
  version: string;
  adds: string;
  /** What the auditor must or may give it; null when it needs nothing. */
  takes: { what: string; required: boolean } | null;
};

/** How the auditor says the server is started, where that is not found or is another; '' for what is worked out. */
export type Start = { cmd: string; cwd: string; env: string };

type Run = { progress(text: string): void; signal: AbortSignal };
export type Tried = {
  item: string;
  result: 'confirmed' | 'not-reached' | 'not-tried';
  shown: string;
  why: string;
};

/** The running server. Everything but `plan` starts it, in a sandbox, as it was planned and agreed to. */
export type LivePort = {
  /** Why a lead cannot be tried by calls, as far as the lead tells; '' where it can be. */
  untriable(item: EvidenceItem): string;
  /**
   * What would happen, every command of it, for the auditor to agree to. `agreed` when this very start was agreed to before and
   * stands prepared. Rejects when nothing can be started, and says why.
   */
  plan(
    store: Store,
    start: Start,
    does: { kind: 'probe' } | { kind: 'confirm'; leads: number; others: number },
  ): Promise<{ words: string; agreed: boolean }>;
  /** Asks it and records what was seen; in a line. */
  probe(store: Store, start: Start, run: Run): Promise<string>;
  /** Tries leads and records what became of them. `told` after each: how many are done, and the last in words. */
  confirm(
    store: Store,
    start: Start,
    leads: readonly EvidenceItem[],
    run: Run & { told(done: number, words: string): void },
  ): Promise<{ summary: string; results: readonly Tried[] }>;
};

/** What a command run by hand would be, and what came of it. */
export type ByHandPlan = { command: string; where: string };
export type ByHandDone = { name: string; sha256: string; code: number | null; text: string };

/** `problem` says why the file does not count, '' when it does. */
export type ReadSettings = { file: string; settings: InterfaceSettings; problem: string };

/** What changed since an earlier audit, for a list; `text` is all of it. */
export type ChangesSince = {
  text: string;
  fates: readonly { id: string; title: string; fate: string; why: string; text: string }[];
  checks: readonly { id: string; title: string; differs: string }[];
};

export type Ports = {
  live: LivePort;
  /**
   * Takes what assistants propose into the open session, and tells who is connected whenever that changes. Returns the way out,
   * which takes in what is left.
   */
  watchAssistants(opened: Opened, told: (now: readonly AssistantNow[]) => void): () => void;
  listSessions(): Promise<SessionSummary[]>;
  /** What may leave this machine once the network is allowed for the open session. */
  sendings(snapshot: Snapshot): readonly string[];
  start(request: StartRequest, progress: (text: string) => void, signal: AbortSignal): Promise<Opened>;
  resume(id: string): Promise<Opened>;
  laterAudit: {
    /** A new session on a later commit, gathered, with what the earlier one said beside it. */
    begin(earlier: string, ref: string, progress: (text: string) => void): Promise<Opened>;
    /** What changed since the earlier audit. Rejects where the session carries none. */
    summary(store: Store): Promise<ChangesSince>;
    giveFate(store: Store, finding: string, verdict: FateVerdict, note: string): Promise<Refusal | null>;
  };
  importFile(path: string): Promise<string>;
  /** Takes in a file of another tool's results; says in words what came of it. */
  importResults(store: Store, path: string): Promise<string>;
  /** Scanners of the auditor's that can be run here. */
  scanners(): Promise<readonly ScannerChoice[]>;
  /** What running one would do, for people. Rejects when it cannot be run. */
  planScan(id: string, given: string): Promise<string>;
  /** Runs it, after that was agreed to; says in words what came of it. */
  runScan(store: Store, id: string, given: string): Promise<string>;
  /** The exact command of a check and where it would run. Rejects when it cannot be run from here. */
  planByHand(store: Store, check: string, n: number): Promise<ByHandPlan>;
  /** Runs it, after that was agreed to; what it says is kept with the check. */
  runByHand(store: Store, check: string, n: number): Promise<ByHandDone>;
  exportFile(opened: Opened): Promise<string>;
  /** What today's methodology changed against the session's, for people; `same` when that is nothing. */
  methodChange(store: Store): Promise<{ words: string; same: boolean }>;
  /** Moves the session over, and opens it again with it. */
  moveMethod(opened: Opened): Promise<Opened>;
  readiness(snapshot: Snapshot, cited: Cited): readonly ReadinessItem[];
  /** What the evidence lets propose of the server, with its reasons. */
  serverProposals(snapshot: Snapshot): Readonly<Record<ProposedPart, ServerProposal>>;
  /** The assessment as it would be written now, or why it cannot be compiled. */
  preview(snapshot: Snapshot, events: readonly SessionEvent[]): string;
  /** What a path typed here means from anywhere: absolute, `~` being the home folder. */
  fullPath(path: string): string;
  /** Where `write` puts the submission unless the auditor says otherwise. */
  reportFolder(snapshot: Snapshot): string;
  write(snapshot: Snapshot, events: readonly SessionEvent[], folder: string): Promise<Written>;
  /** `path:first-last` references, read at the pinned commit. */
  locate(references: readonly string[], store: Store): Promise<Location[] | Refusal>;
  /** A finding as the text an auditor edits, and back. Locations are re-read at the pinned commit. */
  findingText(finding: Finding): string;
  parseFinding(text: string, base: Finding, store: Store): Promise<Finding | Refusal>;
  /** Texts to begin a finding from. */
  templates(): Promise<readonly FindingTemplate[]>;
  edit(text: string, name: string): Promise<Edited>;
  /** Shows a file of the target, read-only, at a line. */
  view(path: string, text: string, line: number): Promise<Edited>;
  copy(text: string): void;
  /** Tells the auditor of something that ended while they were elsewhere. */
  notify(text: string): void;
  /** The auditor's settings; `write` says why one could not be kept, or null. */
  settings: {
    read(): ReadSettings;
    write(name: keyof InterfaceSettings, value: unknown): string | null;
  };
  /** Opens the file of settings in the auditor's editor. */
  editSettings(): Promise<Edited>;
  /** Runs a command of the auditor's own; what it put out, '' where it had the terminal. */
  runOwn(command: OwnCommand, variables: Readonly<Record<string, string>>): Promise<string>;
  /** Folder of the clone of the audit database; '' when none was ever named. */
  database(): string;
  /** What that clone holds about a server; no rows, and the title says why, when it holds nothing. */
  lookUp(server: string, database: string): Promise<{ title: string; rows: EarlierRow[] }>;
  /** Who signs, remembered between sessions. */
  auditor: { get(): Auditor; set(auditor: Auditor): void };
  now(): Date;
  /** Calls back once after `ms`; returns how to call it off. */
  after(ms: number, run: () => void): () => void;
};

export type { Command };
