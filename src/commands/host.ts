import { UserError } from '../domain/errors.ts';
import { dataDir, reposDir } from '../io/paths.ts';
import { openSettings, type Settings } from '../io/settings.ts';
import { jsonText } from '../text/json-text.ts';
import { redactSecrets } from '../text/redact.ts';
import { withShownPaths } from '../text/shown-path.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { ownCommand } from './own-command.ts';

/** What a command may use of the machine; tests pass their own. */
export type Host = {
  env: Record<string, string | undefined>;
  /** Where sessions are: the auditor's own folder, or that of one who named a session elsewhere. */
  dataDir: string;
  /** The auditor's own folder: settings, and what is kept between runs. */
  ownDir: string;
  reposDir: string;
  stdout(text: string): void;
  stderr(text: string): void;
  /** What a long step is doing: one line a stage, without the percentages that only a screen can show in place. */
  progress(text: string): void;
  clock(): Date;
  settings(): Settings;
  /** What to type to start this program again with these arguments. */
  again(args: readonly string[], env?: Record<string, string | undefined>): string;
};

export const TOOL_NAME = 'mcp-audit-workbench';

/**
 * What a terminal gets: no credential, and nothing in it that a terminal would act on or a reader could not see, whichever
 * command wrote it and in whichever format. JSON has its own escapes ({@link jsonText}) and passes unchanged; a file or a pipe gets the bytes as they are.
 */
export const shownOn = (stream: { isTTY?: boolean }, text: string): string =>
  stream.isTTY ? visibleLines(redactSecrets(text)) : text;

export const createHost = (env: Record<string, string | undefined> = process.env): Host => {
  const data = dataDir(env);
  let settings: Settings | null = null;
  let stage = '';
  return {
    env,
    dataDir: data,
    ownDir: data,
    reposDir: reposDir(data),
    stdout: (text) => void process.stdout.write(shownOn(process.stdout, text)),
    stderr: (text) => void process.stderr.write(shownOn(process.stderr, redactSecrets(text))),
    progress: (text) => {
      const now = text.replace(/\s{0,40}\d{1,3} %$/, '');
      if (now !== stage) process.stderr.write(`${visible(redactSecrets(now))}\n`);
      stage = now;
    },
    clock: () => new Date(),
    settings: () => {
      settings ??= openSettings(data);
      return settings;
    },
    again: (args, over = {}) =>
      ownCommand(
        {
          env: { ...env, ...over },
          script: process.argv[1] ?? '',
          node: process.execPath,
          cwd: process.cwd(),
        },
        args,
      ),
  };
};

export const json = (host: Host, value: unknown): void => host.stdout(jsonText(withShownPaths(value)));

/** The day it is, as records write days. */
export const todayOf = (host: Pick<Host, 'clock'>): string => host.clock().toISOString().slice(0, 10);

/** Whether somebody sits there who reads what is printed and can answer. */
export const atTerminal = (): boolean => Boolean(process.stdin.isTTY && process.stdout.isTTY);

/** The interface needs a terminal on both ends; everything it does has a headless twin. */
export const requireTerminal = (): void => {
  if (atTerminal()) return;
  throw new UserError(
    'the workbench needs a terminal, and this is none; nothing was started',
    'without one use: mcp-audit start, collect, answer, status, report, validate (mcp-audit --help)',
  );
};
