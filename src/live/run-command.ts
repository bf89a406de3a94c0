import type { Environment } from '../io/scan/find-executable.ts';
import { type Box, openBox } from './sandbox/box.ts';
import { SERVER_LIMITS } from './sandbox/limits.ts';

/** What a command line said: the end of it where that is very long. */
export type Said = { output: string; code: number | null; stopped: string };

const MB = 1024 * 1024;
export const COMMAND_LIMITS = { ...SERVER_LIMITS, seconds: 300, cpuSeconds: 300, outputBytes: 16 * MB };
/** Inside the sandbox: the checkout, and the clone it is of. */
const TREE = '/work/target';
const CLONE = '/work/clone.git';

const hear = (box: Box): { text(): string } => {
  const chunks: Buffer[] = [];
  box.stdout.on('data', (c: Buffer) => void chunks.push(c));
  box.stderr.on('data', (c: Buffer) => void chunks.push(c));
  return { text: () => Buffer.concat(chunks).toString('utf8') };
};

/**
 * Runs a command line in a sandbox without network, in a checkout of the pinned commit that cannot be written, beside a clone
 * of it that cannot be written either: `git` speaks of that commit, and its index lies in memory.
 * @param git the environment of git: which configuration counts
 */
export const runInBox = async (o: {
  bwrap: string;
  env: Environment;
  /** An empty folder of ours; whoever asks removes it. */
  folder: string;
  tree: string;
  clone: string;
  subdir: string;
  commit: string;
  command: string;
  git: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}): Promise<Said> => {
  const box = await openBox({
    bwrap: o.bwrap,
    env: o.env,
    folder: o.folder,
    shape: {
      mounts: [
        { from: o.tree, at: TREE },
        { from: o.clone, at: CLONE },
      ],
      network: false,
      limits: COMMAND_LIMITS,
    },
    signal: o.signal,
  });
  const heard = hear(box);
  try {
    const git = { ...o.git, GIT_DIR: CLONE, GIT_WORK_TREE: TREE, GIT_INDEX_FILE: '/tmp/index' };
    await box.start(
      [
        '/bin/sh',
        '-c',
        `git read-tree "$0" && cd "$1" && eval "$2"`,
        o.commit,
        `${TREE}/${o.subdir}`,
        o.command,
      ],
      { cwd: TREE, env: git, quiet: true },
    );
    const ended = await box.ended();
    await box.close();
    return { output: heard.text(), code: ended.code, stopped: box.stopped() || ended.problem };
  } finally {
    await box.close();
  }
};
