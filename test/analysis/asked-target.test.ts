import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askedTarget, byHand, fromRegistryEntry } from '../../src/analysis/repository/asked-target.ts';
import { parsePackage } from '../../src/domain/package-name.ts';

describe('what words mean that name nothing here', () => {
  it.each([
    ['npm:@acme/notes@1.2.3', 'npm:@acme/notes@1.2.3'],
    ['pypi:notes==2.0', 'pypi:notes==2.0'],
    ['@acme/notes', 'npm:@acme/notes'],
    ['@acme/notes@^1', 'npm:@acme/notes@^1'],
    ['acme/notes', 'https://github.com/acme/notes'],
    ['acme/notes#v1', 'https://github.com/acme/notes#v1'],
    ['github.com/acme/notes', 'https://github.com/acme/notes'],
    ['github.com/acme/notes/pull/7', 'https://github.com/acme/notes#refs/pull/7/head'],
    ['https://github.com/acme/notes/pull/7/files?w=1', 'https://github.com/acme/notes#refs/pull/7/head'],
    ['https://github.com/acme/notes/releases/tag/v1.2%2Brc', 'https://github.com/acme/notes#v1.2+rc'],
    ['https://github.com/acme/notes/archive/refs/tags/v1.zip', 'https://github.com/acme/notes#v1'],
    [
      'https://github.com/acme/notes/blob/main/src/srv/a.ts#L3',
      'https://github.com/acme/notes#main',
      'src/srv',
    ],
    ['https://github.com/acme/notes/issues/3', 'https://github.com/acme/notes'],
    ['https://www.npmjs.com/package/@acme/notes/v/1.0.0', 'npm:@acme/notes@1.0.0'],
    ['https://www.npmjs.com/package/notes?activeTab=code', 'npm:notes'],
    ['https://registry.npmjs.org/@acme/notes/-/notes-1.0.0.tgz', 'npm:@acme/notes@1.0.0'],
    ['https://pypi.org/project/notes/1.0/', 'pypi:notes==1.0'],
    ['https://hub.docker.com/r/mcp/fetch', 'oci:docker.io/mcp/fetch'],
    ['npx -y @acme/notes@1.2.3 --root /tmp', 'npm:@acme/notes@1.2.3'],
    ['npx -y notes@latest', 'npm:notes'],
    ['uvx notes', 'pypi:notes'],
    ['uvx --from git+https://github.com/acme/notes@v1 notes', 'https://github.com/acme/notes#v1'],
    ['claude mcp add notes -- npx -y @acme/notes', 'npm:@acme/notes'],
    ['docker run -i --rm -e KEY=x ghcr.io/acme/notes:1.2', 'oci:ghcr.io/acme/notes:1.2'],
    ['"command": "uvx", "args": ["notes==1.0"]', 'pypi:notes==1.0'],
    ['{"mcpServers":{"n":{"command":"npx","args":["-y","@acme/notes"]}}}', 'npm:@acme/notes'],
    [`oci:ghcr.io/acme/notes@sha256:${'a'.repeat(64)}`, `oci:ghcr.io/acme/notes@sha256:${'a'.repeat(64)}`],
  ])('%s', (words, source, subdir = '') => {
    expect(askedTarget(words)).toMatchObject({ source, subdir });
  });

  it.each([
    'https://github.com/acme/notes',
    'git@github.com:acme/notes.git',
    './notes',
    '../a/b/c',
    '/etc/passwd',
    'notes',
    'rm -rf /',
    'https://example.org/a/b/c',
    'npm:a b',
    '',
  ])('leaves alone: %s', (words) => {
    expect(askedTarget(words)).toBeNull();
  });

  it('reads a registry entry for the package it offers, else its repository', () => {
    const entry = {
      name: 'io.github.acme/notes',
      repository: { url: 'https://github.com/acme/notes', subfolder: 'srv' },
    };
    const packages = [{ registryType: 'npm', identifier: '@acme/notes', version: '1.2.3' }];
    expect(fromRegistryEntry(JSON.stringify({ ...entry, packages }))?.source).toBe('npm:@acme/notes@1.2.3');
    expect(fromRegistryEntry(JSON.stringify({ server: { ...entry, packages } }))?.source).toBe(
      'npm:@acme/notes@1.2.3',
    );
    expect(fromRegistryEntry(JSON.stringify(entry))).toMatchObject({
      source: 'https://github.com/acme/notes',
      subdir: 'srv',
    });
    const oci = [{ registryType: 'oci', identifier: 'ghcr.io/acme/notes', version: '1' }];
    expect(fromRegistryEntry(JSON.stringify({ packages: oci }))?.source).toBe('oci:ghcr.io/acme/notes:1');
    expect(fromRegistryEntry('{"name":"x"}')).toBeNull();
    expect(fromRegistryEntry('{')).toBeNull();
  });

  it('whatever is typed gives a form that can be fetched, with two commands that bring it by hand, or nothing', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'npx',
        '-y',
        'uvx',
        'docker',
        'run',
        '@a/b',
        'a/b',
        'https://github.com/a/b',
        '#',
        '@1',
        '==',
        '/pull/',
        '..',
        ';',
        '$(id)',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), fc.constantFrom('', ' '), (words, between) => {
        const asked = askedTarget(words.join(between));
        if (!asked) return;
        expect(asked.source).toMatch(/^(?:npm:|pypi:|oci:|https:\/\/)/);
        expect(asked.source).not.toMatch(/[\s;$`|&<>'"]/);
        if (/^(?:npm|pypi):/.test(asked.source)) expect(parsePackage(asked.source)).not.toBeNull();
        expect(byHand(asked.source)).toHaveLength(2);
      }),
      { numRuns: 500 },
    );
  });
});
