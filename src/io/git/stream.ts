import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { readingEnvironment } from './environment.ts';

/**
 * Starts git on our own bare clone. simple-git collects answers as decoded text; what the target holds is bytes, and
 * may be more than fits in memory, so it is read through this.
 */
export const spawnGit = (repository: string, args: readonly string[]): ChildProcessWithoutNullStreams =>
  spawn('git', args, {
    cwd: repository,
    env: { GIT_DIR: repository, ...readingEnvironment() },
    stdio: 'pipe',
    windowsHide: true,
  });

/** Keeps the first words git says on stderr, for a message; drains the rest. */
export const firstWords = (child: ChildProcessWithoutNullStreams): (() => string) => {
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    if (words.length < 1000) words += chunk;
  });
  return () => visible(words.trim().slice(0, 500));
};

const unreadable = (repository: string, what: string, detail: string): UserError =>
  new UserError(
    `git could not read the target (${what}): ${detail}`,
    `the clone may be damaged: delete ${visible(repository)} and open the target again`,
  );

/** Resolves with the exit code; rejects when git could not be started. */
export const exitOf = async (child: ChildProcessWithoutNullStreams): Promise<number> => {
  try {
    const [code, killed] = (await once(child, 'close')) as [number | null, string | null];
    return code ?? (killed ? 128 : 1);
  } catch (error) {
    throw new UserError(
      `git could not be started, so the target was not read: ${(error as Error).message}`,
      'install git 2.39.4 or newer and make sure it is on the PATH',
    );
  }
};

/** Far beyond any path a system can hold, and all the listings of the largest repositories. */
const MAX_RECORD_BYTES = 1024 * 1024;
const MAX_LISTING_BYTES = 256 * 1024 * 1024;

export type RecordOptions = {
  /** Byte between records. */
  separator: 0 | 10;
  /** Ends the listing after this long. */
  timeoutMs?: number;
  /** Feeds another git command's output in. */
  from?: readonly string[];
};

/**
 * The records of a listing command, one Buffer each, as git writes them; git waits while nobody reads. Returns whether
 * the listing is complete: false when it ran out of time or is too large. Leaving the loop early kills git. Throws {@link UserError}
 * when git fails.
 */
export async function* gitRecords(
  repository: string,
  args: readonly string[],
  { separator, timeoutMs = 60_000, from }: RecordOptions,
): AsyncGenerator<Buffer, boolean> {
  const child = spawnGit(repository, args);
  const words = firstWords(child);
  const exit = exitOf(child);
  exit.catch(() => {});
  const feeder = from && spawnGit(repository, from);
  const feederWords = feeder && firstWords(feeder);
  const feederExit = feeder && exitOf(feeder);
  feederExit?.catch(() => child.kill());
  // Either side may be gone before all is written; what that means, their exit codes say.
  child.stdin.on('error', () => {});
  if (feeder) feeder.stdout.on('error', () => {}).pipe(child.stdin);
  else child.stdin.end();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
    feeder?.kill('SIGKILL');
  }, timeoutMs);
  try {
    let rest: Buffer = Buffer.alloc(0);
    let total = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = data.indexOf(separator); end !== -1; end = data.indexOf(separator, start)) {
        yield data.subarray(start, end);
        start = end + 1;
      }
      rest = data.subarray(start);
      total += chunk.length;
      if (rest.length > MAX_RECORD_BYTES || total > MAX_LISTING_BYTES) return false;
    }
    const code = await exit;
    if (timedOut) return false;
    if (code !== 0) throw unreadable(repository, args[0] ?? 'git', words() || `exit code ${code}`);
    const fed = await feederExit;
    if (fed) throw unreadable(repository, from?.[0] ?? 'git', feederWords?.() || `exit code ${fed}`);
    if (rest.length > 0) yield rest;
    return true;
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
    feeder?.kill('SIGKILL');
  }
}

/** The records as a list of at most `limit`, and whether that is all there is. */
export const listGit = async (
  repository: string,
  args: readonly string[],
  { limit, ...options }: RecordOptions & { limit: number },
): Promise<{ records: Buffer[]; complete: boolean }> => {
  const records: Buffer[] = [];
  const source = gitRecords(repository, args, options);
  for (;;) {
    const next = await source.next();
    if (next.done) return { records, complete: next.value };
    if (records.length === limit) {
      await source.return(false);
      return { records, complete: false };
    }
    // A copy: a record is a window on a chunk that would otherwise stay in memory with it.
    records.push(Buffer.from(next.value));
  }
};
