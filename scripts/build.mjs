// Bundles the program: one small entry that checks Node's version, and chunks loaded when a command needs them.
// Bundling is what makes the start fast: Ink alone is some 300 files unbundled.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { parse } from 'yaml';

// Built aside and swapped in, so that a failed build leaves the last good one, and a program that runs keeps its chunks
// for all but an instant.
const aside = `dist.part-${process.pid}`;
process.once('exit', () => rmSync(aside, { recursive: true, force: true }));
await build({
  // The second is the program of the threads that collectors run in.
  entryPoints: { cli: 'src/cli.ts', 'collect-thread': 'src/collect-thread.ts' },
  outdir: aside,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  jsx: 'automatic',
  // Some packages keep a UMD build under "main" whose requires no bundler can follow.
  mainFields: ['module', 'main'],
  define: { 'process.env.NODE_ENV': '"production"' },
  // Ink loads its devtools only when asked to; secretlint resolves its rules by itself and is loaded by name;
  // tree-sitter finds its WebAssembly beside itself; xmlbuilder2 is what CycloneDX would write XML with, and we do not.
  external: ['react-devtools-core', 'xmlbuilder2', '@secretlint/*', '@vscode/tree-sitter-wasm'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
// Goes into a sandbox as one file that needs nothing else.
await build({
  entryPoints: { attendant: 'src/live/attendant/main.ts' },
  outdir: aside,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  logLevel: 'warning',
});
// Rules and models are read at every gathering: as JSON that takes a tenth of the time.
const folders = ['rules', ...readdirSync('checklists/models').map((l) => `models/${l}`)];
const read = folders.sort().flatMap((folder) =>
  readdirSync(`checklists/${folder}`)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => [
      `${folder}/${name}`,
      JSON.stringify(parse(readFileSync(`checklists/${folder}/${name}`, 'utf8'))),
    ]),
);
const rulesFirst = [
  ...read.filter(([n]) => n.startsWith('rules/')),
  ...read.filter(([n]) => !n.startsWith('rules/')),
];
writeFileSync(`${aside}/rules.json`, JSON.stringify(rulesFirst));
rmSync('dist', { recursive: true, force: true });
renameSync(aside, 'dist');
