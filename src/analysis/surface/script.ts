import type { Expr } from '../sources/ir.ts';
import type { Definition } from './definition.ts';
import { type At, type Call, lastOf, type Program, type Row, type Site } from './program.ts';
import type { FoundEntry } from './surface-entry.ts';
import { textOf } from './texts.ts';
import { partIn, settled } from './values.ts';

/** Calls and objects of JavaScript and TypeScript that define a tool, a resource or a prompt. */

const CALLS: Record<string, FoundEntry['kind']> = {
  tool: 'tool',
  registerTool: 'tool',
  registerToolTask: 'tool',
  addTool: 'tool',
  registerAppTool: 'tool',
  prompt: 'prompt',
  registerPrompt: 'prompt',
  addPrompt: 'prompt',
  resource: 'resource',
  registerResource: 'resource',
  addResource: 'resource',
  addResourceTemplate: 'resource',
};
/** These words are too common to be a registration unless called on something. */
const NEEDS_RECEIVER = new Set(['tool', 'prompt', 'resource']);

const SURE_SCHEMA_KEYS = ['inputSchema', 'input_schema', 'parametersSchema', 'paramsSchema'];
const SCHEMA_KEYS = [...SURE_SCHEMA_KEYS, 'parameters', 'schema', 'argsSchema', 'zodSchema', 'inputs'];
const HANDLER_KEYS = [
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
const NAME_KEYS = ['name', 'uriTemplate', 'uri'];

const receiverOf = (call: Call): string =>
  call.callee.kind === 'member' ? lastOf(call.callee.object) || '?' : '';

/** `server.registerTool('name', …)`, `server.addTool({ … })`; `relevant` where the file has to do with the protocol. */
export const scriptCall = (program: Program, call: Call, site: Site): Definition | null => {
  const last = lastOf(call.callee);
  if (call.isNew || !Object.hasOwn(CALLS, last)) return null;
  const receiver = receiverOf(call);
  if (receiver === '' && NEEDS_RECEIVER.has(last)) return null;
  let args = call.args.map((a) => a.value);
  // `registerAppTool(server, 'name', …)`: the server comes first.
  if (receiver === '' && args.length > 2 && args[0]!.kind === 'name' && args[1]!.kind === 'literal')
    args = args.slice(1);
  const [first, ...rest] = args;
  if (!first) return null;
  const kind = CALLS[last]!;
  const made = { kind, call, site, description: null, schemas: [], annotations: null };
  const object = settled(program, { expr: first, site });
  if (object.expr.kind === 'record') {
    const name = partOf(program, object, NAME_KEYS);
    return name && { ...made, site: object.site, name: name.expr, rest: [], object: object.expr };
  }
  const isText = first.kind === 'text' || (first.kind === 'literal' && first.isString);
  if (rest.length === 0 && !isText)
    return /server|mcp|app/i.test(receiver)
      ? { ...made, name: { at: first.at, kind: 'member', object: first, property: 'name' }, rest }
      : null;
  return { ...made, name: first, rest };
};

/** Whether what the registration is called on may be a server, where its name is not known. */
export const onServer = (call: Expr): boolean =>
  call.kind !== 'call' || /server|mcp|app|this/i.test(receiverOf(call));

const partOf = (program: Program, object: At, keys: readonly string[]): At | null => {
  for (const key of keys) {
    const part = partIn(program, object, key);
    if (part) return part;
  }
  return null;
};

/** Names of types and calls of schema libraries: the object is the shape of a tool, not one. */
const isShape = (name: Expr): boolean =>
  (name.kind === 'name' && /^(?:string|number|any|unknown|z|type)$/.test(name.name)) ||
  (name.kind === 'call' && /^(?:z|zod|t|Type|s)$/.test(rootOf(name)));

const rootOf = (e: Expr): string =>
  e.kind === 'call'
    ? rootOf(e.callee)
    : e.kind === 'member'
      ? rootOf(e.object)
      : e.kind === 'name'
        ? e.name
        : '';

/** Keys that say what an object is to its parent, not what a tool is called. */
const ROLES =
  /^(?:tool|tools|definition|def|config|spec|schema|metadata|meta|options|function|default|params|parameters|args|arguments|inputSchema|outputSchema|properties|items|prompt|resource|handler|info|annotations|data|input|output|result|response)$/i;

/** `{ name, description, inputSchema }` wherever it stands, and rows of tables of tools by their names. */
export const scriptObject = (
  row: { expr: Row; key: string; site: Site },
  relevant: boolean,
): Definition | null => {
  const { expr, key, site } = row;
  const keys = new Set(expr.entries.map((e) => e.key));
  const any = (all: readonly string[]): boolean => all.some((k) => keys.has(k));
  const made = {
    call: expr,
    site,
    description: null,
    schemas: [],
    annotations: null,
    rest: [],
    object: expr,
  };
  const entry = (...all: string[]): Expr | null =>
    expr.entries.find((e) => all.includes(e.key))?.value ?? null;
  if (!any(NAME_KEYS)) {
    const whole =
      keys.has('description') &&
      any(SCHEMA_KEYS) &&
      (any(HANDLER_KEYS) || keys.has('annotations') || keys.has('outputSchema'));
    if (!relevant || !whole || key === '' || key === '...' || ROLES.test(key)) return null;
    return {
      ...made,
      kind: 'tool',
      name: {
        at: { line: expr.at.line, endLine: expr.at.line },
        kind: 'literal',
        value: key,
        isString: true,
      },
    };
  }
  const isUri = keys.has('uriTemplate') || keys.has('uri');
  const likely =
    relevant && keys.has('description') && any(SCHEMA_KEYS) && (any(HANDLER_KEYS) || keys.has('annotations'));
  const kind: FoundEntry['kind'] | null =
    keys.has('name') && !isUri && (any(SURE_SCHEMA_KEYS) || likely)
      ? 'tool'
      : relevant &&
          keys.has('name') &&
          keys.has('description') &&
          keys.has('arguments') &&
          !keys.has('id') &&
          !keys.has('params')
        ? 'prompt'
        : relevant &&
            keys.has('name') &&
            (keys.has('uriTemplate') ||
              (keys.has('uri') && (keys.has('mimeType') || keys.has('description')))) &&
            !keys.has('text') &&
            !keys.has('type')
          ? 'resource'
          : null;
  const name = kind === 'resource' ? entry('uriTemplate', 'uri') : entry('name');
  return kind && name && !isShape(name) ? { ...made, kind, name } : null;
};

/** What a tool does, written apart from what it is: `list: tool({ ...definitions.list, execute })`. */
export const handlerByKey = (row: { expr: Row; key: string }): Expr | null => {
  const { expr, key } = row;
  if (key === '' || key === '...' || ROLES.test(key)) return null;
  if (!expr.entries.some((e) => e.key === '...')) return null;
  const value = expr.entries.find((e) => HANDLER_KEYS.includes(e.key))?.value;
  return value?.kind === 'function' ? value : null;
};

/** What a definition says, each part where it stands. */
export type Parts = {
  description: At | null;
  schema: At | null;
  annotations: At | null;
  handler: At | null;
};

export const scriptParts = (program: Program, d: Definition): Parts =>
  d.object
    ? partsOfObject(program, { expr: d.object, site: d.site })
    : partsOfCall(
        program,
        d.rest.map((expr) => ({ expr, site: d.site })),
      );

const partsOfObject = (program: Program, object: At): Parts => ({
  description: partOf(program, object, ['description']),
  schema: partOf(program, object, SCHEMA_KEYS),
  annotations: partOf(program, object, ['annotations']),
  handler: partOf(program, object, HANDLER_KEYS),
});

/** Arguments of `register(name, …)` in all the orders the SDKs know. */
const partsOfCall = (program: Program, rest: readonly At[]): Parts => {
  const handler = rest.findLast((a) => a.expr.kind === 'function') ?? (rest.length > 1 ? rest.at(-1)! : null);
  const parts: Parts = { description: null, schema: null, annotations: null, handler };
  for (const arg of rest) {
    if (arg === handler && arg.expr.kind === 'function') continue;
    const value = settled(program, arg);
    if (value.expr.kind === 'record') {
      const keys = value.expr.entries.map((e) => e.key);
      if (
        keys.some((k) => SURE_SCHEMA_KEYS.includes(k)) ||
        (keys.includes('description') && !keys.includes('type')) ||
        (keys.includes('annotations') && keys.length <= 4)
      ) {
        const config = partsOfObject(program, value);
        parts.description ??= config.description;
        parts.schema ??= config.schema;
        parts.annotations ??= config.annotations;
      } else if (keys.length > 0 && keys.every((k) => /Hint$|^title$/.test(k))) parts.annotations ??= arg;
      else parts.schema ??= arg;
    } else if (!parts.description && !parts.schema && textOf(program, arg).text !== '')
      parts.description = arg;
    else if (
      /^(?:call|name|member)$/.test(arg.expr.kind) &&
      arg !== handler &&
      !parts.schema &&
      parts.description
    )
      parts.schema = arg;
  }
  return parts;
};
