import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ecosystem } from '../../../src/analysis/packages/dependency.ts';
import { type Component, componentKey } from '../../../src/analysis/packages/inventory.ts';
import { cycloneDx, purlOf } from '../../../src/analysis/packages/sbom.ts';

const target = {
  name: 'acme/thing',
  url: 'https://github.com/acme/thing',
  commit: '0123456789abcdef0123456789abcdef01234567',
  subdir: '',
  committedAt: '2025-06-01T12:00:00+02:00',
};

const component = (
  ecosystem: Ecosystem,
  name: string,
  version: string,
  more: Partial<Component> = {},
): Component => ({
  ecosystem,
  name,
  version,
  direct: true,
  development: false,
  secondary: false,
  licence: '',
  hash: '',
  files: [],
  elsewhere: '',
  places: [{ path: 'package-lock.json', line: 3 }],
  needs: [],
  ...more,
});

const problems = async (text: string) => new JsonStrictValidator(Version.v1dot6).validate(text);

describe('the bill of materials', () => {
  const some = [
    component('npm', '@scope/a', '1.0.0', {
      licence: 'MIT OR Apache-2.0',
      hash: 'sha512-BdjXVZXuHVqdXNi9gEbwf/W/k2lIhXzqnmygz4BFRTdpgFpJsn1v7AfB3DaLHj04O9hKiqQvnxu5AeogyptDjQ==',
      needs: [componentKey('npm', 'b', '2.0.0')],
    }),
    component('npm', 'b', '2.0.0', { direct: false, development: true, licence: 'SEE LICENSE IN x' }),
    component('Maven', 'org.acme:thing', '1.0'),
    component('PyPI', 'Some_Thing', '1.0.post1', { licence: 'MIT' }),
    component('Go', 'github.com/Acme/mod/v2', 'v2.0.0+incompatible'),
    component('crates.io', 'log', '0.4.17', { hash: 'a'.repeat(64) }),
  ];

  it('is valid CycloneDX 1.6, and the same every time', async () => {
    const text = cycloneDx(target, some);
    expect(await problems(text)).toBeNull();
    expect(cycloneDx(target, some)).toBe(text);
    const bom = JSON.parse(text);
    expect(bom).toMatchObject({
      specVersion: '1.6',
      serialNumber: 'urn:uuid:01234567-89ab-8def-a123-456789abcdef',
      metadata: {
        timestamp: '2025-06-01T10:00:00.000Z',
        component: { name: 'acme/thing', version: target.commit },
      },
    });
    const a = bom.components.find((c: { name: string }) => c.name === 'a');
    expect(a).toMatchObject({
      group: '@scope',
      purl: 'pkg:npm/%40scope/a@1.0.0',
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
      hashes: [{ alg: 'SHA-512' }],
    });
    expect(bom.components.find((c: { name: string }) => c.name === 'b')).toMatchObject({
      scope: 'excluded',
      licenses: [{ license: { name: 'SEE LICENSE IN x' } }],
    });
    expect(bom.dependencies).toContainEqual({
      ref: 'pkg:npm/%40scope/a@1.0.0',
      dependsOn: ['pkg:npm/b@2.0.0'],
    });
  });

  it('names packages as their ecosystems do', () => {
    expect(some.map(purlOf)).toEqual([
      'pkg:npm/%40scope/a@1.0.0',
      'pkg:npm/b@2.0.0',
      'pkg:maven/org.acme/thing@1.0',
      'pkg:pypi/some-thing@1.0.post1',
      'pkg:golang/github.com/Acme/mod/v2@v2.0.0+incompatible',
      'pkg:cargo/log@0.4.17',
    ]);
  });

  it('stays valid whatever names, versions, licences and hashes the target makes up', async () => {
    const hostile = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(hostile, hostile, hostile, hostile), { maxLength: 25 }),
        fc.constantFrom<Ecosystem>('npm', 'PyPI', 'Go', 'Maven'),
        async (packages, ecosystem) => {
          const made = new Map(
            packages.map(([name, version, licence, hash]) => [
              componentKey(ecosystem, name, version),
              component(ecosystem, name, version, { licence, hash, places: [{ path: licence, line: 1 }] }),
            ]),
          );
          expect(
            await problems(cycloneDx({ ...target, committedAt: 'never' }, [...made.values()])),
          ).toBeNull();
        },
      ),
      { numRuns: 8 },
    );
  });
});
