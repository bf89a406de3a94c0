/** What a path in a repository tells about the file. Paths use `/`, as git does. */

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const folderOf = (path: string): string =>
  path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';

/** A path as a file names it, from the file's folder; null when it leaves the tree. */
export const joined = (folder: string, path: string): string | null => {
  const steps = folder === '' ? [] : folder.split('/');
  for (const step of path.split('/')) {
    if (step === '..') {
      if (steps.pop() === undefined) return null;
    } else if (step !== '.' && step !== '') steps.push(step);
  }
  return steps.join('/');
};
export const depthOf = (path: string): number => path.split('/').length - 1;

/** Lower-case extension without the dot; '' when there is none. */
export const extensionOf = (path: string): string => {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
};

/** The path as seen from the audited folder. */
export const below = (path: string, subdir: string): string =>
  subdir !== '' && path.startsWith(`${subdir}/`) ? path.slice(subdir.length + 1) : path;

const TEST =
  /(^|\/)(tests?|__tests__|specs?|e2e|testdata|test[-_]data|\w*fixtures?|__fixtures__|__mocks__|mocks?|testing)\/|[._](test|tests|spec|e2e|bench)\.[cm]?[jt]sx?$|_test\.(go|py|exs?|rs)$|(^|[/_])tests\.rs$|(^|\/)(test_[^/]*|conftest)\.py$|(Tests?|IT|Spec)\.(java|kt|cs|scala|swift)$|_spec\.rb$|(^|[/_])test_?(?:helpers?|utils?|support)\.(?:go|py|[cm]?[jt]s|rs)$|(^|\/)testing_\w+\//;
/** `integration-tests/`, `testHelpers/`: packages and folders of their own that hold tests, or what only tests use. */
const TESTS =
  /[-_.]tests$|^tests?[-_]?(?:helpers?|utils?|support|kit|harness|servers?|doubles?|manifests?|resources?|assets?|cases?|inputs?|outputs?|configs?|projects?|files?|yamls?|scripts?)$/i;
export const isTestPath = (path: string): boolean =>
  TEST.test(path) ||
  folderOf(path)
    .split('/')
    .some((folder) => TESTS.test(folder));

const EXAMPLE =
  /(^|\/)(?:[\w.]{1,40}[-_])?(?:examples?|samples?|demos?)\/|(^|\/)(templates?|docs?|gh-pages|evals?|benchmarks?)\//i;
/** Folders below a source root of Java are packages: `org/example` is a name, no example. */
const PACKAGES = /(^|\/)src\/main\/(?:java|kotlin|scala|groovy)\/.*$/;
export const isExamplePath = (path: string): boolean => EXAMPLE.test(path.replace(PACKAGES, '$1'));

const HELPER = /(^|\/)(scripts?|\.[\w-]+|hack|ci|tools\/(?:build|release)|mocks?|\w*mock)\//i;
/** Programs for building, releasing and looking at the server; some servers are started from such a folder. */
export const isHelperPath = (path: string): boolean => HELPER.test(outOfSources(path));

/** Below the sources, `script` is what a part of the server is about: `src/handlers/script/`. */
const outOfSources = (path: string): string => {
  const folders = path.split('/');
  const sources = folders.findIndex((f) => /^(?:src|lib|internal|pkg)$/.test(f));
  return sources < 0 ? path : folders.filter((f, i) => i <= sources || !/^scripts?$/i.test(f)).join('/');
};

const IN_BROWSER =
  /(^|\/)(frontend|ui|web-?ui|www|public|components|pages|static\/(?:js|scripts?|assets)|web\/static|static\/web)\/.{0,400}\.(?:[jt]sx?|vue)$/i;
/** What runs in a browser by where it lies; `src/ui/` may be a program's own. */
export const isBrowserPath = (path: string): boolean =>
  IN_BROWSER.test(path) && !/(^|\/)src\/ui\//.test(path);

const BUILD =
  /(^|\/)(?:setup\.py|noxfile\.py|tasks\.py|conftest\.py|build\.rs|[\w.-]*\.gradle(?:\.kts)?|[\w.-]+\.config\.[cm]?[jt]s|\.eslintrc\.[cm]?js)$/i;
/** Programs that build, test or configure the tools of those who develop the server. */
export const isBuildConfiguration = (path: string): boolean => BUILD.test(path);

const VENDORED =
  /(^|\/)(node_modules|vendor|third[-_]party|bower_components|site-packages|\.yarn\/(releases|cache|plugins))\//i;
export const isVendoredPath = (path: string): boolean => VENDORED.test(path);

const GENERATED =
  /(^|\/)(dist|build|out|generated|__generated__|gen|\.next)\/|\.min\.(js|css)$|\.(bundle|generated|gen)\.[a-z]+$|(_pb2(_grpc)?\.pyi?|\.pb\.go|_generated\.go)$|\.(js|css)\.map$/i;
