import { type Frame, originOf, placeIn } from './frame.ts';
import type { Expr, Fn, Param } from './ir.ts';
import { constrained } from './schemas.ts';
import { apply, type Given, hasSelf } from './summary.ts';
import { bareType, isHarmlessType } from './types.ts';
import {
  type ClassInfo,
  type FnInfo,
  NOTHING,
  type Origin,
  type OriginKind,
  type Place,
  type Scope,
  taintOf,
  type Value,
  valueWith,
} from './value.ts';
import { pathText } from './walk-statements.ts';

/** Where untrusted values enter: the ways servers register what clients may call. */

export type Handler = { kind: OriginKind; name: string; at: Place; endLine: number };

type Call = Extract<Expr, { kind: 'call' }>;

/** Parameters that carry the surroundings of a call, not what the client sent. */
const isContext = (p: Param): boolean =>
  /^_?(?:ctx|context|extra|server|mcp|client|session|sessionId|log|logger|deps|config|cfg|self|cls|exchange|signal|abort\w*|peer|state|app|res|response|reply|next|w|writer)$/i.test(
    p.name,
  ) ||
  /\b(?:Context|ServerSession|RequestHandlerExtra|McpSyncServerExchange|ResponseWriter|RequestContext|ServerTool\w*Session)\b/.test(
    p.type,
  );

const tainted = (origin: Origin, path: readonly string[] = []): Value =>
  valueWith({ taints: [taintOf({ kind: 'origin', origin, path })] });

const holding = (entries: [string, Value][]): Value => valueWith({ fields: new Map(entries) });

/** The request object of web frameworks: what of it the client decides. */
const webRequest = (origin: Origin): Value => {
  const parts = [
    'body',
    'query',
    'params',
    'headers',
    'cookies',
    'url',
    'originalUrl',
    'rawBody',
    'path',
    'args',
    'form',
    'json',
    'files',
  ];
  const request = holding(parts.map((x) => [x, tainted(origin, [x])]));
  const req = { ...request, taints: [] };
  return {
    ...request,
    fields: new Map([...request.fields!, ['req', tainted(origin, ['request'])], ['request', req]]),
  };
};

const isWebRequest = (p: Param): boolean =>
  /^(?:req|request|c|ctx|_req|r)$/.test(p.name) || /\bRequest\b/.test(p.type);

/** What each parameter of a handler receives. */
const receives = (info: FnInfo, origin: Origin, style: Style, schema: Value | null, at: Place): Given[] => {
  const { language } = info.module.module;
  const params = hasSelf(info) ? info.fn.params.slice(1) : info.fn.params;
  if (style === 'request') {
    const request = holding([
      [
        'params',
        holding([
          ['arguments', tainted(origin)],
          ['uri', tainted(origin, ['uri'])],
          ['name', origin.kind === 'tool' ? NOTHING : tainted(origin, ['name'])],
        ]),
      ],
    ]);
    return [{ value: request }];
  }
  if (style === 'named')
    return params.map((p) => ({
      value:
        p.name === 'arguments' || p.name === 'args' || p.name === 'uri' || params.length === 1
          ? tainted(origin)
          : NOTHING,
    }));
  if (language === 'javascript') {
    let taken = false;
    return params.map((p, i) => {
      if (origin.kind === 'http') return { value: i === 0 || isWebRequest(p) ? webRequest(origin) : NOTHING };
      const all = origin.kind === 'resource';
      if ((isContext(p) && params.length > 1) || (taken && !all)) return { value: NOTHING };
      taken = true;
      return { value: constrained(schema, { kind: 'origin', origin, path: [] }, at) };
    });
  }
  return params
    .map((p) => {
      if (origin.kind === 'http' && isWebRequest(p))
        return { name: p.name, value: language === 'go' ? tainted(origin) : webRequest(origin) };
      if (isContext(p) || isHarmlessType(p.type)) return { name: p.name, value: NOTHING };
      if (
        p.defaultValue?.kind === 'call' &&
        /^(?:Depends|Inject|Security|\w+\.Depends)$/.test(pathText(p.defaultValue.callee))
      )
        return { name: p.name, value: NOTHING };
      const whole =
        language === 'go' || /(?:Parameters|Params|Request|Args|Input|Map)\b/.test(bareType(p.type));
      return { name: p.name, value: tainted(origin, whole && params.length <= 3 ? [] : [p.name]) };
    })
    .map((g) => (language === 'python' ? g : { value: g.value }));
};

type Style = 'arguments' | 'request' | 'named';

