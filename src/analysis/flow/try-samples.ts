import { languages } from '../sources/readers.ts';
import { analyse } from './analyse.ts';
import { indexRules } from './knowledge.ts';
import { leadsOf, type Strength } from './leads.ts';
import type { Model } from './models.ts';
import type { Rule } from './rules.ts';

/** What a rule said about one of its own samples, where that is not what the sample expects. */
export type SampleProblem = {
  rule: string;
  /** 1-based. */
  sample: number;
  expected: Rule['samples'][number]['finds'];
  /** Strengths of the rule's leads; empty for none. */
  found: readonly Strength[];
  /** The sample could not be tried at all: its language has no parser here, or its code cannot be parsed. */
  unread?: string;
};

const FILE = {
  javascript: 'sample.ts',
  python: 'sample.py',
  go: 'sample.go',
  java: 'Sample.java',
  rust: 'sample.rs',
  csharp: 'Sample.cs',
  php: 'sample.php',
  ruby: 'sample.rb',
  kotlin: 'Sample.kt',
};

/**
 * Runs the samples of `tried` with all of `rules`, and gives those that a rule did not answer as expected. Also names
 * rules that only say what they find, or only what they leave alone.
 */
export const trySamples = async (
  rules: readonly Rule[],
  models: readonly Model[],
  tried: readonly Rule[] = rules,
): Promise<SampleProblem[]> => {
  const problems: SampleProblem[] = [];
  const index = indexRules(rules, models);
  for (const rule of tried)
    for (const [i, { language, code, finds }] of rule.samples.entries()) {
      const path = FILE[language];
      const problem = { rule: rule.id, sample: i + 1, expected: finds, found: [] };
      const known = languages.find((l) => l.extensions.includes(path.slice(path.lastIndexOf('.') + 1)));
      if (!known) {
        problems.push({ ...problem, unread: `${language} has no parser here` });
        continue;
      }
      const module = (await known.load()).read(path, code);
      if (module.errors.length > 0) {
        const { line } = module.errors[0]!;
        problems.push({ ...problem, unread: `its code cannot be parsed (line ${line} of the sample)` });
        continue;
      }
      const found = leadsOf((await analyse([module], index)).hits)
        .filter((l) => l.rule.id === rule.id)
        .map((l) => l.strength);
      const right = finds === 'nothing' ? found.length === 0 : found.length === 1 && found[0] === finds;
      if (!right) problems.push({ ...problem, found });
    }
  return problems;
};

/** Rules whose samples show only one of the two: what is found, and what is left alone or weak. */
export const oneSided = (rules: readonly Rule[]): { rule: string; missing: 'found' | 'left alone' }[] =>
  rules.flatMap((r) => {
    const finds = r.samples.some((s) => s.finds !== 'nothing');
    const leaves = r.samples.some((s) => s.finds === 'nothing' || s.finds === 'weak');
    return finds && leaves ? [] : [{ rule: r.id, missing: finds ? 'left alone' : 'found' } as const];
  });

/** What a model's sample was not answered as it says. `sample` is 1-based; `found` are rule and strength of what was said. */
export type ModelProblem = {
  library: string;
  language: Model['language'];
  sample: number;
  expected: string;
  found: readonly string[];
  unread?: string;
};

/** Runs the samples of `tried` with all of `rules` and `models`. */
export const tryModels = async (
  rules: readonly Rule[],
  models: readonly Model[],
  tried: readonly Model[] = models,
): Promise<ModelProblem[]> => {
  const problems: ModelProblem[] = [];
  const index = indexRules(rules, models);
  for (const { library, language, samples } of tried)
    for (const [i, { hit, quiet, strength, code }] of samples.entries()) {
      const expected = hit === undefined ? `no ${quiet}` : `${strength ?? 'any'} ${hit}`;
      const problem = { library, language, sample: i + 1, expected, found: [] };
      const path = FILE[language];
      const known = languages.find((l) => l.extensions.includes(path.slice(path.lastIndexOf('.') + 1)));
      if (!known) {
        problems.push({ ...problem, unread: `${language} has no parser here` });
        continue;
      }
      const module = (await known.load()).read(path, code);
      if (module.errors.length > 0) {
        problems.push({
          ...problem,
          unread: `its code cannot be parsed (line ${module.errors[0]!.line} of the sample)`,
        });
        continue;
      }
      const leads = leadsOf((await analyse([module], index)).hits).filter((l) => l.origin !== 'caller');
      const own = leads.filter((l) => l.rule.id === (hit ?? quiet));
      const right =
        hit === undefined
          ? own.every((l) => l.strength === 'weak')
          : own.some((l) => strength === undefined || l.strength === strength);
      if (!right) problems.push({ ...problem, found: leads.map((l) => `${l.strength} ${l.rule.id}`) });
    }
  return problems;
};

/** Models whose samples show only one of the two: what is found, and what is left alone. Models without rows to show have none. */
export const oneSidedModels = (
  models: readonly Model[],
): { library: string; language: Model['language']; missing: 'found' | 'left alone' }[] =>
  models.flatMap(({ library, language, samples, doors, sinks }) => {
    if (samples.length === 0 && doors.length + sinks.length === 0) return [];
    const hits = samples.some((s) => s.hit !== undefined);
    const quiet = samples.some((s) => s.quiet !== undefined);
    return hits && quiet ? [] : [{ library, language, missing: hits ? 'left alone' : 'found' } as const];
  });
