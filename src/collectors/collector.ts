import type { z } from 'zod';
import type { Reading } from '../analysis/sources/reading.ts';
import type { AdvisorySource } from '../domain/advisory.ts';
import type {
  artifact,
  door,
  EvidenceItem,
  flowStep,
  itemKind,
  itemStrength,
  SinkPosition,
  Surface,
  TargetRef,
  ToolReport,
  WayIn,
  weaknessClass,
} from '../domain/evidence.ts';
import type { Sending } from '../domain/local.ts';
import type { SnapshotNote } from '../domain/snapshot.ts';

import { redactSecrets } from '../text/redact.ts';

/**
 * A collector is a value: it says what it is and returns facts and locations, never a verdict. It reads the target only
 * through the two ports below, which show the pinned commit's objects and nothing else.
 */

/** One entry of the pinned commit's tree. `size` is in bytes, 0 for submodules. */
export type TreeEntry = {
  path: string;
  kind: 'file' | 'executable' | 'symlink' | 'submodule';
  size: number;
  oid: string;
};

/** The files of the pinned commit (below `subdir`, paths relative to the repository's root), sorted by path. */
export type SourceTree = {
  entries: readonly TreeEntry[];
  /** Whole repository, for what lies above `subdir` (LICENSE, .github …). Same order. */
  allEntries: readonly TreeEntry[];
  /** Raw bytes at the pinned commit; a symlink's bytes are its target text. Throws if the path is not in the tree. */
  bytes(path: string): Promise<Buffer>;
  /** UTF-8 text, or null for a missing path, a binary, a symlink, a submodule, or a file over `maxTextBytes`. */
  text(path: string): Promise<string | null>;
  maxTextBytes: number;
  /** Folders of the commit whose listing the clone lacks: what is in them is in no entry. */
  missingFolders?: readonly string[];
};

export type Person = { name: string; email: string };

export type Commit = {
  hash: string;
  parents: string[];
  author: Person;
  committer: Person;
  /** ISO 8601 with offset. */
  authoredAt: string;
  committedAt: string;
  signature: 'none' | 'gpg' | 'ssh' | 'x509';
  /** Complete message. */
  message: string;
};

export type Tag = {
  name: string;
  /** The commit it points at, peeled. */
  commit: string;
  kind: 'annotated' | 'lightweight';
  signature: 'none' | 'gpg' | 'ssh' | 'x509';
  taggedAt: string;
};

/** A blob that some commit reachable from the pinned one held. */
export type HistoricBlob = { oid: string; path: string; size: number };

export type History = {
  /**
   * For a target that came without a history: what is known of the files that became the commit, `note` null when that is not
   * here. Null for a commit that somebody made.
   */
  snapshot?(): Promise<{ note: SnapshotNote | null } | null>;
  /** Commits reachable from the pinned commit, newest first; `complete` is false when the limit cut the list. */
  commits(): Promise<{ commits: Commit[]; complete: boolean; shallow: boolean }>;
  /** Tags on commits reachable from the pinned one, by name. */
  tags(): Promise<Tag[]>;
  /** Tags on commits the pinned one does not reach: later releases, and those from other branches. By name. */
  tagsElsewhere(): Promise<Tag[]>;
  /**
   * Every blob ever reachable from the pinned commit, each once, by the path it was first listed with; and how many files and
   * folders of the history are missing from the clone.
   */
  blobs(): Promise<{ blobs: HistoricBlob[]; complete: boolean; missing: number }>;
  /** Bytes of blobs by object id, in the order asked for; skips none. Null for one that cannot be read. */
  readBlobs(oids: readonly string[]): AsyncIterable<{ oid: string; bytes: Buffer | null }>;
  /** The oldest commit that introduced this blob, or null when it cannot be found within bounds. */
  introducedBy(oid: string, path: string): Promise<string | null>;
  /** The commit that last changed a line (1-based) of a file at the pinned commit; null when git cannot say. */
  lastChange(path: string, line: number): Promise<Commit | null>;
  /** Path of files changed by one commit against its first parent. */
  changedPaths(commit: string): Promise<string[]>;
};

/** What a collector writes down; the engine adds id, checks, snippet, hash and the reproduce command. */
export type ItemDraft = {
  kind: z.infer<typeof itemKind>;
  strength?: z.infer<typeof itemStrength>;
  rule: string;
  class: z.infer<typeof weaknessClass>;
  cwe?: string[];
  title: string;
  /** What was seen, and what it means; may be published. */
  detail?: string;
  /** What the auditor is to look at to decide: shown on screen, never published. */
  advice?: string;
  /** Lines at the pinned commit; the engine reads the snippet there. */
  at?: { path: string; startLine: number; endLine?: number };
  /** When the snippet must not be shown as it stands (secrets): what to show instead. */
  redactedSnippet?: string;
  flow?: z.infer<typeof flowStep>[];
  /** Other places of the same cause, in any order: the engine sorts them, each once, and leaves out `at` itself. */
  places?: { path: string; startLine: number; endLine?: number }[];
  /** What a client calls to get there, in any order. */
  doors?: z.infer<typeof door>[];
  /** Where what does harm comes in, as far as it was followed; said beside each lead. */
  wayIn?: WayIn;
  /** Where its values land, of every way; left out where one of them is not known. */
  positions?: SinkPosition[];
  /** For items without a location: a git command that shows the fact in any clone. `{commit}` is replaced. */
  reproduce?: string;
  /** Only some of the checks that name this collector; by default all of them. */
  checks?: string[];
  /** Set on what another tool reported. */
  reports?: ToolReport[];
  /** What the rest of its checks is read by: it stands first there. */
  first?: true;
  /** What was counted, by name, for who computes with it. */
  measures?: Readonly<Record<string, number>>;
};

