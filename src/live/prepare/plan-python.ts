import { parse as parseToml } from 'smol-toml';
import { list, record } from '../client/protocol.ts';
import { DEPS, PKG, type Plan, PYTHON_ENV, pipStep, pipStepsOf, type Unplanned } from './plan.ts';

/** Programs for Python: wheels only, in the versions a lockfile names, beside the target's own files. */

export type PythonFacts = {
  folder: string;
  /** '' where there is none. */
  pyproject: string;
  requirements: string;
  /** `uv.lock` or `poetry.lock`, and which. */
  lock: string;
  lockName: string;
  /** Files below the folder that start a server when they are run, as paths of the tree. */
  runnable: readonly string[];
};

const read = (text: string): Record<string, unknown> => {
  try {
    return record(parseToml(text));
  } catch {
    return {};
  }
};

/** A name with extras, versions and markers, and nothing that leads elsewhere. */
const REQUIREMENT =
  /^[A-Za-z0-9][\w.-]{0,100}(?:\[[\w,. -]{1,100}\])?[ ]?(?:[<>=!~][\w.*+!,<>=~ -]{0,150})?(?:;[^\n]{1,300})?$/;

export const requirementsOf = (f: PythonFacts): { take: string[]; left: string[] } => {
  const o = read(f.pyproject);
  const project = list(record(o.project).dependencies).map(String);
  const poetry = Object.keys(record(record(record(o.tool).poetry).dependencies)).filter(
    (n) => n !== 'python',
  );
  const lines = f.requirements
    .split('\n')
    .map((l) =>
      l
        .replace(/(?:^|[ \t])#.*$/, '')
        .replace(/[ \t]?\\$/, '')
        .trim(),
    )
    .filter((l) => l !== '' && !l.startsWith('--hash'));
  const all = [...new Set(project.length + poetry.length > 0 ? [...project, ...poetry] : lines)];
  return { take: all.filter((r) => REQUIREMENT.test(r)), left: all.filter((r) => !REQUIREMENT.test(r)) };
};

/**
 * What a lockfile fixes, as pip takes it: it holds where a package is needed, and needs none. Of a package with several versions,
 * each for other machines, none is held to: pip would have to hold to all of them.
 */
export const constraintsOf = (lock: string): string[] => {
  const versions = new Map<string, Set<string>>();
  for (const { name, version, source } of list(read(lock).package).map(record)) {
    const from = record(source);
    const own = 'virtual' in from || 'editable' in from || 'directory' in from || 'git' in from;
    if (own || typeof name !== 'string' || typeof version !== 'string') continue;
    if (!/^[\w.+!-]+$/.test(`${name}${version}`)) continue;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  return [...versions].flatMap(([name, all]) => (all.size === 1 ? [`${name}==${[...all][0]}`] : []));
};

export type Script = { name: string; module: string; call: string };

export const scriptsOf = (pyproject: string): Script[] => {
  const o = read(pyproject);
  const all = { ...record(record(record(o.tool).poetry).scripts), ...record(record(o.project).scripts) };
  return Object.entries(all).flatMap(([name, target]) => {
    const m = /^([\w.]{1,200}):([\w.]{1,200})$/.exec(String(target).replace(/[ ]/g, ''));
    return m ? [{ name, module: m[1]!, call: m[2]! }] : [];
  });
};

/** A program's `version("its-own-name")` must find something, though it was not installed. */
export const metadataFiles = (pyproject: string): { path: string; text: string }[] => {
  const project = record(read(pyproject).project);
  const name = typeof project.name === 'string' && /^[\w.-]{1,100}$/.test(project.name) ? project.name : null;
  if (name === null) return [];
  const version =
    typeof project.version === 'string' && /^[\w.+!-]{1,60}$/.test(project.version)
      ? project.version
      : '0.0.0';
  return [
    {
      path: `${name.replaceAll(/[-.]/g, '_')}-${version}.dist-info/METADATA`,
      text: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    },
  ];
};

export const pythonSteps = (
  f: PythonFacts,
  python: string,
  day: string,
): Pick<Plan, 'steps' | 'notes' | 'files'> => {
  const { take, left } = requirementsOf(f);
  const constraints = constraintsOf(f.lock);
  const fixed = constraints.length > 0;
  const byLock = pipStep(python, ['-c', `${DEPS}/constraints.txt`, ...take]);
  // What a lockfile fixes may have no wheel, or not go together for pip: then the day of the commit is as near as it gets.
  const [getPip, onDay] = pipStepsOf(python, day, take);
  return {
    files: fixed ? [{ name: 'constraints.txt', text: constraints.join('\n') }] : [],
    steps:
      take.length === 0
        ? []
        : day === ''
          ? [fixed ? byLock : pipStep(python, take)]
          : fixed
            ? [getPip!, { ...byLock, otherwise: onDay! }]
            : [getPip!, onDay!],
    notes: [
      ...(left.length > 0
        ? [`not fetched, as they are no names of packages: ${left.slice(0, 5).join(', ')}`]
        : []),
      ...(take.length > 0 && !fixed
        ? [
            `no lockfile was followed: what a range leaves open is the version of ${day === '' ? 'today' : "the commit's day, or of today where that cannot be had"}`,
          ]
        : []),
    ],
  };
};

export const planPython = (
  f: PythonFacts,
  python: string,
  args: readonly string[],
  day: string,
): Plan | Unplanned => {
  const scripts = scriptsOf(f.pyproject);
  const name = String(record(read(f.pyproject).project).name ?? '');
  const script =
    scripts.find((s) => s.name === name) ?? scripts.find((s) => /mcp|server/.test(s.name)) ?? scripts[0];
  const root = `${PKG}/${f.folder}`.replace(/\/$/, '');
  const plan = (run: readonly string[], from: string): Plan => ({
    ...pythonSteps(f, python, day),
    runtime: 'python',
    argv: [python, ...run, ...args],
    env: { ...PYTHON_ENV, PYTHONPATH: `${DEPS}:${root}/src:${root}:${PKG}` },
    from,
  });
  if (script)
    return plan(
      [
        '-c',
        `import sys; from ${script.module} import ${script.call.split('.')[0]}; sys.argv[0] = ${JSON.stringify(script.name)}; sys.exit(${script.call}())`,
      ],
      `[project.scripts] of pyproject.toml: ${script.name}`,
    );
  const file = bestScript(f.runnable);
  if (file === null)
    return {
      problem:
        'no program is named ([project.scripts] of pyproject.toml), and no file was seen to start a server',
      hint: 'say how it is started: --cmd "python3 path/to/server.py", or --cmd "python3 -m module"',
    };
  // Run as a module, what stands beside it in its package can be imported.
  const module = /^(?:.*\/)?([A-Za-z_]\w*)\/__main__\.py$/.exec(file)?.[1];
  return plan(
    module === undefined ? [`${PKG}/${file}`] : ['-m', module],
    module === undefined
      ? `${file}, which starts a server when it is run`
      : `${file} of the package ${module}`,
  );
};

/** Of files that start a server when they are run, the one that is meant: by its name, else the nearest to the root. */
export const bestScript = (files: readonly string[]): string | null => {
  const depth = (p: string): number => p.split('/').length;
  const rank = (p: string): number => {
    const at = ['__main__.py', 'server.py', 'main.py', 'app.py'].indexOf(p.slice(p.lastIndexOf('/') + 1));
    return at === -1 ? 9 : at;
  };
  return [...files].sort((a, b) => rank(a) - rank(b) || depth(a) - depth(b) || (a < b ? -1 : 1))[0] ?? null;
};

/** A file that makes an MCP server and runs it. */
export const startsServer = (path: string, text: string): boolean =>
  /(?:^|\/)__main__\.py$/.test(path) ||
  (/^\s{0,20}(?:from|import)\s+(?:mcp|fastmcp)\b/m.test(text) &&
    /__name__\s{0,5}==\s{0,5}["']__main__["']/.test(text));
