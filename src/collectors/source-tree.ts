import { countLines, lineWith } from '../analysis/files/lines.ts';
import { parseJson } from '../analysis/files/parse-json.ts';
import { parseToml } from '../analysis/files/parse-toml.ts';
import {
  baseName,
  below,
  folderOf,
  isBinaryPath,
  isExecutableBinaryPath,
  isGeneratedPath,
  isPackageArchivePath,
  isTestPath,
  isVendoredPath,
  joined,
  languageOf,
} from '../analysis/files/paths.ts';
import { readTexts } from '../analysis/files/read-texts.ts';
import { text as asText, bag, entriesOf } from '../analysis/files/shape.ts';
import { byCodePoint, bytes, count, listed, plural } from '../analysis/files/words.ts';
import { isMinified } from '../analysis/sources/minified.ts';
import {
  type CollectContext,
  type Collector,
  fact,
  gap,
  gathered,
  type ItemDraft,
  lead,
  type TreeEntry,
} from './collector.ts';
import { CHECKS, links, names } from './source-tree/links-and-names.ts';

const LS = 'git ls-tree -r --long {commit}';

export const sourceTree: Collector = {
  id: 'source-tree',
  title: 'Shape of the source tree',
  about: 'Languages, sizes, entry points, and everything in the tree that cannot be reviewed by reading.',
  async collect(context) {
    const { tree, signal, target, progress } = context;
    const items: ItemDraft[] = [];
    const files = tree.entries.filter((e) => e.kind === 'file' || e.kind === 'executable');
    if (tree.entries.length === 0)
      return {
        outcome: 'unavailable',
        searched: 'an empty tree',
        message: target.subdir
          ? `There is nothing below ${target.subdir} at this commit.`
          : 'The commit has no files.',
      };

    const languages = new Map<string, { files: number; lines: number; tests: number }>();
    const minified: string[] = [];
    const unread: TreeEntry[] = [];
    const large: { path: string; lines: number }[] = [];
    let reads = 0;
    for await (const { entry, text } of readTexts(tree, files, signal)) {
      if (++reads % 200 === 0) progress(`${count(reads)} of ${count(files.length)} files`);
      const language = languageOf(entry.path);
      if (text === null) {
        if (language !== null || !isBinaryPath(entry.path)) unread.push(entry);
        continue;
      }
      if (language === null) continue;
      const lines = countLines(text);
      if (text.length > 5000 && isMinified(entry.path, text, 500)) minified.push(entry.path);
      const known = languages.get(language) ?? { files: 0, lines: 0, tests: 0 };
      known.files++;
      known.lines += lines;
      if (isTestPath(below(entry.path, target.subdir))) known.tests += lines;
      languages.set(language, known);
      if (!isTestPath(below(entry.path, target.subdir)) && !isGeneratedPath(entry.path))
        large.push({ path: entry.path, lines });
    }

    const ranked = [...languages].sort(([a, x], [b, y]) => y.lines - x.lines || byCodePoint(a, b));
    const total = ranked.reduce((n, [, l]) => n + l.lines, 0);
    items.push(
      fact(
        'languages',
        CHECKS,
        ranked.length === 0
          ? 'No source code in a known language'
          : `${count(total)} lines of code: ${listed(
              ranked.map(([name, l]) => `${name} ${count(l.lines)}`),
              4,
            )}`,
        {
          detail: ranked
            .map(
              ([name, l]) =>
                `${name}: ${plural(l.files, 'file')}, ${count(l.lines)} lines, ${count(l.tests)} of them in test files`,
            )
            .join('\n'),
          reproduce: LS,
        },
      ),
    );
    large.sort((a, b) => b.lines - a.lines || byCodePoint(a.path, b.path));
    if (large[0] && large[0].lines > 0)
      items.push(
        fact(
          'largest-files',
          CHECKS,
          `Largest source file: ${large[0].path}, ${count(large[0].lines)} lines`,
          {
            detail: large
              .slice(0, 10)
              .map((l) => `${l.path}: ${count(l.lines)}`)
              .join('\n'),
            at: { path: large[0].path, startLine: 1 },
          },
        ),
      );
    items.push(...shape(files, target.subdir));
    items.push(...unreviewable(files, minified, unread, tree.maxTextBytes, target.subdir));
    items.push(...(await links(context)), ...names(tree.entries), ...(await entryPoints(context)));
    return gathered(
      `${plural(tree.entries.length, 'entry', 'entries')}, ${plural(files.length - unread.length, 'file')} read`,
      items,
    );
  },
};

const shape = (files: readonly TreeEntry[], subdir: string): ItemDraft[] => {
  const folders = new Map<string, number>();
  for (const { path } of files) {
    const first = below(path, subdir).split('/');
    const key = first.length > 1 ? `${first[0]}/` : '(root)';
    folders.set(key, (folders.get(key) ?? 0) + 1);
  }
  const ranked = [...folders].sort(([a, n], [b, m]) => m - n || byCodePoint(a, b));
  return [
    fact('folders', CHECKS, `${plural(files.length, 'file')} in ${plural(ranked.length, 'top folder')}`, {
      detail: ranked
        .slice(0, 20)
        .map(([name, n]) => `${name} ${count(n)}`)
        .join(', '),
      reproduce: LS,
    }),
  ];
};

