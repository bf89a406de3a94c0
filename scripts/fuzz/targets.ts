import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { parseRules } from '../../src/analysis/flow/knowledge.ts';
import { collectors } from '../../src/collectors/index.ts';
import { readAnswers } from '../../src/commands/answer.ts';
import { assemble, describeFiles } from '../../src/discovery/assemble.ts';
import { FILES } from '../../src/discovery/clients.ts';
import { sessionEvent } from '../../src/domain/events.ts';
import { parseMethodology } from '../../src/domain/load-methodology.ts';
import { baseline } from '../../src/domain/pipeline/baseline.ts';
import { readConfiguration } from '../../src/domain/pipeline/configuration.ts';
import { fromComments } from '../../src/domain/pipeline/suppressions.ts';
import { indexEvidence } from '../../src/domain/selectors.ts';
import { replay, toJson } from '../../src/domain/session.ts';
import { makeEvidence } from '../../src/engine/import-results.ts';
import { encode, FIRST_HASH, hashLine, readJournal } from '../../src/engine/journal.ts';
import { readEvidence } from '../../src/engine/read-evidence.ts';
import { osvCopy } from '../../src/io/advisories/osv-copy.ts';
import { createAssistReader } from '../../src/io/session/assist-files.ts';
import { exportSession } from '../../src/io/session/export-session.ts';
import { importSession } from '../../src/io/session/import-session.ts';
import { startSession } from '../../src/io/session/open-session.ts';
import { snapshotOfArchive } from '../../src/io/snapshot/open-snapshot.ts';
import { evaluatePolicy } from '../../src/policy/evaluate.ts';
import { lintPolicy } from '../../src/policy/lint.ts';
import { subjectsOfFolder } from '../../src/policy/of-submission.ts';
import { readPolicy } from '../../src/policy/policy.ts';
import { readDatabase } from '../../src/report/database.ts';
import { databaseIndexes } from '../../src/report/indexes.ts';
import { buildReport } from '../../src/report/report-model.ts';
import { compileSubmission } from '../../src/report/submission.ts';
import { anchorsOf, validateSubmission } from '../../src/report/validate.ts';
import { fakeContext } from '../../test/collectors/fake-context.ts';
import { testMethodology, testTarget } from '../../test/domain/arbitraries.ts';
import { fakeTree } from '../../test/engine/fake-source.ts';
import { writeConfigurations } from '../../test/fixtures/client-configurations.ts';
import { eventsOf, inputOf, smallEvidence, smallScript } from '../../test/report/scripted-session.ts';
import { gitTargets } from './git-targets.ts';
import { asJson } from './mutate.ts';
import {
  ASSISTANT,
  CONFIGURATION,
  deployment,
  documents,
  filesBelow,
  moreManifests,
  ofProject,
  type Seed,
  sources,
  targetArchives,
} from './seeds.ts';

/**
 * Something of the program that reads files of others. `read` does with one file what the program would; it may refuse it
 * with a UserError, and must otherwise come back.
 */
export type Target = {
  id: string;
  seeds(): Seed[] | Promise<Seed[]>;
  read(name: string, bytes: Uint8Array): unknown;
};

/** A folder that is gone afterwards. */
export const inFolder = async <T>(use: (folder: string) => T | Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-fuzz-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const asFile = <T>(bytes: Uint8Array, use: (file: string) => T | Promise<T>): Promise<T> =>
  inFolder((folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, bytes);
    return use(file);
  });

/** Every collector over a tree with the file in it, as the source tree would give it. */
const gather = async (name: string, bytes: Uint8Array): Promise<void> => {
  const binary = bytes.subarray(0, 8000).includes(0);
  const content = binary ? Buffer.from(bytes) : Buffer.from(bytes).toString('utf8');
  const around = { 'package.json': '{"name":"a","dependencies":{"@modelcontextprotocol/sdk":"1.0.0"}}' };
  const files = { ...around, [name]: content };
  for (const collector of collectors)
    await collector.collect(fakeContext({ files, commits: [{ paths: [name] }, {}] }));
};

const tree = (id: string, seeds: Target['seeds']): Target => ({ id, seeds, read: gather });

const startedAt = new Date('2026-01-02T03:04:05Z');

