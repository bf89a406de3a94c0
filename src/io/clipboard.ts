import { spawn } from 'node:child_process';
import { type Environment, findExecutable } from './scan/find-executable.ts';

/** Programs that take text for the clipboard of the machine itself, where a display is. */
const TOOLS: readonly { needs: (env: Environment) => boolean; argv: readonly string[] }[] = [
  { needs: () => process.platform === 'darwin', argv: ['pbcopy'] },
  { needs: (env) => process.platform === 'win32' || Boolean(env.WSL_DISTRO_NAME), argv: ['clip.exe'] },
  { needs: (env) => Boolean(env.WAYLAND_DISPLAY), argv: ['wl-copy'] },
  { needs: (env) => Boolean(env.DISPLAY), argv: ['xclip', '-selection', 'clipboard'] },
  { needs: (env) => Boolean(env.DISPLAY), argv: ['xsel', '--clipboard', '--input'] },
];

/** The first that is here and can work; null over ssh and on a bare machine. */
export const clipboardTool = (env: Environment): readonly string[] | null => {
  for (const { needs, argv } of TOOLS) {
    const path = needs(env) ? findExecutable(argv[0] ?? '', env) : null;
    if (path) return [path, ...argv.slice(1)];
  }
  return null;
};

/**
 * Copies a text: by OSC 52 to the terminal's own clipboard, also over ssh, and by the machine's own program, since many
 * terminals do not know OSC 52 or have it turned off. Base64, so nothing of the text reaches the terminal as is.
 */
export const copyText = (env: Environment, text: string, write: (bytes: string) => void): void => {
  write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
  const [program, ...args] = clipboardTool(env) ?? [];
  if (!program) return;
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.stdin.end(text);
  child.unref();
};
