import type { NameScore, NoteScore, Rates, WeaknessScore } from './score.ts';
import { rates } from './score.ts';

const mean = (values: readonly (number | boolean)[]): number | null =>
  values.length ? values.reduce<number>((sum, v) => sum + Number(v), 0) / values.length : null;

export const median = (values: readonly (number | null)[]): number | null => {
  const sorted = values.filter((v) => v !== null).sort((a, b) => a - b);
  const half = sorted.length / 2;
  if (sorted.length === 0) return null;
  return Number.isInteger(half) ? (sorted[half - 1]! + sorted[half]!) / 2 : sorted[Math.floor(half)]!;
};

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)].sort();

/** How much a program says of one tree. */
export type Volume = { per10k: number; where: string; findings: number; lines: number };

const worstOf = (trees: readonly WeaknessScore[]): Volume | null => {
  const worst = trees.toSorted((a, b) => (b.per10k ?? 0) - (a.per10k ?? 0))[0];
  if (worst?.per10k == null) return null;
  const { per10k, repo, subdir, findings, lines } = worst;
  return { per10k, where: `${repo} ${subdir}`.trim(), findings, lines };
};

/** Shares are 0 to 1, of all entries; null where there is nothing to take a share of. */
export type Aggregate = {
  entries: number;
  repos: number;
  /** Entries whose run gave nothing to score. They count as not found. */
  failed: number;
  recall: number | null;
  classRecall: number | null;
  /** Each repository counts alike, however many entries it has. */
  classRecallMacroRepo: number | null;
  /** What recall as much noise at random lines would reach. */
  chanceRecall: number | null;
  /** Right lead among the tool's first five, of all entries: over all leads, and within a check. */
  first5: number | null;
  first5OfCheck: number | null;
  classRecallAt10: number | null;
  classRecallAt50: number | null;
  medianRank: number | null;
  medianClassRank: number | null;
  medianFindings: number | null;
  medianPer10k: number | null;
  /** All leads over all lines. */
  pooledPer10k: number | null;
  worstPer10k: Volume | null;
  /** Of those with 1,000 lines or more: below, a single lead weighs much. */
  worstPer10kLarge: Volume | null;
  medianSeconds: number | null;
  totalSeconds: number;
  withFix: number;
  noiseAtFix: number | null;
  classNoiseAtFix: number | null;
  /** Found before the fix and silent after it: of all entries with a fix, and of those found. */
  foundThenSilent: number | null;
  toldSilent: number | null;
  /** Of those found, silent after the fix or marked guarded there; and the same without what was marked so before it. */
  toldApart: number | null;
  toldNewly: number | null;
  decoys: number;
  decoysFlagged: number;
};

export const aggregate = (rows: readonly WeaknessScore[]): Aggregate => {
  const ran = rows.filter((r) => r.status === 'ok');
  const trees = [...new Map(ran.map((r) => [`${r.repo} ${r.commit} ${r.subdir}`, r])).values()];
  const fixed = rows.filter((r) => r.fixedHit !== null);
  const found = fixed.filter((r) => r.classHit);
  const lines = trees.reduce((sum, r) => sum + r.lines, 0);
  const within = (rank: number | null, n: number): boolean => rank !== null && rank <= n;
  const repos = unique(rows.map((r) => r.repo));
  return {
    entries: rows.length,
    repos: repos.length,
    failed: rows.length - ran.length,
    recall: mean(rows.map((r) => r.hit)),
    classRecall: mean(rows.map((r) => r.classHit)),
    classRecallMacroRepo: mean(
      repos.map((repo) => mean(rows.filter((r) => r.repo === repo).map((r) => r.classHit)) ?? 0),
    ),
    chanceRecall: mean(rows.map((r) => r.chance)),
    first5: mean(rows.map((r) => within(r.classRank, 5))),
    // Other programs name no checks: they have no such rank, rather than a bad one.
    first5OfCheck:
      rows.some((r) => r.classHit) && rows.every((r) => r.checkRank === null)
        ? null
        : mean(rows.map((r) => within(r.checkRank, 5))),
    classRecallAt10: mean(rows.map((r) => within(r.classRank, 10))),
    classRecallAt50: mean(rows.map((r) => within(r.classRank, 50))),
    medianRank: median(rows.map((r) => r.rank)),
    medianClassRank: median(rows.map((r) => r.classRank)),
    medianFindings: median(trees.map((r) => r.findings)),
    medianPer10k: median(trees.map((r) => r.per10k)),
    pooledPer10k: lines ? (trees.reduce((sum, r) => sum + r.findings, 0) / lines) * 1e4 : null,
    worstPer10k: worstOf(trees),
    worstPer10kLarge: worstOf(trees.filter((r) => r.lines >= 1000)),
    medianSeconds: median(trees.map((r) => r.seconds)),
    totalSeconds: trees.reduce((sum, r) => sum + r.seconds, 0),
    withFix: fixed.length,
    noiseAtFix: mean(fixed.map((r) => r.fixedHit === true)),
    classNoiseAtFix: mean(fixed.map((r) => r.fixedClassHit === true)),
    foundThenSilent: mean(fixed.map((r) => r.classHit && !r.fixedClassHit)),
    toldSilent: mean(found.map((r) => r.atFix === 'gone')),
    toldApart: mean(found.map((r) => r.atFix !== 'left')),
    toldNewly: mean(found.map((r) => r.atFix === 'gone' || r.atFix === 'marked')),
    decoys: rows.reduce((sum, r) => sum + r.decoys, 0),
    decoysFlagged: rows.reduce((sum, r) => sum + r.decoysHit, 0),
  };
};

