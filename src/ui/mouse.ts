/** What a pointing device did, in cells from the upper left corner, as terminals tell it in their SGR form (mode 1006). */
export type Pointer = {
  kind: 'press' | 'drag' | 'release' | 'wheel';
  x: number;
  y: number;
  /** Of the wheel: 1 down, -1 up. */
  by: number;
};

const SGR = /^\[<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])$/;
const MOTION = 32;
const WHEEL = 64;
const MODIFIERS = 4 + 8 + 16;

/** Null for what is no report of a pointer, or of a button that means nothing here. */
export const parsePointer = (input: string): Pointer | null => {
  const found = SGR.exec(input);
  if (!found) return null;
  const button = Number(found[1]) & ~MODIFIERS;
  const at = { x: Number(found[2]) - 1, y: Number(found[3]) - 1 };
  if (button === WHEEL || button === WHEEL + 1)
    return { kind: 'wheel', ...at, by: button === WHEEL ? -1 : 1 };
  if (found[4] === 'm') return button === 0 ? { kind: 'release', ...at, by: 0 } : null;
  if (button === 0) return { kind: 'press', ...at, by: 0 };
  return button === MOTION ? { kind: 'drag', ...at, by: 0 } : null;
};

/** Presses, drags and the wheel, in the form that has no bounds; Shift keeps the terminal's own selection. */
export const MOUSE_ON = '\u001b[?1000h\u001b[?1002h\u001b[?1006h';
export const MOUSE_OFF = '\u001b[?1006l\u001b[?1002l\u001b[?1000l';

/* Ink hands on no sequence that is no key of its own, so reports are taken out of the input before it. */
const REPORT = /\u001b(\[<\d{1,4};\d{1,5};\d{1,5}[Mm])/g;
const BEGUN = /\u001b\[<[\d;]{0,16}$/;

/** Takes reports of a pointer out of what is read from a terminal, also those that two reads divide. */
export const createPointerFilter = (heard: (p: Pointer) => void): ((chunk: string) => string) => {
  let begun = '';
  return (chunk) => {
    const text = begun + chunk;
    begun = BEGUN.exec(text)?.[0] ?? '';
    return text.slice(0, text.length - begun.length).replace(REPORT, (_, report: string) => {
      const pointer = parsePointer(report);
      if (pointer) heard(pointer);
      return '';
    });
  };
};

/** A terminal's input without the reports of its pointer, which `heard` gets. */
export const withoutPointer = (stdin: NodeJS.ReadStream, heard: (p: Pointer) => void): NodeJS.ReadStream => {
  const filter = createPointerFilter(heard);
  const read = (size?: number): unknown => {
    const chunk: unknown = stdin.read(size);
    return typeof chunk === 'string' ? filter(chunk) : chunk;
  };
  return new Proxy(stdin, {
    get: (target, name) => {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};
