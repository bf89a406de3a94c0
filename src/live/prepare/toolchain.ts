import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Environment, findExecutable, scrubbedEnvironment } from '../../io/scan/find-executable.ts';
import { type Shape, TOOLS } from '../sandbox/bubblewrap.ts';

/** Programs of the auditor's that a server needs inside: where they are, and what of the host has to be seen for them. */
export type Toolchain =
  | {
      mounts: Shape['mounts'];
      program: string /** Looked in before others, where its parts call each other. */;
      path?: string;
    }
  | { problem: string };

const underUsr = (path: string): boolean => path.startsWith('/usr/');

/** npm, as our own Node runs it inside. */
export const npmHere = (env: Environment): Toolchain => {
  const npm = findExecutable('npm', env);
  if (!npm) return { problem: 'npm is not on PATH, which fetches the dependencies' };
  const real = realpathSync(npm);
  // A link to the package's own file, or a script beside it.
  const folder = [
    dirname(dirname(real)),
    join(dirname(real), '../lib/node_modules/npm'),
    join(dirname(real), 'node_modules/npm'),
  ].find((f) => existsSync(join(f, 'bin/npm-cli.js')));
  return folder
    ? { mounts: [{ from: folder, at: `${TOOLS}/npm` }], program: 'npm' }
    : { problem: `npm at ${npm} is of a kind that is not known here` };
};

/** The auditor's Python, asked by itself where it lies. */
export const pythonHere = (env: Environment): Toolchain => {
  const python = findExecutable('python3', env) ?? findExecutable('python', env);
  if (!python) return { problem: 'python3 is not on PATH' };
  const asked = spawnSync(
    python,
    [
      '-I',
      '-c',
      'import os, sys; print(os.path.realpath(sys.executable)); print(os.path.realpath(sys.base_prefix))',
    ],
    {
      env: { ...scrubbedEnvironment(env, '/'), HOME: env.HOME ?? '/' },
      encoding: 'utf8',
      timeout: 60_000,
      cwd: '/',
    },
  );
  const [program = '', prefix = ''] = (asked.stdout ?? '').split('\n');
  if (asked.status !== 0 || !program.startsWith('/') || !prefix.startsWith('/'))
    return { problem: `${python} does not say where it lies` };
  return { program, mounts: underUsr(program) || prefix === '/usr' ? [] : [{ from: prefix, at: prefix }] };
};

/** The auditor's Rust: what stands on PATH may be no compiler but who chooses one, so it is asked where that lies. */
export const rustHere = (env: Environment): Toolchain => {
  const rustc = findExecutable('rustc', env);
  if (!rustc) return { problem: 'rustc is not on PATH' };
  const asked = spawnSync(rustc, ['--print', 'sysroot'], {
    env: { ...scrubbedEnvironment(env, '/'), HOME: env.HOME ?? '/' },
    encoding: 'utf8',
    timeout: 60_000,
    cwd: '/',
  });
  const root = (asked.stdout ?? '').trim();
  if (asked.status !== 0 || !root.startsWith('/')) return { problem: `${rustc} does not say where it lies` };
  const cargo = [join(root, 'bin/cargo'), findExecutable('cargo', env) ?? ''].find((p) => existsSync(p));
  if (!cargo) return { problem: 'cargo is not on PATH' };
  return {
    program: cargo,
    mounts: underUsr(root) || root === '/usr' ? [] : [{ from: root, at: root }],
    path: join(root, 'bin'),
  };
};

/** What Debian keeps of Java and Maven outside of /usr, where it is. */
export const javaHere = (env: Environment): Toolchain[] => {
  const etc = readdirSync('/etc')
    .filter((name) => /^(?:maven|java(?:-\d{1,3}-\w{1,30})?)$/.test(name))
    .map((name) => ({ from: `/etc/${name}`, at: `/etc/${name}` }));
  return [{ program: 'java', mounts: etc }, programHere('java', env), programHere('mvn', env)];
};

/** Any other program: what lies under /usr is seen already. */
export const programHere = (name: string, env: Environment): Toolchain => {
  const found = findExecutable(name, env);
  if (!found) return { problem: `${name} is not on PATH` };
  const real = realpathSync(found);
  if (underUsr(real)) return { mounts: [], program: real };
  const home = dirname(dirname(real));
  return home === '/'
    ? { problem: `${real} lies where it cannot be shown to a sandbox` }
    : { mounts: [{ from: home, at: home }], program: real };
};
