import type { Class, Expr, Fn } from '../sources/ir.ts';
import type { Definition } from './definition.ts';
import { entryOfFunction, headOf } from './entries.ts';
import { hintsOf } from './options.ts';
import { type At, type Call, type FnAt, lastOf, type Program, type Row, type Site } from './program.ts';
import type { FoundEntry, Param } from './surface-entry.ts';
import { plainOf, textOf } from './texts.ts';

/**
 * Servers in PHP: methods and invokable classes with attributes of the official SDK or php-mcp/server (`#[McpTool]`), what
 * their builders are given (`->addTool([X::class, 'm'], 'name')`), Laravel's classes that extend Tool, Resource or Prompt, and
 * definitions written as arrays.
 */

const KINDS: Readonly<Record<string, FoundEntry['kind']>> = {
  McpTool: 'tool',
  AsTool: 'tool',
  McpResource: 'resource',
  McpResourceTemplate: 'resource',
  McpPrompt: 'prompt',
};

const named = (d: Expr, ...names: string[]): Expr | null =>
  d.kind === 'call'
    ? (d.args.find((a) => a.name !== undefined && names.includes(a.name))?.value ?? null)
    : null;
const positional = (d: Expr, i: number): Expr | null =>
  d.kind === 'call' ? (d.args.filter((a) => a.name === undefined)[i]?.value ?? null) : null;
const wordOf = (d: Expr): string => lastOf(d.kind === 'call' ? d.callee : d);

const marked = (
  program: Program,
  decorators: readonly Expr[],
  f: FnAt,
  fallback: string,
): FoundEntry | null => {
  const site: Site = { ...f.site, fns: [] };
  const at = (expr: Expr | null): At | null => expr && { expr, site };
  for (const d of decorators) {
    const kind = KINDS[wordOf(d)];
    if (!kind || !Object.hasOwn(KINDS, wordOf(d))) continue;
    const name =
      kind === 'resource'
        ? (named(d, 'uri', 'uriTemplate') ?? positional(d, 0))
        : (named(d, 'name') ?? positional(d, 0));
    const hints = named(d, 'annotations');
    return entryOfFunction(
      program,
      kind,
      f,
      at(name),
      fallback,
      headOf(f.fn),
      at(named(d, 'description') ?? (kind === 'resource' ? positional(d, 2) : positional(d, 1))),
      hints ? hintsOf(program, { expr: hints, site }) : {},
    );
  }
  return null;
};

export const phpDecorated = (program: Program, f: FnAt): FoundEntry | null =>
  marked(program, f.fn.decorators, f, f.fn.name);

const BASES = /^(?:Mcp)?(Tool|Resource|Prompt)$/;

/** As Laravel does: the class's name in kebab case. */
export const kebabCase = (name: string): string =>
  name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();

const LARAVEL: Readonly<Record<string, string>> = {
  IsReadOnly: 'readOnlyHint',
  IsDestructive: 'destructiveHint',
  IsIdempotent: 'idempotentHint',
  IsOpenWorld: 'openWorldHint',
};

/** What a class says of itself: an attribute, a property with a value, or what a method of that name hands back. */
const said = (cls: Class, attribute: string, field: string): Expr | null => {
  const d = cls.decorators.find((x) => wordOf(x) === attribute);
  if (d) return positional(d, 0);
  const value = cls.fields.find((f) => f.name === field)?.value;
  if (value) return value;
  const method = cls.methods.find((m) => m.name === field && m.params.length === 0);
  const last = method?.body.findLast((s) => s.kind === 'return');
  return last?.kind === 'return' ? last.value : null;
};

/** `'path' => $schema->string()->description('where')->required()`, and the older `$schema->string('path')->…`. */
const chained = (program: Program, value: Expr, key: string | null, site: Site): Param | null => {
  const links: Call[] = [];
  for (let e: Expr = value; e.kind === 'call' && e.callee.kind === 'member'; e = e.callee.object)
    links.unshift(e);
  const [type] = links;
  if (!type) return null;
  const text = (c: Call | undefined): string =>
    c?.args[0] ? textOf(program, { expr: c.args[0].value, site }).text : '';
  const link = (name: string): Call | undefined => links.find((l) => lastOf(l.callee) === name);
  const word = lastOf(type.callee);
  if (!/^(?:string|integer|number|boolean|array|object|raw|union)$/.test(word)) return null;
  const limits = ['enum', 'min', 'max', 'pattern', 'format', 'default'].flatMap((name) => {
    const c = link(name);
    if (!c) return [];
    const says = c.args
      .map((a) => JSON.stringify(plainOf(program, { expr: a.value, site })) ?? '')
      .join(', ');
    return [`${{ min: 'minimum', max: 'maximum', enum: 'one of' }[name] ?? name} ${says}`.slice(0, 120)];
  });
  return {
    name: key ?? text(type),
    type: word,
    constraints: [...limits, ...(link('required') ? [] : ['optional'])],
    description: text(link('description')),
  };
};

