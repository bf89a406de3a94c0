/** A dependency as a manifest names it, and how firmly. */

export type Ecosystem = 'npm' | 'PyPI' | 'Go' | 'crates.io' | 'Maven' | 'NuGet' | 'RubyGems' | 'Packagist';

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
};

export type Script = { name: string; command: string; line: number };

export type Manifest = {
  path: string;
  ecosystem: Ecosystem;
  name: string;
  dependencies: Dependency[] /** Run by the package manager on install or publish. */;
  scripts: Script[];
};

export type Lockfile = {
  path: string;
  format: string;
  ecosystem: Ecosystem;
  packages: number;
  /** null when the format has none or it could not be counted. */
  withoutIntegrity: number | null;
  /** Packages that do not come from the ecosystem's registry. */
  elsewhere: { name: string; source: string; line: number }[];
  /** Packages that run a script when installed; null when the format does not tell. */
  installScripts: { name: string; line: number }[] | null;
  /** Names and versions, for what is made of them later. */
  resolved: { name: string; version: string }[];
};

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

/** PEP 508 requirement: name, and how its version is given. */
export const pythonRequirement = (
  text: string,
): { name: string; specifier: string; kind: SpecifierKind } | null => {
  const match = /^\s*([A-Za-z0-9][A-Za-z0-9._-]{0,150})\s*(?:\[[^\]]{0,200}\])?\s*([^;]{0,400})/.exec(text);
  if (!match) return null;
  const specifier = match[2]!.trim().replace(/^\(|\)$/g, '');
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
  s === '*' || s === '' ? 'any' : /^={0,2}\s*\d+(?:\.\d+)*[\w.+-]*$/.test(s) ? 'exact' : 'range';
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