export type Gathered =
  | {
      outcome: 'collected' | 'nothing-found';
      /** What was looked at, with counts. */
      searched: string;
      items: ItemDraft[];
      surface?: Surface;
      artifacts?: z.infer<typeof artifact>[];
    }
  | { outcome: 'not-applicable'; searched: string; message: string }
  | { outcome: 'unavailable'; searched: string; message: string };

/** Texts that were found to hold nothing, so that they need not be read again. */
export type Memory = {
  knows(parts: readonly string[]): boolean;
  learn(parts: readonly string[]): void;
};

export type CollectContext = {
  target: TargetRef & { name: string; committedAt: string; tags: string[] };
  tree: SourceTree;
  history: History;
  /** What the sources say, worked out once for all collectors that run where this one does. */
  reading: Reading;
  signal: AbortSignal;
  /** What is known of texts from earlier runs; absent where none is kept. What it says changes how long a run takes, and nothing else. */
  memory?: Memory;
  /** What the auditor lets dependencies be looked up in, most trusted first. */
  advisories?: readonly AdvisorySource[];
  /** Short words for the status line: "1,200 of 4,000 blobs". */
  progress(message: string): void;
};

export type Collector = {
  id: string;
  title: string;
  /** One sentence for people: what it looks at. */
  about: string;
  /** Bounds a run; reaching it is `failed` with that message. */
  timeoutMs?: number;
  /** Keeps the sources of a whole tree in memory: runs with others, but not with another of this kind. */
  large?: boolean;
  /** Asks sources that only the program itself holds (`advisories`): not run in a thread. */
  inPlace?: boolean;
  /** What it sends to whom once the auditor allows the network. A collector that says nothing here is given no `advisories`. */
  network?: readonly Omit<Sending, 'by'>[];
  collect(context: CollectContext): Promise<Gathered>;
};

type Extra = Partial<Omit<ItemDraft, 'kind' | 'rule' | 'checks' | 'title'>>;

/** A title is read in a list: what does not fit there belongs in `detail`. */
const TITLE_LENGTH = 100;
const shortened = (title: string): string =>
  title.length > TITLE_LENGTH ? `${title.slice(0, TITLE_LENGTH - 1).toWellFormed()}…` : title;

const draftOf =
  (kind: ItemDraft['kind']) =>
  (rule: string, checks: string[], title: string, extra: Extra = {}): ItemDraft => ({
    kind,
    rule,
    class: 'hygiene',
    checks,
    title: shortened(redactSecrets(title)),
    ...extra,
    // What is quoted from the target may hold a credential (a URL with a password, a token in a command).
    ...(extra.detail === undefined ? {} : { detail: redactSecrets(extra.detail) }),
  });

type Place = { path: string; startLine: number; endLine?: number };

/** One item for one cause: it stands at the first place and names the others. */
export const placed = (all: readonly Place[]): { at?: Place; places?: Place[] } =>
  all[0] ? { at: all[0], ...(all.length > 1 ? { places: all.slice(1) } : {}) } : {};

const WEIGHT = { strong: 0, moderate: 1, weak: 2 } as const;
const weightOf = (item: ItemDraft): number => WEIGHT[item.strength ?? 'weak'];

/**
 * Leads of one rule become one lead that stands at the gravest place and names the others; its detail keeps what was
 * said of each. `titles` says what many of a rule are called; rules without a title there stay as they are.
 */
export const oneForEachRule = (
  items: readonly ItemDraft[],
  titles: Readonly<Record<string, (number: number) => string>>,
): ItemDraft[] => {
  const groups = new Map<string, ItemDraft[]>();
  for (const item of items) {
    if (!titles[item.rule]) continue;
    const key = `${item.kind} ${item.rule}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return items.flatMap((item): ItemDraft[] => {
    const group = titles[item.rule] ? groups.get(`${item.kind} ${item.rule}`)! : [item];
    if (group.length === 1) return [item];
    if (group[0] !== item) return [];
    const ranked = [...group].sort((a, b) => weightOf(a) - weightOf(b));
    const first = ranked[0]!;
    return [
      {
        ...first,
        title: shortened(titles[item.rule]!(group.length)),
        detail: [
          ...ranked
            .slice(0, 25)
            .map(
              (i) =>
                `${i.at ? `${i.at.path}:${i.at.startLine} ` : ''}${i.title}${i.detail ? `. ${i.detail.split('\n')[0]}` : ''}`,
            ),
          ...(ranked.length > 25 ? [`and ${ranked.length - 25} more`] : []),
        ].join('\n'),
        checks: [...new Set(group.flatMap((i) => i.checks ?? []))],
        ...placed(ranked.flatMap((i) => [...(i.at ? [i.at] : []), ...(i.places ?? [])])),
      },
    ];
  });
};

/** Something that is so; neither good nor bad. */
export const fact = draftOf('fact');
/** A place or a circumstance the auditor has to judge. */
export const lead = draftOf('lead');
/** Places, and what is to be found out there; never worded as a weakness. */
export const question = draftOf('question');
/** A good practice seen. */
export const strength = draftOf('strength');
/** What could not be looked at, and why. */
export const gap = draftOf('gap');

/** `nothing-found` is only said when there is truly nothing to say: a gap is something. */
export const gathered = (
  searched: string,
  items: ItemDraft[],
  more: Pick<Extract<Gathered, { items: ItemDraft[] }>, 'surface' | 'artifacts'> = {},
): Gathered => ({ outcome: items.length > 0 ? 'collected' : 'nothing-found', searched, items, ...more });

export type { EvidenceItem };
