import { createHash } from 'node:crypto';
import { UserError } from '../../domain/errors.ts';
import type { LeftOut } from '../../domain/snapshot.ts';
import { visible } from '../../text/visible.ts';
import { decodePath } from '../git/paths.ts';

/**
 * What of an archive or a folder becomes part of a snapshot. Nothing is ever written where a name says, so no name can do
 * harm here; it could where somebody unpacks the same file, and two programs may unpack two different things from it. What
 * honest tools never write is refused as a whole, what they do write and a commit cannot hold is left out and named.
 */

export const SNAPSHOT_LIMITS = {
  entries: 50_000,
  /** All files together, unpacked. */
  bytes: 1024 * 1024 * 1024,
  fileBytes: 256 * 1024 * 1024,
  /** Unpacked for one packed, once more than `ratioFrom` came out. */
  ratio: 200,
  ratioFrom: 32 * 1024 * 1024,
  pathBytes: 4000,
  depth: 200,
} as const;
export type SnapshotLimits = { [K in keyof typeof SNAPSHOT_LIMITS]: number };

/**
 * Why so many bytes are too many, in words that follow "it", or null.
 * @param packed bytes of the archive; 0 for a folder, which has no ratio
 */
export const beyond = (bytes: number, packed: number, limits: SnapshotLimits): string | null => {
  if (bytes > limits.bytes) return `unpacks to more than ${limits.bytes} bytes`;
  if (packed > 0 && bytes > limits.ratioFrom && bytes / packed > limits.ratio)
    return `unpacks to more than ${limits.ratio} times its size, as bombs do`;
  return null;
};

/** One thing in an archive or a folder. What a link reads is its text. */
export type RawEntry = {
  name: Buffer;
  kind: 'file' | 'folder' | 'symlink' | 'hardlink' | 'special';
  /** As the archive says it; what comes out is never more. */
  size: number;
  read(): Promise<Buffer>;
};

/** A file as it goes into the commit; `content` is null when a file before had the same, which `hash` names. */
export type AdmittedFile = {
  path: Buffer;
  mode: '100644' | '120000';
  hash: string;
  content: Buffer | null;
};

const ARCHIVE_HINT =
  'honest tools do not make such archives: ask whoever published it, or unpack it where it can do no harm and name the folder';

/** @param why words that follow "it" */
export const refused = (what: string, why: string, hint = ARCHIVE_HINT): UserError =>
  new UserError(
    `${visible(what)} was refused: it ${why}. Nothing of it was looked at, and nothing was written`,
    hint,
  );

const shown = (path: Buffer): string => visible(decodePath(path).slice(0, 200));

/** What file systems take for `.git`: any case, spaces and dots behind it, short names, characters that HFS+ ignores. */
const isGitName = (part: string): boolean =>
  /^(?:\.git|git~\d)$/i.test(
    part
      .replace(/[\u{200C}-\u{200F}\u{202A}-\u{202E}\u{206A}-\u{206F}\u{FEFF}]/gu, '')
      .replace(/[ .]{0,200}$/, ''),
  );

/** A name without what changes nothing in it. */
const plain = (name: string): string =>
  name
    .split('/')
    .filter((p) => p !== '' && p !== '.')
    .join('/');

/** As file systems that ignore case and the way accents are written compare names. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase();

const MOST_NAMED = 50;

export type Admission = {
  /** The file as it goes into the commit, or null for what does not. Throws {@link UserError} for what no honest archive holds. */
  admit(entry: RawEntry): Promise<AdmittedFile | null>;
  leaveOut(path: string, why: string): void;
  leftOut(): { leftOut: LeftOut[]; leftOutCount: number };
  remarks(): string[];
};

/**
 * @param what its name for people
 * @param packed bytes of the archive; 0 for a folder, which has no ratio
 */
