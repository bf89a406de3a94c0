import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMethodology } from '../../src/domain/load-methodology.ts';
import { bundledChecklists, readMethodologyFolder } from '../../src/io/methodology-files.ts';

const known = {
  collectors: ['secrets', 'readme'],
  ttps: ['supply-chain/typosquatting', 'data-exfiltration/token-theft'],
};

const INDEX = `id: team-guide
title: Our own guide
version: '2.1'
phases:
  - id: '1'
    title: Repository
    sections: ['1.1', ops]
`;

const SCORECARD = `levels:
  - { value: 0, label: none }
  - { value: 1, label: poor }
  - { value: 2, label: fair }
  - { value: 3, label: good }
  - { value: 4, label: best }
dimensions:
  - id: health
    title: Health
    weight: 60
    criteria:
      - { id: upkeep, title: Upkeep, question: Is it kept up? }
  - id: code
    title: Code
    weight: 40
    criteria:
      - { id: input, title: Input, question: Is input checked? }
`;

const SECTION = `id: '1.1'
title: Trust
origin: guide
checks:
  - id: 1.1.1
    origin: guide
    title: Is it real?
    why: Because.
    look: [Look at it.]
    passesWhen: It is.
    failsWhen: It is not.
    collectors: [readme]
    manual: []
    references:
      cwe: [CWE-345]
      ttps: [supply-chain/typosquatting]
      top10: [MCP-06]
    scorecard: [upkeep]
    finding:
      title: Not real
      severity: high
      category: Trust
      cwe: CWE-345
      remediation: [Make it real.]
`;

const OPS = SECTION.replace("id: '1.1'", 'id: ops')
  .replace('id: 1.1.1', 'id: restart')
  .replaceAll('origin: guide', 'origin: custom');

const valid = (): Map<string, string> =>
  new Map([
    ['methodology.yml', INDEX],
    ['scorecard.yml', SCORECARD],
    ['1.1-trust.yml', SECTION],
    ['operations.yaml', OPS],
  ]);

/** Lines as people read them; each replacement must change something, or the case proves nothing. */
const lint = (file: string, from: string, to: string): string[] => {
  const files = valid();
  const text = files.get(file) ?? '';
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  files.set(file, changed);
  return linesOf(files);
};
const linesOf = (files: Map<string, string>): string[] => {
  const result = parseMethodology(files, known);
  return 'problems' in result
    ? result.problems.map(
        (p) => `${p.file}:${p.line ?? '-'} ${p.path}: expected ${p.expected}, found ${p.found}`,
      )
    : [];
};

