import type { Clones } from './clones.ts';
import type { AuditNote, Server, Weakness } from './corpus.ts';
import {
  type AtFix,
  atFix,
  chanceOf,
  compatible,
  type Finding,
  hits,
  type NamedTool,
  overlaps,
  type Site,
} from './measure.ts';
import type { Job, ToolRun } from './run-tool.ts';

export type Runner = (job: Job) => Promise<ToolRun>;

/** How one labelled weakness fared. Ranks are the tool's own, 1 the first; null when nothing pointed there. */
export type WeaknessScore = {
  id: string;
  repo: string;
  commit: string;
  subdir: string;
  kind: string;
  class: string;
  language: string;
  status: string;
  seconds: number;
  lines: number;
  findings: number;
  per10k: number | null;
  /** A lead points at a site, whatever it says. */
  hit: boolean;
  /** … and its class names the weakness. */
  classHit: boolean;
  rank: number | null;
  classRank: number | null;
  /** The same within the best check of the lead, where leads name checks. */
  checkRank: number | null;
  chance: number;
  decoys: number;
  decoysHit: number;
  /** At the commit that fixed it, when that was looked at. */
  fixedHit: boolean | null;
  fixedClassHit: boolean | null;
  /** What became there of the right leads; null as well where there were none before. */
  atFix: AtFix | null;
};

/** What someone who works on a miss wants to see first. */
export type Miss = Pick<
  WeaknessScore,
  'id' | 'repo' | 'commit' | 'subdir' | 'kind' | 'class' | 'language' | 'status'
> & {
  title: string;
  /** `file:start-end role`. */
  sites: string[];
  /** Classes of leads that point at a site without naming the weakness. */
  seenAs: string[];
  /** Leads elsewhere in the labelled files, `class file:line`. */
  nearby: string[];
};

const jobOf = (w: Weakness, commit: string): Job => ({
  repo: w.repo,
  commit,
  subdir: w.subdir ?? '',
  language: w.language,
});

const best = (findings: readonly Finding[]): number | null =>
  findings.length ? Math.min(...findings.map((f) => f.rank)) : null;

/** The least place of any of `hit` among the leads that name the same check; null where no lead names a check. */
const bestInCheck = (all: readonly Finding[], hit: readonly Finding[]): number | null => {
  const places = hit.flatMap((f) =>
    f.checks.map(
      (check) => all.filter((other) => other.rank <= f.rank && other.checks.includes(check)).length,
    ),
  );
  return places.length ? Math.min(...places) : null;
};

const per10k = (count: number, lines: number): number | null => (lines ? (count / lines) * 1e4 : null);

const missOf = (w: Weakness, score: WeaknessScore, leads: readonly Finding[]): Miss => ({
  id: w.id,
  repo: w.repo,
  commit: w.vulnerable_commit,
  subdir: w.subdir ?? '',
  kind: w.kind,
  class: w.class,
  language: w.language,
  status: score.status,
  title: w.title,
  sites: w.sites.map(
    (s) => `${s.file}:${s.start}-${s.end}${s.role ? ` ${s.role}` : ''}${s.why ? ` (${s.why})` : ''}`,
  ),
  seenAs: [...new Set(leads.filter((f) => hits(f, w.sites)).flatMap((f) => f.classes))].sort(),
  nearby: leads
    .filter((f) => !hits(f, w.sites) && f.at.some((p) => w.sites.some((s) => s.file === p.path)))
    .slice(0, 10)
    .map((f) => `${f.classes.join(',')} ${f.at[0]?.path}:${f.at[0]?.start}`),
});

/** Throws when a clone lacks the commit or the commit a labelled file: such an entry says nothing about the tool. */
export const scoreWeakness = async (
  w: Weakness,
  options: { clones: Clones; run: Runner; fixed: boolean },
): Promise<{ score: WeaknessScore; miss: Miss | null }> => {
  const { clones, run } = options;
  const commit = w.vulnerable_commit;
  const absent = w.sites.find((s) => !clones.hasFile(w.repo, commit, s.file));
  if (absent) throw new Error(`the labelled file ${absent.file} is not in ${w.repo} ${commit}`);
  const result = await run(jobOf(w, commit));
  const leads = result.findings.filter((f) => f.kind === 'lead');
  const pointing = leads.filter((f) => hits(f, w.sites));
  const right = pointing.filter((f) => compatible(f.classes, w.class));
  const lengths = new Map(w.sites.map((s) => [s.file, clones.linesOf(w.repo, commit, s.file)]));
  const decoys = (w.decoys ?? []).flatMap((d): Site[] =>
    d.start ? [{ file: d.file, start: d.start, end: d.end ?? d.start }] : [],
  );
  const flagged = decoys.filter((d) => leads.some((f) => hits(f, [d]) && compatible(f.classes, w.class)));
  let after: Pick<WeaknessScore, 'fixedHit' | 'fixedClassHit' | 'atFix'> | null = null;
  if (options.fixed && w.fixed_commit && w.kind === 'server') {
    const fixed = w.fixed_commit;
    const moved = w.sites.flatMap((s) => clones.mapSite(w.repo, commit, fixed, s) ?? []);
    const still = (await run(jobOf(w, fixed))).findings.filter((f) => f.kind === 'lead' && hits(f, moved));
    const kept = still.filter((f) => compatible(f.classes, w.class));
    after = {
      fixedHit: still.length > 0,
      fixedClassHit: kept.length > 0,
      atFix: right.length > 0 ? atFix(right, kept) : null,
    };
  }
  const score: WeaknessScore = {
    id: w.id,
    repo: w.repo,
    commit,
    subdir: w.subdir ?? '',
    kind: w.kind,
    class: w.class,
    language: w.language,
    status: result.status,
    seconds: result.seconds,
    lines: result.lines,
    findings: leads.length,
    per10k: per10k(leads.length, result.lines),
    hit: pointing.length > 0,
    classHit: right.length > 0,
    rank: best(pointing),
    classRank: best(right),
    checkRank: bestInCheck(leads, right),
    chance: chanceOf(leads, w.sites, lengths),
    decoys: decoys.length,
    decoysHit: flagged.length,
    fixedHit: after?.fixedHit ?? null,
    fixedClassHit: after?.fixedClassHit ?? null,
    atFix: after?.atFix ?? null,
  };
  return { score, miss: score.classHit ? null : missOf(w, score, leads) };
};

