import { compare as comparePep440, valid as validPep440 } from '@renovatebot/pep440';
import semver from 'semver';
import type { Ecosystem } from '../dependency.ts';
import { compareMaven } from './maven.ts';
import { compareNuget } from './nuget.ts';
import { comparePackagist } from './packagist.ts';
import { compareRubyGems } from './rubygems.ts';

/** Below zero when `a` comes before `b`; null when one of them is no version of this ecosystem. */
export type Compare = (a: string, b: string) => number | null;

/** Go's module versions are semantic ones with a "v"; "+incompatible" is build metadata, and no part of the order. */
const compareSemver: Compare = (a, b) => {
  const [x, y] = [a, b].map((v) => semver.parse(v.trim().replace(/^v/, ''), { loose: true }));
  return x && y ? semver.compare(x, y) : null;
};

const comparePypi: Compare = (a, b) => (validPep440(a) && validPep440(b) ? comparePep440(a, b) : null);

export const compareVersions: Record<Ecosystem, Compare> = {
  npm: compareSemver,
  JSR: compareSemver,
  'crates.io': compareSemver,
  Go: compareSemver,
  PyPI: comparePypi,
  Maven: compareMaven,
  NuGet: compareNuget,
  RubyGems: compareRubyGems,
  Packagist: comparePackagist,
};

export { compareSemver };
