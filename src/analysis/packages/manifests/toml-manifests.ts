import { linesOf } from '../../files/lines.ts';
import { parseToml } from '../../files/parse-toml.ts';
import { bag, entriesOf, list, text } from '../../files/shape.ts';
import {
  cargoKind,
  type Dependency,
  isDevelopmentGroup,
  MOST_DEPENDENCIES,
  mavenKind,
  poetryKind,
  pythonRequirement,
  type SpecifierKind,
} from '../dependency.ts';
import type { ManifestReader } from './manifest-reader.ts';

/** Line of a requirement inside a TOML array: the first at or after the array's key that begins with its name. */
const lineOfRequirement = (lines: readonly string[], from: number, requirement: string): number => {
  for (let i = from - 1; i < Math.min(lines.length, from + MOST_DEPENDENCIES); i++)
    if (lines[i]!.includes(`"${requirement}"`) || lines[i]!.includes(`'${requirement}'`)) return i + 1;
  return from;
};

export const pyprojectToml: ManifestReader = (path, source) => {
  const parsed = parseToml(source);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const project = bag(root.project);
  const poetry = bag(bag(root.tool).poetry);
  const sources = bag(bag(bag(root.tool).uv).sources);
  const lines = linesOf(source);
  const dependencies: Dependency[] = [];
  const add = (requirements: unknown, scope: Dependency['scope'], ...at: string[]): void => {
    for (const entry of list(requirements).slice(0, MOST_DEPENDENCIES)) {
      const read = pythonRequirement(text(entry));
      if (!read) continue;
      const elsewhere = bag(sources[read.name]);
      const kind: SpecifierKind = elsewhere.git
        ? 'git'
        : elsewhere.path
          ? 'path'
          : elsewhere.url
            ? 'url'
            : elsewhere.workspace
              ? 'workspace'
              : read.kind;
      dependencies.push({
        ...read,
        kind,
        scope,
        line: lineOfRequirement(lines, parsed.lineOf(at), text(entry)),
      });
    }
  };
  add(project.dependencies, 'runtime', 'project', 'dependencies');
  for (const [extra, entries] of entriesOf(project['optional-dependencies']))
    add(
      entries,
      isDevelopmentGroup(extra) ? 'development' : 'optional',
      'project',
      'optional-dependencies',
      extra,
    );
  for (const [group, entries] of entriesOf(root['dependency-groups']))
    add(entries, 'development', 'dependency-groups', group);
  // What pdm and uv had before dependency groups were a standard.
  for (const [group, entries] of entriesOf(bag(bag(root.tool).pdm)['dev-dependencies']))
    add(entries, 'development', 'tool', 'pdm', 'dev-dependencies', group);
  add(bag(bag(root.tool).uv)['dev-dependencies'], 'development', 'tool', 'uv', 'dev-dependencies');
  add(bag(root['build-system']).requires, 'build', 'build-system', 'requires');
  const addPoetry = (table: unknown, scope: Dependency['scope'], ...at: string[]): void => {
    for (const [name, value] of entriesOf(table).slice(0, MOST_DEPENDENCIES)) {
      if (name === 'python') continue;
      const b = bag(value);
      const specifier = text(value) || text(b.version);
      const kind: SpecifierKind = b.git ? 'git' : b.path ? 'path' : b.url ? 'url' : poetryKind(specifier);
      dependencies.push({
        name,
        specifier: specifier || text(b.git) || text(b.path) || text(b.url),
        kind,
        scope,
        line: parsed.lineOf([...at, name]),
      });
    }
  };
  addPoetry(poetry.dependencies, 'runtime', 'tool', 'poetry', 'dependencies');
  addPoetry(poetry['dev-dependencies'], 'development', 'tool', 'poetry', 'dev-dependencies');
  for (const [group, g] of entriesOf(poetry.group))
    addPoetry(bag(g).dependencies, 'development', 'tool', 'poetry', 'group', group, 'dependencies');
  return {
    ok: true,
    manifest: {
      path,
      ecosystem: 'PyPI',
      name: text(project.name) || text(poetry.name),
      dependencies,
      scripts: [],
      licence: text(project.license) || text(bag(project.license).text).slice(0, 80) || text(poetry.license),
    },
  };
};

const CARGO_TABLES: readonly [string, Dependency['scope']][] = [
  ['dependencies', 'runtime'],
  ['dev-dependencies', 'development'],
  ['build-dependencies', 'build'],
];

