/** A dependency as a manifest names it, and how firmly. */

export type Ecosystem =
  | 'npm'
  | 'JSR'
  | 'PyPI'
  | 'Go'
  | 'crates.io'
  | 'Maven'
  | 'NuGet'
  | 'RubyGems'
  | 'Packagist';

export type SpecifierKind =
  /** One version and no other. */
  | 'exact'
  | 'range'
  /** `*`, `latest`, or nothing at all. */
  | 'any'
  | 'git'
  | 'url'
  | 'path'
  | 'workspace'
  /** The version stands elsewhere: a catalog, a parent, a property. */
  | 'managed';

export type Dependency = {
  name: string;
  specifier: string;
  kind: SpecifierKind;
  scope: 'runtime' | 'development' | 'optional' | 'peer' | 'build';
  line: number;
  /** How the manifest writes it where it installs a package under another name: `"pads": "npm:left-pad@1.3.0"`. */
  as?: { name: string; specifier: string };
};

/** A name as its registry compares it. */
export const registryName = (ecosystem: Ecosystem, name: string): string =>
  ecosystem === 'PyPI'
    ? name.toLowerCase().replace(/[-_.]+/g, '-')
    : ecosystem === 'NuGet' || ecosystem === 'Packagist'
      ? name.toLowerCase()
      : name;

export type Script = { name: string; command: string; line: number };

export type Manifest = {
  path: string;
  ecosystem: Ecosystem;
  name: string;
  dependencies: Dependency[];
  /** Run by the package manager on install or publish. */
  scripts: Script[];
  /** As declared; '' when it is not. */
  licence?: string;
  /** Other files it takes requirements from (`-r`, `-c`), as written. */
  includes?: { path: string; line: number }[];
  /** Of a pom: what its versions may stand for, and the artifact whose pom it goes on from. */
  maven?: {
    group: string;
    parent: string;
    properties: Record<string, string>;
    management: Record<string, string>;
  };
  /** What its own text does not settle: "4 versions stand in a parent that is not in this repository". */
  partial?: string;
  /** A list of versions that other files pick from: by itself it asks for nothing. */
  catalogue?: ReadonlyMap<string, readonly Dependency[]>;
  /** True when every version it installs stands in it: written by a tool that resolved the whole tree. */
  resolved?: true;
};

/** `url` as the lockfile writes it: an address, or the file's name alone; `hash` as `sha256:…`. */
export type PackageFile = { url: string; hash: string };

/** One package as a lockfile pins it. */
export type LockedPackage = {
  name: string;
  version: string;
  /** 1-based line of its entry. */
  line: number;
  /** `sha512-…`, `sha256:…`, `h1:…` as the lockfile writes it; '' when one is missing; null when none is to be expected. */
  hash: string | null;
  /** The files a release may be installed from, each with its hash, where the lockfile lists them (PyPI). */
  files?: readonly PackageFile[];
  /** Where it comes from when that is not the ecosystem's registry; '' else. */
  elsewhere: string;
  /** Runs a script when installed, as far as the format tells. */
  installScript: boolean;
  /** As the lockfile states it; '' for formats that do not. */
  licence: string;
  /** Indexes into `packages` of what it needs. */
  needs: number[];
  /** Asked for by a manifest itself; null when nothing tells. */
  direct: boolean | null;
  /** Only needed to develop, test or build; null when nothing tells. */
  development: boolean | null;
};

/**
 * A package asked for, and whether only for development. `owner` is who asks: the folder of a workspace member as the
 * lockfile names it ('' for its own), for Cargo the member's name; `name` what it is asked for by.
 */
export type Root = { index: number; development: boolean; owner: string; name?: string };

/** One member of a workspace needs another. */
export type WorkspaceLink = { from: string; to: string; development: boolean };

/** What the lockfile says a manifest asked for when it was written; `specifier` is null when it keeps only names. */
export type Requested = { folder: string; name: string; specifier: string | null };

export type Lockfile = {
  path: string;
  format: string;
  ecosystem: Ecosystem;
  packages: LockedPackage[];
  /** Entries past {@link MOST_PACKAGES}, which were not read. */
  beyond: number;
  /** Whether the format holds hashes at all. */
  hashes: boolean;
  /** Whether the format tells which packages run scripts on install. */
  tellsScripts: boolean;
  /** null when the lockfile does not record it. */
  requested: Requested[] | null;
  /** null when only manifests can tell. */
  roots: Root[] | null;
  /** Between the `owner`s of `roots`. */
  links: WorkspaceLink[];
  /** Whether owners are folders or names of packages. */
  ownersAre: 'folders' | 'names';
  /** Finds what a manifest's entry led to, where names alone do not tell (yarn). */
  locate?: (name: string, specifier: string) => number | undefined;
  /** What must be known to read the numbers: "lists more than is used". */
  remark: string;
};

