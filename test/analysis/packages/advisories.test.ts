import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixedIn, holdsFor, mergeAliases } from '../../../src/analysis/packages/advisories.ts';
import { compareVersions } from '../../../src/analysis/packages/versions/compare.ts';
import { type OsvRecord, osvRecord } from '../../../src/domain/advisory.ts';

const OSV = join(import.meta.dirname, '../../fixtures/osv');
const records = new Map(
  readdirSync(OSV, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.json') && !f.endsWith('notes.json'))
    .map((f) => osvRecord.parse(JSON.parse(readFileSync(join(OSV, f), 'utf8'))))
    .map((r) => [r.id, r] as const),
);
const record = (id: string): OsvRecord => records.get(id)!;

describe('advisories at the borders of their ranges', () => {
  it.each<[string, string, string, string[], string[]]>([
    ['GHSA-35jh-r3h4-6jhm', 'npm', 'lodash', ['0.0.1', '4.17.20', '4.17.21-rc.1'], ['4.17.21', '5.0.0']],
    ['GHSA-xvch-5gv4-984h', 'npm', 'minimist', ['0.2.3', '1.0.0', '1.2.5'], ['0.2.4', '0.9.9', '1.2.6']],
    [
      'GHSA-j8r2-6x86-q33q',
      'PyPI',
      'Requests',
      ['2.3.0', '2.30.0', '2.31.0rc1'],
      ['2.2.1', '2.3.0.dev0', '2.31.0', '2.31'],
    ],
    [
      'GO-2021-0113',
      'Go',
      'golang.org/x/text',
      ['v0.3.6', 'v0.0.0-20170915032832-14c0d48ead0c', 'v0.3.7-0.20210503195748-5c7c50ebbd4f'],
      ['v0.3.7', 'v0.3.8'],
    ],
    ['RUSTSEC-2020-0071', 'crates.io', 'time', ['0.1.0', '0.1.43', '0.2.22'], ['0.0.9', '0.2.23', '0.3.0']],
    [
      'GHSA-jfh8-c2jp-5v3q',
      'Maven',
      'org.apache.logging.log4j:log4j-core',
      ['2.0-beta9', '2.0', '2.3', '2.4', '2.12.1', '2.13.0', '2.14.1'],
      ['2.0-beta8', '2.3.1', '2.12.2', '2.12.3', '2.15.0', '2.17.1'],
    ],
    ['MAL-2018-1', 'npm', 'flatmap-stream', ['0.1.1'], ['0.1.0', '0.1.2']],
  ])('%s', (id, ecosystem, name, held, free) => {
    const holds = (version: string) => holdsFor(record(id), { ecosystem, name, version });
    expect(held.filter((v) => !holds(v))).toEqual([]);
    expect(free.filter(holds)).toEqual([]);
    expect(holdsFor(record(id), { ecosystem, name: `${name}x`, version: held[0]! })).toBe(false);
  });

  it('leaves out withdrawn records and ranges of commits', () => {
    expect(
      holdsFor(record('GHSA-8hfj-xrj2-pm22'), { ecosystem: 'npm', name: 'lodash', version: '4.17.20' }),
    ).toBe(false);
    const git: OsvRecord = {
      id: 'X-1',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'a' },
          ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }],
        },
      ],
    };
    expect(holdsFor(git, { ecosystem: 'npm', name: 'a', version: '1.0.0' })).toBe(false);
  });

  it('reads last_affected, open ranges, several introductions, and GitHub’s last known version', () => {
    const of = (
      events: { introduced?: string; fixed?: string; last_affected?: string }[],
      last?: string,
    ): OsvRecord => ({
      id: 'X-1',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'a' },
          ranges: [{ type: 'SEMVER', events }],
          ...(last ? { database_specific: { last_known_affected_version_range: last } } : {}),
        },
      ],
    });
    const holds = (r: OsvRecord, version: string) => holdsFor(r, { ecosystem: 'npm', name: 'a', version });
    const last = of([{ introduced: '1.0.0' }, { last_affected: '1.2.0' }]);
    expect(['0.9.0', '1.0.0', '1.2.0', '1.2.1'].map((v) => holds(last, v))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(holds(of([{ introduced: '0' }]), '99.0.0')).toBe(true);
    const twice = of([{ fixed: '2.1.0' }, { introduced: '2.0.0' }, { introduced: '0' }, { fixed: '1.5.0' }]);
    expect(['1.4.9', '1.5.0', '2.0.0', '2.1.0'].map((v) => holds(twice, v))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(['1.2.0', '1.3.0'].map((v) => holds(of([{ introduced: '0' }], '<= 1.2.0'), v))).toEqual([
      true,
      false,
    ]);
  });

  it('agrees with the plain reading of a range, for any semantic versions', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((p) => p.join('.'));
    fc.assert(
      fc.property(version, version, version, (introduced, fixed, v) => {
        fc.pre((compareVersions.npm(introduced, fixed) ?? 0) < 0);
        const r: OsvRecord = {
          id: 'X-1',
          affected: [
            {
              package: { ecosystem: 'npm', name: 'a' },
              ranges: [{ type: 'SEMVER', events: [{ introduced }, { fixed }] }],
            },
          ],
        };
        const expected =
          (compareVersions.npm(v, introduced) ?? 0) >= 0 && (compareVersions.npm(v, fixed) ?? 0) < 0;
        expect(holdsFor(r, { ecosystem: 'npm', name: 'a', version: v })).toBe(expected);
      }),
    );
  });

  it('makes one vulnerability of records that name each other, with the first fix after the version', () => {
    const p = { ecosystem: 'PyPI', name: 'requests', version: '2.30.0' };
    const merged = mergeAliases([record('PYSEC-2023-74'), record('GHSA-j8r2-6x86-q33q')], p);
    expect(merged).toEqual([
      {
        ids: ['GHSA-j8r2-6x86-q33q', 'CVE-2023-32681', 'PYSEC-2023-74'],
        malicious: false,
        severity: 'moderate',
        summary: 'Unintended leak of Proxy-Authorization header in requests',
        cwe: ['CWE-200'],
        fixed: '2.31.0',
        published: '2021-01-01T00:00:00Z',
      },
    ]);
    const log4j = { ecosystem: 'Maven', name: 'org.apache.logging.log4j:log4j-core', version: '2.8' };
    expect(fixedIn(record('GHSA-jfh8-c2jp-5v3q'), log4j)).toBe('2.12.2');
  });
});
