import type { Parsed } from '../files/parse-json.ts';
import { baseName } from '../files/paths.ts';
import { bag, entriesOf, list, text } from '../files/shape.ts';

/** What a manifest says about who publishes what, and from where. Lines are 1-based. */
export type Claim = {
  path: string;
  line: number;
  kind:
    | 'package-name'
    | 'repository'
    | 'homepage'
    | 'author'
    | 'version'
    | 'server-name'
    | 'server-package'
    | 'description';
  value: string;
};

type Read = (path: string, document: Extract<Parsed, { ok: true }>) => Claim[];

const claims =
  (path: string, document: Extract<Parsed, { ok: true }>) =>
  (kind: Claim['kind'], value: unknown, ...at: (string | number)[]): Claim[] =>
    text(value).trim() === ''
      ? []
      : [{ path, line: document.lineOf(at), kind, value: text(value).trim().slice(0, 500) }];

const author = (value: unknown): string => {
  const a = bag(value);
  return text(value) || [text(a.name), text(a.url), text(a.email)].filter(Boolean).join(' ');
};

const packageJson: Read = (path, d) => {
  const p = bag(d.value);
  const say = claims(path, d);
  const repository = text(p.repository) || text(bag(p.repository).url);
  return [
    // npm refuses to publish what is private: its name claims nothing.
    ...(p.private === true ? [] : say('package-name', p.name, 'name')),
    ...say('version', p.version, 'version'),
    ...say('repository', repository, 'repository'),
    ...say('homepage', p.homepage, 'homepage'),
    ...say('author', author(p.author), 'author'),
    ...say('server-name', p.mcpName, 'mcpName'),
    ...say('description', p.description, 'description'),
  ];
};

const pyproject: Read = (path, d) => {
  const root = bag(d.value);
  const project = bag(root.project);
  const poetry = bag(bag(root.tool).poetry);
  const say = claims(path, d);
  return [
    ...say(
      'package-name',
      project.name ?? poetry.name,
      ...(project.name ? ['project', 'name'] : ['tool', 'poetry', 'name']),
    ),
    ...say(
      'version',
      project.version ?? poetry.version,
      ...(project.version ? ['project', 'version'] : ['tool', 'poetry', 'version']),
    ),
    ...entriesOf(project.urls).flatMap(([key, url]) =>
      /repo|source|code|github|git/i.test(key)
        ? say('repository', url, 'project', 'urls', key)
        : /home/i.test(key)
          ? say('homepage', url, 'project', 'urls', key)
          : [],
    ),
    ...say('repository', poetry.repository, 'tool', 'poetry', 'repository'),
    ...say(
      'description',
      project.description ?? poetry.description,
      ...(project.description ? ['project', 'description'] : ['tool', 'poetry', 'description']),
    ),
    ...list(project.authors)
      .slice(0, 5)
      .flatMap((a) => say('author', author(a), 'project', 'authors')),
  ];
};

const cargo: Read = (path, d) => {
  const p = bag(bag(d.value).package);
  const say = claims(path, d);
  return [
    ...say('package-name', p.name, 'package', 'name'),
    ...say('version', p.version, 'package', 'version'),
    ...say('repository', p.repository, 'package', 'repository'),
    ...say('homepage', p.homepage, 'package', 'homepage'),
    ...say('description', p.description, 'package', 'description'),
  ];
};

/** Registry entry of the MCP registry. */
const serverJson: Read = (path, d) => {
  const s = bag(d.value);
  const say = claims(path, d);
  return [
    ...say('server-name', s.name, 'name'),
    ...say('version', s.version, 'version'),
    ...say('version', bag(s.version_detail).version, 'version_detail', 'version'),
    ...say('repository', bag(s.repository).url, 'repository', 'url'),
    ...say('homepage', s.websiteUrl, 'websiteUrl'),
    ...say('description', s.description, 'description'),
    ...list(s.packages)
      .slice(0, 20)
      .flatMap((entry, i) => {
        const p = bag(entry);
        return [
          ...say('server-package', p.identifier ?? p.name, 'packages', i),
          ...say('version', p.version, 'packages', i, 'version'),
        ];
      }),
  ];
};

/** Desktop extension (MCPB, earlier DXT). */
const bundleManifest: Read = (path, d) => {
  const m = bag(d.value);
  if (!('dxt_version' in m || 'mcpb_version' in m || 'manifest_version' in m) || !('server' in m)) return [];
  const say = claims(path, d);
  return [
    ...say('package-name', m.name, 'name'),
    ...say('version', m.version, 'version'),
    ...say('author', author(m.author), 'author'),
    ...say('repository', text(m.repository) || text(bag(m.repository).url), 'repository'),
    ...say('homepage', m.homepage, 'homepage'),
  ];
};

/** Readers by file name; `null` for files that say nothing about identity. */
export const identityReader = (path: string): { format: 'json' | 'toml'; read: Read } | null => {
  switch (baseName(path)) {
    case 'package.json':
      return { format: 'json', read: packageJson };
    case 'server.json':
      return { format: 'json', read: serverJson };
    case 'manifest.json':
      return { format: 'json', read: bundleManifest };
    case 'pyproject.toml':
      return { format: 'toml', read: pyproject };
    case 'Cargo.toml':
      return { format: 'toml', read: cargo };
    default:
      return null;
  }
};
