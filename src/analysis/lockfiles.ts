// Long, because the formats are best read side by side: one small reader each, alike in shape.
import type { Ecosystem, Lockfile } from './dependency.ts';
import { lineFinder, linesOf } from './lines.ts';
import { baseName } from './paths.ts';
import { bag, entriesOf, list, text } from './shape.ts';

/**
 * Lockfiles, read for what bears on the supply chain: how many packages, from where, with which integrity. Line based
 * where the format is machine-written, because a generated file of many megabytes is not worth a YAML parser's time.
 */
export type ReadLock = { ok: true; lock: Lockfile } | { ok: false; reason: string };
type Reader = (path: string, source: string) => ReadLock;

const MOST_LISTED = 500;
const MOST_RESOLVED = 20_000;

const NPM_REGISTRIES =
  /^https:\/\/(?:registry\.npmjs\.org|registry\.yarnpkg\.com|registry\.npmmirror\.com|npm\.jsr\.io)\//;
const nameOf = (key: string): string => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length);

const packageLock: Reader = (path, source) => {
  let root: Record<string, unknown>;
  try {
    root = bag(JSON.parse(source));
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message.slice(0, 120) : 'not JSON' };
  }
  const version = Number(root.lockfileVersion) || 1;
  const lineOf = lineFinder(source);
  let at = 0;
  const placeOf = (needle: string): number => {
    // Entries come in file order, so the search goes on from the last one.
    const found = source.indexOf(needle, at);
    if (found === -1) return 1;
    at = found;
    return lineOf(found);
  };
  const lock: Lockfile = {
    path,
    format: `package-lock v${version}`,
    ecosystem: 'npm',
    packages: 0,
    withoutIntegrity: 0,
    elsewhere: [],
    installScripts: version >= 2 ? [] : null,
    resolved: [],
  };
  const add = (name: string, key: string, p: Record<string, unknown>): void => {
    if (p.link === true) return;
    lock.packages++;
    const resolved = text(p.resolved);
    if (!text(p.integrity) && p.bundled !== true && p.inBundle !== true)
      lock.withoutIntegrity = (lock.withoutIntegrity ?? 0) + 1;
    if (resolved !== '' && !NPM_REGISTRIES.test(resolved) && lock.elsewhere.length < MOST_LISTED)
      lock.elsewhere.push({ name, source: resolved.slice(0, 200), line: placeOf(JSON.stringify(key)) });
    if (p.hasInstallScript === true && lock.installScripts && lock.installScripts.length < MOST_LISTED)
      lock.installScripts.push({ name, line: placeOf(JSON.stringify(key)) });
    if (lock.resolved.length < MOST_RESOLVED)
      lock.resolved.push({ name: text(p.name) || name, version: text(p.version) });
  };
  if (root.packages !== undefined)
    for (const [key, value] of entriesOf(root.packages)) {
      if (key.includes('node_modules/')) add(nameOf(key), key, bag(value));
    }
  else {
    const pending: [string, unknown][][] = [entriesOf(root.dependencies)];
    for (let entries = pending.pop(); entries; entries = pending.pop())
      for (const [name, value] of entries) {
        add(name, name, bag(value));
        const nested = entriesOf(bag(value).dependencies);
        if (nested.length > 0 && pending.length < 10_000) pending.push(nested);
      }
  }
  return { ok: true, lock };
};

const scan = (path: string, format: string, ecosystem: Ecosystem, integrity: boolean): Lockfile => ({
  path,
  format,
  ecosystem,
  packages: 0,
  withoutIntegrity: integrity ? 0 : null,
  elsewhere: [],
  installScripts: null,
  resolved: [],
});

const pnpmLock: Reader = (path, source) => {
  const version = /^lockfileVersion:\s*['"]?([\d.]+)/m.exec(source.slice(0, 2000))?.[1] ?? '?';
  const lock = scan(path, `pnpm-lock v${version}`, 'npm', true);
  lock.installScripts = [];
  let section = '';
  let current = '';
  let hasIntegrity = true;
  const close = (): void => {
    if (current !== '' && !hasIntegrity) lock.withoutIntegrity!++;
    current = '';
  };
  linesOf(source).forEach((line, i) => {
    if (/^\S/.test(line)) {
      close();
      section = line.replace(/:.*$/, '');
      return;
    }
    if (section !== 'packages') return;
    const entry =
      /^ {2}['"]?\/?((?:@[^/@\s]{1,100}\/)?[^@/\s'"()]{1,150})[@/]([^\s'"():]{1,200})(?:\([^\s]{0,2000}\))?['"]?:$/.exec(
        line.slice(0, 3000),
      );
    if (entry) {
      close();
      current = entry[1]!;
      hasIntegrity = false;
      lock.packages++;
      if (lock.resolved.length < MOST_RESOLVED) lock.resolved.push({ name: current, version: entry[2]! });
    } else if (/^ {2}\S/.test(line)) {
      close();
      current = line.trim().replace(/:$/, '').slice(0, 200);
      hasIntegrity = false;
      lock.packages++;
    }
    if (/integrity: sha\d/.test(line)) hasIntegrity = true;
    const other = /(?:tarball|repo|directory): (\S+?)[,}]?$/.exec(line.trim().slice(0, 1000))?.[1];
    if (other && !NPM_REGISTRIES.test(other) && lock.elsewhere.length < MOST_LISTED)
      lock.elsewhere.push({ name: current, source: other.slice(0, 200), line: i + 1 });
    if (/^ {4}requiresBuild: true/.test(line) && lock.installScripts!.length < MOST_LISTED)
      lock.installScripts!.push({ name: current, line: i + 1 });
  });
  close();
  if (Number.parseFloat(version) >= 9) lock.installScripts = null; // told at install time only
  return { ok: true, lock };
};

