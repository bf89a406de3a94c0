import { parseJson } from '../files/parse-json.ts';
import { parseToml } from '../files/parse-toml.ts';
import { baseName, folderOf, joined } from '../files/paths.ts';
import { bag, entriesOf, list, text as textOf } from '../files/shape.ts';

/** Files that say what is started: packages, images, bundles; and the words in them that name it. */

/** Words of which the first that means a file is what is started. `python:a.b` is a module by its name. */
export type Claim = { from: string; by: string; words: readonly string[] };

const STARTER =
  /(^|\/)(?:package\.json|pyproject\.toml|setup\.(?:py|cfg)|Cargo\.toml|composer\.json|manifest\.json|smithery\.ya?ml|Procfile|(?:[^/]+\.)?Dockerfile(?:\.[\w-]+)?|Containerfile)$/;
export const isStarter = (path: string): boolean => STARTER.test(path);

const RUNTIME =
  /^(?:node|nodejs|tsx|ts-node(?:-esm)?|bun|deno|nodemon|pm2(?:-runtime)?|python[\d.]{0,6}|uv|poetry|uvicorn|gunicorn|hypercorn|fastmcp|mcp|php|ruby|java|dotnet|sh|bash)$/;
/** Words between a program and what it runs. */
const BETWEEN =
  /^(?:run|start|exec|serve|watch|dev)$|(^|\/)requirements[\w.-]{0,40}\.txt$|\.(?:json|ya?ml|toml|env|lock|conf|ini|cfg|xml|pem|crt)$/;
const BRINGS_IN = /^(?:-r|--require|--import|--loader|--experimental-loader)$/;
const MOST_COMMAND = 4000;
/** Of one file. */
const MOST_CLAIMS = 100;
/** Folders above a file, and folders of a path in an image, that are tried. */
const MOST_STEPS = 8;

