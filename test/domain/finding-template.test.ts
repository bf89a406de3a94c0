import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { findCwe } from '../../src/domain/cwe.ts';
import type { Verdict } from '../../src/domain/events.ts';
import {
  type EvidenceItem,
  emptySurface,
  type SurfaceTool,
  weaknessClass,
} from '../../src/domain/evidence.ts';
import { draftFinding, missingParts } from '../../src/domain/finding.ts';
import {
  applyTemplate,
  checksFor,
  findingFromEvidence,
  fittedTo,
  parseTemplates,
  suggestionFor,
  templateFor,
  wordsOf,
} from '../../src/domain/finding-template.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { openWords, TEMPLATE_WORDS, withWords } from '../../src/domain/template-words.ts';
import { placeholderIn } from '../../src/report/placeholder.ts';
import { audited, testMethodology, text } from './arbitraries.ts';

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
  detail: 'What the rule is about.\nNo guard was seen on the way.',
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

describe('a parameter of a tool that its handler does not tell apart', () => {
  const tool = (name: string, ...params: string[]): SurfaceTool => ({
    name,
    path: 'src/tools.ts',
    line: 1,
    description: '',
    certainty: 'literal',
    params: params.map((p) => ({ name: p, type: 'string', constraints: [] })),
    annotations: {},
    handler: null,
    sinks: [],
  });
  const found = item({
    title: '`name` of a tool reaches a shell (child_process.exec)',
    flow: item().flow.map((s) => (s.role === 'source' ? { ...s, text: '`name` of a tool' } : s)),
  });
  const begun = (...tools: SurfaceTool[]) =>
    findingFromEvidence(draft, found, { ...about, surface: { ...emptySurface(), tools } });

  it('is of the one tool that takes it, by name', () => {
    const f = begun(tool('export', 'name'), tool('list', 'page'));
    expect(f.title).toBe('name of tool export reaches a shell (child_process.exec)');
    expect(f.components[0]).toBe('Tool: `export`');
  });

  it('is of none where several take it: they are named as what they are', () => {
    const f = begun(tool('export', 'name'), tool('print', 'name'));
    expect(f.title).toBe('name of a tool reaches a shell (child_process.exec)');
    expect(f.components[0]).toMatch(/does not tell the one: `export`, `print`$/);
  });
});

describe('the checks of a finding begun from evidence', () => {
  const [first, second, third] = checksOf(testMethodology).map((c) => c.id);
  const of = (...commands: Parameters<typeof audited>[0]) =>
    checksFor(
      item({ checks: [first!, second!, third!, '9.9.9'] }),
      second!,
      testMethodology,
      audited(commands).session,
    );
  const says = (id: string, verdict: Verdict) =>
    ({ type: 'answer', check: id, verdict, note: 'because' }) as const;

  it('are all it was gathered for, the one it is raised from first, and none there is not', () => {
    expect(of()).toEqual([second, first, third]);
    expect(of(says(first!, 'fail'), says(third!, 'unsure'))).toEqual([second, first, third]);
  });

  it('leave out what the auditor says passes or does not apply', () => {
    expect(of(says(first!, 'pass'), says(third!, 'not-applicable'))).toEqual([second]);
    expect(of(says(second!, 'pass'))).toEqual([second, first, third]);
  });
});

