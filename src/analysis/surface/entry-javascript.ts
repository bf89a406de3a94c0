import { brief, entryOf, plainValue, type Value } from './literal-value.ts';
import { type Param, paramsOf } from './schema-javascript.ts';
import { type Project, resolve, type ScriptFile } from './scope-javascript.ts';
import { type FoundEntry, TOOL_NAME } from './surface-entry.ts';

export const SCHEMA_KEYS = [
  'inputSchema',
  'input_schema',
  'parametersSchema',
  'paramsSchema',
  'parameters',
  'schema',
  'argsSchema',
  'zodSchema',
  'inputs',
];

export const SURE_SCHEMA_KEYS = new Set(['inputSchema', 'input_schema', 'parametersSchema', 'paramsSchema']);

export const HANDLER_KEYS = [
  'handler',
  'execute',
  'run',
  'handle',
  'callback',
  'cb',
  'logic',
  'func',
  'fn',
  'call',
  'invoke',
];

export type Parts = {
  name: Value | undefined;
  description: Value | undefined;
  schema: Value | undefined;
  annotations: Value | undefined;
  handler: Value | undefined;
};

const textOf = (
  project: Project,
  file: ScriptFile,
  value: Value | undefined,
): { text: string; from: string | null; followed: boolean; at: string } => {
  if (!value) return { text: '', from: null, followed: false, at: '' };
  const found = resolve(project, file, value);
  if (found?.value.kind === 'string')
    return {
      text: found.value.value,
      from: found.value.complete ? null : 'partly computed',
      followed: found.followed,
      at: `${found.file.path}:${found.value.line}`,
    };
  if (
    value.kind === 'call' &&
    value.callee &&
    /^(?:trim|trimStart|trimEnd)$/.test(value.callee) &&
    value.target
  )
    return textOf(project, file, value.target);
  if (value.kind === 'call' && /^\[?join/.test(value.callee) && value.target?.kind === 'array')
    return {
      text: value.target.items
        .map((v) => textOf(project, file, v).text)
        .join(value.args[0]?.kind === 'string' ? value.args[0].value : ','),
      from: null,
      followed: false,
      at: '',
    };
  return {
    text: '',
    from:
      value.kind === 'call'
        ? `${value.callee}(${value.args.slice(0, 1).map(brief).join('')})`
        : value.kind === 'name'
          ? value.path
          : 'computed',
    followed: false,
    at: '',
  };
};

const handlerOf = (project: Project, file: ScriptFile, value: Value | undefined): FoundEntry['handler'] => {
  const found = value && resolve(project, file, value);
  if (found?.value.kind !== 'function') return null;
  return {
    path: found.file.path,
    startLine: found.value.line,
    endLine: Math.max(found.value.line, found.value.endLine),
  };
};

export const partsOfObject = (value: Value): Parts => {
  const annotations = entryOf(value, 'annotations');
  return {
    name: entryOf(value, 'name', 'uriTemplate', 'uri'),
    description: entryOf(value, 'description'),
    schema: entryOf(value, ...SCHEMA_KEYS),
    annotations,
    handler: entryOf(value, ...HANDLER_KEYS),
  };
};

/** Arguments of `register(name, …)` in all the orders the SDKs know. */
export const partsOfCall = (project: Project, file: ScriptFile, args: readonly Value[]): Parts => {
  const [first, ...rest] = args;
  const handler = rest.findLast((v) => v.kind === 'function') ?? (rest.length > 1 ? rest.at(-1) : undefined);
  const parts: Parts = {
    name: first,
    description: undefined,
    schema: undefined,
    annotations: undefined,
    handler,
  };
  for (const arg of rest) {
    const value = resolve(project, file, arg)?.value ?? arg;
    if (value.kind === 'string' && !parts.description && !parts.schema) parts.description = arg;
    else if (value.kind === 'object') {
      const keys = value.entries.map((e) => e.key);
      if (
        keys.some((k) => SURE_SCHEMA_KEYS.has(k)) ||
        (keys.includes('description') && !keys.includes('type')) ||
        (keys.includes('annotations') && keys.length <= 4)
      ) {
        const config = partsOfObject(value);
        parts.description ??= config.description;
        parts.schema ??= config.schema ?? entryOf(value, 'argsSchema');
        parts.annotations ??= config.annotations;
      } else if (keys.length > 0 && keys.every((k) => /Hint$|^title$/.test(k))) parts.annotations ??= arg;
      else parts.schema ??= arg;
    } else if (
      (value.kind === 'call' || value.kind === 'name') &&
      arg !== handler &&
      !parts.schema &&
      parts.description
    )
      parts.schema = arg;
  }
  return parts;
};

export const entryFrom = (
  project: Project,
  file: ScriptFile,
  kind: FoundEntry['kind'],
  parts: Parts,
  whole: Value,
): FoundEntry | null => {
  if (!parts.name) return null;
  const name = textOf(project, file, parts.name);
  const known = name.text !== '' && name.from === null;
  if (known && kind === 'tool' && !TOOL_NAME.test(name.text)) return null;
  const description = textOf(project, file, parts.description);
  const annotations = parts.annotations && resolve(project, file, parts.annotations)?.value;
  const params = parts.schema
    ? paramsOf(project, file, parts.schema)
    : kind === 'tool'
      ? ([] as Param[])
      : null;
  return {
    kind,
    name: known
      ? name.text.slice(0, 300)
      : `<${(name.from === 'partly computed' ? name.text : (name.from ?? 'computed')).slice(0, 100)}>`,
    certainty: !known ? 'dynamic' : name.followed ? 'derived' : 'literal',
    path: file.path,
    line: parts.name.line,
    endLine: Math.max(parts.name.line, whole.endLine),
    nameAt: known ? name.at : `${file.path}:${parts.name.line}`,
    description: description.text.slice(0, 20_000),
    descriptionFrom: description.from,
    params,
    annotations: (plainValue(annotations) as Record<string, unknown> | undefined) ?? {},
    handler: handlerOf(project, file, parts.handler),
    relisted: !known && parts.name.kind === 'name' && /\.name$/.test(parts.name.path),
  };
};

export const dynamicAt = (
  file: ScriptFile,
  kind: FoundEntry['kind'],
  name: Value,
  whole: Value,
): FoundEntry => ({
  kind,
  name: `<${name.kind === 'name' ? name.path.slice(0, 100) : name.kind === 'call' ? `${name.callee}()`.slice(0, 100) : 'computed'}>`,
  certainty: 'dynamic',
  path: file.path,
  line: name.line,
  endLine: Math.max(name.line, whole.endLine),
  nameAt: `${file.path}:${name.line}`,
  description: '',
  descriptionFrom: 'computed',
  params: null,
  annotations: {},
  handler: null,
  relisted: false,
});
