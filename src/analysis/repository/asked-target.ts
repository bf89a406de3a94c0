import { packageWords, parseImage, parsePackage } from '../../domain/package-name.ts';
import { parseJson } from '../files/parse-json.ts';
import { folderOf } from '../files/paths.ts';
import { text as asText, bag, list } from '../files/shape.ts';
import { type Launch, launchesIn } from './launch-commands.ts';

/**
 * What people have in hand when they mean a server that is not on this machine: a name, a page, a line of a client's
 * configuration. Each is read as one of few forms that can be fetched: a git URL, `npm:…`, `pypi:…`, `oci:…`.
 */
export type AskedTarget = {
  /** As it is fetched. */
  source: string;
  subdir: string;
  /** What the words were taken for, to be said before anything is done. */
  readAs: string;
};

const npm = (name: string, version = ''): string => packageWords({ registry: 'npm', name, version });
const pypi = (name: string, version = ''): string => packageWords({ registry: 'pypi', name, version });

const decoded = (word: string): string => {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
};

type Reading = readonly [pattern: RegExp, read: (found: RegExpExecArray) => AskedTarget | null];
const found = (source: string, readAs: string, subdir = ''): AskedTarget => ({ source, subdir, readAs });

const REPO = '(https:\\/\\/(?:www\\.)?github\\.com\\/[\\w.-]{1,100}\\/[\\w.-]{1,100}?)(?:\\.git)?';
const repository = (page: string): string => page.replace('//www.', '//');

/** Pages, by their addresses. The end of an address, a query or an anchor, is cut off before. */
const PAGES: readonly Reading[] = [
  [
    /^https?:\/\/(?:www\.)?npmjs\.(?:com|org)\/package\/((?:@[\w.-]{1,100}\/)?[\w.-]{1,150})(?:\/v\/([\w.+-]{1,60}))?$/i,
    ([, name, version]) => found(npm(name!, version), 'the page of an npm package'),
  ],
  [
    /^https?:\/\/registry\.npmjs\.org\/((?:@[\w.-]{1,100}\/)?[\w.-]{1,150})\/-\/[\w.-]{1,150}?-(\d[\w.+-]{0,60})\.tgz$/i,
    ([, name, version]) => found(npm(name!, version), 'the archive of an npm package'),
  ],
  [
    /^https?:\/\/pypi\.org\/(?:project|pypi)\/([\w.-]{1,150})(?:\/([\w.+!-]{1,60}))?$/i,
    ([, name, version]) => found(pypi(name!, version), 'the page of a package of PyPI'),
  ],
  [
    /^https?:\/\/hub\.docker\.com\/(?:r\/([\w.-]{1,100}\/[\w.-]{1,100})|_\/([\w.-]{1,100}))(?:\/.{0,100})?$/i,
    ([, name, official]) =>
      found(`oci:docker.io/${name ?? `library/${official}`}`, 'the page of a container image'),
  ],
  [
    new RegExp(`^${REPO}\\/pull\\/(\\d{1,9})(?:\\/.{0,200})?$`, 'i'),
    ([, page, n]) => found(`${repository(page!)}#refs/pull/${n}/head`, `pull request ${n} of a repository`),
  ],
  [
    new RegExp(
      `^${REPO}\\/(?:releases\\/tag|releases\\/download|archive\\/refs\\/tags)\\/([^/]{1,200}?)(?:\\.zip|\\.tar\\.gz|\\/[^/]{1,200})?$`,
      'i',
    ),
    ([, page, tag]) =>
      found(`${repository(page!)}#${decoded(tag!)}`, `release ${decoded(tag!)} of a repository`),
  ],
  [
    new RegExp(`^${REPO}\\/(?:blob|raw)\\/([^/]{1,200})\\/(.{1,500})$`, 'i'),
    ([, page, ref, path]) =>
      found(
        `${repository(page!)}#${decoded(ref!)}`,
        'a file of a repository, of which its folder is audited',
        folderOf(decoded(path!)),
      ),
  ],
  [
    new RegExp(
      `^${REPO}\\/(?:issues|pulls|actions|wiki|discussions|releases|tags|commits)(?:\\/.{0,200})?$`,
      'i',
    ),
    ([, page]) => found(repository(page!), 'a page about a repository'),
  ],
];

