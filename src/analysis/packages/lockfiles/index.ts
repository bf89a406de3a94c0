import { baseName } from '../../files/paths.ts';
import type { Ecosystem } from '../dependency.ts';
import { bunLock } from './bun.ts';
import { cargoLock } from './cargo.ts';
import { denoLock } from './deno.ts';
import { goMod, goSum } from './go.ts';
import type { LockReader, ReadLock } from './lock.ts';
import { packageLock } from './npm.ts';
import { composerLock, gemfileLock, gradleLock, nugetLock, packagesConfig } from './others.ts';
import { pnpmLock } from './pnpm.ts';
import { pdmLock, pipfileLock, poetryLock, pylock, uvLock } from './python.ts';
import { yarnLock } from './yarn.ts';

/**
 * Every kind of lockfile, by its name. `unreadable` says why one that is known cannot be read; `companion` marks what
 * only adds to another file (go.sum to go.mod) and pins nothing by itself. `sign` is what each of them has: without it,
 * reading finds nothing in anything, and nothing is what an empty lockfile says.
 */
export type LockfileKind = { name: string | RegExp; ecosystem: Ecosystem } & (
  | { read: LockReader; companion?: boolean; sign?: RegExp }
  | { unreadable: string }
);

const NPM = /"(?:lockfileVersion|packages|dependencies|requires)"/;
const TOML =
  /^(?:\[\[?(?:packages?|metadata|manifest|options)\b|(?:version|lock-version|requires-python)\s{0,40}=)/m;

export const LOCKFILES: readonly LockfileKind[] = [
  { name: 'package-lock.json', ecosystem: 'npm', read: packageLock, sign: NPM },
  { name: 'npm-shrinkwrap.json', ecosystem: 'npm', read: packageLock, sign: NPM },
  { name: 'pnpm-lock.yaml', ecosystem: 'npm', read: pnpmLock },
  {
    name: 'yarn.lock',
    ecosystem: 'npm',
    read: yarnLock,
    sign: /^(?:# yarn lockfile|__metadata:|["']?@?[\w.-]{1,100}(?:\/[\w.-]{1,100})?@)/m,
  },
  { name: 'bun.lock', ecosystem: 'npm', read: bunLock, sign: /"(?:lockfileVersion|workspaces|packages)"/ },
  { name: 'bun.lockb', ecosystem: 'npm', unreadable: 'a binary lockfile; "bun bun.lockb" prints it' },
  { name: 'deno.lock', ecosystem: 'npm', read: denoLock },
  { name: 'uv.lock', ecosystem: 'PyPI', read: uvLock, sign: TOML },
  { name: 'poetry.lock', ecosystem: 'PyPI', read: poetryLock, sign: TOML },
  { name: 'pdm.lock', ecosystem: 'PyPI', read: pdmLock, sign: TOML },
  { name: /^pylock\.(?:[^.]+\.)?toml$/, ecosystem: 'PyPI', read: pylock, sign: TOML },
  { name: 'Pipfile.lock', ecosystem: 'PyPI', read: pipfileLock, sign: /"(?:_meta|default|develop)"/ },
  { name: 'Cargo.lock', ecosystem: 'crates.io', read: cargoLock, sign: TOML },
  { name: 'go.mod', ecosystem: 'Go', read: goMod, sign: /^[ \t]{0,40}module[\s(]/m },
  { name: 'go.sum', ecosystem: 'Go', read: goSum, companion: true, sign: / h1:/ },
  {
    name: 'gradle.lockfile',
    ecosystem: 'Maven',
    read: gradleLock,
    sign: /^(?:empty=|[\w.-]{1,200}:[\w.-]{1,200}:)/m,
  },
  { name: 'packages.lock.json', ecosystem: 'NuGet', read: nugetLock, sign: /"(?:version|dependencies)"/ },
  { name: 'packages.config', ecosystem: 'NuGet', read: packagesConfig, sign: /<packages[\s/>]/ },
  {
    name: 'Gemfile.lock',
    ecosystem: 'RubyGems',
    read: gemfileLock,
    sign: /^(?:GEM|PATH|GIT|PLUGIN SOURCE|PLATFORMS|DEPENDENCIES|BUNDLED WITH)\s{0,10}$/m,
  },
  {
    name: 'composer.lock',
    ecosystem: 'Packagist',
    read: composerLock,
    sign: /"(?:packages|packages-dev|content-hash)"/,
  },
];

/** Reads a lockfile of a kind; what has nothing of its form is none, whatever it is called. */
export const readLockfile = (
  { read, sign }: Extract<LockfileKind, { read: LockReader }>,
  path: string,
  source: string,
): ReadLock => {
  const lock = read(path, source);
  return !lock.ok || !sign || sign.test(source) || source.trim() === ''
    ? lock
    : { ok: false, reason: `Nothing in it reads as ${baseName(path)}.` };
};

/** The kind of a lockfile by its file name, or null when the file is none. */
export const lockfileKind = (path: string): LockfileKind | null => {
  const file = baseName(path);
  return LOCKFILES.find((k) => (typeof k.name === 'string' ? k.name === file : k.name.test(file))) ?? null;
};
