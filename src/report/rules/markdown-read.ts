import { fencedLines } from '../labels.ts';
import type { TextFile } from './folder.ts';

/** Markdown as far as the rules need it: headings, sections and fences, by line. */
export type Heading = { level: number; title: string; line: number };
export type Fence = { line: number; lines: string[] };

export const headingsOf = (file: TextFile): Heading[] => {
  const fenced = fencedLines(file.lines);
  return file.lines.flatMap((text, i) => {
    const [, marks = '', title = ''] = fenced[i] ? [] : (/^(#{1,6})[ \t]{1,40}(.*)$/.exec(text) ?? []);
    return marks === '' ? [] : [{ level: marks.length, title: title.trim(), line: i + 1 }];
  });
};

/** The lines below a heading up to the next of the same or a higher level, with the first line's number. */
export const sectionOf = (
  file: TextFile,
  headings: readonly Heading[],
  heading: Heading,
): { lines: readonly string[]; line: number } => {
  const next = headings.find((h) => h.line > heading.line && h.level <= heading.level);
  return {
    lines: file.lines.slice(heading.line, (next?.line ?? file.lines.length + 1) - 1),
    line: heading.line + 1,
  };
};

const LABEL = /^(?:<!-- .* -->|# === .* ===)$/;

export const isLabelLine = (line: string): boolean =>
  LABEL.test(line.trim()) && line.includes('PROMPT_INJECTION_EXAMPLE');

/** The fence that begins within the next lines, label markers and empty lines aside. `from` is 0-based. */
export const fenceAfter = (lines: readonly string[], from: number): Fence | null => {
  let i = from;
  while (i < lines.length && (lines[i]!.trim() === '' || isLabelLine(lines[i]!))) i++;
  const open = /^\s{0,12}(`{3,}|~{3,})/.exec(lines[i] ?? '')?.[1];
  if (!open) return null;
  const end = lines.findIndex(
    (l, n) => n > i && l.trim().startsWith(open) && l.trim() === open[0]!.repeat(l.trim().length),
  );
  return { line: i + 1, lines: lines.slice(i + 1, end < 0 ? lines.length : end) };
};
