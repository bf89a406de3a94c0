import { entryOf } from './literal-value.ts';
import { around, type Project, type ScriptFile, unwrap } from './scope-javascript.ts';
import type { FoundEntry, ScannedSurface } from './surface-entry.ts';

/** Merges what was found twice, and sets definitions aside that nothing refers to. */
export const settle = (project: Project, out: ScannedSurface): ScannedSurface => {
  const merged = new Map<string, FoundEntry>();
  for (const entry of out.entries) {
    const key = `${entry.kind} ${entry.nameAt} ${entry.name}`;
    const known = merged.get(key);
    merged.set(key, known ? merge(known, entry) : entry);
  }
  const unique = [...merged.values()];
  const mentions = new Map<string, number>();
  for (const file of project.files)
    for (const [i, token] of file.tokens.list.entries())
      if (token.type === 'name' && !isBinding(file, i))
        mentions.set(token.text, (mentions.get(token.text) ?? 0) + 1);
  const owners = new Map(project.files.map((file) => [file.path, lazily(() => definitionOwners(file))]));
  const isUnused = (e: FoundEntry): boolean => {
    const owner = e.certainty === 'dynamic' ? undefined : owners.get(e.path)?.().get(e.line);
    return owner !== undefined && (mentions.get(owner) ?? 0) === 0;
  };
  return { ...out, entries: unique.filter((e) => !isUnused(e)), unused: unique.filter(isUnused) };
};

/** A definition and its registration are one tool: the place is the definition's, each says what the other leaves out. */
const merge = (a: FoundEntry, b: FoundEntry): FoundEntry => {
  const [main, other] = b.certainty === 'literal' && a.certainty !== 'literal' ? [b, a] : [a, b];
  return {
    ...main,
    description: main.description || other.description,
    descriptionFrom: main.description ? main.descriptionFrom : other.descriptionFrom,
    params: main.params && main.params.length > 0 ? main.params : (other.params ?? main.params),
    annotations: { ...other.annotations, ...main.annotations },
    handler: main.handler ?? other.handler,
  };
};

const lazily = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** For objects declared at the top of a file: the line of their name, and what they are called. */
const definitionOwners = (file: ScriptFile): Map<number, string> => {
  const owners = new Map<number, string>();
  for (const declarations of file.declarations.values())
    for (const d of declarations) {
      if (d.name.includes('.') || around(file, d.at).length > 0) continue;
      const value = unwrap(d.value());
      const name = value.kind === 'object' ? entryOf(value, 'name', 'uri', 'uriTemplate') : undefined;
      if (name) owners.set(name.line, d.name);
    }
  return owners;
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
