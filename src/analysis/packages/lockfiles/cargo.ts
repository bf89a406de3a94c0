import { parseToml } from '../../files/parse-toml.ts';
import { bag, list, text } from '../../files/shape.ts';
import { add, emptyLock, type LockReader, MOST_TOML_BYTES } from './lock.ts';

/** Cargo.lock, versions 1 to 4. Packages without a source are members of the workspace. */
const CRATES_IO =
  /^(?:registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index|sparse\+https:\/\/index\.crates\.io\/)/;

export const cargoLock: LockReader = (path, source) => {
  const parsed = parseToml(source, MOST_TOML_BYTES);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const lock = emptyLock(path, `Cargo v${Number(root.version) || 1}`, 'crates.io');
  const metadata = bag(root.metadata);
  const at = new Map<string, number>();
  const kept: [Record<string, unknown>, number][] = [];
  const members: Record<string, unknown>[] = [];
  list(root.package).forEach((value, i) => {
    const p = bag(value);
    const from = text(p.source);
    if (from === '') {
      members.push(p);
      return;
    }
    const [name, version] = [text(p.name), text(p.version)];
    const index = add(lock, name, version, parsed.lineOf(['package', i]), {
      hash:
        text(p.checksum) ||
        text(metadata[`checksum ${name} ${version} (${from})`]) ||
        (from.startsWith('git+') ? null : ''),
      elsewhere: CRATES_IO.test(from) ? '' : from,
    });
    if (index === -1) return;
    for (const key of [`${name} ${version}`, `${name} ${version} (${from})`, name]) at.set(key, index);
    kept.push([p, index]);
  });
  for (const [p, index] of kept)
    lock.packages[index]!.needs = list(p.dependencies).flatMap((d) => at.get(text(d)) ?? []);
  // A member names the very package it asks for: by name alone where there is one version of it, else with the version.
  const own = new Set(members.map((p) => text(p.name)));
  lock.ownersAre = 'names';
  lock.roots = members.flatMap((p) =>
    list(p.dependencies).flatMap((d) => {
      const [name = ''] = text(d).split(' ');
      const index = at.get(text(d));
      if (index !== undefined) return [{ index, development: false, owner: text(p.name), name }];
      if (own.has(name)) lock.links.push({ from: text(p.name), to: name, development: false });
      return [];
    }),
  );
  return { ok: true, lock };
};
