import type { Expr, Fn } from '../sources/ir.ts';
import type { Definition } from './definition.ts';
import { type At, type Call, type FnAt, lastOf, type Program, pathOf, type Site } from './program.ts';
import type { FoundEntry } from './surface-entry.ts';
import { textOf } from './texts.ts';
import { fnNamed, settled } from './values.ts';

/** Calls and decorators of Python that define a tool, a resource or a prompt. */

const KINDS: Record<string, FoundEntry['kind']> = { tool: 'tool', prompt: 'prompt', resource: 'resource' };
const TOOL_OBJECT = /^(?!Base|Call|List)\w*Tool(?:Definition|Spec)?$/;
const FUNCTION_KEYS = ['fn', 'func', 'function', 'handler', 'callable'];
/** Tools made of a description of an interface, or of another server, when the server starts. */
const MADE_ELSEWHERE = /^(?:from_openapi|from_fastapi|FastApiMCP|as_proxy|create_proxy)$/;

export const argNamed = (e: Expr, ...names: string[]): Expr | null =>
  e.kind === 'call'
    ? (e.args.find((a) => a.name !== undefined && names.includes(a.name))?.value ?? null)
    : null;

const positional = (call: Call): Expr[] =>
  call.args.flatMap((a) => (a.name === undefined && !a.spread ? [a.value] : []));

const nameOf = (fn: Fn, at: Expr['at']): Expr => ({
  at: { line: at.line, endLine: at.line },
  kind: 'literal',
  value: fn.name,
  isString: true,
});

/** The function handed on, also through what keeps its name: `wrap(fn)`, `partial(fn, …)`. */
export const handed = (program: Program, at: At): FnAt | null => {
  const { expr, site } = at;
  if (expr.kind === 'call' && (expr.args[0]?.value.kind === 'name' || expr.args[0]?.value.kind === 'member'))
    return handed(program, { expr: expr.args[0].value, site });
  return expr.kind === 'name' || expr.kind === 'member' ? fnNamed(program, expr, at) : null;
};

/** `Tool(**DEFINITION)`: what the dictionary says, as if it were written between the brackets. */
const spreadOut = (program: Program, call: Call, site: Site): Call => {
  const given = call.args.find((a) => a.spread && a.name === undefined);
  const record = given && settled(program, { expr: given.value, site });
  if (record?.expr.kind !== 'record') return call;
  const { entries } = record.expr;
  return {
    ...call,
    args: [
      ...call.args.filter((a) => a !== given),
      ...entries.filter((e) => e.key !== '' && e.key !== '...').map((e) => ({ name: e.key, value: e.value })),
    ],
  };
};

/** `Tool(name=…, description=…, inputSchema=…)` and the like, in any project's spelling. */
const ofObject = (program: Program, written: Call, site: Site): Definition | null => {
  const call = spreadOut(program, written, site);
  const last = lastOf(call.callee);
  const kind: FoundEntry['kind'] | null = TOOL_OBJECT.test(last)
    ? 'tool'
    : last === 'Prompt'
      ? 'prompt'
      : last === 'Resource' || last === 'ResourceTemplate'
        ? 'resource'
        : null;
  if (!kind) return null;
  const description = argNamed(call, 'description');
  const made = { kind, call, site, description, annotations: argNamed(call, 'annotations'), rest: [] };
  const name = argNamed(call, 'name') ?? (kind === 'resource' ? argNamed(call, 'uri', 'uriTemplate') : null);
  if (kind !== 'tool')
    return name && (kind === 'resource' || description || argNamed(call, 'arguments'))
      ? { ...made, name, schemas: [] }
      : null;
  const fn = argNamed(call, ...FUNCTION_KEYS);
  const schema = argNamed(call, 'inputSchema', 'input_schema', 'parameters', 'args_schema');
  if (!fn && !(name && (schema || description))) return null;
  const target = fn && handed(program, { expr: fn, site });
  if (!name && !target) return null;
  return {
    ...made,
    name: name ?? nameOf(target!.fn, call.at),
    schemas: schema ? [schema] : [],
    ...(fn && { fn }),
  };
};

/** `mcp.add_tool(fn, name=…)`, `Tool.from_function(fn)`, `mcp.tool(fn)`, `mcp.tool(name=…)(fn)`. */
const ofRegistration = (program: Program, call: Call, site: Site): Definition | null => {
  const curried = call.callee.kind === 'call' ? call.callee : null;
  const says = curried ?? call;
  if (says.callee.kind !== 'member') return null;
  const { object, property } = says.callee;
  const isTool = property === 'tool';
  if (!isTool && property !== 'add_tool' && !(property === 'from_function' && lastOf(object) === 'Tool'))
    return null;
  if (curried && !isTool) return null;
  const fn = argNamed(call, 'fn', 'func', 'function') ?? positional(call)[0];
  // `add_tool(Tool(…))`: the object is read where it stands.
  if (!fn || (fn.kind === 'call' && !handed(program, { expr: fn, site }))) return null;
  const target = handed(program, { expr: fn, site });
  const name = argNamed(says, 'name') ?? (curried ? (positional(curried)[0] ?? null) : null);
  // `mcp.tool("name")` alone is a decorator.
  if (isTool && !curried && !(fn.kind === 'name' || fn.kind === 'member')) return null;
  if (isTool && !target && !name) return null;
  const made = {
    kind: 'tool' as const,
    call,
    site,
    description: argNamed(says, 'description'),
    schemas: [],
    annotations: argNamed(says, 'annotations'),
    rest: [],
    server: object,
  };
  if (target || name) return { ...made, name: name ?? nameOf(target!.fn, call.at), fn };
  if (fn.kind !== 'name' && fn.kind !== 'member') return null;
  if (/self|cls/.test(pathOf(fn))) return null;
  return { ...made, name: { at: fn.at, kind: 'member', object: fn, property: 'name' } };
};

