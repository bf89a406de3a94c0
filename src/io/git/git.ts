import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type SimpleGit, type SimpleGitProgressEvent, simpleGit } from 'simple-git';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { diskError } from '../session/save-error.ts';
import type { GitEnvironment } from './environment.ts';

/** No answer of the commands asked here is this long unless the target is made to exhaust its reader. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

export type AskOptions = {
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  input?: Buffer;
};

const run = promisify(execFile);

/**
 * One short question to git, its answer as text. simple-git is not used for these: it refuses a ref named like an
 * option where git is told that it is none, and waits 50 ms after every command that has nothing to say.
 *
 * @param repository our own bare repository: the only one git ever has as its GIT_DIR or working folder
 * @throws what `execFile` rejects with; see {@link gitWords} and {@link commonFailure}
 */
export const askGit = async (
  repository: string,
  environment: GitEnvironment,
  args: readonly string[],
  { signal, timeoutMs = 60_000, input }: AskOptions = {},
): Promise<string> => {
  const asking = run('git', args, {
    cwd: repository,
    env: { GIT_DIR: repository, ...environment },
    maxBuffer: MAX_ANSWER_BYTES,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
    signal,
  });
  // Git may end without reading all of it.
  asking.child.stdin?.on('error', () => {}).end(input);
  return (await asking).stdout;
};

/** {@link askGit} of one repository and environment. */
export type Ask = (args: readonly string[], input?: Buffer) => Promise<string>;

const STAGES: Readonly<Record<string, string>> = {
  receiving: 'receiving objects',
  resolving: 'resolving deltas',
};

/** Kills a fetch after this long without a byte from the other side. */
const STALL_MS = 120_000;

export type FetchOptions = {
  signal?: AbortSignal | undefined;
  /** Short words for the status line, at most one per per cent. */
  progress?: ((message: string) => void) | undefined;
};

/** Git for fetching into our own bare repository, with progress and a guard against a silent server. */
export const fetchingGit = (
  repository: string,
  environment: GitEnvironment,
  { signal, progress }: FetchOptions = {},
): SimpleGit =>
  simpleGit({
    baseDir: repository,
    timeout: { block: STALL_MS },
    ...(signal && { abort: signal }),
    ...(progress && {
      progress: ({ stage, progress: percent }: SimpleGitProgressEvent) =>
        progress(`${STAGES[stage] ?? 'preparing'} ${percent} %`),
    }),
    // simple-git guards callers against settings slipped into an environment they inherited. This environment is
    // ours from the first variable to the last, and holds these settings to switch commands off.
    allowEnvironment: ['GIT_DIR', ...Object.keys(environment)],
    unsafe: {
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeAskPass: true,
      allowUnsafeSshCommand: true,
    },
  }).env({ GIT_DIR: repository, ...environment });

type Failed = { message?: string; stderr?: string };

/** What git said, fit to be shown: the first lines that are not progress, made printable, URLs without credentials. */
export const gitWords = (error: unknown): string => {
  const { stderr, message } = error as Failed;
  const lines = (stderr || message || String(error))
    .replace(/:\/\/[^/\s]*@/g, '://')
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '' && !/\d% \(|^(remote: )?(Enumerating|Counting|Total) /.test(line));
  const telling = lines.filter((line) => /^(fatal|error|remote|ERROR|ssh|warning|Host key)/.test(line));
  return (telling.length > 0 ? telling : lines)
    .slice(0, 4)
    .map((line) => visible(line.slice(0, 300)))
    .join('; ');
};

/** Failures that mean the same whatever git was asked. Returns null for all others. */
export const commonFailure = (error: unknown, signal: AbortSignal | undefined): UserError | null => {
  if (signal?.aborted)
    return new UserError(
      'opening the target was stopped; nothing was recorded',
      'run the same command again: what was already fetched is kept',
    );
  // simple-git has what git said in its message.
  const disk = diskError(error) ?? diskError({ stderr: (error as Failed).message });
  if (disk) return disk;
  if (/spawn git\S* ENOENT/.test(String((error as Failed).message)))
    return new UserError(
      'git was not found, and the target can only be read through git',
      'install git 2.39.4 or newer and make sure it is on the PATH',
    );
  return null;
};
