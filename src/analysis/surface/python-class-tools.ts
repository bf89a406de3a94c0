import type { Value } from './literal-value.ts';
import { type PyFile, type PyFunction, type PyProject, resolvePython } from './scope-python.ts';
import { type FoundEntry, TOOL_NAME } from './surface-entry.ts';
import { readPython } from './values-python.ts';

/** Classes that are one tool each: they say a name and a description, in attributes or methods, and do the work. */

const RUNS = /^_?(?:execute|run|arun|_run|_arun|call|invoke|handle|handler|__call__)$/;

const returned = (file: PyFile, fn: PyFunction): Value | null => {
  const { list } = file.tokens;
  for (let i = fn.at; i < list.length && list[i]!.line <= fn.endLine; i++)
    if (list[i]!.type === 'name' && list[i]!.text === 'return') return readPython(file.tokens, i + 1).value;
  return null;
};

export const classTools = (project: PyProject, file: PyFile): FoundEntry[] =>
  [...file.classes].flatMap(([name, cls]): FoundEntry[] => {
    if (!cls.bases.some((b) => /Tool/.test(b))) return [];
    const methods = file.functions.filter((f) => f.inClass === name);
    const says = (attribute: string): { value: Value; line: number } | null => {
      const method = methods.find((m) => m.name === attribute || m.name === `get_${attribute}`);
      const own = method && returned(file, method);
      // `return self.name`
      const inner = own?.kind === 'name' && own.path === `self.${attribute}` ? null : own;
      if (inner) return { value: inner, line: inner.line };
      const field = cls.fields.find((f) => f.name === attribute)?.fallback;
      return field ? { value: field, line: field.line } : null;
    };
    const named = says('name');
    const told = says('description');
    const found = named && resolvePython(project, file, named.value);
    if (!named || !told || found?.value.kind !== 'string' || !found.value.complete) return [];
    if (!TOOL_NAME.test(found.value.value)) return [];
    const text = resolvePython(project, file, told.value)?.value;
    const runs = methods.find((m) => RUNS.test(m.name));
    return [
      {
        kind: 'tool',
        name: found.value.value,
        certainty: found.followed ? 'derived' : 'literal',
        path: file.path,
        line: named.line,
        endLine: named.line,
        nameAt: `${found.file.path}:${found.value.line}`,
        description: text?.kind === 'string' ? text.value.slice(0, 20_000) : '',
        descriptionFrom: text?.kind === 'string' ? (text.complete ? null : 'partly computed') : 'computed',
        params: null,
        annotations: {},
        handler: runs ? { path: file.path, startLine: runs.line, endLine: runs.endLine } : null,
        relisted: false,
      },
    ];
  });
