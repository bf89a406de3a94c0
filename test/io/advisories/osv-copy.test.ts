import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import type { ItemDraft } from '../../../src/collectors/collector.ts';
import { dependencies } from '../../../src/collectors/dependencies.ts';
import type { AdvisoryAnswer, AdvisorySource } from '../../../src/domain/advisory.ts';
import { bundledSource } from '../../../src/io/advisories/bundled.ts';
import { osvCopy } from '../../../src/io/advisories/osv-copy.ts';
import { COPY_LIMITS } from '../../../src/io/advisories/osv-index.ts';
import { fakeContext, itemsOf } from '../../collectors/fake-context.ts';

const OSV = join(import.meta.dirname, '../../fixtures/osv');
const root = mkdtempSync(join(tmpdir(), 'mcp-audit-osv-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const fresh = (): string => {
  const dir = join(root, String(made++));
  mkdirSync(dir);
  return dir;
};
const ask = { signal: new AbortController().signal, progress: () => {} };

/** Old lockfiles of five ecosystems, each with one package that has a known vulnerability, and one with two names. */
const FILES = {
  'package.json': '{"dependencies":{"lodash":"4.17.20","minimist":"^1.2.5","flatmap-stream":"0.1.1"}}',
  'package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { lodash: '4.17.20', minimist: '^1.2.5', 'flatmap-stream': '0.1.1' } },
      'node_modules/lodash': { version: '4.17.20', integrity: 'sha512-a' },
      'node_modules/minimist': { version: '1.2.5', integrity: 'sha512-b' },
      'node_modules/flatmap-stream': { version: '0.1.1', integrity: 'sha512-c' },
      'node_modules/mkdirp': { version: '0.5.6', integrity: 'sha512-d' },
    },
  }),
  'py/requirements.txt': 'requests==2.30.0\nflask==3.0.0\n',
  'go/go.mod': 'module example.org/x\n\ngo 1.21\n\nrequire golang.org/x/text v0.3.6\n',
  'rust/Cargo.toml': '[package]\nname = "x"\n[dependencies]\ntime = "0.1"\n',
  'rust/Cargo.lock':
    'version = 3\n\n[[package]]\nname = "time"\nversion = "0.1.43"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "ca8a50ef2360fbd1eeb0ecd46795a87a19024eb4b53c5dc916ca1fd95fe62438"\n\n[[package]]\nname = "x"\nversion = "0.1.0"\ndependencies = ["time"]\n',
  'java/pom.xml':
    '<project><artifactId>x</artifactId><properties><log4j.version>2.14.1</log4j.version></properties><dependencies><dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>${log4j.version}</version></dependency></dependencies></project>',
};

const collected = async (
  sources: AdvisorySource[],
  files: Record<string, string> = FILES,
): Promise<ItemDraft[]> =>
  itemsOf(
    await dependencies(() => bundledSource()).collect({ ...fakeContext({ files }), advisories: sources }),
  ).filter((i) => i.checks?.includes('1.3.2'));

const leads = (items: readonly ItemDraft[]): string[] =>
  items.filter((i) => i.kind === 'lead').map((i) => `${i.strength} ${i.title} at ${i.at?.path}`);

const EXPECTED = [
  'strong flatmap-stream 0.1.1 is listed as malicious at package-lock.json',
  'strong golang.org/x/text v0.3.6: 1 known vulnerability, high at go/go.mod',
  'strong org.apache.logging.log4j:log4j-core 2.14.1: 1 known vulnerability, critical at java/pom.xml',
  'moderate requests 2.30.0: 1 known vulnerability, moderate at py/requirements.txt',
  'moderate time 0.1.43: 1 known vulnerability, moderate at rust/Cargo.lock',
  'strong lodash 4.17.20: 1 known vulnerability, high at package-lock.json',
  'strong minimist 1.2.5: 1 known vulnerability, critical at package-lock.json',
];