const yarnLock: Reader = (path, source) => {
  const berry = source.includes('__metadata:');
  const lock = scan(path, berry ? 'yarn (berry)' : 'yarn v1', 'npm', true);
  let current = '';
  let version = '';
  let local = false;
  let checked = false;
  const close = (): void => {
    if (current === '') return;
    lock.packages++;
    if (!checked && !local) lock.withoutIntegrity!++;
    if (lock.resolved.length < MOST_RESOLVED) lock.resolved.push({ name: current, version });
    current = '';
  };
  linesOf(source).forEach((line, i) => {
    const header = /^"?((?:@[^/@\s]{1,100}\/)?[^@\s"]{1,150})@(.{0,1000}):$/.exec(line.slice(0, 1500));
    if (header) {
      close();
      [current, version, checked] = [header[1]!, '', false];
      local = /workspace:|link:|portal:/.test(header[2]!);
    } else if (/^\s+version:? /.test(line))
      version = line
        .trim()
        .replace(/^version:? "?/, '')
        .replace(/"$/, '');
    else if (/^\s+(?:integrity|checksum):? \S/.test(line)) checked = true;
    const resolved =
      /^\s+resolved "([^"]{1,500})"/.exec(line)?.[1] ??
      (berry ? /^\s+resolution: "[^"]{1,200}?@((?:https?|git|ssh)[^"]{1,300})"/.exec(line)?.[1] : undefined);
    if (resolved && !NPM_REGISTRIES.test(resolved) && lock.elsewhere.length < MOST_LISTED)
      lock.elsewhere.push({ name: current, source: resolved.slice(0, 200), line: i + 1 });
  });
  close();
  return { ok: true, lock };
};

