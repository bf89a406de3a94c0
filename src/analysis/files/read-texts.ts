/**
 * Reads many files one after the other; a run can be stopped between two of them. A file whose object cannot be read
 * (a partial clone, a damaged one) counts as not read, like a binary: one missing object must not hide all the others.
 */
export async function* readTexts<E extends { path: string }>(
  tree: { text(path: string): Promise<string | null> },
  entries: readonly E[],
  signal: AbortSignal,
): AsyncGenerator<{ entry: E; text: string | null }> {
  for (const entry of entries) {
    signal.throwIfAborted();
    yield { entry, text: await tree.text(entry.path).catch(() => null) };
  }
}

/** What git keeps in place of a large file's content (https://git-lfs.com): a text of its own, that is none of the server. */
export const isLfsPointer = (text: string): boolean =>
  text.startsWith('version https://git-lfs.github.com/spec/');
export const LFS_POINTER = 'a Git LFS pointer: its content is not in the repository';