describe('a methodology of a team', () => {
  it('loads in the order of its index, whatever the files are called, with defaults filled in', () => {
    const files = valid();
    files.set(
      '1.1-trust.yml',
      SECTION.replace('    manual: []\n', '').replace('    scorecard: [upkeep]\n', ''),
    );
    const result = parseMethodology(files, known);
    expect(result).toMatchObject({
      methodology: {
        id: 'team-guide',
        version: '2.1',
        phases: [{ id: '1', title: 'Repository', sections: [{ id: '1.1' }, { id: 'ops' }] }],
        scorecard: { dimensions: [{ weight: 60 }, { weight: 40 }] },
      },
    });
    expect(result).toHaveProperty('methodology.phases.0.sections.0.checks.0.manual', []);
    expect(result).toHaveProperty('methodology.phases.0.sections.0.checks.0.scorecard', []);
  });

  const S = '1.1-trust.yml';
  it.each([
    [
      'unknown severity',
      S,
      'severity: high',
      'severity: huge',
      `${S}:21 checks[0].finding.severity: expected one of critical, high, medium, low, info, found "huge"`,
    ],
    [
      'missing key, at the place where it belongs',
      S,
      '    why: Because.\n',
      '',
      `${S}:5 checks[0].why: expected text, found nothing`,
    ],
    [
      'misspelt key',
      S,
      'failsWhen:',
      'failWhen:',
      `${S}:11 checks[0].failWhen: expected a key the schema knows, found "failWhen"`,
    ],
    [
      'empty text',
      S,
      'why: Because.',
      "why: '  '",
      `${S}:8 checks[0].why: expected text that is not empty, found empty text`,
    ],
    [
      'key without value',
      S,
      'why: Because.',
      'why:',
      `${S}:8 checks[0].why: expected text, found an empty value`,
    ],
    [
      'text for a list',
      S,
      'look: [Look at it.]',
      'look: Look at it.',
      `${S}:9 checks[0].look: expected a list, found "Look at it."`,
    ],
    [
      'empty list',
      S,
      'look: [Look at it.]',
      'look: []',
      `${S}:9 checks[0].look: expected at least 1 entries, found an empty list`,
    ],
    [
      'title too long',
      S,
      'title: Is it real?',
      `title: ${'x'.repeat(130)}`,
      `${S}:7 checks[0].title: expected at most 120 characters, found "${'x'.repeat(59)}…" (130 characters)`,
    ],
    [
      'id read as number',
      S,
      "id: '1.1'",
      'id: 1.10',
      `${S}:1 id: expected text, quoted, found the number 1.10`,
    ],
    [
      'weakness misspelt',
      S,
      'cwe: [CWE-345]',
      'cwe: [CWE345]',
      `${S}:15 checks[0].references.cwe[0]: expected a weakness such as CWE-78, found "CWE345"`,
    ],
    [
      'risk that does not exist',
      S,
      'MCP-06',
      'MCP-11',
      `${S}:17 checks[0].references.top10[0]: expected a risk from MCP-01 to MCP-10, found "MCP-11"`,
    ],
    [
      'unknown collector',
      S,
      '[readme]',
      '[readme, redme]',
      `${S}:12 checks[0].collectors[1]: expected a collector: secrets, readme, found "redme"`,
    ],
    [
      'unknown attack slug',
      S,
      'supply-chain/typosquatting',
      'supply-chain/typosquating',
      `${S}:16 checks[0].references.ttps[0]: expected a slug of the attack catalogue, found "supply-chain/typosquating"`,
    ],
    [
      'slug in the wrong category',
      S,
      'supply-chain/typosquatting',
      'authentication/token-theft',
      `${S}:16 checks[0].references.ttps[0]: expected a slug of the attack catalogue, found "authentication/token-theft" (is it data-exfiltration/token-theft?)`,
    ],
    [
      'unknown criterion',
      S,
      '[upkeep]',
      '[upkep]',
      `${S}:18 checks[0].scorecard[0]: expected a criterion of scorecard.yml, found "upkep"`,
    ],
    [
      'neither collector nor command',
      S,
      '[readme]',
      '[]',
      `${S}:13 checks[0].manual: expected a check names its collectors, or says which commands to run by hand, found an empty list`,
    ],
    [
      'guide check outside its section',
      S,
      'id: 1.1.1',
      'id: 1.2.1',
      `${S}:5 checks[0].id: expected an id that starts with "1.1.", found "1.2.1"`,
    ],
    [
      'duplicate check id',
      'operations.yaml',
      'id: restart',
      'id: 1.1.1',
      'operations.yaml:5 checks[0].id: expected an id no other check has, found "1.1.1", which 1.1-trust.yml has too',
    ],
    [
      'unknown attack slug in a custom check',
      'operations.yaml',
      'supply-chain/typosquatting',
      'no/such',
      'operations.yaml:16 checks[0].references.ttps[0]: expected a slug of the attack catalogue, found "no/such"',
    ],
    [
      'key given twice',
      S,
      '    why: Because.',
      '    why: Because.\n    why: Again.',
      `${S}:9 : expected each key once, found a second "why"`,
    ],
    [
      'tab',
      S,
      '    why: Because.',
      '\twhy: Because.',
      `${S}:8 : expected valid YAML, found Tabs are not allowed as indentation`,
    ],
    [
      'custom tag',
      S,
      'why: Because.',
      'why: !!js/function Because.',
      `${S}:8 : expected valid YAML, found Unresolved tag: tag:yaml.org,2002:js/function`,
    ],
    [
      'listed without file',
      'methodology.yml',
      'ops]',
      'ops, more]',
      'methodology.yml:7 phases[0].sections[2]: expected a file whose id is "more", found no such file',
    ],
    [
      'file not listed',
      'methodology.yml',
      ', ops]',
      ']',
      'operations.yaml:1 id: expected a section that methodology.yml lists (1.1), found "ops"',
    ],
    [
      'listed twice',
      'methodology.yml',
      'ops]',
      'ops, ops]',
      'methodology.yml:7 phases[0].sections[2]: expected each section once, found a second "ops"',
    ],
    [
      'version read as number',
      'methodology.yml',
      "'2.1'",
      '2.1',
      'methodology.yml:3 version: expected text, quoted, found the number 2.1',
    ],
    [
      'weights',
      'scorecard.yml',
      'weight: 40',
      'weight: 30',
      'scorecard.yml:8 dimensions: expected weights that add up to 100, found 90',
    ],
    [
      'level twice',
      'scorecard.yml',
      'value: 4',
      'value: 3',
      'scorecard.yml:2 levels: expected each of the values 0, 1, 2, 3, 4 once, found 0, 1, 2, 3, 3',
    ],
    [
      'level missing',
      'scorecard.yml',
      '  - { value: 4, label: best }\n',
      '',
      'scorecard.yml:2 levels: expected exactly 5 entries, found a list of 4',
    ],
    [
      'criterion twice',
      'scorecard.yml',
      '{ id: input,',
      '{ id: health,',
      'scorecard.yml:17 dimensions[1].criteria[0].id: expected an id used once in the scorecard, found "health"',
    ],
  ])('is told about: %s', (_what, file, from, to, expected) => {
    expect(lint(file, from, to)).toContain(expected);
  });

  it('is told of one slip once, not of all that follows from it', () => {
    expect(lint(S, 'severity: high', 'severity: huge')).toHaveLength(1);
    expect(lint(S, '    why: Because.', '    why: [')).toHaveLength(1);
    expect(lint('methodology.yml', "'2.1'", '2.1')).toHaveLength(1);
    // The scorecard is broken: that its criteria are unknown for now is no news.
    expect(lint('scorecard.yml', 'weight: 60', 'weight: sixty')).toHaveLength(1);
  });

  it('is told which of its two pillars is missing', () => {
    const files = valid();
    files.delete('methodology.yml');
    files.delete('scorecard.yml');
    expect(linesOf(files)).toEqual([
      'methodology.yml:- : expected the table of contents, found no such file',
      'scorecard.yml:- : expected levels and weights, found no such file',
    ]);
    expect(linesOf(new Map())).toHaveLength(2);
  });

  it('may repeat a list by an anchor', () => {
    const files = valid();
    files.set(
      S,
      SECTION.replace('cwe: [CWE-345]', 'cwe: &same [CWE-345]').replace('ttps: [supply', 'ttps: &t [supply') +
        SECTION.slice(SECTION.indexOf('  - id: 1.1.1'))
          .replace('1.1.1', '1.1.2')
          .replace('cwe: [CWE-345]', 'cwe: *same'),
    );
    expect(linesOf(files)).toEqual([]);
    files.set(S, (files.get(S) ?? '').replace('&same [CWE-345]', '&same [CWE-0]'));
    expect(linesOf(files)).toHaveLength(2);
  });
});