const paramsIn = (program: Program, fn: Fn | undefined, site: Site): Param[] | null => {
  if (!fn) return null;
  const found: Param[] = [];
  for (const s of fn.body) {
    const value = s.kind === 'return' || s.kind === 'expr' || s.kind === 'assign' ? s.value : null;
    if (value?.kind === 'record')
      for (const e of value.entries) {
        const param = chained(program, e.value, e.key, site);
        if (param) found.push(param);
      }
    // One chain of several: `$schema->string('a')->description('x')->integer('b')`.
    else if (value?.kind === 'call') {
      const links: Call[] = [];
      for (let e: Expr = value; e.kind === 'call' && e.callee.kind === 'member'; e = e.callee.object)
        links.unshift(e);
      const starts = links.flatMap((l, i) =>
        /^(?:string|integer|number|boolean|array|object|raw)$/.test(lastOf(l.callee)) && l.args.length > 0
          ? [i]
          : [],
      );
      starts.forEach((from, n) => {
        const own = links.slice(from, starts[n + 1] ?? links.length);
        const whole = own.reduce<Expr | null>(
          (object, l) =>
            object === null
              ? l
              : { ...l, callee: { at: l.at, kind: 'member', object, property: lastOf(l.callee) } },
          null,
        );
        const cut = own[0] && cutAt(whole, own[0]);
        const param = cut && chained(program, cut, null, site);
        if (param) found.push(param);
      });
    }
  }
  return found;
};

/** The chain from one of its links on. */
const cutAt = (whole: Expr | null, first: Call): Expr | null => {
  if (whole === null || whole.kind !== 'call' || whole.callee.kind !== 'member') return whole;
  if (whole === first || lastOf(whole.callee) === lastOf(first.callee))
    return { ...whole, callee: { ...whole.callee, object: { at: whole.at, kind: 'name', name: 'schema' } } };
  const object = cutAt(whole.callee.object, first);
  return object ? { ...whole, callee: { ...whole.callee, object } } : null;
};

const RUNS = /^(?:handle|execute|__invoke|run|read)$/;

export const phpClass = (program: Program, cls: Class, site: Site): FoundEntry | null => {
  const runs = cls.methods.find((m) => RUNS.test(m.name));
  const invoke = cls.methods.find((m) => m.name === '__invoke');
  if (invoke && cls.decorators.length > 0) {
    const entry = marked(
      program,
      cls.decorators,
      { fn: { ...invoke, doc: invoke.doc || cls.doc }, site: { ...site, fns: [invoke] } },
      cls.name,
    );
    if (entry) return entry;
  }
  const kind = cls.bases.map((b) => BASES.exec(lastOf(b))?.[1]?.toLowerCase()).find((k) => k !== undefined) as
    | FoundEntry['kind']
    | undefined;
  const isLaravel = site.module.imports.some((i) => /^Laravel\.Mcp/.test(i.module));
  if (!kind || !runs || !isLaravel) return null;
  const at = (expr: Expr | null): At | null => expr && { expr, site };
  const hints = Object.fromEntries(
    cls.decorators.flatMap((d) => {
      const hint = LARAVEL[wordOf(d)];
      return hint
        ? [
            [
              hint,
              !(
                positional(d, 0)?.kind === 'literal' &&
                (positional(d, 0) as { value?: string }).value === 'false'
              ),
            ],
          ]
        : [];
    }),
  );
  const name =
    kind === 'resource' ? (said(cls, 'Uri', 'uri') ?? said(cls, 'Name', 'name')) : said(cls, 'Name', 'name');
  const made = entryOfFunction(
    program,
    kind,
    { fn: { ...runs, decorators: cls.decorators, doc: '' }, site: { ...site, fns: [runs] } },
    at(name),
    kebabCase(cls.name),
    cls.at.line,
    at(said(cls, 'Description', 'description')),
    hints,
  );
  return (
    made && {
      ...made,
      params:
        kind === 'tool'
          ? (paramsIn(
              program,
              cls.methods.find((m) => m.name === 'schema'),
              site,
            ) ?? [])
          : null,
      handler: { path: site.module.path, startLine: runs.at.line, endLine: runs.at.endLine },
    }
  );
};

const ADDS = /^(?:with|add|register)(Tool|Resource(?:Template)?|Prompt)$/;

/** `->addTool([X::class, 'm'], name: 'x', description: '…')`, `->withTool($fn, 'x')`. */
export const phpAdded = (call: Call, site: Site): Definition | null => {
  const kind = ADDS.exec(lastOf(call.callee))?.[1]?.replace('Template', '').toLowerCase() as
    | FoundEntry['kind']
    | undefined;
  if (!kind || call.callee.kind !== 'member') return null;
  const handler = named(call, 'handler') ?? positional(call, 0);
  if (!handler || handler.kind === 'record') return null;
  const own = (i: number): Expr | null =>
    named(call, 'handler') ? positional(call, i - 1) : positional(call, i);
  const text = (e: Expr | null): Expr | null =>
    e?.kind === 'literal' && e.isString ? e : e?.kind === 'text' ? e : null;
  const name =
    (kind === 'resource'
      ? (named(call, 'uri', 'uriTemplate') ?? text(own(1)))
      : (named(call, 'name') ?? text(own(1)))) ??
    (handler.kind === 'member'
      ? ({ at: handler.at, kind: 'literal', value: handler.property, isString: true } as const)
      : null);
  if (!name) return null;
  return {
    kind,
    call,
    site,
    name,
    description: named(call, 'description') ?? (kind === 'resource' ? null : text(own(2))),
    schemas: [named(call, 'inputSchema')].filter((s) => s !== null),
    annotations: named(call, 'annotations'),
    rest: [handler],
  };
};

/** `['name' => 'x', 'description' => '…', 'inputSchema' => […]]`: a row of what answers `tools/list`; hashes of Ruby too. */
export const listedRow = (row: Row, site: Site): Definition | null => {
  const entry = (...keys: string[]): Expr | null =>
    row.entries.find((e) => keys.includes(e.key))?.value ?? null;
  const name = entry('name');
  const schema = entry('inputSchema', 'input_schema');
  if (!name || !schema) return null;
  return {
    kind: 'tool',
    call: row,
    site,
    name,
    description: entry('description'),
    schemas: [schema],
    annotations: entry('annotations'),
    rest: row.entries.map((e) => e.value),
  };
};
