import type { SourceTree, TreeEntry } from '../../collectors/collector.ts';
import type { Comparison, Some } from '../../domain/snapshot.ts';
import { parseJson } from '../files/parse-json.ts';
import { baseName, depthOf, extensionOf, folderOf, isTestPath, languageOf } from '../files/paths.ts';
import { text as asText, bag } from '../files/shape.ts';

/**
 * The files of a published package held against a commit of the repository it claims. What is the same byte for byte needs no
 * reading; built code is held against the source of its name by the texts in it; the rest is named.
 */

type Tree = Pick<SourceTree, 'allEntries' | 'text'>;

const MOST_NAMED = 40;
const MOST_READ = 400;
const MOST_TEXTS = 5;

const METADATA =
  /(?:^|\/)[^/]{1,200}\.(?:dist-info|egg-info)\/|(?:^|\/)(?:PKG-INFO|setup\.cfg|npm-shrinkwrap\.json|METADATA|RECORD|WHEEL)$|\.(?:map|d\.[cm]?ts|tsbuildinfo)$/;
const BUILT = /^(?:dist|build|lib|out|esm|cjs|es|bin|server|bundle)\/(?:.{0,300}\/)?[^/]{1,200}\.[cm]?js$/;
const SOURCES = ['ts', 'mts', 'cts', 'tsx', 'js', 'mjs', 'cjs', 'jsx'];

const isFile = (e: TreeEntry): boolean => e.kind === 'file' || e.kind === 'executable';
const someOf = (paths: readonly string[]): Some => ({
  paths: paths.slice(0, MOST_NAMED),
  count: paths.length,
});
const isCode = (path: string): boolean =>
  languageOf(path) !== null && !/\.(?:md|json|ya?ml|toml|html?|css|txt)$/i.test(path);

