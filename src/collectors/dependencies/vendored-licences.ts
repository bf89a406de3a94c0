import { bag, list, text } from '../../analysis/files/shape.ts';
import { registryName } from '../../analysis/packages/dependency.ts';
import type { Component } from '../../analysis/packages/inventory.ts';
import { recogniseLicence } from '../../analysis/repository/licence.ts';
import type { CollectContext } from '../collector.ts';

/**
 * Licences of packages whose files are in the tree: their own manifest beside them says it, for Go their licence text. Most
 * lockfiles tell none, and registries are not asked.
 */
const MOST_READ = 2000;

const jsonLicence = (source: string): { version: string; licence: string } => {
  let root: Record<string, unknown>;
  try {
    root = bag(JSON.parse(source));
  } catch {
    return { version: '', licence: '' };
  }
  const several = list(root.license).map(text);
  return {
    version: text(root.version),
    licence: text(root.license) || text(bag(root.license).type) || several.join(' OR '),
  };
};

const field = (source: string, pattern: RegExp): string =>
  pattern.exec(source.slice(0, 20_000))?.[1]?.trim() ?? '';

/** Ends of the paths a package's own word may stand at, and how it is read there. */
const placesOf = (
  c: Component,
): { ends: string; read(source: string): { version: string; licence: string } }[] => {
  switch (c.ecosystem) {
    case 'npm':
      return [{ ends: `node_modules/${c.name}/package.json`, read: jsonLicence }];
    case 'Packagist':
      return [{ ends: `vendor/${c.name}/composer.json`, read: jsonLicence }];
    case 'crates.io':
      return [c.name, `${c.name}-${c.version}`].map((folder) => ({
        ends: `vendor/${folder}/Cargo.toml`,
        read: (s) => ({
          version: field(s, /^version\s*=\s*"([^"\n]{1,100})"/m),
          licence: field(s, /^license\s*=\s*"([^"\n]{1,200})"/m),
        }),
      }));
    case 'Go':
      return ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'COPYING'].map((file) => ({
        ends: `vendor/${c.name}/${file}`,
        // Vendored is the version go.mod names: `go build` refuses others.
        read: (s) => ({ version: c.version, licence: recogniseLicence(s) ?? '' }),
      }));
    case 'PyPI':
      return [c.name, registryName('PyPI', c.name).replaceAll('-', '_')].map((name) => ({
        ends: `site-packages/${name}-${c.version}.dist-info/METADATA`,
        read: (s) => ({
          version: field(s, /^Version:\s*(\S{1,100})/m),
          licence: field(s, /^License-Expression:\s*(.{1,200})$/m) || field(s, /^License:\s*(.{1,80})$/m),
        }),
      }));
    default:
      return [];
  }
};

/** Fills in `licence` where a vendored copy of that very version tells it; nothing is read where nothing is vendored. */
export const readVendoredLicences = async (
  { tree, signal }: CollectContext,
  components: readonly Component[],
): Promise<void> => {
  const vendored = new Map<string, string>();
  for (const e of tree.allEntries) {
    const at = /(?:^|\/)((?:node_modules|vendor|site-packages)\/.*)$/.exec(e.path)?.[1];
    if (at && e.kind !== 'symlink' && e.kind !== 'submodule') vendored.set(at, e.path);
  }
  if (vendored.size === 0) return;
  let left = MOST_READ;
  for (const c of components) {
    if (c.licence !== '') continue;
    for (const place of placesOf(c)) {
      const path = vendored.get(place.ends);
      if (path === undefined || left-- <= 0) continue;
      signal.throwIfAborted();
      const source = await tree.text(path).catch(() => null);
      const told = source === null ? null : place.read(source);
      if (told?.version === c.version && told.licence !== '') c.licence = told.licence;
    }
  }
};