describe('the packaged templates', () => {
  it('say where a function of an example comes from that two modules have in two shapes', () => {
    for (const t of templates)
      for (const example of [t.examples, ...(t.fitting ?? []).flatMap((f) => f.examples ?? [])])
        expect(example.typescript, t.id).not.toMatch(/\bfs\.\w/);
  });

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

describe('a finding raised from a lead', () => {
  const finding = findingFromEvidence(draft, item(), about);
  it('says what the evidence says, in its words, and where', () => {
    expect(finding.title).toBe('name of tool export_report reaches a shell (child_process.exec)');
    expect(finding.description).toBe(item().detail);
    expect(finding.components).toEqual(['Tool: `export_report`', 'File: `src/export.ts` (lines 88-89)']);
    expect(finding.reproduction).toEqual([expect.stringContaining('git show 3f2a91c:src/export.ts')]);
  });

  it('takes the template’s guidance, and nothing of what it suggests', () => {
    const t = templates.find((x) => x.id === 'shell-command')!;
    expect(finding.recommendations.immediate).toEqual(t.remediation.immediate);
    expect(finding.examples).toMatch(/^\*\*TypeScript\*\*: `execFile/);
    expect(finding.template.id).toBe('shell-command');
    expect(finding).toMatchObject({ summary: '', risks: [], business: { production: '' } });
    expect(finding.impact).toMatchObject({ confidentiality: '', scope: '' });
    expect(missingParts(finding)).toEqual([
      'severity',
      'summary',
      'impact.scope',
      'risks',
      'business.production',
    ]);
    expect(JSON.stringify(finding)).not.toMatch(/Actual|Expected/);
  });

  it('is offered what the template suggests, part by part, with the evidence’s words put in', () => {
    const t = templates.find((x) => x.id === 'shell-command')!;
    const words = wordsOf(item(), emptySurface(), 'acme/notes-server');
    expect(suggestionFor(t, 'title', words)).toBe('Shell command built from name of export_report');
    expect(suggestionFor(t, 'description', words)).toContain(
      '`name` enters at `src/tools.ts:31` and becomes part of the text handed to `child_process.exec` at `src/export.ts:88-89`. No guard was seen on the way.',
    );
    expect(suggestionFor(t, 'impact.integrity', words)).toBe('High');
    expect(suggestionFor(t, 'notes', words)).toBe('');
  });

  it('is not advised to put a guard where one stands: what is wrong with that one stays open, in advice and example', () => {
    const guard = { path: 'src/export.ts', line: 79, role: 'guard', text: 'name.includes("..")' } as const;
    const flow = [...item().flow.slice(0, 1), guard, ...item().flow.slice(2)];
    const guarded = findingFromEvidence(draft, item({ flow }), about);
    expect(guarded.recommendations).toEqual({
      immediate: [
        'Mend what stands on the way already. On the way stands `name.includes("..")` (`src/export.ts:79`). It does not hold because {{guard}}.',
      ],
      shortTerm: [],
      longTerm: [],
    });
    expect(guarded.examples).toBe('');
    expect(missingParts(guarded)).toContain('recommendations.immediate');
    const open = findingFromEvidence(draft, item(), about);
    expect(open.recommendations.immediate.join()).not.toContain('Mend what stands');
    expect(open.examples).not.toBe('');
  });

  it('leaves open what keeps a caller from naming an address where the lead was not followed to a guard', () => {
    const named = findingFromEvidence(draft, item({ rule: 'request-chooses-upstream', flow: [] }), about);
    expect(named.template.id).toBe('caller-chooses-upstream');
    expect(missingParts(named)).toContain('recommendations.immediate');
  });

  it('has a title without the ways its description lists', () => {
    const titled = (title: string) => findingFromEvidence(draft, item({ title }), about).title;
    expect(titled('`name` of tool export_report reaches a shell, and 21 more ways')).toBe(
      'name of tool export_report reaches a shell',
    );
    expect(titled('`name` of tool export_report reaches a shell (exec), and 1 more way')).toBe(
      'name of tool export_report reaches a shell (exec)',
    );
  });

  it('is offered the guard by name, and its hole stays open', () => {
    const guard = { path: 'src/export.ts', line: 79, role: 'guard', text: 'name.includes("..")' } as const;
    const flow = [...item().flow.slice(0, 1), guard, ...item().flow.slice(2)];
    const t = templates.find((x) => x.id === 'shell-command')!;
    expect(suggestionFor(t, 'description', wordsOf(item({ flow }), emptySurface(), ''))).toContain(
      'On the way stands `name.includes("..")` (`src/export.ts:79`). It does not hold because {{guard}}.',
    );
  });

  it('speaks the language of the file, and no other', () => {
    const at = (path: string) =>
      findingFromEvidence(draft, item({ location: { ...item().location!, path } }), about).examples;
    expect(at('src/export.py')).toMatch(/^\*\*Python\*\*/);
    expect(at('export.go')).toMatch(/^\*\*Go\*\*/);
    expect(at('README')).toBe('');
  });
});

it.each(['fact', 'gap'] as const)('a neutral %s begins an empty finding', (kind) => {
  const empty = findingFromEvidence(draft, item({ kind }), about);
  expect(empty).toMatchObject({
    title: item().title.replaceAll('`', ''),
    severity: 'info',
    cwe: null,
    category: '',
    examples: '',
    template: { id: '', parts: [] },
  });
  expect(empty.recommendations.immediate).toEqual([]);
});

it('a lead of a rule no template is meant for begins without one, and not with its check’s', () => {
  const other = findingFromEvidence(draft, item({ rule: 'opened-address' }), about);
  expect(other.template.id).toBe('');
  expect(other.cwe).toBe('CWE-78');
  expect(other.recommendations.immediate).toEqual([]);
});

describe('what the evidence does not say', () => {
  it('stays open in what is suggested, and blocks when it is taken over', () => {
    const t = templates.find((x) => x.id === 'shell-command')!;
    const said = suggestionFor(t, 'description', wordsOf(item({ flow: [] }), emptySurface(), ''));
    expect(openWords(said)).toContain('sink');
    expect(missingParts({ ...draft, description: said })).toContain('description');
    expect(placeholderIn(said)).toMatch(/^\{\{/);
  });
  it('knows a tool only where a client calls it', () => {
    const source = { path: 'a.ts', line: 1, role: 'source', text: '`url` of function open' } as const;
    expect(wordsOf(item({ flow: [source] }), emptySurface(), '').tool).toBeUndefined();
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
  ['backtracking-pattern', 'regex-backtracking'],
  ['pattern-from-input', undefined],
  ['prefix-allow-list', 'path-prefix-check'],
  ['file-path', 'path-traversal'],
  ['all-interfaces', 'all-interfaces'],
  ['chosen-program', 'chosen-program'],
  ['opened-address', undefined],
  ['sql-text', 'sql-injection'],
  ['query-kind-by-prefix', 'free-sql'],
  ['future-dates', undefined],
  ['emphatic-text', undefined],
  ['no-lockfile', 'unpinned-dependency'],
])('rule %s is told by %s', (rule, id) => {
  expect(templateFor(templates, item({ rule }))?.id).toBe(id);
});

test('no rule has two templates, and no template speaks of what was not run', () => {
  const rules = templates.flatMap((t) => t.rules ?? []);
  expect(new Set(rules).size).toBe(rules.length);
  for (const text of files.values()) expect(text).not.toMatch(/\bActual:/);
});

test('good practice has no template of a weakness', () => {
  const finding = findingFromEvidence(draft, item({ kind: 'strength' }), about);
  expect(finding).toMatchObject({
    positive: true,
    severity: 'info',
    cwe: null,
    title: item().title.replaceAll('`', ''),
  });
  expect(finding.recommendations.immediate).toEqual([]);
});

test('an address stays as it is written, and a sentence begins with a capital', () => {
  for (const t of templates) {
    const { references } = applyTemplate(draft, t, { tool: 'run' }, true);
    for (const r of references) expect(r).not.toMatch(/^Https?:/);
    expect(suggestionFor(t, 'summary', { tool: 'run' })).not.toMatch(/^[a-z]/);
  }
});

test('filling leaves what was written as it is', () => {
  const written = { ...draft, title: 'Mine', summary: 'Mine', severity: 'low' as const, cwe: 'CWE-77' };
  const t = templates.find((x) => x.id === 'ssrf')!;
  const filled = applyTemplate(written, t, {}, false);
  expect(filled).toMatchObject({ title: 'Mine', summary: 'Mine', severity: 'low', cwe: 'CWE-77' });
  expect(filled.validation).toEqual(t.validation);
  expect(filled.risks).toEqual([]);
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
  expect(TEMPLATE_WORDS).toHaveLength(8);
  expect(openWords('{{ user }} {{7*7}} {{sink}} ${{ github.token }}')).toEqual(['sink']);
});

test('every entry of a list is a sentence: a comma in a bare YAML list would cut it in two', () => {
  for (const t of templates)
    for (const entry of [
      ...t.advice.reproduction,
      ...t.advice.risks,
      ...t.validation,
      ...Object.values(t.remediation).flat(),
      ...(t.fitting ?? []).flatMap((v) => [
        ...(v.advice?.reproduction ?? []),
        ...(v.advice?.risks ?? []),
        ...(v.validation ?? []),
        ...Object.values(v.remediation ?? {}).flat(),
      ]),
    ])
      expect(entry, t.id).toMatch(/^(?:[A-Z`.]|\{\{)[\s\S]*[.`]$/);
});

describe('a template worded for where a value lands', () => {
  const sql = (positions?: EvidenceItem['positions']): EvidenceItem =>
    item({ rule: 'sql-text', class: 'sql-injection', cwe: ['CWE-89'], ...(positions ? { positions } : {}) });
  const steps = (i: EvidenceItem): string =>
    suggestionFor(fittedTo(templateFor(templates, i)!, i), 'reproduction', {});
  const mended = (i: EvidenceItem): string =>
    findingFromEvidence(draft, i, about).recommendations.immediate.join(' ');

  it('states a payload of that position, and none where the position is not known or there are several', () => {
    expect(steps(sql(['value']))).toContain('`1+1`');
    expect(steps(sql(['quoted-value']))).toContain("`' OR '1'='1`");
    expect(steps(sql(['name']))).toContain('the name of a table');
    for (const other of [sql(), sql(['name', 'quoted-value'])]) expect(steps(other)).not.toMatch(/1=|1\+1/);
  });

  it('advises what mends that position: no binding of names, no list of names for a whole statement', () => {
    expect(mended(sql(['quoted-value', 'value']))).toContain('Bind');
    expect(mended(sql(['name']))).not.toContain('Bind the value');
    expect(mended(sql(['statement']))).toContain('Let the database hold the limit');
  });

  it('does not advise two dashes where the program may be a shell', () => {
    const option = (positions: EvidenceItem['positions'] & {}) =>
      findingFromEvidence(
        draft,
        item({ rule: 'program-option', class: 'argument-injection', positions }),
        about,
      );
    for (const p of ['argument', 'argument-list', 'option-value'] as const)
      expect(JSON.stringify(option([p]).recommendations)).not.toContain('`--`');
    expect(JSON.stringify(option(['operand']).recommendations)).toContain('`--`');
  });

  it('says nothing of positions for an item of another rule', () => {
    const chosen = templates.find((t) => t.id === 'sql-injection')!;
    const other = item({ positions: ['command-text'] });
    expect(suggestionFor(fittedTo(chosen, other), 'reproduction', {})).toBe(
      suggestionFor(fittedTo(chosen, null), 'reproduction', {}),
    );
  });
});
