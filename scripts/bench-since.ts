// Holds `collect --changed-since` against full runs on commits of real repositories: the same evidence, the same leads, and how
// much less work. npm run build first; node scripts/bench-since.ts <commits> <repository>…
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EvidenceFile, EvidenceItem } from '../src/domain/evidence.ts';
import type { LeadsReport } from '../src/domain/pipeline/leads-report.ts';

const CLI = join(import.meta.dirname, '..', 'dist', 'cli.js');
const dir = mkdtempSync(join(tmpdir(), 'bench-since-'));
const env = { ...process.env, MCP_AUDIT_HOME: join(dir, 'home') };

/** Seconds of processor time of a run, its children included. */
const run = (...args: string[]): number => {
  const words = [process.execPath, CLI, 'collect', ...args].map((w) => `'${w}'`).join(' ');
  const done = spawnSync('bash', ['-c', `TIMEFORMAT='cpu %U %S'; time ${words} >/dev/null`], {
    env,
    encoding: 'utf8',
  });
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(done.stderr) ?? [];
  if (user === undefined || done.status === 2) throw new Error(done.stderr);
  return Number(user) + Number(system);
};
const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
/** The same of both, but for how long it took and how the commit was named. */
const bare = (e: EvidenceFile): string =>
  JSON.stringify({ ...e, collectors: e.collectors.map((c) => ({ ...c, durationMs: 0 })) });
const saying = (l: EvidenceItem): string => JSON.stringify([l.title, l.detail, l.strength, l.places, l.flow]);
const paths = (l: EvidenceItem): string[] => [
  ...(l.location ? [l.location.path] : []),
  ...[...l.places, ...l.flow, ...(l.doors ?? [])].map((p) => p.path),
];
const median = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;

const [count = '10', ...repositories] = process.argv.slice(2);
let unequal = 0;
const all: { ratio: number; kind: string }[] = [];
for (const repository of repositories) {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' });
  const commits = git('rev-list', '--first-parent', `-${Number(count) + 1}`, 'HEAD')
    .trim()
    .split('\n')
    .reverse();
  const cache = join(dir, 'cache');
  rmSync(cache, { recursive: true, force: true });
  let before: EvidenceFile | null = null;
  for (const [i, commit] of commits.entries()) {
    const [full, kept, leads] = ['full.json', 'kept.json', 'leads.json'].map((f) => join(dir, f)) as [
      string,
      string,
      string,
    ];
    const slow = run(repository, '--ref', commit, '--json', full);
    const whole = json<EvidenceFile>(full);
    if (before === null) run(repository, '--ref', commit, '--cache', cache, '--json', kept);
    else {
      const parent = commits[i - 1]!;
      const fast = run(
        repository,
        '--ref',
        commit,
        '--cache',
        cache,
        '--changed-since',
        parent,
        '--json',
        kept,
        '--format',
        'json',
        '--out',
        leads,
      );
      const report = json<LeadsReport>(leads);
      const changed = new Set(
        git(
          'diff-tree',
          '-r',
          '-z',
          '--no-renames',
          '--name-only',
          report.changedSince!.commit,
          commit,
        ).split('\0'),
      );
      const old = new Map(before.items.map((l) => [l.id, saying(l)]));
      const expected = whole.items
        .filter((l) => l.kind === 'lead')
        .filter((l) => old.get(l.id) !== saying(l) || paths(l).some((p) => changed.has(p)))
        .map((l) => l.id);
      const equal =
        bare(whole) === bare(json(kept)) &&
        report.changedSince!.commit === parent &&
        JSON.stringify(expected) === JSON.stringify(report.leads.map((l) => l.id));
      if (!equal) unequal++;
      const listed = (at: string): string => git('ls-tree', '-r', '--name-only', at);
      const isCode = [...changed].some((p) => /\.(?:[cm]?[jt]sx?|py|go|rs|java|kt|cs|rb|php)$/.test(p));
      const kind =
        listed(parent) !== listed(commit) ? 'files added or removed' : isCode ? 'code' : 'other files';
      all.push({ ratio: slow / fast, kind });
      process.stdout.write(
        `${repository.split('/').at(-1)} ${commit.slice(0, 8)} ${kind}: full ${slow.toFixed(1)} s, since ${fast.toFixed(1)} s, ${expected.length} of ${whole.items.filter((l) => l.kind === 'lead').length} leads ${equal ? 'equal' : 'NOT EQUAL'}\n`,
      );
    }
    before = whole;
  }
}
for (const kind of new Set(all.map((a) => a.kind))) {
  const of = all.filter((a) => a.kind === kind).map((a) => a.ratio);
  process.stdout.write(`${kind}: ${of.length} commits, median ${median(of).toFixed(2)} times as fast\n`);
}
process.stdout.write(`${all.length - unequal} of ${all.length} equal\n`);
rmSync(dir, { recursive: true, force: true });
process.exitCode = unequal > 0 ? 1 : 0;
