import { describe, expect, it } from 'vitest';
import { loadMethodology } from '../../src/commands/workspace.ts';
import { methodology } from '../../src/domain/methodology.ts';
import { draftsOf, toolId } from '../../src/results/drafts.ts';
import { readResults } from '../../src/results/read-results.ts';
import { judgedUnder } from '../../src/results/weakness.ts';
import { testMethodology } from '../domain/arbitraries.ts';
import { fakeTree } from '../engine/fake-source.ts';

const bundledMethodology = await loadMethodology();

const tree = fakeTree({
  'src/run.py': 'import os\nos.system(cmd)\ntoken = "hunter2hunter2"\n',
  'package-lock.json': '{\n  "node_modules/lodash": {}\n}\n',
  'logo.png': Buffer.from([0, 1, 2]),
});
const draftsFor = async (
  results: object[],
  more: { run?: object; methodology?: unknown; ranHere?: boolean } = {},
) => {
  const sarif = {
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'T', version: '9' } }, results, ...more.run }],
  };
  const drafts = await draftsOf(readResults(Buffer.from(JSON.stringify(sarif)), 'x.sarif'), {
    tree,
    commit: 'c0ffee00'.repeat(5),
    subdir: '',
    methodology: (more.methodology ?? bundledMethodology) as typeof testMethodology,
    collectors: new Set(['code-flow']),
    ranHere: more.ranHere ?? true,
    roots: [],
  });
  return [...drafts.values()].flat();
};
const at = (uri: string, startLine?: number, snippet?: string, endLine?: number) => [
  {
    physicalLocation: {
      artifactLocation: { uri },
      region: { startLine, endLine, ...(snippet ? { snippet: { text: snippet } } : {}) },
    },
  },
];
const rule = (id: string, tag: string) => ({
  tool: { driver: { name: 'T', rules: [{ id, properties: { tags: [tag] } }] } },
});