const exported = (): Promise<Uint8Array> =>
  inFolder(async (folder) => {
    const session = startSession({
      dataDir: folder,
      target: testTarget,
      methodology: testMethodology,
      ownRules: new Map(),
      tool: { name: 'mcp-audit', version: '0.1.0' },
      auditor: { name: 'Jane', github: 'jane', organization: '', contact: '' },
      by: 'jane',
      clock: () => startedAt,
      random: () => '4f2a',
    });
    session.journal.close();
    return (await exportSession(session.dir)).bytes;
  });

const lines = (): string[] => {
  const written: string[] = [];
  for (const event of eventsOf(smallScript()))
    written.push(encode(event, written.length > 0 ? hashLine(written.at(-1)!) : FIRST_HASH));
  return written;
};

const chain = (events: readonly unknown[]): string => {
  let last = FIRST_HASH;
  return events
    .map((event) => {
      const line = encode(event as Parameters<typeof encode>[0], last);
      last = hashLine(line);
      return `${line}\n`;
    })
    .join('');
};

const shown = (text: string | Uint8Array): void => {
  const { events } = readJournal(text);
  if (events.length === 0) return;
  toJson(replay(events));
  buildReport({ ...inputOf(), session: replay(events), events });
};

const submission = (): Map<string, Uint8Array> =>
  new Map([...compileSubmission(buildReport(inputOf()))].map(([path, text]) => [path, strToU8(text)]));

const packages = ['npm', 'PyPI', 'Go', 'crates.io', 'Maven', 'Packagist', 'RubyGems', 'NuGet'].flatMap(
  (ecosystem) => ['lodash', 'django', 'time', 'a'].map((name) => ({ ecosystem, name, version: '1.0.0' })),
);

const lookUp = (path: string, folder: string) =>
  osvCopy(path, join(folder, 'cache')).lookUp(packages, {
    signal: new AbortController().signal,
    progress: () => {},
  });

const osvSeeds = (): Seed[] => ofProject('test/fixtures/osv');

const yaml = (folder: string): Seed[] => ofProject(folder).filter((s) => /^[^/]+\.ya?ml$/.test(s.name));

