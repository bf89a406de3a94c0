import { maxSatisfying, satisfies as satisfiesPep440 } from '@renovatebot/pep440';
import semver from 'semver';
import { UserError } from '../../domain/errors.ts';
import type { ResolvedTree, TreePackage } from '../../domain/snapshot.ts';
import { visible } from '../../text/visible.ts';
import { askJson, type Registries } from './ask.ts';
import { bag, instant, list, text } from './shape.ts';

/**
 * The packages that a user would get with a package today: each range as its registry answers it now. Nothing is downloaded
 * but metadata, and nothing runs. Package managers may differ in detail (peers, platforms), which is said.
 */

const MOST_PACKAGES = 500;
const AT_ONCE = 8;
const MOST_MS = 90_000;
const MOST_PROBLEMS = 30;

type Wanted = { name: string; range: string; by: string };
type Answer = { pkg: TreePackage; needs: Wanted[] };
type Ask = (wanted: Wanted) => Promise<Answer | string>;

const texts = (value: unknown): [string, string][] =>
  Object.entries(bag(value)).flatMap(([k, v]) => (typeof v === 'string' ? [[k, v.slice(0, 300)]] : []));

/** Scripts that npm runs when it installs somebody else's package. */
const INSTALLS = ['preinstall', 'install', 'postinstall'];
const NATIVE = /node-gyp|prebuild-install|node-pre-gyp|prebuildify|cmake-js|napi|cargo|neon/;

const people = (manifest: Record<string, unknown>): string =>
  list(manifest.maintainers)
    .map((m) => text(bag(m).name) || text(m))
    .filter(Boolean)
    .sort()
    .join(', ');

const npmAnswer =
  (registry: string, packuments: Map<string, Promise<Record<string, unknown>>>, signal?: AbortSignal): Ask =>
  async ({ name, range, by }) => {
    const alias = /^npm:((?:@[^/@]{1,100}\/)?[^@]{1,150})@(.{1,100})$/.exec(range);
    const real = alias?.[1] ?? name;
    const wanted = alias?.[2] ?? range;
    if (/^(?:git|https?|file|link|workspace|github)[+:]|\//.test(wanted))
      return `${real} comes from ${wanted.slice(0, 80)}, not from the registry`;
    const known =
      packuments.get(real) ??
      askJson(`${registry}${real.replace('/', '%2f')}`, signal).then(({ value }) => bag(value));
    packuments.set(real, known);
    const packument = await known;
    const versions = bag(packument.versions);
    const latest = text(bag(packument['dist-tags']).latest);
    const tag = text(bag(packument['dist-tags'])[wanted]);
    const version =
      tag ||
      (semver.validRange(wanted) === null
        ? null
        : latest && semver.satisfies(latest, wanted)
          ? latest
          : semver.maxSatisfying(Object.keys(versions), wanted));
    if (!version || !versions[version]) return `no version of ${real} satisfies ${wanted.slice(0, 60)}`;
    const manifest = bag(versions[version]);
    const scripts = bag(manifest.scripts);
    const run = INSTALLS.map((s) => text(scripts[s])).filter(Boolean);
    const before = semver.rsort(
      Object.keys(versions).filter((v) => semver.valid(v) && semver.lt(v, version)),
    )[0];
    const [were, are] = [people(bag(versions[before ?? ''])), people(manifest)];
    const meta = bag(manifest.peerDependenciesMeta);
    return {
      pkg: {
        name: real,
        version,
        by,
        published: instant(bag(packument.time)[version]),
        deprecated: text(manifest.deprecated),
        installs:
          run.join(' && ').slice(0, 300) ||
          (manifest.hasInstallScript === true ? 'yes' : manifest.gypfile === true ? 'node-gyp rebuild' : ''),
        native: manifest.gypfile === true || run.some((r) => NATIVE.test(r)),
        maintainersChanged: were !== '' && are !== '' && were !== are ? `${were} before, now ${are}` : '',
      },
      needs: [
        ...texts(manifest.dependencies),
        ...texts(manifest.optionalDependencies),
        ...texts(manifest.peerDependencies).filter(([n]) => bag(meta[n]).optional !== true),
      ].map(([n, r]) => ({ name: n, range: r, by: real })),
    };
  };

/** `name[extra] (>=1) ; marker`, as core metadata writes it. */
export const requirementOf = (line: string): { name: string; range: string; marker: string } | null => {
  const [head = '', marker = ''] = line.slice(0, 500).split(';', 2);
  const found =
    /^\s{0,10}([\w.-]{1,150})\s{0,10}(?:\[[^\]]{0,200}\])?\s{0,10}\(?([^()@]{0,200})\)?\s{0,10}$/.exec(head);
  return found ? { name: found[1]!, range: found[2]!.trim(), marker: marker.trim() } : null;
};

