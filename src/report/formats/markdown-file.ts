import { type Block, h2, renderBlocks, withoutSections } from '../blocks.ts';
import { findingBlocks } from '../finding-file.ts';
import { fencedLines, labelMarkdown } from '../labels.ts';
import type { ReportModel } from '../report-model.ts';
import { assessmentBlocks } from '../security-assessment.ts';

/** Headings outside of fences moved down, so that a document becomes a part of another. */
export const demoted = (markdown: string, levels: number): string => {
  const lines = markdown.split('\n');
  const fenced = fencedLines(lines);
  return lines
    .map((l, i) => {
      const marks = fenced[i] ? undefined : /^(#{1,6})(?=[ \t])/.exec(l)?.[1];
      return marks ? `${'#'.repeat(Math.min(6, marks.length + levels))}${l.slice(marks.length)}` : l;
    })
    .join('\n');
};

const LINK =
  /\[((?:\\.|[^\]\\\n]){1,300})\]\((?:findings\/([a-z0-9-]+)\.md|artifacts\/[^)\s]{0,200}|raw-notes\.md)\)/g;

/** A finding's place in a file: severity and number, which hold nothing that anybody wrote. */
export const anchorOf = (fileId: string): string => fileId.split('-').slice(0, 2).join('-');

/** Links into the submission's folder lead to the place in this file; what is not in it becomes a plain name. */
export const withinFile = (markdown: string): string => {
  const lines = markdown.split('\n');
  const fenced = fencedLines(lines);
  return lines
    .map((l, i) =>
      fenced[i]
        ? l
        : l.replace(LINK, (_, label: string, id?: string) => (id ? `[${label}](#${anchorOf(id)})` : label)),
    )
    .join('\n');
};

/** A document as a part of a file: where links lead to it, and by how many levels its headings go down. */
export type FilePart = { anchor?: string; blocks: readonly Block[]; down: number };

export const partsText = (parts: readonly FilePart[]): string =>
  parts
    .map(({ anchor, blocks, down }) => {
      const text = demoted(labelMarkdown(renderBlocks(blocks)), down);
      return anchor === undefined ? text : `<a id="${anchor}"></a>\n\n${text}`;
    })
    .join('\n');

/** What the file says beside the assessment and the findings. */
export const markdownFileBlocks = (m: ReportModel): Block[] =>
  m.findings.length > 0 ? [h2('Findings in Full')] : [];

/** The assessment without what the findings say in full further down. */
const ownPart = (m: ReportModel): Block[] =>
  m.findings.length > 0
    ? withoutSections(assessmentBlocks(m), ['Key Findings', 'Recommendations by Priority'])
    : assessmentBlocks(m);

/** The assessment and every finding in one file. */
export const markdownFile = (m: ReportModel): string => {
  const own = markdownFileBlocks(m);
  return withinFile(
    partsText([
      { blocks: ownPart(m), down: 0 },
      ...(own.length > 0 ? [{ blocks: own, down: 0 }] : []),
      ...m.findings.map(
        (f): FilePart => ({ anchor: anchorOf(f.fileId), blocks: findingBlocks(f, m), down: 2 }),
      ),
    ]),
  );
};
