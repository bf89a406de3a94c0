import type { z } from 'zod';
import {
  type Methodology,
  methodologyIndex,
  scorecard,
  section,
  type Top10Risk,
  type Ttp,
  top10Catalogue,
  ttpCatalogue,
} from './methodology.ts';
import { type Problem, readYaml, type YamlFile } from './read-yaml.ts';

export type { Problem };

export const INDEX_FILE = 'methodology.yml';
export const SCORECARD_FILE = 'scorecard.yml';

/** What a methodology may refer to: ids of the collectors this program has, slugs of the attack catalogue. */
export type Known = { collectors: readonly string[]; ttps: readonly string[] };

type Index = z.infer<typeof methodologyIndex>;
type SectionFile = YamlFile<z.infer<typeof section>>;
type ScorecardFile = YamlFile<z.infer<typeof scorecard>>;

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** The id a section file claims, also when the rest of it has the wrong shape; by its name when it says nothing. */
const claimedId = (file: SectionFile, listed: readonly string[]): string | undefined => {
  if (file.value) return file.value.id;
  const raw = (file.raw as { id?: unknown } | null | undefined)?.id;
  if (typeof raw === 'string' && listed.includes(raw)) return raw;
  return listed.find((id) => file.file.startsWith(`${id}-`) || file.file.startsWith(`${id}.y`));
};

const indexProblems = (index: YamlFile<Index>, sections: readonly SectionFile[]): Problem[] => {
  if (!index.value) return [];
  const listed = index.value.phases.flatMap((p, i) =>
    p.sections.map((id, j) => ({ id, path: ['phases', i, 'sections', j] })),
  );
  const ids = listed.map((l) => l.id);
  const held = new Map<string, SectionFile>();
  const problems: Problem[] = [];
  for (const file of sections) {
    const id = claimedId(file, ids);
    const first = id === undefined ? undefined : held.get(id);
    if (id === undefined || !ids.includes(id))
      problems.push(
        file.problem(
          ['id'],
          `a section that ${index.file} lists (${ids.join(', ')})`,
          id ? quoted(id) : 'none',
        ),
      );
    else if (first)
      problems.push(
        file.problem(['id'], 'one file a section', `${quoted(id)}, which ${first.file} holds too`),
      );
    else held.set(id, file);
  }
  const seen = new Set<string>();
  for (const { id, path } of listed) {
    if (seen.has(id)) problems.push(index.problem(path, 'each section once', `a second ${quoted(id)}`));
    else if (!held.has(id))
      problems.push(index.problem(path, `a file whose id is ${quoted(id)}`, 'no such file'));
    seen.add(id);
  }
  const phases = new Set<string>();
  index.value.phases.forEach((p, i) => {
    if (phases.has(p.id))
      problems.push(index.problem(['phases', i, 'id'], 'each phase id once', `a second ${quoted(p.id)}`));
    phases.add(p.id);
  });
  return problems;
};

/** Right page, wrong category is the usual slip with a slug. */
const slugHint = (slug: string, known: readonly string[]): string => {
  const page = slug.slice(slug.indexOf('/'));
  const near = known.filter((k) => k.endsWith(page));
  return near.length > 0 ? ` (is it ${near.join(' or ')}?)` : '';
};

const sectionProblems = (
  file: SectionFile,
  known: Known,
  criteria: readonly string[] | null,
  seen: Map<string, string>,
): Problem[] => {
  const problems: Problem[] = [];
  file.value?.checks.forEach((c, i) => {
    const at = (...path: PropertyKey[]) => ['checks', i, ...path];
    const first = seen.get(c.id);
    if (first)
      problems.push(
        file.problem(at('id'), 'an id no other check has', `${quoted(c.id)}, which ${first} has too`),
      );
    else seen.set(c.id, file.file);
    if (c.origin !== 'custom' && !c.id.startsWith(`${file.value!.id}.`))
      problems.push(
        file.problem(at('id'), `an id that starts with ${quoted(`${file.value!.id}.`)}`, quoted(c.id)),
      );
    c.collectors.forEach((id, j) => {
      if (!known.collectors.includes(id))
        problems.push(
          file.problem(at('collectors', j), `a collector: ${known.collectors.join(', ')}`, quoted(id)),
        );
    });
    c.references.ttps.forEach((slug, j) => {
      if (!known.ttps.includes(slug))
        problems.push(
          file.problem(
            at('references', 'ttps', j),
            'a slug of the attack catalogue',
            quoted(slug) + slugHint(slug, known.ttps),
          ),
        );
    });
    c.scorecard.forEach((id, j) => {
      if (criteria && !criteria.includes(id))
        problems.push(file.problem(at('scorecard', j), `a criterion of ${SCORECARD_FILE}`, quoted(id)));
    });
  });
  return problems;
};