/** Conditions that hold on no usual machine with today's Python on Linux. */
const ELSEWHERE =
  /\bextra\s{0,5}==|sys_platform\s{0,5}==\s{0,5}["'](?:win32|darwin|emscripten|cygwin)|platform_system\s{0,5}==\s{0,5}["'](?:Windows|Darwin)|os_name\s{0,5}==\s{0,5}["']nt|python_version\s{0,5}<=?\s{0,5}["']3\.(?:\d|1[01])["']|python_full_version\s{0,5}<|implementation_name\s{0,5}==\s{0,5}["']pypy/;

const pypiAnswer =
  (registry: string, signal?: AbortSignal): Ask =>
  async ({ name, range, by }) => {
    const newest = bag((await askJson(`${registry}${name}/json`, signal)).value);
    const versions = Object.entries(bag(newest.releases)).flatMap(([v, files]) =>
      list(files).some((f) => bag(f).yanked !== true) ? [v] : [],
    );
    const latest = text(bag(newest.info).version);
    const version =
      range === '' || (latest && satisfiesPep440(latest, range)) ? latest : maxSatisfying(versions, range);
    if (!version) return `no version of ${name} satisfies ${range.slice(0, 60)}`;
    const answer =
      version === latest ? newest : bag((await askJson(`${registry}${name}/${version}/json`, signal)).value);
    const info = bag(answer.info);
    const files = list(answer.urls).map(bag);
    const wheels = files.filter((f) => text(f.packagetype) === 'bdist_wheel').map((f) => text(f.filename));
    return {
      pkg: {
        name,
        version,
        by,
        published: instant(files[0]?.upload_time_iso_8601),
        deprecated: info.yanked === true ? text(info.yanked_reason) || 'yanked' : '',
        installs: wheels.length === 0 ? 'no wheel: its own build runs on installation' : '',
        native: wheels.length > 0 && !wheels.some((w) => w.endsWith('-none-any.whl')),
        maintainersChanged: '',
      },
      needs: list(info.requires_dist)
        .flatMap((line) => requirementOf(text(line)) ?? [])
        .filter((r) => !ELSEWHERE.test(r.marker))
        .map((r) => ({ name: r.name, range: r.range, by: name })),
    };
  };

/**
 * @param roots what the package itself names, with ranges
 * @returns never rejects for a package that cannot be asked: that is one of its problems
 */
export const resolveTree = async (o: {
  registry: 'npm' | 'pypi';
  registries: Registries;
  roots: readonly { name: string; range: string }[];
  asOf: string;
  progress(text: string): void;
  signal?: AbortSignal;
}): Promise<ResolvedTree> => {
  const base = o.registries[o.registry];
  const ask = o.registry === 'npm' ? npmAnswer(base, new Map(), o.signal) : pypiAnswer(base, o.signal);
  const packages = new Map<string, TreePackage>();
  const problems: string[] = [];
  let left = 0;
  const asked = new Set<string>();
  let pending: Wanted[] = o.roots.map((r) => ({ ...r, by: '' }));
  const began = Date.now();
  while (pending.length > 0 && left === 0) {
    const todo = pending.filter((w) => {
      const key = `${w.name.toLowerCase()} ${w.range}`;
      if (asked.has(key)) return false;
      asked.add(key);
      return true;
    });
    pending = [];
    for (let at = 0; at < todo.length; at += AT_ONCE) {
      if (packages.size >= MOST_PACKAGES || Date.now() - began > MOST_MS) {
        left = todo.length - at;
        break;
      }
      o.progress(`asking ${new URL(base).host} for what it needs: ${packages.size} packages`);
      const answers = await Promise.all(
        todo.slice(at, at + AT_ONCE).map((w) =>
          ask(w).catch((error: unknown) => {
            o.signal?.throwIfAborted();
            if (error instanceof UserError || error instanceof TypeError)
              return `${visible(w.name)} ${visible(w.range)}: ${error.message.slice(0, 200)}`;
            throw error;
          }),
        ),
      );
      for (const answer of answers) {
        if (typeof answer === 'string') {
          problems.push(visible(answer));
          continue;
        }
        const key = `${answer.pkg.name}@${answer.pkg.version}`;
        if (packages.has(key)) continue;
        packages.set(key, answer.pkg);
        pending.push(...answer.needs);
      }
    }
  }
  return {
    registry: o.registry,
    asked: new URL(base).host,
    asOf: o.asOf,
    direct: o.roots.length,
    packages: [...packages.values()].sort((a, b) =>
      a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1,
    ),
    problems: [
      ...(left > 0
        ? [`the tree is larger than what is asked for at once: ${left} more names were not asked`]
        : []),
      ...problems,
    ].slice(0, MOST_PROBLEMS),
  };
};
