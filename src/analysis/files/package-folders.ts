import { baseName, folderOf } from './paths.ts';
import { byCodePoint } from './words.ts';

/** Which package of a repository a file belongs to: what one of several servers does says nothing of the next. */

const MANIFEST =
  /^(?:package\.json|pyproject\.toml|setup\.py|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|composer\.json|Gemfile|[\w.-]{1,100}\.(?:csproj|fsproj|vbproj|gemspec))$/;
export const isManifest = (path: string): boolean => MANIFEST.test(baseName(path));

/** The folder of the nearest manifest above a path; '' for the root, also where there is none. */
export const packageFolders = (entries: readonly { path: string }[]): ((path: string) => string) => {
  const folders = new Set(entries.filter((e) => isManifest(e.path)).map((e) => folderOf(e.path)));
  return (path) => {
    let folder = folderOf(path);
    while (folder !== '' && !folders.has(folder)) folder = folderOf(folder);
    return folder;
  };
};

/** A package's folder in words. */
export const packageWord = (folder: string): string => (folder === '' ? 'the root' : folder);

/** The packages in which each of several things of one name stands, for names that more than one package uses. */
export const sharedNames = (
  all: readonly { name: string; path: string }[],
  packageOf: (path: string) => string,
): Map<string, string[]> => {
  const found = new Map<string, Set<string>>();
  for (const { name, path } of all)
    found.set(name, (found.get(name) ?? new Set<string>()).add(packageOf(path)));
  return new Map(
    [...found]
      .filter(([, folders]) => folders.size > 1)
      .map(([name, folders]) => [name, [...folders].sort(byCodePoint)]),
  );
};
