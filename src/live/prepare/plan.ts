import { HOME, TOOLS } from '../sandbox/bubblewrap.ts';

/** What has to happen before a server can be started: worked out from files alone, shown before anything runs. */

/** One command, as it is shown, and as it runs inside a sandbox of its own. */
export type Step = {
  what: string;
  argv: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** Who is asked over the network; '' for a step without one. */
  network: string;
  /** The same aim by other means, when this one fails. */
  otherwise: Step | null;
  /** Path below the target's files that it makes: with it there, words of complaint are only noted. */
  makes?: string;
  /** Without it the rest is tried all the same. */
  optional?: boolean;
};

export type Runtime = 'node' | 'python' | 'go' | 'rust' | 'java' | 'other';

export type Plan = {
  runtime: Runtime;
  steps: readonly Step[];
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** From what the start command was made. */
  from: string;
  /** Laid beside the packages before any step. */
  files?: readonly { name: string; text: string }[];
  /** What is not as the author wrote it, or was left out. */
  notes: readonly string[];
};

export type Unplanned = { problem: string; hint: string };
export const isPlan = (p: Plan | Unplanned): p is Plan => 'steps' in p;

/** Where things lie inside: the target's files, packages of Python, what was built, caches. */
export const PKG = '/pkg';
export const DEPS = '/deps';
export const BUILT = '/built';
export const CACHE = '/cache';
/** What a server is given to serve; beside it lies what it must not touch. */
export const SERVED = '/data/root';

const NPM = `${TOOLS}/npm/bin/npm-cli.js`;
export const NPM_ENV = {
  npm_config_cache: `${CACHE}/npm`,
  npm_config_update_notifier: 'false',
  npm_config_fetch_retries: '1',
  // Whom this machine trusts, npm trusts as well: a proxy of a company has a certificate of its own.
  NODE_USE_SYSTEM_CA: '1',
  npm_config_userconfig: `${HOME}/.npmrc`,
};

export const npmStep = (
  what: string,
  args: readonly string[],
  cwd: string,
  network: string,
  otherwise: Step | null = null,
): Step => ({
  what,
  argv: ['node', NPM, ...args],
  cwd,
  env: NPM_ENV,
  network,
  otherwise,
});

/** A pip that can hold to a day, where the one that is here cannot. */
const NEW_PIP = `${CACHE}/pip`;

const pip = (what: string, run: readonly string[], target: string, args: readonly string[]): Step => ({
  what,
  argv: [
    ...run,
    'install',
    '--only-binary',
    ':all:',
    '--no-input',
    '--disable-pip-version-check',
    '--no-warn-script-location',
    '--no-cache-dir',
    '--target',
    target,
    ...args,
  ],
  cwd: '/work',
  env: {},
  network: 'pypi.org and files.pythonhosted.org',
  otherwise: null,
});

export const PYTHON_ENV = {
  PYTHONPATH: `${DEPS}:${PKG}/src:${PKG}`,
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUNBUFFERED: '1',
};

export const pipStep = (python: string, args: readonly string[]): Step =>
  pip('fetch wheels, without running any code of theirs', [python, '-I', '-m', 'pip'], DEPS, args);

/**
 * Where no lockfile says which versions: those of the commit's own day, since what came later may have broken it; those of
 * today where these cannot be had.
 *
 * @param day the commit's instant (ISO 8601)
 */
export const pipStepsOf = (python: string, day: string, args: readonly string[]): Step[] => [
  {
    ...pip('fetch the pip that can hold to a day', [python, '-I', '-m', 'pip'], NEW_PIP, ['pip>=26']),
    optional: true,
  },
  {
    ...pip(
      `fetch wheels as they were on ${day.slice(0, 10)}, the day of the commit, without running any code of theirs`,
      [python, '-I', `${NEW_PIP}/pip`],
      DEPS,
      ['--uploaded-prior-to', day, ...args],
    ),
    otherwise: pipStep(python, args),
  },
];

/** As it is typed: our paths to npm are nobody's business. */
export const shownStep = (s: Step): string[] =>
  s.argv[1] === NPM ? ['npm', ...s.argv.slice(2)] : [...s.argv];

/** A word of a few that a program knows: a level, a mode, a switch, a number. */
const PLAIN_WORD = /^(?:true|false|on|off|yes|no|\d{1,5}|[a-z]{2,12})$/;
const NAMES_SECRET = /KEY|TOKEN|SECRET|PASS|PWD|AUTH|CREDENTIAL|USER|ACCOUNT|_ID$/i;

/** What the author writes as an example, where it is a plain word of a variable that names no secret; else a stand-in. */
export const standInFor = (name: string, said: string): string =>
  PLAIN_WORD.test(said) && !NAMES_SECRET.test(name) ? said : dummyFor(name);

/** A value for a variable that the author asks for: of the right kind, and no credential. */
export const dummyFor = (name: string): string =>
  /(?:DB|DATABASE|SQLITE)_?(?:PATH|FILE)$/i.test(name)
    ? `${SERVED}/example.db`
    : /(?:DIR|PATH|ROOT|FOLDER|DIRECTORY|DIRECTORIES)$/i.test(name)
      ? SERVED
      : /(?:URL|URI|ENDPOINT|HOST)$/i.test(name)
        ? 'http://127.0.0.1:9'
        : /PORT$/i.test(name)
          ? '8931'
          : 'x';
