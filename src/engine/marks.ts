import { hash } from 'node:crypto';
import type { SourceTree } from '../collectors/collector.ts';
import type { EvidenceItem, Place } from '../domain/evidence.ts';
import { placesOf } from '../domain/pipeline/suppressions.ts';
import { byName } from '../text/shown-path.ts';
import { readLines } from './quoted.ts';

/**
 * What stands at each place of an item, hashed: the same rule on the same code has the same mark wherever it moves, in its
 * file or to another. Lines are those of the masked file, as evidence quotes them.
 */

const MOST_LINES = 40;
/** What is known of a package changes while the line that names it does not. */
const SAID_BY_TITLE: ReadonlySet<string> = new Set(['vulnerable-dependency']);

const markOf = (item: EvidenceItem, words: string): string =>
  hash(
    'sha256',
    JSON.stringify([
      item.collector,
      item.rule,
      words.replace(/\s+/g, ' ').trim(),
      ...(SAID_BY_TITLE.has(item.rule) ? [item.title] : []),
    ]),
    'hex',
  ).slice(0, 16);

/** Marks of an item, in the order of {@link placesOf}. */
export const marker = (tree: SourceTree): ((item: EvidenceItem) => Promise<string[]>) => {
  const entries = byName(tree.allEntries);
  const files = new Map<string, Promise<string[] | null>>();
  const at = async ({ path, startLine, endLine }: Place): Promise<string> => {
    const entry = entries.get(path);
    if (!entry) return path;
    if (!files.has(path)) files.set(path, readLines(tree, entry));
    const lines = await files.get(path);
    // What has no lines is known by its name: a binary's bytes change with every build.
    return lines?.slice(startLine - 1, Math.min(endLine, startLine - 1 + MOST_LINES)).join('\n') ?? path;
  };
  return async (item) => {
    const words = await Promise.all(
      placesOf(item).map((p) =>
        p === null ? item.title : p === item.location ? item.location.snippet : at(p),
      ),
    );
    return words.map((w) => markOf(item, w));
  };
};
