import { linesOf } from './lines.ts';

/** The little of Markdown (and reStructuredText) that documents are judged by: headings and fenced code. Lines are 1-based. */

export type Heading = { level: number; title: string; line: number };
export type CodeLine = { text: string; line: number; fenced: boolean };

const MOST_LINES = 20_000;
const MOST_LINE = 4000;

export const readMarkdown = (text: string): { headings: Heading[]; lines: CodeLine[] } => {
  const headings: Heading[] = [];
  const lines: CodeLine[] = [];
  let fence = '';
  const all = linesOf(text.slice(0, 4_000_000)).slice(0, MOST_LINES);
  all.forEach((full, i) => {
    const line = full.slice(0, MOST_LINE);
    const mark = /^\s{0,12}(`{3,10}|~{3,10})/.exec(line)?.[1];
    if (mark && (fence === '' || (mark[0] === fence[0] && mark.length >= fence.length))) {
      fence = fence === '' ? mark : '';
      return;
    }
    lines.push({ text: line, line: i + 1, fenced: fence !== '' });
    if (fence !== '') return;
    const heading = /^(#{1,6})\s+(.{1,200})/.exec(line) ?? null;
    const html = /<h([1-6])[^>]{0,200}>([^<]{1,200})/i.exec(line);
    if (heading)
      headings.push({
        level: heading[1]!.length,
        title: heading[2]!.replace(/\s#+\s*$/, '').trim(),
        line: i + 1,
      });
    else if (html) headings.push({ level: Number(html[1]), title: html[2]!.trim(), line: i + 1 });
    else if (/<summary>(.{1,200})/i.test(line))
      headings.push({ level: 6, title: line.replace(/<[^>]{1,200}>/g, '').trim(), line: i + 1 });
    else if (
      i > 0 &&
      /^(={3,}|-{3,}|~{3,})\s*$/.test(line) &&
      /^\w/.test(all[i - 1] ?? '') &&
      (all[i - 1] ?? '').length < 200
    )
      headings.push({ level: 1, title: (all[i - 1] ?? '').trim(), line: i });
  });
  return { headings, lines };
};
