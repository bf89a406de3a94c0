import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { clonePath } from '../../src/io/git/clone.ts';
import { reposDir } from '../../src/io/paths.ts';
import { openClones } from '../bench/evidence/clones.ts';
import { CORPUS_FILES, loadCorpus, type Server, type Weakness } from '../bench/evidence/corpus.ts';
import {
  atFix,
  chanceOf,
  compatible,
  countLines,
  type Finding,
  isCountedSource,
  mapThrough,
  overlaps,
  parseHunks,
  readOutput,
} from '../bench/evidence/measure.ts';
import { lendObjects } from '../bench/evidence/product.ts';
import { aggregate, median } from '../bench/evidence/report.ts';
import { createRunner, fillTemplate } from '../bench/evidence/run-tool.ts';
import { scoreNames, scoreWeakness } from '../bench/evidence/score.ts';
import { scoreAudit, type WholeAudit } from '../bench/evidence/whole-audits.ts';
import { git, makeRepository } from '../support/git-fixtures.ts';

const finding = (path: string, start: number, end: number, more: Partial<Finding> = {}): Finding => ({
  at: [{ path, start, end }],
  classes: ['ssrf'],
  checks: [],
  rank: 1,
  kind: 'lead',
  weight: null,
  guarded: false,
  ...more,
});

describe('class of a finding', () => {
  it('is right when it is the same word or one of the same group', () => {
    expect(compatible(['ssrf'], 'ssrf')).toBe(true);
    expect(compatible(['argument-injection'], 'command-injection')).toBe(true);
    expect(compatible(['tls', 'hygiene'], 'crypto')).toBe(true);
  });
  it('is wrong across groups, and when there is none', () => {
    expect(compatible(['ssrf'], 'command-injection')).toBe(false);
    expect(compatible([], 'ssrf')).toBe(false);
    // Both share a group with template-injection, not with each other.
    expect(compatible(['xss'], 'code-execution')).toBe(false);
  });
});

describe('site', () => {
  const site = { file: 'a.ts', start: 10, end: 12 };
  it.each([
    [6, 6, false],
    [1, 7, true],
    [15, 15, true],
    [16, 20, false],
    [1, 99, true],
  ])('lines %i to %i: %s', (start, end, expected) => {
    expect(overlaps({ path: 'a.ts', start, end }, site)).toBe(expected);
  });
  it('is in its own file only', () => {
    expect(overlaps({ path: 'src/a.ts', start: 10, end: 12 }, site)).toBe(false);
  });
});

describe('chance', () => {
  it('is the share of places where a site of that length would be hit', () => {
    // A lead on line 50 hits sites of one line that start on 47 to 53.
    const lines = new Map([['a.ts', 100]]);
    const site = { file: 'a.ts', start: 1, end: 1 };
    expect(chanceOf([finding('a.ts', 50, 50)], [site], lines)).toBeCloseTo(0.07);
    expect(chanceOf([finding('b.ts', 50, 50)], [site], lines)).toBe(0);
    expect(chanceOf([finding('a.ts', 50, 50)], [site, site], lines)).toBeCloseTo(1 - 0.93 ** 2);
  });
  it('agrees with trying every place', () => {
    const place = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 6 }));
    fc.assert(
      fc.property(fc.array(place, { maxLength: 4 }), fc.integer({ min: 0, max: 5 }), (places, length) => {
        const leads = places.map(([start, more]) => finding('a.ts', start, start + more));
        const tried = Array.from({ length: 40 }, (_, n) => ({
          file: 'a.ts',
          start: n + 1,
          end: n + 1 + length,
        }));
        const hit = tried.filter((s) => leads.some((f) => overlaps(f.at[0]!, s))).length;
        const site = { file: 'a.ts', start: 1, end: 1 + length };
        expect(chanceOf(leads, [site], new Map([['a.ts', 40]]))).toBeCloseTo(hit / 40);
      }),
    );
  });
});

describe('a place after its fix', () => {
  const at = (weight: number | null, guarded = false): Finding => finding('a.ts', 1, 1, { weight, guarded });
  it.each([
    ['gone', [at(0)], []],
    ['left', [at(0)], [at(0)]],
    ['left', [at(1)], [at(0)]],
    ['left', [at(null)], [at(null)]],
    ['left', [at(0)], [at(0), at(2, true)]],
    ['marked', [at(0)], [at(1)]],
    ['marked', [at(1)], [at(1, true)]],
    ['marked', [at(0), at(2)], [at(1), at(2)]],
    ['marked-before', [at(2, true)], [at(2, true)]],
  ] as const)('is %s', (told, before, after) => {
    expect(atFix(before, after)).toBe(told);
  });
});

