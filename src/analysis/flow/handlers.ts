import type { Expr, Fn } from '../sources/ir.ts';
import { decoratorKind } from './decorators.ts';
import { enterHandler, type Style, tainted } from './doors.ts';
import { type Frame, originOf, placeIn } from './frame.ts';
import type { Given } from './summary.ts';
import { NOTHING, type OriginKind, type Place, type Value } from './value.ts';
import { pathText } from './walk-statements.ts';

export type { Handler } from './doors.ts';

/** Where untrusted values enter: the ways servers register what clients may call. */

type Call = Extract<Expr, { kind: 'call' }>;

const functionRefs = (v: Value) => v.refs.flatMap((r) => (r.kind === 'function' ? [r] : []));

const HANDLER_KEYS = [
  'handler',
  'execute',
  'run',
  'callback',
  'cb',
  'invoke',
  'call',
  'func',
  'fn',
  'implementation',
  'method',
  'action',
  'load',
  'read',
  'readCallback',
  'toolHandler',
  'handle',
];
export const SAYS_TOOL = [
  'description',
  'inputSchema',
  'parameters',
  'schema',
  'input',
  'args',
  'argsSchema',
  'paramsSchema',
  'zodSchema',
  'tool',
  'definition',
  'spec',
  'metadata',
];

const nameIn = (record: Value): string => {
  for (const key of ['name', 'id', 'toolName', 'uri', 'uriTemplate']) {
    const literal = record.fields?.get(key)?.literal;
    if (literal) return literal;
  }
  for (const key of ['tool', 'definition', 'schema', 'metadata', 'spec', 'config']) {
    const literal = record.fields?.get(key)?.fields?.get('name')?.literal;
    if (literal) return literal;
  }
  return '';
};

const schemaIn = (record: Value): Value | null => {
  for (const key of [
    'inputSchema',
    'parameters',
    'schema',
    'argsSchema',
    'paramsSchema',
    'input',
    'zodSchema',
  ])
    if (record.fields?.get(key)) return record.fields.get(key)!;
  return null;
};

/** `{ name, description, inputSchema, handler }`: one row of a table of tools, wherever the table goes. */
export const tableEntry = (f: Frame, record: Value, expr: Expr): void => {
  if (expr.kind !== 'record' || !record.fields) return;
  const key = HANDLER_KEYS.find((k) => functionRefs(record.fields!.get(k) ?? NOTHING).length > 0);
  if (!key || !SAYS_TOOL.some((k) => record.fields!.has(k))) return;
  const name = nameIn(record);
  if (name === '') return;
  const kind: OriginKind = record.fields.has('uri') || record.fields.has('uriTemplate') ? 'resource' : 'tool';
  for (const ref of functionRefs(record.fields.get(key)!))
    enterHandler(f, kind, name, ref, 'arguments', schemaIn(record));
};

const takesWebRequest = (fn: Fn): boolean => fn.params.some((p) => /\bhttp\.Request\b/.test(p.type));

const REGISTERS =
  /^(?:(?:[\w$]*(?:register|add|define|create|make|new|must|build|declare|with)[\w$]*)?tools?|[\w$]*(?:register|add|define|create|must|new)[\w$]*Tool(?:Handler|Def\w*|Func|Specification)?|(?:Sync|Async)ToolSpecification|from_function|FromFunc)$/i;
const RESOURCES = /^(?:(?:register|add|define|create)\w*)?Resource(?:Template)?s?$/i;
const PROMPTS = /^(?:(?:register|add|define|create)\w*)?Prompts?$/i;
const ROUTES =
  /^(?:get|post|put|delete|patch|all|use|route|HandleFunc|Handle|GET|POST|PUT|DELETE|PATCH|createContext)$/;

/** A table of handlers handed to a registering call in one piece. */
const handlersOf = (args: readonly Given[], exprs: Call['args']): ReturnType<typeof functionRefs> => {
  const last = args.findLastIndex((a) => functionRefs(a.value).length > 0);
  if (last < 0) return [];
  // `withErrors(async (args) => …)`: the wrapped one is the handler.
  const wrapped = exprs[last]?.value;
  const inner = wrapped?.kind === 'call' ? wrapped.args.some((a) => a.value.kind === 'function') : false;
  return inner ? [] : functionRefs(args[last]!.value);
};

const wrappedFunctions = (f: Frame, expr: Call): ReturnType<typeof functionRefs> =>
  expr.args.flatMap((a) => {
    if (a.value.kind !== 'call') return [];
    return a.value.args.flatMap((inner) =>
      inner.value.kind === 'function'
        ? [
            {
              kind: 'function' as const,
              fn: f.engine.program.infoOf(inner.value.fn, f.module, f.info?.cls ?? null),
              scope: f.scope,
              self: f.scope.vars.get('this') ?? null,
            },
          ]
        : [],
    );
  });

