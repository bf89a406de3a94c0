import { namedOf } from './literal-value.ts';
import type { PyFile, PyProject } from './scope-python.ts';
import { readPython } from './values-python.ts';

/** Servers that are a part of another one: what they offer is called by its name after a prefix. */

export type Mount = { file: PyFile; prefix: string; path: string };

export const mountsIn = (file: PyFile): Mount[] => {
  const { list } = file.tokens;
  return list.flatMap((token, i): Mount[] => {
    if (token.type !== 'name' || !/^(?:mount|import_server)$/.test(token.text)) return [];
    if (list[i - 1]?.text !== '.' || list[i + 1]?.text !== '(') return [];
    const call = readPython(file.tokens, i).value;
    if (call.kind !== 'call') return [];
    const server = namedOf(call, 'server') ?? call.args.find((a) => a.kind === 'name');
    const prefix = namedOf(call, 'prefix', 'namespace') ?? call.args.find((a) => a.kind === 'string');
    if (server?.kind !== 'name' || prefix?.kind !== 'string' || !prefix.complete) return [];
    return /^\w{1,60}$/.test(prefix.value) ? [{ file, prefix: prefix.value, path: server.path }] : [];
  });
};

/** The words of `from a.b import c as name` (or `import a.b as name`) that give a file this name. */
const importOf = (file: PyFile, name: string): { module: string; original: string } | null => {
  const { list } = file.tokens;
  for (let i = 0; i < list.length; i++) {
    const token = list[i]!;
    if (token.type !== 'name' || token.text !== name) continue;
    const renamed = list[i - 1]?.text === 'as';
    let begin = i;
    while (begin > 0 && list[begin]!.indent < 0 && i - begin < 400) begin--;
    const words = list.slice(begin, i).map((t) => t.text);
    if (words[0] !== 'from' && words[0] !== 'import') continue;
    const importAt = words.indexOf('import');
    if (importAt < 0) continue;
    return {
      module: words.slice(1, words[0] === 'from' ? importAt : words.length - (renamed ? 1 : 0)).join(''),
      original: renamed ? (list[i - 2]?.text ?? name) : name,
    };
  }
  return null;
};

const isModule = (file: PyFile, module: string): boolean => {
  const last = module.split('.').at(-1) ?? '';
  const path = file.path.replace(/(?:\/__init__)?\.py$/, '');
  return last !== '' && (path === last || path.endsWith(`/${last}`));
};

/** The file that declares the server a name means here; null when that is not certain. */
const declaredIn = (
  project: PyProject,
  file: PyFile,
  path: string,
): { file: PyFile; name: string } | null => {
  const parts = path.split('.');
  const name = parts.at(-1)!;
  const on = parts
    .slice(0, -1)
    .filter((p) => p !== 'self' && p !== 'cls')
    .at(-1);
  if (on === undefined && file.values.has(name)) return { file, name };
  const imported = importOf(file, on ?? name);
  const original = on === undefined ? (imported?.original ?? name) : name;
  const module =
    on === undefined ? imported?.module : imported ? `${imported.module}.${imported.original}` : on;
  const all = project.values.get(original) ?? [];
  const there =
    module === undefined
      ? []
      : all.filter((f) => isModule(f, module) || isModule(f, module.split('.').at(-2) ?? ''));
  const exact = there.filter((f) => module !== undefined && isModule(f, module));
  const found = exact.length > 0 ? exact : there.length > 0 ? there : all;
  return found.length === 1 ? { file: found[0]!, name: original } : null;
};

/** The prefix under which the server of this name is mounted somewhere; null when it is not. */
export const prefixOf = (
  project: PyProject,
  mounts: readonly Mount[],
  file: PyFile,
  path: string,
): string | null => {
  if (mounts.length === 0 || path === '') return null;
  const own = declaredIn(project, file, path);
  if (!own) return null;
  const found = mounts.find((m) => {
    const sub = declaredIn(project, m.file, m.path);
    return sub !== null && sub.file === own.file && sub.name === own.name;
  });
  return found?.prefix ?? null;
};
