// Tries labelled weaknesses on their running servers, at the commit that has them and at the one that mended them: a table
// of confirmed, not reached and not tried with the reason. Everything of a server runs in the sandbox alone.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { codeFlow } from '../src/collectors/code-flow.ts';
import { codeWeaknesses } from '../src/collectors/code-weaknesses.ts';
import { masking } from '../src/collectors/masking.ts';
import { toolSurface } from '../src/collectors/tool-surface.ts';
import { createHost } from '../src/commands/host.ts';
import { prepareReady } from '../src/commands/live-start.ts';
import { type LiveTarget, planFor, requireSandbox, withLiveTarget } from '../src/commands/live-target.ts';
import { tryLeads } from '../src/commands/try-leads.ts';
import { UserError } from '../src/domain/errors.ts';
import type { EvidenceItem, Surface } from '../src/domain/evidence.ts';
import type { Confirmation } from '../src/domain/observation.ts';
import { compareItems } from '../src/domain/standing.ts';
import { toolsByDoor, waysOf } from '../src/domain/surface.ts';
import { readBundledRules } from '../src/io/rule-files.ts';
import { whyNotTried } from '../src/live/confirm/why-not-tried.ts';
import { openClones } from '../test/bench/evidence/clones.ts';
import { CORPUS_DIR, loadCorpus, type Weakness } from '../test/bench/evidence/corpus.ts';
import { compatible, overlaps, type Site } from '../test/bench/evidence/measure.ts';

const USAGE = `usage: npm run bench:confirm -- --clones DIR [options]
  --clones DIR      clones of the servers, bare or not (as bench:evidence takes them)
  --only TEXT       only weaknesses whose repository or id contains it; may be repeated
  --corpus FILE     other corpus files than all vulnerabilities*.json of test/bench/corpus; may be repeated
  --out FILE        what became of each, as JSON; what is in it is not tried again
  --table           print the table of --out and try nothing
  --most N          leads of one weakness that are tried at most, 4 by default
  --say             say of each lead what was called and what came of it`;

