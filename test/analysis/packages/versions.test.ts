import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ecosystem } from '../../../src/analysis/packages/dependency.ts';
import { compareVersions } from '../../../src/analysis/packages/versions/compare.ts';

const sign = (n: number | null): string => (n === null ? '?' : n < 0 ? '<' : n > 0 ? '>' : '=');

describe('versions are ordered as the ecosystem orders them', () => {
  it.each<[Ecosystem, string]>([
    ['Maven', 'Maven'],
    ['Packagist', 'Packagist'],
    ['PyPI', 'PyPI'],
    ['Go', 'Go'],
    ['crates.io', 'crates-io'],
    ['RubyGems', 'RubyGems'],
  ])('%s, recorded from its own tool', (ecosystem, file) => {
    const vectors = readFileSync(join(import.meta.dirname, `../../fixtures/versions/${file}.txt`), 'utf8')
      .split('\n')
      .filter((l) => l !== '' && !l.startsWith('#'));
    expect(vectors.length).toBeGreaterThan(150);
    const wrong = vectors.flatMap((line) => {
      const [a = '', order, b = ''] = line.split(' ');
      const ours = sign(compareVersions[ecosystem](a, b));
      return ours === order ? [] : [`${line}, ours ${ours}`];
    });
    expect(wrong).toEqual([]);
  });

  // The order NuGet documents (docs.microsoft.com, "Package versioning") and semver.org, item 11.
  it.each<[Ecosystem, string[]]>([
    [
      'NuGet',
      [
        '0.9',
        '1.0.0-alpha',
        '1.0.0-alpha.2',
        '1.0.0-alpha.10',
        '1.0.0-beta',
        '1.0.0-RC.1',
        '1.0.0',
        '1.0.0.1',
        '1.0.1',
        '1.0.10',
        '1.2',
      ],
    ],
    [
      'npm',
      [
        '1.0.0-alpha',
        '1.0.0-alpha.1',
        '1.0.0-alpha.beta',
        '1.0.0-beta',
        '1.0.0-beta.2',
        '1.0.0-beta.11',
        '1.0.0-rc.1',
        '1.0.0',
        '1.9.0',
        '1.10.0',
      ],
    ],
  ])('%s, as documented', (ecosystem, rising) => {
    for (let i = 0; i < rising.length; i++)
      for (let j = 0; j < rising.length; j++)
        expect(`${rising[i]} ${sign(compareVersions[ecosystem](rising[i]!, rising[j]!))} ${rising[j]}`).toBe(
          `${rising[i]} ${i < j ? '<' : i > j ? '>' : '='} ${rising[j]}`,
        );
  });

  it('treats what NuGet treats as equal', () => {
    expect(compareVersions.NuGet('1.0', '1.0.0.0')).toBe(0);
    expect(compareVersions.NuGet('1.0.0-Beta', '1.0.0-beta')).toBe(0);
    expect(compareVersions.NuGet('1.0.0+a', '1.0.0+b')).toBe(0);
  });

  it('knows what is no version, and never throws', () => {
    expect(compareVersions.npm('git+ssh://x', '1.0.0')).toBeNull();
    expect(compareVersions.PyPI('not a version', '1.0')).toBeNull();
    expect(compareVersions.Packagist('dev-main', '1.0.0')).toBeNull();
    const text = fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[0-9a-z.+-]{0,40}$/));
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(compareVersions) as Ecosystem[])),
        text,
        text,
        (e, a, b) => {
          const order = compareVersions[e](a, b);
          const back = compareVersions[e](b, a);
          if (order === null || back === null) expect([order, back]).toEqual([null, null]);
          else expect(Math.sign(order)).toBe(-Math.sign(back) + 0);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes no longer for long versions than for short ones, by much', () => {
    for (const compare of Object.values(compareVersions))
      for (const unit of ['1.', '1-', 'a1', '1a.', '0.0-', '1!'])
        compare(unit.repeat(20_000), `${unit.repeat(20_000)}1`);
  }, 4000);
});
