// Counts the libraries that servers import and no model speaks of, over a folder of clones: which models to write next.
// npm run unmodelled -- --clones DIR [--language python] [--top 60]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isExamplePath, isTestPath, isVendoredPath } from '../src/analysis/files/paths.ts';
import { indexRules, parseRules } from '../src/analysis/flow/knowledge.ts';
import type { Language } from '../src/analysis/flow/lookup.ts';
import { languages } from '../src/analysis/sources/readers.ts';
import { readBundledRules } from '../src/io/rule-files.ts';

const { values } = parseArgs({
  options: { clones: { type: 'string' }, language: { type: 'string' }, top: { type: 'string' } },
});
if (!values.clones) throw new Error('name the folder of clones: --clones DIR');

/** What was fetched is foreign: nothing of its or the machine's configuration may run a command. */
const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_NO_LAZY_FETCH: '1',
};
const git = (dir: string, args: readonly string[], input?: string): string =>
  spawnSync('git', ['--git-dir', dir, '-c', 'core.hooksPath=/dev/null', ...args], {
    env: environment,
    maxBuffer: 1 << 30,
    ...(input === undefined ? {} : { input }),
  }).stdout.toString();

/** Texts at HEAD, all in one run of git. */
const textsOf = (dir: string, paths: readonly string[]): [string, string][] => {
  const out = spawnSync('git', ['--git-dir', dir, '-c', 'core.hooksPath=/dev/null', 'cat-file', '--batch'], {
    env: environment,
    input: paths.map((p) => `HEAD:${p}\n`).join(''),
    maxBuffer: 1 << 30,
  }).stdout;
  const texts: [string, string][] = [];
  let at = 0;
  for (const path of paths) {
    const end = out.indexOf(10, at);
    const size = Number(/ blob (\d+)$/.exec(out.subarray(at, end).toString())?.[1] ?? Number.NaN);
    at = end + 1;
    if (Number.isNaN(size)) continue;
    if (size < 400_000) texts.push([path, out.subarray(at, at + size).toString()]);
    at += size + 1;
  }
  return texts;
};

const MOST_FILES = 400;
const { rules, models } = parseRules(await readBundledRules());
const knows = indexRules(rules, models);

/** The package of a module: what one installs. */
const packageOf = (module: string, language: Language): string => {
  const parts = module.split(/[/.]|::/);
  switch (language) {
    case 'javascript':
      return module.startsWith('@') ? module.split('/').slice(0, 2).join('/') : module.split('/')[0]!;
    case 'go':
      return module.split('/').slice(0, 3).join('/');
    case 'java':
      return parts.slice(0, 3).join('.');
    default:
      return parts[0]!;
  }
};

const byPackage = new Map<string, Set<string>>();
for (const name of readdirSync(values.clones).sort()) {
  const dir = [join(values.clones, name, 'repo'), join(values.clones, name)].find((d) =>
    existsSync(join(d, 'HEAD')),
  );
  if (!dir) continue;
  const paths = git(dir, ['ls-tree', '-r', '--name-only', 'HEAD'])
    .split('\n')
    .filter((p) => !isTestPath(p) && !isVendoredPath(p) && !isExamplePath(p));
  for (const language of languages) {
    if (values.language && language.name.toLowerCase() !== values.language) continue;
    const own = paths
      .filter((p) => language.extensions.includes(p.slice(p.lastIndexOf('.') + 1)) && !p.endsWith('.d.ts'))
      .slice(0, MOST_FILES);
    if (own.length === 0) continue;
    const reader = await language.load();
    const tops = new Set(own.flatMap((p) => p.split('/').map((x) => x.replace(/\.\w+$/, ''))));
    for (const [path, text] of textsOf(dir, own)) {
      const module = reader.read(path, text);
      for (const i of module.imports) {
        const bare = i.module.replace(/^node:/, '').replaceAll('::', '.');
        if (
          bare.startsWith('.') ||
          bare.startsWith('@/') ||
          bare.startsWith('~') ||
          bare.startsWith('#') ||
          bare === ''
        )
          continue;
        if (knows.isModelled(bare, module.language)) continue;
        const library = packageOf(bare, module.language);
        if (tops.has(library)) continue;
        const key = `${module.language} ${library}`;
        byPackage.set(key, (byPackage.get(key) ?? new Set()).add(name));
      }
    }
  }
}
const sorted = [...byPackage].sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1));
for (const [key, repos] of sorted.slice(0, Number(values.top ?? 60)))
  process.stdout.write(`${String(repos.size).padStart(4)}  ${key}\n`);
process.stdout.write(`${sorted.length} libraries without a model\n`);
