import { plural } from '../text/plural.ts';
import { SEVERITIES } from './ids.ts';
import { labelMarkdown } from './labels.ts';
import { code, document, inline, link, table } from './markdown.ts';
import type { ReportModel } from './report-model.ts';
import type { Diagnostic } from './validate.ts';

/** What a pull request to the audit database says, in the words its reviewers look for. */
export type PullRequest = { title: string; body: string; commit: string };

export type PullRequestFacts = {
  model: ReportModel;
  /** Ids of the audits of this repository that the database has already. */
  earlier: readonly string[];
  diagnostics: readonly Diagnostic[];
  /** How the maintainers of the server were told, in a sentence; '' when nothing grave was found. */
  disclosure: string;
};

/** Titles and commit subjects are plain text: only letters of a name that cannot address or break anything. */
const plainName = ({ target }: ReportModel): string => `${target.repository.owner}/${target.repository.name}`;

const overview = (m: ReportModel): string[] =>
  table(
    ['Severity', 'Count', 'Files'],
    SEVERITIES.map((s) => {
      const own = m.findings.filter((f) => f.severity === s);
      const names = own.slice(0, 30).map((f) => code(f.fileId));
      const more = own.length > names.length ? ` and ${own.length - names.length} more` : '';
      return [
        s[0]!.toUpperCase() + s.slice(1),
        String(own.length),
        own.length ? names.join(', ') + more : '-',
      ];
    }),
  );

const adds = (m: ReportModel, earlier: readonly string[]): string =>
  earlier.length === 0
    ? 'No earlier audit of this repository is in the database.'
    : `Earlier audits, left as they are: ${earlier.map((id) => code(id)).join(', ')}. This one adds an independent look at commit ${code(m.target.commit)}, with every check of the methodology in a coverage table.`;

export const pullRequest = ({
  model: m,
  earlier,
  diagnostics,
  disclosure,
}: PullRequestFacts): PullRequest => {
  const warnings = diagnostics.filter((d) => d.level === 'warning').length;
  const cited = m.findings.reduce((n, f) => n + f.locations.length, 0);
  const title = `Add audit of ${plainName(m)} (${m.auditId})`;
  const body = document([
    ['### Audit Summary'],
    table(
      ['Field', 'Value'],
      [
        ['**Audit ID**', code(m.auditId)],
        ['**Target**', link(plainName(m), m.target.repository.url)],
        ['**Commit**', code(m.target.commit)],
        ['**Version**', code(m.target.version)],
        ['**Auditor**', code(m.auditor.github)],
        ['**Date**', m.date],
        [
          '**Scope**',
          `${m.coverage.total - m.coverage.notTested} of ${m.coverage.total} checks tested, ${plural(m.hours, 'hour')}`,
        ],
        ['**Method**', inline(`${m.methodology.title} ${m.methodology.version}`)],
        ['**Tool**', inline(`${m.tool.name} ${m.tool.version}`)],
      ],
    ),
    ['### Findings Overview'],
    overview(m),
    ['### Verification'],
    [
      `- Checked against the review rules before submission: 0 blocking, ${warnings} advisory.`,
      `- ${cited} quotations, each read again at the commit.`,
      `- Nothing of the server was run by the tool; a person gave every verdict.`,
    ],
    ['### Prior Audits'],
    [adds(m, earlier)],
    ...(disclosure === '' ? [] : [['### Disclosure'], [inline(disclosure, 1_000)]]),
    ['### Limitations'],
    m.limitations.slice(0, 20).map((l) => `- ${inline(l, 500)}`),
  ]);
  const counts = SEVERITIES.map((s) => `${m.summary[s]} ${s}`).join(', ');
  const commit = `${title}\n\nCommit ${m.target.commit}; findings: ${counts}.\n`;
  return { title, body: labelMarkdown(body), commit };
};
