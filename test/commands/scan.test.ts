import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { doctor, findScanners } from '../../src/commands/doctor.ts';
import type { Host } from '../../src/commands/host.ts';
import { describePlan, planScan, runScan } from '../../src/commands/scan.ts';
import { UserError } from '../../src/domain/errors.ts';
import { runScanner } from '../../src/io/scan/run-scanner.ts';
import { fakeSource, fakeTree } from '../engine/fake-source.ts';
import { disk, openStore } from '../engine/store-fixture.ts';

const folders: string[] = [];
afterAll(() => {
  for (const dir of folders) rmSync(dir, { recursive: true, force: true });
});
const folder = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-test-'));
  folders.push(dir);
  return dir;
};

/** A machine whose PATH holds only these programs, each a script in place of the real one. */
const machine = (programs: Record<string, string>): { host: Host; said: () => string; bin: string } => {
  const bin = folder();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  let said = '';
  const host = {
    env: {
      PATH: ['.', bin, '/usr/bin', '/bin'].join(delimiter),
      HOME: '/home/jane',
      AWS_SECRET_ACCESS_KEY: 'hush',
      HTTPS_PROXY: 'http://proxy',
    },
    stdout: (text: string) => {
      said += text;
    },
    stderr: () => {},
  } as unknown as Host;
  return { host, said: () => said, bin };
};

const session = () => {
  const d = disk();
  const tree = fakeTree({
    'app.py': 'import os\nos.system(x)\n',
    '.bandit': '[bandit]\nskips: B605',
    evil: { symlink: '/etc/passwd' },
  });
  return { d, store: openStore(d, { openSource: async () => fakeSource(tree) }) };
};

/** Answers as bandit does, after writing down what it was given. */
const fakeBandit = (notes: string) => `
if [ "$1" = --version ]; then echo "bandit 1.9.4"; exit 0; fi
env | sort > ${notes}/env; pwd > ${notes}/cwd; ls -A > ${notes}/files; echo "$@" > ${notes}/args
while [ "$1" != --output ]; do shift; done
cat > "$2" <<EOF
{"errors":[],"generated_at":"x","metrics":{"./app.py":{"loc":2}},"results":[{"test_id":"B605","test_name":"start_process_with_a_shell","filename":"./app.py","line_number":2,"issue_severity":"HIGH","issue_confidence":"HIGH","issue_cwe":{"id":78},"issue_text":"shell","code":"2 os.system(x)\\n","line_range":[2]}]}
EOF`;