const ofDescription = (call: Call, site: Site): Definition | null =>
  MADE_ELSEWHERE.test(lastOf(call.callee))
    ? { kind: 'tool', call, site, name: call, description: call, schemas: [], annotations: null, rest: [] }
    : null;

export const pythonCall = (program: Program, call: Call, site: Site): Definition | null =>
  ofDescription(call, site) ?? ofObject(program, call, site) ?? ofRegistration(program, call, site);

export type Decorated = {
  kind: FoundEntry['kind'];
  decorator: Expr;
  /** What the decorator says as name or address; null for the function's own. */
  name: At | null;
  description: At | null;
  annotations: At | null;
  /** What it is called on. */
  server: Expr | null;
};

/** What a decorator makes of a function, or null. */
const kindOf = (program: Program, d: Expr): FoundEntry['kind'] | null => {
  const callee = d.kind === 'call' ? d.callee : d;
  const last = lastOf(callee);
  if (callee.kind === 'member')
    return Object.hasOwn(KINDS, last) && !/agent|langchain|llm/i.test(pathOf(callee.object))
      ? KINDS[last]!
      : null;
  // A decorator of the project's own: `@acme_tool(…)`.
  const own = /^(?:\w+_)?(tool|prompt|resource)$/.exec(last)?.[1];
  return own && (program.fns.has(last) || program.constants.has(last)) ? KINDS[own]! : null;
};

export const pythonDecorated = (program: Program, f: FnAt): Decorated[] =>
  f.fn.decorators.flatMap((d): Decorated[] => {
    const kind = kindOf(program, d);
    if (!kind) return [];
    const site: Site = { ...f.site, fns: f.site.fns.slice(0, -1) };
    const at = (expr: Expr | null): At | null => expr && { expr, site };
    const [first] = d.kind === 'call' ? positional(d) : [];
    const isText = (e: Expr): boolean => {
      const { expr } = settled(program, { expr: e, site });
      return expr.kind === 'text' || (expr.kind === 'literal' && expr.isString);
    };
    const name =
      argNamed(d, 'name') ?? (first && (kind === 'resource' || isText(first)) ? first : argNamed(d, 'uri'));
    return [
      {
        kind,
        decorator: d,
        name: at(name),
        description: at(argNamed(d, 'description')),
        annotations: at(argNamed(d, 'annotations')),
        server: d.kind === 'call' ? on(d.callee) : on(d),
      },
    ];
  });

const on = (callee: Expr): Expr | null => (callee.kind === 'member' ? callee.object : null);

/** Whether a function answers `tools/list` by hand. */
export const listsTools = (fn: Fn): boolean =>
  fn.decorators.some((d) => {
    const callee = d.kind === 'call' ? d.callee : d;
    return callee.kind === 'member' && callee.property === 'list_tools';
  });

/** `main.mount(server, prefix="…")`: what it offers is called by its name after the prefix. */
export type Mount = { server: At; prefix: string };

export const mountsOf = (program: Program): Mount[] =>
  program.calls.flatMap(({ expr, site }): Mount[] => {
    if (site.module.language !== 'python' || expr.callee.kind !== 'member') return [];
    if (!/^(?:mount|import_server)$/.test(expr.callee.property)) return [];
    const args = positional(expr);
    const server =
      argNamed(expr, 'server') ?? args.find((a) => a.kind === 'name' || a.kind === 'member') ?? null;
    const prefix =
      argNamed(expr, 'prefix', 'namespace') ?? args.find((a) => a.kind === 'literal' && a.isString) ?? null;
    if (!server || (server.kind !== 'name' && server.kind !== 'member') || !prefix) return [];
    const text = textOf(program, { expr: prefix, site });
    return text.from === null && /^\w{1,60}$/.test(text.text)
      ? [{ server: { expr: server, site }, prefix: text.text }]
      : [];
  });

/** The prefix under which a server is mounted somewhere; null when it is not, or when that is not certain. */
export const prefixOf = (program: Program, mounts: readonly Mount[], server: At): string | null => {
  const own = mounts.length > 0 ? settled(program, server).expr : null;
  if (!own || own === server.expr) return null;
  return mounts.find((m) => settled(program, m.server).expr === own)?.prefix ?? null;
};
