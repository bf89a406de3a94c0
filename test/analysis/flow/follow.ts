import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { analyse, type Flows } from '../../../src/analysis/flow/analyse.ts';
import { indexRules, type Knowledge, parseRules } from '../../../src/analysis/flow/knowledge.ts';
import { type FlowLead, leadsOf } from '../../../src/analysis/flow/leads.ts';
import type { Rule } from '../../../src/analysis/flow/rules.ts';
import type { Module, Reader } from '../../../src/analysis/sources/ir.ts';
import { languages } from '../../../src/analysis/sources/readers.ts';

/** Runs the engine over a few files, with the rules that are shipped. */

const CHECKLISTS = resolve(import.meta.dirname, '../../../checklists');

const textsIn = (folder: string): [string, string][] =>
  readdirSync(join(CHECKLISTS, folder), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.yml'))
    .sort()
    .map((f) => [`${folder}/${f}`, readFileSync(join(CHECKLISTS, folder, f), 'utf8')]);

/** The rules and models that are shipped, by file. */
export const ruleFiles = (): Map<string, string> => new Map([...textsIn('rules'), ...textsIn('models')]);

const read = parseRules(ruleFiles());

export const shipped = (): readonly Rule[] => read.rules;
export const shippedModels = () => read.models;

/** What is shipped, ready to ask; with other rules, beside the shipped models. */
export const knowledge = (rules: readonly Rule[] = read.rules): Knowledge => indexRules(rules, read.models);
const usual = knowledge();

const readers = new Map<string, Promise<Reader>>();

export const readerFor = async (path: string): Promise<Reader> => {
  const extension = path.slice(path.lastIndexOf('.') + 1);
  const language = languages.find((l) => l.extensions.includes(extension));
  if (!language) throw new Error(`no reader for ${path}`);
  const held = readers.get(language.name) ?? language.load();
  readers.set(language.name, held);
  return held;
};

export const modulesOf = async (files: Record<string, string>): Promise<Module[]> => {
  const modules: Module[] = [];
  for (const [path, text] of Object.entries(files)) modules.push((await readerFor(path)).read(path, text));
  return modules;
};

export const flowsOf = async (files: Record<string, string>, rules = shipped()): Promise<Flows> =>
  analyse(await modulesOf(files), rules === read.rules ? usual : knowledge(rules));

export const follow = async (files: Record<string, string>, rules = shipped()): Promise<FlowLead[]> =>
  leadsOf((await flowsOf(files, rules)).hits);

/** One line a lead: strength, rule, input, door, line of the sink. */
export const told = (leads: readonly FlowLead[]): string[] =>
  leads.map(
    (l) =>
      `${l.strength} ${l.rule.id} ${l.input || '-'} of ${l.tool || '-'} at ${l.sink.path}:${l.sink.line}`,
  );
