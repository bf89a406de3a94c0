import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fleetReport } from '../../src/domain/fleet/report.ts';
import { makeFleet, oneCheck, sessionsIn } from '../support/fleet-fixture.ts';
import { terminalEnv } from './environment.ts';

/** Sixty clones, killed as no handler can catch: each is looked at, none twice, and nothing half counts. */

const ROOT = dirname(fileURLToPath(new URL('../../package.json', import.meta.url)));
const CLI = join(ROOT, 'dist', 'cli.js');
const COUNT = 60;
const dir = mkdtempSync(join(tmpdir(), 'fleet-'));
const methodology = oneCheck(join(dir, 'one-check'));
let fleet: ReturnType<typeof makeFleet>;
const env = terminalEnv(dir);

const begun = new Set<ChildProcess>();
const start = (...args: string[]): ChildProcess & { said(): string } => {
  const child = spawn(process.execPath, [CLI, 'fleet', ...args], { cwd: dir, env });
  const words: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => words.push(bytes));
  begun.add(child);
  return Object.assign(child, { said: () => Buffer.concat(words).toString() });
};
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
    child.once('exit', (code) => resolve(code));
  });
const until = async (fits: () => boolean, what: () => string): Promise<void> => {
  for (let i = 0; i < 1_200; i += 1) {
    if (fits()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came: ${what()}`);
};

const entries = (results: string): string[] =>
  !existsSync(join(results, 'runs'))
    ? []
    : readdirSync(join(results, 'runs')).flatMap((run) =>
        existsSync(join(results, 'runs', run, 'servers'))
          ? readdirSync(join(results, 'runs', run, 'servers')).filter((n) => n.endsWith('.json'))
          : [],
      );

const reportOf = (results: string) => {
  const ran = spawnSync(process.execPath, [CLI, 'fleet', 'status', '--results', results, '--json'], {
    cwd: dir,
    env,
    encoding: 'utf8',
  });
  return fleetReport.parse(JSON.parse(ran.stdout));
};

/** Each server once, none lost, one run, and all that was drafted gone or counting as nothing. */
const expectEachOnce = (results: string, servers = COUNT): void => {
  const report = reportOf(results);
  expect(report.runs).toHaveLength(1);
  expect(report.runs[0]!.states).toMatchObject({ first: servers, waiting: 0, lost: 0 });
  const sessions = sessionsIn(results);
  expect([...sessions.keys()].sort()).toEqual(fleet.names);
  expect([...sessions.values()].every((ids) => ids.length === 1)).toBe(true);
};

beforeAll(() => {
  fleet = makeFleet(dir, COUNT);
});
afterEach(async () => {
  for (const child of begun) child.kill('SIGKILL');
  await Promise.all([...begun].map(ended));
  begun.clear();
});
afterAll(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));

it('one machine with two workers, killed three times', async () => {
  const results = join(dir, 'here');
  const run = () => start('run', '--results', results, '--methodology', methodology, '--jobs', '2');
  for (const so of [8, 20, 35]) {
    const killed = run();
    await until(() => entries(results).length >= so, killed.said);
    killed.kill('SIGKILL');
    await ended(killed);
    const left = reportOf(results);
    expect(left.runs[0]!.states.waiting).toBeGreaterThan(0);
    expect(left.runs[0]!.states.lost).toBe(0);
  }
  const last = run();
  expect(await ended(last), last.said()).toBe(0);
  expect(last.said()).toMatch(/going on with run/);
  expectEachOnce(results);
});

const redis = spawnSync('redis-server', ['--version']).status === 0;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

const startRedis = async (port: number): Promise<ChildProcess> => {
  const folder = join(dir, 'redis');
  mkdirSync(folder, { recursive: true });
  const server = spawn(
    'redis-server',
    `--port ${port} --bind 127.0.0.1 --appendonly yes --appendfsync always --save`
      .split(' ')
      .concat('', '--dir', folder),
    { cwd: folder },
  );
  begun.add(server);
  const words: Buffer[] = [];
  server.stdout.on('data', (bytes) => words.push(bytes));
  const said = (): string => Buffer.concat(words).toString();
  await until(() => /Ready to accept connections/i.test(said()), said);
  return server;
};

describe.skipIf(!redis)(redis ? 'over Redis' : 'over Redis (skipped: no Redis)', () => {
  it('two worker processes, one killed, and Redis begun again in between', async () => {
    const results = join(dir, 'shared');
    const port = await freePort();
    const queue = `redis://127.0.0.1:${port}`;
    const first = await startRedis(port);
    const run = start('run', '--results', results, '--methodology', methodology, '--queue', queue);
    await until(() => run.said().includes('handed out'), run.said);
    const work = () => start('work', '--results', results, '--queue', queue, '--jobs', '1');
    const [killed, other] = [work(), work()];
    await until(() => killed.said().includes('server-') && entries(results).length >= 10, killed.said);
    killed.kill('SIGKILL');
    first.kill('SIGTERM');
    await ended(first);
    await startRedis(port);
    expect(await ended(run), run.said()).toBe(0);
    expect(run.said()).toMatch(/is gone; waiting until it is back/);
    other.kill('SIGTERM');
    expect(await ended(other), other.said()).toBe(0);
    expectEachOnce(results);
  });

  it('what cannot be looked at is set aside by name, and what a stranger writes is refused', async () => {
    const results = join(dir, 'poison');
    const port = await freePort();
    const queue = `redis://127.0.0.1:${port}`;
    await startRedis(port);
    const file = join(dir, 'poison.yml');
    writeFileSync(
      file,
      `targets:\n  - { name: good, target: ./server-01 }\n  - { name: poison, target: ./nowhere }\n`,
    );
    const options = ['--file', file, '--results', results, '--methodology', methodology];
    const run = start('run', ...options, '--queue', queue, '--attempts', '2');
    await until(() => run.said().includes('handed out'), run.said);
    const { Queue } = await import('bullmq');
    const { Redis } = await import('ioredis');
    const connection = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null });
    const id = readFileSync(join(results, 'id'), 'utf8').trim();
    const hostile = new Queue(`mcp-audit-fleet-${id}`, { prefix: 'mcp-audit', connection });
    const [named] = readdirSync(join(results, 'runs'));
    for (const data of [
      { run: '../../..', server: '../../etc' },
      { run: named, server: 'good', results: '/etc' },
      'x',
    ])
      await hostile.add('audit', data, { attempts: 3 });
    const worker = start('work', '--results', results, '--queue', queue, '--jobs', '1');
    expect(await ended(run), run.said()).toBe(1);
    await until(() => worker.said().split('was refused').length > 3, worker.said);
    const report = reportOf(results);
    expect(report.servers).toMatchObject([
      { name: 'good', state: 'first' },
      { name: 'poison', state: 'set-aside', problem: expect.stringContaining('nowhere') },
    ]);
    await hostile.close();
    connection.disconnect();
  });

  it('a queue that is not there is said in words, and no password is', async () => {
    const results = join(dir, 'nobody');
    const port = await freePort();
    const run = start('run', '--results', results, '--queue', `redis://:tr0ub4dor-and-3@127.0.0.1:${port}`);
    expect(await ended(run)).toBe(2);
    expect(run.said()).toMatch(/no Redis or Valkey to be reached at redis:\/\/127\.0\.0\.1/);
    expect(run.said()).not.toContain('tr0ub4dor');
    expect(entries(results)).toEqual([]);
  });
});
