import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chosenCopy } from '../../src/commands/advisories.ts';
import { readAnswers } from '../../src/commands/answer.ts';
import { importFile } from '../../src/commands/archive.ts';
import { attach } from '../../src/commands/attach.ts';
import type { Host } from '../../src/commands/host.ts';
import { importFiles, importResultsFile } from '../../src/commands/import.ts';
import type { Store } from '../../src/engine/store.ts';
import { osvCopy } from '../../src/io/advisories/osv-copy.ts';
import { readInputFile } from '../../src/io/input-file.ts';
import { readMethodologyFolder } from '../../src/io/methodology-files.ts';
import { readFolder } from '../../src/io/read-folder.ts';
import { readOwnRules } from '../../src/io/rule-files.ts';
import { readBlobSync } from '../../src/io/session/blob-store.ts';
import { readJournalFile } from '../../src/io/session/journal-file.ts';
import { lockSession } from '../../src/io/session/lock.ts';

let dir: string;
let server: Server;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'input-'));
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  server = createServer();
  await new Promise<void>((done) => server.listen(join(dir, 'socket'), done));
  mkdirSync(join(dir, 'folder'));
  symlinkSync(join(dir, 'pipe'), join(dir, 'link'));
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

const strange: readonly (readonly [string, () => string])[] = [
  ['a named pipe', () => join(dir, 'pipe')],
  ['a link to a named pipe', () => join(dir, 'link')],
  ['a socket', () => join(dir, 'socket')],
  ['a folder', () => join(dir, 'folder')],
  ['a device without end', () => '/dev/zero'],
  ['a device without content', () => '/dev/null'],
  ['a file the system makes up', () => '/proc/self/status'],
  ['an endless file the system makes up', () => '/proc/self/mem'],
];
/** There is no /proc on every system. */
const here = strange.filter(([what]) => !what.includes('makes up') || existsSync('/proc/self'));

describe('an input file', () => {
  it('is read whole, up to a bound', () => {
    const file = join(dir, 'file');
    writeFileSync(file, 'a'.repeat(3_000_000));
    expect(readInputFile(file, 3_000_000).length).toBe(3_000_000);
    expect(() => readInputFile(file, 2_999_999)).toThrow('larger than');
    writeFileSync(file, '');
    expect(readInputFile(file, 0).length).toBe(0);
  });

  describe.each(here)('that is %s', (_what, path) => {
    const readers: readonly [string, (path: string) => unknown][] = [
      ['by itself', (p) => readInputFile(p, 1000)],
      ['as answers', readAnswers],
      ['as an attachment', (p) => attach({} as Host, p, {})],
      ['as a session', (p) => importFile({} as Host, p)],
      ['as results or a session', (p) => importFiles({} as Host, [p], {})],
      ['as results', (p) => importResultsFile({} as Store, p)],
    ];
    it.each(readers)('is refused %s', async (_as, read) => {
      await expect((async () => read(path()))()).rejects.toThrow(
        /not an ordinary file|larger than|EISDIR|ENXIO|EIO|EACCES|no such/,
      );
    });
  });

  it.each(here.filter(([what]) => what !== 'a folder'))(
    'that is %s is no copy of OSV',
    async (_what, path) => {
      if (!path().startsWith('/proc')) expect(() => chosenCopy(path())).toThrow('ordinary file');
      const ask = { signal: new AbortController().signal, progress: () => {} };
      expect(await osvCopy(path(), join(dir, 'cache')).lookUp([], ask)).toMatchObject({ ok: false });
    },
  );

  it.each(here)(
    'that is %s is refused where a folder holds it under the name of a file',
    async (_what, path) => {
      const folder = mkdtempSync(join(dir, 'holds-'));
      symlinkSync(path(), join(folder, 'a.yml'));
      await expect(readMethodologyFolder(folder)).rejects.toMatchObject({ name: 'UserError' });
      await expect(readOwnRules(folder)).rejects.toMatchObject({ name: 'UserError' });
      expect([...readFolder(folder).files.keys()]).toEqual([]);
    },
  );

  it.each(here)('that is %s hangs no session', (_what, path) => {
    const session = mkdtempSync(join(dir, 'session-'));
    symlinkSync(path(), join(session, 'journal.jsonl'));
    symlinkSync(path(), join(session, 'lock'));
    const sha256 = 'a'.repeat(64);
    mkdirSync(join(session, 'blobs', 'aa'), { recursive: true });
    symlinkSync(path(), join(session, 'blobs', 'aa', sha256));
    expect(() => readJournalFile(session)).toThrow('is a symbolic link');
    expect(() => lockSession(session, { since: new Date() })).toThrow('does not say by whom');
    expect(readBlobSync(session, sha256)).toEqual({ problem: 'unreadable' });
  });
});
