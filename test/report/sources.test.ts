import MarkdownIt from 'markdown-it';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { type DisclosureState, disclosureOf } from '../../src/domain/disclosure.ts';
import type { EventBody } from '../../src/domain/events.ts';
import { type Block, labelsOf, renderBlocks, statementsOf } from '../../src/report/blocks.ts';
import { htmlFile } from '../../src/report/formats/html.ts';
import { markdownFile } from '../../src/report/formats/markdown-file.ts';
import { advisories } from '../../src/report/formats/osv.ts';
import { privateReport } from '../../src/report/formats/private-report.ts';
import { reportJsonFile } from '../../src/report/formats/report-json.ts';
import { sarifFile } from '../../src/report/formats/sarif.ts';
import { pullRequest, pullRequestBlocks } from '../../src/report/pull-request.ts';
import { LABELS } from '../../src/report/report-labels.ts';
import { buildReport, type ReportInput, type ReportModel } from '../../src/report/report-model.ts';
import {
  documentsOf,
  formsOf,
  modelSource,
  sentencesOf,
  sourcesOf,
  sourcesText,
  wordsOfJson,
} from '../../src/report/sources.ts';
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

/** What is left of texts once everything statements and labels say is taken out: nothing may be. */
const left = (blocks: readonly Block[], texts: readonly string[]): string[] => {
  const said = [
    ...new Set(
      [...statementsOf(blocks).flatMap((s) => textsOf(s.markdown)), ...labelsOf(blocks), 'See', 'x', '☑', '☐']
        .map(letters)
        .filter(Boolean),
    ),
  ].sort((a, b) => b.length - a.length);
  return texts.flatMap((text) => {
    let rest = ` ${letters(text)} `;
    for (const s of said) rest = rest.replaceAll(` ${s} `, ' ¦ ');
    return /[\p{L}\p{N}]/u.test(rest) ? [rest.trim()] : [];
  });
};

/** Anchors carry no words. */
const unsourced = (blocks: readonly Block[], markdown: string): string[] =>
  left(blocks, textsOf(markdown.replace(/^<a id="[a-z]+-\d+"><\/a>$/gm, '')));

const blocksOf = (m: ReportModel, path: string): Block[] => {
  const document = documentsOf(m).find(([file]) => path.endsWith(file));
  expect(document, path).toBeDefined();
  return document![1];
};

/** Everything that is said or labelled anywhere in the report. */
const allBlocks = (m: ReportModel, d: DisclosureState): Block[] =>
  [...documentsOf(m), ...formsOf(m, d)].flatMap(([, blocks]) => blocks);

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.Document;