/** More than any honest lockfile holds; what lies beyond is said to be unread. */
export const MOST_PACKAGES = 60_000;

export const MOST_DEPENDENCIES = 3000;

export const npmKind = (specifier: string): SpecifierKind => {
  const s = specifier.trim();
  if (/^workspace:/.test(s)) return 'workspace';
  if (/^catalog:/.test(s)) return 'managed';
  if (/^(?:file|link|portal):|^\.{0,2}\//.test(s)) return 'path';
  if (
    /^(?:git(?:\+\w+)?:|git@|github:|gitlab:|bitbucket:|gist:)|^[\w.-]+\/[\w.-]+(?:#.*)?$|\.git(?:#|$)/.test(
      s,
    )
  )
    return 'git';
  if (/^https?:/.test(s)) return 'url';
  const version = s.replace(/^npm:(?:@[^/]+\/)?[^@]+@/, '');
  if (version === '' || version === '*' || version === 'x' || /^[a-z][\w-]*$/i.test(version)) return 'any';
  return /^=?v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version) ? 'exact' : 'range';
};

/** The package `npm:left-pad@1.3.0` stands for, and its version; null for what is no alias. */
export const npmAlias = (specifier: string): { name: string; specifier: string } | null => {
  const alias = /^npm:((?:@[^/@\s]+\/)?[^@/\s]+)(?:@(.*))?$/.exec(specifier.trim());
  return alias ? { name: alias[1]!, specifier: alias[2] ?? '' } : null;
};

/**
 * Extras and groups of this name are for who works on the package, not for who runs it. Tools agree on no list; these
 * are the names their own templates and documentation use.
 */
const DEVELOPMENT =
  /^(?:dev(?:el|elop|elopment)?|tests?|testing|lint(?:ing|ers?)?|format(?:ting)?|typing|types?|mypy|docs?|documentation|ci|build|release|publish|bench(?:marks?)?|coverage|quality|style|debug|examples?|notebooks?)(?:$|[-_.])|[-_.](?:dev|tests?|docs?|lint)$/i;
export const isDevelopmentGroup = (name: string): boolean => DEVELOPMENT.test(name);

/** PEP 508 requirement: name, and how its version is given. */
export const pythonRequirement = (
  text: string,
): { name: string; specifier: string; kind: SpecifierKind } | null => {
  const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,150})\s*(?:\[[^\]]{0,200}\])?\s*([^;]{0,400})/.exec(text);
  if (!match) return null;
  const specifier = match[2]!.trim().replace(/^\(|\)$/g, '');
  // Words, or a page that was saved under the name: behind a name stands a comparison, an address, or nothing.
  if (specifier !== '' && !/^(?:[<>=!~@\d*]|--)/.test(specifier)) return null;
  const source = /^@\s*(\S+)/.exec(specifier)?.[1];
  const kind: SpecifierKind = source
    ? /^git\+|\.git(?:@|$)/.test(source)
      ? 'git'
      : /^file:|^\.{0,2}\//.test(source)
        ? 'path'
        : 'url'
    : specifier === ''
      ? 'any'
      : /^===?\s*[\w.!+-]+$/.test(specifier) && !specifier.includes('*')
        ? 'exact'
        : 'range';
  return { name: match[1]!, specifier, kind };
};

export const poetryKind = (s: string): SpecifierKind =>
  s === '*' || s === '' ? 'any' : /^={0,2}\s{0,40}\d[\w.+-]*$/.test(s) ? 'exact' : 'range';
export const cargoKind = (s: string): SpecifierKind =>
  s === '*' || s === '' ? 'any' : /^=\s*\d+\.\d+\.\d+/.test(s) ? 'exact' : 'range';
export const mavenKind = (s: string): SpecifierKind =>
  s === '' || /\$\{/.test(s)
    ? 'managed'
    : /^(?:LATEST|RELEASE)$|\+$/.test(s)
      ? 'any'
      : /^[[(]/.test(s)
        ? 'range'
        : 'exact';
export const nugetKind = (s: string): SpecifierKind =>
  s === ''
    ? 'managed'
    : /\*/.test(s)
      ? 'any'
      : /^\[[^,]+\]$/.test(s)
        ? 'exact'
        : /^[[(]/.test(s)
          ? 'range'
          : 'exact';
export const gemKind = (s: string): SpecifierKind =>
  s === '' ? 'any' : /^=?\s*\d+(?:\.\d+)*$/.test(s) ? 'exact' : 'range';
export const composerKind = (s: string): SpecifierKind =>
  s === '*' || s === '' ? 'any' : /^dev-/.test(s) ? 'git' : /^v?\d+\.\d+\.\d+$/.test(s) ? 'exact' : 'range';
