import { linesOf } from '../../files/lines.ts';

/**
 * The little of YAML that pnpm and yarn write: nested maps by indentation, with quoted or plain keys and the values as
 * text. Machine-written files of many megabytes are read in one linear pass; there are no anchors, tags or references to
 * follow, so that there is nothing in here for a hostile file to blow up. test/analysis/packages/lockfiles.test.ts holds it
 * against a whole YAML parser on files of the real tools.
 */
export type Entry = { key: string; value: string; line: number; children: Entry[] };

const MOST_LINE = 8000;
const MOST_DEPTH = 40;

const unquote = (text: string): string => {
  if (text.length < 2) return text;
  if (text.startsWith("'") && text.endsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (!text.startsWith('"') || !text.endsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
};

/** Where a leading quoted string ends, or -1. */
const quotedEnd = (text: string): number => {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return -1;
  for (let i = 1; i < text.length; i++) {
    if (quote === '"' && text[i] === '\\') i++;
    else if (text[i] === quote) {
      if (quote === "'" && text[i + 1] === "'") i++;
      else return i + 1;
    }
  }
  return -1;
};

/** `key: value`, and yarn v1's `key value`. */
const split = (text: string): [string, string] => {
  const end = quotedEnd(text);
  if (end !== -1 && (text[end] === ':' || text[end] === ' '))
    return [unquote(text.slice(0, end)), text.slice(end + 1).trim()];
  const colon = text.indexOf(': ');
  if (colon !== -1) return [text.slice(0, colon), text.slice(colon + 2).trim()];
  if (text.endsWith(':')) return [text.slice(0, -1), ''];
  const space = text.indexOf(' ');
  return space === -1 ? [text, ''] : [text.slice(0, space), text.slice(space + 1).trim()];
};

/** `before`: how many lines of the file stand before this part of it. */
export const readIndented = (source: string, before = 0): Entry[] => {
  const top: Entry[] = [];
  const open: { indent: number; children: Entry[] }[] = [{ indent: -1, children: top }];
  linesOf(source).forEach((raw, i) => {
    const line = raw.length > MOST_LINE ? raw.slice(0, MOST_LINE) : raw;
    const text = line.trim();
    if (text === '' || text.startsWith('#') || text === '---') return;
    const indent = line.length - line.trimStart().length;
    while (open.at(-1)!.indent >= indent) open.pop();
    // A key of more than 1,024 characters is written as "? key", its value on the next line after ": ".
    const long = text.startsWith('? ');
    if (text === ':' || text.startsWith(': ')) {
      const owner = open.at(-1)!.children.at(-1);
      if (!owner) return;
      open.push({ indent, children: owner.children });
      if (text.length > 2) {
        const [key, value] = split(text.slice(2));
        const first: Entry = { key, value: unquote(value), line: before + i + 1, children: [] };
        owner.children.push(first);
        open.push({ indent: indent + 2, children: first.children });
      }
      return;
    }
    // A yarn v1 header holds several descriptors: "a@^1", "a@^2":
    const header = indent === 0 && text.endsWith(':') && text.includes(',') && !text.includes(': ');
    const [key, value] = long
      ? [unquote(text.slice(2)), '']
      : header
        ? [text.slice(0, -1), '']
        : split(text.replace(/^- /, ''));
    const entry: Entry = { key, value: unquote(value), line: before + i + 1, children: [] };
    open.at(-1)!.children.push(entry);
    if (!long && open.length < MOST_DEPTH) open.push({ indent, children: entry.children });
  });
  return top;
};

export const child = (entries: readonly Entry[], key: string): Entry | undefined =>
  entries.find((e) => e.key === key);

/** The value of `key`, also out of a flow map: `resolution: {integrity: sha512-…}`. */
export const textAt = (entry: Entry | undefined, key: string): string => {
  if (!entry) return '';
  const nested = child(entry.children, key);
  if (nested) return nested.value;
  // What a formatter makes of a flow map: its braces and entries on lines of their own.
  const braces = child(entry.children, '{');
  if (braces) return unquote((child(braces.children, key)?.value ?? '').replace(/,$/, ''));
  if (!entry.value.startsWith('{')) return '';
  for (const part of entry.value.slice(1, -1).split(/,\s*/)) {
    const [name, value] = split(part.trim());
    if (name === key) return unquote(value);
  }
  return '';
};
