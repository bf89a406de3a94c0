import { z } from 'zod';
import { type Problem, readYaml } from '../../domain/read-yaml.ts';
import { type Model, model } from './models.ts';
import { type Rule, rule, ruleFile, type Sink } from './rules.ts';

/** Reads the files of rules and models, the bundled ones and those of an auditor. */

/** A file's rules one by one: what is wrong with one of them is no reason to lose the others. */
const rulesApart = z.looseObject({ rules: z.array(z.unknown()) });
const isModel = /^(?:library:|\{"library":)/m;

/** What a build has already turned into JSON needs no YAML reader; null for any other text. */
const asJson = (text: string): unknown => {
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

export type Read = {
  /** With the sinks that models add to them. */
  rules: readonly Rule[];
  models: readonly Model[];
  problems: readonly Problem[];
};

/**
 * Rules and models of all files, in the order of file and place; which of the two a file is, its own first key says. A later
 * rule of the same id takes the place of an earlier one, and so does a later model of the same library and language. What is
 * not in shape is left out, and a problem says where it stands.
 */
export const parseRules = (files: ReadonlyMap<string, string>): Read => {
  const rules = new Map<string, Rule>();
  const models = new Map<string, { file: string; model: Model }>();
  const problems: Problem[] = [];
  for (const [name, text] of files) {
    const ready = asJson(text);
    if (ready !== null) {
      const read = model.safeParse(ready);
      const own = ruleFile.safeParse(ready);
      if (read.success)
        models.set(`${read.data.language} ${read.data.library}`, { file: name, model: read.data });
      for (const r of own.data?.rules ?? []) rules.set(r.id, r);
      if (read.success || own.success) continue;
    }
    if (isModel.test(text)) {
      const read = readYaml(name, text, model);
      problems.push(...read.problems);
      if (read.value)
        models.set(`${read.value.language} ${read.value.library}`, { file: name, model: read.value });
      continue;
    }
    const read = readYaml(name, text, ruleFile);
    problems.push(...read.problems);
    const usable =
      read.value?.rules ??
      (rulesApart.safeParse(read.raw).data?.rules ?? []).flatMap((r) => rule.safeParse(r).data ?? []);
    for (const r of usable) rules.set(r.id, r);
  }
  for (const { file, model: m } of models.values()) {
    const unknown = [...m.sinks.map((s) => s.rule), ...m.guards.flatMap((g) => g.closes)].filter(
      (id) => !rules.has(id),
    );
    // A folder of models alone is read beside rules it does not hold.
    if (rules.size > 0)
      for (const id of new Set(unknown))
        problems.push({ file, path: 'sinks', expected: 'the id of a rule', found: JSON.stringify(id) });
  }
  const byGuard = new Map<string, string[]>();
  for (const { model: m } of models.values())
    for (const g of m.guards)
      for (const id of g.closes)
        byGuard.set(id, [...(byGuard.get(id) ?? []), ...g.calls.map((c) => c.replace(/^\*\./, ''))]);
  const bySink = new Map<string, Sink[]>();
  for (const { model: m } of models.values())
    for (const { rule: id, example: _example, ...sink } of m.sinks) {
      const held = bySink.get(id) ?? [];
      held.push({ ...sink, languages: [m.language] });
      bySink.set(id, held);
    }
  return {
    rules: sharingSinks(
      [...rules.values()].map((r) => {
        const sinks = bySink.get(r.id) ?? [];
        const clean = byGuard.get(r.id) ?? [];
        return sinks.length + clean.length > 0
          ? { ...r, sinks: [...r.sinks, ...sinks], sanitizers: [...r.sanitizers, ...clean] }
          : r;
      }),
    ),
    models: [...models.values()].map((m) => m.model),
    problems,
  };
};

/** Rules that look at the sinks of another rule in another way. */
const sharingSinks = (rules: readonly Rule[]): Rule[] =>
  rules.map((r) => {
    const shared = r.sinksOf;
    if (!shared) return r;
    const other = rules.find((x) => x.id === shared.rule);
    const taken = (other?.sinks ?? [])
      .filter((s) => s.shape === shared.from && !s.calls.includes('new *'))
      .map(({ position: _position, ...s }) => ({ ...s, shape: shared.shape }));
    return { ...r, sinks: [...r.sinks, ...taken] };
  });