describe('hostile files', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi']
    .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`)
    .join('\n')}\n`;

  it.each<[string, string, RegExp]>([
    ['alias bomb', bomb, /aliases/],
    ['alias to nowhere', 'id: *nothing', /valid YAML|aliases/],
    ['10 MB', `id: ${'x'.repeat(10 * 1024 * 1024)}`, /at most 256 KB, found 10241 KB/],
    ['tabs only', '\t\t\t\n\tid:\t1', /./],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0xff, 0xfe]).toString('utf8'), /plain UTF-8/],
    ['terminal escape', 'id: "1.1"\ntitle: \u001b[31mred', /:2 : expected plain UTF-8 text, found .*U\+001B/],
    ['empty', '', /expected a map/],
    ['comment only', '# nothing', /expected a map/],
    ['two documents', 'id: a\n---\nid: b\n', /valid YAML/],
    ['deep flow', '['.repeat(20_000), /YAML|nesting/],
    ['deep blocks', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /./],
    ['many keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'), /a key the schema knows/],
    ['prototype', '__proto__: { id: "1.1" }\nconstructor: 1\n', /./],
    ['keys that are maps', '? { a: 1 }\n: 2\n', /./],
    ['not a map', '[1, 2, 3]', /expected a map, found a list of 3/],
  ])('%s: problems, soon, and no exception', (_what, text, says) => {
    const started = performance.now();
    for (const file of ['methodology.yml', 'scorecard.yml', '1.1-trust.yml']) {
      const files = valid();
      files.set(file, text);
      const lines = linesOf(files);
      expect(lines.filter((l) => l.startsWith(file)).join('\n')).toMatch(says);
      expect(lines.length).toBeLessThan(300);
      for (const l of lines) expect(l.length).toBeLessThan(400);
    }
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('mutations of real files', async () => {
  const bundled = await readMethodologyFolder(bundledChecklists());
  const names = [...bundled.keys()];
  const junk = [
    '\t',
    '\n',
    ': ',
    '- ',
    '*a',
    '&a ',
    '? ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '#',
    '!!int ',
    '0',
    '\u0000',
    '💥',
    '---\n',
    '<<: ',
    '~',
  ];

  it('never make reading throw, and never lose a problem', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.nat(60),
            fc.oneof(fc.constantFrom(...junk), fc.string({ unit: 'binary', maxLength: 8 })),
          ),
          { minLength: 1, maxLength: 4 },
        ),
        (name, edits) => {
          let text = bundled.get(name) ?? '';
          for (const [at, cut, insert] of edits) {
            const i = at % (text.length + 1);
            text = text.slice(0, i) + insert + text.slice(i + cut);
          }
          // Alone, so that a run is cheap: the other files are missing, and a methodology can never come out.
          const result = parseMethodology(new Map([[name, text]]), known);
          expect('problems' in result && result.problems.length > 0).toBe(true);
          if ('problems' in result)
            for (const p of result.problems) {
              expect(p.expected, JSON.stringify(p)).not.toBe('');
              expect(p.found, JSON.stringify(p)).not.toBe('');
              if (p.line !== undefined) expect(p.line).toBeGreaterThan(0);
            }
        },
      ),
      { numRuns: 120 },
    );
  });
});
