import type { SourceTree } from '../../collectors/collector.ts';
import { type Package, packageWords } from '../../domain/package-name.ts';
import type { Environment } from '../../io/scan/find-executable.ts';
import { record } from '../client/protocol.ts';
import { bestSaid, ownArguments, registrySaid, type Said, saidIn } from './client-config.ts';
import { isPlan, npmStep, PKG, type Plan, PYTHON_ENV, pipStep, standInFor, type Unplanned } from './plan.ts';
import { planGo } from './plan-go.ts';
import { noGradle, planJava } from './plan-java.ts';
import { installSteps, type NodeFacts, planNode } from './plan-node.ts';
import { type PythonFacts, planPython, pythonSteps, startsServer } from './plan-python.ts';
import { planRust } from './plan-rust.ts';
import { pythonHere } from './toolchain.ts';

/** From the files of a commit, or the name of a published package, to a plan; or why there is none and what can be done. */

export type Tree = Pick<SourceTree, 'text'> & { paths: ReadonlySet<string> };

const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');

const nearest = (paths: ReadonlySet<string>, folder: string, names: readonly string[]): string | null => {
  for (let f = folder; ; f = parentOf(f)) {
    const found = names.map((n) => joined(f, n)).find((p) => paths.has(p));
    if (found !== undefined) return found;
    if (f === '') return null;
  }
};

const readJson = (text: string): Record<string, unknown> => {
  try {
    return record(JSON.parse(text));
  } catch {
    return {};
  }
};

const nodeFacts = async (tree: Tree, folder: string, day: string): Promise<NodeFacts | null> => {
  const manifest = nearest(tree.paths, folder, ['package.json']);
  if (manifest === null) return null;
  const own = parentOf(manifest);
  const lock = nearest(tree.paths, own, ['package-lock.json', 'npm-shrinkwrap.json']);
  return {
    manifest: readJson((await tree.text(manifest)) ?? ''),
    folder: own,
    lockFolder: lock === null ? null : parentOf(lock),
    lock: lock === null ? '' : ((await tree.text(lock)) ?? ''),
    day,
    has: (path) => tree.paths.has(path),
  };
};

const MOST_SCRIPTS = 60;

/** Python files below a folder, three folders deep at most, that start a server when they are run. */
const runnableIn = async (tree: Tree, folder: string): Promise<string[]> => {
  const below = [...tree.paths].filter(
    (p) =>
      p.endsWith('.py') &&
      (folder === '' || p.startsWith(`${folder}/`)) &&
      p.slice(folder.length).split('/').length <= 5 &&
      !/(?:^|\/)(?:tests?|examples?|docs?|scripts|node_modules|venv|\.venv)\/|(?:^|\/)(?:test_|setup\.py|conftest)/.test(
        p.slice(folder.length),
      ),
  );
  const found: string[] = [];
  for (const path of below.slice(0, MOST_SCRIPTS))
    if (startsServer(path, (await tree.text(path)) ?? '')) found.push(path);
  return found;
};

const pythonFacts = async (tree: Tree, folder: string): Promise<PythonFacts | null> => {
  const found = nearest(tree.paths, folder, ['pyproject.toml', 'requirements.txt']);
  const runnable = await runnableIn(tree, folder);
  if (found === null && runnable.length === 0) return null;
  const own = found === null ? folder : parentOf(found);
  const text = async (path: string | null): Promise<string> =>
    path === null ? '' : ((await tree.text(path)) ?? '');
  const lock = nearest(tree.paths, own, ['uv.lock', 'poetry.lock']);
  const requirements = joined(own, 'requirements.txt');
  return {
    folder: own,
    pyproject: found?.endsWith('pyproject.toml') ? await text(found) : '',
    requirements: tree.paths.has(requirements) ? await text(requirements) : '',
    lock: await text(lock),
    lockName: lock ?? '',
    runnable,
  };
};

/** What the author says about starting it: near the server first, then at the root. */
const saidOf = async (tree: Tree, folder: string): Promise<{ said: Said[]; env: string[] }> => {
  const said: Said[] = [];
  const env: string[] = [];
  for (const f of new Set([folder, '']))
    for (const [name, markdown] of [
      ['.mcp.json', false],
      ['.vscode/mcp.json', false],
      ['README.md', true],
      ['readme.md', true],
      ['README.rst', true],
    ] as const) {
      const path = joined(f, name);
      if (tree.paths.has(path)) said.push(...saidIn((await tree.text(path)) ?? '', markdown));
    }
  const entry = nearest(tree.paths, folder, ['server.json']);
  if (entry !== null) env.push(...registrySaid((await tree.text(entry)) ?? '').env);
  return { said, env };
};

