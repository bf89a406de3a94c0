const BYTES: Record<string, string> = {
  enter: '\r',
  newline: '\n',
  esc: '\u001b',
  tab: '\t',
  'shift+tab': '\u001b[Z',
  space: ' ',
  backspace: '\u007f',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  pageup: '\u001b[5~',
  pagedown: '\u001b[6~',
};

/** What a terminal sends for a key by the interface's name of it. */
export const bytesOf = (key: string): string => {
  if (BYTES[key]) return BYTES[key];
  const control = /^ctrl\+([a-z])$/.exec(key)?.[1];
  return control ? String.fromCharCode(control.charCodeAt(0) - 0x60) : key;
};

/** Keys a text is: one a character as a person sees it. */
export const graphemes = (text: string): number => [...new Intl.Segmenter('en').segment(text)].length;
