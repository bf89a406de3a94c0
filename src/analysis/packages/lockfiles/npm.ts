import { lineFinder } from '../../files/lines.ts';
import { folderOf } from '../../files/paths.ts';
import { bag, entriesOf, text } from '../../files/shape.ts';
import type { Requested, Root } from '../dependency.ts';
import { add, emptyLock, inOrder, jsonMap, type LockReader, unread } from './lock.ts';

/** package-lock.json and npm-shrinkwrap.json, versions 1 to 3. */

export const NPM_REGISTRIES =
  /^https:\/\/(?:registry\.npmjs\.org|registry\.yarnpkg\.com|registry\.npmmirror\.com|npm\.jsr\.io)\//;

const FOLDER = 'node_modules/';
const nameOf = (key: string): string => key.slice(key.lastIndexOf(FOLDER) + FOLDER.length);
const MOST_DEPTH = 100;

/** Version 1 nests packages; the later ones list them by path. Both become paths. */
const flattened = (dependencies: unknown): [string, unknown][] => {
  const found: [string, unknown][] = [];
  const walk = (entries: unknown, prefix: string, depth: number): void => {
    if (depth > MOST_DEPTH) return;
    for (const [name, value] of entriesOf(entries)) {
      const key = `${prefix}${FOLDER}${name}`;
      const { dependencies: nested, requires, ...rest } = bag(value);
      found.push([key, { ...rest, dependencies: requires }]);
      walk(nested, `${key}/`, depth + 1);
    }
  };
  walk(dependencies, '', 0);
  return found;
};

/** Node's own rule: the nearest node_modules that has it, from the inside out. */
const resolved = <T>(at: ReadonlyMap<string, T>, from: string, name: string): T | undefined => {
  for (let base = from; ; ) {
    const found = at.get(base === '' ? `${FOLDER}${name}` : `${base}/${FOLDER}${name}`);
    if (found !== undefined) return found;
    if (base === '') return undefined;
    const nested = base.lastIndexOf(`/${FOLDER}`);
    base = nested === -1 ? (base.startsWith(FOLDER) ? '' : folderOf(base)) : base.slice(0, nested);
  }
};

const ASKED = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

export const packageLock: LockReader = (path, source) => {
  let root: Record<string, unknown>;
  try {
    root = jsonMap(source);
  } catch (error) {
    return unread(error, 'not JSON');
  }
  const version = Number(root.lockfileVersion) || 1;
  const lock = emptyLock(path, `package-lock v${version}`, 'npm', { tellsScripts: version >= 2 });
  const byPath = root.packages !== undefined;
  const entries = byPath ? entriesOf(root.packages) : flattened(root.dependencies);
  const lineOf = inOrder(source, lineFinder(source));
  const at = new Map<string, number>();
  const links = new Map<string, string>();
  for (const [key, value] of entries) {
    if (!key.includes(FOLDER)) continue;
    const p = bag(value);
    if (p.link === true) {
      links.set(key, text(p.resolved));
      continue;
    }
    const line = lineOf(JSON.stringify(byPath ? key : nameOf(key)));
    const url = text(p.resolved);
    const bundled = p.bundled === true || p.inBundle === true;
    const elsewhere = url !== '' && !NPM_REGISTRIES.test(url) ? url : '';
    // Version 1 writes a package under another name as "npm:its-name@1.0.0".
    const alias = /^npm:((?:@[^/]+\/)?[^@]+)@(.+)$/.exec(text(p.version));
    const index = add(lock, text(p.name) || alias?.[1] || nameOf(key), alias?.[2] ?? text(p.version), line, {
      hash: text(p.integrity) || (bundled || /^(?:git|file:)/.test(url) ? null : ''),
      elsewhere: elsewhere || (/^(?:git|github:|https?:|file:)/.test(text(p.version)) ? text(p.version) : ''),
      installScript: p.hasInstallScript === true,
      licence: text(p.license),
      // `devOptional` is also what a shipped package takes where it can: installed without the development ones too.
      development: p.dev === true,
      direct: null,
    });
    if (index !== -1) at.set(key, index);
  }
  for (const [key, value] of entries) {
    const index = at.get(key);
    if (index === undefined) continue;
    const p = bag(value);
    for (const table of [p.dependencies, p.optionalDependencies, p.peerDependencies])
      for (const [name] of entriesOf(table)) {
        const needed = resolved(at, key, name);
        if (needed !== undefined) lock.packages[index]!.needs.push(needed);
      }
  }
  if (!byPath) {
    lock.locate = (name) => at.get(`${FOLDER}${name}`);
    return { ok: true, lock };
  }
  const requested: Requested[] = [];
  const roots: Root[] = [];
  for (const [key, value] of entries) {
    if (key.includes(FOLDER)) continue;
    for (const table of ASKED)
      for (const [name, specifier] of entriesOf(bag(value)[table])) {
        requested.push({ folder: key, name, specifier: text(specifier) });
        const development = table === 'devDependencies';
        const index = resolved(at, key, name);
        const to = resolved(links, key, name);
        if (index !== undefined) roots.push({ index, development, owner: key, name });
        else if (to !== undefined) lock.links.push({ from: key, to, development });
      }
  }
  lock.requested = requested;
  // npm itself marks what is for development; which ones were asked for is told by the roots.
  lock.roots = roots;
  return { ok: true, lock };
};