export const targets: readonly Target[] = [
  tree('sources', sources),
  tree('manifests', () => [
    ...ofProject('test/fixtures/lockfiles').map((s) => ({ ...s, name: s.name.replace(/^[^/]+\//, '') })),
    ...moreManifests,
  ]),
  tree('deployment', () => [...deployment]),
  tree('documents', () => [...documents]),
  {
    id: 'archives',
    seeds: async () => [{ name: 'session.zip', bytes: await exported() }],
    read: (_, bytes) => inFolder((folder) => importSession(Buffer.from(bytes), folder, startedAt)),
  },
  {
    // Damaged in the archive but well formed: what is checked after the checksums.
    id: 'archived-journals',
    seeds: async () => {
      const entries = unzipSync(await exported());
      return [{ name: 'journal.jsonl', bytes: entries['journal.jsonl'] ?? new Uint8Array() }];
    },
    read: async (_, bytes) => {
      const entries = { ...unzipSync(await exported()), 'journal.jsonl': bytes };
      return inFolder((folder) => importSession(Buffer.from(zipSync(entries)), folder, startedAt));
    },
  },
  {
    id: 'journals',
    seeds: () => [
      {
        name: 'journal.jsonl',
        bytes: strToU8(
          lines()
            .map((l) => `${l}\n`)
            .join(''),
        ),
      },
      ...ofProject('test/fixtures/journals'),
    ],
    read: (_, bytes) => shown(bytes),
  },
  {
    // Events as a forger would write them: every checksum right.
    id: 'events',
    seeds: () => [{ name: 'events.json', bytes: strToU8(JSON.stringify(eventsOf(smallScript()))) }],
    read: (_, bytes) => {
      const events = asJson(strFromU8(bytes));
      if (Array.isArray(events))
        shown(
          chain(
            events.filter((e) => sessionEvent.safeParse(e).success).map((e, i) => ({ ...e, seq: i + 1 })),
          ),
        );
    },
  },
  {
    id: 'blobs',
    seeds: () =>
      [...smallEvidence()].map(([name, result]) => ({ name, bytes: strToU8(JSON.stringify(result)) })),
    read: async (name, bytes) => {
      const result = await readEvidence(
        { put: () => '', read: async () => ({ bytes: Buffer.from(bytes) }) },
        name,
        'a'.repeat(64),
      );
      if (typeof result === 'string') return;
      indexEvidence(new Map([[name, result]]));
      compileSubmission(buildReport(inputOf(undefined, { evidence: new Map([[name, result]]) })));
    },
  },
  {
    id: 'results',
    seeds: () => ofProject('test/fixtures/tool-results'),
    read: (name, bytes) =>
      makeEvidence(
        { name, bytes, mediaType: 'application/json' },
        {
          target: testTarget,
          tree: fakeTree({ 'src/a.ts': 'a\nb\n' }),
          methodology: testMethodology,
          collectors: new Set(),
        },
      ),
  },
  {
    id: 'osv-records',
    seeds: osvSeeds,
    read: (_, bytes) =>
      inFolder((folder) => {
        mkdirSync(join(folder, 'copy'));
        writeFileSync(join(folder, 'copy', 'a.json'), bytes);
        return lookUp(join(folder, 'copy'), folder);
      }),
  },
  {
    id: 'osv-zips',
    seeds: () => [
      { name: 'all.zip', bytes: zipSync(Object.fromEntries(osvSeeds().map((s) => [s.name, s.bytes]))) },
    ],
    read: (_, bytes) => asFile(bytes, (file) => lookUp(file, join(file, '..'))),
  },
  {
    id: 'answers',
    seeds: () => ofProject('sample').filter((s) => s.name === 'answers.yml'),
    read: (_, bytes) => asFile(bytes, (file) => readAnswers(file)),
  },
  {
    id: 'rules',
    seeds: () => yaml('checklists/rules'),
    read: (name, bytes) => parseRules(new Map([[`own/${name}`, Buffer.from(bytes).toString('utf8')]])),
  },
  {
    id: 'methodologies',
    seeds: () => yaml('checklists'),
    read: (name, bytes) =>
      parseMethodology(
        new Map(
          yaml('checklists').map((s) => [
            s.name,
            Buffer.from(s.name === name ? bytes : s.bytes).toString('utf8'),
          ]),
        ),
        { collectors: collectors.map((c) => c.id), ttps: [] },
      ),
  },
  {
    id: 'databases',
    seeds: () => [...submission()].map(([name, bytes]) => ({ name, bytes })),
    read: (name, bytes) => {
      const files = submission().set(name, bytes);
      validateSubmission(files, { strict: true, target: () => 'x\n' });
      anchorsOf(files, undefined);
      databaseIndexes(readDatabase(files));
      subjectsOfFolder(files, 'audits');
    },
  },
  {
    id: 'target-archives',
    seeds: targetArchives,
    read: (name, bytes) =>
      inFolder((folder) => {
        const file = join(folder, name);
        writeFileSync(file, bytes);
        return snapshotOfArchive(file, { reposDir: join(folder, 'repos'), source: file });
      }),
  },
  {
    id: 'configurations',
    seeds: () => [{ name: 'mcp-audit.yml', bytes: strToU8(CONFIGURATION) }],
    read: (name, bytes) => {
      const text = strFromU8(bytes);
      readConfiguration(name, text);
      fromComments('src/a.ts', text);
      baseline.safeParse(asJson(text));
    },
  },
  {
    id: 'client-configurations',
    seeds: () =>
      inFolder((folder) => {
        writeConfigurations(folder, '/nowhere');
        return filesBelow(folder);
      }),
    read: (name, bytes) => {
      const last = name.split('/').at(-1);
      const text = Buffer.from(bytes).toString('utf8');
      const files = FILES.filter((f) => f.path.split('/').at(-1) === last).map(
        ({ client, scope, shape }) => ({
          client,
          scope,
          shape,
          path: name,
          home: '',
          project: '',
          read: { text },
          access: null,
        }),
      );
      for (const file of files) assemble(describeFiles([file]), []);
    },
  },
  {
    id: 'policies',
    seeds: () => ofProject('docs').filter((s) => s.name === 'policy.example.yml'),
    read: (name, bytes) => {
      const file = readPolicy(name, strFromU8(bytes));
      lintPolicy(file, { today: '2026-01-02', checks: new Set() });
      if (!file.value) return;
      for (const subject of subjectsOfFolder(submission(), 'audits'))
        evaluatePolicy(file.value, subject, '2026-01-02');
    },
  },
  {
    id: 'assistants',
    seeds: () => [{ name: '20260102-030405-4f2a.jsonl', bytes: strToU8(ASSISTANT) }],
    read: (name, bytes) =>
      inFolder((folder) => {
        mkdirSync(join(folder, 'assist'));
        writeFileSync(join(folder, 'assist', name), bytes);
        createAssistReader(folder).read();
      }),
  },
  ...gitTargets,
];
