import type { FoundEntry } from '../../analysis/surface/surface-entry.ts';

/** The source of an entry's handler, '' when it is not known. */
export const handlerText = (e: FoundEntry, texts: ReadonlyMap<string, string>): string => {
  const text = e.handler ? texts.get(e.handler.path) : undefined;
  if (!text || !e.handler) return '';
  return text
    .split('\n')
    .slice(e.handler.startLine - 1, e.handler.endLine)
    .join('\n');
};
