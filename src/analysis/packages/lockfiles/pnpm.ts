import { before } from '../../../text/ends.ts';
import { joined } from '../../files/paths.ts';
import { plural } from '../../files/words.ts';
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
    if (!absolute && name !== '' && /^\d/.test(bare)) return `${name}@${before(bare, '_')}`;
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

/**
 * From version 11 on pnpm keeps its own tools (`packageManagerDependencies`, `configDependencies`) in a document of their own
 * in front of the project's. They are no dependency of the server.
 */
const projectOf = (source: string): { top: Entry[]; ownTools: number } => {
  const documents = source.split(/^---[ \t]*\r?$/m);
  let line = 0;
  const read = documents.map((text) => {
    const top = readIndented(text, line);
    line += text.split('\n').length - 1;
    return top;
  });
  const project = read.filter((top) =>
    importersOf(top).some(([, tables]) => tables.some((t) => TABLES.includes(t.key))),
  );
  const ofProject = new Set(project);
  const others = read.filter((top) => top.length > 0 && !ofProject.has(top));
  return {
    top: project.at(-1) ?? read.findLast((top) => top.length > 0) ?? [],
    ownTools:
      project.length === 0
        ? 0
        : others.reduce((n, top) => n + (child(top, 'packages')?.children.length ?? 0), 0),
  };
};

export const pnpmLock: LockReader = (path, source) => {
  const { top, ownTools } = projectOf(source);
  const version = child(top, 'lockfileVersion')?.value ?? '';
  const major = Math.floor(Number.parseFloat(version));
  if (!(major >= 5 && major <= 9))
    return { ok: false, reason: `lockfile version ${version.slice(0, 20) || 'missing'} is not known` };
  // From version 9 on, whether a package is built is told at install time only.
  const lock = emptyLock(path, `pnpm-lock v${version}`, 'npm', {
    tellsScripts: major < 9,
    remark:
      ownTools > 0
        ? `A first document pins ${plural(ownTools, 'package')} of pnpm itself, which are not the project's and not counted.`
        : '',
  });
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
        const development = table === 'devDependencies';
        if (index !== undefined) roots.push({ index, development, owner: folder, name: d.key });
        else if (reference.startsWith('link:')) {
          const to = joined(folder, reference.slice(5));
          if (to !== null) lock.links.push({ from: folder, to, development });
        }
      }
  }
  lock.requested = requested;
  lock.roots = roots;
  return { ok: true, lock };
};
