import fs from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { type Environment, findExecutable } from '../scan/find-executable.ts';
import { lastWords, runSigner } from './run.ts';

/** What signatures are made for: a key that also signs commits or logs in cannot be mistaken for a word about an audit. */
export const NAMESPACE = 'mcp-audit';

export type Means = { kind: 'ssh' | 'gpg'; program: string; key: string };
export type Signed = { kind: Means['kind']; key: string; signature: string };

const isFile = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;

const homeOf = (env: Environment): string => env.HOME || env.USERPROFILE || homedir();

const withHome = (env: Environment, file: string): string =>
  file.startsWith('~/') ? path.join(homeOf(env), file.slice(2)) : file;

/** A value of the auditor's own configuration of git, where many say which key is theirs. '' when there is none. */
export const gitSetting = async (env: Environment, name: string): Promise<string> => {
  const git = findExecutable('git', env);
  if (!git) return '';
  const { code, out } = await runSigner(env, git, ['config', '--global', '--get', name], '');
  return code === 0 ? out.trim() : '';
};

const USUAL = ['id_ed25519', 'id_ed25519_sk', 'id_ecdsa', 'id_ecdsa_sk', 'id_rsa'];

/**
 * The key to sign with: the one named, else the one that signs their commits, else their usual SSH key. Throws {@link UserError}
 * when there is none, or no program for it.
 */
export const findMeans = async (env: Environment, named: string | undefined): Promise<Means> => {
  const ssh = findExecutable('ssh-keygen', env);
  const gpg = findExecutable('gpg', env);
  if (!ssh && !gpg)
    throw new UserError(
      'neither ssh-keygen nor gpg is on this machine, so nothing was signed',
      'install OpenSSH or GnuPG; an audit is as good without a signature, and says that it has none',
    );
  const of = (key: string): Means => {
    const file = withHome(env, key);
    const kind = isFile(file) ? 'ssh' : 'gpg';
    const program = kind === 'ssh' ? ssh : gpg;
    if (program) return { kind, program, key: kind === 'ssh' ? file : key };
    throw new UserError(
      kind === 'ssh'
        ? `${key} is an SSH key, and ssh-keygen is not on this machine; nothing was signed`
        : `there is no file ${key}, and gpg, whose key it might be, is not on this machine; nothing was signed`,
      'name a key with --key: the file of an SSH key, or the id of a GPG key',
    );
  };
  const key = named ?? (await gitSetting(env, 'user.signingkey'));
  if (key !== '') return of(key);
  const usual = USUAL.map((name) => path.join(homeOf(env), '.ssh', name)).find(isFile);
  if (ssh && usual) return { kind: 'ssh', program: ssh, key: usual };
  throw new UserError(
    'no key was found to sign with, so nothing was signed',
    'name one with --key: the file of an SSH key (ssh-keygen -t ed25519 makes one), or the id of a GPG key',
  );
};

/** Signs a text. Throws {@link UserError} with what the program said. */
export const signText = async (env: Environment, means: Means, text: string): Promise<Signed> => {
  const args =
    means.kind === 'ssh'
      ? ['-Y', 'sign', '-q', '-n', NAMESPACE, '-f', means.key]
      : ['--armor', '--detach-sign', '--output', '-', '--local-user', means.key];
  const said = await runSigner(env, means.program, args, text);
  const signature = said.out;
  if (said.code === 0 && /^-----BEGIN (?:SSH|PGP) SIGNATURE-----/.test(signature))
    return { kind: means.kind, key: means.key, signature };
  throw new UserError(
    `${means.kind === 'ssh' ? 'ssh-keygen' : 'gpg'} did not sign with ${means.key}: ${lastWords(said)}`,
    'try that key by itself, or name another with --key',
  );
};
