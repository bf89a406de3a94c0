import { placeWords } from '../../domain/evidence.ts';
import { blindOf, type LeadEntry, type LeadsReport } from '../../domain/pipeline/leads-report.ts';
import { changeWords } from '../../domain/pipeline/tools-lock.ts';
import { visibleLines } from '../../text/visible.ts';
import { clipWords } from '../markdown.ts';

/**
 * Leads as JUnit XML, for whatever shows tests: a suite a collector. What fails the run is a failure; another lead, and what was
 * not looked at, is skipped with the reason, since neither has passed; what could not look is an error.
 */

const xml = (text: string, max = 2_000): string =>
  visibleLines(clipWords(text, max).toWellFormed())
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');

type Case = { name: string; rule: string; file: string; line: number; said: string };

const caseOf = (suite: string, c: Case, body: string): string =>
  `    <testcase classname="${xml(`${suite}.${c.rule}`)}" name="${xml(c.name, 400)}"${c.file ? ` file="${xml(c.file)}" line="${c.line}"` : ''}>${body}</testcase>`;

const leadCase = (l: LeadEntry): { failed: boolean; line: string } => {
  const where = l.location ? placeWords(l.location) : 'no line of the repository';
  const c: Case = {
    name: `${l.title} [${l.id}]`,
    rule: l.rule,
    file: l.location?.path ?? '',
    line: l.location?.startLine ?? 0,
    said: l.detail,
  };
  const failed = l.fails.length > 0;
  const why = l.suppressed
    ? `suppressed: ${l.suppressions.map((s) => `${s.reason} (${s.at}, until ${s.expires})`).join('; ')}`
    : `a lead nobody judged (${l.severity}, ${l.strength}), not among what fails`;
  const body = failed
    ? `<failure type="${xml(l.fails.join(' '))}" message="${xml(`${l.severity}: ${l.title} at ${where}`, 500)}">${xml(`${l.detail}\n${l.news.join('\n')}`)}</failure>`
    : `<skipped message="${xml(why, 1_000)}"/>`;
  return { failed, line: caseOf(l.collector, c, body) };
};

const none = (rule: string, name: string): Case => ({ name, rule, file: '', line: 0, said: '' });

export const leadsJunit = (r: LeadsReport): string => {
  const blind = new Set(blindOf(r).map((c) => c.id));
  const suites = r.collectors.map((c) => {
    const leads = r.leads.filter((l) => l.collector === c.id).map(leadCase);
    const gaps = r.gaps.filter((g) => g.collector === c.id);
    const cases = [
      ...(blind.has(c.id)
        ? [
            caseOf(
              c.id,
              none('looked', 'could look'),
              `<error message="${xml(`${c.outcome}: ${c.message}`, 1_000)}"/>`,
            ),
          ]
        : c.outcome === 'not-applicable'
          ? [
              caseOf(
                c.id,
                none('looked', 'applies'),
                `<skipped message="${xml(c.message || c.searched, 500)}"/>`,
              ),
            ]
          : [caseOf(c.id, none('looked', `looked at: ${c.searched}`), '')]),
      ...leads.map((l) => l.line),
      ...gaps.map((g) =>
        caseOf(
          c.id,
          none(g.rule, `${g.title} [${g.id}]`),
          `<skipped message="${xml(`not looked at: ${g.detail || g.title}`, 1_000)}"/>`,
        ),
      ),
    ];
    const count = { failures: leads.filter((l) => l.failed).length, errors: blind.has(c.id) ? 1 : 0 };
    const skipped = cases.filter((line) => line.includes('<skipped ')).length;
    return { ...count, tests: cases.length, skipped, cases, id: c.id };
  });
  const own = [...r.suppressions.expired, ...r.suppressions.refused].map((s) =>
    caseOf('suppressions', none('valid', s.at), `<failure message="${xml(s.words, 1_000)}"/>`),
  );
  const locked = [
    ...(r.tools?.changes ?? []).map((c) => ({
      failed: true,
      line: caseOf(
        'tools-lock',
        none(c.kind, `${c.name}: ${c.field || 'approved'}`),
        `<failure message="${xml(changeWords(c), 1_000)}"/>`,
      ),
    })),
    ...(r.tools?.uncomputed ?? []).map((u) => ({
      failed: false,
      line: caseOf('tools-lock', none('compared', u.what), `<skipped message="${xml(u.why, 1_000)}"/>`),
    })),
  ];
  const all = [
    ...suites,
    ...(locked.length > 0
      ? [
          {
            id: 'tools-lock',
            tests: locked.length,
            failures: locked.filter((l) => l.failed).length,
            errors: 0,
            skipped: locked.filter((l) => !l.failed).length,
            cases: locked.map((l) => l.line),
          },
        ]
      : []),
    ...(own.length > 0
      ? [{ id: 'suppressions', tests: own.length, failures: own.length, errors: 0, skipped: 0, cases: own }]
      : []),
  ];
  const sum = (key: 'tests' | 'failures' | 'errors' | 'skipped'): number =>
    all.reduce((n, s) => n + s[key], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(`${r.tool.name} ${r.target.commit}`)}" tests="${sum('tests')}" failures="${sum('failures')}" errors="${sum('errors')}" skipped="${sum('skipped')}">`,
    ...all.flatMap((s) => [
      `  <testsuite name="${xml(s.id)}" tests="${s.tests}" failures="${s.failures}" errors="${s.errors}" skipped="${s.skipped}">`,
      ...s.cases,
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
};
