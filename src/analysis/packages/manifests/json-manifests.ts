import { parseJson } from '../../files/parse-json.ts';
import { bag, entriesOf, list, text } from '../../files/shape.ts';
import { composerKind, type Dependency, MOST_DEPENDENCIES, npmAlias, npmKind } from '../dependency.ts';
import type { ManifestReader } from './manifest-reader.ts';

/** Scripts npm runs on its own when the package is installed from a folder, a git URL, or the registry. */
const LIFECYCLE = new Set([
  'preinstall',
  'install',
  'postinstall',
  'prepare',
  'preprepare',
  'postprepare',
  'prepublish',
  'prepack',
  'postpack',
  'prepublishOnly',
]);

const NPM_SCOPES: readonly [string, Dependency['scope']][] = [
  ['dependencies', 'runtime'],
  ['devDependencies', 'development'],
  ['optionalDependencies', 'optional'],
  ['peerDependencies', 'peer'],
];

const npmDependency = (
  name: string,
  specifier: string,
  scope: Dependency['scope'],
  line: number,
): Dependency => {
  const alias = npmAlias(specifier);
  return {
    name: alias?.name ?? name,
    specifier: alias?.specifier ?? specifier,
    kind: npmKind(alias?.specifier ?? specifier),
    scope,
    line,
    ...(alias && alias.name !== name ? { as: { name, specifier } } : {}),
  };
};

export const packageJson: ManifestReader = (path, source) => {
  const parsed = parseJson(source);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  return {
    ok: true,
    manifest: {
      path,
      ecosystem: 'npm',
      name: text(root.name),
      licence: text(root.license) || text(bag(root.license).type),
      dependencies: NPM_SCOPES.flatMap(([key, scope]) =>
        entriesOf(root[key])
          .slice(0, MOST_DEPENDENCIES)
          .map(([name, value]) => npmDependency(name, text(value), scope, parsed.lineOf([key, name]))),
      ),
      scripts: entriesOf(root.scripts)
        .filter(([name]) => LIFECYCLE.has(name))
        .map(([name, command]) => ({
          name,
          command: text(command).slice(0, 400),
          line: parsed.lineOf(['scripts', name]),
        })),
    },
  };
};

export const composerJson: ManifestReader = (path, source) => {
  const parsed = parseJson(source);
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const read = (key: string, scope: Dependency['scope']): Dependency[] =>
    entriesOf(root[key])
      .filter(([name]) => name.includes('/'))
      .slice(0, MOST_DEPENDENCIES)
      .map(([name, value]) => ({
        name,
        specifier: text(value),
        kind: composerKind(text(value)),
        scope,
        line: parsed.lineOf([key, name]),
      }));
  return {
    ok: true,
    manifest: {
      path,
      ecosystem: 'Packagist',
      name: text(root.name),
      licence: text(root.license) || list(root.license).map(text).join(' OR '),
      dependencies: [...read('require', 'runtime'), ...read('require-dev', 'development')],
      scripts: entriesOf(root.scripts)
        .filter(([name]) => /^(?:pre|post)-(?:install|update|autoload)/.test(name))
        .map(([name, command]) => ({
          name,
          command: (JSON.stringify(command) ?? '').slice(0, 400),
          line: parsed.lineOf(['scripts', name]),
        })),
    },
  };
};
