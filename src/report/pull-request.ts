import type { DisclosureState } from '../domain/disclosure.ts';
import { plural } from '../text/plural.ts';
import { alsoBy } from './also-by.ts';
import { type Block, list, para, renderBlocks, table } from './blocks.ts';
import { SEVERITIES } from './ids.ts';
import { labelMarkdown } from './labels.ts';
import type { Label } from './report-labels.ts';
import type { ReportModel } from './report-model.ts';
import { code, fromSession, link, listed, long, phrase, type Statement } from './statement.ts';
import type { Diagnostic } from './validate.ts';

/** What a pull request to the audit database says, in the words its reviewers look for. */
export type PullRequest = { title: string; body: string; commit: string };

export type PullRequestFacts = {
  model: ReportModel;
  /** Ids of the audits of this repository that the database has already; null: nobody looked, and nothing is said. */
  earlier: readonly string[] | null;
  /** Null: not validated, and nothing is said. */
  diagnostics: readonly Diagnostic[] | null;
  disclosure: DisclosureState;
};

/** Titles and commit subjects are plain text: only letters of a name that cannot address or break anything. */
const plainName = ({ target }: ReportModel): string => `${target.repository.owner}/${target.repository.name}`;

const overview = (m: ReportModel): Block =>
  table(
    ['Severity', 'Count', 'Files'],
    SEVERITIES.map((s) => {
      const own = m.findings.filter((f) => f.severity === s);
      const names = listed(own.slice(0, 30).map((f) => code(f.fileId)));
      const more = own.length > 30 ? ` and ${own.length - 30} more` : '';
      return [
        (s[0]!.toUpperCase() + s.slice(1)) as Capitalize<typeof s>,
        fromSession('summary')`${own.length}`,
        own.length > 0 ? fromSession('findings')`${names}${more}` : '-',
      ];
    }),
  );

const adds = (m: ReportModel, earlier: readonly string[]): Statement => {
  const database = fromSession('database');
  return earlier.length === 0
    ? database`No earlier audit of this repository is in the database.`
    : database`Earlier audits, left as they are: ${listed(earlier.map((id) => code(id)))}. This one adds an independent look at commit ${code(m.target.commit)}, with every check of the methodology in a coverage table.`;
};

/** How the maintainers of the server were told; null when nothing grave was found, or nobody said yet why it is public. */
const told = (d: DisclosureState): Statement | null => {
  const of = fromSession('disclosure');
  const early = d.reason.trim() === '' ? null : phrase`because: ${long(d.reason, 1_000)}`;
  if (d.state === 'not-needed') return null;
  if (d.toldOn === null) return early && of`Published before the maintainers were told, ${early}`;
  const when = d.channel
    ? phrase`Maintainers were told on ${d.toldOn} (${d.channel})`
    : phrase`Maintainers were told on ${d.toldOn}`;
  if (d.state === 'mended') return of`${when}; the fixes are verified.`;
  return d.state === 'over'
    ? of`${when}; the days of coordinated disclosure are over.`
    : early
      ? of`${when}; published before ${d.publicFrom ?? ''} ${early}`
      : of`${when}.`;
};

const h3Of = (of: Label): Block => ({ type: 'heading', level: 3, of });

/** The body as labels and statements. */
export const pullRequestBlocks = ({
  model: m,
  earlier,
  diagnostics,
  disclosure,
}: PullRequestFacts): Block[] => {
  const warnings = diagnostics?.filter((d) => d.level === 'warning').length;
  const cited = m.findings.reduce((n, f) => n + f.locations.length, 0);
  const target = fromSession('target');
  const how = told(disclosure);
  return [
    h3Of('Audit Summary'),
    table(
      ['Field', 'Value'],
      [
        ['Audit ID', fromSession('auditId')`${code(m.auditId)}`],
        ['Target', target`${link(plainName(m), m.target.repository.url)}`],
        ['Commit', target`${code(m.target.commit)}`],
        ['Version', target`${code(m.target.version)}`],
        ['Auditor', fromSession('auditor')`${code(m.auditor.github)}`],
        ...alsoBy(m.auditors),
        ['Date', fromSession('date')`${m.date}`],
        [
          'Scope',
          fromSession(
            'coverage',
          )`${m.coverage.total - m.coverage.notTested} of ${m.coverage.total} checks tested, ${plural(m.hours, 'hour')}`,
        ],
        ['Method', fromSession('methodology')`${m.methodology.title} ${m.methodology.version}`],
        ['Tool', fromSession('tool')`${m.tool.name} ${m.tool.version}`],
      ],
    ),
    h3Of('Findings Overview'),
    overview(m),
    h3Of('Verification'),
    list([
      ...(warnings === undefined
        ? []
        : [
            fromSession(
              'validation',
            )`Checked against the review rules before submission: 0 blocking, ${warnings} advisory.`,
          ]),
      fromSession('findings')`${plural(cited, 'quotation')}, each read again at the commit.`,
      m.observations.length === 0
        ? fromSession('checks')`Nothing of the server was run by the tool; a person gave every verdict.`
        : fromSession(
            'observations',
          )`The server was run by the tool, in a sandbox: ${plural(m.observations.length, 'observation')}, each with its transcript; a person gave every verdict.`,
    ]),
    ...(earlier === null ? [] : [h3Of('Prior Audits'), para(adds(m, earlier))]),
    ...(how ? [h3Of('Disclosure'), para(how)] : []),
    h3Of('Limitations'),
    list(m.limitations.slice(0, 20).map((l) => fromSession('limitations')`${long(l, 500)}`)),
  ];
};

export const pullRequest = (facts: PullRequestFacts): PullRequest => {
  const { model: m } = facts;
  const title = `Add audit of ${plainName(m)} (${m.auditId})`;
  const counts = SEVERITIES.map((s) => `${m.summary[s]} ${s}`).join(', ');
  const commit = `${title}\n\nCommit ${m.target.commit}; findings: ${counts}.\n`;
  return { title, body: labelMarkdown(renderBlocks(pullRequestBlocks(facts))), commit };
};
