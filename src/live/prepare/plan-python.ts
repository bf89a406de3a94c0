import { parse as parseToml } from 'smol-toml';
import { list, record } from '../client/protocol.ts';
import { DEPS, PKG, type Plan, PYTHON_ENV, pipStep, type Step, type Unplanned } from './plan.ts';

/** Programs for Python: wheels only, in the versions a lockfile names, beside the target's own files. */

export type PythonFacts = {
  folder: string;
  /** '' where there is none. */
  pyproject: string;
  requirements: string;
  /** `uv.lock` or `poetry.lock`, and which. */
  lock: string;
  lockName: string;
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

/** What a lockfile fixes, as pip takes it: it holds where a package is needed, and needs none. */
export const constraintsOf = (lock: string): string[] =>
  list(read(lock).package)
    .map(record)
    .flatMap(({ name, version, source }) => {
      const from = record(source);
      const own = 'virtual' in from || 'editable' in from || 'directory' in from || 'git' in from;
      return !own &&
        typeof name === 'string' &&
        typeof version === 'string' &&
        /^[\w.+!-]+$/.test(`${name}${version}`)
        ? [`${name}==${version}`]
        : [];
    });

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

export const pythonSteps = (f: PythonFacts, python: string): { steps: Step[]; notes: string[] } => {
  const { take, left } = requirementsOf(f);
  const fixed = constraintsOf(f.lock).length > 0;
  return {
    steps:
      take.length === 0
        ? []
        : [pipStep(python, [...(fixed ? ['-c', `${DEPS}/constraints.txt`] : []), ...take])],
    notes: [
      ...(left.length > 0
        ? [`not fetched, as they are no names of packages: ${left.slice(0, 5).join(', ')}`]
        : []),
      ...(take.length > 0 && !fixed
        ? ['no lockfile was followed: what a range leaves open is the version of today']
        : []),
    ],
  };
};

export const planPython = (f: PythonFacts, python: string, args: readonly string[]): Plan | Unplanned => {
  const scripts = scriptsOf(f.pyproject);
  const name = String(record(read(f.pyproject).project).name ?? '');
  const script =
    scripts.find((s) => s.name === name) ?? scripts.find((s) => /mcp|server/.test(s.name)) ?? scripts[0];
  if (!script)
    return {
      problem: 'pyproject.toml names no program: there is no [project.scripts]',
      hint: 'say how it is started: --cmd "python3 path/to/server.py", or --cmd "python3 -m module"',
    };
  const { steps, notes } = pythonSteps(f, python);
  const root = `${PKG}/${f.folder}`.replace(/\/$/, '');
  return {
    runtime: 'python',
    steps,
    argv: [
      python,
      '-c',
      `import sys; from ${script.module} import ${script.call.split('.')[0]}; sys.argv[0] = ${JSON.stringify(script.name)}; sys.exit(${script.call}())`,
      ...args,
    ],
    env: { ...PYTHON_ENV, PYTHONPATH: `${DEPS}:${root}/src:${root}:${PKG}` },
    from: `[project.scripts] of pyproject.toml: ${script.name}`,
    notes,
  };
};
