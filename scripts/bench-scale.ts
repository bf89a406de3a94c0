// How the time for code evidence grows with the tree, and what parsing alone would take: docs/evidence-benchmark.md.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  extensionOf,
  isExamplePath,
  isGeneratedPath,
  isTestPath,
  isVendoredPath,
} from '../src/analysis/files/paths.ts';
import { languages } from '../src/analysis/sources/readers.ts';

const USAGE = `usage: npm run bench:scale -- --clone DIR [options]
  --clone DIR   git directory or clone of a server
  --ref REF     its commit, HEAD by default
  --times LIST  how often the tree stands beside itself, 1,4,16 by default
  --runs N      runs of each size, 3 by default; the median is told`;

const { values: args } = parseArgs({
  options: {
    clone: { type: 'string' },
    ref: { type: 'string', default: 'HEAD' },
    times: { type: 'string', default: '1,4,16' },
    runs: { type: 'string', default: '3' },
  },
});

const root = resolve(import.meta.dirname, '..');

type Entry = { mode: string; oid: string; path: string };

const git = (directory: string, words: readonly string[], input?: string): string =>
  execFileSync('git', ['-C', directory, ...words], {
    input,
    maxBuffer: 1 << 30,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  }).toString();

/** The sources that the flow engine reads; nothing else, so that parsing them is the whole of what is compared. */
const sourcesOf = (clone: string, ref: string): Entry[] =>
  git(clone, ['ls-tree', '-r', '-z', ref])
    .split('\0')
    .flatMap((line) => {
      const m = /^(\d+) blob ([0-9a-f]{40})\t(.+)$/s.exec(line);
      return m ? [{ mode: m[1]!, oid: m[2]!, path: m[3]! }] : [];
    })
    .filter(
      (e) =>
        languages.some((l) => l.extensions.includes(extensionOf(e.path))) &&
        ![isTestPath, isVendoredPath, isGeneratedPath, isExamplePath].some((is) => is(e.path)),
    );

/** A repository in which the same sources stand `times` times. */
const repeated = (folder: string, clone: string, entries: readonly Entry[], times: number): string => {
  const into = join(folder, `${times}x`);
  execFileSync('git', ['init', '-q', '--bare', into]);
  const objects = git(clone, ['rev-parse', '--git-path', 'objects']).trim();
  writeFileSync(join(into, 'objects/info/alternates'), `${resolve(clone, objects)}\n`);
  const copies = Array.from({ length: times }, (_, n) =>
    entries.map((e) => `${e.mode} ${e.oid}\tcopy${n + 1}/${e.path}\n`).join(''),
  );
  git(into, ['update-index', '--index-info'], copies.join(''));
  const tree = git(into, ['write-tree']).trim();
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
  const commit = git(into, [...who, 'commit-tree', tree, '-m', `${times} times`]).trim();
  git(into, ['update-ref', 'HEAD', commit]);
  return into;
};

type Run = { seconds: number; megabytes: number | null };

/** Peak of a process's memory while it ran; null where the system does not tell. */
const peakOf = (pid: number): number | null => {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1000;
  } catch {
    return null;
  }
};

const timed = (words: readonly string[], environment: Record<string, string>, input = ''): Promise<Run> =>
  new Promise((done, fail) => {
    const began = performance.now();
    const child = spawn(process.execPath, words, {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    let megabytes: number | null = null;
    const look = setInterval(() => {
      megabytes = peakOf(child.pid!) ?? megabytes;
    }, 25);
    child.on('error', fail);
    child.on('close', (code) => {
      clearInterval(look);
      if (code === 0) done({ seconds: (performance.now() - began) / 1000, megabytes });
      else fail(new Error(`${words.join(' ')} ended with ${code}`));
    });
    child.stdin.end(input);
  });

const median = (runs: readonly Run[]): Run =>
  runs.toSorted((a, b) => a.seconds - b.seconds)[runs.length >> 1]!;

const main = async (clone: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
  const home = { MCP_AUDIT_HOME: join(folder, 'home') };
  try {
    const entries = sourcesOf(clone, args.ref);
    const rows: { times: number; lines: number; all: Run; parsing: Run }[] = [];
    for (const times of args.times.split(',').map(Number)) {
      const repository = repeated(folder, clone, entries, times);
      const lines = git(repository, ['cat-file', '--batch'], entries.map((e) => `${e.oid}\n`).join('')).split(
        '\n',
      );
      const collect = ['dist/cli.js', 'collect', repository, '--json', join(folder, 'out.json')];
      // The first look at a repository copies it; that is not what is measured.
      await timed([join(root, collect[0]!), ...collect.slice(1), '--check', '1.2.3'], home);
      const all: Run[] = [];
      const parsing: Run[] = [];
      for (let n = 0; n < Number(args.runs); n++) {
        parsing.push(await timed([join(root, 'test/bench/evidence/parse-only.ts'), repository], {}));
        all.push(await timed([join(root, collect[0]!), ...collect.slice(1), '--check', '2.1.2'], home));
      }
      rows.push({ times, lines: lines.length * times, all: median(all), parsing: median(parsing) });
    }
    const [first] = rows;
    const cell = (text: string | number, width: number): string => String(text).padStart(width);
    console.log(
      'times     lines  code evidence    peak  against 1x  a line against 1x  parsing alone  times parsing',
    );
    for (const { times, lines, all, parsing } of rows) {
      const growth = all.seconds / first!.all.seconds;
      console.log(
        cell(`${times}x`, 5) +
          cell(lines.toLocaleString('en'), 10) +
          cell(`${all.seconds.toFixed(2)} s`, 15) +
          cell(all.megabytes === null ? '-' : `${all.megabytes.toFixed(0)} MB`, 8) +
          cell(growth.toFixed(2), 12) +
          cell((growth / (times / first!.times)).toFixed(2), 19) +
          cell(`${parsing.seconds.toFixed(2)} s`, 15) +
          cell((all.seconds / parsing.seconds).toFixed(2), 15),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

if (args.clone === undefined) {
  console.log(USAGE);
  process.exitCode = 2;
} else await main(resolve(args.clone));
