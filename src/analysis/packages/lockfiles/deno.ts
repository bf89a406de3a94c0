import { before } from '../../../text/ends.ts';
import { lineFinder } from '../../files/lines.ts';
import { bag, entriesOf, list, text } from '../../files/shape.ts';
import { plural } from '../../files/words.ts';
import { denoSpecifier } from '../manifests/deno.ts';
import { add, emptyLock, inOrder, jsonMap, type LockReader, unread } from './lock.ts';

/**
 * deno.lock, versions 3 to 5: `specifiers` leads what was asked for to a version, `npm` and `jsr` hold the packages under
 * `name@version` (npm's with the peers they were resolved with, `_zod@3.24.1`), `remote` the hash of every URL.
 * https://github.com/denoland/deno_lockfile
 */
const identity = (key: string): { name: string; version: string } => {
  const at = key.indexOf('@', 1);
  return at === -1
    ? { name: key, version: '' }
    : { name: key.slice(0, at), version: before(key.slice(at + 1), '_') };
};

export const denoLock: LockReader = (path, source) => {
  let root: Record<string, unknown>;
  try {
    root = jsonMap(source);
  } catch (error) {
    return unread(error, 'not JSON');
  }
  const version = Number(root.version) || 0;
  if (version < 3 || version > 5)
    return { ok: false, reason: `deno.lock of version ${version} is not known` };
  const packages = version === 3 ? bag(root.packages) : root;
  const lineOf = lineFinder(source);
  const remote = entriesOf(root.remote).length;
  const read = (registry: 'npm' | 'JSR') => {
    const lock = emptyLock(path, `deno.lock v${version}`, registry, {
      remark:
        registry === 'npm' && remote > 0
          ? `It also holds the hashes of ${plural(remote, 'file')} that are taken by URL, of which no package is known.`
          : '',
    });
    const at = new Map<string, number>();
    const needs: [number, unknown][] = [];
    const place = inOrder(source, lineOf);
    for (const [key, value] of entriesOf(packages[registry === 'npm' ? 'npm' : 'jsr'])) {
      const { name, version: own } = identity(key);
      const p = bag(value);
      const index = add(lock, name, own, place(`${JSON.stringify(key)}:`), {
        hash: text(p.integrity),
        installScript: p.scripts === true,
      });
      if (index === -1) continue;
      at.set(key, index);
      if (!at.has(`${name}@${own}`)) at.set(`${name}@${own}`, index);
      at.set(name, at.has(name) ? -1 : index);
      needs.push([index, p.dependencies]);
    }
    const find = (reference: string): number | undefined => {
      const found = at.get(reference) ?? at.get(before(reference, '_'));
      return found === -1 ? undefined : found;
    };
    // A list of names (or of name@version where the name is not enough); in version 3 npm's is a map to the whole key.
    for (const [index, given] of needs)
      for (const d of Array.isArray(given)
        ? list(given).map(text)
        : entriesOf(given).map(([, v]) => text(v))) {
        const needed = find(registry === 'JSR' ? jsrName(d) : d);
        if (needed !== undefined) lock.packages[index]!.needs.push(needed);
      }
    const asked = entriesOf(packages.specifiers).flatMap(([specifier, resolved]) => {
      const s = denoSpecifier(specifier);
      if (s?.registry !== registry) return [];
      const to = text(resolved).replace(/^(?:npm|jsr):/, '');
      return { s, index: find(to.startsWith(`${s.name}@`) ? to : `${s.name}@${to}`) };
    });
    lock.requested = asked.map(({ s }) => ({ folder: '', name: s.name, specifier: s.version }));
    const direct = workspaceOf(root);
    lock.roots = asked.flatMap(({ s, index }) =>
      index === undefined || (direct !== null && !direct.has(`${s.registry} ${s.name}`))
        ? []
        : [{ index, development: false, owner: '' }],
    );
    return lock;
  };
  const [npm, jsr] = [read('npm'), read('JSR')];
  return { ok: true, lock: npm, ...(jsr.packages.length > 0 ? { also: [jsr] } : {}) };
};

const jsrName = (reference: string): string => denoSpecifier(reference)?.name ?? reference;

/** What the configuration of each member asks for; null where the lockfile does not say. */
const workspaceOf = (root: Record<string, unknown>): Set<string> | null => {
  const workspace = bag(root.workspace);
  const all = [workspace, ...entriesOf(workspace.members).map(([, m]) => bag(m))].flatMap((m) => [
    ...list(m.dependencies),
    ...list(bag(m.packageJson).dependencies),
  ]);
  if (all.length === 0) return null;
  return new Set(
    all.flatMap((d) => {
      const s = denoSpecifier(text(d));
      return s ? [`${s.registry} ${s.name}`] : [];
    }),
  );
};