/** Words that are no address. */
const NAMES: readonly Reading[] = [
  [
    /^((?:github|gitlab)\.com|codeberg\.org|bitbucket\.org)\/([\w.-]{1,100}\/[\w.-]{1,100}.{0,500})$/i,
    ([, host, rest]) =>
      askedTarget(`https://${host!.toLowerCase()}/${rest}`) ??
      found(`https://${host!.toLowerCase()}/${rest}`, 'the address of a repository'),
  ],
  [
    /^(?:github:)?([A-Za-z0-9][\w-]{0,100}\/[\w.-]{1,100}?)(?:\.git)?(#[\w./-]{1,200})?$/,
    ([, name, ref = '']) =>
      found(`https://github.com/${name}${ref}`, 'owner and name of a repository on GitHub'),
  ],
  [
    /^(@[\w.-]{1,100}\/[\w.-]{1,150})(?:@([\w.+^~*-]{1,60}))?$/,
    ([, name, version]) => found(npm(name!, version), 'the name of an npm package'),
  ],
  [
    /^(?:docker|oci):(?:\/\/)?([\w./:@-]{1,400})$/,
    ([, image]) => (parseImage(`oci:${image}`) ? found(`oci:${image}`, 'a container image') : null),
  ],
];

const TOOLS: Record<string, (target: string) => string | null> = {
  npm: (target) => `npm:${target}`,
  pypi: (target) => {
    const git = /^git\+(https:\/\/[^@]{1,300}?)(?:\.git)?(?:@([\w./-]{1,200}))?$/.exec(target);
    if (git) return `${git[1]}${git[2] ? `#${git[2]}` : ''}`;
    return `pypi:${target.replace(/\[[^\]]{0,100}\]/, '').replace(/(?:>=|~=)[\w.*+!-]{1,60}$/, '')}`;
  },
  oci: (target) => `oci:${target}`,
};
const KIND: Readonly<Record<string, keyof typeof TOOLS>> = {
  npx: 'npm',
  bunx: 'npm',
  'pnpm dlx': 'npm',
  'yarn dlx': 'npm',
  uvx: 'pypi',
  'pipx run': 'pypi',
  'docker run': 'oci',
};

/** What a start fetches, as this program opens it; null where that cannot be told. */
export const sourceOfLaunch = (launch: Launch): string | null => {
  const source = TOOLS[KIND[launch.tool] ?? '']?.(launch.target) ?? null;
  const tag = (source ?? '').replace(/@latest$/, '');
  return parsePackage(tag) || parseImage(tag) || /^https:\/\/[\w./#-]{3,500}$/.test(tag) ? tag : null;
};

/** A line that starts a server, as in a client's configuration or a shell: what it would fetch. */
const fromLaunch = (words: string): AskedTarget | null => {
  const line = words.replace(/\s{1,200}/g, ' ');
  for (const launch of launchesIn(line)) {
    const source = sourceOfLaunch(launch);
    if (source) return found(source, `a line that starts a server with ${launch.tool}`);
  }
  return null;
};

/** The package that a registry entry (`server.json`) offers first, else its repository. */
export const fromRegistryEntry = (json: string): AskedTarget | null => {
  const parsed = parseJson(json);
  if (!parsed.ok) return null;
  const entry = bag(bag(parsed.value).server ?? parsed.value);
  for (const p of list(entry.packages).map(bag)) {
    const kind = asText(p.registryType) || asText(p.registry_type) || asText(p.registry_name);
    const name = asText(p.identifier) || asText(p.name);
    const version = asText(p.version);
    const source =
      kind === 'npm'
        ? npm(name, version)
        : kind === 'pypi'
          ? pypi(name, version)
          : kind === 'oci' || kind === 'docker'
            ? `oci:${name}${version && !/[:@]/.test(name.split('/').at(-1) ?? '') ? `:${version}` : ''}`
            : '';
    if (parsePackage(source) || parseImage(source))
      return found(source, `a registry entry that offers ${kind} ${name}`);
  }
  const url = asText(bag(entry.repository).url);
  return /^https:\/\//.test(url)
    ? found(url, 'a registry entry that names its repository', asText(bag(entry.repository).subfolder))
    : null;
};

const cut = (text: string): string => text.replace(/[?#].{0,2000}$/s, '').replace(/\/{1,20}$/, '');

/**
 * What words mean that name nothing on this machine; null for what is left to be read as a git URL or a path.
 * Pure: whether a path exists is for the caller to say, and comes first.
 */
export const askedTarget = (words: string): AskedTarget | null => {
  const text = words.trim();
  if (text === '' || text.length > 4000 || text.includes('\0')) return null;
  if (parsePackage(text))
    return found(text, text.startsWith('npm:') ? 'an npm package' : 'a package of PyPI');
  if (/^https?:\/\//i.test(text)) {
    for (const [pattern, read] of PAGES) {
      const match = pattern.exec(cut(text).replace(/^http:\/\/((?:www\.)?github\.com)/i, 'https://$1'));
      if (match) return read(match);
    }
    return null;
  }
  if (/\s|^["'{]/.test(text))
    return fromLaunch(text) ?? (text.startsWith('{') ? fromRegistryEntry(text) : null);
  for (const [pattern, read] of NAMES) {
    const match = pattern.exec(text);
    if (match) return read(match);
  }
  return null;
};

/** The two commands that bring it to this machine by hand, for when this program may not, or cannot, ask anybody. */
export const byHand = (source: string): readonly [string, string] | null => {
  const pkg = parsePackage(source);
  const image = parseImage(source);
  if (pkg?.registry === 'npm') {
    const file = `${pkg.name.replace(/^@/, '').replace('/', '-')}-${pkg.version || 'VERSION'}.tgz`;
    return [`npm pack --ignore-scripts ${pkg.name}${pkg.version && `@${pkg.version}`}`, `mcp-audit ${file}`];
  }
  if (pkg)
    return [
      `pip download --no-deps --only-binary :all: ${pkg.name}${pkg.version && `==${pkg.version}`}`,
      `mcp-audit ${pkg.name.replaceAll('-', '_')}-${pkg.version || 'VERSION'}-py3-none-any.whl`,
    ];
  if (image) return [`docker export $(docker create ${image}) -o image.tar`, 'mcp-audit image.tar'];
  const [url = '', ref] = source.split('#');
  if (!/^https?:\/\//.test(url)) return null;
  const folder =
    url
      .split('/')
      .at(-1)
      ?.replace(/\.git$/, '') ?? '';
  return [`git clone ${url}`, `mcp-audit ${folder}${ref ? `#${ref}` : ''}`];
};
