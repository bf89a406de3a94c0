import { hash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { bundledChecklists, readMethodologyFolder } from './methodology-files.ts';

/** Rules of the flow engine by file name: the bundled ones, and a folder of the auditor's own. */
export type RuleFiles = ReadonlyMap<string, string>;

export const readBundledRules = (): Promise<RuleFiles> =>
  readMethodologyFolder(join(bundledChecklists(), 'rules'));

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
  return new Map([...files].map(([name, text]) => [`own/${name}`, text]));
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
