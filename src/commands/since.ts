import { hash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { SourceTree } from '../collectors/collector.ts';
import type { SessionTarget } from '../domain/events.ts';
import type { EvidenceFile, EvidenceItem } from '../domain/evidence.ts';
import { type Baseline, baselineOf, type Marked } from '../domain/pipeline/baseline.ts';
import { marker } from '../engine/marks.ts';
import { changedBetween, commitNamed, partedAt } from '../io/git/between.ts';
import { keepCompared, readCompared } from '../io/kept/compared.ts';
import { rulesName } from '../io/rule-files.ts';
import { type Gathering, gatherFrom, withSource } from './gather-target.ts';
import { hasLooked } from './headless.ts';
import type { Host } from './host.ts';
import { VERSION } from './version.ts';

/** Leads against those of the commit a change began at. */

/** Leads with the marks of their places. */
export const markedLeads = async (
  evidence: EvidenceFile,
  tree: SourceTree,
): Promise<Map<EvidenceItem, Marked>> => {
  const mark = marker(tree);
  const marked = new Map<EvidenceItem, Marked>();
  for (const item of evidence.items)
    if (item.kind === 'lead') marked.set(item, { ...item, marks: await mark(item) });
  return marked;
};

/** Where results are kept: of this build and these rules alone. */
export const keptFolder = (cache: string, subdir: string, g: Gathering): string => {
  // Bundled, the program lies in a folder named by what it was built from.
  const build = `${VERSION}-${basename(import.meta.dirname)}`;
  const key = [rulesName(g.methodology, g.ownRules), subdir, [...g.checks].sort(), g.osv, g.networkAllowed];
  const rules = hash('sha256', JSON.stringify(key), 'hex');
  return join(cache, build, rules.slice(0, 16));
};

export type Since = {
  ref: string;
  commit: string;
  base: Baseline;
  /** Whether a change since then touches a lead, or made it what it is. */
  affects(lead: EvidenceItem): boolean;
};

type Asking = {
  repository: string;
  source: string;
  /** What HEAD is. */
  head: string;
  target: SessionTarget;
  gathering: Gathering;
  kept: string | null;
  ref: string;
};

const pathsOf = (l: EvidenceItem): string[] => [
  ...(l.location ? [l.location.path] : []),
  ...l.places.map((p) => p.path),
  ...l.flow.map((s) => s.path),
  ...(l.doors ?? []).map((d) => d.path),
];

/** What an item says, hashed: places and steps are a part of it. */
const saying = (l: EvidenceItem): string =>
  hash('sha256', JSON.stringify([l.title, l.detail, l.strength, l.places, l.flow]), 'hex').slice(0, 16);

/** All that is asked of a commit something is compared with. */
type Compared = { base: Baseline; sayings: [string, string][] };

const comparedOf = (evidence: EvidenceFile, marked: ReadonlyMap<EvidenceItem, Marked>): Compared => ({
  base: baselineOf([...marked.values()], { version: evidence.tool.version, rules: evidence.tool.rules }),
  sayings: [...marked.keys()].map((l) => [l.id, saying(l)]),
});

/** A run's own leads are what the next one compares with. What could not look may the next time, and is kept nowhere. */
export const keepForNext = (
  kept: string,
  evidence: EvidenceFile,
  marked: ReadonlyMap<EvidenceItem, Marked>,
): void => {
  if (evidence.collectors.every(hasLooked))
    keepCompared(kept, evidence.target.commit, comparedOf(evidence, marked));
};

export const since = async (host: Host, a: Asking): Promise<Since> => {
  const clone = { reposDir: host.reposDir, repository: a.repository, source: a.source };
  const { commit: now, subdir } = a.target;
  const commit = await partedAt(clone, await commitNamed(clone, a.head, a.ref), now);
  const gathered = async (): Promise<Compared> => {
    host.progress(`gathering at ${commit.slice(0, 12)}, where the change began`);
    const target = { ...a.target, commit };
    const place = { repository: a.repository, commit, subdir, ownRules: a.gathering.ownRules, kept: a.kept };
    return withSource(place, async (source) => {
      const { evidence } = await gatherFrom(host, source, target, a.gathering);
      const marked = await markedLeads(evidence, source.tree);
      if (a.kept) keepForNext(a.kept, evidence, marked);
      return comparedOf(evidence, marked);
    });
  };
  const known = a.kept === null ? null : (readCompared(a.kept, commit) as Compared | null);
  const { base, sayings } = known ?? (await gathered());
  const changed = new Set(await changedBetween(clone, commit, now));
  const before = new Map(sayings);
  return {
    ref: a.ref,
    commit,
    base,
    affects: (l) => before.get(l.id) !== saying(l) || pathsOf(l).some((p) => changed.has(p)),
  };
};
