import { lineFinder } from '../../files/lines.ts';
import { parseToml } from '../../files/parse-toml.ts';
import { readTexts } from '../../files/read-texts.ts';
import { bag, list, text } from '../../files/shape.ts';
import { type Dependency, MOST_DEPENDENCIES, pythonRequirement } from '../dependency.ts';
import type { ReadManifest } from './manifest-reader.ts';

/**
 * The block of a Python script that says what it needs, as `uv run` and `pipx run` read it.
 * https://packaging.python.org/en/latest/specifications/inline-script-metadata/
 */
const OPENING = /^# \/\/\/ script[ \t]*$/m;

const MOST_LINES = 2000;

/** Scripts are short; and a tree of very many files is not read for the few that may have such a block. */
const MOST_BYTES = 200_000;
const MOST_SCRIPTS = 3000;

export const mayHoldInlineScript = (e: { path: string; kind: string; size: number }): boolean =>
  (e.kind === 'file' || e.kind === 'executable') && e.path.endsWith('.py') && e.size <= MOST_BYTES;

/** All manifests in scripts' comments among `entries`, in their order. */
export async function* inlineScripts<E extends { path: string; kind: string; size: number }>(
  tree: Parameters<typeof readTexts>[0],
  entries: readonly E[],
  signal: AbortSignal,
): AsyncGenerator<{ entry: E; read: ReadManifest }> {
  const scripts = entries.filter(mayHoldInlineScript).slice(0, MOST_SCRIPTS);
  for await (const { entry, text: source } of readTexts(tree, scripts, signal)) {
    const read = source === null ? null : inlineScript(entry.path, source);
    if (read) yield { entry, read };
  }
}

/** The manifest in a script's comments; null when there is none. */
export const inlineScript = (path: string, source: string): ReadManifest | null => {
  const opening = OPENING.exec(source);
  if (!opening) return null;
  const first = lineFinder(source)(opening.index);
  const lines = source.slice(opening.index).split('\n', MOST_LINES).slice(1);
  const end = lines.findIndex((l) => !l.startsWith('#'));
  const comment = (end === -1 ? lines : lines.slice(0, end)).map((l) => l.trimEnd());
  const close = comment.lastIndexOf('# ///');
  if (close === -1) return { ok: false, reason: 'its "# /// script" block has no end' };
  const parsed = parseToml(
    comment
      .slice(0, close)
      .map((l) => l.slice(l.startsWith('# ') ? 2 : 1))
      .join('\n'),
  );
  if (!parsed.ok) return parsed;
  const root = bag(parsed.value);
  const asked = list(root.dependencies).slice(0, MOST_DEPENDENCIES).map(text);
  return {
    ok: true,
    manifest: {
      path,
      ecosystem: 'PyPI',
      name: '',
      dependencies: asked.flatMap((requirement): Dependency[] => {
        const read = pythonRequirement(requirement);
        const at = comment.findIndex((l) => l.includes(`"${requirement}"`) || l.includes(`'${requirement}'`));
        return read ? [{ ...read, scope: 'runtime', line: first + 1 + Math.max(at, 0) }] : [];
      }),
      scripts: [],
    },
  };
};
