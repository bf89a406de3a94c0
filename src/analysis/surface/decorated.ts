import type { Class, Expr, Fn } from '../sources/ir.ts';
import { emptyFn } from '../sources/tree-reading.ts';
import { csharpDecorated } from './csharp.ts';
import { entryOfFunction, headOf } from './entries.ts';
import { hintsOf } from './options.ts';
import { phpClass, phpDecorated } from './php.ts';
import { type At, type Call, type FnAt, lastOf, type Program, type Site } from './program.ts';
import { type Mount, mountsOf, prefixOf, pythonDecorated } from './python.ts';
import { mayBeServer } from './relevance.ts';
import { rubyClass } from './ruby.ts';
import { paramsOfSchema } from './schemas.ts';
import type { FoundEntry } from './surface-entry.ts';
import { textOf } from './texts.ts';
import { fieldsOf } from './types.ts';
import { resultsOf } from './values.ts';
import { paramsOfShape } from './zod.ts';

/** Methods and types that are tools by what is written above them, and classes that are one tool each. */

const JAVA: Record<string, FoundEntry['kind']> = {
  Tool: 'tool',
  McpTool: 'tool',
  McpResource: 'resource',
  Resource: 'resource',
  ResourceTemplate: 'resource',
  McpPrompt: 'prompt',
  Prompt: 'prompt',
};
const RUST: Record<string, FoundEntry['kind']> = {
  tool: 'tool',
  mcp_tool: 'tool',
  prompt: 'prompt',
  mcp_prompt: 'prompt',
  resource: 'resource',
};

const argOf = (d: Expr, ...names: string[]): Expr | null =>
  d.kind === 'call'
    ? (d.args.find((a) => a.name !== undefined && names.includes(a.name))?.value ?? null)
    : null;

const bareArg = (d: Expr): Expr | null =>
  d.kind === 'call'
    ? (d.args.find(
        (a) =>
          a.name === undefined &&
          (a.value.kind === 'text' || (a.value.kind === 'literal' && a.value.isString)),
      )?.value ?? null)
    : null;

/** `annotations = @Hints(readOnly = true)`, `annotations(read_only_hint = true)`, hints beside the name. */
const annotationsOf = (program: Program, d: Expr, site: Site): Record<string, unknown> => {
  if (d.kind !== 'call') return {};
  const nested =
    argOf(d, 'annotations') ??
    d.args.find(
      (a) => a.name === undefined && a.value.kind === 'call' && lastOf(a.value.callee) === 'annotations',
    )?.value;
  const own = hintsOf(program, {
    expr: { ...d, args: d.args.filter((a) => a.name !== undefined && a.name !== 'annotations') },
    site,
  });
  return { ...own, ...(nested ? hintsOf(program, { expr: nested, site }) : {}) };
};

/** `exclude_args=["user_id"]`: arguments that no client sees. */
const excludedBy = (d: Expr): string[] => {
  const list = argOf(d, 'exclude_args');
  return list?.kind === 'list'
    ? list.items.flatMap((i) => (i.kind === 'literal' && i.isString ? [i.value ?? ''] : []))
    : [];
};

/** Functions of Python: their place is that of the function, whatever the decorator says. */
const ofPython = (
  program: Program,
  f: FnAt,
  mounts: readonly Mount[],
  mayBe: (server: At) => boolean,
): FoundEntry[] =>
  pythonDecorated(program, f).flatMap((d) => {
    if (!mayBe({ expr: d.server ?? d.decorator, site: { ...f.site, fns: f.site.fns.slice(0, -1) } }))
      return [];
    const line = headOf(f.fn);
    const made = entryOfFunction(program, d.kind, f, d.name, f.fn.name, line, d.description, {
      ...(d.decorator.kind === 'call' && hintsOf(program, { expr: hintArgs(d.decorator), site: f.site })),
      ...(d.annotations && hintsOf(program, d.annotations)),
    });
    if (!made) return [];
    const hidden = excludedBy(d.decorator);
    const entry = {
      ...made,
      params: made.params?.filter((p) => !hidden.includes(p.name)) ?? null,
      line,
      endLine: Math.max(line, f.fn.at.endLine),
      nameAt: `${made.path}:${line}`,
    };
    const prefix =
      d.server && d.kind === 'tool' ? prefixOf(program, mounts, { expr: d.server, site: f.site }) : null;
    return [prefix === null ? entry : prefixed(entry, prefix)];
  });

