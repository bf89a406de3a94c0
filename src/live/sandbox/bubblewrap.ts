import { type Limits, prlimitArgs } from './limits.ts';

/** Of the host: read-only unless said. Without `from` an empty folder in memory, which can be written. */
export type Mount = { from: string; at: string; write?: boolean };
export const IN_MEMORY = '';

/** What a sandbox is made of, whatever makes it. Paths in `at` are inside. */
export type Shape = {
  /** Files and folders of the host that are seen inside, read-only unless said. */
  mounts: readonly Mount[];
  /** The whole network of the host: only for fetching dependencies, never for the target's own code. */
  network: boolean;
  limits: Limits;
};

/** How the host lays out its top folders: a link to `usr/…`, a folder, or not there. */
export type TopFolder = { path: string; link: string | null };

/** Folders in memory that end with the sandbox. `/work` is where the server runs, `/data` what it is given to serve. */
export const THROW_AWAY = ['/tmp', '/home', '/work', '/data', '/dev/shm'] as const;
export const HOME = '/home/user';
export const TOOLS = '/run/mcp-audit';
/** Programs are looked for here, in this order. */
export const PATH_INSIDE = `${TOOLS}/bin:/usr/local/bin:/usr/bin:/bin`;

const SYSTEM = [
  '/etc/ssl',
  '/etc/ca-certificates',
  '/etc/pki',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/alternatives',
  '/etc/mime.types',
];
/** How names become addresses; only where the network is. */
const NAMES = ['/etc/resolv.conf', '/etc/nsswitch.conf', '/etc/host.conf', '/etc/services'];

/**
 * The arguments of `bwrap` before the command. Nothing of the host is seen but the system's programs and what `mounts` name;
 * what can be written is in memory and bounded; there is no network unless asked for, no capability, no new privilege, and no
 * further user namespace. All of it dies with whoever started it.
 *
 * @param accounts a folder of ours with `passwd` and `group` for the one user there is
 */
export const bubblewrapArgs = (shape: Shape, top: readonly TopFolder[], accounts: string): string[] => {
  const tmpfs = (at: string): string[] => ['--size', String(shape.limits.folderBytes), '--tmpfs', at];
  return [
    '--unshare-user',
    '--disable-userns',
    '--unshare-ipc',
    '--unshare-pid',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...(shape.network ? [] : ['--unshare-net']),
    '--die-with-parent',
    '--new-session',
    '--cap-drop',
    'ALL',
    '--uid',
    '1000',
    '--gid',
    '1000',
    '--hostname',
    'sandbox',
    '--clearenv',
    '--ro-bind',
    '/usr',
    '/usr',
    ...top.flatMap((t) => (t.link === null ? ['--ro-bind', t.path, t.path] : ['--symlink', t.link, t.path])),
    ...SYSTEM.flatMap((path) => ['--ro-bind-try', path, path]),
    ...(shape.network ? NAMES.flatMap((path) => ['--ro-bind-try', path, path]) : []),
    '--ro-bind',
    `${accounts}/passwd`,
    '/etc/passwd',
    '--ro-bind',
    `${accounts}/group`,
    '/etc/group',
    '--ro-bind',
    `${accounts}/hosts`,
    '/etc/hosts',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...THROW_AWAY.flatMap(tmpfs),
    '--dir',
    HOME,
    ...shape.mounts.flatMap((m) =>
      m.from === IN_MEMORY ? tmpfs(m.at) : [m.write ? '--bind' : '--ro-bind', m.from, m.at],
    ),
    // What is left of the root and of /dev lies in memory too, without a bound: nothing may be written there.
    '--remount-ro',
    '/dev',
    '--remount-ro',
    '/',
    '--chdir',
    '/work',
    '--',
    'prlimit',
    ...prlimitArgs(shape.limits),
    '--',
  ];
};
