import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { findCwe } from '../../src/domain/cwe.ts';
import { type EvidenceItem, emptySurface, weaknessClass } from '../../src/domain/evidence.ts';
import { draftFinding, missingParts } from '../../src/domain/finding.ts';
import {
  applyTemplate,
  findingFromEvidence,
  parseTemplates,
  templateFor,
  wordsOf,
} from '../../src/domain/finding-template.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { openWords, TEMPLATE_WORDS, withWords } from '../../src/domain/template-words.ts';
import { placeholderIn } from '../../src/report/placeholder.ts';
import { testMethodology, text } from './arbitraries.ts';

const FOLDER = new URL('../../checklists/findings/', import.meta.url);
const files = new Map(
  readdirSync(FOLDER)
    .sort()
    .map((name): [string, string] => [name, readFileSync(new URL(name, FOLDER), 'utf8')]),
);
const { templates, problems } = parseTemplates(files);
const check = checksOf(testMethodology)[0]!;
const draft = draftFinding('F-01', check);

const item = (over: Partial<EvidenceItem> = {}): EvidenceItem => ({
  id: '0123456789abcdef',
  kind: 'lead',
  strength: 'strong',
  collector: 'code-flow',
  rule: 'shell-command',
  checks: [check.id],
  cwe: ['CWE-78'],
  class: 'command-injection',
  title: '`name` of tool export_report reaches a shell (child_process.exec)',
  detail: 'What the rule is about.',
  location: {
    path: 'src/export.ts',
    startLine: 88,
    endLine: 89,
    snippet: 'exec(cmd)',
    sha256: 'c'.repeat(64),
  },
  flow: [
    { path: 'src/tools.ts', line: 31, role: 'source', text: '`name` of tool export_report' },
    { path: 'src/export.ts', line: 80, role: 'step', text: 'const cmd = …' },
    { path: 'src/export.ts', line: 88, role: 'sink', text: 'child_process.exec' },
  ],
  places: [],
  reproduce: 'git show 3f2a91c:src/export.ts | sed -n 88,89p',
  ...over,
});
const about = { templates, surface: emptySurface(), server: 'acme/notes-server' };

describe('the packaged templates', () => {
  it('have nothing wrong, and are at least 40', () => {
    expect(problems).toEqual([]);
    expect(templates.length).toBeGreaterThanOrEqual(40);
  });

  it('know every class of weakness that evidence has', () => {
    const known = new Set(templates.flatMap((t) => t.classes));
    expect(weaknessClass.options.filter((c) => !known.has(c))).toEqual([]);
  });

  it.each(templates.map((t) => [t.id, t] as const))(
    '%s names a weakness findings may be mapped to',
    (_, t) => {
      const cwe = findCwe(t.cwe);
      expect(cwe, t.cwe).not.toBeNull();
      expect(cwe?.usage, t.cwe).not.toBe('prohibited');
    },
  );

  it('are each chosen for some item, or by an auditor: no two alike', () => {
    expect(new Set(templates.map((t) => t.id)).size).toBe(templates.length);
    expect(new Set(templates.map((t) => t.name)).size).toBe(templates.length);
  });
});

