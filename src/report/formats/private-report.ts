import { DISCLOSURE_DAYS, type DisclosureState, isGrave } from '../../domain/disclosure.ts';
import { findingFile } from '../finding-file.ts';
import { labelMarkdown } from '../labels.ts';
import { code, document, inline, link, table } from '../markdown.ts';
import type { ReportModel } from '../report-model.ts';
import { anchorOf, demoted } from './markdown-file.ts';

/**
 * What the maintainers of a server read first, in private: its critical and high weaknesses in full, what is asked of them,
 * and until when nobody else reads of it.
 */
export const privateReport = (m: ReportModel, d: DisclosureState): string => {
  const grave = m.findings.filter(isGrave);
  const until = d.publicFrom ?? `${DISCLOSURE_DAYS} days after you receive this`;
  return [
    labelMarkdown(
      document([
        [`# Private security report: ${inline(m.target.name)}`],
        [
          '**Not for publication.** This report is for the maintainers of the server. Please keep it out of public issues, pull requests and chats.',
        ],
        table(
          ['Item', 'Value'],
          [
            ['Repository', link(m.target.repository.url, m.target.repository.url)],
            ['Audited commit', code(m.target.commit)],
            ['Audited by', `${inline(m.auditor.name)}, ${inline(m.auditor.contact)}`],
            ['Date', m.date],
            ['Public from', inline(until)],
          ],
        ),
        ['## What we ask'],
        [
          '1. Tell us that you received this, at the address above.',
          '2. Tell us which findings you accept, and which you see otherwise and why.',
          `3. Tell us when a fix is out, so that it can be verified. The audit becomes public on ${inline(until)}, or earlier once the fixes are verified; if you need longer, say so.`,
        ],
        ['## Findings'],
        grave.length === 0
          ? ['No critical or high weakness was recorded: nothing has to be told in private.']
          : table(
              ['Finding', 'Severity', 'Weakness'],
              grave.map((f) => [
                `[${anchorOf(f.fileId)}](#${anchorOf(f.fileId)}): ${inline(f.title)}`,
                f.severity,
                f.cwe ?? '–',
              ]),
            ),
        [
          `Found while auditing with ${inline(m.methodology.title)} ${inline(m.methodology.version)}. ${m.coverage.notTested} of ${m.coverage.total} checks were not tested; nothing is said about them.`,
        ],
      ]),
    ),
    ...grave.map((f) => `<a id="${anchorOf(f.fileId)}"></a>\n\n${demoted(findingFile(f, m), 1)}`),
  ].join('\n');
};
