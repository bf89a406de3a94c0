import { sourceOfLaunch } from '../analysis/repository/asked-target.ts';
import { type Launch, launchesIn, pipedDownloads } from '../analysis/repository/launch-commands.ts';
import { idsOf } from '../policy/of-audit.ts';
import type { StartFact } from '../policy/subject.ts';
import type { Configured } from './read-configuration.ts';

/** How an entry of a configuration starts its server, or where it reaches it. Nothing is started to find out. */

export type StartKind = 'package' | 'image' | 'local' | 'remote' | 'built-in';

export type Start = {
  kind: StartKind;
  /** The name by which it can be audited: `npm:@x/y@1.2.3`, a git address; '' where there is none. */
  source: string;
  /** Whether what is started is fixed to one version. */
  exact: boolean;
  ids: string[];
  /** The file of this machine that is run, as far as the line says; '' otherwise. */
  file: string;
  /** The address it is reached at; '' where it runs here. */
  address: string;
  unpinned: StartFact;
  remote: StartFact;
  shell: StartFact;
  plainHttp: StartFact;
};

const seen = (...says: string[]): StartFact => ({ state: 'seen', says });
const notSeen = (...says: string[]): StartFact => ({ state: 'not-seen', says });
const couldNot = (why: string): StartFact => ({ state: 'could-not-look', says: [why] });

const nameOf = (command: string): string =>
  (command.split(/[\\/]/).at(-1) ?? '').replace(/\.(?:exe|cmd|bat|ps1)$/i, '').toLowerCase();

/** The words of the start, the program by its name alone, as the reader of launch lines knows them. */
const lineOf = (s: Configured): string =>
  [nameOf(s.command), ...s.args].map((w) => JSON.stringify(w)).join(' ');

