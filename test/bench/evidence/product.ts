import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PARTS = ['dist', 'checklists', 'package.json'];

const hashOf = (root: string): string => {
  const hash = createHash('sha256');
  for (const part of PARTS) {
    const path = join(root, part);
    const names = part.includes('.')
      ? ['']
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((e) => e.isFile())
          .map((e) => join(e.parentPath, e.name).slice(path.length))
          .sort();
    for (const name of names) hash.update(`${part}${name}\0`).update(readFileSync(path + name));
  }
  return hash.digest('hex').slice(0, 16);
};

/**
 * Copies the built program aside, so that a build during the run changes nothing, and says what it is: the same program
 * has the same version. The copy lies below the project's `node_modules`, where its packages are found.
 */
export const freezeProduct = (root: string, cacheDir: string): { command: string; version: string } => {
  if (!existsSync(join(root, 'dist', 'cli.js')))
    throw new Error(
      'dist/cli.js is not there: run npm run build first, or measure another program with --cmd',
    );
  const version = hashOf(root);
  const frozen = join(cacheDir, 'product', version);
  if (!existsSync(frozen)) {
    const aside = `${frozen}.${process.pid}`;
    for (const part of PARTS) cpSync(join(root, part), join(aside, part), { recursive: true });
    const copied = hashOf(aside);
    if (copied !== version) {
      rmSync(aside, { recursive: true, force: true });
      throw new Error('dist changed while it was copied; start again');
    }
    for (const old of readdirSync(join(cacheDir, 'product')))
      if (!old.includes('.')) rmSync(join(cacheDir, 'product', old), { recursive: true, force: true });
    renameSync(aside, frozen);
  }
  const word = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
  return {
    command: `${word(process.execPath)} ${word(join(frozen, 'dist', 'cli.js'))} collect {clone} --ref {commit} --subdir {subdir} --json {out}`,
    version,
  };
};
