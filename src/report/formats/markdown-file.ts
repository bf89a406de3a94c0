import { findingFile } from '../finding-file.ts';
import { fencedLines } from '../labels.ts';
import type { ReportModel } from '../report-model.ts';
import { securityAssessment } from '../security-assessment.ts';

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

/** The assessment and every finding in one file. */
export const markdownFile = (m: ReportModel): string => {
  const parts = m.findings.map(
    (f) => `<a id="${anchorOf(f.fileId)}"></a>\n\n${demoted(findingFile(f, m), 2)}`,
  );
  return [
    withinFile(securityAssessment(m)),
    ...(parts.length > 0 ? ['## Findings in Full\n', ...parts] : []),
  ].join('\n');
};
