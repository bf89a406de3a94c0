import { spawn } from 'node:child_process';
import { absolutePath, type Environment } from '../scan/find-executable.ts';

export type Said = { code: number | null; out: string; words: string };

const MOST = 256 * 1024;
/** Somebody may have to type a passphrase, or touch a key. */
const TIMEOUT_MS = 180_000;

/**
 * Runs ssh-keygen or gpg as the person at this machine: with their environment, since it is their key, in English, and with
 * `input` to its end. A passphrase is asked for by the program itself, at the terminal. Never rejects.
 */
export const runSigner = (
  env: Environment,
  path: string,
  args: readonly string[],
  input: string,
): Promise<Said> =>
  new Promise((resolve) => {
    let out = '';
    let words = '';
    const child = spawn(path, args, {
      env: { ...env, PATH: absolutePath(env), LC_ALL: 'C', LANGUAGE: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    child.stdout.on('data', (c: Buffer) => {
      if (out.length < MOST) out += c.toString('utf8');
    });
    child.stderr.on('data', (c: Buffer) => {
      if (words.length < MOST) words += c.toString('utf8');
    });
    // It may end before it has read all.
    child.stdin.on('error', () => {});
    child.on('error', (error) => resolve({ code: null, out, words: error.message }));
    child.on('close', (code, signal) =>
      resolve({ code, out, words: signal ? `${words}\nstopped: it took longer than three minutes` : words }),
    );
    child.stdin.end(input);
  });

/** The last thing a program said that helps a person. */
export const lastWords = ({ words, code }: Said): string =>
  words
    .trim()
    .split('\n')
    .findLast((l) => l.trim() !== '' && !l.startsWith('Signing '))
    ?.trim()
    .slice(0, 300) ?? `it ended with exit code ${code}`;