describe('output of a program', () => {
  it('reads evidence: leads in order, the steps of a flow, strengths and facts apart', () => {
    const { findings, tools } = readOutput({
      schema: 'mcp-audit/evidence@1',
      items: [
        { kind: 'fact', class: 'hygiene', location: { path: 'f.ts', startLine: 1, endLine: 1 } },
        {
          kind: 'lead',
          class: 'ssrf',
          checks: ['2.1.2'],
          location: { path: './a.ts', startLine: 4, endLine: 5 },
          strength: 'moderate',
          flow: [{ path: 'b.ts', line: 9, role: 'guard' }],
          places: [{ path: 'd.ts', startLine: 7, endLine: 8 }],
        },
        { kind: 'strength', class: 'ssrf', location: { path: 'c.ts', startLine: 2, endLine: 2 } },
        { kind: 'lead', class: 'tls', location: null, flow: [] },
      ],
      surface: { tools: [{ name: 'fetch', path: 'a.ts', line: 3, certainty: 'literal' }] },
    });
    expect(findings.map((f) => [f.kind, f.rank, f.classes[0]])).toEqual([
      ['lead', 1, 'ssrf'],
      ['lead', 2, 'tls'],
      ['strength', 1, 'ssrf'],
      ['fact', 1, 'hygiene'],
    ]);
    expect(findings.map((f) => [f.weight, f.guarded])).toEqual([
      [1, true],
      [null, false],
      [null, false],
      [null, false],
    ]);
    expect(findings[0]!.at).toEqual([
      { path: 'a.ts', start: 4, end: 5 },
      { path: 'b.ts', start: 9, end: 9 },
      { path: 'd.ts', start: 7, end: 8 },
    ]);
    expect(findings[1]!.at).toEqual([]);
    expect(tools).toEqual([{ name: 'fetch', path: 'a.ts', line: 3, certainty: 'literal' }]);
  });
  it('reads an array, or findings, with what may be left out', () => {
    const rows = [
      { path: '.\\src\\a.ts', startLine: 4 },
      { path: 'b.ts', class: ['xss', 'ssrf'], rank: 9 },
    ];
    for (const data of [rows, { findings: rows }]) {
      const { findings } = readOutput(data);
      expect(findings.map((f) => f.rank)).toEqual([1, 9]);
      expect(findings[0]!.at).toEqual([{ path: 'src/a.ts', start: 4, end: 4 }]);
      expect(findings[1]).toMatchObject({ at: [{ start: 1, end: 1 }], classes: ['xss', 'ssrf'] });
    }
  });
  it.each([null, 7, 'x', {}, { findings: 3 }, [{ path: 5 }], { schema: 'other@1', items: [] }])(
    'refuses %j: that a program said nothing must not be made up',
    (data) => {
      expect(() => readOutput(data)).toThrow();
    },
  );
});

describe('a site through a change', () => {
  const site = { file: 'a', start: 10, end: 12 };
  const through = (diff: string) => mapThrough(parseHunks(diff), site, 'a');
  it.each([
    ['', 10, 12],
    ['@@ -3,0 +4,2 @@', 12, 14],
    ['@@ -3,2 +3 @@', 9, 11],
    ['@@ -10,0 +11,5 @@', 10, 17],
    ['@@ -20,4 +20,9 @@', 10, 12],
    ['@@ -11 +11,4 @@', 10, 15],
    ['@@ -9,5 +9,2 @@', 9, 10],
  ])('%s', (diff, start, end) => {
    expect(through(diff)).toEqual({ file: 'a', start, end });
  });
  it('is gone when the change took all of its lines', () => {
    expect(through('@@ -9,5 +8,0 @@')).toBeNull();
    expect(through('@@ -11,5 +10,0 @@')).not.toBeNull();
  });
});

describe('lines that count', () => {
  it.each([
    ['src/a.ts', true],
    ['a.py', true],
    ['cmd/main.go', true],
    ['a.d.ts', false],
    ['x/test_a.py', false],
    ['a.test.mjs', false],
    ['tests/a.py', false],
    ['dist/a.js', false],
    ['README.md', false],
  ])('%s: %s', (path, expected) => {
    expect(isCountedSource(path)).toBe(expected);
  });
  it('counts a last line without a line feed', () => {
    expect(['', 'a', 'a\n', 'a\nb', '\n\n'].map((t) => countLines(Buffer.from(t)))).toEqual([0, 1, 1, 2, 2]);
  });
});

