import { cweLabel } from '../domain/cwe.ts';
import type { DisclosureState } from '../domain/disclosure.ts';
import { type Block, statementsOf } from './blocks.ts';
import { discoveryWords, findingBlocks, impactWords } from './finding-file.ts';
import { pageBlocks } from './formats/html.ts';
import { markdownFileBlocks } from './formats/markdown-file.ts';
import { privateCover } from './formats/private-report.ts';
import { pullRequestBlocks } from './pull-request.ts';
import { notesBlocks } from './raw-notes.ts';
import type { ReportModel } from './report-model.ts';
import { assessmentBlocks } from './security-assessment.ts';
import { type Source, sourceWords } from './statement.ts';

/** Where each sentence of a submission comes from. */
export type Sourced = { file: string; sentence: string; source: string };

/** The documents people read, as labels and statements, by file name. */
export const documentsOf = (m: ReportModel): [string, Block[]][] => [
  ['security-assessment.md', assessmentBlocks(m)],
  ['raw-notes.md', notesBlocks(m)],
  ...m.findings.map((f): [string, Block[]] => [`findings/${f.fileId}.md`, findingBlocks(f, m)]),
];

/**
 * What the other forms of the report say beside those documents, which they show in full: the page, the file with everything,
 * the private report, the pull request. What only submitting tells (earlier audits, warnings) is not in it.
 */
export const formsOf = (m: ReportModel, d: DisclosureState): [string, Block[]][] => [
  ['report.html', pageBlocks(m)],
  ['report.md', markdownFileBlocks(m)],
  ['private-report.md', privateCover(m, d)],
  ['pull-request.md', pullRequestBlocks({ model: m, earlier: null, diagnostics: null, disclosure: d })],
];

/** Sentences of a text of several lines; code in a fence is one. */
export const sentencesOf = (markdown: string): string[] =>
  /^\s*(`{3,}|~{3,})/.test(markdown)
    ? [markdown.split('\n').slice(0, 2).join(' ')]
    : markdown
        .split('\n')
        .flatMap((line) => line.split(/(?<=[.!?])\s+(?=[A-Z`*])/))
        .map((s) => s.trim())
        .filter((s) => /[A-Za-z0-9]/.test(s));

/** Every sentence of what people read, in order. By construction each has a source. */
export const sourcesOf = (m: ReportModel, d: DisclosureState): Sourced[] =>
  [...documentsOf(m), ...formsOf(m, d)].flatMap(([file, blocks]) =>
    statementsOf(blocks).flatMap((s) =>
      sentencesOf(s.markdown).map((sentence) => ({ file, sentence, source: sourceWords(s.source) })),
    ),
  );

/** What each part of the model is, for formats that carry its values as they are. */
const PARTS: readonly [keyof ReportModel, Source['kind']][] = [
  ['findings', 'finding'],
  ['evidence', 'evidence'],
  ['surface', 'evidence'],
  ['looks', 'evidence'],
  ['artifacts', 'evidence'],
  ['server', 'evidence'],
  ['checks', 'session'],
  ['dismissed', 'auditor'],
  ['answered', 'auditor'],
  ['scorecard', 'session'],
  ['top10', 'methodology'],
  ['methodology', 'methodology'],
  ['proposals', 'session'],
  ['limitations', 'session'],
  ['log', 'session'],
  ['auditor', 'session'],
  ['target', 'session'],
  ['attachments', 'auditor'],
  ['observations', 'session'],
  ['assistance', 'session'],
  ['reviews', 'session'],
  ['earlier', 'session'],
  ['tool', 'session'],
];

/** Names that formats want and no part of the model holds. */
const FORMAT_WORDS = ['Common Weakness Enumeration', 'Root of the audited commit'];

/** What formats say with values of the model put together. */
const composed = (m: ReportModel): { source: string; text: string }[] => [
  { source: 'label', text: FORMAT_WORDS.join('\n') },
  {
    source: 'methodology: CWE',
    text: m.findings.flatMap((f) => (f.cwe ? [cweLabel(f.cwe)] : [])).join('\n'),
  },
  { source: 'finding: findings', text: m.findings.map(impactWords).join('\n') },
  {
    source: 'session: methodology',
    text: `${m.methodology.title} v${m.methodology.version}\n${discoveryWords(m)}`,
  },
  {
    source: 'methodology: checks',
    text: m.checks.map((c) => `It fails when this holds: ${c.failsWhen}`).join('\n'),
  },
  { source: 'session: target', text: `MCP server ${m.target.name}` },
];

const leaves = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(leaves)
      : [];

/** White space and what writers do to hostile text taken out, so that what is carried can be found again. */
const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

/**
 * Says which part of the model a value of a JSON format comes from: whole, or sentence by sentence where a writer put two
 * values into one text. Null: nobody said it.
 */
export const modelSource = (m: ReportModel): ((text: string) => string | null) => {
  const parts = [
    ...PARTS.map(([part, kind]) => ({
      source: `${kind}: ${part}`,
      text: leaves(m[part]).map(plain).join('\n'),
    })),
    ...composed(m),
  ];
  const find = (text: string): string | null =>
    parts.find((p) => p.text.includes(plain(text)))?.source ?? null;
  return (text) => {
    const whole = find(text.replace(/…$/, ''));
    if (whole !== null) return whole;
    const each = sentencesOf(text).map((s) => find(s.replace(/[.…]$/, '')));
    return each.length > 0 && each.every((s) => s !== null) ? [...new Set(each)].join('; ') : null;
  };
};

/** Every string of a JSON file that reads as words, with the dotted path of its field. */
export const wordsOfJson = (value: unknown, at = ''): { at: string; text: string }[] =>
  typeof value === 'string'
    ? /[A-Za-z]{2}\s{1,9}[A-Za-z]/.test(value)
      ? [{ at, text: value }]
      : []
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, v]) => wordsOfJson(v, at === '' ? key : `${at}.${key}`))
      : [];

/** The list as text: each sentence behind its source, and how many there are of each kind. */
export const sourcesText = (m: ReportModel, d: DisclosureState): string => {
  const all = sourcesOf(m, d);
  const counts = new Map<string, number>();
  for (const s of all) {
    const kind = /^[a-z]+/.exec(s.source)![0];
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  let file = '';
  const lines = all.flatMap((s) => {
    const head = s.file === file ? [] : [...(file === '' ? [] : ['']), s.file];
    file = s.file;
    return [...head, `  [${s.source}] ${s.sentence}`];
  });
  const total = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, n]) => `${n} ${kind}`)
    .join(', ');
  return `${[...lines, '', `${all.length} sentences, each with its source: ${total}; without: 0`].join('\n')}\n`;
};