describe('vulnerabilities from an offline copy of OSV', () => {
  it('finds the known ones in old lockfiles of five ecosystems, aliases as one, withdrawn ones left out', async () => {
    const items = await collected([osvCopy(OSV, fresh())]);
    expect(leads(items)).toEqual([...EXPECTED.slice(0, 1), ...EXPECTED.slice(1).sort(byPackage)]);
    const requests = items.find((i) => i.title.startsWith('requests'));
    expect(requests?.detail).toContain('GHSA-j8r2-6x86-q33q = CVE-2023-32681 = PYSEC-2023-74');
    expect(requests?.detail).toContain('It names 2.31.0 as mended.');
    expect(requests?.cwe).toEqual(['CWE-1395', 'CWE-200']);
    expect(items.some((i) => `${i.title}${i.detail}`.includes('GHSA-8hfj-xrj2-pm22'))).toBe(false);
  });

  it('says how old the data is and what it is known by, the same each time, and not where it lies', async () => {
    const cache = fresh();
    const first = await collected([osvCopy(OSV, cache)]);
    const moved = join(fresh(), 'elsewhere');
    cpSync(OSV, moved, { recursive: true });
    const second = await collected([osvCopy(moved, fresh())]);
    expect(second).toEqual(first);
    const source = first.find((i) => i.rule === 'advisory-source' && i.title.includes('offline'));
    expect(source?.title).toBe('9 packages looked up in an offline copy of OSV, 2025-10-22');
    expect(source?.detail).toMatch(/sha256 [0-9a-f]{64}/);
    expect(source?.detail).toContain('(143 days after the pinned commit)');
    expect(JSON.stringify(first)).not.toContain(OSV);
    expect(first.find((i) => i.rule === 'advisories-incomplete')).toMatchObject({ kind: 'gap' });
  });

  it('reads zip files and folders of zip files alike', async () => {
    const entries: Record<string, Uint8Array> = {};
    for (const f of readdirSync(OSV, { recursive: true, encoding: 'utf8' }))
      if (f.endsWith('.json')) entries[f.split('/').at(-1)!] = readFileSync(join(OSV, f));
    const dir = fresh();
    mkdirSync(join(dir, 'npm'));
    writeFileSync(join(dir, 'npm', 'all.zip'), zipSync(entries));
    for (const path of [join(dir, 'npm', 'all.zip'), dir])
      expect(leads(await collected([osvCopy(path, fresh())]))).toEqual([
        ...EXPECTED.slice(0, 1),
        ...EXPECTED.slice(1).sort(byPackage),
      ]);
  });

  it('indexes a copy once, and again when it changed', async () => {
    const [dir, cache] = [fresh(), fresh()];
    cpSync(OSV, dir, { recursive: true });
    const told: string[] = [];
    const look = () =>
      osvCopy(dir, cache).lookUp([{ ecosystem: 'npm', name: 'lodash', version: '4.17.20' }], {
        ...ask,
        progress: (m) => told.push(m),
      });
    const first = await look();
    const indexing = told.length;
    expect(indexing).toBeGreaterThan(0);
    expect(await look()).toEqual(first);
    expect(told).toHaveLength(indexing);
    writeFileSync(join(dir, 'new.json'), readFileSync(join(OSV, 'npm/GHSA-35jh-r3h4-6jhm.json')));
    expect((await look()) as { sha256: string }).not.toMatchObject({
      sha256: (first as { sha256: string }).sha256,
    });
  });

  it('says which ecosystems no source covered', async () => {
    const items = await collected([osvCopy(join(OSV, 'npm'), fresh())]);
    expect(items.find((i) => i.rule === 'vulnerabilities-not-looked-up')).toMatchObject({
      kind: 'gap',
      title: 'Known vulnerabilities of 5 packages of Go, Maven, PyPI, crates.io were not looked up',
    });
  });

  it('never reads as clean without a source', async () => {
    const items = await collected([]);
    expect(leads(items)).toEqual([]);
    expect(items.find((i) => i.rule === 'vulnerabilities-not-looked-up')?.kind).toBe('gap');
  });
});

