import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { type Environment, findExecutable } from '../scan/find-executable.ts';
import { lastWords, runSigner } from './run.ts';
import { gitSetting, NAMESPACE } from './sign.ts';

export type Verified = {
  /** Null: nobody could tell, and `said` says why. */
  holds: boolean | null;
  /** Whose it is, as this machine knows them; '' when it knows nobody by that key. */
  by: string;
  /** Fingerprint of the key. */
  key: string;
  said: string;
};

/** Which SSH keys are whose. `given`: somebody named that file, and so said that nobody else's signature will do. */
export type Allowed = { file: string; given: boolean };

/** For where only it is asked whether a signature is of its text. */
export const NO_SIGNERS: Allowed = { file: '', given: false };

const untold = (said: string): Verified => ({ holds: null, by: '', key: '', said });

/** The file that says which key is whose: the one named, else the one git uses, else none. Throws {@link UserError} when the named one is not there. */
export const allowedSigners = async (env: Environment, named: string | undefined): Promise<Allowed> => {
  const said = named ?? (await gitSetting(env, 'gpg.ssh.allowedSignersFile'));
  const file = said.startsWith('~/') ? path.join(env.HOME || os.homedir(), said.slice(2)) : said;
  if (named !== undefined && !fs.statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new UserError(
      `${file} is no file, so nobody could tell whose signatures these are`,
      'name the file of allowed signers (man ssh-keygen): one line a key, "jane@example.org ssh-ed25519 AAAA…"',
    );
  return { file, given: named !== undefined };
};

const inFolder = async <T>(signature: string, run: (file: string) => Promise<T>): Promise<T> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-audit-sig-'));
  try {
    const file = path.join(folder, 'signature');
    fs.writeFileSync(file, signature, { mode: 0o600, flag: 'wx' });
    return await run(file);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
};

const FINGERPRINT = /SHA256:[A-Za-z0-9+/]{43}/;

const verifySsh = async (
  env: Environment,
  signature: string,
  text: string,
  allowed: Allowed,
): Promise<Verified> => {
  const program = findExecutable('ssh-keygen', env);
  if (!program) return untold('it is an SSH signature, and ssh-keygen is not on this machine');
  return inFolder(signature, async (file) => {
    const ask = (verb: string, ...args: string[]) =>
      runSigner(env, program, ['-Y', verb, '-n', NAMESPACE, '-s', file, ...args], text);
    const made = await ask('check-novalidate');
    const key = FINGERPRINT.exec(made.out)?.[0] ?? '';
    if (made.code !== 0)
      return { holds: false, by: '', key, said: `it is not of this text: ${lastWords(made)}` };
    // Anybody can make a key: of a text alone it says nothing.
    if (allowed.file === '')
      return {
        holds: null,
        by: '',
        key,
        said: 'made with that key; no allowed-signers file says whose it is',
      };
    const principals = await runSigner(
      env,
      program,
      ['-Y', 'find-principals', '-s', file, '-f', allowed.file],
      '',
    );
    const [by = ''] = principals.out.trim().split('\n');
    if (principals.code !== 0 || by === '')
      return {
        holds: allowed.given ? false : null,
        by: '',
        key,
        said: `made with that key, which ${allowed.file} does not name`,
      };
    const known = await ask('verify', '-f', allowed.file, '-I', by);
    return known.code === 0
      ? { holds: true, by, key, said: `made by ${by}, as ${allowed.file} says` }
      : { holds: false, by, key, said: `${allowed.file} does not let ${by} sign this: ${lastWords(known)}` };
  });
};

const verifyGpg = async (
  env: Environment,
  signature: string,
  text: string,
  allowed: Allowed,
): Promise<Verified> => {
  const program = findExecutable('gpg', env);
  if (!program) return untold('it is a GPG signature, and gpg is not on this machine');
  return inFolder(signature, async (file) => {
    const said = await runSigner(env, program, ['--batch', '--status-fd', '1', '--verify', file, '-'], text);
    const word = (name: string): string | undefined =>
      said.out
        .split('\n')
        .find((l) => l.startsWith(`[GNUPG:] ${name} `))
        ?.slice(`[GNUPG:] ${name} `.length);
    const key = word('VALIDSIG')?.split(' ')[0] ?? word('ERRSIG')?.split(' ')[0] ?? '';
    const by = word('GOODSIG')?.split(' ').slice(1).join(' ') ?? '';
    if (said.code === 0 && by !== '' && allowed.given)
      return {
        holds: false,
        by,
        key,
        said: `made with a GPG key of your keyring, and ${allowed.file} names SSH keys alone`,
      };
    if (said.code === 0 && by !== '')
      return { holds: true, by, key, said: `made by ${by}, as your keyring says` };
    if (word('NO_PUBKEY') !== undefined)
      return { holds: null, by: '', key, said: 'your keyring does not have the key it was made with' };
    const past = ['EXPKEYSIG', 'REVKEYSIG', 'EXPSIG'].find((name) => word(name) !== undefined);
    return {
      holds: false,
      by,
      key,
      said: past
        ? `the key or the signature has expired or was revoked (${past})`
        : `it is not of this text: ${lastWords(said)}`,
    };
  });
};

/** One armoured block of that kind and nothing beside it, where words that nobody signed could stand. */
const isBlock = (signature: string, kind: 'SSH' | 'PGP'): boolean => {
  const end = `-----END ${kind} SIGNATURE-----`;
  const text = signature.trimEnd();
  return (
    text.startsWith(`-----BEGIN ${kind} SIGNATURE-----`) &&
    text.endsWith(end) &&
    text.indexOf(end) === text.length - end.length
  );
};

/** Whether a signature is of a text, and whose. `allowed`: see {@link allowedSigners}. Never rejects for what others wrote. */
export const verifyText = (
  env: Environment,
  { signature, text, allowed }: { signature: string; text: string; allowed: Allowed },
): Promise<Verified> =>
  isBlock(signature, 'SSH')
    ? verifySsh(env, signature, text, allowed)
    : isBlock(signature, 'PGP')
      ? verifyGpg(env, signature, text, allowed)
      : Promise.resolve({ holds: false, by: '', key: '', said: 'it is no signature of SSH or GPG' });
