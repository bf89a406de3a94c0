import { registryName } from './dependency.ts';
import { KNOWN_PACKAGES } from './known-packages.ts';

/**
 * Names that are easily taken for a well-known one. Compared with a list of names much depended on, kept here and dated:
 * what is not on it cannot be recognised as imitated.
 */

export type LookAlike = { known: string; how: string };

export type Registry = 'npm' | 'PyPI' | 'crates.io';

/** Distance 1 with neighbours swapped counted as one change; anything more is 2. */
const oneChange = (a: string, b: string): boolean => {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const [restA, restB] = [a.slice(i), b.slice(i)];
  if (a.length === b.length)
    return (
      restA.slice(1) === restB.slice(1) ||
      (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
    );
  return a.length > b.length ? restA.slice(1) === restB : restA === restB.slice(1);
};

/** Signs that look alike in many fonts fall together. */
const asSeen = (name: string): string =>
  name
    .replace(/0/g, 'o')
    .replace(/[1|]/g, 'l')
    .replace(/5/g, 's')
    .replace(/3/g, 'e')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w');
const withoutSeparators = (name: string): string => name.replace(/[-_.]/g, '');

/** Shorter names are all within one change of each other. */
const SHORTEST = 5;

const parts = (name: string): [scope: string, rest: string] => {
  const match = /^(@[^/]+)\/(.+)$/.exec(name);
  return match ? [match[1]!, match[2]!] : ['', name];
};

const compare = (name: string, known: string): string | null => {
  const [scope, rest] = parts(name);
  const [knownScope, knownRest] = parts(known);
  if (scope === knownScope) {
    if (knownRest.length < SHORTEST) return null;
    // Under one scope all names belong to one owner.
    if (scope !== '') return null;
    if (asSeen(rest) === asSeen(knownRest)) return 'signs that look alike';
    if (withoutSeparators(rest) === withoutSeparators(knownRest)) return 'other separators';
    // `a-b` and `a-c` are siblings, not slips: the change must lie within a word of some length.
    const changed =
      knownRest.split(/[-_.]/).length === rest.split(/[-_.]/).length
        ? rest.split(/[-_.]/).find((w, i) => w !== knownRest.split(/[-_.]/)[i])
        : rest;
    if (
      (changed?.length ?? 0) >= SHORTEST - 1 &&
      !/\d/.test(`${rest}${knownRest}`) &&
      oneChange(rest, knownRest)
    )
      return 'one letter apart';
    return null;
  }
  if (
    scope !== '' &&
    knownScope !== '' &&
    rest === knownRest &&
    knownScope.length > SHORTEST &&
    oneChange(scope, knownScope)
  )
    return 'a scope one letter apart';
  return null;
};

/** The well-known package a name could be taken for, or null. A name that is itself well known imitates nobody. */
export const looksLike = (registry: Registry, given: string): LookAlike | null => {
  const known = KNOWN_PACKAGES[registry];
  const name = registryName(registry, given).toLowerCase();
  if (known.has(name)) return null;
  for (const candidate of known) {
    const how = compare(name, candidate);
    if (how) return { known: candidate, how };
  }
  return null;
};
