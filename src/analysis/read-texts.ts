/**
 * Reads many files one after the other, giving the event loop a turn between them: a large tree must not freeze the
 * screen, and a run must be stoppable.
 */
export async function* readTexts<E extends { path: string }>(
  tree: { text(path: string): Promise<string | null> },
  entries: readonly E[],
  signal: AbortSignal,
): AsyncGenerator<{ entry: E; text: string | null }> {
  for (const entry of entries) {
    signal.throwIfAborted();
    yield { entry, text: await tree.text(entry.path) };
  }
}