/** Walks a handler with what its door lets in. A handler is entered once, by the first door that names it. */
export const enterHandler = (
  f: Frame,
  kind: OriginKind,
  name: string,
  ref: { fn: FnInfo; scope: Scope | null; self: Value | null },
  style: Style,
  schema: Value | null,
): void => {
  const e = f.engine;
  if (e.entered.has(ref.fn)) return;
  e.entered.add(ref.fn);
  const at: Place = { path: ref.fn.module.module.path, line: ref.fn.fn.at.line };
  e.handlers.push({ kind, name, at, endLine: ref.fn.fn.at.endLine });
  const origin = originOf(e, kind, name, at);
  const outer = f.tool;
  f.tool = '';
  apply(f, ref.fn, ref.scope, receives(ref.fn, origin, style, schema, at), ref.self, at);
  f.tool = outer;
};

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
const SAYS_TOOL = [
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

const REGISTERS =
  /^(?:(?:[\w$]*(?:register|add|define|create|make|new|must|build|declare|with)[\w$]*)?tools?|[\w$]*(?:register|add|define|create|must|new)[\w$]*Tool(?:Handler|Def\w*|Func|Specification)?|(?:Sync|Async)ToolSpecification|from_function|FromFunc)$/i;
const RESOURCES = /^(?:(?:register|add|define|create)\w*)?Resource(?:Template)?s?$/i;
const PROMPTS = /^(?:(?:register|add|define|create)\w*)?Prompts?$/i;
const ROUTES = /^(?:get|post|put|delete|patch|all|use|route|HandleFunc|Handle|GET|POST|PUT|DELETE|PATCH)$/;

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

type Door = { kind: OriginKind; name: string; style: Style };

/** What a decorator or annotation makes of a function. */
const decoratorKind = (d: Expr): Door | null => {
  const call = d.kind === 'call' ? d : null;
  const path = pathText(call ? call.callee : d);
  const last = path.slice(path.lastIndexOf('.') + 1);
  const named = call?.args.find(
    (a) => (a.name === undefined || a.name === 'name') && a.value.kind === 'literal' && a.value.isString,
  )?.value;
  const name = named?.kind === 'literal' ? (named.value ?? '') : '';
  if (/^(?:tool|Tool|McpTool|mcp_tool|ToolMethod|tool_fn)$/.test(last))
    return { kind: 'tool', name: /\s/.test(name) ? '' : name, style: 'arguments' };
  if (last === 'call_tool') return { kind: 'tool', name: '', style: 'named' };
  if (/^(?:resource|McpResource|resource_template)$/.test(last))
    return { kind: 'resource', name, style: 'arguments' };
  if (last === 'read_resource') return { kind: 'resource', name: '', style: 'named' };
  if (/^(?:prompt|McpPrompt)$/.test(last)) return { kind: 'prompt', name, style: 'arguments' };
  if (last === 'get_prompt') return { kind: 'prompt', name: '', style: 'named' };
  if (
    /^(?:get|post|put|delete|patch|route|api_route|websocket|custom_route)$/.test(last) &&
    path.includes('.') &&
    name.startsWith('/')
  )
    return { kind: 'http', name: `${last.toUpperCase()} ${name}`, style: 'arguments' };
  if (/^(?:Get|Post|Put|Delete|Patch|Request)Mapping$/.test(last))
    return { kind: 'http', name, style: 'arguments' };
  return null;
};

/** Enters a function that its decorators make a handler. */
export const decorated = (
  f: Frame,
  info: FnInfo,
  fn: Fn,
  scope: Scope | null,
  self: Value | null = null,
): void => {
  for (const d of fn.decorators) {
    const door = decoratorKind(d);
    if (door) {
      enterHandler(
        f,
        door.kind,
        door.name || (door.style === 'named' ? '' : fn.name),
        { fn: info, scope, self },
        door.style,
        null,
      );
      return;
    }
  }
};

const TOOL_METHODS = ['execute', 'run', 'handle', 'call', 'invoke', 'handler', '_run', '_execute', 'apply'];

/** Methods that decorators make handlers, and classes that are one tool each. */
export const classEntries = (f: Frame, cls: ClassInfo): void => {
  const self = valueWith({ refs: [{ kind: 'object', cls }] });
  for (const method of cls.methods.values()) decorated(f, method, method.fn, cls.module.scope, self);
  const bases = cls.cls.bases.map(pathText).join(' ');
  const name = cls.cls.fields.find((x) => x.name === 'name')?.value;
  const isTool = /Tool\w*$/.test(cls.cls.name) || /Tool/.test(bases);
  const describes =
    cls.cls.fields.some((x) => SAYS_TOOL.includes(x.name)) ||
    cls.methods.has('description') ||
    cls.methods.has('inputSchema');
  if (!isTool || !(name || describes || /Tool/.test(bases))) return;
  const method = TOOL_METHODS.map((m) => cls.methods.get(m)).find((m) => m);
  const literal = name?.kind === 'literal' ? (name.value ?? '') : cls.cls.name;
  const schema = cls.cls.fields.find((x) => /^(?:schema|inputSchema|parameters|argsSchema)$/.test(x.name));
  if (method)
    enterHandler(
      f,
      'tool',
      literal,
      { fn: method, scope: cls.module.scope, self },
      'arguments',
      schema ? (cls.fields.get(schema.name) ?? null) : null,
    );
};