const scorecardProblems = (file: ScorecardFile): Problem[] => {
  if (!file.value) return [];
  const { levels, dimensions } = file.value;
  const problems: Problem[] = [];
  const total = dimensions.reduce((sum, d) => sum + d.weight, 0);
  // Thirds do not add up in binary.
  if (Math.abs(total - 100) > 0.01)
    problems.push(file.problem(['dimensions'], 'weights that add up to 100', String(total)));
  const values = levels.map((l) => l.value);
  if (new Set(values).size !== values.length)
    problems.push(file.problem(['levels'], 'each of the values 0, 1, 2, 3, 4 once', values.join(', ')));
  const seen = new Set<string>();
  const unique = (id: string, path: PropertyKey[]) => {
    if (seen.has(id)) problems.push(file.problem(path, 'an id used once in the scorecard', quoted(id)));
    seen.add(id);
  };
  dimensions.forEach((d, i) => {
    unique(d.id, ['dimensions', i, 'id']);
    d.criteria.forEach((c, j) => {
      unique(c.id, ['dimensions', i, 'criteria', j, 'id']);
    });
  });
  return problems;
};

const byPlace = (a: Problem, b: Problem): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 0) - (b.line ?? 0);

/**
 * Puts a methodology together from its files, by file name: `methodology.yml` (table of contents), `scorecard.yml`,
 * and every other `.yml` or `.yaml` as one section. Pure and total: whatever the files hold, the answer is either a
 * complete methodology or at least one problem, sorted by file and line.
 */
export const parseMethodology = (
  files: ReadonlyMap<string, string>,
  known: Known,
): { methodology: Methodology } | { problems: Problem[] } => {
  const missing = (file: string, expected: string): Problem => ({
    file,
    path: '',
    expected,
    found: 'no such file',
  });
  const indexText = files.get(INDEX_FILE);
  const scorecardText = files.get(SCORECARD_FILE);
  const index = indexText === undefined ? null : readYaml(INDEX_FILE, indexText, methodologyIndex);
  const score = scorecardText === undefined ? null : readYaml(SCORECARD_FILE, scorecardText, scorecard);
  const sections = [...files]
    .filter(([name]) => name !== INDEX_FILE && name !== SCORECARD_FILE)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => readYaml(name, text, section));

  const criteria = score?.value?.dimensions.flatMap((d) => d.criteria.map((c) => c.id)) ?? null;
  const checkIds = new Map<string, string>();
  const problems = [
    ...(index
      ? [...index.problems, ...indexProblems(index, sections)]
      : [missing(INDEX_FILE, 'the table of contents')]),
    ...(score
      ? [...score.problems, ...scorecardProblems(score)]
      : [missing(SCORECARD_FILE, 'levels and weights')]),
    ...sections.flatMap((s) => [...s.problems, ...sectionProblems(s, known, criteria, checkIds)]),
  ];
  if (!index?.value || !score?.value || problems.length > 0) return { problems: problems.sort(byPlace) };

  const byId = new Map(sections.map((s) => [s.value!.id, s.value!]));
  const { id, title, version, phases } = index.value;
  return {
    methodology: {
      id,
      title,
      version,
      phases: phases.map((p) => ({ ...p, sections: p.sections.map((s) => byId.get(s)!) })),
      scorecard: score.value,
    },
  };
};

/** Reads `catalogue/ttps.yml`; slugs in the order of the file. */
export const parseTtps = (text: string): { ttps: Ttp[] } | { problems: Problem[] } => {
  const { value, problems } = readYaml('catalogue/ttps.yml', text, ttpCatalogue);
  return value ? { ttps: value.ttps } : { problems };
};

/** Reads `catalogue/top10.yml`. */
export const parseTop10 = (text: string): { top10: Top10Risk[] } | { problems: Problem[] } => {
  const { value, problems } = readYaml('catalogue/top10.yml', text, top10Catalogue);
  return value ? { top10: value.top10 } : { problems };
};
