import { lineFinder } from '../../files/lines.ts';
import { parseToml } from '../../files/parse-toml.ts';
import { bag, entriesOf, list, text } from '../../files/shape.ts';
import {
  isDevelopmentGroup,
  type PackageFile,
  pythonRequirement,
  type Requested,
  type Root,
  registryName,
} from '../dependency.ts';
import { add, emptyLock, inOrder, jsonMap, type LockReader, MOST_TOML_BYTES, unread } from './lock.ts';

/** uv.lock, poetry.lock, pdm.lock, pylock.toml (PEP 751), and Pipfile.lock. */

const name = (n: string): string => registryName('PyPI', n);

/** All places of a name: a lockfile may hold several versions of a package, for different platforms. */
const index = (): {
  put(n: string, version: string, i: number): void;
  get(n: string, version: string): number[];
} => {
  const all = new Map<string, number[]>();
  const put = (key: string, i: number): void => {
    const known = all.get(key);
    if (known) known.push(i);
    else all.set(key, [i]);
  };
  return {
    put(n, version, i) {
      put(name(n), i);
      put(`${name(n)} ${version}`, i);
    },
    get: (n, version) => all.get(version ? `${name(n)} ${version}` : name(n)) ?? [],
  };
};

/** A release of a package with binary wheels has one for each platform and interpreter; this is more than any has. */
const MOST_FILES = 200;

/** `{ url | file | name, hash }` or, of PEP 751, `{ url | name, hashes = { sha256 = … } }`. */
const filesOf = (files: readonly unknown[]): PackageFile[] =>
  files.slice(0, MOST_FILES).flatMap((value) => {
    const f = bag(value);
    const [named] = entriesOf(f.hashes);
    const hash = text(f.hash) || (named ? `${named[0]}:${text(named[1])}` : '');
    const url = text(f.url) || text(f.file) || text(f.name) || text(f.path);
    return hash === '' ? [] : [{ url, hash }];
  });

const firstHash = (files: unknown): string => filesOf(list(files))[0]?.hash ?? '';

const PYPI = /^https:\/\/(?:pypi\.org|files\.pythonhosted\.org)(?:\/|$)/;

/** Where a package comes from, of the tables the lockfiles write: registry, git, url, path. */
const originOf = (source: Record<string, unknown>): { local: boolean; elsewhere: string } => {
  const registry = text(source.registry);
  const remote = text(source.git) || text(source.url);
  return {
    local: ['editable', 'virtual', 'directory', 'path'].some((k) => source[k] !== undefined),
    elsewhere: remote || (registry !== '' && !PYPI.test(registry) ? registry : ''),
  };
};

export const uvLock: LockReader = (path, source) => {
  const parsed = parseToml(source, MOST_TOML_BYTES);
  if (!parsed.ok) return parsed;
  const lock = emptyLock(path, 'uv', 'PyPI');
  const at = index();
  const kept: [Record<string, unknown>, number][] = [];
  const own: Record<string, unknown>[] = [];
  list(bag(parsed.value).package).forEach((value, i) => {
    const p = bag(value);
    const { local, elsewhere } = originOf(bag(p.source));
    if (local) {
      own.push(p);
      return;
    }
    const files = filesOf([...list(p.wheels), p.sdist]);
    const at0 = add(lock, text(p.name), text(p.version), parsed.lineOf(['package', i]), {
      hash: files[0]?.hash ?? (bag(p.source).git ? null : ''),
      files,
      elsewhere,
    });
    if (at0 === -1) return;
    at.put(text(p.name), text(p.version), at0);
    kept.push([p, at0]);
  });
  const indexes = (needs: unknown): number[] =>
    list(needs).flatMap((d) => at.get(text(bag(d).name), text(bag(d).version)));
  for (const [p, i] of kept)
    lock.packages[i]!.needs = [
      ...indexes(p.dependencies),
      ...entriesOf(p['optional-dependencies']).flatMap(([, d]) => indexes(d)),
    ];
  const folderOfOwn = (p: Record<string, unknown>): string => {
    const s = bag(p.source);
    const folder = text(s.editable) || text(s.virtual) || text(s.directory) || '.';
    return folder === '.' ? '' : folder;
  };
  const members = new Map(own.map((p) => [name(text(p.name)), folderOfOwn(p)]));
  const roots: Root[] = [];
  for (const p of own) {
    const owner = folderOfOwn(p);
    const ask = (needs: unknown, development: boolean): void => {
      for (const d of list(needs)) {
        const to = members.get(name(text(bag(d).name)));
        if (to !== undefined) lock.links.push({ from: owner, to, development });
        for (const index of indexes([d])) roots.push({ index, development, owner });
      }
    };
    ask(p.dependencies, false);
    for (const [extra, d] of entriesOf(p['optional-dependencies'])) ask(d, isDevelopmentGroup(extra));
    for (const [, d] of entriesOf(p['dev-dependencies'])) ask(d, true);
  }
  lock.roots = roots;
  lock.requested = own.flatMap((p): Requested[] => {
    const metadata = bag(p.metadata);
    const entries = [
      ...list(metadata['requires-dist']),
      ...entriesOf(metadata['requires-dev']).flatMap(([, d]) => list(d)),
    ];
    return entries.map((d) => ({
      folder: folderOfOwn(p),
      name: text(bag(d).name),
      specifier: typeof bag(d).specifier === 'string' ? text(bag(d).specifier) : null,
    }));
  });
  return { ok: true, lock };
};