export type NoteScore = {
  id: string;
  repo: string;
  commit: string;
  polarity: string;
  section: string;
  title: string;
  status: string;
  /** A lead (a strength, for what was done well) points at a site. */
  hit: boolean;
  /** … under a check of the section the auditor filed it under. */
  sectionHit: boolean;
  /** Anything, a fact too, is shown at a site under a check of that section: the auditor reads it there. */
  shown: boolean;
  sites: string[];
  /** The evidence that would have put the auditor on the spot. */
  wanted: string;
};

/** How a published audit's finding, or what that audit missed, fared. */
export const scoreNote = async (note: AuditNote, run: Runner): Promise<NoteScore> => {
  const [repo = note.repo, commit = ''] = note.checkout_commit.includes('@')
    ? note.checkout_commit.split('@')
    : [note.repo, note.checkout_commit];
  const polarity = note.polarity ?? 'missed by the auditor';
  const result = await run({ repo, commit, subdir: '', language: '' });
  const wanted = polarity === 'positive' ? 'strength' : 'lead';
  const pointing = result.findings.filter((f) => f.kind === wanted && hits(f, note.sites));
  const sections = [note.guide_section, ...(note.guide_section_alt ?? [])];
  const isFiled = (f: Finding): boolean => f.checks.some((c) => sections.some((s) => c.startsWith(`${s}.`)));
  return {
    id: note.finding_id ?? note.title,
    repo,
    commit,
    polarity,
    section: note.guide_section,
    title: note.title,
    status: result.status,
    hit: pointing.length > 0,
    sectionHit: pointing.some(isFiled),
    shown: result.findings.some((f) => isFiled(f) && hits(f, note.sites)),
    sites: note.sites.map((s) => `${s.file}:${s.start}-${s.end}`),
    wanted: note.evidence_kind,
  };
};

export type Rates = { precision: number; recall: number; f1: number };

export const rates = (right: number, found: number, expected: number): Rates => {
  const precision = found ? right / found : 0;
  const recall = expected ? right / expected : 1;
  return { precision, recall, f1: precision + recall ? (2 * precision * recall) / (precision + recall) : 0 };
};

export type NameScore = Rates & {
  repo: string;
  commit: string;
  subdir: string;
  language: string;
  status: string;
  seconds: number;
  expected: number;
  found: number;
  right: number;
  /** Of the right ones, those at a labelled line. */
  located: number;
  /** A name that is computed counts as found when the place that computes it was named; it is no wrong name either. */
  placed: { found: number; right: number } & Rates;
  missing: string[];
  extra: string[];
};

/** Lines a tool's reported line may lie off the labelled ones. */
const LINE_SLACK = 5;

/** Compares the names a server registers with those that were reported. */
export const scoreNames = (
  server: Server,
  tools: readonly NamedTool[],
): Omit<NameScore, 'status' | 'seconds'> => {
  const truth = new Map(server.tools.map((t) => [t.name, t]));
  // Real, but in another mode: neither right nor wrong.
  const other = new Set((server.alternate_tools ?? []).map((t) => t.name).filter((n) => !truth.has(n)));
  const named = new Map(tools.filter((t) => t.name && !other.has(t.name)).map((t) => [t.name, t]));
  const right = [...truth.values()].filter((t) => named.has(t.name));
  const located = right.filter((t) => {
    const at = named.get(t.name);
    const lines = Object.entries(t).flatMap(([key, v]) =>
      key.endsWith('line') && typeof v === 'number' && v ? [v] : [],
    );
    return at?.path === t.file && lines.some((n) => Math.abs(at.line - n) <= LINE_SLACK);
  });
  const computed = tools.filter((t) => t.certainty === 'dynamic');
  const isComputedAt = (places: readonly Site[]): boolean =>
    places.some((site) => computed.some((t) => overlaps({ path: t.path, start: t.line, end: t.line }, site)));
  const placed = [...truth.values()].filter(
    (t) => !named.has(t.name) && isComputedAt(t.computed_at ?? server.computed_at ?? []),
  );
  const claimed = [...named.values()].filter((t) => t.certainty !== 'dynamic').length + placed.length;
  return {
    repo: server.repo,
    commit: server.commit,
    subdir: server.subdir ?? '',
    language: server.language,
    expected: truth.size,
    found: named.size,
    right: right.length,
    located: located.length,
    ...rates(right.length, named.size, truth.size),
    placed: {
      found: claimed,
      right: right.length + placed.length,
      ...rates(right.length + placed.length, claimed, truth.size),
    },
    missing: [...truth.keys()].filter((n) => !named.has(n) && !placed.some((t) => t.name === n)).sort(),
    extra: [...named.values()]
      .filter((t) => !truth.has(t.name))
      .map((t) => `${t.name} ${t.path}:${t.line}`)
      .sort(),
  };
};
