import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Programs on this machine. Only absolute folders of PATH count: `.` may be the hostile folder itself. */

export type Environment = Readonly<Record<string, string | undefined>>;

export const absolutePath = (env: Environment): string =>
  (env.PATH ?? env.Path ?? '').split(delimiter).filter(isAbsolute).join(delimiter);

export const findExecutable = (name: string, env: Environment): string | null => {
  const endings = process.platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD').split(';') : [''];
  for (const folder of absolutePath(env).split(delimiter))
    for (const ending of endings) {
      const path = join(folder, `${name}${ending.toLowerCase()}`);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // Not here: the next folder.
      }
    }
  return null;
};

/** An environment from nothing: what a program needs to run, no credential, no setting of the auditor's. */
export const scrubbedEnvironment = (env: Environment, home: string): Record<string, string> => ({
  ...Object.fromEntries(
    ['SystemRoot', 'SYSTEMROOT', 'ComSpec', 'PATHEXT'].flatMap((name) =>
      env[name] ? [[name, env[name]]] : [],
    ),
  ),
  PATH: absolutePath(env),
  HOME: home,
  USERPROFILE: home,
  XDG_CONFIG_HOME: home,
  XDG_CACHE_HOME: home,
  TMPDIR: home,
  TEMP: home,
  TMP: home,
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  NO_COLOR: '1',
});

const MAX_WORDS = 4000;

/** What a program says to `--version`; never rejects. `version` is '' when no number is in it. */
export const askVersion = (
  path: string,
  env: Record<string, string>,
  timeoutMs = 15_000,
): Promise<{ version: string; problem: string }> =>
  new Promise((resolve) => {
    let words = '';
    const child = spawn(path, ['--version'], {
      env,
      cwd: env.HOME,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    const hear = (chunk: Buffer): void => {
      if (words.length < MAX_WORDS) words += chunk.toString('utf8');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => resolve({ version: '', problem: error.message }));
    child.on('close', (code, signal) => {
      const version = /\d{1,9}\.\d{1,9}(?:\.\d{1,9})?(?:[-+.][0-9A-Za-z.]{1,60})?/.exec(words)?.[0] ?? '';
      const first = words.trim().split('\n')[0]?.slice(0, 200) ?? '';
      if (signal) resolve({ version: '', problem: `gave no answer within ${timeoutMs / 1000} s` });
      else if (code !== 0) resolve({ version: '', problem: first || `ended with exit code ${code}` });
      else resolve({ version, problem: version ? '' : `names no version: ${first}` });
    });
  });
