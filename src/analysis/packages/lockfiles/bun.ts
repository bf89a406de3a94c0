import { lineFinder } from '../../files/lines.ts';
import { parseJson } from '../../files/parse-json.ts';
import { bag, entriesOf, list, text } from '../../files/shape.ts';
import type { Requested, Root } from '../dependency.ts';
import { add, emptyLock, inOrder, type LockReader } from './lock.ts';

/**
 * bun.lock: JSON with trailing commas. `packages` maps a path of names (`a`, `a/b` for a copy of b below a) to
 * `[ "a@1.0.0", registry, { dependencies }, "sha512-…" ]`; what comes from git or a folder has a shorter tuple.
 */
const TABLES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
/** The tolerant parser keeps a node a value. */
const MOST_BYTES = 8_000_000;

/**
 * Trailing commas away, strings untouched: then the runtime's own parser does the work in linear time. A string without its
 * end is taken as well, or each quote in it would be looked at to the end of the line.
 */
const strict = (source: string): string =>
  source.replace(
    /("(?:[^"\\\n]|\\.)*"?)|,(?=\s{0,200}[\]}])/g,
    (_all, quoted: string | undefined) => quoted ?? '',
  );

export const bunLock: LockReader = (path, source) => {
  if (source.length > MOST_BYTES) return { ok: false, reason: `larger than ${MOST_BYTES} characters` };
  const parsed = parseJson(strict(source));
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const lock = emptyLock(path, `bun.lock v${Number(root.lockfileVersion) || 0}`, 'npm');
  const lineOf = inOrder(source, lineFinder(source));
  const at = new Map<string, number>();
  const members = new Map<string, string>();
  const entries = entriesOf(root.packages);
  const needsOf = new Map<number, [key: string, info: Record<string, unknown>]>();
  for (const [key, value] of entries) {
    const tuple = list(value);
    const id = text(tuple[0]);
    const split = id.indexOf('@', 1);
    const version = split === -1 ? '' : id.slice(split + 1);
    if (/^(?:workspace|link|root):/.test(version)) {
      if (version.startsWith('workspace:')) members.set(key, version.slice(10));
      continue;
    }
    const elsewhere = /^(?:git|https?|github|file)[:+]/.test(version) ? version : '';
    const registry = elsewhere === '' ? text(tuple[1]) : '';
    const hash =
      tuple.map(text).find((t) => /^sha\d{3}-/.test(t)) ?? (version.startsWith('file:') ? null : '');
    const index = add(
      lock,
      split === -1 ? id : id.slice(0, split),
      version,
      lineOf(`${JSON.stringify(key)}: [`),
      {
        hash,
        elsewhere:
          elsewhere ||
          (/^https?:/.test(registry) && !registry.startsWith('https://registry.npmjs.org') ? registry : ''),
      },
    );
    if (index === -1) continue;
    at.set(key, index);
    needsOf.set(index, [
      key,
      bag(tuple.find((t) => typeof t === 'object' && t !== null && !Array.isArray(t))),
    ]);
  }
  /** From the inside out, as with folders of node_modules. */
  const find = (from: string, name: string): number | undefined => {
    for (let base = from; base !== ''; ) {
      const found = at.get(`${base}/${name}`);
      if (found !== undefined) return found;
      const cut = base.lastIndexOf('/');
      // `@scope/name` is one step.
      const parent = cut === -1 ? '' : base.slice(0, cut);
      base = /(^|\/)@[^/]+$/.test(parent) ? parent.slice(0, Math.max(0, parent.lastIndexOf('/'))) : parent;
    }
    return at.get(name);
  };
  for (const [index, [key, info]] of needsOf)
    for (const table of ['dependencies', 'optionalDependencies', 'peerDependencies'])
      for (const [name] of entriesOf(info[table])) {
        const needed = find(key, name);
        if (needed !== undefined) lock.packages[index]!.needs.push(needed);
      }
  const requested: Requested[] = [];
  const roots: Root[] = [];
  for (const [folder, value] of entriesOf(root.workspaces)) {
    const workspace = bag(value);
    for (const table of TABLES)
      for (const [name, specifier] of entriesOf(workspace[table])) {
        requested.push({ folder, name, specifier: text(specifier) });
        const index = find(text(workspace.name), name);
        const development = table === 'devDependencies';
        const to = members.get(name);
        if (index !== undefined) roots.push({ index, development, owner: folder, name });
        else if (to !== undefined) lock.links.push({ from: folder, to, development });
      }
  }
  lock.requested = requested;
  lock.roots = roots;
  return { ok: true, lock };
};
