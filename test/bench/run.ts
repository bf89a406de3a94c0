// Measures what a person at the terminal waits for, through a real pseudo-terminal, and prints one table. What is compared
// is measured alternately in the same run, since machines are noisy; ratios are what counts. Always exits 0.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { terminalEnv } from '../e2e/environment.ts';
import { CLI, openTerminal, type Terminal, type TerminalOptions } from '../e2e/terminal.ts';
import { madeMethodology } from '../support/checklists.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { collected, extend, manyDecisions, manyItems, startedSession } from './sessions.ts';
import { createTable, median, ms, percentile, spreadOf } from './table.ts';

const HELLO = fileURLToPath(new URL('./hello-ink.mjs', import.meta.url));
const quick = process.argv.includes('--quick');
const STARTS = quick ? 5 : 15;
const RESUMES = quick ? 5 : 11;
const KEYS = quick ? 40 : 120;

const root = mkdtempSync(join(tmpdir(), 'mcp-audit-bench-'));
const { report, print } = createTable();
let tallest = 0;

const withTerminal = async <T>(
  options: Omit<TerminalOptions, 'cwd' | 'env'> & { home: string },
  run: (t: Terminal) => Promise<T>,
): Promise<T> => {
  const t = openTerminal({ cwd: root, deadlineMs: 120_000, ...options, env: terminalEnv(options.home) });
  try {
    return await run(t);
  } finally {
    tallest = Math.max(tallest, t.rows + t.scrolledLines);
    await t.dispose();
  }
};

/** From spawning the program to its first frame on the screen, ms. */
const timeToFrame = async (
  options: Omit<TerminalOptions, 'cwd' | 'env'> & { home: string },
  shows: RegExp,
): Promise<number> => {
  const began = performance.now();
  return withTerminal(options, async (t) => {
    await t.waitFor('first frame', () => shows.test(t.screen()));
    return performance.now() - began;
  });
};

/** Where the selection stands, by the last "N of M" in a pane's lower edge. */
const place = (t: Terminal): number =>
  Number([...t.screen().matchAll(/(\d+) of \d+ ─╯/g)].at(-1)?.[1] ?? Number.NaN);

/** From writing a key to seeing the selection it moves to, ms, key by key, for as long as `working`. */
const keyTimes = async (
  t: Terminal,
  count: number,
  working: () => boolean = () => true,
): Promise<number[]> => {
  const times: number[] = [];
  let forward = true;
  for (let i = 0; i < count && working(); i += 1) {
    const from = place(t);
    if (i % 15 === 14) forward = !forward;
    const to = from + (forward ? 1 : -1);
    const began = performance.now();
    t.send(forward ? 'j' : 'k');
    await t.waitFor(`row ${to}`, () => place(t) === to);
    times.push(performance.now() - began);
    await t.handled();
  }
  return times;
};

const home = (name: string): string => {
  const dir = join(root, name);
  mkdirSync(dir, { recursive: true });
  return dir;
};

const server = makeRepository(
  join(root, 'server'),
  [
    {
      files: {
        'src/index.ts':
          "import { exec } from 'node:child_process';\nexport const run = (name: string) =>\n  exec(`cat notes/`);\n",
      },
    },
  ],
  { remote: 'https://github.com/acme/server.git' },
);

const start = async (): Promise<void> => {
  const empty = home('start');
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < STARTS + 2; i += 1) {
    const hello = await timeToFrame({ home: empty, command: [process.execPath, HELLO] }, /Hello, world/);
    const own = await timeToFrame({ home: empty }, /audit an MCP server/);
    // The first two warm the caches of both.
    if (i < 2) continue;
    theirs.push(hello);
    ours.push(own);
  }
  const ratio = median(ours) / median(theirs);
  report({
    what: '(a) start to Home, against an unbundled Ink hello-world',
    measured: `${ms(median(ours))} / ${ms(median(theirs))} = ${ratio.toFixed(2)}`,
    target: '≤ 1.00',
    pass: ratio <= 1,
  });
};

