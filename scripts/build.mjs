// Bundles the program: one small entry that checks Node's version, and chunks loaded when a command needs them.
// Bundling is what makes the start fast: Ink alone is some 300 files unbundled.
//
// Every build has a folder of its own below dist/, named by what it was made from; dist/cli.js leads to the newest. So what
// is built is not built again, and a program that runs keeps its files while another is built: its methodology too, since a
// program and checks of different days do not know each other's collectors.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Builds that are kept, the newest first: whoever runs an older one must be asked to start it again. */
const KEPT = 10;
const INPUTS = ['src', 'checklists', 'scripts/build.mjs', 'package-lock.json'];
const LAUNCHER = 'dist/cli.js';
const MANUAL = 'mcp-audit.1';

const filesBelow = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .flatMap((name) => filesBelow(join(path, name)))
    : [path];

const hash = createHash('sha256');
for (const file of INPUTS.flatMap(filesBelow))
  hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
const version = hash.digest('hex').slice(0, 16);
const folder = `dist/${version}`;
const launcher = `#!/usr/bin/env node\nimport './${version}/cli.js';\n`;

const isBuilt = existsSync(`${folder}/cli.js`);
if (!isBuilt) await buildInto(folder);
if (!existsSync(LAUNCHER) || readFileSync(LAUNCHER, 'utf8') !== launcher) {
  // The youngest is what is kept longest, also where it was built before.
  utimesSync(folder, new Date(), new Date());
  const draft = `${LAUNCHER}.part-${process.pid}`;
  writeFileSync(draft, launcher);
  chmodSync(draft, 0o755);
  renameSync(draft, LAUNCHER);
}
// What is packed holds one build only.
const isAlone = process.argv.includes('--alone');
const kept = isAlone ? 1 : KEPT;
const old = readdirSync('dist')
  .filter((name) => !['cli.js', MANUAL, version].includes(name) && !name.includes('.part-'))
  .map((name) => ({ path: join('dist', name), at: statSync(join('dist', name)) }))
  .sort((a, b) => Number(b.at.isDirectory()) - Number(a.at.isDirectory()) || b.at.mtimeMs - a.at.mtimeMs);
for (const [i, { path, at }] of old.entries())
  if (!at.isDirectory() || i + 1 >= kept) rmSync(path, { recursive: true, force: true });

// The manual page is made of the commands themselves, by the program that is packed.
if (isAlone) {
  const { spawnSync } = await import('node:child_process');
  const page = spawnSync(process.execPath, [LAUNCHER, 'man'], { encoding: 'utf8' });
  if (page.status !== 0) throw new Error(`the manual page could not be made: ${page.stderr}`);
  writeFileSync(join('dist', MANUAL), page.stdout);
}

/** Built aside and moved in whole, so that a build that fails leaves nothing that looks like one. */
async function buildInto(to) {
  const [{ build }, { parse }] = await Promise.all([import('esbuild'), import('yaml')]);
  mkdirSync('dist', { recursive: true });
  const aside = `${to}.part-${process.pid}`;
  process.once('exit', () => rmSync(aside, { recursive: true, force: true }));
  await build({
    // Beside the program: what threads run collectors with, and worker processes a fleet.
    entryPoints: {
      cli: 'src/cli.ts',
      'collect-thread': 'src/collect-thread.ts',
      'fleet-worker': 'src/fleet-worker.ts',
    },
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
  cpSync('checklists', `${aside}/checklists`, { recursive: true });
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
  try {
    renameSync(aside, to);
  } catch (error) {
    // Another build of the same came first.
    if (!existsSync(`${to}/cli.js`)) throw error;
  }
}
