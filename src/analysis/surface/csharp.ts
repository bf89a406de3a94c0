import type { Expr, Param as FnParam } from '../sources/ir.ts';
import type { Definition } from './definition.ts';
import { entryOfFunction, headOf } from './entries.ts';
import { hintsOf } from './options.ts';
import { type At, type Call, type FnAt, lastOf, type Program, pathOf, type Site } from './program.ts';
import type { FoundEntry } from './surface-entry.ts';

/**
 * Servers in C#: methods with attributes of the official SDK (`[McpServerTool]`, `[Description]`) or of Azure Functions
 * (`[McpToolTrigger]` on a parameter), and what `McpServerTool.Create(method, options)` makes.
 */

/** Other SDKs call theirs `[McpTool("name", "description")]`, `[AiTool("name")]`. */
const KINDS = /^(?:Mcp(?:Server|Plugin)?|Ai)(Tool|Resource|Prompt)$/;

/** As the SDK does: without `Async`, in snake case. */
export const snakeCase = (method: string): string =>
  method
    .replace(/(?<=.)Async$/, '')
    .replace(/[^A-Za-z0-9]/g, '_')
    .replace(/^_{1,40}/, '')
    .replace(/_$/, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_')
    .toLowerCase();

const named = (d: Expr, ...names: string[]): Expr | null =>
  d.kind === 'call'
    ? (d.args.find((a) => a.name !== undefined && names.includes(a.name))?.value ?? null)
    : null;

const first = (d: Expr | undefined, position = 0): Expr | null =>
  d?.kind === 'call' ? (d.args.filter((a) => a.name === undefined)[position]?.value ?? null) : null;

const attribute = (decorators: readonly Expr[] | undefined, name: string): Expr | undefined =>
  decorators?.find((d) => lastOf(d.kind === 'call' ? d.callee : d) === name);

/** `ReadOnly = true` is the specification's `readOnlyHint`. */
const hints = (program: Program, d: Expr, site: Site): Record<string, unknown> =>
  d.kind !== 'call'
    ? {}
    : hintsOf(program, {
        expr: {
          ...d,
          callee: { at: d.at, kind: 'name', name: '' },
          args: d.args.flatMap((a) =>
            a.name === undefined ? [] : [{ ...a, name: a.name === 'Title' ? 'title' : `${a.name}Hint` }],
          ),
        },
        site,
      });

const triggered = (p: FnParam): Expr | undefined => attribute(p.decorators, 'McpToolTrigger');

export const csharpDecorated = (program: Program, f: FnAt): FoundEntry | null => {
  const site: Site = { ...f.site, fns: [] };
  const at = (expr: Expr | null): At | null => expr && { expr, site };
  const line = headOf(f.fn);
  const described = at(first(attribute(f.fn.decorators, 'Description')));
  for (const d of f.fn.decorators) {
    const word = lastOf(d.kind === 'call' ? d.callee : d);
    const kind = KINDS.exec(word)?.[1]?.toLowerCase() as FoundEntry['kind'] | undefined;
    if (!kind) continue;
    const name =
      (kind === 'resource' ? named(d, 'UriTemplate', 'Route') : null) ?? named(d, 'Name') ?? first(d);
    return entryOfFunction(
      program,
      kind,
      f,
      at(name),
      snakeCase(f.fn.name),
      line,
      described ?? at(first(d, 1)),
      hints(program, d, site),
    );
  }
  for (const p of f.fn.params) {
    const d = triggered(p);
    if (!d) continue;
    const entry = entryOfFunction(
      program,
      'tool',
      { ...f, fn: { ...f.fn, params: f.fn.params.filter((x) => x !== p) } },
      at(first(d)),
      f.fn.name,
      line,
      at(first(d, 1)),
      {},
    );
    return entry;
  }
  return null;
};

const CREATES: Readonly<Record<string, FoundEntry['kind']>> = {
  McpServerTool: 'tool',
  McpServerResource: 'resource',
  McpServerPrompt: 'prompt',
};

/** `McpServerTool.Create(method, new() { Name = "x", Description = "…" })`. */
export const csharpCreated = (call: Call, site: Site): Definition | null => {
  const path = pathOf(call.callee).split('.');
  const kind = path.at(-1) === 'Create' ? CREATES[path.at(-2) ?? ''] : undefined;
  const [handler, ...rest] = call.args;
  if (!kind || !handler) return null;
  const options = rest.find((a) => a.value.kind === 'call')?.value;
  const name =
    (options && (named(options, 'Name') ?? named(options, 'UriTemplate'))) ??
    rest.find((a) => a.name === 'name')?.value ??
    (/^(?:name|member)$/.test(handler.value.kind)
      ? ({
          at: handler.value.at,
          kind: 'literal',
          value: snakeCase(lastOf(handler.value)),
          isString: true,
        } as const)
      : null);
  if (!name) return null;
  return {
    kind,
    call,
    site,
    name,
    description:
      (options && named(options, 'Description')) ?? rest.find((a) => a.name === 'description')?.value ?? null,
    schemas: [],
    annotations: options ?? null,
    rest: [handler.value],
  };
};
