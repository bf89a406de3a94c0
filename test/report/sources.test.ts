import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { labelsOf, renderBlocks, statementsOf } from '../../src/report/blocks.ts';
import { advisories } from '../../src/report/formats/osv.ts';
import { reportJsonFile } from '../../src/report/formats/report-json.ts';
import { sarifFile } from '../../src/report/formats/sarif.ts';
import { LABELS } from '../../src/report/report-labels.ts';
import { buildReport, type ReportModel } from '../../src/report/report-model.ts';
import { documentsOf, modelSource, sourcesOf, sourcesText, wordsOfJson } from '../../src/report/sources.ts';
import { compileSubmission } from '../../src/report/submission.ts';
import { inputOf, smallScript, started } from './scripted-session.ts';

/** The words of a Markdown file as a reader sees them, one text a block or table cell. */
const textsOf = (markdown: string): string[] => {
  const tokens = new MarkdownIt({ html: true }).parse(markdown, {});
  return tokens.flatMap((t) =>
    t.type === 'inline'
      ? [
          (t.children ?? [])
            .map((c) => (c.type === 'softbreak' || c.type === 'hardbreak' ? '\n' : c.content))
            .join(''),
        ]
      : t.type === 'fence'
        ? [t.content]
        : [],
  );
};

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** What is left of a file once everything statements and labels say is taken out: nothing may be. */
const unsourced = (m: ReportModel, path: string, markdown: string): string[] => {
  const document = documentsOf(m).find(([file]) => path.endsWith(file));
  expect(document, path).toBeDefined();
  const [, blocks] = document!;
  const said = [...statementsOf(blocks).flatMap((s) => textsOf(s.markdown)), ...labelsOf(blocks), 'See', 'x']
    .map(letters)
    .filter(Boolean)
    .sort((a, b) => b.length - a.length);
  return textsOf(markdown).flatMap((text) => {
    let rest = ` ${letters(text)} `;
    for (const s of said) rest = rest.replaceAll(` ${s} `, ' ¦ ');
    return /[\p{L}\p{N}]/u.test(rest) ? [rest.trim()] : [];
  });
};

const models: [string, ReportModel][] = [
  ['a small audit', buildReport(inputOf())],
  ['nothing decided', buildReport(inputOf([started()]))],
  [
    'one failed check without a finding',
    buildReport(
      inputOf([
        started(),
        { type: 'check.answered', check: '2.1.2', answer: { verdict: 'fail', note: 'theoretical; low' } },
      ]),
    ),
  ],
  [
    'a described server',
    buildReport(
      inputOf([
        ...smallScript(),
        {
          type: 'server.described',
          value: {
            purpose: 'Makes reports.',
            type: 'data_access_server',
            dataSensitivity: 'low',
            authentication: 'none',
            network: 'local_only',
            judgement: 'Do not run it where others can reach it.\n\nMend HIGH-001 first.',
          },
        },
      ]),
    ),
  ],
];

describe.each(models)('%s', (_, m) => {
  const files = [...compileSubmission(m)];

  it('says nothing in a document people read that has no source', () => {
    const documents = files.filter(([path]) => path.endsWith('.md'));
    expect(documents.length).toBeGreaterThanOrEqual(2);
    for (const [path, markdown] of documents) expect(unsourced(m, path, markdown), path).toEqual([]);
  });

  it('carries no words in its JSON files and other formats that are not in the model', () => {
    const source = modelSource(m);
    const others: [string, string][] = [
      ...files.filter(([path]) => path.endsWith('.json')),
      ['report.json', reportJsonFile(m)],
      ['report.sarif', sarifFile(m)],
      ...advisories(m, (f) => f).map((a): [string, string] => [a.path, a.text]),
    ];
    const lost = others.flatMap(([path, text]) =>
      wordsOfJson(JSON.parse(text)).flatMap(({ at, text: words }) =>
        source(words) === null ? [`${path.split('/').at(-1)} ${at}: ${words.slice(0, 120)}`] : [],
      ),
    );
    expect(lost).toEqual([]);
  });

  it('names a source for every sentence, and counts them', () => {
    const all = sourcesOf(m);
    expect(all.every((s) => /^(auditor|finding|evidence|methodology|session)\b/.test(s.source))).toBe(true);
    expect(sourcesText(m)).toContain(`${all.length} sentences, each with its source: `);
  });
});

it('has labels that name and do not say', () => {
  expect(new Set(LABELS).size).toBe(LABELS.length);
  for (const label of LABELS) {
    expect(label.split(' ').length, label).toBeLessThanOrEqual(8);
    expect(label, label).not.toMatch(/[.!?]$/);
  }
});

it('notices a sentence that slipped in', () => {
  const [, m] = models[0]!;
  const [, blocks] = documentsOf(m)[0]!;
  const markdown = `${renderBlocks(blocks)}\nThe server is quite safe.\n`;
  expect(unsourced(m, 'security-assessment.md', markdown)).toEqual(['The server is quite safe']);
});