/** Where the package lies in the repository: where the registry says, else where a manifest has its name. */
const packageFolder = async (repository: Tree, name: string, said: string): Promise<string> => {
  const folder = said.replace(/^\.?\/|\/$/g, '');
  if (folder !== '' && repository.allEntries.some((e) => e.path.startsWith(`${folder}/`))) return folder;
  const manifests = repository.allEntries
    .filter(
      (e) =>
        isFile(e) &&
        /^(?:package\.json|pyproject\.toml)$/.test(baseName(e.path)) &&
        !e.path.includes('node_modules/'),
    )
    .sort((a, b) => depthOf(a.path) - depthOf(b.path));
  for (const { path } of manifests.slice(0, 200)) {
    const text = (await repository.text(path)) ?? '';
    const parsed = path.endsWith('.json') ? parseJson(text) : null;
    const named = parsed
      ? parsed.ok
        ? asText(bag(parsed.value).name)
        : ''
      : (/^name\s{0,5}=\s{0,5}["']([\w.-]{1,150})["']/m.exec(text)?.[1] ?? '');
    if (named.toLowerCase().replaceAll('_', '-') === name.toLowerCase().replaceAll('_', '-'))
      return folderOf(path);
  }
  return '';
};

/** Texts that a compiler leaves as they are. */
const textsIn = (code: string): Set<string> => {
  const found = new Set<string>();
  for (const m of code.matchAll(/"([^"\\\n]{8,200})"|'([^'\\\n]{8,200})'|`([^`\\$\n]{8,200})`/g)) {
    const text = m[1] ?? m[2] ?? m[3] ?? '';
    // Paths of imports are rewritten, and what is no plain text may be written in another way.
    if (/^[\x20-\x7e]+$/.test(text) && !/^\.{1,2}\/|^use strict$|^__esModule$/.test(text)) found.add(text);
  }
  return found;
};

/** The source that a built file is named after. */
const sourceOf = (path: string, folder: string, there: ReadonlySet<string>): string | null => {
  const base = path.replace(/^[^/]+\//, '').replace(/\.[cm]?js$/, '');
  const bases = [base, base.replace(/^(?:esm|cjs|es|src)\//, '')];
  const prefix = folder === '' ? '' : `${folder}/`;
  for (const b of bases)
    for (const dir of ['src/', 'lib/', 'source/', ''])
      for (const ext of SOURCES) {
        const candidate = `${prefix}${dir}${b}.${ext}`;
        if (there.has(candidate) && candidate !== `${prefix}${path}`) return candidate;
      }
  return null;
};

export const compareWithRepository = async (
  pkg: Tree,
  repository: Tree,
  about: { name: string; directory: string },
): Promise<Omit<Comparison, 'repository' | 'commit' | 'chosen' | 'ref'>> => {
  const files = pkg.allEntries.filter(isFile);
  const theirs = repository.allEntries.filter(isFile);
  const byOid = new Map(theirs.map((e) => [e.oid, e.path]));
  const there = new Set(theirs.map((e) => e.path));
  const byName = new Map<string, string[]>();
  for (const { path } of theirs) byName.set(baseName(path), [...(byName.get(baseName(path)) ?? []), path]);
  const folder = await packageFolder(repository, about.name, about.directory);
  const inside = (path: string): boolean => folder === '' || path.startsWith(`${folder}/`);
  const twin = (path: string): string | null => {
    const ends = (byName.get(baseName(path)) ?? []).filter((p) => p === path || p.endsWith(`/${path}`));
    return (
      ends.find((p) => p === (folder === '' ? path : `${folder}/${path}`)) ??
      ends.find(inside) ??
      ends[0] ??
      null
    );
  };
  const sameText = async (a: string, b: string): Promise<boolean> => {
    const [x, y] = [await pkg.text(a), await repository.text(b)];
    return (
      x !== null &&
      y !== null &&
      x.replaceAll('\r\n', '\n').trimEnd() === y.replaceAll('\r\n', '\n').trimEnd()
    );
  };

  let same = 0;
  let metadata = 0;
  let built = 0;
  let read = 0;
  const seen = new Set<string>();
  const differing: string[] = [];
  const differingOther: string[] = [];
  const unsourced: string[] = [];
  const added: string[] = [];
  const addedOther: string[] = [];
  const strange: Comparison['strange'] = [];
  for (const { path, oid } of files) {
    const other = twin(path);
    if (other) seen.add(other);
    const twinByBytes = byOid.get(oid);
    if (twinByBytes !== undefined) {
      seen.add(twinByBytes);
      same++;
    } else if (METADATA.test(path)) metadata++;
    else if (other && read++ < MOST_READ && (await sameText(path, other))) same++;
    // Publishing writes its manifest anew.
    else if (other && baseName(path) === 'package.json') metadata++;
    else if (other) (isCode(path) ? differing : differingOther).push(path);
    else if (BUILT.test(path)) {
      const source = sourceOf(path, folder, there);
      if (source === null) {
        unsourced.push(path);
        continue;
      }
      built++;
      seen.add(source);
      if (read++ >= MOST_READ) continue;
      const [made, from] = [(await pkg.text(path)) ?? '', (await repository.text(source)) ?? ''];
      const texts = [...textsIn(made)].filter((t) => !from.includes(t));
      if (texts.length > 0) strange.push({ path, source, texts: texts.slice(0, MOST_TEXTS) });
    } else (isCode(path) || extensionOf(path) === '' ? added : addedOther).push(path);
  }
  const leftOut = theirs
    .map((e) => e.path)
    .filter(
      (p) =>
        inside(p) &&
        isCode(p) &&
        !isTestPath(p) &&
        !seen.has(p) &&
        !/\.d\.[cm]?ts$|\.config\.[cm]?[jt]s$|(?:^|\/)(?:scripts|docs|examples?)\//.test(p),
    );
  return {
    folder,
    files: files.length,
    same,
    metadata,
    built,
    strange: strange.slice(0, MOST_NAMED),
    differing: someOf(differing),
    differingOther: someOf(differingOther),
    unsourced: someOf(unsourced),
    added: someOf(added),
    addedOther: someOf(addedOther),
    leftOut: someOf(leftOut),
  };
};