const name = (line: string): string => {
  const title = line.split(' ').slice(1).join(' ');
  const ecosystem = line.endsWith('go.mod')
    ? 'Go'
    : line.endsWith('pom.xml')
      ? 'Maven'
      : line.endsWith('txt')
        ? 'PyPI'
        : line.endsWith('Cargo.lock')
          ? 'crates.io'
          : 'npm';
  return `${ecosystem} ${title}`;
};
const byPackage = (a: string, b: string): number => (name(a) < name(b) ? -1 : 1);

describe('copies that are none', () => {
  const answer = (path: string, limits?: Parameters<typeof osvCopy>[2]): Promise<AdvisoryAnswer> =>
    osvCopy(path, fresh(), limits).lookUp([{ ecosystem: 'npm', name: 'lodash', version: '4.17.20' }], ask);

  it('are a reason in words', async () => {
    expect(await answer(join(root, 'nowhere'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no such file'),
    });
    expect(await answer(fresh())).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no .json or .zip'),
    });
    const text = fresh();
    writeFileSync(join(text, 'a.json'), '[]');
    writeFileSync(join(text, 'b.zip'), 'PK not a zip');
    expect(await answer(text)).toMatchObject({ ok: false });
    const broken = join(fresh(), 'all.zip');
    writeFileSync(broken, Buffer.alloc(100_000, 7));
    expect(await answer(broken)).toMatchObject({ ok: false });
  });

  it('do not unpack to more than they may, nor keep what is too large', async () => {
    const dir = fresh();
    const bomb = join(dir, 'all.zip');
    const good = readFileSync(join(OSV, 'npm/GHSA-35jh-r3h4-6jhm.json'));
    writeFileSync(bomb, zipSync({ 'bomb.json': new Uint8Array(30_000_000), 'good.json': good }));
    expect(await answer(bomb)).toMatchObject({
      ok: true,
      records: 1,
      gaps: [expect.stringContaining('bomb.json')],
    });
    expect(await answer(bomb, { ...COPY_LIMITS, contentBytes: 100, files: 10 })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('unpacks to more'),
    });
    writeFileSync(
      bomb,
      zipSync(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.json`, good]))),
    );
    expect(await answer(bomb, { ...COPY_LIMITS, contentBytes: 10_000_000, files: 10 })).toMatchObject({
      ok: false,
    });
  });

  it('do not lead out of their folder by links, and names like __proto__ are names', async () => {
    const dir = fresh();
    symlinkSync(OSV, join(dir, 'link'));
    writeFileSync(
      join(dir, 'a.json'),
      '{"id":"X-1","affected":[{"package":{"ecosystem":"npm","name":"__proto__"},"versions":["1.0.0"]}],"__proto__":{"x":1}}',
    );
    const found = await osvCopy(dir, fresh()).lookUp(
      [{ ecosystem: 'npm', name: '__proto__', version: '1.0.0' }],
      ask,
    );
    expect(found).toMatchObject({ ok: true, records: 1 });
    expect(found.ok && found.found.get(0)).toHaveLength(1);
  });

  /** A record of the longest kind: what stands once in it would stand in the index once for each package. */
  const wide = (packages: number, aliasBytes: number): string =>
    JSON.stringify({
      id: 'X-1',
      aliases: Array.from({ length: 200 }, () => 'a'.repeat(aliasBytes / 200)),
      affected: Array.from({ length: packages }, (_, i) => ({
        package: { ecosystem: 'npm', name: `p${i}` },
      })),
    });
  const sizeOf = (folder: string): number =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .reduce((n, e) => n + readFileSync(join(e.parentPath, e.name)).length, 0);

  it.for([
    ['of a folder', (dir: string) => writeFileSync(join(dir, 'wide.json'), wide(3000, 60_000))],
    [
      'of a zip',
      (dir: string) =>
        writeFileSync(join(dir, 'all.zip'), zipSync({ 'wide.json': Buffer.from(wide(3000, 60_000)) })),
    ],
    [
      'of many in a zip',
      (dir: string) => {
        const bytes = Buffer.from(wide(3000, 60_000));
        const entries = Array.from({ length: 40 }, (_, i) => [`wide${i}.json`, bytes] as const);
        writeFileSync(join(dir, 'all.zip'), zipSync(Object.fromEntries(entries)));
      },
    ],
  ] as const)(
    'a record %s that would fill the disk with its index is left out, and said',
    async ([, write]) => {
      const dir = fresh();
      const cache = fresh();
      write(dir);
      writeFileSync(join(dir, 'good.json'), wide(3, 200));
      const looked = await osvCopy(dir, cache).lookUp(
        [{ ecosystem: 'npm', name: 'p1', version: '1.0.0' }],
        ask,
      );
      expect(looked).toMatchObject({ ok: true, records: 1 });
      expect(looked.ok && looked.gaps.join()).toMatch(/wide/);
      expect(sizeOf(cache)).toBeLessThan(20_000);
    },
  );

  it('a record that names packages many times over is kept once for each', async () => {
    const dir = fresh();
    const affected = Array.from({ length: 3000 }, (_, i) => ({
      package: { ecosystem: 'npm', name: `p${i % 30}` },
      versions: [`1.0.${i}`],
    }));
    writeFileSync(join(dir, 'a.json'), JSON.stringify({ id: 'X-1', affected }));
    const looked = await osvCopy(dir, fresh()).lookUp(
      [{ ecosystem: 'npm', name: 'p7', version: '1.0.7' }],
      ask,
    );
    const records = looked.ok ? (looked.found.get(0) ?? []) : [];
    expect(records).toHaveLength(1);
    expect(records[0]?.affected).toHaveLength(100);
  });

  it('many records about one package are all kept', async () => {
    const dir = fresh();
    const records = Array.from({ length: 5000 }, (_, i) => [
      `${i}.json`,
      Buffer.from(
        JSON.stringify({ id: `X-${i}`, affected: [{ package: { ecosystem: 'npm', name: 'one' } }] }),
      ),
    ]);
    writeFileSync(join(dir, 'all.zip'), zipSync(Object.fromEntries(records)));
    const looked = await osvCopy(dir, fresh()).lookUp([{ ecosystem: 'npm', name: 'one', version: '1' }], ask);
    expect(looked.ok && looked.found.get(0)).toHaveLength(5000);
  });

  it('an index too large to read is no answer that nothing is known', async () => {
    const dir = fresh();
    writeFileSync(join(dir, 'a.json'), wide(3, 200));
    const looked = await osvCopy(dir, fresh(), { ...COPY_LIMITS, shardBytes: 100 }).lookUp(
      [{ ecosystem: 'npm', name: 'p1', version: '1.0.0' }],
      ask,
    );
    expect(looked).toMatchObject({ ok: false, reason: expect.stringContaining('same few packages') });
  });

  it('a record that names thousands of packages is not kept thousands of times whole', async () => {
    const dir = fresh();
    const cache = fresh();
    writeFileSync(
      join(dir, 'a.json'),
      JSON.stringify({
        id: 'X-1',
        affected: Array.from({ length: 2500 }, (_, i) => ({
          package: { ecosystem: 'npm', name: `p${i}` },
          versions: ['1.0.0'],
        })),
      }),
    );
    await osvCopy(dir, cache).lookUp([{ ecosystem: 'npm', name: 'p1', version: '1.0.0' }], ask);
    const size = readdirSync(cache, { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.jsonl'))
      .reduce((n, f) => n + readFileSync(join(cache, f)).length, 0);
    expect(size).toBeLessThan(500_000);
  });

  it('stops when asked to', async () => {
    await expect(
      osvCopy(OSV, fresh()).lookUp([], {
        signal: AbortSignal.abort(new Error('stopped')),
        progress: () => {},
      }),
    ).rejects.toThrow('stopped');
  });
});
