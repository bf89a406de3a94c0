import { DISCLOSURE_DAYS, type DisclosureState, isGrave } from '../../domain/disclosure.ts';
import { alsoBy } from '../also-by.ts';
import { type Block, h1, h2, numbered, para, table } from '../blocks.ts';
import { findingBlocks } from '../finding-file.ts';
import { fromPart } from '../finding-source.ts';
import type { ReportModel } from '../report-model.ts';
import {
  below,
  code,
  fromFinding,
  fromMethodology,
  fromSession,
  link,
  phrase,
  strong,
} from '../statement.ts';
import { anchorOf, type FilePart, partsText } from './markdown-file.ts';

const target = fromSession('target');
const disclosure = fromSession('disclosure');

/** What the maintainers read before the findings. */
export const privateCover = (m: ReportModel, d: DisclosureState): Block[] => {
  const grave = m.findings.filter(isGrave);
  const until = d.publicFrom ?? `${DISCLOSURE_DAYS} days after you receive this`;
  return [
    h1({ label: 'Private security report', is: target`${m.target.name}` }),
    para(
      disclosure`${strong('Not for publication.')} This report is for the maintainers of the server. Please keep it out of public issues, pull requests and chats.`,
    ),
    table(
      ['Item', 'Value'],
      [
        ['Repository', target`${link(m.target.repository.url, m.target.repository.url)}`],
        ['Audited commit', target`${code(m.target.commit)}`],
        ['Audited by', fromSession('auditor')`${m.auditor.name}, ${m.auditor.contact}`],
        ...alsoBy(m.auditors),
        ['Date', fromSession('date')`${m.date}`],
        ['Public from', disclosure`${until}`],
      ],
    ),
    h2('What we ask'),
    numbered([
      disclosure`Tell us that you received this, at the address above.`,
      disclosure`Tell us which findings you accept, and which you see otherwise and why.`,
      disclosure`Tell us when a fix is out, so that it can be verified. The audit becomes public on ${until}, or earlier once the fixes are verified; if you need longer, say so.`,
    ]),
    h2('Findings'),
    grave.length === 0
      ? para(
          fromSession(
            'summary',
          )`No critical or high weakness was recorded: nothing has to be told in private.`,
        )
      : table(
          ['Finding', 'Severity', 'Weakness'],
          grave.map((f) => [
            fromPart(f, 'title')`${below(anchorOf(f.fileId))}: ${f.title}`,
            fromFinding(f.fileId)`${f.severity}`,
            f.cwe ? fromMethodology('CWE')`${f.cwe}` : '–',
          ]),
        ),
    para(
      fromSession(
        'coverage',
      )`Found while auditing with ${phrase`${m.methodology.title} ${m.methodology.version}`}. ${m.coverage.notTested} of ${m.coverage.total} checks were not tested; nothing is said about them.`,
    ),
  ];
};

/**
 * What the maintainers of a server read first, in private: its critical and high weaknesses in full, what is asked of them,
 * and until when nobody else reads of it.
 */
export const privateReport = (m: ReportModel, d: DisclosureState): string =>
  partsText([
    { blocks: privateCover(m, d), down: 0 },
    ...m.findings
      .filter(isGrave)
      .map((f): FilePart => ({ anchor: anchorOf(f.fileId), blocks: findingBlocks(f, m), down: 1 })),
  ]);