describe.skipIf(process.platform === 'win32')('doctor', () => {
  it('finds what is on PATH, asks for versions only, and never fails', async () => {
    const notes = folder();
    const { host, said } = machine({
      bandit: `echo "$@" >> ${notes}/bandit; env | sort > ${notes}/env; echo "bandit 1.9.4"`,
      gitleaks: 'echo "version is set by build process"',
      semgrep: 'echo broken >&2; exit 3',
    });
    const found = await findScanners(host);
    const of = (id: string) => found.find((f) => f.id === id);
    expect(of('bandit')).toMatchObject({ version: '1.9.4', problem: '', scans: true });
    expect(of('gitleaks')).toMatchObject({
      version: '',
      problem: 'names no version: version is set by build process',
    });
    expect(of('semgrep')).toMatchObject({ version: '', problem: 'broken' });
    expect(of('trivy')).toMatchObject({ path: '', version: '' });
    expect(readFileSync(join(notes, 'bandit'), 'utf8')).toBe('--version\n');
    const env = readFileSync(join(notes, 'env'), 'utf8');
    expect(env).not.toMatch(/hush|HTTPS_PROXY|\/home\/jane/);
    expect(await doctor(host, {})).toBe(0);
    expect(said()).toMatch(/✓ bandit +1\.9\.4 +adds weak calls[^\n]*\n/);
    expect(said()).toMatch(/– trivy +not here +would add/);
    const none = machine({});
    expect(await doctor({ ...none.host, env: { PATH: '' } }, { json: true })).toBe(0);
    expect(JSON.parse(none.said()).tools.every((t: { path: string }) => t.path === '')).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('a scan', () => {
  it('shows the exact command, runs it on the checkout of the commit, and takes in what it found', async () => {
    const notes = folder();
    const { host } = machine({ bandit: fakeBandit(notes) });
    const { store, d } = session();
    const plan = await planScan(host, 'bandit');
    expect(existsSync(join(notes, 'args'))).toBe(false);
    expect(describePlan(plan)).toContain(
      'bandit --recursive . --format json --output bandit.json --ignore-nosec --exit-zero --quiet',
    );
    expect(describePlan(plan)).toContain('Nothing leaves this machine.');
    const done = await runScan(host, store, plan);
    expect(done).toMatchObject({ outcome: 'new', failed: '', counts: { lead: 1, gap: 0 } });
    expect(readFileSync(join(notes, 'files'), 'utf8')).toBe('app.py\n');
    const env = readFileSync(join(notes, 'env'), 'utf8');
    expect(env).not.toMatch(/hush|HTTPS_PROXY|\/home\/jane/);
    const cwd = readFileSync(join(notes, 'cwd'), 'utf8').trim();
    expect(existsSync(cwd)).toBe(false);
    const record = [...store.snapshot().session.imports.values()][0]!;
    expect(record).toMatchObject({ command: plan.command, tools: [{ name: 'bandit', version: '1.9.4' }] });
    expect(d.contents.get(record.sha256)?.toString()).toContain('start_process_with_a_shell');
    const [item] = store.snapshot().evidence.get(done.import)!.items;
    expect(item).toMatchObject({
      kind: 'lead',
      class: 'command-injection',
      location: { path: 'app.py', startLine: 2 },
    });
    expect(store.snapshot().evidence.get(done.import)?.run.searched).toContain(
      '1 file left out, a symbolic link: evil',
    );
  });

  it('that fails is recorded as one that could not look, with what it said', async () => {
    const { host } = machine({
      bandit:
        'if [ "$1" = --version ]; then echo 1.0.0; exit 0; fi; echo "no rules \u001b[31mat all" >&2; exit 2',
    });
    const { store } = session();
    const done = await runScan(host, store, await planScan(host, 'bandit'));
    expect(done.failed).toContain('it ended with exit code 2: no rules ‹U+001B›[31mat all');
    const run = store.snapshot().evidence.get(done.import)?.run;
    expect(run).toMatchObject({ outcome: 'failed' });
  });

  it('that needs the network is refused until the session allows it', async () => {
    const notes = folder();
    const { host } = machine({
      'osv-scanner': `if [ "$1" = --version ]; then echo 2.2.4; exit 0; fi; env > ${notes}/env; echo '{"results":[]}'`,
    });
    const { store } = session();
    const plan = await planScan(host, 'osv-scanner');
    expect(plan.network).toContain('api.osv.dev');
    await expect(runScan(host, store, plan)).rejects.toThrow(/needs the network.*nothing was run/);
    expect(existsSync(join(notes, 'env'))).toBe(false);
    store.dispatch({ type: 'allow-network', allowed: true });
    const done = await runScan(host, store, plan);
    expect(readFileSync(join(notes, 'env'), 'utf8')).toContain('HTTPS_PROXY=http://proxy');
    // It lists no lockfile: that is no clean bill.
    expect(done.counts).toMatchObject({ lead: 0, gap: 1 });
    expect((await planScan(host, 'osv-scanner', '/db')).network).toBeNull();
  });

  it('cannot be planned with what is not here, is unknown, lacks what it needs, or is an option', async () => {
    const { host } = machine({ semgrep: 'echo 1.2.3' });
    for (const [id, given] of [
      ['nmap', ''],
      ['docker', ''],
      ['bandit', ''],
      ['semgrep', ''],
      ['semgrep', '--config=auto'],
    ] as const)
      await expect(planScan(host, id, given), id).rejects.toThrow(UserError);
    expect((await planScan(host, 'semgrep', 'p/default')).network).toContain('semgrep.dev');
    expect((await planScan(host, 'semgrep', '/rules')).network).toBeNull();
  });

  it('is stopped with all it started when it takes too long, writes too much, or is called off', async () => {
    const dir = folder();
    const run = (script: string, more: object) =>
      runScanner({
        path: '/bin/sh',
        args: ['-c', script],
        cwd: dir,
        env: { PATH: '/usr/bin:/bin' },
        stdout: null,
        results: join(dir, 'out'),
        timeoutMs: 60_000,
        maxBytes: 1e6,
        ...more,
      });
    expect(await run('sleep 60 & echo $! > child; wait', { timeoutMs: 1 })).toMatchObject({
      code: null,
      stopped: expect.stringContaining('took longer'),
    });
    const child = Number(readFileSync(join(dir, 'child'), 'utf8'));
    // Gone, or dead and not yet buried by its new parent.
    const state = spawnSync('ps', ['-o', 'stat=', '-p', String(child)], { encoding: 'utf8' }).stdout.trim();
    expect(state === '' || state.startsWith('Z'), state).toBe(true);
    expect(await run('yes > out', {})).toMatchObject({ stopped: 'it wrote more than 1,000,000 bytes' });
    expect(await run('sleep 60', { signal: AbortSignal.abort() })).toMatchObject({
      stopped: 'it was called off',
    });
    expect(await run('echo bye >&2; exit 7', {})).toEqual({ code: 7, words: 'bye\n', stopped: '' });
  });
});