const goMains = async (tree: Tree, folder: string): Promise<string[]> => {
  const mains = new Set<string>();
  let read = 0;
  for (const path of tree.paths) {
    const inside = folder === '' || path.startsWith(`${folder}/`);
    if (
      !inside ||
      !path.endsWith('.go') ||
      path.endsWith('_test.go') ||
      /(?:^|\/)(?:vendor|examples?|testdata)\//.test(path)
    )
      continue;
    if (!/(?:^|\/)(?:main|server|cmd)[\w-]{0,60}\.go$/.test(path) || read++ > 200) continue;
    if (/^package main\b/m.test((await tree.text(path)) ?? ''))
      mains.add(parentOf(path).slice(folder === '' ? 0 : folder.length + 1));
  }
  return [...mains].sort((a, b) => a.split('/').length - b.split('/').length);
};

/** Words as a shell splits them, with quotes and nothing else: no variable, no pipe, no further command. */
export const splitWords = (text: string): string[] =>
  [...text.matchAll(/"([^"]{0,4000})"|'([^']{0,4000})'|([^\s"']{1,4000})/g)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? '',
  );

const NODE_NAMES = /^(?:node|tsx|ts-node)$/;
const PYTHON_NAMES = /^python(?:3(?:\.\d{1,2})?)?$/;

/** The auditor's own command: dependencies are still prepared, from what lies nearest to what it names. */
const planCommand = async (
  tree: Tree,
  cmd: string,
  folder: string,
  env: Environment,
  day: string,
): Promise<Plan | Unplanned> => {
  const [program = '', ...args] = splitWords(cmd);
  // A path of the target becomes the same file inside, wherever the server is started.
  const inside = args.map((a) => (tree.paths.has(joined(folder, a)) ? `${PKG}/${joined(folder, a)}` : a));
  const file = args.find((a) => tree.paths.has(joined(folder, a)));
  const near = file === undefined ? folder : parentOf(joined(folder, file));
  const plan: Plan = {
    runtime: 'other',
    steps: [],
    argv: [program, ...inside],
    env: {},
    from: 'your --cmd',
    notes: [],
  };
  if (PYTHON_NAMES.test(program)) {
    const python = pythonHere(env);
    if ('problem' in python) return { ...python, hint: 'install Python 3' };
    const facts = await pythonFacts(tree, near);
    const more = facts ? pythonSteps(facts, python.program, day) : { steps: [], notes: [] };
    const root = `${PKG}/${folder}`.replace(/\/$/, '');
    return {
      ...plan,
      ...more,
      runtime: 'python',
      argv: [python.program, ...inside],
      env: { ...PYTHON_ENV, PYTHONPATH: `/deps:${root}/src:${root}` },
    };
  }
  if (NODE_NAMES.test(program)) {
    const facts = await nodeFacts(tree, near, day);
    if (!facts) return { ...plan, runtime: 'node' };
    const named = args.find((a) => /\.(?:[cm]?js)$/.test(a));
    const missing = named !== undefined && !tree.paths.has(joined(folder, named));
    if (!missing) return { ...plan, runtime: 'node', steps: installSteps(facts) };
    const built = planNode(facts, [], named);
    if (!isPlan(built)) return built;
    return {
      ...plan,
      runtime: 'node',
      steps: built.steps,
      argv: [program, ...args.map((a) => (a === named ? `${PKG}/${joined(folder, a)}` : a))],
    };
  }
  return plan;
};

const withEnvironment = (plan: Plan, said: Said | null, registry: readonly string[]): Plan => ({
  ...plan,
  env: {
    ...Object.fromEntries(
      [...registry.map((n): [string, string] => [n, '']), ...Object.entries(said?.env ?? {})]
        .filter(([n]) => /^[A-Za-z_]\w{0,80}$/.test(n))
        .map(([n, value]) => [n, standInFor(n, value)]),
    ),
    ...plan.env,
  },
});

/**
 * @param folder of the server in the repository; '' for the root
 * @param o.day the commit's instant (ISO 8601): what no lockfile fixes is taken as it was then
 */
