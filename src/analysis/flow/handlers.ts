import type { Expr } from '../sources/ir.ts';
import { enterHandler, tainted } from './doors.ts';
import { type Frame, originOf, placeIn, testsOf } from './frame.ts';
import { basesIn, methodOf } from './members.ts';
import type { DoorRow } from './models.ts';
import { isSchema } from './schemas.ts';
import { argumentAt, holds } from './sinks.ts';
import type { Given } from './summary.ts';
import {
  NOTHING,
  type OriginKind,
  type Place,
  type Ref,
  type Scope,
  type Value,
  valueWith,
} from './value.ts';
import { valueAt } from './walk-expressions.ts';
import { pathText } from './walk-statements.ts';

export type { Handler } from './doors.ts';

/** Where untrusted values enter: calls that register what clients may call, as models name them. */

type Call = Extract<Expr, { kind: 'call' }>;
type FunctionRef = Extract<Ref, { kind: 'function' }>;

const functionRefs = (v: Value): FunctionRef[] => v.refs.flatMap((r) => (r.kind === 'function' ? [r] : []));

const NAMES = ['name', 'id', 'toolName', 'uri', 'uriTemplate', 'Name', 'path', 'url'];
const DESCRIBE = ['tool', 'definition', 'schema', 'metadata', 'spec', 'config', 'Tool', 'Definition'];
const SCHEMAS = ['inputSchema', 'parameters', 'schema', 'argsSchema', 'paramsSchema', 'input', 'zodSchema'];

/** What a record or an options object calls the thing it describes. */
const nameIn = (record: Value): string => {
  for (const key of NAMES) {
    const literal = record.fields?.get(key)?.literal;
    if (literal) return literal;
  }
  for (const key of DESCRIBE) {
    const literal = record.fields?.get(key)?.fields?.get('name')?.literal;
    if (literal) return literal;
  }
  return '';
};

const isSchemaValue = (v: Value): boolean =>
  isSchema(v.refs.flatMap((r) => (r.kind === 'external' ? [r.path] : [])));

/** `{ name: z.string(), input: z.string() }`: parameters by name, whatever they are called. */
const isShape = (record: Value): boolean => {
  const all = [...(record.fields?.values() ?? [])];
  return all.length > 0 && all.every(isSchemaValue) && !SCHEMAS.some((k) => record.fields?.get(k)?.fields);
};

const schemaIn = (record: Value): Value | null => {
  if (isShape(record)) return null;
  for (const key of SCHEMAS) {
    const found = record.fields?.get(key);
    if (found) return found;
  }
  return null;
};

/** Whether it says what a tool is called, beside or instead of what it takes. */
const isDefinition = (record: Value): boolean => record.fields?.has('name') === true && !isShape(record);

/** `{ name, description, inputSchema, handler }`: one row of a table of tools, wherever the table goes. */
export const tableEntry = (f: Frame, record: Value, expr: Expr): void => {
  if (expr.kind !== 'record' || !record.fields) return;
  for (const door of f.engine.knows.others('record', f.module.module.language)) {
    const key = door.at.find((k) => functionRefs(record.fields!.get(k) ?? NOTHING).length > 0);
    if (!key || !door.beside.some((k) => record.fields!.has(k))) continue;
    const name = nameIn(record);
    if (name === '' && door.kind === 'tool') continue;
    const kind: OriginKind =
      record.fields.has('uri') || record.fields.has('uriTemplate') ? 'resource' : door.kind;
    for (const ref of functionRefs(record.fields.get(key)!))
      enterHandler(f, { ...door, kind }, name, ref, schemaIn(record));
  }
};

/** A function given last is the handler; `withErrors(async (args) => …)`: the wrapped one is. */
const lastFunctions = (args: readonly Given[], exprs: Call['args']): FunctionRef[] => {
  const last = args.findLastIndex((a) => functionRefs(a.value).length > 0);
  if (last < 0) return [];
  const wrapped = exprs[last]?.value;
  const inner = wrapped?.kind === 'call' ? wrapped.args.some((a) => a.value.kind === 'function') : false;
  return inner ? [] : functionRefs(args[last]!.value);
};

/** Wrappers inside wrappers are followed so deep: `traced(guarded(limited(handler)))`. */
const DEEPEST_WRAPPER = 4;

/** Functions handed to a wrapper in the handler's place, by what they are or by name: `guarded(handler)`. */
const wrappedFunctions = (f: Frame, expr: Call, depth = 0): FunctionRef[] =>
  expr.args.flatMap((a) => {
    if (a.value.kind !== 'call') return [];
    const inner = a.value.args.flatMap((given): FunctionRef[] => {
      switch (given.value.kind) {
        case 'function':
          return [
            {
              kind: 'function',
              fn: f.engine.program.infoOf(given.value.fn, f.module, f.info?.cls ?? null),
              scope: f.scope,
              self: f.scope.vars.get('this') ?? null,
            },
          ];
        case 'name':
        case 'member':
          return functionRefs(valueAt(f, given.value));
        default:
          return [];
      }
    });
    return inner.length > 0 || depth >= DEEPEST_WRAPPER ? inner : wrappedFunctions(f, a.value, depth + 1);
  });

