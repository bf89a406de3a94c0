import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandsOf, planByHand, runByHand } from '../../src/commands/by-hand.ts';
import type { Host } from '../../src/commands/host.ts';
import { startAudit } from '../../src/commands/workspace.ts';
import { sandbox, why } from '../live/sandbox-here.ts';
import { madeCheck, madeMethodology, writeChecklists } from '../support/checklists.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

const root = mkdtempSync(join(tmpdir(), 'mcp-audit-by-hand-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const COMMANDS = [
  "git grep -nE -e 'exec\\(' -- '*.*[jt]s' | sort",
  'git log -1 --format=%s {commit} && git ls-files | wc -l',
  'cat src/index.ts; touch src/mine',
  'node -e "console.log(process.env.HOME, process.env.MINE)"; ls /root /home; echo no > /work/target/x',
  'git grep -n nothing-like-it',
  'curl -s https://example.org',
  'cat key.txt',
];

const repository = makeRepository(join(root, 'server'), [
  {
    files: {
      'package.json': '{"name":"a","scripts":{"prepare":"touch ran"}}',
      'src/index.ts': "import { exec } from 'node:child_process';\nexec('ls ' + name);\n",
      // A hook of a repository, and attributes that name a filter: neither may take effect.
      '.gitattributes': '*.ts filter=evil diff=evil\n',
      'key.txt': `token = "ghp_${'a1B2'.repeat(9)}"\n`,
    },
    message: 'Run it',
  },
]);

const desk = async (env: Record<string, string | undefined>) => {
  const dir = mkdtempSync(join(root, 'home-'));
  const { host } = testHost(dir);
  const methodology = madeMethodology(1, 1);
  const check = { ...madeCheck('S1-001'), manual: COMMANDS.map((run) => ({ run, purpose: 'see' })) };
  methodology.phases[0]!.sections[0]!.checks = [check as never];
  const w = await startAudit(host, {
    source: repository.path,
    methodology: writeChecklists(join(dir, 'checklists'), methodology),
  });
  return { host: { ...host, env } as Host, store: w.store, id: check.id };
};

const everywhere = (d: Awaited<ReturnType<typeof desk>>) => ({
  run: (n: number) => runByHand(d.host, d.store, d.id, n),
  plan: (n: number) => planByHand(d.host, d.store, d.id, n),
});

test.skipIf(!sandbox.works)(
  `in a sandbox a command sees the pinned commit, and nothing else of the machine${why}`,
  async () => {
    const d = await desk({ ...process.env, MINE: 'secret' });
    const { run, plan } = everywhere(d);
    expect((await plan(1)).where).toContain('in a sandbox');
    expect((await run(1)).text).toMatch(/exit code 0\n\nsrc\/index\.ts:2:exec\('ls ' \+ name\);/);
    expect((await run(2)).text).toMatch(/Run it\n4\n/);
    const wrote = await run(3);
    expect(wrote.text).toContain("exec('ls ' + name);");
    expect(wrote.text).toContain('Read-only file system');
    const looked = await run(4);
    expect(looked.text).toContain('/home/user undefined');
    expect(looked.text).not.toContain('secret');
    expect(looked.text).toMatch(/cannot access '\/root'/);
    expect(existsSync(join(repository.path, 'ran'))).toBe(false);
    await d.store.close(null);
  },
);

test('without a sandbox only git and what reads text is run; the rest is refused with its text', async () => {
  const d = await desk({ PATH: gitAlone() });
  const { run, plan } = everywhere(d);
  expect((await plan(1)).where).toContain('no sandbox works here');
  const done = await run(1);
  expect(done.text).toMatch(/exit code 0\n\nsrc\/index\.ts:2:exec/);
  await expect(run(4)).rejects.toThrow(/starts more than git and programs that read text/);
  await expect(run(6)).rejects.toThrow(/needs the network/);
  await d.store.close(null);
});

test('what a command said is kept with its check, under its hash, once, without credentials, and undone with one step', async () => {
  const d = await desk({ PATH: gitAlone() });
  const { run } = everywhere(d);
  const done = await run(7);
  expect(done.text).not.toContain('ghp_a1B2');
  const kept = d.store.snapshot().session.attachments.get('by-hand-S1-001-7.txt');
  expect(kept).toMatchObject({ check: 'S1-001', sha256: done.sha256, mediaType: 'text/plain' });
  const bytes = await d.store.readBlob(done.sha256);
  expect(Buffer.from(bytes ?? []).toString('utf8')).toBe(done.text);
  // The same again is the same file.
  const events = d.store.events().length;
  expect((await run(7)).sha256).toBe(done.sha256);
  expect(d.store.events()).toHaveLength(events);
  d.store.dispatch({ type: 'undo' });
  expect(d.store.snapshot().session.attachments.size).toBe(0);
  const nothing = await run(5);
  expect(nothing.text).toContain('exit code 1');
  expect(nothing.text).toContain('(it put out nothing)');
  await d.store.close(null);
});

test('a command that there is not is an error that names the check', async () => {
  const d = await desk({ PATH: gitAlone() });
  await expect(everywhere(d).run(99)).rejects.toThrow(/S1-001 has no command 99/);
  await expect(commandsOf(d.store, 'nope')).rejects.toThrow(/no check nope/);
  await d.store.close(null);
});

/** A folder with links to git and the programs of the system that read text. */
function gitAlone(): string {
  const bin = mkdtempSync(join(root, 'bin-'));
  for (const folder of ['/usr/bin', '/bin'])
    for (const name of existsSync(folder) ? readdirSync(folder) : [])
      if (/^(git|sort|wc|cat|sh|grep)$/.test(name) && !existsSync(join(bin, name)))
        symlinkSync(join(folder, name), join(bin, name));
  return bin;
}
