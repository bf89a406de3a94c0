import { lineFinder, linesOf } from '../../files/lines.ts';
import { bag, entriesOf, list, text } from '../../files/shape.ts';
import { add, emptyLock, inOrder, jsonMap, type LockReader, unread } from './lock.ts';

/** gradle.lockfile, packages.lock.json and packages.config (NuGet), Gemfile.lock, composer.lock. */

export const gradleLock: LockReader = (path, source) => {
  const lock = emptyLock(path, 'gradle', 'Maven', { hashes: false });
  linesOf(source).forEach((raw, i) => {
    const match = /^([\w.-]+:[\w.-]+):([^=\s]+)=(.*)$/.exec(raw.slice(0, 4000));
    if (!match) return;
    const configurations = match[3]!.split(',');
    add(lock, match[1]!, match[2]!, i + 1, {
      development: configurations.every((c) =>
        /test|annotationProcessor|checkstyle|detekt|ktlint|jacoco/i.test(c),
      ),
    });
  });
  return { ok: true, lock };
};

export const nugetLock: LockReader = (path, source) => {
  let root: Record<string, unknown>;
  try {
    root = jsonMap(source);
  } catch (error) {
    return unread(error, 'not JSON');
  }
  const lock = emptyLock(path, `packages.lock.json v${Number(root.version) || 1}`, 'NuGet');
  const lineOf = inOrder(source, lineFinder(source));
  const at = new Map<string, number>();
  const kept: [unknown, number][] = [];
  // One table a target framework; the same package in several of them is one package.
  for (const [, table] of entriesOf(root.dependencies))
    for (const [name, value] of entriesOf(table)) {
      const p = bag(value);
      const line = lineOf(`${JSON.stringify(name)}:`);
      if (text(p.type) === 'Project') continue;
      const key = `${name.toLowerCase()} ${text(p.resolved)}`;
      const known = at.get(key);
      const direct = text(p.type) === 'Direct';
      if (known !== undefined) {
        if (direct) lock.packages[known]!.direct = true;
        continue;
      }
      const index = add(lock, name, text(p.resolved), line, { hash: text(p.contentHash), direct });
      if (index === -1) continue;
      at.set(key, index);
      at.set(name.toLowerCase(), index);
      kept.push([p.dependencies, index]);
    }
  for (const [needs, index] of kept)
    lock.packages[index]!.needs = entriesOf(needs).flatMap(([n]) => at.get(n.toLowerCase()) ?? []);
  return { ok: true, lock };
};

export const packagesConfig: LockReader = (path, source) => {
  const lock = emptyLock(path, 'packages.config', 'NuGet', { hashes: false });
  const lineOf = lineFinder(source);
  for (const match of source.matchAll(/<package\s([^>]{1,600})>/g)) {
    const attribute = (name: string): string =>
      new RegExp(`\\b${name}="([^"]{0,200})"`).exec(match[1]!)?.[1] ?? '';
    add(lock, attribute('id'), attribute('version'), lineOf(match.index), {
      development: attribute('developmentDependency') === 'true',
    });
  }
  return { ok: true, lock };
};

export const gemfileLock: LockReader = (path, source) => {
  const lock = emptyLock(path, 'Gemfile.lock', 'RubyGems', { hashes: /^CHECKSUMS$/m.test(source) });
  let section = '';
  let remote = '';
  let current = -1;
  const at = new Map<string, number>();
  const needs: [number, string][] = [];
  const asked: string[] = [];
  linesOf(source).forEach((raw, i) => {
    const line = raw.slice(0, 1000);
    if (/^\S/.test(line)) {
      section = line.trim();
      remote = '';
      return;
    }
    remote = /^ {2}remote: (\S+)/.exec(line)?.[1] ?? remote;
    const entry = /^ {4}([\w.-]+) \(([^)]+)\)/.exec(line);
    const need = /^ {6}([\w.-]+)/.exec(line);
    if (entry && (section === 'GEM' || section === 'GIT')) {
      // `1.0.0-x86_64-linux` is the build of 1.0.0 for a platform.
      const version = entry[2]!.replace(/-(?:x86|arm|aarch|java|universal|mingw|mswin).{0,200}$/, '');
      const known = at.get(entry[1]!);
      if (known !== undefined && lock.packages[known]!.version === version) {
        current = known;
        return;
      }
      current = add(lock, entry[1]!, version, i + 1, {
        hash: lock.hashes && section === 'GEM' ? '' : null,
        elsewhere: section === 'GIT' || !/^https:\/\/rubygems\.org\/?$/.test(remote) ? remote : '',
      });
      if (current !== -1) at.set(entry[1]!, current);
    } else if (need && current !== -1 && (section === 'GEM' || section === 'GIT'))
      needs.push([current, need[1]!]);
    else if (section === 'DEPENDENCIES') asked.push(/^ {2}([\w.-]+)/.exec(line)?.[1] ?? '');
    else if (section === 'CHECKSUMS') {
      const sum = /^ {2}([\w.-]+) \([^)]+\) (sha256=\S+)/.exec(line);
      const index = sum && at.get(sum[1]!);
      if (sum && index !== null && index !== undefined) lock.packages[index]!.hash = sum[2]!;
    }
  });
  for (const [index, name] of needs) {
    const needed = at.get(name);
    if (needed !== undefined) lock.packages[index]!.needs.push(needed);
  }
  lock.requested = asked.filter((n) => n !== '').map((name) => ({ folder: '', name, specifier: null }));
  return { ok: true, lock };
};

export const composerLock: LockReader = (path, source) => {
  let root: Record<string, unknown>;
  try {
    root = jsonMap(source);
  } catch (error) {
    return unread(error, 'not JSON');
  }
  const lock = emptyLock(path, 'composer', 'Packagist');
  const lineOf = inOrder(source, lineFinder(source));
  const at = new Map<string, number>();
  const kept: [unknown, number][] = [];
  for (const [table, development] of [
    ['packages', false],
    ['packages-dev', true],
  ] as const)
    for (const value of list(root[table])) {
      const p = bag(value);
      const dist = bag(p.dist);
      const from = text(bag(p.source).url) || text(dist.url);
      const licences = list(p.license).map(text);
      const index = add(
        lock,
        text(p.name),
        text(p.version),
        lineOf(`"name": ${JSON.stringify(text(p.name))}`),
        {
          // What Composer takes from GitHub archives carries no checksum: the commit is what is pinned.
          hash: text(dist.shasum) || (text(dist.reference) ? null : ''),
          elsewhere:
            text(dist.type) === 'path' ||
            /^https?:\/\/(?!(?:[\w.-]+\.)?(?:github|gitlab|bitbucket)\.)/.test(from)
              ? from
              : '',
          licence: licences.length > 1 ? `(${licences.join(' OR ')})` : (licences[0] ?? ''),
          development,
        },
      );
      if (index === -1) continue;
      at.set(text(p.name).toLowerCase(), index);
      kept.push([p.require, index]);
    }
  for (const [needs, index] of kept)
    lock.packages[index]!.needs = entriesOf(needs).flatMap(([n]) => at.get(n.toLowerCase()) ?? []);
  return { ok: true, lock };
};
