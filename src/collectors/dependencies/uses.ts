import { readTexts } from '../../analysis/files/read-texts.ts';
import { listed, plural, share } from '../../analysis/files/words.ts';
import type { Dependency, Lockfile, Manifest } from '../../analysis/packages/dependency.ts';
import {
  type FileImports,
  importLanguage,
  importsOf,
  type Use,
  usesOf,
} from '../../analysis/packages/imports.ts';
import { servedBy } from '../../analysis/packages/lockfiles/lock.ts';
import { type CollectContext, fact, gap, type ItemDraft, type TreeEntry } from '../collector.ts';
import { WHAT } from './describe.ts';

const MOST_BYTES = 1_000_000;
const MOST_SOURCES = 8000;

/** What the sources among `files` import; those past the limits are a gap, since what only they import reads as unused. */
export const readImports = async (
  { tree, signal }: CollectContext,
  files: readonly TreeEntry[],
  isTest: (path: string) => boolean,
  items: ItemDraft[],
): Promise<FileImports[]> => {
  const sources = files.filter((e) => importLanguage(e.path));
  const read = sources.filter((e) => e.size <= MOST_BYTES).slice(0, MOST_SOURCES);
  if (read.length < sources.length)
    items.push(
      gap(
        'imports-not-read',
        WHAT,
        `The imports of ${plural(sources.length - read.length, 'source')} were not read`,
        {
          class: 'supply-chain',
          detail: `Too large, or past the first ${plural(MOST_SOURCES, 'source')}: a package only they import reads as not imported.`,
        },
      ),
    );
  const found: FileImports[] = [];
  for await (const { entry, text } of readTexts(tree, read, signal)) {
    const language = importLanguage(entry.path)!;
    if (text !== null)
      found.push({ path: entry.path, language, test: isTest(entry.path), names: importsOf(language, text) });
  }
  return found;
};

/** go.mod does not tell what only tests need; the imports of what it names directly do. */
export const markTestModules = (
  locks: readonly Lockfile[],
  manifests: readonly Manifest[],
  files: readonly FileImports[],
): void => {
  for (const lock of locks.filter((l) => l.format === 'go.mod'))
    for (const m of manifests.filter((x) => servedBy(x, lock, locks))) {
      const uses = usesOf(m, manifests, files);
      for (const p of lock.packages) {
        const use = uses?.get(p.name);
        if (p.direct && use && use !== 'not imported') p.development = use === 'by tests alone';
      }
    }
};

const shipped = (d: Dependency): boolean =>
  d.scope === 'runtime' && d.kind !== 'workspace' && d.kind !== 'path';

export const describeUses = (
  manifests: readonly Manifest[],
  all: readonly Manifest[],
  files: readonly FileImports[],
): ItemDraft[] =>
  manifests.flatMap((m): ItemDraft[] => {
    const uses = usesOf(m, all, files);
    const asked = m.dependencies.filter(shipped);
    if (!uses || asked.length === 0) return [];
    const of = (use: Use): Dependency[] => asked.filter((d) => uses.get(d.name) === use);
    const [unused, tests] = [of('not imported'), of('by tests alone')];
    if (unused.length + tests.length === 0) return [];
    const names = (some: readonly Dependency[]): string =>
      listed(
        some.map((d) => `${d.name} (line ${d.line})`),
        40,
      );
    return [
      fact(
        'not-imported',
        WHAT,
        `${m.path}: ${share(unused.length + tests.length, asked.length)} ${m.ecosystem === 'Go' ? 'direct' : 'runtime'} dependencies are imported ${
          m.ecosystem === 'PyPI' ? 'by their names in' : 'by'
        } no source that ships`,
        {
          class: 'supply-chain',
          detail: [
            unused.length > 0 ? `No source imports ${names(unused)}.` : '',
            tests.length > 0 ? `Only tests import ${names(tests)}.` : '',
            m.ecosystem === 'PyPI' ? 'Packages of PyPI may be imported under another name than theirs.' : '',
            'A package may be loaded by name, run as a program or bring types; what none of these uses need not be installed.',
          ]
            .filter((l) => l !== '')
            .join('\n'),
          at: { path: m.path, startLine: 1 },
        },
      ),
    ];
  });
