import { parse as parseToml } from 'smol-toml';
import { list, record } from '../client/protocol.ts';
import { BUILT, CACHE, PKG, type Plan, type Step, type Unplanned } from './plan.ts';

/** Programs in Rust: crates by Cargo.lock, then a build without network, its build scripts in the sandbox as well. */

export type RustFacts = {
  folder: string;
  manifest: string;
  /** A `Cargo.lock` beside it or above. */
  locked: boolean;
  has(path: string): boolean;
};

const read = (text: string): Record<string, unknown> => {
  try {
    return record(parseToml(text));
  } catch {
    return {};
  }
};

/** Programs of the package: those it names, and the one in `src/main.rs`. */
export const programsOf = (f: Pick<RustFacts, 'folder' | 'manifest' | 'has'>): string[] => {
  const o = read(f.manifest);
  const name = String(record(o.package).name ?? '');
  const main = `${f.folder === '' ? '' : `${f.folder}/`}src/main.rs`;
  const named = list(o.bin).map((b) => String(record(b).name ?? ''));
  return [...new Set([...named, ...(f.has(main) ? [name] : [])])].filter((n) => /^[\w-]{1,100}$/.test(n));
};

export const planRust = (f: RustFacts, args: readonly string[]): Plan | Unplanned => {
  const programs = programsOf(f);
  const program = programs.find((p) => /mcp|server/i.test(p)) ?? programs[0];
  if (program === undefined)
    return {
      problem: 'Cargo.toml names no program: it is a library, or a workspace',
      hint: 'name the folder of the server with --subdir',
    };
  const cwd = `${PKG}/${f.folder}`.replace(/\/$/, '');
  const env = {
    CARGO_HOME: `${CACHE}/cargo`,
    CARGO_TARGET_DIR: `${BUILT}/target`,
    CARGO_TERM_COLOR: 'never',
    CARGO_INCREMENTAL: '0',
    CARGO_PROFILE_DEV_DEBUG: '0',
  };
  const step = (what: string, argv: string[], network: string): Step => ({
    what,
    argv,
    cwd,
    env,
    network,
    otherwise: null,
  });
  const locked = f.locked ? ['--locked'] : [];
  return {
    runtime: 'rust',
    steps: [
      step(
        f.locked ? 'fetch crates by Cargo.lock' : 'fetch crates',
        ['cargo', 'fetch', ...locked],
        'index.crates.io and static.crates.io',
      ),
      step('build it without network', ['cargo', 'build', '--offline', ...locked, '--bin', program], ''),
    ],
    argv: [`${BUILT}/target/debug/${program}`, ...args],
    env: {},
    from: `the program ${program} of Cargo.toml`,
    notes: f.locked ? [] : ['no Cargo.lock was followed: what a range leaves open is the version of today'],
  };
};