export const makePlan = async (
  tree: Tree,
  folder: string,
  o: { cmd?: string | undefined; env: Environment; day?: string },
): Promise<Plan | Unplanned> => {
  const { day = '' } = o;
  const { said, env } = await saidOf(tree, folder);
  if (o.cmd) {
    const plan = await planCommand(tree, o.cmd, folder, o.env, day);
    return isPlan(plan) ? withEnvironment(plan, null, env) : plan;
  }
  const ends = (plan: Plan | Unplanned, names: readonly string[]): Plan | Unplanned =>
    isPlan(plan) ? withEnvironment(plan, bestSaid(said, names), env) : plan;
  const args = (names: readonly string[]): string[] => {
    const best = bestSaid(said, names);
    return best ? ownArguments(best, names) : [];
  };
  const own = (name: string): boolean => tree.paths.has(joined(folder, name));
  if (own('package.json')) {
    const facts = (await nodeFacts(tree, folder, day))!;
    const names = [String(facts.manifest.name ?? '')];
    return ends(planNode(facts, args(names), null), names);
  }
  const python = async (): Promise<Plan | Unplanned | null> => {
    const here = pythonHere(o.env);
    if ('problem' in here) return { ...here, hint: 'install Python 3' };
    const facts = await pythonFacts(tree, folder);
    if (!facts) return null;
    const name = /^name\s{0,5}=\s{0,5}["']([\w.-]{1,100})["']/m.exec(facts.pyproject)?.[1] ?? '';
    return ends(planPython(facts, here.program, args([name]), day), [name]);
  };
  if (own('pyproject.toml')) return (await python())!;
  if (own('go.mod')) {
    const text = (await tree.text(joined(folder, 'go.mod'))) ?? '';
    const name =
      (/^module\s{1,5}(\S{1,300})/m.exec(text)?.[1] ?? '')
        .replace(/\/v\d{1,3}$/, '')
        .split('/')
        .at(-1) ?? '';
    const vendored = tree.paths.has(joined(folder, 'vendor/modules.txt'));
    return ends(planGo({ folder, mains: await goMains(tree, folder), name, vendored }, args([name])), [name]);
  }
  if (own('Cargo.toml')) {
    const manifest = (await tree.text(joined(folder, 'Cargo.toml'))) ?? '';
    const name = /^name\s{0,5}=\s{0,5}"([\w-]{1,100})"/m.exec(manifest)?.[1] ?? '';
    const locked = nearest(tree.paths, folder, ['Cargo.lock']) !== null;
    return ends(planRust({ folder, manifest, locked, has: (p) => tree.paths.has(p) }, args([name])), [name]);
  }
  if (own('pom.xml')) {
    const pom = (await tree.text(joined(folder, 'pom.xml'))) ?? '';
    return ends(planJava({ folder, pom }, []), []);
  }
  if (own('build.gradle') || own('build.gradle.kts')) return noGradle;
  const script = await python();
  if (script && isPlan(script)) return script;
  return {
    problem:
      'there is no package.json, pyproject.toml, go.mod, Cargo.toml or pom.xml from which a start could be worked out',
    hint: 'name its folder with --subdir, or say how it is started with --cmd (and --cwd, --env)',
  };
};

/** A package as it is published; what it holds is compared with the commit where there is one. */
export const planPackage = (
  p: Package,
  o: { args: readonly string[]; env: Environment },
): Plan | Unplanned => {
  if (p.registry === 'npm') {
    const spec = p.version ? `${p.name}@${p.version}` : p.name;
    const flags = [
      '--prefix',
      PKG,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--loglevel=error',
    ];
    return {
      runtime: 'node',
      steps: [
        npmStep(
          'fetch the published package, without running any script',
          ['install', ...flags, spec],
          PKG,
          'registry.npmjs.org',
        ),
      ],
      argv: ['node', `${PKG}/node_modules/${p.name}`, ...o.args],
      env: {},
      from: `"bin" of the published package ${packageWords(p)}`,
      notes: p.version ? [] : ['no version was named: it is the newest of today'],
    };
  }
  const python = pythonHere(o.env);
  if ('problem' in python) return { ...python, hint: 'install Python 3' };
  return {
    runtime: 'python',
    steps: [pipStep(python.program, [p.version ? `${p.name}==${p.version}` : p.name])],
    argv: [python.program, `/deps/bin/${p.name}`, ...o.args],
    env: PYTHON_ENV,
    from: `the program of the published package ${packageWords(p)}`,
    notes: p.version ? [] : ['no version was named: it is the newest of today'],
  };
};