describe('a finding raised from a flow', () => {
  const finding = findingFromEvidence(draft, item(), about);
  it('says the tool, the parameter, the sink, the guard and the places', () => {
    expect(finding.title).toBe('Shell command built from name of export_report');
    expect(finding.description).toContain(
      '`name` enters at `src/tools.ts:31` and becomes part of the text handed to `child_process.exec` at `src/export.ts:88-89`. Nothing on the way checks it.',
    );
    expect(finding.description).toContain('What the rule is about.');
    expect(finding.components).toEqual(['Tool: `export_report`', 'File: `src/export.ts` (lines 88-89)']);
    expect(finding.examples).toMatch(/^\*\*TypeScript\*\*: `execFile/);
    expect(finding.examples).not.toContain('Python');
    expect(finding.reproduction[0]).toContain('git show 3f2a91c:src/export.ts');
  });

  it('has every part filled: what is left is the auditor’s judgement', () => {
    expect(missingParts(finding)).toEqual([]);
  });

  it('names the guard that does not hold', () => {
    const guarded = findingFromEvidence(
      draft,
      item({
        flow: [
          ...item().flow.slice(0, 1),
          { path: 'src/export.ts', line: 79, role: 'guard', text: 'name.includes("..")' },
          ...item().flow.slice(2),
        ],
      }),
      about,
    );
    expect(guarded.description).toContain(
      'On the way stands `name.includes("..")` (`src/export.ts:79`). It does not hold because {{guard}}.',
    );
    // Whether it holds is the auditor's to say, so the finding is no more than a draft until then.
    expect(missingParts(guarded)).toEqual(['description']);
  });

  it('speaks the language of the file, and both where that is another', () => {
    const at = (path: string) =>
      findingFromEvidence(draft, item({ location: { ...item().location!, path } }), about).examples;
    expect(at('src/export.py')).toMatch(/^\*\*Python\*\*/);
    expect(at('export.go')).toMatch(/^\*\*Go\*\*/);
    expect(at('README')).toMatch(/\*\*TypeScript\*\*[\s\S]*\*\*Python\*\*/);
  });
});

describe('what the evidence does not say', () => {
  const finding = findingFromEvidence(draft, item({ flow: [] }), about);
  it('stays open, and blocks until somebody says it', () => {
    expect(finding.title).toBe(item().title.replaceAll('`', ''));
    expect(openWords(finding.description)).toContain('sink');
    expect(missingParts(finding)).toContain('description');
    expect(placeholderIn(finding.description)).toMatch(/^\{\{/);
  });
  it('is found in the surface where the code lies in a handler', () => {
    const surface = {
      ...emptySurface(),
      tools: [
        {
          name: 'export_report',
          path: 'src/tools.ts',
          line: 28,
          description: '',
          certainty: 'literal' as const,
          params: [],
          annotations: {},
          handler: { path: 'src/export.ts', startLine: 74, endLine: 96 },
          sinks: [],
        },
      ],
    };
    expect(wordsOf(item({ flow: [] }), surface, '').tool).toBe('`export_report`');
  });
});

test.each([
  ['redos', 'regex', [], 'regex-backtracking'],
  ['path-traversal', 'prefix-allow-list', ['CWE-22'], 'path-prefix-check'],
  ['path-traversal', 'file-read', ['CWE-22'], 'path-traversal'],
  ['missing-auth', 'all-interfaces', [], 'all-interfaces'],
  ['command-injection', 'chosen-program', [], 'chosen-program'],
  ['sql-injection', 'sql-text', [], 'sql-injection'],
  ['sql-injection', 'query-kind-by-prefix', [], 'free-sql'],
  ['supply-chain', 'future-dates', [], undefined],
  ['tool-poisoning', 'hidden-characters', [], 'hidden-instructions'],
  ['supply-chain', 'no-lockfile', [], 'unpinned-dependency'],
] as const)('%s by rule %s is told by %s', (kind, rule, cwe, id) => {
  expect(templateFor(templates, item({ class: kind, rule, cwe: [...cwe], title: 'x' }))?.id).toBe(id);
});

test('good practice has no template of a weakness', () => {
  const finding = findingFromEvidence(draft, item({ kind: 'strength' }), about);
  expect(finding).toMatchObject({ positive: true, severity: 'info', cwe: null, title: item().title });
  expect(finding.recommendations.immediate).toEqual([]);
});

test('an address stays as it is written, and a sentence begins with a capital', () => {
  for (const t of templates) {
    const { references, summary } = applyTemplate(draft, t, { tool: 'run' }, true);
    for (const r of references) expect(r).not.toMatch(/^Https?:/);
    expect(summary).not.toMatch(/^[a-z]/);
  }
});

test('filling leaves what was written as it is', () => {
  const written = { ...draft, title: 'Mine', summary: 'Mine', severity: 'low' as const, cwe: 'CWE-77' };
  const t = templates.find((x) => x.id === 'ssrf')!;
  const filled = applyTemplate(written, t, {}, false);
  expect(filled).toMatchObject({ title: 'Mine', summary: 'Mine', severity: 'low', cwe: 'CWE-77' });
  expect(filled.risks).toEqual(t.risks);
  expect(applyTemplate(filled, t, {}, false)).toEqual(filled);
});

test('text of the target stays text: one line, no code marks, no words to fill in', () => {
  fc.assert(
    fc.property(
      fc.oneof(text, fc.constantFrom('{{sink}}', '`a` of tool b', 'x`y\n# Finding', '$&$1')),
      (hostile) => {
        const words = wordsOf(
          item({
            flow: [
              { path: hostile || 'x', line: 1, role: 'source', text: `\`${hostile}\` of tool ${hostile}` },
              { path: 'a', line: 1, role: 'sink', text: hostile },
            ],
          }),
          emptySurface(),
          hostile,
        );
        for (const [word, said] of Object.entries(words)) {
          if (word === 'guard') continue;
          expect(said).not.toMatch(/\n/);
          expect(openWords(said)).toEqual([]);
          expect(said.slice(1, -1)).not.toContain('`');
          expect(withWords(`a {{${word}}} b`, words)).toBe(`a ${said} b`);
        }
      },
    ),
  );
});

describe('the lint of templates', () => {
  const name = 'execution.yml';
  const source = files.get(name)!;
  const lint = (change: (text: string) => string) =>
    parseTemplates(new Map([[name, change(source)]])).problems;
  it.each([
    ['a word nobody fills', (t: string) => t.replaceAll('{{sink}}', '{{callee}}'), 'callee'],
    [
      'an id given twice',
      (t: string) => t.replace('id: argument-injection', 'id: shell-command'),
      'shell-command',
    ],
    ['a class nobody knows', (t: string) => t.replace('[command-injection]', '[commands]'), 'commands'],
    ['no remedy for Python', (t: string) => t.replace(/^ {6}python: .*\n/m, ''), 'nothing'],
  ])('tells %s, with file and line', (_, change, found) => {
    const [problem] = lint(change);
    expect(problem).toMatchObject({ file: name, line: expect.any(Number) });
    expect(`${problem?.found} ${problem?.path}`).toContain(found === 'nothing' ? 'python' : found);
  });
});

test('the words are few and closed', () => {
  expect(TEMPLATE_WORDS).toHaveLength(7);
  expect(openWords('{{ user }} {{7*7}} {{sink}} ${{ github.token }}')).toEqual(['sink']);
});

test('every entry of a list is a sentence: a comma in a bare YAML list would cut it in two', () => {
  for (const t of templates)
    for (const entry of [
      ...t.reproduction,
      ...t.risks,
      ...t.validation,
      ...Object.values(t.remediation).flat(),
    ])
      expect(entry, t.id).toMatch(/^(?:[A-Z`.]|\{\{)[\s\S]*[.`]$/);
});
