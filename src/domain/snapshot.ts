import { z } from 'zod';

/**
 * A target that came without a history: a plain folder, an archive, a published package. Its files become one commit of our own,
 * whose author, date and message are always the same, so that its hash depends on the files alone. What else is known of
 * where they came from is a note beside the commit.
 */
export const SNAPSHOT = {
  author: 'mcp-audit snapshot',
  email: 'snapshot@mcp-audit.invalid',
  date: '1970-01-01T00:00:00Z',
  message: 'Files without history\n',
} as const;

/** What was left out of the files, and why, as words that follow "it is". */
const leftOut = z.strictObject({ path: z.string(), why: z.string() });
export type LeftOut = z.infer<typeof leftOut>;

/** What a registry said of a package on a day. Empty texts were not said. */
const publishedPackage = z.strictObject({
  registry: z.enum(['npm', 'pypi']),
  name: z.string(),
  version: z.string(),
  /** Host that was asked, and when. */
  asked: z.string(),
  asOf: z.string(),
  /** Days of this version and of the first one. */
  published: z.string(),
  first: z.string(),
  versions: z.number().int().nullable(),
  latest: z.string(),
  /** The words of a deprecation or of a yank. */
  deprecated: z.string(),
  /** The repository it claims to be built from, with the folder in it and the commit. */
  repository: z.string(),
  directory: z.string(),
  commit: z.string(),
  /** Whether the registry holds an attestation of where it was built; null where it does not say. */
  attested: z.boolean().nullable(),
  maintainers: z.array(z.string()),
  publisher: z.string(),
  /** By which hash the file was held to what the registry says; '' for none. */
  hash: z.string(),
  /** The file that was taken. */
  file: z.string(),
});
export type PublishedPackage = z.infer<typeof publishedPackage>;

/** The first of some paths, and how many there are. */
const some = z.strictObject({ paths: z.array(z.string()), count: z.number().int().nonnegative() });
export type Some = z.infer<typeof some>;

/** A package held against a commit of the repository it claims, file by file. */
const comparison = z.strictObject({
  /** Address or name of the repository, and why this commit of it. */
  repository: z.string(),
  commit: z.string(),
  chosen: z.enum(['named', 'tag', 'newest']),
  /** The tag, for people. */
  ref: z.string(),
  /** Folder of the package in the repository; '' for its root. */
  folder: z.string(),
  files: z.number().int().nonnegative(),
  same: z.number().int().nonnegative(),
  /** At the same path with another content: code, and anything else. */
  differing: some,
  differingOther: some,
  /** What packaging writes. */
  metadata: z.number().int().nonnegative(),
  /** Built code that has a source of its name, and texts in it that the source does not have. */
  built: z.number().int().nonnegative(),
  strange: z.array(z.strictObject({ path: z.string(), source: z.string(), texts: z.array(z.string()) })),
  /** Built code without a source of its name: bundles, mostly. */
  unsourced: some,
  /** Code, and anything else, that stands in no such form in the repository. */
  added: some,
  addedOther: some,
  /** Code of the repository's folder that the package does not have. */
  leftOut: some,
});
export type Comparison = z.infer<typeof comparison>;

const treePackage = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** What needs it; '' for the package itself. */
  by: z.string(),
  published: z.string(),
  deprecated: z.string(),
  /** What runs when it is installed; '' for nothing that is known. */
  installs: z.string(),
  /** Whether it brings or builds machine code. */
  native: z.boolean(),
  /** Who maintained the version before, and who this one; '' for the same, or where the registry does not say. */
  maintainersChanged: z.string(),
});
export type TreePackage = z.infer<typeof treePackage>;

/** What a user would get with a package on a day, by the answers of its registry. */
const resolvedTree = z.strictObject({
  registry: z.enum(['npm', 'pypi']),
  asked: z.string(),
  asOf: z.string(),
  direct: z.number().int().nonnegative(),
  packages: z.array(treePackage),
  /** What could not be settled. */
  problems: z.array(z.string()),
});
export type ResolvedTree = z.infer<typeof resolvedTree>;

export const snapshotNote = z.strictObject({
  /** What it was: `folder`, `archive`, or the registry it came from. */
  kind: z.enum(['folder', 'archive', 'npm', 'pypi', 'oci']),
  /** Its name for people: `notes.zip`, `npm:@acme/notes@1.2.3`. Never a path of this machine. */
  name: z.string(),
  /** `zip`, `tar`; '' for a folder. */
  format: z.string(),
  /** Of the archive's bytes; '' for a folder. */
  sha256: z.string(),
  /** The one folder that held everything, whose name is not part of the paths; '' when there was none. */
  below: z.string(),
  /** The first of what was left out, and how many there were. */
  leftOut: z.array(leftOut),
  leftOutCount: z.number().int().nonnegative(),
  /** What is odd about it, in sentences. */
  remarks: z.array(z.string()),
  /** For a package that was fetched. */
  package: publishedPackage.optional(),
  tree: resolvedTree.optional(),
  /** Its repository, or why it was not held against it. */
  comparison: z.union([comparison, z.strictObject({ problem: z.string() })]).optional(),
});
export type SnapshotNote = z.infer<typeof snapshotNote>;

const KINDS: Record<SnapshotNote['kind'], string> = {
  folder: 'a folder without git',
  archive: 'an archive',
  npm: 'a package of npm',
  pypi: 'a package of PyPI',
  oci: 'a container image',
};

/** `a package of npm`; for a commit of ours whose note is not here any more `files without history`. */
export const snapshotWords = (note: Pick<SnapshotNote, 'kind'> | null): string =>
  note ? KINDS[note.kind] : 'files without history';

/** Why a collector of histories has nothing to look at, and what the auditor can do. */
export const noHistoryWords = (note: Pick<SnapshotNote, 'kind'> | null): string =>
  `The target is ${snapshotWords(note)}: it has no history, so there is nothing to look at here. Audit the repository it was made from for this.`;
