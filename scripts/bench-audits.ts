// Measures how much of what people found by reading whole servers lies near a lead or a question. docs/evidence-benchmark.md says how.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openClones } from '../test/bench/evidence/clones.ts';
import {
  type AuditScore,
  type CollectedItem,
  readWholeAudits,
  scoreAudit,
} from '../test/bench/evidence/whole-audits.ts';

const { values } = parseArgs({
  options: {
    clones: { type: 'string' },
    corpus: { type: 'string' },
    half: { type: 'string', default: 'seen' },
    misses: { type: 'boolean', default: false },
  },
});
if (!values.clones) throw new Error('--clones DIR is needed: clones of the servers of the lists');
if (values.half !== 'seen' && values.half !== 'kept' && values.half !== 'both')
  throw new Error('--half seen, kept or both');

const root = join(import.meta.dirname, '..');
const corpus = values.corpus ?? join(root, 'test', 'bench', 'corpus', 'whole-audits.json');
const clones = openClones(values.clones);
const scratch = mkdtempSync(join(tmpdir(), 'bench-audits-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const share = (some: number, all: number): string =>
  `${some} of ${all}${all > 0 ? ` (${Math.round((100 * some) / all)} %)` : ''}`;
const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? 0;

type Row = { kept: boolean; score: AuditScore; lines: number };
const rows: Row[] = [];
try {
  for (const audit of readWholeAudits(corpus)) {
    if (values.half !== 'both' && audit.kept !== (values.half === 'kept')) continue;
    const gitDir = clones.gitDirOf(audit.repo, audit.commit);
    if (!gitDir) {
      say(`${audit.repo}: no clone has ${audit.commit}`);
      continue;
    }
    const out = join(scratch, 'out.json');
    const tree = basename(gitDir) === '.git' ? dirname(gitDir) : gitDir;
    execFileSync(
      process.execPath,
      [join(root, 'dist', 'cli.js'), 'collect', tree, '--ref', audit.commit, '--json', out],
      { env: { ...process.env, MCP_AUDIT_HOME: join(scratch, 'home') }, stdio: 'ignore' },
    );
    const { items } = JSON.parse(readFileSync(out, 'utf8')) as { items: CollectedItem[] };
    const score = scoreAudit(audit, items);
    const lines = clones.sourceLines(audit.repo, audit.commit, '');
    rows.push({ kept: audit.kept, score, lines });
    say(
      `${audit.repo} (${audit.language}, ${audit.kept ? 'kept' : 'seen'}, ${lines} lines): near ${share(score.near, score.all)}, ` +
        `critical and high ${share(score.nearGrave, score.grave)}; ${score.leads} leads, ${score.questions} questions`,
    );
    if (values.misses) for (const m of score.missed) say(`  missed: ${m}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const sum = (of: readonly Row[], pick: (s: AuditScore) => number): number =>
  of.reduce((n, r) => n + pick(r.score), 0);
for (const [name, of] of [
  ['seen', rows.filter((r) => !r.kept)],
  ['kept', rows.filter((r) => r.kept)],
] as const) {
  if (of.length === 0) continue;
  const per = (pick: (s: AuditScore) => number): number =>
    Math.round(median(of.map((r) => (10_000 * pick(r.score)) / Math.max(1, r.lines))));
  say(
    `${name}: near a lead or question ${share(
      sum(of, (s) => s.near),
      sum(of, (s) => s.all),
    )}, of critical and high ${share(
      sum(of, (s) => s.nearGrave),
      sum(of, (s) => s.grave),
    )}; median per 10,000 lines: ${per((s) => s.leads)} leads, ${per((s) => s.questions)} questions`,
  );
}
process.exitCode = rows.length === 0 ? 1 : 0;
