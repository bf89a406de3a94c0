import { defaultSettings, type InterfaceSettings } from '../domain/settings.ts';

/** Select Graphic Rendition (ECMA-48, 8.3.117) of the terminal's own sixteen colours, as far as a tone has one. */
export const COLOUR_CODES = {
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  gray: 90,
  redBright: 91,
  greenBright: 92,
  yellowBright: 93,
  cyanBright: 96,
};
export type Colour = keyof typeof COLOUR_CODES;

/** Colour only repeats what a glyph or a word says; every tone may be colourless. */
export type Tone = 'ok' | 'bad' | 'warn' | 'muted' | 'accent' | 'border' | 'focus';

export type Glyphs = {
  pass: string;
  fail: string;
  na: string;
  unsure: string;
  open: string;
  lead: string;
  question: string;
  fact: string;
  strength: string;
  gap: string;
  source: string;
  step: string;
  guard: string;
  sink: string;
  cursor: string;
  expanded: string;
  collapsed: string;
  ellipsis: string;
  bar: string;
  barEmpty: string;
  spinner: readonly string[];
  /** Top left, top right, bottom left, bottom right, horizontal, vertical, tee left, tee right. */
  box: readonly [string, string, string, string, string, string, string, string];
};

export type Theme = {
  glyphs: Glyphs;
  ascii: boolean;
  /** undefined means the terminal's own. */
  colour(tone: Tone): Colour | undefined;
};

const UNICODE: Glyphs = {
  pass: '✓',
  fail: '✗',
  na: '–',
  unsure: '?',
  open: '◦',
  lead: '▲',
  question: '?',
  fact: '·',
  strength: '+',
  gap: '○',
  source: '●',
  step: '│',
  guard: '◇',
  sink: '■',
  cursor: '❯',
  expanded: '▾',
  collapsed: '▸',
  ellipsis: '…',
  bar: '▓',
  barEmpty: '░',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  box: ['╭', '╮', '╰', '╯', '─', '│', '├', '┤'],
};

const ASCII: Glyphs = {
  pass: 'v',
  fail: 'x',
  na: '-',
  unsure: '?',
  open: '.',
  lead: '!',
  question: '?',
  fact: '.',
  strength: '+',
  gap: 'o',
  source: '*',
  step: '|',
  guard: 'o',
  sink: '#',
  cursor: '>',
  expanded: 'v',
  collapsed: '>',
  ellipsis: '~',
  bar: '#',
  barEmpty: '.',
  spinner: ['|', '/', '-', '\\'],
  box: ['+', '+', '+', '+', '-', '|', '+', '+'],
};

/** Named colours, which follow the terminal's own; undefined is its plain text. */
const COLOURS: Record<InterfaceSettings['theme'], Partial<Record<Tone, Colour>>> = {
  dark: {
    ok: 'green',
    bad: 'red',
    warn: 'yellow',
    muted: 'gray',
    accent: 'cyan',
    border: 'gray',
    focus: 'cyan',
  },
  // Yellow and cyan cannot be read on white.
  light: {
    ok: 'green',
    bad: 'red',
    warn: 'magenta',
    muted: 'gray',
    accent: 'blue',
    border: 'gray',
    focus: 'blue',
  },
  // What is only softer elsewhere is plain text here.
  'high-contrast': {
    ok: 'greenBright',
    bad: 'redBright',
    warn: 'yellowBright',
    accent: 'cyanBright',
    focus: 'cyanBright',
  },
  none: {},
};

/** Ambiguous-width glyphs break the frame where the terminal counts them as two cells or cannot show them at all. */
const wantsAscii = (env: Record<string, string | undefined>): boolean => {
  if (env.MCP_AUDIT_GLYPHS) return env.MCP_AUDIT_GLYPHS === 'ascii';
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return env.TERM === 'linux' || env.TERM === 'dumb' || (locale !== '' && !/utf-?8/i.test(locale));
};

/**
 * NO_COLOR (https://no-color.org) counts when it is not empty; bold stays.
 */
export const createTheme = (
  env: Record<string, string | undefined>,
  settings: Pick<InterfaceSettings, 'theme' | 'glyphs'> = defaultSettings(),
): Theme => {
  // What was said for this start counts before what is kept.
  const ascii =
    settings.glyphs === 'auto' || env.MCP_AUDIT_GLYPHS ? wantsAscii(env) : settings.glyphs === 'ascii';
  const colours = env.NO_COLOR ? {} : COLOURS[settings.theme];
  return {
    glyphs: ascii ? ASCII : UNICODE,
    ascii,
    colour: (tone) => colours[tone],
  };
};