const WITHIN_A_LINE = /^(?:#text|a|code|strong|em|s|br|wbr)$/;

/** Every text of a page that a reader sees or hears, one a block. */
const textsOfPage = (html: string): string[] => {
  const walk = (n: Node): string => {
    if (n.nodeName === 'style' || n.nodeName === '#comment') return '';
    if ('value' in n) return n.value.replace(/\s+/g, ' ');
    const read = 'attrs' in n ? n.attrs.filter((a) => /^(?:title|aria-label|data-label)$/.test(a.name)) : [];
    const inside = [
      ...read.map((a) => `\n${a.value}\n`),
      ...('childNodes' in n ? n.childNodes.map(walk) : []),
    ].join('');
    return WITHIN_A_LINE.test(n.nodeName) ? (n.nodeName === 'br' ? ' ' : inside) : `\n${inside}\n`;
  };
  return walk(parse(html)).split('\n');
};

/** Texts of a page that neither stand in a statement nor are a label; names in a picture may be cut. */
const unsourcedOfPage = (blocks: readonly Block[], html: string): string[] => {
  const names = statementsOf(blocks).map((s) => letters(s.markdown));
  const whole = textsOfPage(html).filter(
    (t) => !(t.endsWith('…') && names.some((name) => name.startsWith(letters(t)))),
  );
  const labels = LABELS.map((label): Block => ({ type: 'heading', level: 2, of: label }));
  return left([...blocks, ...labels], whole);
};

const inputs: [string, ReportInput][] = [
  ['a small audit', inputOf()],
  ['nothing decided', inputOf([started()])],
  [
    'one failed check without a finding',
    inputOf([
      started(),
      { type: 'check.answered', check: '2.1.2', answer: { verdict: 'fail', note: 'theoretical; low' } },
    ]),
  ],
  [
    'a described server',
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
  ],
];

const models = inputs.map(
  ([name, input]) => [name, buildReport(input), disclosureOf(input.session)] as const,
);

describe.each(models)('%s', (_, m, d) => {
  const files = [...compileSubmission(m)];

  it('says nothing in a document people read that has no source', () => {
    const documents = files.filter(([path]) => path.endsWith('.md'));
    expect(documents.length).toBeGreaterThanOrEqual(2);
    for (const [path, markdown] of documents)
      expect(unsourced(blocksOf(m, path), markdown), path).toEqual([]);
  });

  it('says nothing in any other form of the report that has no source', () => {
    const blocks = allBlocks(m, d);
    const forms: [string, string][] = [
      ['report.md', markdownFile(m)],
      ['private-report.md', privateReport(m, d)],
      ...[[], ['jane-2026-01-01-001']].map((earlier): [string, string] => {
        const facts = { model: m, earlier, diagnostics: [], disclosure: d };
        expect(statementsOf(pullRequestBlocks(facts)).length).toBeGreaterThan(10);
        blocks.push(...pullRequestBlocks(facts));
        return ['pull-request.md', pullRequest(facts).body];
      }),
    ];
    for (const [name, text] of forms) expect(unsourced(blocks, text), name).toEqual([]);
    expect(unsourcedOfPage(blocks, htmlFile(m))).toEqual([]);
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
    const all = sourcesOf(m, d);
    expect(all.every((s) => /^(auditor|finding|evidence|methodology|session)\b/.test(s.source))).toBe(true);
    expect(sourcesText(m, d)).toContain(`${all.length} sentences, each with its source: `);
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
  const [, m, d] = models[0]!;
  const [, blocks] = documentsOf(m)[0]!;
  const markdown = `${renderBlocks(blocks)}\nThe server is quite safe.\n`;
  expect(unsourced(blocks, markdown)).toEqual(['The server is quite safe']);
  const page = htmlFile(m).replace('</main>', '<p>The server is quite safe.</p></main>');
  expect(unsourcedOfPage(allBlocks(m, d), page)).toEqual(['The server is quite safe']);
});

describe('a document', () => {
  /** A verdict is told for each check; two of one moment read alike. */
  const RECORDS = /^Verdict: /;
  const scripts: Record<string, EventBody[]> = {
    'a small audit': smallScript(),
    'nothing decided': [started()],
    'one failed check': [
      started(),
      { type: 'check.answered', check: '2.1.2', answer: { verdict: 'fail', note: '' } },
    ],
    'passes alone': [
      started(),
      ...['1.3.1', '1.3.2', '2.1.2', '2.1.4', '2.4.1'].map(
        (check): EventBody => ({ type: 'check.answered', check, answer: { verdict: 'pass', note: '' } }),
      ),
    ],
  };

  it.each(Object.keys(scripts))('says nothing twice: %s', (name) => {
    const m = buildReport(inputOf(scripts[name]));
    for (const [file, blocks] of documentsOf(m)) {
      const counts = new Map<string, number>();
      for (const { markdown, source } of statementsOf(blocks))
        if (source.kind === 'session' || source.kind === 'evidence')
          for (const sentence of sentencesOf(markdown))
            if (/[.:]$/.test(sentence) && sentence.split(' ').length >= 4 && !RECORDS.test(sentence))
              counts.set(sentence, (counts.get(sentence) ?? 0) + 1);
      expect(
        [...counts].filter(([, n]) => n > 1),
        file,
      ).toEqual([]);
    }
  });
});