const { values: args } = parseArgs({
  options: {
    clones: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    corpus: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
    table: { type: 'boolean', default: false },
    most: { type: 'string', default: '4' },
    say: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (args.help || (!args.clones && !args.table)) {
  console.log(USAGE);
  process.exit(args.help ? 0 : 2);
}

type Row = {
  id: string;
  repo: string;
  class: string;
  language: string;
  at: 'vulnerable' | 'fixed';
  commit: string;
  result: Confirmation['result'];
  why: string;
  /** Where it was confirmed (tools with their parameters), by which ways in, and which did nothing there. */
  places: string[];
  /** Tools that the label names, when it does: only those are called. */
  tools: string[];
  ways: string[];
  refused: string[];
  leads: number;
  prepareS: number;
  /** Milliseconds of each lead that was tried. */
  ms: number[];
};

const files =
  args.corpus.length > 0
    ? args.corpus.map((f) => resolve(f))
    : [
        'vulnerabilities-ts',
        'vulnerabilities-py',
        'vulnerabilities-holdout',
        'vulnerabilities-holdout-2',
        'vulnerabilities-holdout-3',
      ].map((n) => join(CORPUS_DIR, `${n}.json`));
const TRIED = [
  'command-injection',
  'argument-injection',
  'code-execution',
  'path-traversal',
  'ssrf',
  'sql-injection',
];
const wanted = loadCorpus(files).weaknesses.filter(
  (w) =>
    TRIED.includes(w.class) &&
    ['server', 'deliberate'].includes(w.kind) &&
    w.transport !== 'http' &&
    (args.only.length === 0 ||
      args.only.some((o) => `${w.repo} ${w.id}`.toLowerCase().includes(o.toLowerCase()))),
);

const rows: Row[] =
  args.out && existsSync(args.out) ? (JSON.parse(readFileSync(args.out, 'utf8')) as Row[]) : [];
const keep = (row: Row): void => {
  rows.push(row);
  if (!args.out) return;
  mkdirSync(dirname(resolve(args.out)), { recursive: true });
  writeFileSync(args.out, `${JSON.stringify(rows, null, 1)}\n`);
};

/** Leads that point at the weakness, whatever step of theirs does. */
const pointingAt = (items: readonly EvidenceItem[], w: Weakness, sites: readonly Site[]): EvidenceItem[] =>
  items
    .filter((i) => i.kind === 'lead' && compatible([i.class], w.class))
    .filter((i) =>
      [
        ...(i.location
          ? [{ path: i.location.path, start: i.location.startLine, end: i.location.endLine }]
          : []),
        ...i.flow.map((f) => ({ path: f.path, start: f.line, end: f.line })),
        ...i.places.map((p) => ({ path: p.path, start: p.startLine, end: p.endLine })),
      ].some((place) => sites.some((s) => overlaps(place, s))),
    )
    .sort(compareItems);

/** Tools that the label itself names, at the commit that has the weakness: `git_init tool creates …`. */
const namedIn = (w: Weakness, surface: Surface): string[] => {
  const words = new Set(
    [w.title, ...w.sites.map((s) => String((s as { why?: unknown }).why ?? ''))].join(' ').split(/[^\w.-]+/),
  );
  return [...new Set(surface.tools.map((t) => t.name))].filter(
    (n) => /[_-]|[a-z][A-Z]/.test(n) && words.has(n),
  );
};

/**
 * A lead of several ways as far as it is about the weakness: another way of it may hold without it, before and after it was
 * mended.
 */
const narrowed = (
  item: EvidenceItem,
  surface: Surface,
  sites: readonly Site[],
  named: readonly string[],
): EvidenceItem => {
  if (named.length > 0) {
    const door = item.doors?.[0] ?? { path: item.location?.path ?? '', line: item.location?.startLine ?? 1 };
    return { ...item, title: '', doors: named.map((name) => ({ ...door, guarded: false, name })) };
  }
  const toolsAt = toolsByDoor(surface.tools);
  const ways = waysOf(item).filter((way) =>
    way.some((f) => sites.some((s) => overlaps({ path: f.path, start: f.line, end: f.line }, s))),
  );
  const doors = ways.flatMap(([first]) => {
    if (first?.role !== 'source') return [];
    const named = (item.doors ?? []).filter((d) => d.path === first.path && d.line === first.line);
    const at = { name: '', path: first.path, line: first.line, guarded: false };
    return named.length > 0 ? named : toolsAt(at).map((t) => ({ ...at, name: t.name }));
  });
  return doors.length === 0 ? item : { ...item, flow: ways.flat(), doors, title: '' };
};

const env = { ...process.env };
const home = mkdtempSync(join(tmpdir(), 'mcp-audit-bench-confirm-'));
const host = { ...createHost({ ...env, MCP_AUDIT_HOME: home }), progress: () => {}, stderr: () => {} };
const collectors = [toolSurface, codeFlow(async () => readBundledRules()), codeWeaknesses].map(masking);

const ORDER = { confirmed: 0, 'not-reached': 1, 'not-tried': 2 } as const;

const tryAt = async (
  w: Weakness,
  at: Row['at'],
  commit: string,
  sites: readonly Site[],
  clone: string,
  before: Row | null,
): Promise<Row> => {
  const row: Row = {
    id: w.id,
    repo: w.repo,
    class: w.class,
    language: w.language,
    at,
    commit,
    result: 'not-tried',
    why: '',
    places: [],
    tools: [],
    ways: [],
    refused: [],
    leads: 0,
    prepareS: 0,
    ms: [],
  };
  const o = { ref: commit, subdir: w.subdir || undefined };
  const use = async (target: LiveTarget): Promise<Row> => {
    const leads = pointingAt(target.items, w, sites);
    const tools = before?.tools ?? namedIn(w, target.surface);
    row.tools = tools;
    if (before && tools.length > 0 && !target.surface.tools.some((t) => tools.includes(t.name)))
      return { ...row, why: `what the label names is not there any more: ${tools.join(', ')}` };
    const can = leads.filter((l) => whyNotTried(l) === '').slice(0, Number(args.most));
    if (can.length === 0)
      return { ...row, why: leads[0] ? whyNotTried(leads[0]) : 'no lead points at it', leads: leads.length };
    const planned = await planFor(host, undefined, o, target);
    const means = await requireSandbox(host);
    const began = performance.now();
    const ready = await prepareReady(host, o, target, planned, means);
    const prepareS = Math.round((performance.now() - began) / 100) / 10;
    try {
      const { report } = await tryLeads({
        leads: can.map((l) => narrowed(l, target.surface, sites, tools)),
        surface: target.surface,
        ready,
        budgetS: 300,
        signal: new AbortController().signal,
        told: (c) => {
          if (!args.say) return;
          console.log(`    ${c.result} ${c.item} ${c.title}\n      ${c.shown || c.why} (${c.ms} ms)`);
          for (const call of c.calls.slice(0, 6))
            console.log(
              `      ${call.tool} ${JSON.stringify(call.arguments).slice(0, 200)}: ${call.outcome}`,
            );
        },
      });
      const best = [...report.results].sort((a, b) => ORDER[a.result] - ORDER[b.result])[0]!;
      return {
        ...row,
        result: best.result,
        why: best.shown || best.why,
        places: best.places,
        ways: best.ways,
        refused: best.refused,
        leads: can.length,
        prepareS,
        ms: report.results.filter((r) => r.calls.length > 0).map((r) => r.ms),
      };
    } finally {
      ready.prepared.remove();
    }
  };
  try {
    return await withLiveTarget(
      host,
      clone,
      o,
      (target) => (target ? use(target) : Promise.reject(new Error('no target'))),
      collectors,
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (!(error instanceof UserError)) console.error(error);
    return { ...row, why: text.replaceAll(/\s+/g, ' ').slice(0, 300) };
  }
};

if (!args.table) {
  const clones = openClones(resolve(args.clones!));
  for (const w of wanted) {
    const clone = clones.gitDirOf(w.repo, w.vulnerable_commit);
    const sides: [Row['at'], string | null | undefined, Site[]][] = [
      ['vulnerable', w.vulnerable_commit, w.sites],
      [
        'fixed',
        w.fixed_commit,
        clone && w.fixed_commit && clones.gitDirOf(w.repo, w.fixed_commit)
          ? w.sites.flatMap((s) => clones.mapSite(w.repo, w.vulnerable_commit, w.fixed_commit!, s) ?? [])
          : [],
      ],
    ];
    for (const [at, commit, sites] of sides) {
      if (!clone || !commit || rows.some((r) => r.id === w.id && r.repo === w.repo && r.at === at)) continue;
      console.log(`${w.repo} ${w.id} ${at} ${commit.slice(0, 8)}`);
      const before =
        at === 'fixed'
          ? (rows.find((r) => r.id === w.id && r.repo === w.repo && r.at === 'vulnerable') ?? null)
          : null;
      const row = await tryAt(w, at, commit, sites, clone, before);
      console.log(
        `  ${row.result}: ${row.why.slice(0, 300)} (prepared in ${row.prepareS} s, ${row.ms.join(' ')} ms)`,
      );
      keep(row);
    }
  }
}
rmSync(home, { recursive: true, force: true });

/**
 * What is confirmed at a commit that mended the label is the label's own weakness only where it goes in by the same ways at the
 * same places. Where a way that went in before is refused now, or a place is gone, it is true of that commit, and another
 * weakness than the one that was mended.
 */
const anotherThan = (before: Row | undefined, now: Row): string => {
  if (now.result !== 'confirmed' || before?.result !== 'confirmed') return '';
  const gone = before.places.filter((p) => !now.places.includes(p));
  if (gone.length > 0) return `no more in ${gone.join('; ')}; in ${now.places.join('; ')}`;
  const closed = before.ways.filter((w) => now.refused.includes(w));
  return closed.length > 0 ? `no more by ${closed.join(', ')}; still by ${now.ways.join(', ')}` : '';
};

const shown = rows.filter((r) => wanted.some((w) => w.id === r.id && w.repo === r.repo));
const median = (n: number[]): number => [...n].sort((a, b) => a - b)[Math.floor(n.length / 2)] ?? 0;
console.log(
  '\n| weakness | class | vulnerable | fixed | what showed it, or why not |\n|---|---|---|---|---|',
);
for (const r of shown.filter((x) => x.at === 'vulnerable')) {
  const fixed = shown.find((x) => x.id === r.id && x.repo === r.repo && x.at === 'fixed');
  const another = fixed ? anotherThan(r, fixed) : '';
  console.log(
    `| ${r.repo} ${r.id} | ${r.class} | ${r.result} | ${another ? `another weakness: ${another}` : (fixed?.result ?? '–')} | ${r.why.replaceAll('|', '\\|').slice(0, 200)} |`,
  );
}
for (const at of ['vulnerable', 'fixed'] as const) {
  const of = shown.filter((r) => r.at === at);
  const count = (result: Row['result']): number => of.filter((r) => r.result === result).length;
  const others =
    at === 'fixed'
      ? of.filter((r) =>
          anotherThan(
            shown.find((x) => x.id === r.id && x.repo === r.repo && x.at === 'vulnerable'),
            r,
          ),
        ).length
      : 0;
  console.log(
    `${at}: ${of.length} looked at: ${count('confirmed') - others} confirmed${at === 'fixed' ? `, ${others} confirmed for another weakness of that commit` : ''}, ${count('not-reached')} not reached, ${count('not-tried')} not tried; median of a lead ${median(of.flatMap((r) => r.ms))} ms, longest ${Math.max(0, ...of.flatMap((r) => r.ms))} ms`,
  );
}