const bunLock: Reader = (path, source) => {
  const lock = scan(path, 'bun', 'npm', true);
  let inside = false;
  linesOf(source).forEach((line, i) => {
    if (/^ {2}"packages": \{/.test(line)) inside = true;
    else if (/^ {2}\}/.test(line)) inside = false;
    const entry = inside
      ? /^ {4}"[^"]{1,300}": \["((?:@[^/@"]{1,100}\/)?[^@"]{1,150})@([^"]{0,300})"/.exec(line.slice(0, 2000))
      : null;
    if (!entry || entry[2]!.startsWith('workspace:')) return;
    lock.packages++;
    if (!/"sha\d{3}-[^"]{20,200}"\],?$/.test(line.trimEnd().slice(-300))) lock.withoutIntegrity!++;
    if (/^(?:git|https?|github|file|link)[:+]/.test(entry[2]!) && lock.elsewhere.length < MOST_LISTED)
      lock.elsewhere.push({ name: entry[1]!, source: entry[2]!.slice(0, 200), line: i + 1 });
    if (lock.resolved.length < MOST_RESOLVED) lock.resolved.push({ name: entry[1]!, version: entry[2]! });
  });
  return { ok: true, lock };
};

/** uv.lock, poetry.lock and Cargo.lock are arrays of `[[package]]` tables written by machines: one line a key. */
const packageTables =
  (format: string, ecosystem: Ecosystem, registry: RegExp, hash: RegExp): Reader =>
  (path, source) => {
    const lock = scan(path, format, ecosystem, true);
    let name = '';
    let version = '';
    let hashed = false;
    let local = false;
    let open = false;
    const close = (): void => {
      if (!open) return;
      if (!local) {
        lock.packages++;
        if (!hashed) lock.withoutIntegrity!++;
        if (lock.resolved.length < MOST_RESOLVED) lock.resolved.push({ name, version });
      }
      open = false;
    };
    // Path dependencies and the project itself: no source at all in Cargo.lock, an editable or virtual one in uv.lock.
    const sourceless = ecosystem === 'crates.io';
    linesOf(source).forEach((raw, i) => {
      const line = raw.slice(0, 3000);
      if (/^\[\[package\]\]/.test(line)) {
        close();
        [name, version, hashed, local, open] = ['', '', false, sourceless, true];
      } else if (/^\[(?!\[)(?!package\.)/.test(line)) close();
      if (!open) {
        return;
      }
      const key = /^(name|version|source)\s*=\s*(.*)$/.exec(line);
      if (key?.[1] === 'name') name = key[2]!.replace(/^"|"$/g, '');
      else if (key?.[1] === 'version') version = key[2]!.replace(/^"|"$/g, '');
      else if (key?.[1] === 'source') {
        const from = key[2]!;
        local = /\b(?:editable|virtual|directory|path)\s*=/.test(from);
        if (!local && !registry.test(from) && lock.elsewhere.length < MOST_LISTED)
          lock.elsewhere.push({ name, source: from.slice(0, 200), line: i + 1 });
      }
      if (hash.test(line)) hashed = true;
    });
    close();
    return { ok: true, lock };
  };

const goSum: Reader = (path, source) => {
  const lock = scan(path, 'go.sum', 'Go', true);
  const modules = new Set<string>();
  for (const line of linesOf(source)) {
    const match = /^(\S{1,300}) (v\S{1,200}?)(\/go\.mod)? h1:/.exec(line.slice(0, 800));
    if (match && !match[3]) modules.add(`${match[1]} ${match[2]}`);
  }
  lock.packages = modules.size;
  lock.resolved = [...modules]
    .slice(0, MOST_RESOLVED)
    .map((m) => ({ name: m.split(' ')[0]!, version: m.split(' ')[1]! }));
  return { ok: true, lock };
};

const jsonPackages =
  (format: string, ecosystem: Ecosystem): Reader =>
  (path, source) => {
    try {
      const root = bag(JSON.parse(source));
      const lock = scan(path, format, ecosystem, false);
      const named = [...list(root.packages), ...list(root['packages-dev'])].map((p) => ({
        name: text(bag(p).name),
        version: text(bag(p).version),
      }));
      const keyed = [...entriesOf(root.default), ...entriesOf(root.develop)].map(([name, p]) => ({
        name,
        version: text(bag(p).version),
      }));
      lock.resolved = [...named, ...keyed].slice(0, MOST_RESOLVED);
      lock.packages = named.length + keyed.length;
      return { ok: true, lock };
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message.slice(0, 120) : 'not JSON' };
    }
  };

const counted =
  (format: string, ecosystem: Ecosystem, entry: RegExp): Reader =>
  (path, source) => {
    const lock = scan(path, format, ecosystem, false);
    for (const line of linesOf(source)) {
      const match = entry.exec(line.slice(0, 1000));
      if (!match) continue;
      lock.packages++;
      if (lock.resolved.length < MOST_RESOLVED)
        lock.resolved.push({ name: match[1] ?? '', version: match[2] ?? '' });
    }
    return { ok: true, lock };
  };

/** The reader for a lockfile by name. `unreadable` says why one that is known cannot be read. */
export const lockfileReader = (
  path: string,
): { read: Reader; ecosystem: Ecosystem } | { unreadable: string; ecosystem: Ecosystem } | null => {
  switch (baseName(path)) {
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return { read: packageLock, ecosystem: 'npm' };
    case 'pnpm-lock.yaml':
      return { read: pnpmLock, ecosystem: 'npm' };
    case 'yarn.lock':
      return { read: yarnLock, ecosystem: 'npm' };
    case 'bun.lock':
      return { read: bunLock, ecosystem: 'npm' };
    case 'bun.lockb':
      return { unreadable: 'a binary lockfile; "bun bun.lockb" prints it', ecosystem: 'npm' };
    case 'deno.lock':
      return { unreadable: 'its packages are not counted', ecosystem: 'npm' };
    case 'uv.lock':
      return {
        read: packageTables('uv', 'PyPI', /registry = "https:\/\/pypi\.org/, /hash = "sha256:/),
        ecosystem: 'PyPI',
      };
    case 'poetry.lock':
      return { read: packageTables('poetry', 'PyPI', /./, /hash = "sha256:/), ecosystem: 'PyPI' };
    case 'pdm.lock':
      return { read: packageTables('pdm', 'PyPI', /./, /hash = "sha256:/), ecosystem: 'PyPI' };
    case 'Pipfile.lock':
      return { read: jsonPackages('Pipfile', 'PyPI'), ecosystem: 'PyPI' };
    case 'Cargo.lock':
      return {
        read: packageTables(
          'Cargo',
          'crates.io',
          /registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index|sparse\+https:\/\/index\.crates\.io/,
          /^checksum = "/,
        ),
        ecosystem: 'crates.io',
      };
    case 'go.sum':
      return { read: goSum, ecosystem: 'Go' };
    case 'composer.lock':
      return { read: jsonPackages('composer', 'Packagist'), ecosystem: 'Packagist' };
    case 'Gemfile.lock':
      return { read: counted('Gemfile', 'RubyGems', /^ {4}([\w.-]+) \(([^)]+)\)/), ecosystem: 'RubyGems' };
    case 'gradle.lockfile':
      return { read: counted('gradle', 'Maven', /^([\w.-]+:[\w.-]+):([\w.-]+)=/), ecosystem: 'Maven' };
    case 'packages.lock.json':
      return { read: counted('NuGet', 'NuGet', /^\s+"resolved": "()([^"]+)"/), ecosystem: 'NuGet' };
    default:
      return null;
  }
};
