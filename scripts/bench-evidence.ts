// Measures the collectors, or any other scanner, against the labelled corpus: docs/evidence-benchmark.md says how.
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openClones } from '../test/bench/evidence/clones.ts';
import { CORPUS_FILES, loadCorpus } from '../test/bench/evidence/corpus.ts';
import { freezeProduct, lendObjects } from '../test/bench/evidence/product.ts';
import {
  aggregate,
  aggregateBy,
  evidenceTables,
  nameTable,
  nameTotals,
  noteTable,
} from '../test/bench/evidence/report.ts';
import { createRunner } from '../test/bench/evidence/run-tool.ts';
import {
  type Miss,
  type NameScore,
  type NoteScore,
  scoreNames,
  scoreNote,
  scoreWeakness,
  type WeaknessScore,
} from '../test/bench/evidence/score.ts';

const USAGE = `usage: npm run bench:evidence -- --clones DIR [options]
  --clones DIR      clones of the servers, bare or not, named anyhow (owner+name, owner/name and name are found at once)
  --tools           compare tool names instead of weaknesses
  --fixed           look at the commits that fixed the weaknesses too
  --only TEXT       only entries whose repository or id contains it; may be repeated
  --language NAME   only ts, python, go, rust or java; may be repeated
  --class NAME      only weaknesses of the class; may be repeated
  --corpus FILE     other corpus files instead of test/bench/corpus; may be repeated
  --cmd COMMAND     another program: {dir} {root} {clone} {commit} {subdir} {language} are filled in, {out} is the JSON
                    file it must write
  --version TEXT    part of the cache key, for a program that changed while its command did not
  --out FILE        all numbers and misses as JSON
  --misses          print the misses with their sites
  --timeout N       seconds for one run, 300 by default
  --fresh           run again what is cached`;

