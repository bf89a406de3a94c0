import { visible } from '../../text/visible.ts';
import { graphemes, width } from '../../text/width.ts';
import { type Key, typed } from '../keys.ts';

/** Text being typed: grapheme by grapheme, so that the cursor never stands inside a character. */
export type TextField = { before: readonly string[]; after: readonly string[]; multiline: boolean };

/** Joiners and soft hyphens are part of how languages and emoji are written; alone they hide nothing. */
// biome-ignore lint/suspicious/noMisleadingCharacterClass: single code points are meant
const ORTHOGRAPHIC = /[\u00AD\u200C\u200D\uFE0F]/g;

/** A character as a screen may show it: what cannot be seen is written out. */
const shown = (g: string): string => {
  const base = g.replace(ORTHOGRAPHIC, '');
  return g === '\n' || (base !== '' && visible(base) === base) ? g : visible(g);
};

export const textField = (text: string, multiline = false): TextField => ({
  before: graphemes(text),
  after: [],
  multiline,
});

export const fieldText = (f: TextField): string => f.before.join('') + f.after.join('');

/** Puts text in at the cursor. Tabs become spaces; in a single-line field so do line breaks. */
export const insert = (f: TextField, text: string): TextField => {
  // An auditor who pastes from the target must not sign what nobody reads.
  const clean = graphemes(
    text
      .replaceAll(/\r\n?/g, '\n')
      .replaceAll('\t', '  ')
      .replace(/[^\P{Cc}\n]/gu, ''),
  )
    .map(shown)
    .join('');
  return { ...f, before: [...f.before, ...graphemes(f.multiline ? clean : clean.replaceAll('\n', ' '))] };
};

const lineStart = (before: readonly string[]): number => before.lastIndexOf('\n') + 1;
const lineEnd = (after: readonly string[]): number => {
  const i = after.indexOf('\n');
  return i < 0 ? after.length : i;
};
const moveTo = (f: TextField, index: number): TextField => {
  const all = [...f.before, ...f.after];
  const at = Math.max(0, Math.min(all.length, index));
  return { ...f, before: all.slice(0, at), after: all.slice(at) };
};

const vertical = (f: TextField, by: 1 | -1): TextField => {
  const start = lineStart(f.before);
  const column = f.before.length - start;
  if (by < 0) {
    if (start === 0) return moveTo(f, 0);
    const previous = lineStart(f.before.slice(0, start - 1));
    return moveTo(f, Math.min(previous + column, start - 1));
  }
  const end = f.before.length + lineEnd(f.after);
  const all = [...f.before, ...f.after];
  if (end >= all.length) return moveTo(f, all.length);
  const next = end + 1;
  return moveTo(f, Math.min(next + column, next + lineEnd(all.slice(next))));
};

/** The field after a key; null when the key is not for text (Enter, Esc, Tab …) and belongs to whoever shows it. */
export const pressField = (f: TextField, key: Key): TextField | null => {
  switch (key) {
    case 'left':
    case 'ctrl+b':
      return moveTo(f, f.before.length - 1);
    case 'right':
    case 'ctrl+f':
      return moveTo(f, f.before.length + 1);
    case 'up':
      return f.multiline ? vertical(f, -1) : null;
    case 'down':
      return f.multiline ? vertical(f, 1) : null;
    case 'home':
    case 'ctrl+a':
      return moveTo(f, lineStart(f.before));
    case 'end':
    case 'ctrl+e':
      return moveTo(f, f.before.length + lineEnd(f.after));
    case 'backspace':
      return { ...f, before: f.before.slice(0, -1) };
    case 'ctrl+d':
      return { ...f, after: f.after.slice(1) };
    case 'ctrl+k':
      return { ...f, after: f.after.slice(lineEnd(f.after)) };
    case 'ctrl+u':
      return { ...f, before: f.before.slice(0, lineStart(f.before)) };
    case 'ctrl+w': {
      const text = f.before
        .join('')
        .trimEnd()
        .replace(/(?<!\S)\S+$/u, '');
      return { ...f, before: graphemes(text) };
    }
    case 'newline':
      return f.multiline ? { ...f, before: [...f.before, '\n'] } : null;
    default: {
      const char = typed(key);
      return char === null ? null : { ...f, before: [...f.before, ...graphemes(shown(char))] };
    }
  }
};

/** Rows of at most `columns` cells, and where the cursor stands among them. */
export const fieldRows = (f: TextField, columns: number): { rows: string[]; row: number; column: number } => {
  const rows = [''];
  let used = 0;
  let at = { row: 0, column: 0 };
  const all = [...f.before, ...f.after];
  for (const [i, raw] of [...all, ''].entries()) {
    // In a field narrower than a character, something must stand for it.
    const g = width(shown(raw)) > columns ? '?' : shown(raw);
    // Measured together: combining marks can be wider with their neighbours than alone.
    const together = width(`${rows.at(-1)}${g === '\n' ? '' : g}`);
    if (g !== '\n' && together > columns) {
      rows.push('');
      used = 0;
    }
    if (i === f.before.length) at = { row: rows.length - 1, column: used };
    if (g === '\n') {
      rows.push('');
      used = 0;
    } else {
      rows[rows.length - 1] += g;
      used = width(rows.at(-1) ?? '');
    }
  }
  // A cursor behind a full row stands at the start of the next.
  if (at.column >= columns) at = { row: at.row + 1, column: 0 };
  while (rows.length <= at.row) rows.push('');
  return { rows, ...at };
};
