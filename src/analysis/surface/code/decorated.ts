import type { Class, Expr, Fn } from '../../sources/ir.ts';
import type { FoundEntry } from '../surface-entry.ts';
import type { Call } from './definitions.ts';
import { entryOfFunction } from './entries.ts';
import { hintsOf } from './options.ts';
import { type At, type FnAt, lastOf, type Program, type Site } from './program.ts';
import { fieldsOf } from './types.ts';
import { resultsOf, textOf } from './values.ts';

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

const ofFunction = (program: Program, f: FnAt): FoundEntry | null => {
  const { language } = f.site.module;
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
    const line =
      language === 'java'
        ? Math.min(f.fn.at.endLine, Math.max(f.fn.at.line, ...f.fn.decorators.map((x) => x.at.endLine + 1)))
        : f.fn.at.line;
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
  /^(?:run_tool|call_tool|execute|run|call|invoke|handle|handler|Execute|Run|Call|Handle|Handler|Invoke|apply)$/;

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
  const self: Fn = {
    name: cls.name,
    params: [],
    body: [],
    at: cls.at,
    decorators: [],
    doc: cls.doc,
    isAsync: false,
  };
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
  /^(?:(?:get_?)?(?:input_?)?schema|(?:get_?)?parameters|definition|tool|execute|run|call|invoke|handle|handler)$/i;

/** A class with methods that say a name and a description, and one that does the work. */
const ofClass = (program: Program, cls: Class, site: Site): FoundEntry | null => {
  const named = cls.methods.find(
    (m) => NAMES.test(m.name) && m.params.filter((p) => p.name !== 'self').length === 0,
  );
  const tells = cls.methods.find((m) => TELLS.test(m.name));
  const result = named && resultsOf(named)[0];
  if (!named || !result || !tells || !cls.methods.some((m) => MORE.test(m.name))) return null;
  if (!/tool/i.test(cls.name) && !cls.bases.some((b) => /tool/i.test(lastOf(b)))) return null;
  const inside: Site = { ...site, fns: [named] };
  if (textOf(program, { expr: result, site: inside }).from !== null) return null;
  const runs = cls.methods.find((m) => RUNS.test(m.name)) ?? null;
  const told = resultsOf(tells)[0];
  const entry = entryOfFunction(
    program,
    'tool',
    { fn: runs ?? named, site: { ...site, fns: [runs ?? named] } },
    { expr: result, site: inside },
    cls.name,
    result.at.line,
    told ? { expr: told, site: { ...site, fns: [tells] } } : null,
    {},
  );
  return (
    entry && {
      ...entry,
      line: result.at.line,
      endLine: result.at.line,
      params: null,
      handler: runs ? entry.handler : null,
    }
  );
};

export const decoratedEntries = (program: Program): FoundEntry[] => {
  const found: FoundEntry[] = [];
  for (const all of program.fns.values())
    for (const f of all) {
      const entry = f.fn.decorators.length > 0 ? ofFunction(program, f) : null;
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
      const entry = ofType(program, cls, site) ?? ofClass(program, cls, site);
      if (entry) found.push(entry);
    }
  return found;
};
