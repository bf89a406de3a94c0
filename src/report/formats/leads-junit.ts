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

/** How a case ended, and what is said of that. */
type End = { outcome: 'passed' | 'failure' | 'error' | 'skipped'; said: string };
type Case = { outcome: End['outcome']; line: string };

const PASSED: End = { outcome: 'passed', said: '' };
const ended = (outcome: 'failure' | 'error' | 'skipped', message: string, max = 1_000): End => ({
  outcome,
  said: `<${outcome} message="${xml(message, max)}"/>`,
});

const caseOf = (
  suite: string,
  rule: string,
  name: string,
  { outcome, said }: End,
  at: LeadEntry['location'] = null,
): Case => ({
  outcome,
  line: `    <testcase classname="${xml(`${suite}.${rule}`)}" name="${xml(name, 400)}"${at ? ` file="${xml(at.path)}" line="${at.startLine}"` : ''}>${said}</testcase>`,
});

const leadEnd = (l: LeadEntry): End => {
  if (l.fails.length > 0) {
    const where = l.location ? placeWords(l.location) : 'no line of the repository';
    return {
      outcome: 'failure',
      said: `<failure type="${xml(l.fails.join(' '))}" message="${xml(`${l.severity}: ${l.title} at ${where}`, 500)}">${xml(`${l.detail}\n${l.news.join('\n')}`)}</failure>`,
    };
  }
  return ended(
    'skipped',
    l.suppressed
      ? `suppressed: ${l.suppressions.map((s) => `${s.reason} (${s.at}, until ${s.expires})`).join('; ')}`
      : `a lead nobody judged (${l.severity}, ${l.strength}), not among what fails`,
  );
};

type Look = LeadsReport['collectors'][number];

const lookedAt = (c: Look, blind: boolean): Case => {
  if (blind) return caseOf(c.id, 'looked', 'could look', ended('error', `${c.outcome}: ${c.message}`));
  return c.outcome === 'not-applicable'
    ? caseOf(c.id, 'looked', 'applies', ended('skipped', c.message || c.searched, 500))
    : caseOf(c.id, 'looked', `looked at: ${c.searched}`, PASSED);
};

type Suite = { id: string; cases: readonly Case[] };

const countOf = (cases: readonly Case[], outcome: End['outcome']): number =>
  cases.filter((c) => c.outcome === outcome).length;
const counts = (cases: readonly Case[]): string =>
  `tests="${cases.length}" failures="${countOf(cases, 'failure')}" errors="${countOf(cases, 'error')}" skipped="${countOf(cases, 'skipped')}"`;

export const leadsJunit = (r: LeadsReport): string => {
  const blind = new Set(blindOf(r).map((c) => c.id));
  const collectors = r.collectors.map(
    (c): Suite => ({
      id: c.id,
      cases: [
        lookedAt(c, blind.has(c.id)),
        ...r.leads
          .filter((l) => l.collector === c.id)
          .map((l) => caseOf(c.id, l.rule, `${l.title} [${l.id}]`, leadEnd(l), l.location)),
        ...r.gaps
          .filter((g) => g.collector === c.id)
          .map((g) =>
            caseOf(
              c.id,
              g.rule,
              `${g.title} [${g.id}]`,
              ended('skipped', `not looked at: ${g.detail || g.title}`),
            ),
          ),
      ],
    }),
  );
  const locked: Suite = {
    id: 'tools-lock',
    cases: [
      ...(r.tools?.changes ?? []).map((c) =>
        caseOf('tools-lock', c.kind, `${c.name}: ${c.field || 'approved'}`, ended('failure', changeWords(c))),
      ),
      ...(r.tools?.uncomputed ?? []).map((u) =>
        caseOf('tools-lock', 'compared', u.what, ended('skipped', u.why)),
      ),
    ],
  };
  const own: Suite = {
    id: 'suppressions',
    cases: [...r.suppressions.expired, ...r.suppressions.refused].map((s) =>
      caseOf('suppressions', 'valid', s.at, ended('failure', s.words)),
    ),
  };
  const suites = [...collectors, ...[locked, own].filter((s) => s.cases.length > 0)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(`${r.tool.name} ${r.target.commit}`)}" ${counts(suites.flatMap((s) => s.cases))}>`,
    ...suites.flatMap((s) => [
      `  <testsuite name="${xml(s.id)}" ${counts(s.cases)}>`,
      ...s.cases.map((c) => c.line),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
};