/** What a command starts: groups of words, of which the first that means a file counts. */
export const startedBy = (command: string): string[][] =>
  command
    .slice(0, MOST_COMMAND)
    .split(/&&|\|\||[;|\n]/)
    .flatMap((part) => {
      const words = part.split(/[\s"'`,[\]()]+/).filter((w) => w !== '');
      const at = words.findIndex((w) => RUNTIME.test(baseName(w)));
      if (at === -1) {
        const program = words.find((w) => w !== 'exec' && !/^\w{1,80}=/.test(w));
        return program?.includes('/') && !BETWEEN.test(program) ? [[program]] : [];
      }
      const brought: string[][] = [];
      const named: string[] = [];
      for (let i = at + 1; i < words.length; i++) {
        const word = words[i]!;
        const [option, value] = word.startsWith('--') ? word.split('=', 2) : [word];
        if (BRINGS_IN.test(option!))
          brought.push([value ?? words[++i] ?? ''].filter((w) => !BETWEEN.test(w)));
        else if (word === '-m') named.push(`python:${words[++i] ?? ''}`);
        else if (word.startsWith('-') || BETWEEN.test(word) || RUNTIME.test(word)) continue;
        else if (/^[A-Za-z_][\w.]{0,200}:\w+$/.test(word)) named.push(`python:${word}`);
        else named.push(word);
      }
      return [...brought, named];
    });

const JS = ['', '.js', '.cjs', '.mjs', '.ts', '/index.js', '/index.cjs', '/index.mjs', '/index.ts'];
const PYTHON = ['.py', '/__main__.py', '/__init__.py'];

/** What starts things in a tree as a whole; a package does in its own folder. */
const isImage = (from: string): boolean =>
  !/(^|\/)(?:(?:package|composer|manifest)\.json|[^/]+\.toml|setup\.(?:py|cfg))$/.test(from);

/** Folders a word may be meant from: a package means its own; an image and what starts in it hold the whole tree. */
const rootsOf = (from: string): string[] => {
  const roots = [folderOf(from)];
  if (!isImage(from)) return roots;
  while (roots.at(-1) !== '' && roots.length < MOST_STEPS) roots.push(folderOf(roots.at(-1)!));
  return roots;
};

/** The file of the tree that a word means; null for what is none. */
export const fileOf = (from: string, word: string, files: ReadonlySet<string>): string | null => {
  const module = word.startsWith('python:');
  const name = module
    ? word.slice(7).split(':', 1)[0]!.replaceAll('.', '/')
    : word.replace(/^(?:\$\{__dirname\}|\$\{?PWD\}?|file:)\//, '');
  if (name === '' || name.length > 400 || /[*$<>]|^\w+:\/\//.test(name)) return null;
  const roots = rootsOf(from);
  // In an image the tree lies in a folder of its own: /app/server.js.
  const steps = name.split('/', 100).filter((s) => s !== '');
  const names =
    name.startsWith('/') && isImage(from)
      ? steps.slice(0, MOST_STEPS).map((_, i) => steps.slice(i).join('/'))
      : [name];
  for (const root of roots)
    for (const n of names)
      for (const folder of module ? [root, root === '' ? 'src' : `${root}/src`] : [root]) {
        const base = joined(folder, n);
        if (base === null || base === '') continue;
        const found = (module ? PYTHON : JS).map((end) => base + end).find((path) => files.has(path));
        if (found !== undefined) return found;
      }
  if (!module) return null;
  // Sources may lie in any folder that the build names.
  for (const path of files) if (PYTHON.some((end) => path.endsWith(`/${name}${end}`))) return path;
  return null;
};

/** What packages hand out beside programs. */
const NO_PROGRAM = /\.(?:json|css|s[ac]ss|less|svg|png|html?|md|d\.[cm]?ts)$/;

const ofPackage = (root: Record<string, unknown>): [string, string[]][] => {
  const found: [string, string[]][] = [];
  const add = (by: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '') found.push([by, [value]]);
  };
  add('bin', root.bin);
  for (const [, to] of entriesOf(root.bin)) add('bin', to);
  for (const key of ['main', 'module']) add(key, root[key]);
  const exported = (value: unknown, depth: number): void => {
    if (!NO_PROGRAM.test(textOf(value))) add('exports', value);
    if (typeof value === 'object' && depth < 6)
      for (const [key, to] of entriesOf(value)) if (key !== 'types') exported(to, depth + 1);
  };
  exported(root.exports, 0);
  const scripts = bag(root.scripts);
  const run = (name: string, depth: number): void => {
    const command = textOf(scripts[name]);
    for (const words of startedBy(command)) found.push([`scripts.${name}`, words]);
    const next = /\b(?:npm|pnpm|yarn|bun)\s{1,4}(?:run\s{1,4})?([\w:.-]{1,80})/.exec(command)?.[1];
    if (next !== undefined && depth < 3) run(next, depth + 1);
  };
  // Where a build makes what is started, only `dev` names the source of it.
  for (const name of ['prestart', 'start', 'dev', 'serve']) run(name, 0);
  return found;
};

const ofPyproject = (root: Record<string, unknown>): [string, string[]][] => {
  const project = bag(root.project);
  const tables = [
    project.scripts,
    project['gui-scripts'],
    ...entriesOf(project['entry-points']).map(([, group]) => group),
    bag(bag(root.tool).poetry).scripts,
  ];
  return tables
    .flatMap(entriesOf)
    .map(([, to]) => textOf(to) || textOf(bag(to).reference))
    .filter((to) => to !== '')
    .map((to) => ['scripts', [`python:${to.trim()}`]]);
};

const ofBundle = (root: Record<string, unknown>): [string, string[]][] => {
  const server = bag(root.server);
  const run = bag(server.mcp_config);
  return [
    ['entry_point', [textOf(server.entry_point)]],
    ...startedBy([textOf(run.command), ...list(run.args).map(textOf)].join(' ')).map(
      (words): [string, string[]] => ['mcp_config', words],
    ),
  ];
};

/** A file that is copied under another name is started by that one. */
const ofImage = (text: string): [string, string[]][] => {
  const lines = text
    .slice(0, 200_000)
    .replace(/\\\r?\n/g, ' ')
    .split('\n');
  const renamed = new Map<string, string>();
  const found: [string, string[]][] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^\s*(COPY|ADD|CMD|ENTRYPOINT)\s(.*)$/i.exec(line) ?? [];
    if (/^(?:CMD|ENTRYPOINT)$/i.test(word))
      for (const words of startedBy(rest))
        found.push([word.toUpperCase(), words.flatMap((w) => [w, renamed.get(baseName(w)) ?? w])]);
    else if (word !== '') {
      const [from, to, more] = rest.split(/[\s"',[\]]+/).filter((w) => w !== '' && !w.startsWith('--'));
      if (from && to && more === undefined && !to.endsWith('/')) renamed.set(baseName(to), from);
    }
  }
  return found;
};

const ofSetup = (text: string): [string, string[]][] =>
  text.includes('console_scripts')
    ? [
        ...text
          .slice(0, 200_000)
          .matchAll(/[\w.-]{1,80} {0,4}= {0,4}([A-Za-z_][\w.]{0,200}:[A-Za-z_]\w{0,80})/g),
      ].map((m) => ['console_scripts', [`python:${m[1]}`]])
    : [];

const read = (path: string, text: string): [string, string[]][] => {
  const name = baseName(path);
  const root = (): Record<string, unknown> => {
    const parsed = name.endsWith('.toml') ? parseToml(text) : parseJson(text);
    return parsed.ok ? bag(parsed.value) : {};
  };
  if (name === 'package.json') return ofPackage(root());
  if (name === 'pyproject.toml') return ofPyproject(root());
  if (name === 'manifest.json') return ofBundle(root());
  if (name === 'Cargo.toml') return list(root().bin).map((b) => ['bin', [textOf(bag(b).path)]]);
  if (name === 'composer.json') return [root().bin].flat().map((b) => ['bin', [textOf(b)]]);
  if (name.startsWith('setup.')) return ofSetup(text);
  if (name.startsWith('smithery'))
    return startedBy(text.slice(0, MOST_COMMAND).replaceAll('\n', ' ')).map((words) => [
      'startCommand',
      words.filter((w) => /[./]/.test(w)),
    ]);
  if (name === 'Procfile')
    return text
      .split('\n', 50)
      .flatMap((line) => startedBy(line.replace(/^\w{1,40}:/, '')))
      .map((words) => ['Procfile', words]);
  return ofImage(text);
};

/** What a file of those says is started. */
export const claimsOf = (path: string, text: string): Claim[] =>
  read(path, text)
    .slice(0, MOST_CLAIMS)
    .map(([what, words]) => ({ from: path, by: `${path} (${what})`, words }));
