import { baseName } from '../../files/paths.ts';
import type { Ecosystem } from '../dependency.ts';

/** Files that say what is needed, which no reader here understands. Not told, the dependencies would look complete. */
type Unread = {
  name: RegExp;
  what: string;
  /** Whose list is not whole without it, of those that are counted. */
  ecosystem?: Ecosystem;
  /** What in it says so, where such a file often says nothing of the kind. */
  sign?: RegExp;
};

const UNREAD: readonly Unread[] = [
  {
    name: /^setup\.py$/,
    what: 'a program of setuptools, which tells what it needs when it runs',
    ecosystem: 'PyPI',
    sign: /\b(?:install_requires|extras_require|setup_requires|tests_require)\b/,
  },
  {
    name: /^environment\.ya?ml$/,
    what: 'an environment of conda',
    ecosystem: 'PyPI',
    sign: /^dependencies\s*:/m,
  },
  { name: /^pixi\.toml$/, what: 'an environment of pixi', ecosystem: 'PyPI' },
  {
    name: /^go\.work$/,
    what: 'a workspace of Go, which replaces modules',
    ecosystem: 'Go',
    sign: /^[ \t]{0,8}replace\b/m,
  },
  { name: /^Package\.swift$/, what: 'a manifest of Swift' },
  { name: /^Podfile$/, what: 'a manifest of CocoaPods' },
  { name: /^mix\.exs$/, what: 'a manifest of Elixir' },
  { name: /^rebar\.config$/, what: 'a manifest of Erlang' },
  { name: /^pubspec\.yaml$/, what: 'a manifest of Dart' },
  { name: /^build\.sbt$/, what: 'a build of Scala' },
  { name: /^build\.(?:sc|mill)$/, what: 'a build of Mill' },
  { name: /^(?:project\.clj|deps\.edn)$/, what: 'a manifest of Clojure' },
  { name: /^(?:stack\.yaml|.+\.cabal)$/, what: 'a manifest of Haskell' },
  { name: /^dune-project$/, what: 'a manifest of OCaml' },
  { name: /^.+\.nimble$/, what: 'a manifest of Nim' },
  { name: /^shard\.yml$/, what: 'a manifest of Crystal' },
  { name: /^(?:vcpkg\.json|conanfile\.(?:txt|py))$/, what: 'a manifest of C and C++' },
  { name: /^(?:MODULE\.bazel|WORKSPACE(?:\.bazel)?)$/, what: 'what a build by Bazel fetches' },
  { name: /^flake\.nix$/, what: 'inputs of Nix' },
  { name: /^bower\.json$/, what: 'a manifest of Bower', ecosystem: 'npm' },
  { name: /^packages\.config$/, what: 'a list of NuGet of old', ecosystem: 'NuGet' },
  { name: /^paket\.dependencies$/, what: 'a manifest of Paket', ecosystem: 'NuGet' },
];

const kindOf = (path: string): Unread | undefined => UNREAD.find(({ name }) => name.test(baseName(path)));

export const isUnreadManifest = (path: string): boolean => kindOf(path) !== undefined;

/** What a file that no reader understands is; null when this one says nothing of what is needed, or is no such file. */
export const unreadManifest = (path: string, source: string | null): Unread | null => {
  const kind = kindOf(path);
  return kind && (source === null || !kind.sign || kind.sign.test(source)) ? kind : null;
};
