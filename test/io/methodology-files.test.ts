import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import {
  bundledChecklists,
  readBundledCatalogue,
  readMethodologyFolder,
} from '../../src/io/methodology-files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'methodology-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const refused = async (path: string): Promise<UserError> => {
  const error = await readMethodologyFolder(path).then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).hint).not.toBe('');
  return error as UserError;
};

describe('the bundled checklists', () => {
  it('are found from the sources and hold a file for each section', async () => {
    const files = await readMethodologyFolder(bundledChecklists());
    expect([...files.keys()]).toEqual([
      '1.1-repository-identity.yml',
      '1.2-repository-quality.yml',
      '1.3-supply-chain.yml',
      '2.1-input-and-code.yml',
      '2.2-credentials-and-access.yml',
      '2.3-data-protection.yml',
      '2.4-tool-definitions.yml',
      '3.1-container.yml',
      '3.2-network.yml',
      '3.3-operations.yml',
      '4.1-findings.yml',
      '4.2-standards.yml',
      'methodology.yml',
      'scorecard.yml',
    ]);
    expect(await readBundledCatalogue()).toMatchObject({ ttps: /ttps:/, top10: /top10:/ } as never);
  });

  it('are found from a chunk one level below the package root, as installed', async () => {
    const { build } = await import('esbuild');
    mkdirSync(join(dir, 'pkg', 'dist'), { recursive: true });
    cpSync(bundledChecklists(), join(dir, 'pkg', 'checklists'), { recursive: true });
    await build({
      stdin: {
        contents: `import { bundledChecklists } from './methodology-files.ts'; process.stdout.write(bundledChecklists());`,
        resolveDir: join(import.meta.dirname, '../../src/io'),
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile: join(dir, 'pkg', 'dist', 'chunk.mjs'),
    });
    const run = (file: string) => execFileSync(process.execPath, [file], { encoding: 'utf8' });
    expect(run(join(dir, 'pkg', 'dist', 'chunk.mjs'))).toBe(join(dir, 'pkg', 'checklists'));
  });

  it('are missed with a sentence, not a stack, when the package is incomplete', async () => {
    const { build } = await import('esbuild');
    await build({
      stdin: {
        contents: `import { bundledChecklists } from './methodology-files.ts';
          try { bundledChecklists(); } catch (e) { process.stdout.write(e.name + ': ' + e.message + ' ' + e.hint); }`,
        resolveDir: join(import.meta.dirname, '../../src/io'),
      },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile: join(dir, 'chunk.mjs'),
    });
    expect(execFileSync(process.execPath, [join(dir, 'chunk.mjs')], { encoding: 'utf8' })).toMatch(
      /^UserError: .*checklists are missing.* Install/,
    );
  });
});

describe('reading a methodology folder', () => {
  it('takes YAML files in order, and nothing from subfolders or hidden files', async () => {
    for (const name of ['b.yml', 'a.yaml', 'C.YML', '.hidden.yml', 'notes.md'])
      writeFileSync(join(dir, name), name);
    mkdirSync(join(dir, 'catalogue'));
    writeFileSync(join(dir, 'catalogue', 'x.yml'), 'x');
    expect([...(await readMethodologyFolder(dir))]).toEqual([
      ['C.YML', 'C.YML'],
      ['a.yaml', 'a.yaml'],
      ['b.yml', 'b.yml'],
    ]);
  });

  it('says what is wrong with the folder and what to do', async () => {
    expect((await refused(join(dir, 'none'))).message).toMatch(/does not exist/);
    writeFileSync(join(dir, 'file'), '');
    expect((await refused(join(dir, 'file'))).message).toMatch(/is not a folder/);
    expect((await refused(dir)).message).toMatch(/holds no YAML file/);
    for (let i = 0; i < 201; i++) writeFileSync(join(dir, `${i}.yml`), '');
    expect((await refused(dir)).message).toMatch(/holds 201 YAML files, more than the 200/);
  });

  it('refuses files it could not read completely, and never blocks on what is no file', async () => {
    writeFileSync(join(dir, 'big.yml'), Buffer.alloc(1024 * 1024 + 1, 120));
    expect((await refused(dir)).message).toMatch(/big\.yml is larger than 1024 KB/);
    rmSync(join(dir, 'big.yml'));

    mkdirSync(join(dir, 'folder.yml'));
    expect((await refused(dir)).message).toMatch(/folder\.yml .*not a file/);
    rmSync(join(dir, 'folder.yml'), { recursive: true });

    execFileSync('mkfifo', [join(dir, 'pipe.yml')]);
    expect((await refused(dir)).message).toMatch(/pipe\.yml .*not a file/);
    rmSync(join(dir, 'pipe.yml'));

    symlinkSync(join(dir, 'nowhere'), join(dir, 'link.yml'));
    expect((await refused(dir)).message).toMatch(/link\.yml .*cannot be read \(ENOENT\)/);
  });

  it.skipIf(process.getuid?.() === 0)('names a file that permissions hide', async () => {
    copyFileSync(join(bundledChecklists(), 'scorecard.yml'), join(dir, 'scorecard.yml'));
    chmodSync(join(dir, 'scorecard.yml'), 0o000);
    expect((await refused(dir)).message).toMatch(/scorecard\.yml .*EACCES/);
  });

  it('hands on bytes that are no text, for the reader to refuse by name', async () => {
    writeFileSync(join(dir, 'binary.yml'), Buffer.from([0xff, 0x00, 0xfe]));
    expect((await readMethodologyFolder(dir)).get('binary.yml')).toBe('\ufffd\u0000\ufffd');
  });
});
