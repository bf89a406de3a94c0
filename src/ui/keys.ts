import { graphemes } from '../text/width.ts';

/** What Ink's useInput hands over, as far as we read it. */
export type InkKey = {
  upArrow: boolean;
  downArrow: boolean;
  leftArrow: boolean;
  rightArrow: boolean;
  pageDown: boolean;
  pageUp: boolean;
  home?: boolean;
  end?: boolean;
  return: boolean;
  escape: boolean;
  ctrl: boolean;
  shift: boolean;
  tab: boolean;
  backspace: boolean;
  delete: boolean;
  meta: boolean;
};

/**
 * A key by name: a printable character stands for itself (`j`, `?`, `é`); the rest are `up down left right pageup
 * pagedown home end enter esc tab shift+tab backspace delete space ctrl+x alt+enter`; `newline` is Ctrl+J or Alt+Enter.
 */
export type Key = string;

const CONTROL: Record<string, Key> = {
  '\r': 'enter',
  '\n': 'newline',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b': 'esc',
  ' ': 'space',
};

/** Names one character that arrived inside typed text. Other control characters have no meaning to us. */
const named = (char: string): Key | null => {
  const known = CONTROL[char];
  if (known) return known;
  const code = char.charCodeAt(0);
  if (code < 0x20) return `ctrl+${String.fromCharCode(code + 0x60)}`;
  return code === 0x7f ? null : char;
};

/**
 * Ink reports what one read of the terminal brought. Fast typing, auto-repeat and slow frames glue keys together
 * (`jj` is one call with input `jj`; `abc⏎` is one call without `return`), so the text is taken apart here.
 */
export const decode = (input: string, key: InkKey): Key[] => {
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.pageUp) return ['pageup'];
  if (key.pageDown) return ['pagedown'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return [key.meta ? 'newline' : 'enter'];
  if (key.tab) return [key.shift ? 'shift+tab' : 'tab'];
  // Terminals send DEL for the Backspace key, and Ink names that "delete".
  if (key.backspace || key.delete) return ['backspace'];
  if (key.escape && input === '') return ['esc'];
  if (key.ctrl) return input === 'j' ? ['newline'] : input === '' ? [] : [`ctrl+${input.toLowerCase()}`];
  if (key.meta) return input === '\r' || input === '\n' ? ['newline'] : input === '' ? [] : [`alt+${input}`];
  return graphemes(input).flatMap((g) => (g === '\r\n' ? ['enter'] : (named(g) ?? [])));
};

/** The character a key types, or null when it types none. */
export const typed = (key: Key): string | null =>
  key === 'space' ? ' ' : graphemes(key).length === 1 ? key : null;

const LABELS: Record<string, string> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  enter: 'Enter',
  newline: 'Ctrl+J',
  esc: 'Esc',
  tab: 'Tab',
  'shift+tab': 'Shift+Tab',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  home: 'Home',
  end: 'End',
  space: 'Space',
  backspace: 'Backspace',
};

/** How a key is written for people. */
export const keyLabel = (key: Key, ascii = false): string => {
  const label = LABELS[key];
  if (label) return ascii && /[^\x20-\x7e]/.test(label) ? key : label;
  if (key.startsWith('ctrl+')) return `Ctrl+${key.slice(5).toUpperCase()}`;
  return key;
};
