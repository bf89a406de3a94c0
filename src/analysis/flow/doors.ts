import type { Param } from '../sources/ir.ts';
import { type Frame, originOf } from './frame.ts';
import { constrained } from './schemas.ts';
import { apply, type Given, hasSelf } from './summary.ts';
import { bareType, isHarmlessType } from './types.ts';
import {
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

/** What comes in where a client may call: the values each parameter of a handler receives. */

export type Handler = { kind: OriginKind; name: string; at: Place; endLine: number };

/** Parameters that carry the surroundings of a call, not what the client sent. */
const isContext = (p: Param): boolean =>
  /^_?(?:ctx|context|extra|server|mcp|client|session|sessionId|log|logger|deps|config|cfg|self|cls|exchange|signal|abort\w*|peer|state|app|res|response|reply|next|w|writer)$/i.test(
    p.name,
  ) ||
  /\b(?:Context|ServerSession|RequestHandlerExtra|McpSyncServerExchange|ResponseWriter|RequestContext|ServerTool\w*Session)\b/.test(
    p.type,
  );

export const tainted = (origin: Origin, path: readonly string[] = []): Value =>
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
      // Java's own server: what a context is given, typed or the only parameter of a lambda.
      if (
        origin.kind === 'http' &&
        (/\b(?:HttpExchange|HttpServletRequest)\b/.test(p.type) ||
          (language === 'java' && params.length === 1))
      )
        return { name: p.name, value: tainted(origin) };
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

export type Style = 'arguments' | 'request' | 'named';

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
