import { redactSecrets } from '../../text/redact.ts';
import { visibleLines } from '../../text/visible.ts';
import type { View } from '../model.ts';
import { highlight } from './highlight.ts';
import { type Line, lineText, span } from './line.ts';

/** A file of the target as it may be shown: secrets masked, nothing that acts on the terminal. */
export type ShownFile = {
  /** Masked, one entry a line, as the target wrote it otherwise. */
  lines: readonly string[];
  /** The same for the screen, coloured where the language is known. */
  coloured: readonly Line[];
};

/**
 * The whole text is masked, not its lines: those of a private key say nothing by themselves. What a collector masked in
 * an item's own lines is masked here as well, since it knows more kinds of secrets than patterns do.
 */
const masked = (v: View, path: string, raw: string): string[] => {
  const text = redactSecrets(raw);
  const lines = text.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  for (const { items } of v.snap?.evidence.values() ?? [])
    for (const item of items) {
      const at = item.location;
      if (at?.path !== path) continue;
      const own = at.snippet.split('\n');
      for (const [i, said] of own.entries()) {
        const n = at.startLine - 1 + i;
        const line = lines[n];
        // The last line of a long snippet may be cut.
        const cut = i === own.length - 1 && line?.startsWith(said);
        if (line !== undefined && line !== said && !cut) lines[n] = said;
      }
    }
  return lines;
};

/** Null while the file is being read; no lines where it cannot be shown as text. */
export const shownFile = (v: View, path: string): ShownFile | null => {
  const raw = v.source(path);
  if (raw === null) return null;
  return v.kept(`shown:${path}`, [raw, v.snap?.evidence], () => {
    if (raw === '') return { lines: [], coloured: [] };
    const lines = masked(v, path, raw);
    const colours = highlight(path, lines.join('\n'));
    return {
      lines,
      coloured: lines.map((line, i) => {
        const words = visibleLines(line);
        const spans = colours?.[i];
        return spans && lineText(spans) === words ? spans : [span(words)];
      }),
    };
  });
};
