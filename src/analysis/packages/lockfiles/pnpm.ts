import type { Requested, Root } from '../dependency.ts';
import { child, type Entry, readIndented, textAt } from './indented.ts';
import { add, emptyLock, type LockReader } from './lock.ts';
import { NPM_REGISTRIES } from './npm.ts';

/**
 * pnpm-lock.yaml, lockfile versions 5, 6 and 9. A package is named `/a/1.0.0_peer@2` (5), `/a@1.0.0(peer@2)` (6) or
 * `a@1.0.0` with its peers only under `snapshots` (9).
 */
const TABLES = ['dependencies', 'devDependencies', 'optionalDependencies'];

const withoutPeers = (reference: string): string => {
  const open = reference.indexOf('(');
  return open === -1 ? reference : reference.slice(0, open);
};

/** `name@version` of a key or a reference, whatever the lockfile's version; null for links into the workspace. */
const identity = (reference: string, major: number, name = ''): string | null => {
  if (/^(?:link|workspace):/.test(reference)) return null;
  let bare = withoutPeers(reference);
  const absolute = bare.startsWith('/');
  if (absolute) bare = bare.slice(1);
  if (major < 6) {
    if (!absolute && name !== '' && /^\d/.test(bare)) return `${name}@${bare.replace(/_.*$/, '')}`;
    const parts = /^((?:@[^/]+\/)?[^/]+)\/([^/_]+)/.exec(bare);
    return absolute && parts ? `${parts[1]}@${parts[2]}` : bare;
  }
  return name !== '' && !absolute && !bare.includes('@') ? `${name}@${bare}` : bare;
};

const importersOf = (top: readonly Entry[]): [folder: string, tables: Entry[]][] => {
  const importers = child(top, 'importers');
  return importers
    ? importers.children.map((e) => [e.key === '.' ? '' : e.key, e.children])
    : [['', top.filter((e) => TABLES.includes(e.key) || e.key === 'specifiers')]];
};

export const pnpmLock: LockReader = (path, source) => {
  const top = readIndented(source);
  const version = child(top, 'lockfileVersion')?.value ?? '';
  const major = Math.floor(Number.parseFloat(version));
  if (!(major >= 5 && major <= 9))
    return { ok: false, reason: `lockfile version ${version.slice(0, 20) || 'missing'} is not known` };
  // From version 9 on, whether a package is built is told at install time only.
  const lock = emptyLock(path, `pnpm-lock v${version}`, 'npm', { tellsScripts: major < 9 });
  const at = new Map<string, number>();
  for (const entry of child(top, 'packages')?.children ?? []) {
    const id = identity(entry.key, major) ?? entry.key;
    if (at.has(id)) continue;
    const split = id.lastIndexOf('@');
    const resolution = child(entry.children, 'resolution');
    const other = ['tarball', 'repo', 'directory'].map((k) => textAt(resolution, k)).find((v) => v !== '');
    const integrity = textAt(resolution, 'integrity');
    const named = textAt(entry, 'name');
    const index = add(
      lock,
      named || (split > 0 ? id.slice(0, split) : id),
      textAt(entry, 'version') || (split > 0 ? id.slice(split + 1) : ''),
      entry.line,
      {
        hash: integrity || (textAt(resolution, 'directory') ? null : ''),
        elsewhere: other && !NPM_REGISTRIES.test(other) ? other : '',
        installScript: textAt(entry, 'requiresBuild') === 'true',
      },
    );
    if (index !== -1) at.set(id, index);
  }
  const find = (reference: string, name: string): number | undefined =>
    at.get(identity(reference, major, name) ?? '');
  for (const section of major >= 9 ? ['snapshots'] : ['packages'])
    for (const entry of child(top, section)?.children ?? []) {
      const from = at.get(identity(entry.key, major) ?? '');
      if (from === undefined) continue;
      for (const table of TABLES)
        for (const d of child(entry.children, table)?.children ?? []) {
          const index = find(d.value, d.key);
          if (index !== undefined) lock.packages[from]!.needs.push(index);
        }
    }
  const requested: Requested[] = [];
  const roots: Root[] = [];
  for (const [folder, tables] of importersOf(top)) {
    const specifiers = child(tables, 'specifiers');
    for (const table of TABLES)
      for (const d of child(tables, table)?.children ?? []) {
        const reference = d.value || textAt(d, 'version');
        const specifier = textAt(d, 'specifier') || textAt(specifiers, d.key);
        requested.push({ folder, name: d.key, specifier: specifier || null });
        const index = find(reference, d.key);
        if (index !== undefined) roots.push({ index, development: table === 'devDependencies' });
      }
  }
  lock.requested = requested;
  lock.roots = roots;
  return { ok: true, lock };
};
