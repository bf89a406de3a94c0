import { UserError } from '../domain/errors.ts';
import { dataDir, reposDir } from '../io/paths.ts';
import { openSettings, type Settings } from '../io/settings.ts';
import { visible } from '../text/visible.ts';

/** What a command may use of the machine; tests pass their own. */
export type Host = {
  env: Record<string, string | undefined>;
  dataDir: string;
  reposDir: string;
  stdout(text: string): void;
  stderr(text: string): void;
  /** What a long step is doing: one line a stage, without the percentages that only a screen can show in place. */
  progress(text: string): void;
  clock(): Date;
  settings(): Settings;
};

export const TOOL_NAME = 'mcp-audit-workbench';

export const createHost = (env: Record<string, string | undefined> = process.env): Host => {
  const data = dataDir(env);
  let settings: Settings | null = null;
  let stage = '';
  return {
    env,
    dataDir: data,
    reposDir: reposDir(data),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    progress: (text) => {
      const now = text.replace(/\s*\d+ %$/, '');
      if (now !== stage) process.stderr.write(`${visible(now)}\n`);
      stage = now;
    },
    clock: () => new Date(),
    settings: () => {
      settings ??= openSettings(data);
      return settings;
    },
  };
};

export const json = (host: Host, value: unknown): void => host.stdout(`${JSON.stringify(value, null, 2)}\n`);

/** The interface needs a terminal on both ends; everything it does has a headless twin. */
export const requireTerminal = (): void => {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new UserError(
    'the workbench needs a terminal, and this is none; nothing was started',
    'without one use: mcp-audit start, collect, answer, status, report, validate (mcp-audit --help)',
  );
};