export const isGeneratedPath = (path: string): boolean => GENERATED.test(path);

const LANGUAGES: Record<string, string> = {
  ts: 'TypeScript',
  tsx: 'TypeScript',
  mts: 'TypeScript',
  cts: 'TypeScript',
  js: 'JavaScript',
  jsx: 'JavaScript',
  mjs: 'JavaScript',
  cjs: 'JavaScript',
  py: 'Python',
  ipynb: 'Jupyter notebook',
  go: 'Go',
  rs: 'Rust',
  java: 'Java',
  kt: 'Kotlin',
  kts: 'Kotlin',
  scala: 'Scala',
  sc: 'Scala',
  groovy: 'Groovy',
  cs: 'C#',
  csx: 'C#',
  razor: 'C#',
  cshtml: 'C#',
  fs: 'F#',
  fsx: 'F#',
  vb: 'Visual Basic',
  rb: 'Ruby',
  php: 'PHP',
  phtml: 'PHP',
  swift: 'Swift',
  m: 'Objective-C or MATLAB',
  mm: 'Objective-C',
  c: 'C',
  h: 'C',
  cc: 'C++',
  cpp: 'C++',
  cxx: 'C++',
  hh: 'C++',
  hpp: 'C++',
  hxx: 'C++',
  sh: 'Shell',
  bash: 'Shell',
  zsh: 'Shell',
  fish: 'Shell',
  ps1: 'PowerShell',
  psm1: 'PowerShell',
  bat: 'Batch',
  cmd: 'Batch',
  lua: 'Lua',
  dart: 'Dart',
  ex: 'Elixir',
  exs: 'Elixir',
  erl: 'Erlang',
  gleam: 'Gleam',
  hs: 'Haskell',
  purs: 'PureScript',
  elm: 'Elm',
  ml: 'OCaml',
  clj: 'Clojure',
  cljs: 'Clojure',
  cljc: 'Clojure',
  rkt: 'Racket',
  scm: 'Scheme',
  lisp: 'Common Lisp',
  el: 'Emacs Lisp',
  jl: 'Julia',
  nim: 'Nim',
  cr: 'Crystal',
  zig: 'Zig',
  odin: 'Odin',
  hx: 'Haxe',
  coffee: 'CoffeeScript',
  tcl: 'Tcl',
  pas: 'Pascal',
  f90: 'Fortran',
  mojo: 'Mojo',
  awk: 'Awk',
  applescript: 'AppleScript',
  nu: 'Nushell',
  wat: 'WebAssembly text',
  sol: 'Solidity',
  r: 'R',
  pl: 'Perl',
  pm: 'Perl',
  sql: 'SQL',
  vue: 'Vue',
  svelte: 'Svelte',
};

/** The programming language by file name, or null for everything that is not code. */
export const languageOf = (path: string): string | null =>
  LANGUAGES[extensionOf(path)] ??
  (/^(Dockerfile|Makefile)/.test(baseName(path))
    ? baseName(path)
        .slice(0, 10)
        .replace(/\W.{0,10}$/, '')
    : null);

const BINARY =
  /\.(png|jpe?g|gif|webp|ico|icns|bmp|tiff?|avif|pdf|zip|gz|tgz|bz2|xz|7z|rar|jar|war|class|exe|dll|so|dylib|a|o|lib|bin|wasm|node|pyc|pyd|whl|woff2?|ttf|otf|eot|mp[34]|m4a|wav|ogg|webm|mov|avi|mkv|sqlite3?|db|parquet|pkl|npy|npz|onnx|pt|safetensors|docx?|xlsx?|pptx?|psd|lockb|mcpb|dxt|DS_Store)$/i;
export const isBinaryPath = (path: string): boolean => BINARY.test(path);

/** Binaries that a machine executes, and that nobody can review by reading. */
export const isExecutableBinaryPath = (path: string): boolean =>
  /\.(exe|dll|so|dylib|a|o|lib|wasm|node|pyc|pyd|jar|war|class)$/i.test(path);

/** Archives that are installed: code in them is read by unpacking, as a target of its own. */
export const isPackageArchivePath = (path: string): boolean =>
  /\.(whl|mcpb|dxt|nupkg|gem|phar|crate|vsix)$/i.test(path);

const COMPILED =
  /\.(exe|dll|so|dylib|wasm|node|py[cd]|jar|war|class|beam|phar|nupkg|gem|whl|mcpb|dxt|aab|apk|dex|rlib|swiftmodule)$/i;
/** Programs and packages of programs as a machine runs them: code, and no text. */
export const isCompiledPath = (path: string): boolean => COMPILED.test(path);