export const prefixed = (e: FoundEntry, prefix: string): FoundEntry => ({
  ...e,
  name: `${prefix}_${e.name}`,
  certainty: e.certainty === 'literal' ? 'derived' : e.certainty,
});

const hintArgs = (call: Call): Call => ({
  ...call,
  callee: { at: call.at, kind: 'name', name: '' },
  args: call.args.filter((a) => /hint$/i.test(a.name ?? '')),
});

const ofFunction = (program: Program, f: FnAt): FoundEntry | null => {
  const { language } = f.site.module;
  if (language === 'csharp') return csharpDecorated(program, f);
  if (language === 'php') return phpDecorated(program, f);
  const kinds = language === 'java' ? JAVA : language === 'rust' ? RUST : {};
  for (const d of f.fn.decorators) {
    const last = lastOf(d.kind === 'call' ? d.callee : d);
    const kind = Object.hasOwn(kinds, last) ? kinds[last]! : null;
    if (!kind) continue;
    const uri = argOf(d, 'uri', 'uriTemplate', 'uri_template');
    if (kind === 'resource' && !uri) continue;
    const site: Site = { ...f.site, fns: [] };
    const at = (expr: Expr | null): At | null => expr && { expr, site };
    // Annotations belong to a method of Java, attributes stand before one of Rust.
    const line = language === 'java' ? headOf(f.fn) : f.fn.at.line;
    return entryOfFunction(
      program,
      kind,
      f,
      at(kind === 'resource' ? uri : argOf(d, 'name')),
      f.fn.name.replace(/^r#/, ''),
      line,
      at(argOf(d, 'description', 'value') ?? bareArg(d)),
      annotationsOf(program, d, site),
    );
  }
  return null;
};

const RUNS =
  /^(?:run_tool|call_tool|_?a?(?:execute|run)|call|__call__|invoke|handle|handler|(?:Execute|Run|Call|Handle|Handler|Invoke)(?:Async)?|apply)$/;

const methodOf = (program: Program, cls: Class, site: Site, name: RegExp): FnAt | null => {
  for (const c of program.classes.get(cls.name) ?? []) {
    const fn = c.cls.methods.find((m) => name.test(m.name));
    if (fn) return { fn, site: { ...site, module: c.module, cls: c.cls, fns: [fn] } };
  }
  return null;
};

/** `#[mcp_tool(name = "x")] struct X { fields }`. */
const ofType = (program: Program, cls: Class, site: Site): FoundEntry | null => {
  const d = cls.decorators.find((x): x is Call => x.kind === 'call' && lastOf(x.callee) === 'mcp_tool');
  const name = d && argOf(d, 'name');
  if (!d || !name) return null;
  const runs = methodOf(program, cls, site, RUNS);
  const self: Fn = { ...emptyFn(cls.name, cls.at), doc: cls.doc };
  const description = argOf(d, 'description');
  const entry = entryOfFunction(
    program,
    'tool',
    { fn: self, site },
    { expr: name, site },
    cls.name,
    cls.at.line,
    description && { expr: description, site },
    annotationsOf(program, d, site),
  );
  return (
    entry && {
      ...entry,
      params: fieldsOf(program, cls.name, { expr: name, site }),
      handler: runs && {
        path: runs.site.module.path,
        startLine: runs.fn.at.line,
        endLine: runs.fn.at.endLine,
      },
    }
  );
};

const NAMES = /^(?:name|Name|getName|get_name|toolName|tool_name|ToolName)$/;
const TELLS = /^(?:description|Description|getDescription|get_description)$/;
const MORE =
  /^(?:(?:get_?)?(?:input_?)?schema|(?:get_?)?parameters|definition|tool|(?:execute|run|call|invoke|handle|handler)(?:async)?)$/i;

/** What a class says of itself: what a method of that name hands back, or a field. */
const saidBy = (cls: Class, site: Site, method: RegExp, field: string): At | null => {
  const says = cls.methods.find(
    (m) => method.test(m.name) && m.params.filter((p) => p.name !== 'self').length === 0,
  );
  const result = says && resultsOf(says)[0];
  // `return self.name`
  const isField =
    result?.kind === 'member' && /^(?:self|this)$/.test(lastOf(result.object)) && result.property === field;
  if (says && result && !isField) return { expr: result, site: { ...site, fns: [says] } };
  const saysIt = (name: string): boolean =>
    name === field || (site.module.language === 'csharp' && name.toLowerCase() === field.toLowerCase());
  const value = cls.fields.find((f) => saysIt(f.name))?.value;
  return value ? { expr: value, site } : null;
};

/** A class that says a name and a description, in fields or methods, and has one that does the work. */
const ofClass = (program: Program, cls: Class, site: Site): FoundEntry | null => {
  const { language } = site.module;
  const isTool = (name: string): boolean => (language === 'javascript' ? /Tool$/ : /tool/i).test(name);
  const scoped = language === 'javascript' || language === 'python';
  if (!cls.bases.some((b) => isTool(lastOf(b))) && (scoped || !isTool(cls.name))) return null;
  const name = saidBy(cls, site, NAMES, 'name');
  const told = saidBy(cls, site, TELLS, 'description');
  if (!name || !(told || language === 'javascript')) return null;
  if (!scoped && !cls.methods.some((m) => MORE.test(m.name))) return null;
  const text = textOf(program, name);
  if (text.from !== null || text.text === '') return null;
  const runs = cls.methods.find((m) => RUNS.test(m.name)) ?? null;
  const self = runs ?? { ...emptyFn(cls.name, cls.at), doc: cls.doc };
  const made = entryOfFunction(
    program,
    'tool',
    { fn: self, site: { ...site, fns: [self] } },
    name,
    cls.name,
    name.expr.at.line,
    told,
    {},
  );
  if (!made) return null;
  const schema =
    language === 'javascript' ? SCHEMA_FIELDS.map((f) => saidBy(cls, site, /^$/, f)).find((x) => x) : null;
  const listed = language === 'php' ? saidBy(cls, site, /^(?:get_?)?input_?schema$/i, 'inputSchema') : null;
  const hints = saidBy(cls, site, /^(?:get_?)?annotations$/i, 'annotations');
  return {
    ...made,
    line: name.expr.at.line,
    endLine: name.expr.at.line,
    params: schema ? paramsOfShape(program, schema) : listed ? paramsOfSchema(program, listed) : null,
    annotations: hints ? hintsOf(program, hints) : {},
    handler: runs ? made.handler : null,
  };
};

const SCHEMA_FIELDS = ['inputSchema', 'schema', 'parameters', 'zodSchema', 'argsSchema', 'paramsSchema'];

/**
 * `isRelevant` says which files have to do with the protocol; in the others of a tree that has to, only what stands on something
 * that may be a server counts.
 */
export const decoratedEntries = (
  program: Program,
  isRelevant: (path: string) => boolean,
  anywhere: boolean,
): FoundEntry[] => {
  const found: FoundEntry[] = [];
  const mounts = mountsOf(program);
  for (const all of program.fns.values())
    for (const f of all) {
      if (f.site.module.language === 'python') {
        const here = isRelevant(f.site.module.path);
        if (f.fn.decorators.length > 0 && (here || anywhere))
          found.push(
            ...ofPython(
              program,
              f,
              mounts,
              (server) => here || (server.expr.kind !== 'call' && mayBeServer(program, server)),
            ),
          );
        continue;
      }
      const marked = f.fn.decorators.length > 0 || f.fn.params.some((p) => p.decorators !== undefined);
      const entry = marked ? ofFunction(program, f) : null;
      if (entry) found.push(entry);
    }
  for (const all of program.classes.values())
    for (const { cls, module } of all) {
      const site: Site = { module, fns: [], cls, given: null };
      // `#[Tools] impl`: every method is one.
      if (
        cls.decorators.some(
          (d) => lastOf(d.kind === 'call' ? d.callee : d) === 'Tools' && module.language === 'rust',
        )
      )
        for (const fn of cls.methods) {
          const entry = entryOfFunction(
            program,
            'tool',
            { fn, site: { ...site, fns: [fn] } },
            null,
            fn.name,
            fn.at.line,
            null,
            {},
          );
          if (entry) found.push(entry);
        }
      const entry =
        (module.language === 'php' ? phpClass(program, cls, site) : null) ??
        (module.language === 'ruby' ? rubyClass(program, cls, site) : null) ??
        ofType(program, cls, site) ??
        ofClass(program, cls, site);
      if (entry) found.push(entry);
    }
  return found;
};
