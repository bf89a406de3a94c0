import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditTarget, type FleetWork, readOnce, setAside } from '../../src/commands/fleet-target.ts';
import { main } from '../../src/commands/main.ts';
import { nameFor } from '../../src/domain/fleet/fleet-file.ts';
import { type FleetRun, fleetJob, RUN_SCHEMA } from '../../src/domain/fleet/records.ts';
import { fleetReport } from '../../src/domain/fleet/report.ts';
import { keepRun, makeResults, type Results, standingOf } from '../../src/io/fleet/results-folder.ts';
import { START_RULES } from '../../src/policy/subject.ts';
import { makeFleet, oneCheck } from '../support/fleet-fixture.ts';
import { git } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';

const dir = mkdtempSync(join(tmpdir(), 'fleet-unit-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const { host, said } = testHost(join(dir, 'home'));
const methodologies = readOnce();
const ran = async (...args: string[]) => ({ code: await main(['fleet', ...args], host), text: said() });

const changed = (repo: string, dependencies: Record<string, string>): void => {
  const work = join(dir, 'work-tree');
  git(dir, ['clone', '--quiet', repo, work]);
  writeFileSync(join(work, 'package.json'), JSON.stringify({ name: 's', version: '1.0.1', dependencies }));
  git(work, ['commit', '--quiet', '-am', 'More']);
  git(work, ['push', '--quiet', 'origin', 'main']);
  rmSync(work, { recursive: true });
};

describe('the file of a fleet', () => {
  it('gets names of its own, keeps what a person wrote, and no credential', async () => {
    const file = join(dir, 'add.yml');
    await ran('add', 'owner/repo', 'npm:@scope/thing@1.2.3', '--file', file);
    writeFileSync(file, `# ours\n${readFileSync(file, 'utf8')}`);
    const again = await ran('add', 'owner/repo', 'https://github.com/owner/repo.git', '--file', file);
    expect(again.code).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^# ours\n/);
    expect([...text.matchAll(/name: (\S+)/g)].map((m) => m[1])).toEqual([
      'owner-repo',
      'scope-thing',
      'owner-repo-2',
    ]);
    const json = join(dir, 'add.json');
    writeFileSync(json, '{"targets": []}');
    await ran('add', 'owner/repo', '--file', json);
    expect(JSON.parse(readFileSync(json, 'utf8')).targets).toEqual([
      { name: 'owner-repo', target: 'owner/repo' },
    ]);
    const secret = await ran('add', 'https://jane:w0rd-of-hers@git.example.org/x', '--file', file);
    expect(secret.code).toBe(2);
    expect(secret.text).not.toContain('w0rd-of-hers');
    expect(readFileSync(file, 'utf8')).toBe(text);
    writeFileSync(file, 'targets:\n  - { name: ../up, target: x }\n  - { name: a, target: x }\n');
    const wrong = await ran('run', '--file', file);
    expect([wrong.code, wrong.text]).toEqual([
      2,
      expect.stringMatching(/add\.yml:2 has 1 problem.*targets\[0\]\.name/),
    ]);
  });

  it('takes what discover wrote, each target once, and names what it leaves out', async () => {
    const server = (name: string, kind: string, target: string) => ({
      key: name,
      name,
      client: 'c',
      scope: 'user',
      project: '',
      path: '/c.json',
      line: 1,
      enabled: true,
      start: { kind, words: `npx ${name}`, target, env: [], headers: [] },
      ids: [],
      answers: Object.fromEntries(START_RULES.map((rule) => [rule, { state: 'not-seen', says: [] }])),
      audited: { state: 'not-seen', says: [] },
      audits: [],
      tools: null,
    });
    const found = join(dir, 'discovered.json');
    const servers = [
      server('Notes!', 'package', 'npm:notes@1.0.0'),
      server('again', 'package', 'npm:notes@1.0.0'),
      server('there', 'remote', ''),
    ];
    const looked = { kind: 'home', folder: '/home/x' };
    const tool = { name: 't', version: '1' };
    const value = {
      schema: 'mcp-audit/discovery@1',
      tool,
      looked,
      clients: [],
      files: [],
      notLooked: [],
      servers,
    };
    writeFileSync(found, JSON.stringify(value));
    const file = join(dir, 'discovered.yml');
    const added = await ran('add', '--from', found, '--file', file);
    expect(added.text).toMatch(/there .* is left out/);
    expect(
      readFileSync(file, 'utf8')
        .match(/name: (\S+)\n\s+target: (\S+)/)
        ?.slice(1),
    ).toEqual(['notes', 'npm:notes@1.0.0']);
    expect(added.text).toMatch(/1 server added/);
  });

  it('names targets by what they are', () => {
    const none = new Set<string>();
    expect(nameFor('npx -y @acme/server', none)).toBe('acme-server');
    expect(nameFor('pypi:mcp-server-x==1.0', none)).toBe('pypi-mcp-server-x');
    expect(nameFor('git@github.com:Owner/Repo.git', none)).toBe('owner-repo');
    expect(nameFor('日本', none)).toBe('server');
    expect(nameFor('a'.repeat(90), none)).toHaveLength(50);
  });
});

describe('a run', () => {
  let r: Results;
  let methodology: string;
  let repo: string;
  const run = (id: string, over: Partial<FleetRun> = {}): FleetRun => ({
    schema: RUN_SCHEMA,
    id,
    startedAt: '2026-11-23T12:00:00.000Z',
    fleet: 'Ours',
    gathering: { checks: [], methodology, network: false, lookups: false, osv: '' },
    attempts: 3,
    minutes: 5,
    targets: [
      { name: 'one', target: repo, owner: '=HYPERLINK("x")' },
      { name: 'two', target: 'https://example.org/x.git' },
    ],
    ...over,
  });
  const [FIRST, SECOND, THIRD, FOURTH] = [1, 2, 3, 4].map((n) => `2026-11-2${n}-120000-00aa`) as [
    string,
    string,
    string,
    string,
  ];
  const work = (id: string, server = 'one'): FleetWork => ({
    results: r.folder,
    run: id,
    server,
    network: false,
    lookups: false,
    worker: 'here',
  });
  const audit = (id: string, server?: string) => auditTarget(host, methodologies, work(id, server));
  const sessions = () => readdirSync(join(r.folder, 'servers', 'one', 'sessions'));

  beforeAll(() => {
    methodology = oneCheck(join(dir, 'one-check'));
    makeFleet(join(dir, 'repos'), 1);
    repo = join(dir, 'repos', 'server-01');
    r = makeResults(join(dir, 'results'));
    for (const id of [FIRST, SECOND, THIRD]) keepRun(r, run(id));
  });

  it('does twice what it does once, at the same time too', async () => {
    const both = await Promise.all([audit(FIRST), audit(FIRST)]);
    expect(both[0]).toEqual(both[1]);
    expect(await audit(FIRST)).toEqual(both[0]);
    expect(sessions()).toHaveLength(1);
    expect(readdirSync(join(r.folder, 'work'))).toEqual([]);
  });

  it('takes the same commit as known, tells what another changed, and carries what a person said', async () => {
    expect(await audit(SECOND)).toMatchObject({ outcome: 'done', known: true, drift: null });
    const [first] = sessions();
    const at = join(r.folder, 'servers', 'one', 'sessions', first!);
    const answers = join(dir, 'answers.yml');
    writeFileSync(answers, 'checks: {"1.1.1": {verdict: pass, note: read it}}\n');
    expect(await main(['answer', '--session', at, '--from', answers], host), said()).toBe(0);
    changed(repo, { zod: '4.0.0', left: '1.0.0' });
    const entry = await audit(THIRD);
    expect(entry).toMatchObject({
      outcome: 'done',
      known: false,
      before: first,
      drift: { commits: 1, dependencies: { added: ['left'] }, lookAgain: ['1.1.1'] },
    });
    expect(sessions()).toHaveLength(2);
  });

  it('fetches nothing unasked, and names what it sets aside', async () => {
    const failure = await audit(THIRD, 'two').catch((error: Error) => error);
    expect((failure as Error).message).toMatch(/may not use the network/);
    setAside(host, r, work(THIRD, 'two'), { error: (failure as Error).message, hint: 'h', attempts: 3 });
    const report = await ran('status', '--results', r.folder, '--json');
    expect(report.code).toBe(1);
    const { servers, runs } = fleetReport.parse(JSON.parse(report.text));
    expect(servers).toMatchObject([
      { name: 'one', state: 'changed', audit: { answered: 0, total: 1, carried: 1 } },
      { name: 'two', state: 'set-aside', problem: expect.stringMatching(/may not use the network/) },
    ]);
    expect(runs.map((one) => one.states.same)).toEqual([0, 1, 0]);
  });

  it('is reported on one page and as a table no spreadsheet computes, with what a policy says', async () => {
    const policy = join(dir, 'policy.yml');
    writeFileSync(policy, 'name: House\nchecks: [{ check: "1.1.1", atLeast: pass }]\n');
    const page = join(dir, 'fleet.html');
    await ran('report', '--results', r.folder, '--to', page, '--policy', policy);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('needs a person');
    expect(html).toContain('nobody gave a verdict on 1.1.1');
    expect(html).not.toMatch(/<script|<img|href="http/);
    expect(html).toContain('=HYPERLINK(&quot;x&quot;)');
    const { text } = await ran('report', '--results', r.folder, '--format', 'csv', '--to', '-');
    const rows = text.trim().split('\r\n');
    expect(rows).toHaveLength(1 + 6);
    expect(text).toContain(`"'=HYPERLINK(""x"")"`);
  });

  it('counts nothing that is gone or was written anew, and looks at it again', async () => {
    const report = async () =>
      fleetReport.parse(JSON.parse((await ran('status', '--results', r.folder, '--json')).text));
    const known = standingOf(r, THIRD, 'one');
    if (known.state !== 'done') throw new Error(known.state);
    const journal = join(known.known.dir, 'journal.jsonl');
    const text = readFileSync(journal, 'utf8');
    writeFileSync(journal, text.replace('"type":"', '"type": "'));
    expect((await report()).servers[0]).toMatchObject({
      state: 'lost',
      problem: expect.stringMatching(/journal/),
    });
    writeFileSync(journal, text);
    rmSync(known.known.dir, { recursive: true });
    expect((await report()).servers[0]).toMatchObject({
      state: 'lost',
      problem: expect.stringMatching(/is gone/),
    });
    expect(await audit(THIRD)).toMatchObject({ outcome: 'done', known: false });
    expect((await report()).servers[0]).toMatchObject({ state: 'changed', problem: '' });
  });

  it('reads and writes nothing outside of its folder, whatever a job or a link says', async () => {
    for (const job of [
      { run: '../x', server: 'one' },
      { run: FIRST, server: '../one' },
      { run: FIRST, server: 'one', results: '/' },
    ])
      expect(fleetJob.safeParse(job).success).toBe(false);
    await expect(audit(FIRST, 'nobody')).rejects.toThrow(/has no server nobody/);
    keepRun(r, run(FOURTH, { targets: [{ name: 'linked', target: repo }] }));
    const away = join(dir, 'away');
    symlinkSync(dir, join(r.folder, 'servers', 'linked'));
    await expect(audit(FOURTH, 'linked')).rejects.toThrow(/symbolic link/);
    expect(existsSync(away)).toBe(false);
    expect(existsSync(join(dir, 'sessions'))).toBe(false);
  });
});
