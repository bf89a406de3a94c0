import { lstatSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { parseJson } from '../analysis/files/parse-json.ts';
import { bag } from '../analysis/files/shape.ts';
import { EVERYBODY } from '../discovery/across.ts';
import { describeFiles, type FoundFile } from '../discovery/assemble.ts';
import { type ConfigurationFile, FILES } from '../discovery/clients.ts';
import { projectFolder, projectsOfWorkspace, WORKSPACES } from '../discovery/projects.ts';
import { pathFits } from '../domain/pipeline/path-pattern.ts';
import { findByPatterns, findEverywhere, readConfigurationFile } from '../io/client-configurations.ts';
import { ours, type Place } from '../io/open-folder.ts';
import { numbered, plural } from '../text/plural.ts';

/** Where configurations of clients are looked for: in a home and the projects it knows, or anywhere in a folder of copies. */

export type Searched = { files: FoundFile[]; notLooked: string[] };

export const modes = process.platform !== 'win32';

/** Whether somebody else may pass through a folder. */
const lets = (mode: number): boolean => (mode & 0o011) !== 0;

const readAs = (
  place: Place,
  base: string,
  { path, kind }: { path: string; kind: string },
  f: ConfigurationFile,
  of: { home: string; project: string; permissions: boolean; open: boolean },
): FoundFile => {
  const shown = base === '' ? path : `${base}/${path}`;
  const { home, project } = of;
  const rest = { client: f.client, scope: f.scope, shape: f.shape, path: shown, home, project };
  if (kind === 'link')
    return {
      ...rest,
      read: { why: 'it is a symbolic link, which is not followed: name the folder it leads to' },
      access: null,
    };
  const read = readConfigurationFile(place, path);
  if ('why' in read) return { ...rest, read, access: null };
  const reachable = of.open && lets(read.folderMode);
  return {
    ...rest,
    read: { text: read.text },
    access:
      of.permissions && modes
        ? {
            mode: read.mode,
            readableByOthers: reachable && (read.mode & 0o044) !== 0,
            // Who may write to a folder puts another file in its place, unless it is sticky.
            writableByOthers:
              reachable &&
              ((read.mode & 0o022) !== 0 ||
                ((read.folderMode & 0o022) !== 0 && (read.folderMode & 0o1000) === 0)),
          }
        : null,
  };
};

const ofScopes = (...scopes: ConfigurationFile['scope'][]): ConfigurationFile[] =>
  FILES.filter((f) => scopes.includes(f.scope));

/** The files of `patterns` in a folder; one that two of them name is read once for each client. */
const searchFolder = (
  place: Place,
  base: string,
  patterns: readonly ConfigurationFile[],
  of: Parameters<typeof readAs>[4],
): Searched => {
  const { found, notLooked } = findByPatterns(
    place,
    patterns.map((f) => f.path),
  );
  return {
    files: found.flatMap((entry) =>
      patterns.filter((f) => fits(f.path, entry.path)).map((f) => readAs(place, base, entry, f, of)),
    ),
    notLooked,
  };
};

/** A pattern without a star is that one path. */
const fits = (pattern: string, path: string): boolean =>
  pattern.includes('*') ? pathFits(pattern, path) : pattern === path;

export const searchHome = (home: string, live: boolean, named: readonly string[]): Searched => {
  const place = ours(home);
  const open = !modes || lets(lstatSync(home).mode);
  const of = { home: live ? '~' : '', project: '', permissions: true, open };
  const own = searchFolder(place, '', ofScopes('user', 'extension'), of);
  const system = live
    ? searchFolder(ours(resolve(sep)), resolve(sep).replace(/[\\/]$/, ''), ofScopes('managed'), {
        ...of,
        home: EVERYBODY,
        open: true,
      })
    : null;
  const notLooked = [...own.notLooked, ...(system?.notLooked ?? [])];
  const known = describeFiles(own.files).projects.map((p) => p.path);
  for (const w of findByPatterns(place, WORKSPACES).found) {
    const read = w.kind === 'file' ? readConfigurationFile(place, w.path) : { why: '' };
    if ('text' in read) known.push(...projectsOfWorkspace(bag(parsedValue(read.text))));
  }
  const projects = new Map<string, Place>();
  const outside: string[] = [];
  const add = (path: string, otherwise: () => void): void => {
    const below = projectFolder(path, home);
    if (below === null) otherwise();
    else if (below !== '') projects.set(below, { anchor: resolve(home), below });
  };
  for (const path of known) add(path, () => outside.push(path));
  // What is named by hand lies where it is, whatever a home is called.
  for (const path of named.map((p) => resolve(p)))
    if (path.startsWith(`${resolve(home)}${sep}`)) add(path, () => projects.set(path, ours(path)));
    else projects.set(path, ours(path));
  const inProjects = [...projects].map(([name, at]) =>
    searchFolder(at, name, ofScopes('project'), { ...of, project: name }),
  );
  if (outside.length > 0) {
    const few = [...new Set(outside)].filter((p) => !named.some((n) => resolve(n) === resolve(p)));
    if (few.length > 0)
      notLooked.push(
        `${plural(few.length, 'project')} outside of this folder that a client knows: ${few.slice(0, 3).join(', ')}${few.length > 3 ? ' …' : ''} (--project names ${numbered(few.length, 'it', 'them')})`,
      );
  }
  notLooked.push('projects that no client here keeps a record of (--project names them)');
  return {
    files: [...own.files, ...(system?.files ?? []), ...inProjects.flatMap((p) => p.files)],
    notLooked: [...notLooked, ...inProjects.flatMap((p) => p.notLooked)],
  };
};

const parsedValue = (text: string): unknown => {
  const parsed = parseJson(text);
  return parsed.ok ? parsed.value : null;
};

/** The folder in which a pattern begins, of a path that ends with it; null when it does not. */
const prefixOf = (pattern: string, path: string): string | null => {
  const parts = path.split('/');
  for (let i = 0; i < parts.length; i++)
    if (fits(pattern, parts.slice(i).join('/'))) return parts.slice(0, i).join('/');
  return null;
};

const byName = new Map<string, ConfigurationFile[]>();
for (const f of FILES) {
  const name = f.path.split('/').at(-1)!;
  const key = name.includes('*') ? EVERYBODY : name;
  byName.set(key, [...(byName.get(key) ?? []), f]);
}
const mayBe = (path: string): ConfigurationFile[] => [
  ...(byName.get(path.split('/').at(-1)!) ?? []),
  ...byName.get('*')!,
];

/** In a folder of copies what is a home shows by what lies in it alone, or by its name. */
export const searchCopies = (folder: string): Searched => {
  const place = ours(folder);
  const { found, notLooked } = findEverywhere(place, (path) =>
    mayBe(path).some((f) => prefixOf(f.path, path) !== null),
  );
  const project = new Set(ofScopes('project').map((f) => f.path));
  const matches = found.map((entry) => ({
    entry,
    as: mayBe(entry.path).flatMap((f) => {
      const prefix = prefixOf(f.path, entry.path);
      return prefix === null ? [] : [{ f, prefix }];
    }),
  }));
  const homes = new Set(
    matches.flatMap(({ as }) =>
      as.flatMap(({ f, prefix }) =>
        (f.scope === 'user' || f.scope === 'extension') && !project.has(f.path) ? [prefix] : [],
      ),
    ),
  );
  const isHome = (prefix: string): boolean =>
    homes.has(prefix) || /(?:^|\/)(?:home|Users)\/[^/]+$/.test(prefix);
  const homeOf = (path: string): string =>
    [...homes].filter((h) => h === '' || path.startsWith(`${h}/`)).sort((a, b) => b.length - a.length)[0] ??
    (homes.size === 1 ? [...homes][0]! : '');
  return {
    files: matches.flatMap(({ entry, as }) => {
      // The longest pattern says most; among equals a home's own files come before a project's.
      const longest = Math.max(...as.map(({ f }) => f.path.split('/').length));
      return as
        .filter(({ f }) => f.path.split('/').length === longest)
        .filter(
          ({ f, prefix }) =>
            !project.has(f.path) ||
            isHome(prefix) === (f.scope !== 'project') ||
            as.every((o) => o.f.scope === 'project'),
        )
        .map(({ f, prefix }) =>
          readAs(place, '', entry, f, {
            home: f.scope === 'managed' ? EVERYBODY : f.scope === 'project' ? homeOf(entry.path) : prefix,
            project: f.scope === 'project' ? prefix : '',
            permissions: false,
            open: true,
          }),
        );
    }),
    notLooked,
  };
};