export const poetryLock: LockReader = (path, source) => {
  const parsed = parseToml(source, MOST_TOML_BYTES);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const metadata = bag(root.metadata);
  const lock = emptyLock(path, `poetry ${text(metadata['lock-version'])}`.trim(), 'PyPI');
  const at = index();
  const kept: [Record<string, unknown>, number][] = [];
  // Up to version 1 the hashes stand in a table of their own.
  const files = bag(metadata.files ?? metadata.hashes);
  list(root.package).forEach((value, i) => {
    const p = bag(value);
    const from = bag(p.source);
    const kind = text(from.type);
    if (kind === 'directory') return;
    const old = list(files[text(p.name)]);
    const groups = list(p.groups).map(text);
    const category = text(p.category);
    const at0 = add(lock, text(p.name), text(p.version), parsed.lineOf(['package', i]), {
      files: filesOf(list(p.files ?? old)),
      hash:
        firstHash(p.files) ||
        firstHash(old) ||
        (typeof old[0] === 'string' ? `sha256:${old[0]}` : '') ||
        (kind === 'git' ? null : ''),
      elsewhere: kind !== '' && !PYPI.test(text(from.url)) ? text(from.url) : '',
      development: groups.length > 0 ? !groups.includes('main') : category ? category !== 'main' : null,
    });
    if (at0 === -1) return;
    at.put(text(p.name), text(p.version), at0);
    kept.push([p, at0]);
  });
  for (const [p, i] of kept)
    lock.packages[i]!.needs = entriesOf(p.dependencies).flatMap(([n]) => at.get(n, ''));
  return { ok: true, lock };
};

export const pdmLock: LockReader = (path, source) => {
  const parsed = parseToml(source, MOST_TOML_BYTES);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const metadata = bag(root.metadata);
  const lock = emptyLock(path, `pdm ${text(metadata.lock_version)}`.trim(), 'PyPI');
  const old = bag(metadata.files);
  const at = index();
  const kept: [Record<string, unknown>, number][] = [];
  list(root.package).forEach((value, i) => {
    const p = bag(value);
    if (p.path !== undefined && p.version === undefined) return;
    const groups = list(p.groups).map(text);
    const remote = text(p.git) || text(p.url);
    const at0 = add(lock, text(p.name), text(p.version), parsed.lineOf(['package', i]), {
      files: filesOf(list(p.files ?? old[`${text(p.name)} ${text(p.version)}`])),
      hash:
        firstHash(p.files) ||
        firstHash(old[`${text(p.name)} ${text(p.version)}`]) ||
        (text(p.git) || text(p.path) ? null : ''),
      elsewhere: remote !== '' && !PYPI.test(remote) ? remote : '',
      development: groups.length > 0 ? groups.every((g) => /^(?:dev|test|lint|doc)/.test(g)) : null,
    });
    if (at0 === -1) return;
    at.put(text(p.name), text(p.version), at0);
    kept.push([p, at0]);
  });
  for (const [p, i] of kept)
    lock.packages[i]!.needs = list(p.dependencies).flatMap((d) =>
      at.get(pythonRequirement(text(d))?.name ?? '', ''),
    );
  return { ok: true, lock };
};

/** PEP 751. */
export const pylock: LockReader = (path, source) => {
  const parsed = parseToml(source, MOST_TOML_BYTES);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const lock = emptyLock(path, `pylock ${text(root['lock-version'])}`.trim(), 'PyPI');
  const at = index();
  const kept: [Record<string, unknown>, number][] = [];
  list(root.packages).forEach((value, i) => {
    const p = bag(value);
    if (p.directory !== undefined) return;
    const files = filesOf([...list(p.wheels), p.sdist, p.archive]);
    const remote = text(bag(p.vcs).url) || text(bag(p.archive).url) || text(p.index);
    const at0 = add(lock, text(p.name), text(p.version), parsed.lineOf(['packages', i]), {
      hash: files[0]?.hash ?? (p.vcs ? null : ''),
      files,
      elsewhere: remote !== '' && !PYPI.test(remote) ? remote : '',
    });
    if (at0 === -1) return;
    at.put(text(p.name), text(p.version), at0);
    kept.push([p, at0]);
  });
  for (const [p, i] of kept)
    lock.packages[i]!.needs = list(p.dependencies).flatMap((d) =>
      at.get(text(bag(d).name), text(bag(d).version)),
    );
  return { ok: true, lock };
};

export const pipfileLock: LockReader = (path, source) => {
  let root: Record<string, unknown>;
  try {
    root = jsonMap(source);
  } catch (error) {
    return unread(error, 'not JSON');
  }
  const lock = emptyLock(path, 'Pipfile.lock', 'PyPI');
  const lineOf = inOrder(source, lineFinder(source));
  for (const [section, development] of [
    ['default', false],
    ['develop', true],
  ] as const)
    for (const [n, value] of entriesOf(root[section])) {
      const p = bag(value);
      const remote = text(p.git) || text(p.file);
      add(lock, n, text(p.version).replace(/^==/, ''), lineOf(`${JSON.stringify(n)}:`), {
        hash: text(list(p.hashes)[0]) || (p.git || p.path ? null : ''),
        elsewhere: remote,
        development,
      });
    }
  return { ok: true, lock };
};
