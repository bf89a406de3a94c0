import { entryOf } from './literal-value.ts';
import { around, type Project, type ScriptFile, unwrap } from './scope-javascript.ts';
import type { FoundEntry, ScannedSurface } from './surface-entry.ts';

/** Drops what was found twice, and sets definitions aside that nothing refers to. */
export const settle = (project: Project, out: ScannedSurface): ScannedSurface => {
  const seen = new Set<string>();
  const unique = out.entries.filter((e) => {
    const key = `${e.kind} ${e.path}:${e.line} ${e.certainty === 'dynamic' ? '' : e.name}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  const mentions = new Map<string, number>();
  for (const file of project.files)
    for (const [i, token] of file.tokens.list.entries())
      if (token.type === 'name' && !isBinding(file, i))
        mentions.set(token.text, (mentions.get(token.text) ?? 0) + 1);
  const isUnused = (e: FoundEntry): boolean => {
    if (e.certainty === 'dynamic') return false;
    const file = project.files.find((f) => f.path === e.path);
    const owner =
      file &&
      [...file.declarations.values()].flat().find((d) => {
        if (d.name.includes('.') || around(file, d.at).length > 0) return false;
        const value = unwrap(d.value());
        return (
          value.kind === 'object' &&
          entryOf(value, 'name', 'uri', 'uriTemplate')?.line === e.line &&
          value.line <= e.line &&
          value.endLine >= e.line
        );
      });
    return owner !== undefined && (mentions.get(owner.name) ?? 0) === 0;
  };
  return { ...out, entries: unique.filter((e) => !isUnused(e)), unused: unique.filter(isUnused) };
};

/** Declarations, imports and re-exports name a thing without using it. */
const isBinding = (file: ScriptFile, i: number): boolean => {
  const { list } = file.tokens;
  const before = list[i - 1]?.text ?? '';
  if (
    before === 'const' ||
    before === 'let' ||
    before === 'var' ||
    before === 'function' ||
    before === 'class'
  )
    return true;
  for (let k = i - 1; k >= 0 && k > i - 120; k--) {
    const token = list[k]!;
    if (token.type === 'name' || (token.type === 'punctuation' && token.text === ',')) {
      if (token.text === 'import') return true;
      continue;
    }
    if (token.type === 'punctuation' && token.text === '{') {
      const lead = list[k - 1]?.text ?? '';
      return lead === 'import' || lead === 'export' || lead === 'type';
    }
    return false;
  }
  return false;
};
