import type { SourceTree, TreeEntry } from '../collectors/collector.ts';
import { UserError } from '../domain/errors.ts';
import { redactSecrets } from '../text/redact.ts';
import { byName } from '../text/shown-path.ts';

/** How evidence quotes a file: by its lines, or as a whole where it has none. */

/** Larger files are pointed at as a whole, not by line. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/**
 * A file's lines as `sed` counts them: only LF ends a line, and a last LF begins none. Credentials are masked in the whole
 * file: a range of lines may begin inside of a private key.
 */
const splitLines = (text: string): string[] => {
  const lines = redactSecrets(text).split('\n');
  if (lines.at(-1) === '' && lines.length > 1) lines.pop();
  return lines;
};

const SNIFFED = 8000;
/** Null for what has no lines, or cannot be read: it is pointed at as a whole. */
export const readLines = (tree: SourceTree, entry: TreeEntry): Promise<string[] | null> =>
  linesAt(tree, entry).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });
const linesAt = async (tree: SourceTree, entry: TreeEntry): Promise<string[] | null> => {
  if (entry.kind === 'submodule') return null;
  if (entry.kind !== 'symlink') {
    const text = await tree.text(entry.path);
    if (text !== null) return splitLines(text);
  }
  if (entry.size > MAX_READ_BYTES) return null;
  const bytes = await tree.bytes(entry.path);
  return bytes.subarray(0, SNIFFED).includes(0) ? null : splitLines(bytes.toString('utf8'));
};

/** The words that stand for a file without lines. */
export const whole = (entry: TreeEntry): string => {
  if (entry.kind === 'submodule') return `(submodule at ${entry.oid})`;
  return `(${entry.size.toLocaleString('en')} bytes, no text that can be read; object ${entry.oid})`;
};

/**
 * A file as evidence quotes it: its text, or for what has none (a binary, a submodule) the words that stand for it. Null when
 * there is no such file.
 */
export const quotedText = async (tree: SourceTree, path: string): Promise<string | null> => {
  const entry = byName(tree.allEntries).get(path);
  if (!entry) return null;
  return (await readLines(tree, entry))?.join('\n') ?? whole(entry);
};
