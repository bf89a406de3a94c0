import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

export type EditorResult =
  | { kind: 'changed'; text: string }
  | { kind: 'unchanged' }
  | { kind: 'failed'; message: string };

type Env = Record<string, string | undefined>;

/** $VISUAL, else $EDITOR, else what the system has. May hold arguments ("code --wait"). */
const editorCommand = (env: Env): string =>
  env.VISUAL || env.EDITOR || (process.platform === 'win32' ? 'notepad' : 'vi');

/** Editors that take `+LINE FILE`; for others only the file is named. */
const TAKES_LINE = /^(n?vim?|vi|nano|emacs|micro|kak|hx|joe|less)$/;

const run = (env: Env, file: string, line: number | null): string | null => {
  const [command = 'vi', ...args] = editorCommand(env).split(/\s+/).filter(Boolean);
  const at = line !== null && TAKES_LINE.test(basename(command)) ? [`+${line}`] : [];
  // On Windows editors are often .cmd files, which only a shell starts; the file name is ours, never the target's.
  const result = spawnSync(command, [...args, ...at, file], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.error)
    return `${command} could not be started (${result.error.message}): set $EDITOR to an editor you have.`;
  if (result.signal) return `${command} was stopped by ${result.signal}: nothing recorded.`;
  if (result.status !== 0) return `${command} ended with ${result.status}: nothing recorded.`;
  return null;
};

/** Only a file name of ours: the target's words may not choose where we write. */
const safeName = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '')
    .slice(-80) || 'text';

const inFolder = (name: string, text: string, mode: number): { file: string; remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-'));
  const file = join(folder, safeName(name));
  writeFileSync(file, text, { mode: 0o600 });
  if (mode !== 0o600) chmodSync(file, mode);
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/**
 * Hands the terminal to the auditor's editor. The file is kept when reading it back fails, and its path is in the
 * message: what was written there is not lost.
 */
export const editText = (env: Env, text: string, name: string): EditorResult => {
  let at = '';
  try {
    const { file, remove } = inFolder(name, text, 0o600);
    at = file;
    const failed = run(env, file, null);
    const edited = readFileSync(file, 'utf8');
    if (failed) {
      if (edited === text) remove();
      return {
        kind: 'failed',
        message: edited === text ? failed : `${failed} What you wrote is in ${file}.`,
      };
    }
    remove();
    return edited === text ? { kind: 'unchanged' } : { kind: 'changed', text: edited };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', message: `the editor's file could not be used (${why})${at ? `: ${at}` : ''}` };
  }
};

/** Hands the terminal to the auditor's editor on a file of theirs, which begins as `begun` where it is not there. */
export const editFile = (env: Env, file: string, begun: string): EditorResult => {
  try {
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, begun, { mode: 0o600, flag: 'wx' });
    }
    const failed = run(env, file, null);
    return failed
      ? { kind: 'failed', message: failed }
      : { kind: 'changed', text: readFileSync(file, 'utf8') };
  } catch (error) {
    return {
      kind: 'failed',
      message: `${file} could not be edited: ${error instanceof Error ? error.message : error}`,
    };
  }
};

/** Shows text of the target: a copy nobody can mistake for the original, made read-only. */
export const viewText = (env: Env, text: string, path: string, line: number): EditorResult => {
  try {
    const { file, remove } = inFolder(basename(path), text, 0o400);
    const failed = run(env, file, line);
    remove();
    return failed ? { kind: 'failed', message: failed } : { kind: 'unchanged' };
  } catch (error) {
    return {
      kind: 'failed',
      message: `the file could not be shown: ${error instanceof Error ? error.message : error}`,
    };
  }
};