export const cargoToml: ManifestReader = (path, source) => {
  const parsed = parseToml(source);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const dependencies: Dependency[] = [];
  const add = (tables: unknown, ...at: string[]): void => {
    for (const [key, scope] of CARGO_TABLES)
      for (const [name, value] of entriesOf(bag(tables)[key]).slice(0, MOST_DEPENDENCIES)) {
        const b = bag(value);
        const specifier = text(value) || text(b.version);
        const kind: SpecifierKind = b.workspace
          ? 'managed'
          : b.git
            ? 'git'
            : b.path
              ? 'path'
              : cargoKind(specifier);
        dependencies.push({
          name: text(b.package) || name,
          specifier: specifier || text(b.git) || text(b.path),
          kind,
          scope,
          line: parsed.lineOf([...at, key, name]),
        });
      }
  };
  add(root);
  add(root.workspace, 'workspace');
  for (const [target, tables] of entriesOf(root.target)) add(tables, 'target', target);
  const build = text(bag(root.package).build);
  return {
    ok: true,
    manifest: {
      path,
      ecosystem: 'crates.io',
      name: text(bag(root.package).name),
      dependencies,
      scripts: build ? [{ name: 'build', command: build, line: parsed.lineOf(['package', 'build']) }] : [],
      licence: text(bag(root.package).license),
    },
  };
};

const PIPFILE_TABLES: readonly [string, Dependency['scope']][] = [
  ['packages', 'runtime'],
  ['dev-packages', 'development'],
];

export const pipfile: ManifestReader = (path, source) => {
  const parsed = parseToml(source);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const dependencies = PIPFILE_TABLES.flatMap(([table, scope]) =>
    entriesOf(root[table])
      .slice(0, MOST_DEPENDENCIES)
      .map(([name, value]): Dependency => {
        const b = bag(value);
        const specifier = text(value) || text(b.version);
        const read = pythonRequirement(`${name}${specifier === '*' ? '' : specifier}`);
        return {
          name,
          specifier: specifier || text(b.git) || text(b.path) || text(b.file),
          kind: b.git ? 'git' : b.path ? 'path' : b.file ? 'url' : (read?.kind ?? 'any'),
          scope,
          line: parsed.lineOf([table, name]),
        };
      }),
  );
  return { ok: true, manifest: { path, ecosystem: 'PyPI', name: '', dependencies, scripts: [] } };
};

/** `mcp-sdk` is `libs.mcp.sdk` in build files. */
const accessor = (alias: string): string => alias.replace(/[-_]/g, '.').toLowerCase();

/** Gradle's version catalogue: what `libs.some.name` in build files stands for. */
export const versionCatalogue: ManifestReader = (path, source) => {
  const parsed = parseToml(source);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const versions = bag(root.versions);
  const versionOf = (value: unknown): string => {
    const b = bag(value);
    const named = text(b.ref) ? versions[text(b.ref)] : value;
    return text(named) || text(bag(named).strictly) || text(bag(named).require) || text(bag(named).prefer);
  };
  const libraries = entriesOf(root.libraries)
    .slice(0, MOST_DEPENDENCIES)
    .flatMap(([alias, value]): [string, Dependency][] => {
      const [group = '', artifact = '', inline = ''] = text(value).split(':');
      const b = bag(value);
      const name = text(b.module) || (b.group ? `${text(b.group)}:${text(b.name)}` : `${group}:${artifact}`);
      const specifier = inline || versionOf(b.version);
      if (!/^[^:]+:[^:]+$/.test(name)) return [];
      return [
        [
          accessor(alias),
          {
            name,
            specifier,
            kind: mavenKind(specifier),
            scope: /test|junit|mockk|mockito|assertj|wiremock/i.test(`${alias} ${name}`)
              ? 'development'
              : 'runtime',
            line: parsed.lineOf(['libraries', alias]),
          },
        ],
      ];
    });
  const catalogue = new Map(libraries.map(([alias, d]) => [alias, [d]]));
  for (const [alias, value] of entriesOf(root.bundles))
    catalogue.set(
      `bundles.${accessor(alias)}`,
      list(value).flatMap((a) => catalogue.get(accessor(text(a))) ?? []),
    );
  return {
    ok: true,
    manifest: { path, ecosystem: 'Maven', name: '', dependencies: [], scripts: [], catalogue },
  };
};
