import { list, record } from '../client/protocol.ts';
import { npmStep, PKG, type Plan, type Step, type Unplanned } from './plan.ts';

/** Programs for Node: dependencies by the lockfile and without scripts, then the build that the author names, offline. */

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

export type NodeFacts = {
  /** `package.json`, read. */
  manifest: Record<string, unknown>;
  /** Folder of it below the tree; '' for the root. */
  folder: string;
  /** Folder of the nearest `package-lock.json` or `npm-shrinkwrap.json`; null when there is none. */
  lockFolder: string | null;
  lock: string;
  /** The commit's instant (ISO 8601); '' where none is known. */
  day: string;
  has(path: string): boolean;
};

const at = (folder: string, path: string): string =>
  [folder, path.replace(/^\.\//, '')].filter((p) => p !== '').join('/');

/** Hosts that a lockfile sends npm to. */
export const lockHosts = (lock: string): string[] => {
  const hosts = new Set<string>();
  for (const [, url = ''] of lock.matchAll(/"resolved":\s?"([^"\n]{1,500})"/g))
    try {
      const u = new URL(url);
      if (u.protocol !== 'file:') hosts.add(u.hostname || u.protocol);
    } catch {
      // A name, not an address.
    }
  return [...hosts].sort();
};

export const binOf = (manifest: Record<string, unknown>): string | null => {
  const { bin, main, name } = manifest;
  if (typeof bin === 'string') return bin;
  const bins = record(bin);
  const own = String(name ?? '').replace(/^@[^/]+\//, '');
  const chosen = bins[own] ?? Object.values(bins)[0];
  return typeof chosen === 'string' ? chosen : typeof main === 'string' ? main : null;
};

export const installSteps = (f: NodeFacts): Step[] => {
  const folder = f.lockFolder ?? f.folder;
  const cwd = `${PKG}/${folder}`.replace(/\/$/, '');
  const wanted = ['dependencies', 'devDependencies', 'workspaces', 'optionalDependencies'].some(
    (k) => Object.keys(record(f.manifest[k])).length + list(f.manifest[k]).length > 0,
  );
  if (!wanted && f.lockFolder === null) return [];
  const hosts = ['registry.npmjs.org', ...lockHosts(f.lock).filter((h) => h !== 'registry.npmjs.org')];
  const network = hosts.join(', ');
  const without = (when: string, more: readonly string[], otherwise: Step | null): Step =>
    npmStep(
      `fetch dependencies in the versions of ${when}, as no lockfile could be followed, without running their scripts`,
      ['install', '--no-package-lock', ...QUIET, ...more],
      cwd,
      'registry.npmjs.org',
      otherwise,
    );
  const today = without('today', [], null);
  // What came later than the commit may have broken it.
  const newest =
    f.day === ''
      ? today
      : without(`${f.day.slice(0, 10)}, the day of the commit`, [`--before=${f.day}`], today);
  return f.lockFolder === null
    ? [newest]
    : [
        npmStep(
          'fetch dependencies by the lockfile, without running their scripts',
          ['ci', ...QUIET],
          cwd,
          network,
          newest,
        ),
      ];
};

export const planNode = (f: NodeFacts, args: readonly string[], entry: string | null): Plan | Unplanned => {
  const file = entry ?? binOf(f.manifest);
  if (file === null)
    return {
      problem: 'package.json names no program: neither "bin" nor "main"',
      hint: 'say how it is started: --cmd "node path/to/server.js"',
    };
  const path = at(f.folder, file);
  const scripts = record(f.manifest.scripts);
  const steps = installSteps(f);
  const built = !f.has(path);
  const script = ['build', 'compile', 'prepare'].find((s) => typeof scripts[s] === 'string');
  if (built && !script)
    return {
      problem: `package.json names ${path} as its program, which is not in the commit, and no script that builds it`,
      hint: 'say how it is started: --cmd "node path/to/server.js"',
    };
  if (built && script)
    steps.push({
      ...npmStep(
        'build it as its author does, without network',
        ['run', script],
        `${PKG}/${f.folder}`.replace(/\/$/, ''),
        '',
      ),
      makes: path,
    });
  return {
    runtime: 'node',
    steps,
    argv: ['node', `${PKG}/${path}`, ...args],
    env: {},
    from: entry === null ? `"bin" or "main" of ${at(f.folder, 'package.json')}` : 'what was named',
    notes: [],
  };
};
