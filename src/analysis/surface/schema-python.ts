import { brief, plainValue, type Value } from './literal-value.ts';
import type { Param } from './schema-javascript.ts';
import { type PyFile, type PyFunction, type PyParam, type PyProject, resolvePython } from './scope-python.ts';

/** Arguments a framework fills in, which no client sends. */
const INJECTED = /\b(?:Context|RequestContext|ServerSession|Depends|Request)\b|Context$/;

const FIELD_LIMITS = [
  'ge',
  'gt',
  'le',
  'lt',
  'min_length',
  'max_length',
  'pattern',
  'regex',
  'multiple_of',
  'max_digits',
];

const DEEPEST = 4;

export const calleeOf = (value: Value): string =>
  value.kind === 'name' ? value.path : value.kind === 'call' ? value.callee : '';

export const paramsOfFunction = (project: PyProject, file: PyFile, fn: PyFunction): Param[] =>
  fn.params
    .filter(
      (p) =>
        p.name !== 'self' &&
        p.name !== 'cls' &&
        p.name !== '*' &&
        p.name !== '/' &&
        !INJECTED.test(p.annotationText.split('[')[0] ?? ''),
    )
    .map((p) => describe(project, file, p, 0));

/** A parameter or model field: `Annotated[T, Field(…)] = …`, `T = Field(…)`, `T | None = None`. */
const describe = (project: PyProject, file: PyFile, p: PyParam, depth: number): Param => {
  const constraints: string[] = [];
  let type = p.annotationText || 'any';
  let description = '';
  const readField = (value: Value | null | undefined): void => {
    if (value?.kind === 'string') description ||= value.value;
    if (value?.kind !== 'call' || !/(?:^|\.)(?:Field|Query|Body|Path)$/.test(value.callee)) return;
    for (const { key, value: limit } of value.named) {
      if (key === 'description') description = limit.kind === 'string' ? limit.value : description;
      else if (FIELD_LIMITS.includes(key)) constraints.push(`${key} ${brief(limit)}`);
      else if (key === 'default')
        constraints.push(limit.kind === 'null' ? 'optional' : `default ${brief(limit)}`);
    }
  };
  const annotation =
    p.annotation && depth < DEEPEST
      ? (resolvePython(project, file, p.annotation)?.value ?? p.annotation)
      : p.annotation;
  if (annotation?.kind === 'call' && /(?:^|\.)Annotated$/.test(annotation.callee)) {
    const inner = /Annotated\[\s*((?:[^[\],]|\[[^\]]{0,100}\])+)/.exec(p.annotationText)?.[1];
    type = inner?.trim() ?? calleeOf(annotation.args[0] ?? annotation);
    for (const extra of annotation.args.slice(1)) readField(extra);
  }
  const literal = /\bLiteral\[([^\]]{1,120})\]/.exec(p.annotationText)?.[1];
  if (literal) constraints.push(`one of ${literal}`);
  readField(p.fallback);
  if (p.fallback && p.fallback.kind !== 'call')
    constraints.push(p.fallback.kind === 'null' ? 'optional' : `default ${p.fallbackText.slice(0, 60)}`);
  return { name: p.name, type: type.slice(0, 120), constraints: [...new Set(constraints)], description };
};

/** `Model.model_json_schema()`, `Model.schema()`, or a JSON schema written as a dictionary. */
export const paramsOfSchema = (
  project: PyProject,
  file: PyFile,
  schema: Value | undefined,
): Param[] | null => {
  if (!schema) return null;
  const value = resolvePython(project, file, schema)?.value ?? schema;
  const model =
    value.kind === 'call'
      ? /^(?:[\w.]*\.)?(\w+)\.(?:model_json_schema|schema)$/.exec(value.callee)?.[1]
      : undefined;
  if (model) {
    const owner = file.classes.has(model) ? file : project.classes.get(model)?.[0];
    const fields = owner?.classes.get(model)?.fields;
    return fields ? fields.map((f) => describe(project, owner!, f, 0)) : null;
  }
  const plain = plainValue(value) as
    | { properties?: Record<string, Record<string, unknown>>; required?: unknown[] }
    | undefined;
  if (value.kind !== 'object' || typeof plain?.properties !== 'object')
    return value.kind === 'object' && plain ? [] : null;
  return Object.entries(plain.properties).map(([name, p]) => ({
    name,
    type: typeof p?.type === 'string' ? p.type : 'unknown',
    constraints: [
      ...['enum', 'minLength', 'maxLength', 'minimum', 'maximum', 'pattern', 'format', 'default']
        .filter((k) => p?.[k] !== undefined)
        .map((k) => `${k} ${JSON.stringify(p[k]).slice(0, 80)}`),
      ...(plain.required?.includes(name) ? [] : ['optional']),
    ],
    description: typeof p?.description === 'string' ? p.description : '',
  }));
};
