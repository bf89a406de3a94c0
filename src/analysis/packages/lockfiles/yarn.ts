import type { Requested } from '../dependency.ts';
import { child, type Entry, readIndented, textAt } from './indented.ts';
import { add, emptyLock, type LockReader } from './lock.ts';
import { NPM_REGISTRIES } from './npm.ts';

/** yarn.lock of yarn 1 and of berry (2 and later). Keys are the descriptors that led to the entry: `a@^1, a@^1.2`. */

const descriptors = (key: string): string[] =>
  key.split(/,\s*/).map((d) => d.replace(/^["']|["']$/g, '').trim());

/** `@scope/name` of a descriptor `@scope/name@range`. */
const nameOf = (descriptor: string): string => {
  const at = descriptor.indexOf('@', 1);
  return at === -1 ? descriptor : descriptor.slice(0, at);
};

const TABLES = ['dependencies', 'optionalDependencies'];

export const yarnLock: LockReader = (path, source) => {
  const top = readIndented(source);
  const berry = child(top, '__metadata') !== undefined;
  const lock = emptyLock(path, berry ? 'yarn (berry)' : 'yarn v1', 'npm');
  const at = new Map<string, number>();
  const entries: [Entry, number][] = [];
  const workspaces: Entry[] = [];
  for (const entry of top) {
    if (entry.key === '__metadata' || entry.children.length === 0) continue;
    const keys = descriptors(entry.key);
    const resolution = textAt(entry, 'resolution');
    if (berry && /@(?:workspace|link|portal):/.test(resolution)) {
      if (resolution.includes('@workspace:')) workspaces.push(entry);
      continue;
    }
    const url =
      textAt(entry, 'resolved') || /@((?:https?|git|ssh)[^\s]{0,2000})$/.exec(resolution)?.[1] || '';
    const alias = berry ? nameOf(resolution) : /@npm:(@?[^@]+)@/.exec(keys[0] ?? '')?.[1];
    const index = add(lock, alias || nameOf(keys[0] ?? ''), textAt(entry, 'version'), entry.line, {
      hash: textAt(entry, berry ? 'checksum' : 'integrity') || (url.startsWith('file:') ? null : ''),
      elsewhere: url !== '' && !NPM_REGISTRIES.test(url) ? url : '',
    });
    if (index === -1) continue;
    entries.push([entry, index]);
    for (const key of keys) at.set(key, index);
  }
  const find = (name: string, range: string): number | undefined =>
    at.get(`${name}@${range}`) ?? at.get(`${name}@npm:${range}`);
  for (const [entry, index] of entries)
    for (const table of TABLES)
      for (const d of child(entry.children, table)?.children ?? []) {
        const needed = find(d.key, d.value);
        if (needed !== undefined) lock.packages[index]!.needs.push(needed);
      }
  lock.locate = find;
  if (!berry) return { ok: true, lock };
  // Berry keeps what each workspace asks for, but folds development into the rest: the manifests tell which is which.
  lock.requested = workspaces.flatMap((w): Requested[] => {
    const folder = /@workspace:(.{0,500})$/.exec(textAt(w, 'resolution'))?.[1] ?? '.';
    return (child(w.children, 'dependencies')?.children ?? []).map((d) => ({
      folder: folder === '.' ? '' : folder,
      name: d.key,
      specifier: d.value.replace(/^npm:/, ''),
    }));
  });
  return { ok: true, lock };
};
