import { baseName } from '../../files/paths.ts';
import type { Ecosystem } from '../dependency.ts';
import { bunLock } from './bun.ts';
import { cargoLock } from './cargo.ts';
import { denoLock } from './deno.ts';
import { goMod, goSum } from './go.ts';
import type { LockReader } from './lock.ts';
import { packageLock } from './npm.ts';
import { composerLock, gemfileLock, gradleLock, nugetLock, packagesConfig } from './others.ts';
import { pnpmLock } from './pnpm.ts';
import { pdmLock, pipfileLock, poetryLock, pylock, uvLock } from './python.ts';
import { yarnLock } from './yarn.ts';

/**
 * Every kind of lockfile, by its name. `unreadable` says why one that is known cannot be read; `companion` marks what
 * only adds to another file (go.sum to go.mod) and pins nothing by itself.
 */
export type LockfileKind = { name: string | RegExp; ecosystem: Ecosystem } & (
  | { read: LockReader; companion?: boolean }
  | { unreadable: string }
);

export const LOCKFILES: readonly LockfileKind[] = [
  { name: 'package-lock.json', ecosystem: 'npm', read: packageLock },
  { name: 'npm-shrinkwrap.json', ecosystem: 'npm', read: packageLock },
  { name: 'pnpm-lock.yaml', ecosystem: 'npm', read: pnpmLock },
  { name: 'yarn.lock', ecosystem: 'npm', read: yarnLock },
  { name: 'bun.lock', ecosystem: 'npm', read: bunLock },
  { name: 'bun.lockb', ecosystem: 'npm', unreadable: 'a binary lockfile; "bun bun.lockb" prints it' },
  { name: 'deno.lock', ecosystem: 'npm', read: denoLock },
  { name: 'uv.lock', ecosystem: 'PyPI', read: uvLock },
  { name: 'poetry.lock', ecosystem: 'PyPI', read: poetryLock },
  { name: 'pdm.lock', ecosystem: 'PyPI', read: pdmLock },
  { name: /^pylock\.(?:[^.]+\.)?toml$/, ecosystem: 'PyPI', read: pylock },
  { name: 'Pipfile.lock', ecosystem: 'PyPI', read: pipfileLock },
  { name: 'Cargo.lock', ecosystem: 'crates.io', read: cargoLock },
  { name: 'go.mod', ecosystem: 'Go', read: goMod },
  { name: 'go.sum', ecosystem: 'Go', read: goSum, companion: true },
  { name: 'gradle.lockfile', ecosystem: 'Maven', read: gradleLock },
  { name: 'packages.lock.json', ecosystem: 'NuGet', read: nugetLock },
  { name: 'packages.config', ecosystem: 'NuGet', read: packagesConfig },
  { name: 'Gemfile.lock', ecosystem: 'RubyGems', read: gemfileLock },
  { name: 'composer.lock', ecosystem: 'Packagist', read: composerLock },
];

/** The kind of a lockfile by its file name, or null when the file is none. */
export const lockfileKind = (path: string): LockfileKind | null => {
  const file = baseName(path);
  return LOCKFILES.find((k) => (typeof k.name === 'string' ? k.name === file : k.name.test(file))) ?? null;
};
