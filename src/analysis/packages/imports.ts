import { folderOf } from '../files/paths.ts';
import { type Ecosystem, type Manifest, registryName } from './dependency.ts';

/**
 * Which packages sources import, by a look at their import lines alone. It answers one question of an inventory: is this
 * dependency used at all, and by more than tests? A package may be used without an import (a plugin loaded by name, a
 * program that is run, types), so that "not imported" is a place to look, not a claim.
 */
export type ImportLanguage = 'javascript' | 'python' | 'go' | 'rust';

const LANGUAGES: readonly [pattern: RegExp, language: ImportLanguage, ecosystem: Ecosystem][] = [
  [/\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/, 'javascript', 'npm'],
  [/\.pyi?$/, 'python', 'PyPI'],
  [/\.go$/, 'go', 'Go'],
  [/\.rs$/, 'rust', 'crates.io'],
];

/** The language whose import lines can be read, by the file's name. */
export const importLanguage = (path: string): ImportLanguage | null =>
  LANGUAGES.find(([pattern]) => pattern.test(path))?.[1] ?? null;

const PATTERNS: Record<ImportLanguage, readonly RegExp[]> = {
  javascript: [
    /\b(?:from|import|require|resolve)[ \t]?\(?[ \t]?["'`]([^"'`\n]{1,200})["'`]/g,
    /^[ \t]*\/\/\/ <reference types=["']([^"'\n]{1,200})["']/gm,
  ],
  python: [
    /^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]{0,200})/gm,
    // `import a, b`
    /^[ \t]*import[ \t]+[\w. \t]{1,200},[ \t]*([A-Za-z_][\w., \t]{0,200})/gm,
    /\bimport_module\([ \t]*["']([\w.]{1,200})["']/g,
  ],
  go: [/^[ \t]*(?:import[ \t]+)?(?:[\w.]{1,60}[ \t]+)?"([\w.~/-]{1,250})"[ \t]*(?:\/\/.*)?$/gm],
  rust: [
    /\b([a-z_][a-z0-9_]{0,100})::/g,
    /^[ \t]*(?:pub[ \t]+)?(?:use|extern crate)[ \t]+([a-z_]\w{0,100})/gm,
  ],
};

/** Everything a source names in its import lines, as it writes it. */
export const importsOf = (language: ImportLanguage, source: string): Set<string> => {
  const found = new Set<string>();
  for (const pattern of PATTERNS[language])
    for (const match of source.matchAll(pattern))
      for (const name of match[1]!.split(',')) if (name.trim() !== '') found.add(name.trim());
  return found;
};

/**
 * Distributions of PyPI that are imported under a name nobody could guess. From the projects' own documentation; where it is
 * not listed, the name itself is tried, with and without "python" in front or behind.
 */
const PYTHON_MODULES: Readonly<Record<string, readonly string[]>> = {
  attrs: ['attr', 'attrs'],
  beautifulsoup4: ['bs4'],
  'discord-py': ['discord'],
  'docker-py': ['docker'],
  'faiss-cpu': ['faiss'],
  gitpython: ['git'],
  'google-api-python-client': ['googleapiclient'],
  'google-auth': ['google'],
  'google-auth-oauthlib': ['google_auth_oauthlib'],
  'google-genai': ['google'],
  grpcio: ['grpc'],
  'ibm-watsonx-ai': ['ibm_watsonx_ai'],
  'mysql-connector-python': ['mysql'],
  'opencv-python': ['cv2'],
  'opencv-python-headless': ['cv2'],
  pillow: ['PIL'],
  protobuf: ['google'],
  'psycopg2-binary': ['psycopg2'],
  'psycopg-binary': ['psycopg'],
  pycryptodome: ['Crypto'],
  pycryptodomex: ['Cryptodome'],
  pygithub: ['github'],
  pyjwt: ['jwt'],
  pymupdf: ['fitz', 'pymupdf'],
  pyobjc: ['objc', 'AppKit', 'Foundation'],
  pyopenssl: ['OpenSSL'],
  pyserial: ['serial'],
  'python-dateutil': ['dateutil'],
  'python-docx': ['docx'],
  'python-dotenv': ['dotenv'],
  'python-jose': ['jose'],
  'python-magic': ['magic'],
  'python-multipart': ['multipart', 'python_multipart'],
  'python-pptx': ['pptx'],
  pywin32: ['win32api', 'win32con', 'win32gui', 'win32com', 'pythoncom'],
  pyyaml: ['yaml'],
  pyzmq: ['zmq'],
  'ruamel-yaml': ['ruamel'],
  'scikit-image': ['skimage'],
  'scikit-learn': ['sklearn'],
  'snowflake-connector-python': ['snowflake'],
  'sentence-transformers': ['sentence_transformers'],
  setuptools: ['setuptools', 'pkg_resources'],
  'websocket-client': ['websocket'],
};

const pythonModules = (name: string): string[] => {
  const plain = registryName('PyPI', name);
  const bare = plain.replaceAll('-', '_');
  return [
    ...(PYTHON_MODULES[plain] ?? []),
    bare,
    bare.replace(/^python_|^py_?(?=[a-z]{3})|_python$|_py$/, ''),
    // A family under one name space: azure-identity is azure.identity.
    plain.split('-').slice(0, 2).join('.'),
    // `atlassian-python-api` is `atlassian`: a first word of some length is taken for the module, since calling a used
    // package unused misleads more than the other way round.
    ...plain.split('-', 1).filter((w) => w.length >= 5),
  ];
};

/** Whether a name sources import is (part of) the package. */
const imports = (ecosystem: Ecosystem, name: string): ((imported: string) => boolean) => {
  switch (ecosystem) {
    case 'npm':
      return (i) => {
        const bare = i.replace(/^npm:\/?/, '').replace(/(?<=.)@[^/]*/, '');
        return bare === name || bare.startsWith(`${name}/`) || `@types/${bare}` === name;
      };
    case 'Go':
      return (i) => i === name || i.startsWith(`${name}/`);
    case 'crates.io': {
      const crate = name.replaceAll('-', '_');
      return (i) => i === crate;
    }
    default: {
      const modules = pythonModules(name).map((m) => m.toLowerCase());
      return (i) => {
        const lower = i.toLowerCase();
        return modules.some((m) => lower === m || lower.startsWith(`${m}.`));
      };
    }
  }
};

/** What a file imports; `test` when it is one, which ships with nobody. */
export type FileImports = {
  path: string;
  language: ImportLanguage;
  test: boolean;
  names: ReadonlySet<string>;
};

export type Use = 'imported' | 'by tests alone' | 'not imported';

/**
 * How the dependencies of a manifest are used by the sources below its folder; those of a manifest further in are its own.
 * Null where import lines cannot tell: another ecosystem, or no source of it.
 */
export const usesOf = (
  manifest: Manifest,
  manifests: readonly Manifest[],
  files: readonly FileImports[],
): Map<string, Use> | null => {
  const language = LANGUAGES.find(([, , e]) => e === manifest.ecosystem)?.[1];
  if (!language) return null;
  const folder = folderOf(manifest.path);
  const inner = manifests
    .filter((m) => m.ecosystem === manifest.ecosystem && folderOf(m.path) !== folder)
    .map((m) => folderOf(m.path))
    .filter((f) => under(f, folder));
  const mine = files.filter(
    (f) => f.language === language && under(f.path, folder) && !inner.some((i) => under(f.path, i)),
  );
  if (mine.length === 0) return null;
  const names = (some: readonly FileImports[]): string[] => [...new Set(some.flatMap((f) => [...f.names]))];
  const [shipped, tests] = [names(mine.filter((f) => !f.test)), names(mine.filter((f) => f.test))];
  return new Map(
    manifest.dependencies.map((d) => {
      const is = imports(manifest.ecosystem, (d.as ?? d).name);
      return [d.name, shipped.some(is) ? 'imported' : tests.some(is) ? 'by tests alone' : 'not imported'];
    }),
  );
};

const under = (path: string, folder: string): boolean =>
  folder === '' || path.startsWith(`${folder}/`) || path === folder;