const { values: args } = parseArgs({
  options: {
    clones: { type: 'string' },
    tools: { type: 'boolean', default: false },
    fixed: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    language: { type: 'string', multiple: true, default: [] },
    class: { type: 'string', multiple: true, default: [] },
    corpus: { type: 'string', multiple: true, default: [] },
    cmd: { type: 'string' },
    version: { type: 'string', default: '' },
    out: { type: 'string' },
    misses: { type: 'boolean', default: false },
    timeout: { type: 'string', default: '300' },
    fresh: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const root = resolve(import.meta.dirname, '..');
const cacheDir = join(root, 'node_modules', '.cache', 'bench-evidence');

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Two runs at once would falsify each other's seconds: a second one waits. Gives the way to let go. */
const takeTurn = async (): Promise<() => void> => {
  const lock = join(cacheDir, 'lock');
  mkdirSync(cacheDir, { recursive: true });
  for (let told = false; ; ) {
    try {
      const fd = openSync(lock, 'wx');
      writeFileSync(fd, String(process.pid));
      closeSync(fd);
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      let pid = 0;
      try {
        pid = Number(readFileSync(lock, 'utf8'));
      } catch {
        continue; // let go in this very moment
      }
      if (pid && !isRunning(pid)) rmSync(lock, { force: true });
      else {
        if (!told) console.error(`another benchmark is running (process ${pid}); waiting for it`);
        told = true;
        await new Promise((r) => setTimeout(r, 2000));
      }
    }
  }
};

const progress = (done: number, of: number, text: string): void =>
  void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${done}/${of} ${text}` : '');

const main = async (clonesDir: string): Promise<number> => {
  const corpus = loadCorpus(args.corpus.length ? args.corpus : CORPUS_FILES);
  const wanted = (e: { repo: string; id?: unknown; class?: unknown; language?: unknown }): boolean =>
    (args.only.length === 0 || args.only.some((t) => e.repo.includes(t) || String(e.id ?? '').includes(t))) &&
    (args.language.length === 0 || args.language.includes(String(e.language))) &&
    (args.class.length === 0 || args.class.includes(String(e.class)));
  const product = args.cmd ? { command: args.cmd, version: args.version } : freezeProduct(root, cacheDir);
  const clones = openClones(resolve(clonesDir));
  const home = join(cacheDir, 'data');
  const treesDir = mkdtempSync(join(tmpdir(), 'bench-trees-'));
  const run = createRunner(clones, {
    ...product,
    // The program's clones and settings are the benchmark's own, not those of whoever runs it.
    environment: { ...process.env, MCP_AUDIT_HOME: home },
    prepare: args.cmd ? undefined : (clone) => lendObjects(home, clone),
    timeoutSeconds: Number(args.timeout),
    cacheDir: join(cacheDir, 'runs'),
    readCache: !args.fresh,
    treesDir,
  });
  const unscored: { id: string; why: string }[] = [];
  /** One entry that cannot be scored must not lose the others; it is told, and not counted. */
  const each = async <E extends { repo: string; id?: unknown; finding_id?: unknown }>(
    entries: readonly E[],
    one: (e: E) => Promise<void>,
  ) => {
    for (const [n, e] of entries.entries()) {
      progress(n + 1, entries.length, e.repo);
      try {
        await one(e);
        scored++;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        unscored.push({ id: String(e.id ?? e.finding_id ?? e.repo), why });
      }
    }
    progress(entries.length, entries.length, '\r\x1b[K');
  };
  const said = new Map<string, string>();
  let report: object;
  let scored = 0;
  try {
    if (args.tools) {
      const names: NameScore[] = [];
      await each(corpus.servers.filter(wanted), async (server) => {
        const { repo, commit, language } = server;
        const done = await run({ repo, commit, subdir: server.subdir ?? '', language });
        if (done.status !== 'ok') said.set(`${repo} ${commit}: ${done.status}`, done.said);
        names.push({ ...scoreNames(server, done.tools), status: done.status, seconds: done.seconds });
      });
      console.log(nameTable(names));
      for (const n of names)
        if (args.misses && (n.missing.length || n.extra.length))
          console.log(
            `\n${`${n.repo} ${n.subdir}`.trim()}\n  missing: ${n.missing.join(', ')}\n  extra: ${n.extra.join(', ')}`,
          );
      report = { mode: 'tools', overall: nameTotals(names), servers: names };
    } else {
      const scores: WeaknessScore[] = [];
      const misses: Miss[] = [];
      const notes: NoteScore[] = [];
      const look = async (job: Parameters<typeof run>[0]) => {
        const done = await run(job);
        if (done.status !== 'ok')
          said.set(`${job.repo} ${job.commit} ${job.subdir}: ${done.status}`, done.said);
        return done;
      };
      await each(corpus.weaknesses.filter(wanted), async (w) => {
        const { score, miss } = await scoreWeakness(w, { clones, run: look, fixed: args.fixed });
        scores.push(score);
        if (miss) misses.push(miss);
      });
      await each(corpus.notes.filter(wanted), async (note) => void notes.push(await scoreNote(note, look)));
      console.log(evidenceTables(scores));
      if (notes.length) console.log(`\n${noteTable(notes)}`);
      if (args.misses)
        for (const m of misses)
          console.log(
            `\n${m.id} ${m.repo} ${m.subdir} ${m.commit.slice(0, 12)}\n  ${m.class} (${m.language}, ${m.kind}): ${m.title}` +
              `${m.seenAs.length ? `\n  seen as ${m.seenAs.join(', ')}` : ''}\n  ${m.sites.join('\n  ')}` +
              `${m.nearby.length ? `\n  leads nearby: ${m.nearby.join('; ')}` : ''}`,
          );
      console.log(`\n${misses.length} missed${args.misses ? '' : ' (--misses lists them)'}`);
      report = {
        mode: 'evidence',
        all: aggregate(scores),
        byKind: aggregateBy(scores, 'kind'),
        byLanguage: aggregateBy(scores, 'language'),
        byClass: aggregateBy(scores, 'class'),
        entries: scores,
        misses,
        audits: notes,
      };
    }
  } finally {
    rmSync(treesDir, { recursive: true, force: true });
  }
  for (const [run, words] of said) console.error(`${run}\n${words.trim().replace(/^/gm, '    ')}`);
  for (const { id, why } of unscored) console.error(`not scored: ${id}: ${why}`);
  if (args.out)
    writeFileSync(
      args.out,
      `${JSON.stringify({ command: args.cmd ?? 'the product', version: product.version, ...report, unscored }, null, 1)}\n`,
    );
  if (unscored.length) console.log(`${unscored.length} entries not scored, see above or --out`);
  return unscored.length && !scored ? 1 : 0;
};

if (args.help || !args.clones) {
  console.log(USAGE);
  process.exitCode = args.help ? 0 : 2;
} else {
  const letGo = await takeTurn();
  process.once('exit', letGo);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  process.exitCode = await main(args.clones);
}
