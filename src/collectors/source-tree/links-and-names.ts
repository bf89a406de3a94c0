import { folderOf } from '../../analysis/files/paths.ts';
import { bytes, listed, plural } from '../../analysis/files/words.ts';
import { type CollectContext, fact, gap, type ItemDraft, lead, type TreeEntry } from '../collector.ts';

export const CHECKS = ['1.2.1'];

/** Invisible or text-reversing characters in a name make a path look like another. */
const HIDDEN_IN_NAME = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\u{E0000}-\u{E007F}]/u;

/** Where a relative link target leads, as a path in the repository; null when it leaves it. */
const resolveLink = (from: string, to: string): string | null => {
  if (to.startsWith('/') || /^[A-Za-z]:/.test(to)) return null;
  const parts = folderOf(from) === '' ? [] : folderOf(from).split('/');
  for (const step of to.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..') {
      if (parts.length === 0) return null;
      parts.pop();
    } else parts.push(step);
  }
  return parts.join('/');
};

export const links = async ({ tree, signal }: CollectContext): Promise<ItemDraft[]> => {
  const items: ItemDraft[] = [];
  const symlinks = tree.entries.filter((e) => e.kind === 'symlink');
  const known = new Set<string>(['']);
  if (symlinks.length > 0)
    for (const { path } of tree.allEntries)
      for (let at = path; at !== '' && !known.has(at); at = folderOf(at)) known.add(at);
  const inside: string[] = [];
  for (const entry of symlinks.slice(0, 500)) {
    signal.throwIfAborted();
    const target = entry.size > 4096 ? null : await tree.bytes(entry.path).catch(() => undefined);
    // It cannot be read, which is told with all else that cannot.
    if (target === undefined) continue;
    const to = target === null ? null : target.toString('utf8');
    const resolved = to === null ? null : resolveLink(entry.path, to);
    if (resolved === null)
      items.push(
        lead(
          'symlink-out',
          [...CHECKS, '2.3.2'],
          `Symbolic link ${entry.path} points out of the repository`,
          {
            class: 'path-traversal',
            cwe: ['CWE-61'],
            strength: 'moderate',
            detail: `Target: ${to === null ? `(${bytes(entry.size)} long)` : to.slice(0, 200)}`,
            at: { path: entry.path, startLine: 1 },
          },
        ),
      );
    else inside.push(`${entry.path} → ${resolved}${known.has(resolved) ? '' : ' (missing)'}`);
  }
  if (inside.length > 0)
    items.push(
      fact('symlinks', CHECKS, `${plural(inside.length, 'symbolic link')} within the repository`, {
        detail: listed(inside, 20, '\n'),
        reproduce: "git ls-tree -r {commit} | grep '^120000'",
      }),
    );
  const submodules = tree.entries.filter((e) => e.kind === 'submodule');
  if (submodules.length > 0)
    items.push(
      gap('submodules', [...CHECKS, '1.3.1'], `${plural(submodules.length, 'submodule')} not read`, {
        detail: `${listed(
          submodules.map((s) => `${s.path} at ${s.oid.slice(0, 12)}`),
          12,
        )}. Audit each on its own at that commit.`,
        reproduce: "git ls-tree -r {commit} | grep '^160000'",
      }),
    );
  return items;
};

export const names = (entries: readonly TreeEntry[]): ItemDraft[] =>
  entries
    .filter((e) => HIDDEN_IN_NAME.test(e.path))
    .slice(0, 20)
    .map((e) =>
      lead(
        'hidden-characters-in-name',
        CHECKS,
        `A file name holds invisible or control characters: ${e.path}`,
        {
          class: 'tool-poisoning',
          cwe: ['CWE-1007'],
          strength: 'strong',
          detail: [...e.path]
            .map((c) =>
              HIDDEN_IN_NAME.test(c)
                ? `<U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`
                : c,
            )
            .join(''),
          at: { path: e.path, startLine: 1 },
        },
      ),
    );