export const createAdmission = (
  what: string,
  packed: number,
  limits: SnapshotLimits = SNAPSHOT_LIMITS,
): Admission => {
  const refuse = (why: string): never => {
    throw packed > 0 ? refused(what, why) : refused(what, why, 'name the folder of the server itself');
  };
  const leftOut: LeftOut[] = [];
  let leftOutCount = 0;
  const leaveOut = (path: string, why: string): void => {
    leftOutCount++;
    if (leftOut.length < MOST_NAMED) leftOut.push({ path: visible(path).slice(0, 300), why });
  };

  /** By the name's bytes, as latin1: hashes of what is there, and folders that lie above it. */
  const files = new Map<string, string>();
  const folders = new Set<string>();
  const contents = new Set<string>();
  const byFolded = new Map<string, string>();
  const alike: string[] = [];
  const odd: string[] = [];
  const links: string[] = [];
  let twice = 0;
  let entries = 0;
  let bytes = 0;

  const few = (names: readonly string[]): string =>
    `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;

  const partsOf = (entry: RawEntry): string[] => {
    const name = entry.name.toString('latin1');
    const said = () => shown(entry.name);
    if (name.includes('\0')) refuse(`holds a name with a NUL in it: ${said()}`);
    if (name.length > limits.pathBytes) refuse(`holds a name of ${name.length} bytes`);
    // Some programs take a backslash for a slash: it must not lead out for them either.
    if (/^[/\\]|^[A-Za-z]:/.test(name)) refuse(`holds an absolute path, ${said()}`);
    if (name.split(/[/\\]/).includes('..')) refuse(`holds a path that leads out of its folder, ${said()}`);
    const parts = plain(name).split('/').filter(Boolean);
    if (parts.length > limits.depth) refuse(`holds folders more than ${limits.depth} deep`);
    return parts;
  };

  return {
    leaveOut,
    leftOut: () => ({ leftOut, leftOutCount }),
    remarks: () => [
      ...(alike.length > 0
        ? [
            `Names that differ only in case or accents, of which one replaces the other on macOS and Windows: ${few(alike)}.`,
          ]
        : []),
      ...(odd.length > 0
        ? [`Names that are no UTF-8, and are another name on other machines: ${few(odd)}.`]
        : []),
      ...(links.length > 0
        ? [`Symbolic links, which are kept as links and not followed: ${few(links)}.`]
        : []),
      ...(twice > 0
        ? [`${twice} of its names stand in it more than once, each time with the same content.`]
        : []),
    ],
    async admit(entry) {
      if (++entries > limits.entries) refuse(`holds more than ${limits.entries} entries`);
      const parts = partsOf(entry);
      const key = parts.join('/');
      const path = Buffer.from(key, 'latin1');
      if (entry.kind === 'special') refuse(`holds a device, pipe or socket, ${shown(path)}`);
      bytes += entry.size;
      if (entry.size > limits.fileBytes) refuse(`holds a file of ${entry.size} bytes, ${shown(path)}`);
      const tooMuch = beyond(bytes, packed, limits);
      if (tooMuch !== null) refuse(tooMuch);
      if (key === '' || entry.kind === 'folder') return null;
      const git = parts.some((p) => isGitName(Buffer.from(p, 'latin1').toString('utf8')));
      if (git) {
        leaveOut(decodePath(path), "part of a git folder, whose configuration and hooks are nobody's files");
        return null;
      }
      const above = parts.slice(0, -1).map((_, n) => parts.slice(0, n + 1).join('/'));
      const clash = above.find((f) => files.has(f)) ?? (folders.has(key) ? key : undefined);
      if (clash !== undefined)
        refuse(`holds ${shown(Buffer.from(clash, 'latin1'))} as a file or link and as a folder`);
      const content = await entry.read();
      const target = entry.kind === 'hardlink' ? plain(content.toString('latin1')) : '';
      const hash =
        entry.kind === 'hardlink'
          ? (files.get(target) ?? refuse(`holds a hard link to what it does not hold, ${shown(path)}`))
          : `${entry.kind} ${createHash('sha256').update(content).digest('hex')}`;
      const before = files.get(key);
      if (before !== undefined && before !== hash)
        refuse(
          `holds ${shown(path)} twice, with different contents: which of them counts depends on who unpacks it`,
        );
      if (before !== undefined) {
        twice++;
        return null;
      }
      for (const f of above) folders.add(f);
      files.set(key, hash);
      const name = decodePath(path);
      if (path.toString('utf8').includes('\u{FFFD}')) odd.push(visible(name).slice(0, 100));
      const same = byFolded.get(folded(name));
      if (same === undefined) byFolded.set(folded(name), name);
      else alike.push(`${visible(same).slice(0, 100)} and ${visible(name).slice(0, 100)}`);
      if (entry.kind === 'symlink') links.push(visible(`${name} to ${decodePath(content)}`).slice(0, 200));
      const mode = entry.kind === 'symlink' || hash.startsWith('symlink') ? '120000' : '100644';
      const known = entry.kind === 'hardlink' || contents.has(hash);
      contents.add(hash);
      return { path, mode, hash, content: known ? null : content };
    },
  };
};