const enterAll = (
  f: Frame,
  kind: OriginKind,
  name: string,
  refs: ReturnType<typeof functionRefs>,
  style: Style,
  schema: Value | null,
): void => {
  for (const ref of refs.slice(0, 8)) enterHandler(f, kind, name, ref, style, schema);
};

/** Handed-on registration: `register(name, handler)` whose own callers bring the handler. */
const waiting = (f: Frame, kind: OriginKind, args: readonly Given[], at: Place): void => {
  for (const { value } of args)
    for (const t of value.taints)
      if (
        t.source.kind === 'param' &&
        !t.joined &&
        f.pending.length < 60 &&
        /handler|callback|cb|fn|func|execute|run|impl/i.test(
          t.source.path.at(-1) ?? f.info?.fn.params[t.source.index]?.name ?? '',
        )
      ) {
        const origin = originOf(f.engine, kind, '', at);
        f.pending.push({ source: t.source, args: [tainted(origin)], at, tool: '' });
      }
};

/** Recognises a call that registers a handler, by its name and what it is given. */
export const registration = (
  f: Frame,
  expr: Call,
  name: string,
  paths: readonly string[],
  _object: Value,
  args: readonly Given[],
): void => {
  const at = placeIn(f, expr.at.line);
  const literal = args.find((a) => a.value.literal)?.value.literal ?? '';
  if (/^set\w*RequestHandler$/.test(name)) {
    const what = `${expr.args[0] ? pathText(expr.args[0].value) : ''} ${literal}`;
    const kind: OriginKind | null = /CallTool|tools\/call/.test(what)
      ? 'tool'
      : /ReadResource|resources\/read/.test(what)
        ? 'resource'
        : /GetPrompt|prompts\/get/.test(what)
          ? 'prompt'
          : null;
    if (kind)
      enterAll(f, kind, '', [...handlersOf(args, expr.args), ...wrappedFunctions(f, expr)], 'request', null);
    return;
  }
  // `mcp.tool(name="x")(function)`.
  if (expr.callee.kind === 'call') {
    const kind = decoratorKind(expr.callee);
    if (kind) enterAll(f, kind.kind, kind.name, handlersOf(args, []), kind.style, null);
    return;
  }
  // Go: `tools.HandlerFunc(func(ctx, request) …)` makes a function a handler, wherever it goes.
  if (f.module.module.language === 'go' && /HandlerFunc$/.test(name)) {
    const made = args.flatMap((a) => functionRefs(a.value));
    const isHttp = paths.some((p) => p.startsWith('net/http.')) || made.some((r) => takesWebRequest(r.fn.fn));
    enterAll(f, isHttp ? 'http' : 'tool', literal, made, 'arguments', null);
    return;
  }
  const kind: OriginKind | null =
    REGISTERS.test(name) && !/^(?:call|get|list|use|has|with)tools?$/i.test(name)
      ? 'tool'
      : RESOURCES.test(name)
        ? 'resource'
        : PROMPTS.test(name)
          ? 'prompt'
          : null;
  if (kind) {
    const refs = [...handlersOf(args, expr.args), ...wrappedFunctions(f, expr)];
    const config = args
      .map((a) => a.value)
      .find((v) => v.fields && !v.refs.some((r) => r.kind === 'function'));
    if (refs.length > 0) {
      const schema = config
        ? (schemaIn(config) ?? (kind === 'tool' ? config : null))
        : (args.map((a) => a.value).find((v) => v.refs.some((r) => r.kind === 'external')) ?? null);
      enterAll(f, kind, literal, refs, 'arguments', schema);
    } else if (config) {
      const key = HANDLER_KEYS.find((k) => functionRefs(config.fields!.get(k) ?? NOTHING).length > 0);
      if (key)
        enterAll(
          f,
          kind,
          nameIn(config) || literal,
          functionRefs(config.fields!.get(key)!),
          'arguments',
          schemaIn(config),
        );
    }
    // Values that are tables have had their rows entered where they were written.
    waiting(f, kind, args, at);
    return;
  }
  const functions = args.flatMap((a) => functionRefs(a.value));
  if (functions.length === 0) return;
  if (name === 'createServer' && paths.some((p) => /^https?2?\./.test(p)))
    enterAll(f, 'http', 'request', functions, 'arguments', null);
  else if (
    ROUTES.test(name) &&
    expr.callee.kind === 'member' &&
    (args[0]?.value.literal?.startsWith('/') ||
      (name === 'use' && /app|router|server/i.test(pathText(expr.callee.object))))
  )
    enterAll(
      f,
      'http',
      `${name.toUpperCase()} ${args[0]?.value.literal ?? ''}`.trim(),
      functions,
      'arguments',
      null,
    );
};
