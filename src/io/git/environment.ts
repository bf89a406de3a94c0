import { mkdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { ours, readIn } from '../open-folder.ts';
import { putFile } from '../write-files.ts';

/**
 * The environment of every git process is built from nothing, in one of three kinds. What they share:
 *
 * - Our settings win over whatever configuration is read. They answer the ways a repository makes git run a command
 *   (fsmonitor, hooks, `ext::` transport, background maintenance, recursion into submodules).
 * - No prompt: the terminal belongs to the program. No replace refs, no lazy fetch of a partial clone.
 * - PATH keeps absolute folders only: upload-pack works inside the hostile folder, where `.` would be a trap.
 *
 * Refused objects are no help here: `transfer.fsckObjects` would turn a tree with odd names into "could not look",
 * while reading it from the object database is harmless because nothing is ever checked out.
 */
export type GitEnvironment = Readonly<Record<string, string>>;

/** Works on every platform: git itself knows this name. */
const NOWHERE = '/dev/null';

const SETTINGS: Readonly<Record<string, string>> = {
  // The owner of a folder says nothing about its harm, and nothing here relies on it.
  'safe.directory': '*',
  'core.fsmonitor': 'false',
  'core.hooksPath': NOWHERE,
  'core.attributesFile': NOWHERE,
  'core.symlinks': 'false',
  'core.logAllRefUpdates': 'false',
  // Blobs above are streamed rather than held in git's memory.
  'core.bigFileThreshold': '32m',
  'core.quotePath': 'false',
  'protocol.ext.allow': 'never',
  'fetch.recurseSubmodules': 'no',
  'submodule.recurse': 'false',
  'fetch.fsckObjects': 'false',
  'transfer.fsckObjects': 'false',
  'transfer.bundleURI': 'false',
  'fetch.writeCommitGraph': 'false',
  // One pack a fetch, never thousands of loose files.
  'fetch.unpackLimit': '1',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'log.showSignature': 'false',
  'log.showRoot': 'true',
};

const inherited = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );

const base = (): Record<string, string> => ({
  ...inherited(['TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'SYSTEMROOT', 'ComSpec', 'PATHEXT']),
  PATH: (process.env.PATH ?? '').split(delimiter).filter(isAbsolute).join(delimiter),
  LANG: 'C',
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  // Empty, not absent: absent falls through to core.askPass and SSH_ASKPASS.
  GIT_ASKPASS: '',
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_PROTOCOL_FROM_USER: '0',
});

/** Settings with the rank of `git -c`: above every configuration file. */
const asCommandLine = (): Record<string, string> => {
  const settings = Object.entries(SETTINGS);
  return {
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
  };
};

/** For reading our own bare clone: no configuration of the machine or the user plays a part. */
export const readingEnvironment = (): GitEnvironment => ({
  ...base(),
  ...asCommandLine(),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: NOWHERE,
  GIT_ALLOW_PROTOCOL: 'none',
});

/**
 * For fetching from a folder of this machine, where git starts upload-pack inside the hostile repository. Git clears
 * `-c` and GIT_CONFIG_COUNT for that child and keeps GIT_CONFIG_GLOBAL, so our settings stand in a file. Upload-pack
 * takes `uploadpack.packObjectsHook` from that file or the system's only, never from the repository; the allowed
 * protocol stands in the environment because the repository's own configuration outranks the file.
 *
 * @param reposDir where our clones are; holds the file and a home that is otherwise empty
 */
export const localEnvironment = (reposDir: string): GitEnvironment => {
  const home = join(reposDir, '.git-home');
  const config = join(home, 'config');
  const text = Object.entries(SETTINGS)
    .map(([key, value]) => {
      const dot = key.lastIndexOf('.');
      const section = key.slice(0, dot).replace(/^([^.]+)\.(.+)$/, '$1 "$2"');
      return `[${section}]\n\t${key.slice(dot + 1)} = ${value}\n`;
    })
    .join('');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const written = (): boolean => readIn(ours(home), 'config')?.toString('utf8') === text;
  // Whole at any moment: a git that is running elsewhere reads it.
  try {
    if (!written()) putFile(ours(home), 'config', text, { replaces: () => true, mode: 0o600 });
  } catch (error) {
    // Another of us began in the same moment.
    if (!written()) throw error;
  }
  return {
    ...base(),
    ...asCommandLine(),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    HOME: home,
    XDG_CONFIG_HOME: home,
    GIT_ALLOW_PROTOCOL: 'file',
  };
};

/**
 * For fetching over the network. Here the auditor's own configuration counts (system and global): proxies,
 * certificates, credential helpers, `insteadOf`, keys. It is safe because git reads it together with our clone's
 * configuration and never with any of the target, whose server sends objects and refs only. Our settings still outrank
 * it, so a global hook or fsmonitor of the auditor does not run either. Prompts of ssh would fight the program for the
 * terminal: they go to the auditor's askpass, or fail.
 */
export const networkEnvironment = (): GitEnvironment => ({
  ...base(),
  ...inherited([
    'HOME',
    'USER',
    'LOGNAME',
    'USERPROFILE',
    'HOMEDRIVE',
    'HOMEPATH',
    'APPDATA',
    'LOCALAPPDATA',
    'ProgramData',
    'XDG_CONFIG_HOME',
    'XDG_RUNTIME_DIR',
    'DBUS_SESSION_BUS_ADDRESS',
    'DISPLAY',
    'WAYLAND_DISPLAY',
    'SSH_AUTH_SOCK',
    'SSH_AGENT_PID',
    'GNUPGHOME',
    'GIT_CONFIG_GLOBAL',
    'GIT_CONFIG_SYSTEM',
    'GIT_CONFIG_NOSYSTEM',
    'GIT_SSH',
    'GIT_SSH_COMMAND',
    'GIT_SSH_VARIANT',
    'GIT_SSL_CAINFO',
    'GIT_SSL_CAPATH',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'CURL_CA_BUNDLE',
    'NIX_SSL_CERT_FILE',
    'http_proxy',
    'https_proxy',
    'HTTPS_PROXY',
    'all_proxy',
    'ALL_PROXY',
    'no_proxy',
    'NO_PROXY',
  ]),
  ...asCommandLine(),
  SSH_ASKPASS: process.env.SSH_ASKPASS ?? 'false',
  SSH_ASKPASS_REQUIRE: 'force',
  GIT_ALLOW_PROTOCOL: 'https:http:ssh:git',
});