describe('tool names', () => {
  const server: Server = {
    repo: 'o/n',
    commit: 'c',
    language: 'ts',
    tools: [
      { name: 'read', file: 'a.ts', line: 10, register_line: 30 },
      { name: 'write', file: 'a.ts', line: 20, computed_at: [{ file: 'r.ts', start: 5, end: 6 }] },
    ],
    alternate_tools: [{ name: 'lite' }],
  };
  const literal = (name: string, path: string, line: number) => ({ name, path, line, certainty: 'literal' });
  it('counts right, wrong and missing, and leaves out those of another mode', () => {
    const score = scoreNames(server, [
      literal('read', 'a.ts', 32),
      literal('lite', 'a.ts', 1),
      literal('ping', 'a.ts', 1),
    ]);
    expect(score).toMatchObject({ expected: 2, found: 2, right: 1, located: 1, precision: 0.5, recall: 0.5 });
    expect(score.missing).toEqual(['write']);
    expect(score.extra).toEqual(['ping a.ts:1']);
  });
  it('counts a computed name as found when the place that computes it is named, and only then', () => {
    const dynamic = (line: number) => ({ name: '<meta.name>', path: 'r.ts', line, certainty: 'dynamic' });
    const there = scoreNames(server, [literal('read', 'b.ts', 10), dynamic(8)]);
    expect(there).toMatchObject({ right: 1, located: 0, recall: 0.5 });
    expect(there.placed).toMatchObject({ recall: 1, precision: 1 });
    expect(there.missing).toEqual([]);
    const elsewhere = scoreNames(server, [literal('read', 'a.ts', 10), dynamic(80)]);
    expect(elsewhere.placed).toMatchObject({ recall: 0.5, precision: 1 });
  });
  it('gives no name twice', () => {
    const score = scoreNames(server, [literal('read', 'a.ts', 10), literal('read', 'z.ts', 1)]);
    expect(score).toMatchObject({ found: 1, right: 1 });
  });
});

describe('a command template', () => {
  it('gives each value as one word, whatever it holds', () => {
    expect(fillTemplate('x {dir} --o={out} {other}', { dir: "a'b c", out: '$(id)' })).toBe(
      `x 'a'\\''b c' --o='$(id)' {other}`,
    );
  });
});

describe('a run over a repository', () => {
  const base = mkdtempSync(join(tmpdir(), 'bench-measure-'));
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  const filler = 'const quiet = 1;\n'.repeat(30);
  const commits = makeRepository(join(base, 'clones', 'owner+name'), [
    { files: { 'srv/old.ts': `${filler}exec(input);\n${filler}`, 'srv/test/x.test.ts': 'no\n' } },
    { files: { 'srv/old.ts': null, 'srv/new.ts': `// renamed\n${filler}execFile(input);\n${filler}` } },
  ]).commits;
  const [vulnerable = '', fixed = ''] = commits;
  const entry = {
    id: 'X-1',
    repo: 'owner/name',
    subdir: 'srv',
    vulnerable_commit: vulnerable,
    fixed_commit: fixed,
    language: 'ts',
    class: 'command-injection',
    kind: 'server',
    title: 't',
    sites: [{ file: 'srv/old.ts', start: 31, end: 31 }],
    decoys: [{ file: 'srv/old.ts', start: 5, end: 5 }],
  } satisfies Weakness;
  const measure = async (tool: string, options: { timeoutSeconds?: number } = {}) => {
    const script = join(base, 'tool.mjs');
    writeFileSync(script, tool);
    const clones = openClones(join(base, 'clones'));
    const run = createRunner(clones, {
      command: `'${process.execPath}' '${script}' {dir} {out}`,
      version: '',
      environment: process.env,
      timeoutSeconds: options.timeoutSeconds ?? 20,
      cacheDir: join(base, 'cache'),
      readCache: false,
      treesDir: join(base, 'trees'),
    });
    return scoreWeakness(entry, { clones, run, fixed: true });
  };
  const grep = (word: string) => `
    import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
    const [, , dir, out] = process.argv;
    const found = [];
    for (const name of readdirSync(dir)) if (name.endsWith('.ts'))
      readFileSync(dir + '/' + name, 'utf8').split('\\n').forEach((text, n) =>
        text.startsWith('${word}') && found.push({ path: name, startLine: n + 1, class: 'command-injection' }));
    writeFileSync(out, JSON.stringify(found));`;

  it('tells a program that sees the fix from one that does not', async () => {
    const sharp = (await measure(grep('exec('))).score;
    expect(sharp).toMatchObject({ status: 'ok', classHit: true, classRank: 1, findings: 1, lines: 61 });
    expect(sharp).toMatchObject({
      atFix: 'gone',
      fixedHit: false,
      fixedClassHit: false,
      decoys: 1,
      decoysHit: 0,
    });
    const blunt = (await measure(grep('exec'))).score;
    expect(blunt).toMatchObject({ classHit: true, fixedHit: true, fixedClassHit: true, atFix: 'left' });
    expect(aggregate([sharp, blunt])).toMatchObject({
      withFix: 2,
      toldApart: 0.5,
      foundThenSilent: 0.5,
      classRecall: 1,
    });
  });
  it('lists what a miss needs to be worked on', async () => {
    const { score, miss } = await measure(grep('// nothing like it'));
    expect(score).toMatchObject({ hit: false, classHit: false, classRank: null, per10k: 0 });
    expect(miss).toMatchObject({ id: 'X-1', sites: ['srv/old.ts:31-31'], seenAs: [], nearby: [] });
  });
  it('does not take a program that fails, or takes too long, for one that found nothing', async () => {
    expect((await measure('process.exit(3)')).score.status).toBe('exit 3, no output');
    const bad = `import { writeFileSync } from 'node:fs'; writeFileSync(process.argv[3], '{"no": 1}')`;
    expect((await measure(bad)).score.status).toMatch(/^bad output/);
    expect((await measure('setInterval(() => {}, 1000)', { timeoutSeconds: 0.3 })).score.status).toBe(
      'timeout',
    );
    const { score } = await measure('process.exit(3)');
    expect(aggregate([score])).toMatchObject({ entries: 1, failed: 1, classRecall: 0, medianPer10k: null });
  });
  it('refuses an entry whose commit or file no clone has', async () => {
    const clones = openClones(join(base, 'clones'));
    const run = async () => {
      throw new Error('must not run');
    };
    const options = { clones, run, fixed: false };
    const gone = { ...entry, vulnerable_commit: '0'.repeat(40) };
    await expect(scoreWeakness(gone, options)).rejects.toThrow('no clone has');
    const other = { ...entry, sites: [{ file: 'srv/none.ts', start: 1, end: 1 }] };
    await expect(scoreWeakness(other, options)).rejects.toThrow('srv/none.ts');
  });
  it('lends the program a repository that has the commits and copies none', async () => {
    const home = join(base, 'home');
    const gitDir = join(base, 'clones', 'owner+name', '.git');
    await lendObjects(home, gitDir);
    await lendObjects(home, gitDir);
    const lent = clonePath(reposDir(home), pathToFileURL(join(base, 'clones', 'owner+name')).href);
    expect(git(lent, ['rev-parse', 'HEAD', 'refs/heads/main', `${vulnerable}^{commit}`]).split('\n')).toEqual(
      [fixed, fixed, vulnerable],
    );
    expect(git(lent, ['count-objects', '-v'])).toMatch(/^count: 0\n(.*\n)*in-pack: 0\n/);
  });
  it('changes nothing in the clone', () => {
    expect(readFileSync(join(base, 'clones', 'owner+name', '.git', 'HEAD'), 'utf8')).toBe(
      'ref: refs/heads/main\n',
    );
  });
});

