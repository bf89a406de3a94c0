import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/analysis/files/parse-json.ts';
import { parseToml } from '../../../src/analysis/files/parse-toml.ts';
import { parseYaml, parseYamlDocuments } from '../../../src/analysis/files/parse-yaml.ts';
import { lockfileKind, readLockfile } from '../../../src/analysis/packages/lockfiles/index.ts';
import { yamlValue } from '../../../src/domain/yaml-value.ts';

const filled = (unit: string, characters: number): string => unit.repeat(Math.ceil(characters / unit.length));

/** Each of these took more than a gigabyte in a file below the limit of a megabyte; a program is measured, a test counts. */
const DENSE = [
  'a:\n',
  '"',
  '""',
  '"""',
  '[a]\n',
  '&a ',
  '*a ',
  '? ',
  '!a ',
  '- - ',
  'a: |\n',
  'a: {}\n',
  '\n',
  '- a\n',
];

describe('a small text that is all marks', () => {
  it.each(DENSE)('of YAML is refused before it is parsed: %j', (unit) => {
    const text = filled(unit, 900_000);
    for (const read of [parseYaml(text), ...parseYamlDocuments(text).slice(0, 1)])
      expect(read).toEqual({
        ok: false,
        reason: expect.stringMatching(/^more than \d+ values and marks$|deeply/),
      });
    expect(yamlValue(text, 0)).toEqual({ problem: expect.stringMatching(/^it holds more than \d+ values/) });
  });

  it('of YAML is told from a large file as programs write it', () => {
    const service = (n: number): string =>
      `  service-number-${n}:\n    image: registry.example.com/some-group/image-${n}:1.2.3\n    environment:\n      LOG_LEVEL: information-and-warnings\n    ports:\n      - "127.0.0.1:80${n % 90}:80"\n    command: node --enable-source-maps dist/index.js --verbose\n`;
    const text = `services:\n${Array.from({ length: 4000 }, (_, n) => service(n)).join('')}`;
    expect(text.length).toBeGreaterThan(900_000);
    expect(text.length).toBeLessThan(1_000_000);
    expect(parseYaml(text).ok).toBe(true);
  });

  it.each(['"', '[', '{"a":', ',', '//\n', '"a",', '{}', '[],'])(
    'of JSON ends at its first error: %j',
    (unit) => {
      expect(parseJson(filled(unit, 1_900_000)).ok).toBe(false);
      expect(parseJson(`{"a":1,${filled(unit, 1_900_000)}`).ok).toBe(false);
    },
  );

  it('of TOML is read, or refused', () => {
    expect(parseToml(filled('[[a]]\n', 900_000)).ok).toBe(true);
    expect(parseToml(filled('"', 900_000)).ok).toBe(false);
  });
});

describe('a mapping with very many keys', () => {
  it('is searched for a second one in linear time', () => {
    const text = Array.from({ length: 30_000 }, (_, n) => `k${n}: 1\n`).join('');
    expect(yamlValue(text, 0)).toMatchObject({ value: { k0: 1, k29999: 1 } });
    expect(yamlValue(`${text}k7: 2\n`, 0)).toEqual({
      problem: 'Map keys must be unique at line 30001, column 1',
    });
  });
});

describe('a pnpm lockfile of very many documents', () => {
  const kind = lockfileKind('pnpm-lock.yaml');
  if (!kind || !('read' in kind)) throw new Error('no reader');

  it('is read once, not once a document', () => {
    expect(readLockfile(kind, 'pnpm-lock.yaml', filled('--- \n', 900_000)).ok).toBe(false);
  });

  it('knows the lines of the last one', () => {
    const read = readLockfile(
      kind,
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\n---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0\npackages:\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n",
    );
    expect(read.ok && read.lock.packages.map((p) => [p.name, p.version, p.line])).toEqual([
      ['a', '1.0.0', 11],
    ]);
  });
});

describe('a bun lockfile of strings without an end', () => {
  const kind = lockfileKind('bun.lock');
  if (!kind || !('read' in kind)) throw new Error('no reader');

  it('is looked at once, not once a quote', () => {
    expect(readLockfile(kind, 'bun.lock', `{${filled('"\\', 900_000)}`).ok).toBe(false);
  });

  it('keeps the commas in its strings', () => {
    const read = readLockfile(
      kind,
      'bun.lock',
      '{"lockfileVersion":1,"packages":{"a":["a@1.0.0, ]","",{},"sha512-x",],},}',
    );
    expect(read.ok && read.lock.packages.map((p) => [p.name, p.version])).toEqual([['a', '1.0.0, ]']]);
  });
});