const unreviewable = (
  files: readonly TreeEntry[],
  minified: readonly string[],
  unread: readonly TreeEntry[],
  limit: number,
  subdir: string,
): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const local = (e: TreeEntry): string => below(e.path, subdir);
  const group = (
    rule: string,
    found: readonly string[],
    one: string,
    many: string,
    make: typeof fact,
    extra: Parameters<typeof fact>[3] = {},
  ): void => {
    if (found.length > 0)
      items.push(
        make(rule, CHECKS, `${count(found.length)} ${found.length === 1 ? one : many}`, {
          ...extra,
          detail: `${extra.detail ?? ''}${extra.detail ? ' ' : ''}${listed(found, 20)}`,
          at: { path: found[0]!, startLine: 1 },
        }),
      );
  };
  const executables = files.filter((e) => isExecutableBinaryPath(e.path)).map((e) => e.path);
  group(
    'executable-binaries',
    executables,
    'binary that a machine executes',
    'binaries that a machine executes',
    lead,
    {
      class: 'supply-chain',
      strength: 'moderate',
      detail: 'These cannot be reviewed by reading.',
    },
  );
  const archives = files.filter((e) => isPackageArchivePath(e.path)).map((e) => e.path);
  group('package-archives', archives, 'package to be installed', 'packages to be installed', lead, {
    class: 'supply-chain',
    strength: 'weak',
    detail: 'An archive: what is in it was not compared with the source here.',
    advice: 'Audit it as a target of its own: mcp-audit check FILE.',
  });
  group(
    'binaries',
    files
      .filter((e) => isBinaryPath(e.path) && !isExecutableBinaryPath(e.path) && !isPackageArchivePath(e.path))
      .map((e) => e.path),
    'other binary file',
    'other binary files',
    fact,
  );
  group(
    'vendored',
    files.filter((e) => isVendoredPath(local(e))).map((e) => e.path),
    'vendored file',
    'vendored files',
    fact,
    { detail: 'Code of others, kept here; it is not updated by a package manager.' },
  );
  group(
    'generated',
    files.filter((e) => isGeneratedPath(local(e)) && languageOf(e.path)).map((e) => e.path),
    'generated or built source file',
    'generated or built source files',
    fact,
    { advice: 'Check that the build of the sources gives the same.' },
  );
  group('minified', minified, 'minified source file', 'minified source files', lead, {
    class: 'supply-chain',
    strength: 'weak',
    detail: 'Long lines nobody reads.',
    advice: 'Compare with a build of the sources.',
  });
  const oversized = unread.filter((e) => e.size > limit);
  const odd = unread.filter((e) => e.size <= limit);
  const paths = (list: readonly TreeEntry[]): string =>
    listed(
      [...list]
        .sort((a, b) => b.size - a.size || byCodePoint(a.path, b.path))
        .map((e) => `${e.path} (${bytes(e.size)})`),
      12,
    );
  if (oversized.length > 0)
    items.push(
      gap(
        'oversized',
        [...CHECKS, '2.2.2'],
        `${plural(oversized.length, 'file')} over ${bytes(limit)} not read`,
        { detail: paths(oversized), reproduce: LS },
      ),
    );
  if (odd.length > 0)
    items.push(
      gap('not-text', CHECKS, `${plural(odd.length, 'file')} not read: binary, or not UTF-8`, {
        detail: paths(odd),
        reproduce: LS,
      }),
    );
  return items;
};

const entryPoints = async ({ tree, target }: CollectContext): Promise<ItemDraft[]> => {
  const found: { name: string; path: string; line: number }[] = [];
  const manifests = tree.entries
    .filter(
      (e) =>
        /^(package\.json|pyproject\.toml|Cargo\.toml)$/.test(baseName(e.path)) &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)),
    )
    .slice(0, 30);
  for (const { path } of manifests) {
    const source = await tree.text(path);
    const parsed = source === null ? null : path.endsWith('.json') ? parseJson(source) : parseToml(source);
    if (!parsed?.ok) continue;
    const root = bag(parsed.value);
    const add = (name: string, ...at: string[]): void => {
      found.push({ name, path, line: parsed.lineOf(at) });
    };
    if (path.endsWith('package.json')) {
      if (typeof root.bin === 'string') add(`${asText(root.name)} → ${root.bin}`, 'bin');
      for (const [name, to] of entriesOf(root.bin)) add(`${name} → ${asText(to)}`, 'bin', name);
      if (asText(root.main)) add(`main → ${asText(root.main)}`, 'main');
    } else if (path.endsWith('Cargo.toml'))
      for (const b of Array.isArray(root.bin) ? root.bin : [])
        add(`${asText(bag(b).name)} → ${asText(bag(b).path)}`, 'bin');
    else
      for (const [name, to] of entriesOf(bag(root.project).scripts ?? bag(bag(root.tool).poetry).scripts))
        add(`${name} → ${asText(to)}`, 'project', 'scripts', name);
  }
  // A manifest that names this file as a program has said so already.
  for (const e of tree.entries
    .filter(
      (f) =>
        /(^|\/)(cmd\/[^/]+\/main\.go|main\.go|src\/main\.rs|__main__\.py)$/.test(f.path) &&
        !isVendoredPath(f.path) &&
        !isTestPath(below(f.path, target.subdir)),
    )
    .slice(0, 20))
    if (!found.some((f) => joined(folderOf(f.path), f.name.split(' → ')[1] ?? '') === e.path))
      found.push({
        name: e.path,
        path: e.path,
        line: (await tree.text(e.path).then((t) => (t ? lineWith(t, 'main(') : null))) ?? 1,
      });
  if (found.length === 0) return [];
  return [
    fact(
      'entry-points',
      CHECKS,
      `${plural(found.length, 'entry point')}: ${listed(
        found.map((f) => f.name),
        3,
      )}`,
      {
        detail: found
          .slice(0, 30)
          .map((f) => `${f.path}:${f.line} ${f.name}`)
          .join('\n'),
        at: { path: found[0]!.path, startLine: found[0]!.line },
      },
    ),
  ];
};