/** Methods of a class or object that stand for a handler. */
export const methodsOf = (f: Frame, v: Value, names: readonly string[]): FunctionRef[] =>
  v.refs.flatMap((r) => {
    if (r.kind !== 'class' && r.kind !== 'object') return [];
    const self = r.kind === 'object' ? v : valueWith({ refs: [{ kind: 'object', cls: r.cls }] });
    const found = names.flatMap((n) => methodOf(r.cls, n, basesIn(f.engine.program)) ?? []);
    return found.map((fn) => ({
      kind: 'function' as const,
      fn,
      scope: fn.module.scope as Scope | null,
      self,
    }));
  });

/** The handlers a call is given, where its door says they stand; else the last function. */
const handlersIn = (
  f: Frame,
  door: DoorRow,
  expr: Call,
  args: readonly Given[],
  object: Value,
): FunctionRef[] => {
  const found = (v: Value): FunctionRef[] => [...functionRefs(v), ...methodsOf(f, v, door.methods)];
  const last = (): FunctionRef[] => {
    const plain = [...lastFunctions(args, expr.args), ...wrappedFunctions(f, expr)];
    if (plain.length > 0) return plain;
    return args.flatMap((a) => methodsOf(f, a.value, door.methods));
  };
  if (!door.handler) return last();
  for (const position of door.handler) {
    const refs =
      position === 'all'
        ? [...args.flatMap((a) => found(a.value)), ...wrappedFunctions(f, expr)]
        : position === 'last'
          ? last()
          : found(argumentAt(args, object, position));
    if (refs.length > 0) return refs;
  }
  return [];
};

const KEYS =
  /^(?:handler|execute|run|callback|cb|invoke|call|func|fn|implementation|method|action|load|read|toolHandler|handle|Handler)$/;

/** `addTool({ name, execute })`: the handler stands in the only object given. */
const inOptions = (config: Value): FunctionRef[] => {
  for (const [key, v] of config.fields ?? []) if (KEYS.test(key)) return functionRefs(v);
  return [];
};

/** Handed-on registration: `register(name, handler)` whose own callers bring the handler. */
const waiting = (f: Frame, kind: OriginKind, args: readonly Given[], at: Place): void => {
  for (const { value } of args)
    for (const t of value.taints)
      if (t.source.kind === 'param' && !t.joined && t.passed.length === 0 && f.pending.length < 60) {
        const origin = originOf(f.engine, kind, '', at);
        // A handler of Go takes a context before what the client sent.
        const sent = tainted(origin);
        const args = f.module.module.language === 'go' ? [NOTHING, sent, sent] : [sent];
        f.pending.push({ source: t.source, args, at, tool: '', holds: testsOf(f, f.guards) });
      }
};

const isProtocol = (kind: OriginKind): boolean => kind === 'tool' || kind === 'resource' || kind === 'prompt';

/** Route names are told with their method: `POST /x`. */
const nameOf = (door: DoorRow, called: string, literal: string, config: Value | undefined): string => {
  if (door.called && door.called !== 'connection') return door.called;
  const own = (config ? nameIn(config) : '') || literal;
  return door.kind === 'http' ? `${called.toUpperCase()} ${own}`.trim() : own;
};

/** Recognises a call that registers a handler, by what models say of it. */
export const registration = (
  f: Frame,
  expr: Call,
  name: string,
  paths: readonly string[],
  object: Value,
  args: readonly Given[],
): void => {
  const { language } = f.module.module;
  const { knows } = f.engine;
  // `mcp.tool(name="x")(function)`.
  if (expr.callee.kind === 'call') {
    const text = pathText(expr.callee.callee);
    for (const door of knows.decorators(text.includes('.') ? `?.${text}` : text, language)) {
      const literal = expr.callee.args.find((a) => a.value.kind === 'literal')?.value;
      const called = literal?.kind === 'literal' ? (literal.value ?? '') : '';
      for (const ref of lastFunctions(args, [])) enterHandler(f, door, called, ref, null);
      return;
    }
  }
  const candidates = paths.length > 0 ? paths : [expr.callee.kind === 'member' ? `?.${name}` : name];
  for (const path of candidates)
    for (const door of knows.doors(path, language)) {
      if (!door.when.every((c) => holds(c, args, object, expr))) continue;
      if (enterDoor(f, door, expr, name, args, object)) return;
    }
};

const enterDoor = (
  f: Frame,
  door: DoorRow,
  expr: Call,
  name: string,
  args: readonly Given[],
  object: Value,
): boolean => {
  const literal = args.find((a) => a.value.literal)?.value.literal ?? '';
  const config = args.map((a) => a.value).find((v) => v.fields && !v.refs.some((r) => r.kind === 'function'));
  let refs = handlersIn(f, door, expr, args, object);
  let schema: Value | null = null;
  if (isProtocol(door.kind)) {
    if (refs.length > 0)
      schema = config
        ? (schemaIn(config) ?? (door.kind === 'tool' && !isDefinition(config) ? config : null))
        : (args.map((a) => a.value).find((v) => v.refs.some((r) => r.kind === 'external')) ?? null);
    else if (config) schema = schemaIn(config);
    if (refs.length === 0 && config) refs = inOptions(config);
  } else if (door.kind === 'http' && refs.length > 0) {
    // tRPC: the schema stands in the call before.
    schema = object.refs.some((r) => r.kind === 'external') ? (object.fields?.get('#input') ?? null) : null;
  }
  for (const ref of refs.slice(0, 8)) enterHandler(f, door, nameOf(door, name, literal, config), ref, schema);
  if (refs.length === 0 && isProtocol(door.kind)) waiting(f, door.kind, args, placeIn(f, expr.at.line));
  return refs.length > 0;
};
