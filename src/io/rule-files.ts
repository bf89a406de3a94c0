import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { bundledChecklists, readMethodologyFolder } from './methodology-files.ts';

/**
 * Rules and models of the flow engine by file name: the bundled ones, and folders of the auditor's own. Which of the two a
 * file is, its first key says.
 */
export type RuleFiles = ReadonlyMap<string, string>;

/** Written by the build beside the program: all bundled rules and models, each as JSON. YAML takes ten times as long. */
const BUILT = 'rules.json';

export const readBundledRules = async (): Promise<RuleFiles> => {
  const built = await readFile(join(import.meta.dirname, BUILT), 'utf8').catch(() => null);
  if (built !== null) return new Map(JSON.parse(built) as [string, string][]);
  const dir = bundledChecklists();
  const rules = await readMethodologyFolder(join(dir, 'rules'));
  return new Map([
    ...[...rules].map(([name, text]): [string, string] => [`rules/${name}`, text]),
    ...(await modelsIn(join(dir, 'models'), 'models')),
  ]);
};

/** Model files of a folder and of the folders in it, one a language. */
const modelsIn = async (dir: string, as: string): Promise<[string, string][]> => {
  const inside = (await readdir(dir, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: [string, string][] = [];
  if (inside.some((e) => e.isFile() && /\.ya?ml$/i.test(e.name)))
    for (const [name, text] of await readMethodologyFolder(dir)) found.push([`${as}/${name}`, text]);
  for (const e of inside)
    if (e.isDirectory() && /^[a-z]+$/.test(e.name))
      for (const [name, text] of await readMethodologyFolder(join(dir, e.name)))
        found.push([`${as}/${e.name}/${name}`, text]);
  return found;
};

/** An auditor's own models, by names that none of ours has. Throws {@link UserError} when the folder cannot be read. */
export const readOwnModels = async (dir: string): Promise<RuleFiles> => {
  try {
    const found = await modelsIn(dir, 'own/models');
    if (found.length > 0) return new Map(found);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `the models in ${dir} could not be read, so nothing was gathered with them: ${(error as Error).message}`,
      'name a folder that holds .yml files with models; docs/adding-a-model.md says how they are written',
    );
  }
  throw new UserError(
    `${dir} holds no model, so nothing was gathered with it.`,
    'name a folder that holds .yml files with models, or one folder of them a language',
  );
};

/** What an auditor brings: rules, models, both or none. */
export const readOwn = async (from: {
  rules?: string | undefined;
  models?: string | undefined;
}): Promise<RuleFiles> =>
  new Map([
    ...(from.rules ? await readOwnRules(from.rules) : []),
    ...(from.models ? await readOwnModels(from.models) : []),
  ]);

/** An auditor's own rules, by names that none of ours has. Throws {@link UserError} when the folder cannot be read. */
export const readOwnRules = async (dir: string): Promise<RuleFiles> => {
  let files: ReadonlyMap<string, string>;
  try {
    files = await readMethodologyFolder(dir);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `the rules in ${dir} could not be read, so nothing was gathered with them: ${error.message
        .replace('methodology folder', 'folder')
        .replace(/, so [^,]*$/, '.')}`,
      'name a folder that holds .yml files with rules; docs/adding-a-rule.md says how they are written',
    );
  }
  return new Map([...files].map(([name, text]) => [`own/rules/${name}`, text]));
};

export const encodeRules = (rules: RuleFiles): string => JSON.stringify([...rules]);

/** What {@link encodeRules} wrote; null for anything else. */
export const decodeRules = (text: string): RuleFiles | null => {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed)) return null;
    const isEntry = (e: unknown): e is [string, string] =>
      Array.isArray(e) && e.length === 2 && typeof e[0] === 'string' && typeof e[1] === 'string';
    return parsed.every(isEntry) ? new Map(parsed) : null;
  } catch {
    return null;
  }
};

/** Names the methodology evidence was gathered with, and the auditor's own rules by their hash. */
export const rulesName = (methodology: { id: string; version: string }, own: RuleFiles): string => {
  const base = `${methodology.id} ${methodology.version}`;
  return own.size === 0 ? base : `${base} + own rules sha256:${hash('sha256', encodeRules(own), 'hex')}`;
};
