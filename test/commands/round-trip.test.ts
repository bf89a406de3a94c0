import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { main } from '../../src/commands/main.ts';
import type { Command } from '../../src/domain/decide.ts';
import { type Methodology, methodology } from '../../src/domain/methodology.ts';
import { createStore } from '../../src/engine/store.ts';
import { openTarget } from '../../src/io/git/open-target.ts';
import { startSession } from '../../src/io/session/open-session.ts';
import { command, START_MS, testMethodology, testTarget } from '../domain/arbitraries.ts';
import { collectorOf, draft, fakeSource, fakeTree, found } from '../engine/fake-source.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

const FILES = { 'src/a.ts': 'one\ntwo\nthree\n', 'src/b.ts': 'exec(a)\nexec(b)\n' };
const SARIF = (rule: string): string =>
  JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Some scanner', rules: [{ id: rule, properties: { tags: ['CWE-78'] } }] } },
        results: [
          {
            ruleId: rule,
            message: { text: 'a shell' },
            locations: [
              { physicalLocation: { artifactLocation: { uri: 'src/b.ts' }, region: { startLine: 2 } } },
            ],
          },
        ],
      },
    ],
  });

const fresh = (): string => {
  const dir = fs.mkdtempSync(path.join(fs.realpathSync('/tmp'), 'round-trip-'));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
};

let repository: { path: string; commit: string };
beforeAll(() => {
  const dir = fs.mkdtempSync(path.join(fs.realpathSync('/tmp'), 'round-trip-'));
  repository = makeRepository(path.join(dir, 'repo'), [{ files: FILES }], {
    remote: 'https://github.com/acme/notes-server',
  });
  return () => fs.rmSync(dir, { recursive: true, force: true });
});

const ended = new Date(START_MS + 3_600_000);

type Made = {
  title: string;
  rules: [string, string][];
  before: Command[];
  after: Command[];
  attached: [string, Uint8Array][];
  imported: string[];
};

const made: fc.Arbitrary<Made> = fc.record({
  title: fc.constantFrom('A small methodology', 'Ünser Verfahren', 'x'.repeat(200)),
  rules: fc.array(fc.tuple(fc.constantFrom('own/a.yml', 'own/b.yml'), fc.string({ maxLength: 40 })), {
    maxLength: 2,
  }),
  before: fc.array(command, { maxLength: 15 }),
  after: fc.array(command, { maxLength: 15 }),
  attached: fc.array(
    fc.tuple(fc.constantFrom('log.txt', 'shot.png', 'ä.md'), fc.uint8Array({ maxLength: 50 })),
    { maxLength: 3 },
  ),
  imported: fc.array(fc.constantFrom('rule-a', 'rule-b'), { maxLength: 2 }),
});

/** A session in a home of its own, in which all of that was done. */
const session = async (data: string, m: Made): Promise<string> => {
  const own: Methodology = methodology.parse({ ...testMethodology, title: m.title });
  let at = START_MS;
  const clock = () => {
    at += 1000;
    return new Date(at);
  };
  const opened = startSession({
    dataDir: data,
    target: { ...testTarget, source: repository.path, commit: repository.commit },
    methodology: own,
    ownRules: new Map(m.rules),
    tool: { name: 'mcp-audit', version: '0.1.0' },
    auditor: { name: 'Jane', github: 'jane', organization: 'I', contact: 'jane@example.org' },
    by: 'jane',
    clock,
    random: () => '4f2a',
  });
  const store = createStore({
    ...opened,
    clock,
    by: 'jane',
    now: () => 0,
    collectors: [
      collectorOf('inputs', async () =>
        found(
          draft({ at: { path: 'src/b.ts', startLine: 1 } }),
          draft({ rule: 'other', at: { path: 'src/a.ts', startLine: 2 } }),
        ),
      ),
    ],
    openSource: async () => fakeSource(fakeTree(FILES)),
  });
  for (const c of m.before) store.dispatch(c);
  await store.collect(['inputs', 'history']);
  for (const [name, bytes] of m.attached) store.attach(name, bytes, 'text/plain', null);
  for (const rule of m.imported)
    await store.importResults({
      name: `${rule}.sarif`,
      bytes: Buffer.from(SARIF(rule)),
      mediaType: 'application/sarif+json',
    });
  for (const c of m.after) store.dispatch(c);
  store.dispatch({ type: 'answer', check: '1.2.1', verdict: 'fail', note: 'seen' });
  await store.close(null);
  return opened.id;
};

/** Everything that can be asked of a session, with what it wrote. */
const everything = async (data: string, id: string): Promise<Record<string, unknown>> => {
  const { host, said } = testHost(data, ended);
  const out = path.join(data, 'out');
  const answers: Record<string, unknown> = {};
  for (const args of [
    ['sessions', '--json'],
    ['status'],
    ['status', '--json'],
    ['prove', '--json'],
    ['scorecard', '--json'],
    ['disclose', '--json'],
    ...['json', 'sarif', 'markdown', 'html', 'private'].map((f) => ['report', '--format', f, '--to', '-']),
    ['report', '--to', out],
    ['undo'],
    ['redo'],
    ['status', '--json'],
  ]) {
    const taking = args[0] === 'sessions' ? args : [...args, '--session', id];
    const code = await main(taking, host);
    answers[`${Object.keys(answers).length} ${args.join(' ').replaceAll(data, 'HOME')}`] =
      `${code}\n${said()}`
        // Bound to a machine: where its home is, where the target was opened from, and what was allowed there.
        .replaceAll(data, 'HOME')
        .replace(/"source": "[^"]*"/g, '"source": ""')
        .replace(/"networkAllowed": (true|false)/g, '"networkAllowed": HERE')
        .replace(/"osvCopy": ("(?:[^"\\]|\\.)*"|null)/g, '"osvCopy": HERE');
  }
  if (fs.existsSync(out))
    for (const entry of fs.readdirSync(out, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const file = path.join(entry.parentPath, entry.name);
        answers[path.relative(out, file)] = fs.readFileSync(file, 'utf8');
      }
  return answers;
};

/** How many of the sessions could be reported on: some have findings that are not whole. */
let reports = 0;

it('a session that was exported and imported in an empty home answers as it did', async () => {
  await fc.assert(
    fc.asyncProperty(made, async (m) => {
      const [here, there] = [fresh(), fresh()];
      const id = await session(here, m);
      await openTarget({ source: repository.path, reposDir: path.join(here, 'repos') });
      const file = path.join(there, 'session.zip');
      const [a, b] = [testHost(here, ended), testHost(there, ended)];
      expect(await main(['export', '--session', id, '--to', file], a.host), a.said()).toBe(0);
      expect(await main(['import', file, '--source', repository.path], b.host), b.said()).toBe(0);
      // Again, from there, it is the same file.
      const back = path.join(there, 'again.zip');
      expect(await main(['export', '--session', id, '--to', back], b.host)).toBe(0);
      expect(fs.readFileSync(back).equals(fs.readFileSync(file))).toBe(true);
      const asked = await everything(there, id);
      expect(asked).toEqual(await everything(here, id));
      if (Object.keys(asked).some((k) => k.endsWith('audit-manifest.json'))) reports += 1;
    }),
    {
      numRuns: Number(process.env.RUNS ?? 4),
      examples: [
        [
          {
            title: 'Whole',
            rules: [['own/a.yml', 'rules: []']],
            before: [],
            after: [],
            attached: [['log.txt', Buffer.from('said')]],
            imported: ['rule-a'],
          },
        ],
      ],
    },
  );
  expect(reports).toBeGreaterThan(0);
}, 120_000);
