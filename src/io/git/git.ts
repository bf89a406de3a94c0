import { type GitError, type SimpleGit, type SimpleGitProgressEvent, simpleGit } from 'simple-git';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import type { GitEnvironment } from './environment.ts';

export type GitOptions = {
  signal?: AbortSignal | undefined;
  /** Short words for the status line, at most one per per cent. */
  progress?: ((message: string) => void) | undefined;
  /** Kills git after this long without a byte of output. */
  stallMs?: number;
  /** Standard input of every command of this instance. */
  input?: Buffer;
};

const STAGES: Readonly<Record<string, string>> = {
  receiving: 'receiving objects',
  resolving: 'resolving deltas',
};

/**
 * Git for commands whose answer is short text; bytes of the target go through `stream.ts` and `objects.ts`.
 *
 * @param repository our own bare repository: the only one git ever has as its GIT_DIR or working folder
 */
export const gitIn = (
  repository: string,
  environment: GitEnvironment,
  { signal, progress, stallMs = 60_000, input }: GitOptions = {},
): SimpleGit =>
  simpleGit({
    baseDir: repository,
    trimmed: false,
    timeout: { block: stallMs },
    ...(signal && { abort: signal }),
    ...(input && { input: () => input }),
    ...(progress && {
      progress: ({ stage, progress: percent }: SimpleGitProgressEvent) =>
        progress(`${STAGES[stage] ?? 'preparing'} ${percent} %`),
    }),
    // simple-git guards callers against settings slipped into an environment they inherited. This environment is
    // ours from the first variable to the last, and holds these settings to switch commands off.
    allowEnvironment: ['GIT_DIR', 'GIT_INDEX_FILE', 'GIT_WORK_TREE', ...Object.keys(environment)],
    unsafe: {
      allowUnsafeConfigPaths: true,
      allowUnsafeConfigEnvCount: true,
      allowUnsafeFsMonitor: true,
      allowUnsafeHooksPath: true,
      allowUnsafeProtocolOverride: true,
      allowUnsafeAskPass: true,
      allowUnsafeSshCommand: true,
      allowUnsafeTemplateDir: true,
    },
  }).env({ GIT_DIR: repository, ...environment });

/** What git said, fit to be shown: the first lines that are not progress, made printable, without `secret`. */
export const gitWords = (error: unknown, secret = ''): string => {
  const text = (error as GitError).message ?? String(error);
  const lines = (secret ? text.replaceAll(secret, '') : text)
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '' && !/\d+% \(|^(remote: )?(Enumerating|Counting|Total) /.test(line));
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
  if (/spawn git\S* ENOENT/.test(String((error as GitError).message)))
    return new UserError(
      'git was not found, and the target can only be read through git',
      'install git 2.39.4 or newer and make sure it is on the PATH',
    );
  return null;
};