const items = async (): Promise<void> => {
  const methodology = madeMethodology(1, 5, ['tool-surface']);
  const measure = async (count: number): Promise<(n: number) => Promise<number[]>> => {
    const h = home(`items-${count}`);
    const id = startedSession(h, server.path, methodology, 'checklists');
    extend(h, id, (put) => [collected(manyItems(methodology, 'tool-surface', count), put)]);
    return (n) =>
      withTerminal({ home: h, args: ['resume', id], columns: 132, rows: 43 }, async (t) => {
        await t.ready();
        await t.press('g', 'j', 'o');
        await keyTimes(t, 5);
        return keyTimes(t, n);
      });
  };
  const few = await measure(50);
  const many = await measure(5000);
  const small: number[] = [];
  const large: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    small.push(...(await few(KEYS / 4)));
    large.push(...(await many(KEYS / 4)));
  }
  const ratio = median(large) / median(small);
  const tail = percentile(large, 0.95) / percentile(small, 0.95);
  report({
    what: '(b) key to its frame, 50 items on a check',
    measured: spreadOf(small),
    target: '',
    pass: null,
  });
  report({
    what: '(b) key to its frame, 5,000 items on a check',
    measured: `${spreadOf(large)}; ratio p50 ${ratio.toFixed(2)}, p95 ${tail.toFixed(2)}`,
    target: 'p50 ratio ≤ 1.50',
    pass: ratio <= 1.5,
  });
};

const resume = async (): Promise<void> => {
  const methodology = madeMethodology(3, 12);
  const make = (name: string, count: number): { home: string; args: string[] } => {
    const h = home(name);
    const id = startedSession(h, server.path, methodology, 'checklists');
    if (count > 0) extend(h, id, () => manyDecisions(methodology, count));
    return { home: h, args: ['resume', id] };
  };
  const short = make('empty', 0);
  const long = make('long', 20_000);
  const empty: number[] = [];
  const full: number[] = [];
  for (let i = 0; i < RESUMES + 1; i += 1) {
    const e = await timeToFrame(short, /\d+\/36 checked/);
    const f = await timeToFrame(long, /\d+\/36 checked/);
    if (i === 0) continue;
    empty.push(e);
    full.push(f);
  }
  const more = median(full) - median(empty);
  report({
    what: '(c) resume with 20,000 events, against an empty session',
    measured: `${ms(median(full))} − ${ms(median(empty))} = ${ms(more)}`,
    target: '≤ 150 ms',
    pass: more <= 150,
  });
};

const checks = async (): Promise<void> => {
  const measure = (name: string, sections: number, each: number): ((n: number) => Promise<number[]>) => {
    const h = home(name);
    const id = startedSession(h, server.path, madeMethodology(sections, each), 'checklists');
    return (n) =>
      withTerminal({ home: h, args: ['resume', id] }, async (t) => {
        await t.ready();
        await t.press('g', 'j');
        await keyTimes(t, 5);
        return keyTimes(t, n);
      });
  };
  const few = measure('checks-50', 2, 25);
  const many = measure('checks-5000', 50, 100);
  const small: number[] = [];
  const large: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    small.push(...(await few(KEYS / 2)));
    large.push(...(await many(KEYS / 2)));
  }
  const ratio = median(large) / median(small);
  report({
    what: '(g) key to its frame, 5,000 checks against 50',
    measured: `${spreadOf(large)} / ${spreadOf(small)}; ratio p50 ${ratio.toFixed(2)}`,
    target: 'p50 ratio ≤ 1.50',
    pass: ratio <= 1.5,
  });
};

const burst = async (): Promise<void> => {
  const methodology = madeMethodology(4, 60);
  const h = home('burst');
  const id = startedSession(h, server.path, methodology, 'checklists');
  const times: number[] = [];
  await withTerminal({ home: h, args: ['resume', id] }, async (t) => {
    await t.ready();
    for (let i = 0; i < 7; i += 1) {
      await t.press('g');
      const began = performance.now();
      await t.type('j'.repeat(100));
      times.push(performance.now() - began);
    }
  });
  report({
    what: '(e) 100 keys at once, until settled',
    measured: `median ${ms(median(times))}`,
    target: '',
    pass: null,
  });
};

const collecting = async (): Promise<void> => {
  const history = Array.from({ length: quick ? 3000 : 8000 }, (_, i) => ({
    files: { [`src/file-${i % 60}.ts`]: `export const n = ${i};\nconst token = 'value-${i}';\n` },
    author: `Person ${i % 30} <person${i % 30}@example.org>`,
  }));
  const busyServer = makeRepository(join(root, 'busy'), history, {
    bare: true,
    remote: 'https://github.com/acme/busy.git',
  });
  const methodology = madeMethodology(2, 30, [
    'identity',
    'signatures',
    'git-history',
    'governance',
    'secrets',
  ]);
  const h = home('collecting');
  const id = startedSession(h, busyServer.path, methodology, 'checklists');
  const running = (t: Terminal) => () => /\d+\/\d+ collectors/.test(t.row(t.rows - 2));
  const { busy, idle } = await withTerminal({ home: h, args: ['resume', id] }, async (t) => {
    await t.expectScreen(/collectors/);
    await t.handled();
    const during: number[] = await keyTimes(t, KEYS, running(t));
    await t.ready();
    for (let again = 0; again < 6 && during.length < KEYS; again += 1) {
      await t.press('3');
      await t.pressBusy('R', '1');
      during.push(...(await keyTimes(t, KEYS - during.length, running(t))));
      await t.ready();
    }
    return { busy: during, idle: await keyTimes(t, KEYS) };
  });
  const ratio = percentile(busy, 0.95) / percentile(idle, 0.95);
  report({ what: '(f) key to its frame, idle', measured: spreadOf(idle), target: '', pass: null });
  report({
    what: `(f) key to its frame, while collectors run (${busy.length} keys)`,
    measured: `${spreadOf(busy)}; p95 ratio ${ratio.toFixed(2)}`,
    target: 'p95 ratio ≤ 2.00',
    pass: busy.length === 0 ? null : ratio <= 2,
  });
};