const LAUNCHES = /^(?:npx|bunx|uvx|pipx|docker|podman)$/;
const FETCHING = /^(?:(?:npm|bun) (?:exec|x)|(?:pnpm|yarn) dlx|uv tool run|go run|deno run)\b/;
const SHELLS = /^(?:ba|z|da|k|fi)?sh$|^(?:cmd|powershell|pwsh)$/;
const SPECIAL = /[|&;<>`]|\$\(/;

/** Packages whose work is to reach a server elsewhere. */
const PROXIES = /(?:^|[:/])(?:mcp-remote|mcp-proxy|supergateway|mcp-remote-[\w-]{1,40})(?:[@=]|$)/;
const LOOPBACK =
  /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|.{1,200}\.localhost)$/i;

const hostOf = (address: string): { scheme: string; host: string; path: string } | null => {
  const m =
    /^([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^@/\s]{1,400}@)?(\[[0-9a-f:.]{2,60}\]|[^/:?#${}%\s]{1,300})(?::\d{1,5})?([^?#\s]{0,2000})/i.exec(
      address,
    );
  return m ? { scheme: m[1]!.toLowerCase(), host: m[2]!.toLowerCase(), path: m[3] ?? '' } : null;
};

const addressesOf = (s: Configured, sources: readonly string[]): string[] =>
  s.url !== ''
    ? [s.url]
    : sources.some((source) => PROXIES.test(source))
      ? s.args.filter((a) => /^https?:\/\//i.test(a))
      : [];

const PINS: Record<Launch['pin'], string> = {
  exact: 'one version',
  moving: 'a range, a tag or a branch, which can be moved',
  none: 'no version: the newest one at each start',
};

/** What a line fetches beside the server itself. */
const besides = (s: Configured): string[] =>
  /^uvx?$/.test(nameOf(s.command))
    ? s.args
        .filter((_, i) => /^--with$/.test(s.args[i - 1] ?? ''))
        .filter((p) => !/==\d|@[0-9a-f]{40}$/.test(p))
    : [];

const unpinnedOf = (
  s: Configured,
  launches: readonly Launch[],
  shown: (text: string) => string,
): StartFact => {
  if (s.builtIn) return notSeen('it comes with the client');
  if (s.command === '') return notSeen('nothing is fetched: it runs elsewhere');
  const line = s.args.join(' ');
  const piped = pipedDownloads(`${nameOf(s.command)} ${line}`);
  const floating = [
    ...launches.filter((l) => l.pin !== 'exact').map((l) => `${l.tool} ${shown(l.target)}: ${PINS[l.pin]}`),
    ...besides(s).map((p) => `--with ${shown(p)}: ${PINS.none}`),
    ...piped.map(() => 'a download that a shell runs as it comes'),
  ];
  if (floating.length > 0) return seen(...floating);
  if (launches.length > 0)
    return notSeen(...launches.map((l) => `${l.tool} ${shown(l.target)}: ${PINS.exact}`));
  const fetches = LAUNCHES.test(nameOf(s.command)) || FETCHING.test(lineOf(s).replaceAll('"', ''));
  return fetches
    ? couldNot(`what ${nameOf(s.command)} fetches cannot be told from its words`)
    : notSeen('nothing is fetched by its words: a program of this machine');
};

const shellOf = (s: Configured): StartFact => {
  const name = nameOf(s.command);
  const line = s.args.join(' ');
  const raised = [name, ...s.args.map((a) => nameOf(a.split(' ')[0] ?? ''))].some((w) =>
    /^(?:sudo|doas|runas)$/.test(w),
  );
  const says = [
    ...(raised ? ['with the rights of an administrator (sudo)'] : []),
    ...(pipedDownloads(`${name} ${line}`).length > 0 ? ['a download is piped into a shell'] : []),
  ];
  if (SHELLS.test(name)) {
    // "cmd /c npx …" is how Windows finds a script; with nothing in it that cmd would act on it does no more.
    if (name === 'cmd' && !SPECIAL.test(line))
      return says.length > 0 ? seen(...says) : notSeen('cmd /c in front of a program, as Windows needs it');
    says.unshift(`${name} reads its words as a script`);
  } else if (/\s/.test(s.command.trim()) && SPECIAL.test(s.command))
    says.unshift('the command is a line for a shell');
  return says.length > 0 ? seen(...says) : notSeen();
};

/** The script or program that is run, as far as words say. */
const localFile = (s: Configured): string =>
  s.args.find((a) => /\.(?:[cm]?[jt]s|py|rb|jar|sh|php|dll)$/i.test(a) && !a.startsWith('-')) ??
  (/[\\/]/.test(s.command) ? s.command : '');

const ABSOLUTE = /^[\\/~$%]|^[A-Za-z]:/;

/** A program of this machine by its file, else by its first words: what a relative path or a bare name means is the project's. */
const localId = (s: Configured, file: string, project: string): string => {
  const name = file || [nameOf(s.command), ...s.args.slice(0, 4)].join(' ');
  if (ABSOLUTE.test(file || s.command) || project === '') return `path:${name}`;
  return `path:${project}/${name.replace(/^\.[\\/]/, '')}`;
};

export const startOf = (s: Configured, shown: (text: string) => string, project = ''): Start => {
  const launches = s.command === '' ? [] : launchesIn(lineOf(s));
  const sources = launches.map((l) => sourceOfLaunch(l) ?? '').filter((x) => x !== '');
  const addresses = addressesOf(s, sources);
  const away = addresses.map(hostOf).filter((a) => a !== null && !LOOPBACK.test(a.host));
  const file = sources.length === 0 && s.command !== '' ? localFile(s) : '';
  const [source = ''] = sources.filter((x) => !PROXIES.test(x));
  const kind: StartKind = s.builtIn
    ? 'built-in'
    : s.url !== '' || (addresses.length > 0 && source === '')
      ? 'remote'
      : source.startsWith('oci:')
        ? 'image'
        : sources.length > 0
          ? 'package'
          : 'local';
  const own = idsOf(source.replace(/@latest$/, ''), source.split('#')[0]!);
  return {
    kind,
    source: shown(source),
    exact: launches.length > 0 && launches.every((l) => l.pin === 'exact'),
    ids:
      kind === 'remote'
        ? addresses.flatMap((a) => {
            const at = hostOf(a);
            return at ? [`url:${shown(`${at.host}${at.path.replace(/\/$/, '')}`)}`] : [];
          })
        : own.length > 0
          ? own
          : kind === 'local'
            ? [shown(localId(s, file, project))]
            : [`name:${shown(s.name)}`],
    file,
    address: shown(addresses[0] ?? ''),
    unpinned: unpinnedOf(s, launches, shown),
    remote:
      away.length > 0
        ? seen(...away.map((a) => shown(a!.host)))
        : addresses.length > 0 && addresses.some((a) => hostOf(a) === null)
          ? couldNot('its address is none that can be read')
          : notSeen(),
    shell: shellOf(s),
    plainHttp: away.some((a) => a!.scheme === 'http' || a!.scheme === 'ws')
      ? seen(...away.filter((a) => a!.scheme === 'http' || a!.scheme === 'ws').map((a) => shown(a!.host)))
      : notSeen(),
  };
};
