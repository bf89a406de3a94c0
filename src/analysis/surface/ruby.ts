import type { Class, Expr, Fn } from '../sources/ir.ts';
import type { Definition } from './definition.ts';
import { entryOfFunction } from './entries.ts';
import { hintsOf } from './options.ts';
import { type At, type Call, lastOf, type Program, pathOf, type Site } from './program.ts';
import { blockOf, named, paramsInBlock, positional, statementsOf } from './ruby-params.ts';
import { paramsOfSchema } from './schemas.ts';
import type { FoundEntry, Param } from './surface-entry.ts';

/**
 * Servers in Ruby: classes that extend a Tool, Prompt or Resource of the official SDK, fast-mcp or others, with what they
 * declare in their body (`tool_name`, `description`, `input_schema`, `arguments do … end`), and calls with a block
 * (`server.define_tool(name: …) do`, `tool "name" do … end`).
 */

/** Calls a body makes, of blocks in it too where a wrapper declares for them: `define do … end`. */
const declared = (calls: readonly Expr[]): Call[] =>
  calls.flatMap((d): Call[] => {
    if (d.kind !== 'call') return [];
    const block = /^(?:define|with_metadata|metadata)$/.test(lastOf(d.callee)) ? blockOf(d) : null;
    return block ? [d, ...declared(statementsOf(block))] : [d];
  });

/** `ReadFile` is `read_file`, as the SDK makes it. */
export const underscored = (name: string): string =>
  name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase();

const BASE =
  /(?:^|\.)(?:\w*(Tool|Prompt|Resource)|(?:Action|Application)(Tool|Prompt|Resource)\.Base|ToolBase)$/;
const RUNS = /^(?:call|execute|perform|run|template|content)$/;

const schemaOf = (call: Call | undefined): Expr | null => {
  if (!call) return null;
  const block = blockOf(call);
  const last = block?.body.at(-1);
  if (last?.kind === 'return') return last.value;
  const only = positional(call);
  if (only) return only;
  return call.args.length === 0
    ? null
    : { at: call.at, kind: 'record', entries: call.args.map((a) => ({ key: a.name ?? '', value: a.value })) };
};

export const rubyClass = (program: Program, cls: Class, site: Site): FoundEntry | null => {
  const base = cls.bases.map(pathOf).find((b) => BASE.test(b));
  if (base === undefined) return null;
  const found = BASE.exec(base);
  const kind = (found?.[1] ?? found?.[2] ?? 'tool').toLowerCase() as FoundEntry['kind'];
  const calls = declared(cls.decorators);
  const call = (...names: string[]): Call | undefined => calls.find((c) => names.includes(lastOf(c.callee)));
  const runs = cls.methods.find((m) => RUNS.test(m.name));
  const name = positional(
    call(...(kind === 'resource' ? ['uri'] : []), 'tool_name', 'prompt_name', 'resource_name', 'name'),
  );
  const told = positional(call('description'));
  // A class between the SDK's and the tools says nothing of its own.
  if (!name && !told && (!runs || kind !== 'tool')) return null;
  if (!runs && !name) return null;
  const at = (expr: Expr | null): At | null => expr && { expr, site };
  const self = runs ?? {
    name: cls.name,
    params: [],
    body: [],
    at: cls.at,
    decorators: [],
    doc: cls.doc,
    isAsync: false,
  };
  const fallback = /^(?:FastMcp|FastMCP|ActionTool|Application)/.test(base)
    ? cls.name
    : underscored(cls.name);
  const hints = call('annotations');
  const made = entryOfFunction(
    program,
    kind,
    { fn: { ...self, doc: cls.doc }, site: { ...site, fns: [self] } },
    at(name),
    fallback,
    cls.at.line,
    at(told),
    hints
      ? hintsOf(program, { expr: { ...hints, callee: { at: hints.at, kind: 'name', name: '' } }, site })
      : {},
  );
  if (!made) return null;
  const schema = schemaOf(call('input_schema', 'parameters', 'schema'));
  const block = paramsInBlock(program, blockOf(call('arguments', 'params')), site);
  return {
    ...made,
    line: name?.at.line ?? cls.at.line,
    endLine: Math.max(name?.at.line ?? 0, cls.at.line),
    params:
      kind !== 'tool'
        ? null
        : (block ?? (schema ? paramsOfSchema(program, { expr: schema, site }) : keywordsOf(runs))),
    handler: runs ? { path: site.module.path, startLine: runs.at.line, endLine: runs.at.endLine } : null,
  };
};

/** Keyword arguments of the method, where no schema is declared. */
const keywordsOf = (runs: Fn | undefined): Param[] =>
  (runs?.params ?? [])
    .filter((p) => !p.rest && !/^(?:server_context|context|yield|_\w*|args|params)$/.test(p.name))
    .map((p) => ({
      name: p.name,
      type: 'unknown',
      constraints: p.defaultValue ? ['optional'] : [],
      description: '',
    }));

const ADDS = /^(?:define_|add_|register_)?(tool|prompt|resource)$/;

/** `server.define_tool(name: "x", …) do`, `tool "x" do … end`, `MCP::Tool.define(name: "x") do`. */
export const rubyCalled = (call: Call, site: Site): Definition | null => {
  const last = lastOf(call.callee);
  const path = pathOf(call.callee);
  const kind = (ADDS.exec(last)?.[1] ?? (/(Tool|Prompt)\.define$/.exec(path)?.[1] ?? '').toLowerCase()) as
    | FoundEntry['kind']
    | '';
  const block = blockOf(call);
  if (kind === '' || !block || site.cls !== null) return null;
  const inside = declared(statementsOf(block));
  const said = (word: string): Expr | null => positional(inside.find((c) => lastOf(c.callee) === word));
  const name = named(call, 'name', 'uri') ?? positional(call);
  if (!name || name.kind === 'function') return null;
  const schema = named(call, 'input_schema', 'inputSchema');
  const runs = inside.find((c) => lastOf(c.callee) === 'call');
  const handler =
    runs?.args.find((a) => a.value.kind === 'function')?.value ??
    call.args.find((a) => a.value.kind === 'function')!.value;
  return {
    kind,
    call,
    site,
    name,
    description: named(call, 'description') ?? said('description'),
    schemas: schema ? [schema] : [],
    annotations: named(call, 'annotations'),
    rest: [handler],
    ...(runs ? { params: block } : {}),
  };
};