/** An assistant that asks and proposes as fast as it is answered, each proposal another one, until it is stopped. */
const flood = (h: string, id: string, commit: string) => {
  const child = spawn(process.execPath, [CLI, 'assist', id], {
    env: terminalEnv(h),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let asked = 0;
  let answered = 0;
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const say = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const ask = (): void => {
    asked += 1;
    const quote = '  exec(`cat notes/`);';
    const citations = [{ path: 'src/index.ts', start_line: 3, end_line: 3, quote }];
    const given = { commit, check: 'S1-001', reason: `Look ${asked}. ${'x'.repeat(4_000)}`, citations };
    const params =
      asked % 2 === 0
        ? { name: 'propose_question', arguments: given }
        : { name: 'search', arguments: { text: 'exec' } };
    say({ id: asked, method: 'tools/call', params });
  };
  child.stdin.on('error', () => {});
  child.stdout.on('data', (d: Buffer) => {
    for (const byte of d)
      if (byte === 10) {
        answered += 1;
        if (answered === 20) begin();
        ask();
      }
  });
  const clientInfo = { name: 'Flood', version: '1' };
  say({
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  });
  say({ method: 'notifications/initialized' });
  for (let i = 0; i < 60; i += 1) ask();
  return {
    answers: () => answered,
    begun,
    stop: () =>
      new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
};

const assisting = async (): Promise<void> => {
  const h = home('assisting');
  const id = startedSession(h, server.path, madeMethodology(2, 25), 'checklists');
  const [idle, beside]: [number[], number[]] = [[], []];
  let answers = 0;
  let waiting = '';
  await withTerminal({ home: h, args: ['resume', id], columns: 132, rows: 43 }, async (t) => {
    await t.ready();
    await t.press('g', 'j');
    await keyTimes(t, 5);
    for (let round = 0; round < 4; round += 1) {
      await t.press('g');
      idle.push(...(await keyTimes(t, KEYS / 4)));
      const assistant = flood(h, id, server.commits.at(-1)!);
      try {
        await assistant.begun;
        await t.pressBusy('g');
        const before = assistant.answers();
        beside.push(...(await keyTimes(t, KEYS / 4)));
        answers += assistant.answers() - before;
      } finally {
        // Whatever fails, no flood outlives its measure.
        await assistant.stop();
      }
      await t.ready();
    }
    await t.handled();
    waiting = /(\d+) proposed/.exec(t.screen())?.[1] ?? '0';
  });
  const ratio = percentile(beside, 0.95) / percentile(idle, 0.95);
  report({ what: '(h) key to its frame, no assistant', measured: spreadOf(idle), target: '', pass: null });
  report({
    what: `(h) key to its frame, beside an assistant that floods (${answers} answers meanwhile, ${waiting} proposals wait)`,
    measured: `${spreadOf(beside)}; ratio p50 ${(median(beside) / median(idle)).toFixed(2)}, p95 ${ratio.toFixed(2)}`,
    target: 'p95 ratio ≤ 2.00',
    pass: answers === 0 ? null : ratio <= 2,
  });
};

const MEASURES = { start, items, resume, burst, collecting, checks, assisting };
/** Names of measures after the options measure these alone. */
const chosen = process.argv.slice(2).filter((a) => !a.startsWith('-'));

try {
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    try {
      await measure();
    } catch (error) {
      report({
        what: name,
        measured: `could not be measured: ${error instanceof Error ? error.message : error}`,
        target: '',
        pass: false,
      });
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
report({
  what: '(d) lines that left the alternate screen, in all of the above',
  measured: `tallest frame ${tallest} rows in windows of 30 to 43`,
  target: '≤ 43',
  pass: tallest <= 43,
});

print();
process.exitCode = 0;