describe('a result of another tool', () => {
  it('becomes a lead of the check its weakness belongs to, with tool, version, rule and level', async () => {
    const [lead] = await draftsFor(
      [
        {
          ruleId: 'py/cmd',
          level: 'error',
          message: { text: 'A shell runs it.' },
          locations: at('src/run.py', 2, 'os.system(cmd)'),
        },
      ],
      { run: rule('py/cmd', 'CWE-78') },
    );
    expect(lead).toMatchObject({
      kind: 'lead',
      strength: 'strong',
      class: 'command-injection',
      checks: ['2.1.2'],
      cwe: ['CWE-78'],
      rule: 'py/cmd',
      at: { path: 'src/run.py', startLine: 2, endLine: 2 },
      reports: [{ tool: 'T', version: '', rule: 'py/cmd', level: 'error' }],
    });
  });

  it('whose place is not in the commit becomes a gap that says why', async () => {
    const drafts = await draftsFor([
      { ruleId: 'a', message: { text: 'm1' }, locations: at('gone.py', 1) },
      { ruleId: 'b', message: { text: 'm2' }, locations: at('../../etc/passwd', 1) },
      { ruleId: 'c', message: { text: 'm3' }, locations: at('src/run.py', 99) },
      { ruleId: 'd', message: { text: 'm4' }, locations: at('src/run.py', 1, 'import sys') },
    ]);
    const inOrder = [...drafts].sort((a, b) => (a.rule < b.rule ? -1 : 1));
    expect(inOrder.map((d) => [d.kind, d.detail?.split('. ')[0]])).toEqual([
      ['gap', 'The tool reports it, but it points at "gone.py", and that file is not in the pinned commit'],
      ['gap', 'The tool reports it, but it points at "../../etc/passwd", which is outside of the tree'],
      [
        'gap',
        'The tool reports it, but it points at line 99 of src/run.py, and that file has 3 lines at the pinned commit',
      ],
      [
        'gap',
        'The tool reports it, but what it quotes does not stand in src/run.py:1 at the pinned commit: it looked at another version',
      ],
    ]);
  });

  it('of many at one place that is none here is one gap that names each', async () => {
    const drafts = await draftsFor([
      ...Array.from({ length: 40 }, (_, i) => ({
        ruleId: `r${i}`,
        message: { text: `m${i}` },
        locations: at('gone.py', i + 1),
      })),
      { ruleId: 'a', message: { text: 'm' }, locations: at('src/run.py', 2) },
    ]);
    expect(drafts.map((d) => [d.kind, d.title])).toEqual([
      ['lead', 'm'],
      [
        'gap',
        '40 results not to be found at this commit: it points at "gone.py", and that file is not in the pinned commit',
      ],
    ]);
    expect(drafts[1]?.detail).toMatch(/\nr0: m0\n.*\nr29: m29\nand 10 more, in the imported file$/s);
  });

  it('without a place, or about what has no lines, stays a lead', async () => {
    const drafts = await draftsFor([
      { ruleId: 'a', message: { text: 'm' } },
      { ruleId: 'b', message: { text: 'm' }, locations: at('logo.png') },
    ]);
    expect(drafts.map((d) => [d.kind, d.at])).toEqual([
      ['lead', undefined],
      ['lead', { path: 'logo.png', startLine: 1 }],
    ]);
  });

  it('about a secret never shows it', async () => {
    const [known, unknown] = await draftsFor(
      [
        {
          ruleId: 's',
          message: { text: 'hunter2hunter2 is in clear' },
          locations: at('src/run.py', 3, 'hunter2hunter2'),
        },
        { ruleId: 't', message: { text: 'a password' }, locations: at('src/run.py', 3) },
      ],
      {
        run: {
          tool: { driver: { name: 'gitleaks', rules: [{ id: 't', properties: { tags: ['CWE-798'] } }] } },
        },
      },
    );
    for (const draft of [known, unknown]) expect(JSON.stringify(draft)).not.toContain('hunter2hunter2');
    expect(known?.redactedSnippet).toContain('token = "hun');
  });

  it('said twice is shown once, and the report says so', async () => {
    const twice = { ruleId: 'a', message: { text: 'm' }, locations: at('src/run.py', 2) };
    const drafts = await draftsFor([twice, twice, twice]);
    expect(drafts.map((d) => [d.kind, d.rule])).toEqual([
      ['lead', 'a'],
      ['fact', 'repeated-results'],
    ]);
    expect(drafts[1]?.title).toBe('2 results said again what another one says');
  });

  it('of a run on another commit says so', async () => {
    const [lead] = await draftsFor(
      [{ ruleId: 'a', message: { text: 'm' }, locations: at('src/run.py', 2) }],
      {
        run: { versionControlProvenance: [{ revisionId: 'deadbeef' }] },
      },
    );
    expect(lead?.detail).toContain('looked at deadbeef, and not at the pinned commit');
  });

  it('that found nothing is no answer unless it is known what it looked at', async () => {
    expect((await draftsFor([], { ranHere: false })).map((d) => [d.kind, d.rule])).toEqual([
      ['gap', 'looked-at-unknown'],
    ]);
    expect(await draftsFor([], { ranHere: true })).toEqual([]);
  });

  it('is always in some check, also of a methodology that knows none of ours', async () => {
    const [lead] = await draftsFor([{ ruleId: 'sql', message: { text: 'm' } }], {
      methodology: testMethodology,
    });
    expect(lead?.checks).toEqual(['1.1.1']);
    const own = methodology.parse(structuredClone(testMethodology));
    own.phases[0]!.sections[1]!.checks[1]!.references.cwe = ['CWE-78'];
    expect(
      (
        await draftsFor([{ ruleId: 'x', message: { text: 'm' } }], {
          methodology: own,
          run: rule('x', 'CWE-78'),
        })
      )[0]?.checks,
    ).toEqual(['1.2.2']);
  });

  it('names its tool in a way that is no collector of ours', () => {
    expect(toolId({ name: 'npm audit', version: '' }, new Set())).toBe('npm-audit');
    expect(toolId({ name: 'code-flow', version: '' }, new Set(['code-flow']))).toBe('code-flow-import');
    expect(toolId({ name: '\u202e//', version: '' }, new Set())).toBe('tool');
  });
});

it('every weakness leads to a check of the bundled methodology, and to the class our own evidence has for it', () => {
  const judged = (cwe: number) =>
    judgedUnder(
      {
        tool: { name: 't', version: '' },
        rule: '',
        title: '',
        detail: '',
        level: '',
        strength: 'weak',
        cwe: [`CWE-${cwe}`],
        place: null,
        quoted: '',
        secrets: [],
      },
      bundledMethodology,
    );
  for (const [cwe, expected, check] of [
    [78, 'command-injection', '2.1.2'],
    [89, 'sql-injection', '2.1.2'],
    [22, 'path-traversal', '2.1.2'],
    [918, 'ssrf', '2.1.2'],
    [798, 'hardcoded-secret', '2.2.2'],
    [306, 'missing-auth', '2.2.3'],
    [295, 'tls', '2.3.1'],
    [1333, 'redos', '2.1.4'],
    [400, 'resource-limit', '2.1.4'],
    [117, 'log-injection', '3.3.2'],
    [327, 'crypto', '2.3.1'],
    [1395, 'supply-chain', '1.3.2'],
  ] as const) {
    expect(judged(cwe).class, `CWE-${cwe}`).toBe(expected);
    expect(judged(cwe).checks, `CWE-${cwe}`).toContain(check);
  }
  const all = new Set(
    bundledMethodology.phases.flatMap((p) => p.sections.flatMap((s) => s.checks.map((c) => c.id))),
  );
  for (let cwe = 1; cwe < 1500; cwe += 1) expect(judged(cwe).checks.every((c) => all.has(c))).toBe(true);
});