export const aggregateBy = (
  rows: readonly WeaknessScore[],
  field: 'kind' | 'language' | 'class',
): Record<string, Aggregate> =>
  Object.fromEntries(
    unique(rows.map((r) => r[field])).map((value) => [
      value,
      aggregate(rows.filter((r) => r[field] === value)),
    ]),
  );

const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((r) => (r[n] ?? '').length)));
  return rows
    .map((r) =>
      r
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const share = (value: number | null): string => (value === null ? '-' : `${Math.round(value * 100)}%`);
const number = (value: number | null): string =>
  value === null ? '-' : String(value >= 100 ? Math.round(value) : Math.round(value * 10) / 10);

const HEAD = 'entries class any chance first5 in-check rank leads /10k apart gone noise@fix s'.split(' ');
const cells = (name: string, a: Aggregate): string[] => [
  name,
  `${a.entries}${a.failed ? ` (${a.failed} failed)` : ''}`,
  share(a.classRecall),
  share(a.recall),
  share(a.chanceRecall),
  share(a.first5),
  share(a.first5OfCheck),
  number(a.medianClassRank),
  number(a.medianFindings),
  number(a.medianPer10k),
  a.withFix ? `${share(a.toldApart)} of ${a.withFix}` : '-',
  a.withFix ? share(a.toldSilent) : '-',
  share(a.classNoiseAtFix),
  number(a.medianSeconds),
];

const SERVERS = ['server', 'deliberate'];

/** The tables of a run over weaknesses, as plain text. */
export const evidenceTables = (rows: readonly WeaknessScore[]): string => {
  const servers = rows.filter((r) => SERVERS.includes(r.kind));
  const block = (name: string, by: Record<string, Aggregate>): string =>
    table([[name, ...HEAD], ...Object.entries(by).map(([value, a]) => cells(value, a))]);
  const all = aggregate(rows);
  const worst = (v: Volume | null): string =>
    v ? `${number(v.per10k)} (${v.where}: ${v.findings} leads, ${v.lines} lines)` : '-';
  return [
    block('kind', { ...aggregateBy(rows, 'kind'), all }),
    block('language', aggregateBy(servers, 'language')),
    block('class', aggregateBy(servers, 'class')),
    [
      `leads per 10,000 lines: median ${number(all.medianPer10k)}, all together ${number(all.pooledPer10k)}, ` +
        `worst ${worst(all.worstPer10k)}, worst of 1,000 lines or more ${worst(all.worstPer10kLarge)}`,
      all.withFix
        ? `told apart from the fixed commit, of those found: ${share(all.toldApart)} (gone ${share(all.toldSilent)}, ` +
          `else marked guarded; without those that were marked so before the fix ${share(all.toldNewly)}); ` +
          `gone of all ${all.withFix} with a fix ${share(all.foundThenSilent)}`
        : 'the fixed commits were not looked at (--fixed)',
      `decoys flagged: ${all.decoysFlagged} of ${all.decoys}; ${number(all.totalSeconds)} s in all`,
    ].join('\n'),
  ].join('\n\n');
};

export const noteTable = (notes: readonly NoteScore[]): string =>
  table([
    ['audits', 'entries', 'any', 'section', 'shown'],
    ...unique(notes.map((n) => n.polarity)).map((polarity) => {
      const rows = notes.filter((n) => n.polarity === polarity);
      return [
        polarity,
        String(rows.length),
        share(mean(rows.map((r) => r.hit))),
        share(mean(rows.map((r) => r.sectionHit))),
        share(mean(rows.map((r) => r.shown))),
      ];
    }),
  ]);

export type NameTotals = Rates & {
  servers: number;
  expected: number;
  macroF1: number | null;
  located: number | null;
  exact: number;
  placed: Rates;
};

export const nameTotals = (rows: readonly NameScore[]): NameTotals => {
  const sum = (pick: (r: NameScore) => number): number => rows.reduce((total, r) => total + pick(r), 0);
  const right = sum((r) => r.right);
  const expected = sum((r) => r.expected);
  return {
    ...rates(
      right,
      sum((r) => r.found),
      expected,
    ),
    servers: rows.length,
    expected,
    macroF1: mean(rows.map((r) => r.f1)),
    located: right ? sum((r) => r.located) / right : null,
    exact: rows.filter((r) => r.f1 === 1).length,
    placed: rates(
      sum((r) => r.placed.right),
      sum((r) => r.placed.found),
      expected,
    ),
  };
};

/** `P+`, `R+`: a computed name counts as found when the place that computes it was named. */
export const nameTable = (rows: readonly NameScore[]): string => {
  const totals = nameTotals(rows);
  return [
    table([
      ['server', 'lang', 'tools', 'found', 'P', 'R', 'F1', 'P+', 'R+', 's'],
      ...rows.map((r) => [
        `${r.repo} ${r.subdir}`.trim() + (r.status === 'ok' ? '' : ` (${r.status})`),
        r.language,
        String(r.expected),
        String(r.found),
        share(r.precision),
        share(r.recall),
        share(r.f1),
        share(r.placed.precision),
        share(r.placed.recall),
        number(r.seconds),
      ]),
      [
        'all',
        '',
        String(totals.expected),
        String(rows.reduce((sum, r) => sum + r.found, 0)),
        share(totals.precision),
        share(totals.recall),
        share(totals.f1),
        share(totals.placed.precision),
        share(totals.placed.recall),
        '',
      ],
    ]),
    `macro F1 ${share(totals.macroF1)}, ${totals.exact} of ${rows.length} servers exact, ` +
      `${share(totals.located)} of the right names at a labelled line`,
  ].join('\n');
};
