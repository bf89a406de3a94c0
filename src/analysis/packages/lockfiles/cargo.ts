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
  list(root.package).forEach((value, i) => {
    const p = bag(value);
    const from = text(p.source);
    if (from === '') return;
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
  return { ok: true, lock };
};