describe('the corpus', () => {
  it('has every kind of entry, each pinned to a commit and to lines', () => {
    const corpus = loadCorpus(CORPUS_FILES);
    expect(corpus.weaknesses).toHaveLength(83);
    expect(corpus.servers).toHaveLength(22);
    expect(corpus.notes).toHaveLength(27);
    for (const w of corpus.weaknesses) {
      expect(w.vulnerable_commit, w.id).toMatch(/^[0-9a-f]{40}$/);
      expect(w.sites.length, w.id).toBeGreaterThan(0);
    }
    for (const site of [...corpus.weaknesses, ...corpus.notes].flatMap((e) => e.sites))
      expect(site.end).toBeGreaterThanOrEqual(site.start);
    for (const s of corpus.servers)
      expect(new Set(s.tools.map((t) => t.name)).size, s.repo).toBe(s.tools.length);
  });
});

it('takes the median of what is there', () => {
  expect([median([]), median([null, 3]), median([9, 1, 4]), median([1, 2])]).toEqual([null, 3, 4, 1.5]);
});

describe('what whole readings found', () => {
  const audit: WholeAudit = {
    repo: 'a/b',
    commit: '0',
    language: 'ts',
    kept: false,
    findings: [
      { id: '1', title: 'x', severity: 'high', class: 'oauth', sites: [{ file: 'a.ts', line: 20 }] },
      { id: '2', title: 'y', severity: 'low', class: 'oauth', sites: [{ file: 'a.ts', line: 60 }] },
      { id: '3', title: 'z', severity: 'critical', class: 'oauth', sites: [{ file: 'b.ts', line: 1 }] },
    ],
  };
  const place = (path: string, startLine: number) => ({ path, startLine, endLine: startLine });

  it('is near where a lead or question stands within eight lines, at its own or a further place', () => {
    const score = scoreAudit(audit, [
      { kind: 'lead', rule: 'r', location: place('a.ts', 12), places: [] },
      { kind: 'question', rule: 'q', location: place('c.ts', 1), places: [place('a.ts', 69)] },
      { kind: 'fact', rule: 'f', location: place('b.ts', 1), places: [] },
    ]);
    expect(score).toMatchObject({ near: 1, all: 3, nearGrave: 1, grave: 2, leads: 1, questions: 1 });
    expect(score.missed).toEqual(['low: y (2)', 'critical: z (3)']);
  });
});
