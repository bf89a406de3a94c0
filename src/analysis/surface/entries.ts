import type { Expr, Fn } from '../sources/ir.ts';
import type { Definition } from './definition.ts';
import { hintsOf, optionsOf } from './options.ts';
import { type At, type FnAt, lastOf, type Program, pathOf } from './program.ts';
import { handed } from './python.ts';
import { paramsOfFunction, paramsOfPythonSchema } from './python-params.ts';
import { paramsInBlock } from './ruby-params.ts';
import { dataOf, isObject, paramsOfSchema } from './schemas.ts';
import { onServer, scriptParts } from './script.ts';
import { type FoundEntry, type Param, TOOL_NAME } from './surface-entry.ts';
import { textOf } from './texts.ts';
import { isKnownType, paramsOfHandler } from './types.ts';
import { called, fnNamed, resultsOf, settled, step } from './values.ts';
import { paramsOfShape } from './zod.ts';

/** Turns what defines something into an entry of the surface. */

const MOST_DESCRIPTION = 20_000;

/** The function an expression means: itself, one by its name, one that another makes or wraps. */
export const functionAt = (program: Program, at: At, depth = 0): FnAt | null => {
  const { expr, site } = at;
  if (depth > 5 || --program.work.left < 0) return null;
  // `this.run.bind(this)`
  if (expr.kind === 'call' && lastOf(expr.callee) === 'bind' && expr.callee.kind === 'member')
    return functionAt(program, { expr: expr.callee.object, site }, depth + 1);
  if (expr.kind === 'function') return { fn: expr.fn, site: { ...site, fns: [...site.fns, expr.fn] } };
  if (expr.kind === 'name' || expr.kind === 'member') {
    const next = step(program, at);
    const through = next && functionAt(program, next, depth + 1);
    return through ?? fnNamed(program, expr, at);
  }
  if (expr.kind === 'call' && !expr.isNew) {
    // `withAuth(handler)`: what is wrapped is what does the work.
    for (const a of expr.args) {
      const wrapped = /^(?:function|name|member|call)$/.test(a.value.kind)
        ? functionAt(program, { expr: a.value, site }, depth + 1)
        : null;
      if (wrapped) return wrapped;
    }
    const target = fnNamed(program, expr.callee, at);
    if (target) {
      const inside = called(target, expr, at);
      for (const result of resultsOf(target.fn)) {
        const made = functionAt(program, { expr: result, site: inside.site }, depth + 1);
        if (made) return made;
      }
    }
  }
  return null;
};

/** Where a function begins below what is written above it. */
export const headOf = (fn: Fn): number =>
  Math.min(fn.at.endLine, Math.max(fn.at.line, ...fn.decorators.map((d) => d.at.endLine + 1)));

const rangeOf = (f: FnAt): FoundEntry['handler'] => {
  const startLine = f.site.module.language === 'python' ? headOf(f.fn) : f.fn.at.line;
  return { path: f.site.module.path, startLine, endLine: Math.max(startLine, f.fn.at.endLine) };
};

/** The expression a reader of the registration sees as the name: what a wrapper's caller wrote, or the row of a table. */
const written = (program: Program, at: At): At => {
  if (at.site.bound && at.expr.kind !== 'literal') {
    const row = settled(program, at);
    if (row.expr.kind === 'literal') return row;
  }
  let now = at;
  for (let i = 0; i < 6 && now.expr.kind === 'name'; i++) {
    const given = now.site.given?.get(now.expr.name);
    if (!given) break;
    now = given;
  }
  return now;
};

const nameParts = (
  program: Program,
  kind: FoundEntry['kind'],
  name: At,
): Pick<FoundEntry, 'name' | 'certainty' | 'nameAt' | 'relisted'> | null => {
  const found = textOf(program, name);
  const known = found.from === null && found.text !== '';
  if (known && kind === 'tool' && !TOOL_NAME.test(found.text)) return null;
  const shown = written(program, name);
  const path = shown.expr.kind === 'call' ? pathOf(shown.expr.callee) : pathOf(shown.expr);
  return {
    name: known
      ? found.text.slice(0, 300)
      : `<${(found.from === 'partly computed' ? found.text : (found.from ?? 'computed')).slice(0, 100)}>`,
    certainty: !known ? 'dynamic' : found.followed ? 'derived' : 'literal',
    nameAt: `${found.at.site.module.path}:${found.at.expr.at.line}`,
    relisted: !known && /(?:^|[._])(?:get)?_?name(?:\.value)?$/i.test(path),
  };
};

const describe = (
  program: Program,
  at: At | null,
  doc: string,
): Pick<FoundEntry, 'description' | 'descriptionFrom'> => {
  if (!at) return { description: doc.slice(0, MOST_DESCRIPTION), descriptionFrom: null };
  const text = textOf(program, at);
  return { description: text.text.trim().slice(0, MOST_DESCRIPTION), descriptionFrom: text.from };
};

/** `handlers` are functions the registration gives it, nearest first. */
export const entryOfDefinition = (
  program: Program,
  d: Definition,
  extra: readonly At[],
  outer: Expr,
): FoundEntry | null => {
  const here = (expr: Expr): At => ({ expr, site: d.site });
  const parts = nameParts(program, d.kind, here(d.name));
  if (!parts) return null;
  if (d.site.module.language === 'javascript') return entryOfScript(program, d, parts, extra, outer);
  if (d.site.module.language === 'python') return entryOfPython(program, d, parts, outer);
  const given: At[] = [...d.rest.map(here), ...extra];
  const options = optionsOf(program, given);
  const at = written(program, here(d.name));
  const handler =
    given.map((g) => functionAt(program, g)).find((f) => f !== null && takesArguments(f.fn)) ?? null;
  const schemas = [...d.schemas.map(here), ...(options.schema ? [options.schema] : [])];
  const read = schemas.map((s) => paramsOfSchema(program, s)).find((p) => p !== null) ?? null;
  // What a client sends stands in the declared schema: a handler of Java is given the exchange and all of it at once.
  const typed =
    handler && handler.site.module.language !== 'java'
      ? paramsOfHandler(program, handler.fn.params, { expr: d.name, site: handler.site })
      : [];
  const params: Param[] | null =
    d.kind !== 'tool'
      ? null
      : d.params
        ? paramsInBlock(program, d.params, d.site)
        : options.params.length > 0
          ? options.params
          : (read ??
            (typed.length > 0
              ? typed
              : (schemas.length > 0 && !(handler && takesStruct(program, handler, true))) ||
                  (handler && takesStruct(program, handler, false))
                ? null
                : []));
  const path = at.site.module.path;
  const outerHere = outer.at.line <= at.expr.at.line && outer.at.endLine >= at.expr.at.line;
  return {
    kind: d.kind,
    ...parts,
    path,
    line: at.expr.at.line,
    endLine: Math.max(at.expr.at.line, outerHere ? outer.at.endLine : 0),
    ...describe(program, d.description ? here(d.description) : options.description, ''),
    params,
    annotations: { ...options.annotations, ...(d.annotations ? hintsOf(program, here(d.annotations)) : {}) },
    handler: handler && rangeOf(handler),
  };
};

/** Where a definition stands: at its name, which a helper's caller may have written. */
const placeOf = (
  program: Program,
  d: Definition,
  outer: Expr,
): Pick<FoundEntry, 'path' | 'line' | 'endLine'> => {
  const at = written(program, { expr: d.name, site: d.site });
  const { line } = at.expr.at;
  const around = [outer.at, d.call.at].find((s) => s.line <= line && s.endLine >= line);
  return { path: at.site.module.path, line, endLine: Math.max(line, around?.endLine ?? 0) };
};

const entryOfScript = (
  program: Program,
  d: Definition,
  named: NonNullable<ReturnType<typeof nameParts>>,
  extra: readonly At[],
  outer: Expr,
): FoundEntry | null => {
  const parts = scriptParts(program, d);
  // What the caller of a helper brings is what the tool does, not what the helper puts around it.
  const brought = extra.findLast((a) => a.expr.kind === 'function') ?? parts.handler;
  const handler = brought && functionAt(program, brought);
  const hints = parts.annotations && dataOf(program, parts.annotations);
  // A name that is computed and no server's: some other library's.
  if (named.certainty === 'dynamic' && !(d.object ? d.kind === 'tool' : onServer(d.call))) return null;
  return {
    kind: d.kind,
    ...named,
    ...placeOf(program, d, outer),
    ...describe(program, parts.description, ''),
    params: parts.schema
      ? paramsOfShape(program, parts.schema)
      : d.kind === 'tool' && named.certainty !== 'dynamic'
        ? []
        : null,
    annotations: isObject(hints) ? withoutUnknown(hints) : {},
    handler: handler && rangeOf(handler),
  };
};

const withoutUnknown = (hints: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(hints).filter(([, v]) => v !== undefined));

const entryOfPython = (
  program: Program,
  d: Definition,
  named: NonNullable<ReturnType<typeof nameParts>>,
  outer: Expr,
): FoundEntry | null => {
  const here = (expr: Expr): At => ({ expr, site: d.site });
  const [schema] = d.schemas;
  const handler = d.fn ? handed(program, here(d.fn)) : null;
  // A tool stands where the call begins, its name may be lines below.
  const { path } = d.site.module;
  const { line, endLine } = d.call.at;
  const place = d.site.given || d.site.bound ? placeOf(program, d, outer) : { path, line, endLine };
  return {
    kind: d.kind,
    ...named,
    ...place,
    nameAt: `${place.path}:${place.line}`,
    ...describe(program, d.description ? here(d.description) : null, handler?.fn.doc ?? ''),
    params:
      d.kind !== 'tool'
        ? null
        : // What is declared is what a client sees; the signature counts where nothing is declared.
          schema
          ? paramsOfPythonSchema(program, here(schema))
          : handler
            ? paramsOfFunction(program, handler)
            : null,
    annotations: d.annotations
      ? hintsOf(program, here(d.annotations))
      : hintsOf(
          program,
          here({
            ...d.call,
            kind: 'call',
            args: d.call.kind === 'call' ? d.call.args.filter((a) => /hint$/i.test(a.name ?? '')) : [],
          } as Expr),
        ),
    handler: handler && rangeOf(handler),
  };
};

/** Options are functions too; a handler takes what a client sends. */
const takesArguments = (fn: Fn): boolean =>
  fn.params.some((p) => !/^_?(?:self|this)$/.test(p.name)) &&
  !/^\*?(?:\w+\.)?(?:Tool|Resource|ResourceTemplate|Prompt)\b/.test(fn.params[0]?.type ?? '');

/** Whether a handler takes a struct beside its context that is known, or is not. */
const takesStruct = (program: Program, f: FnAt, known: boolean): boolean =>
  f.site.module.language === 'go' &&
  f.fn.params.some(
    (p) =>
      !/\b(?:context\.Context|CallToolRequest|ServerSession|map\[string\]any)\b/.test(p.type) &&
      /^\*?(?:\w+\.)?[A-Z]\w*$/.test(p.type) &&
      isKnownType(program, p.type, { expr: { at: f.fn.at, kind: 'name', name: '' }, site: f.site }) === known,
  );

/** An entry whose handler is the function its decorator stands on. */
export const entryOfFunction = (
  program: Program,
  kind: FoundEntry['kind'],
  f: FnAt,
  name: At | null,
  fallbackName: string,
  line: number,
  description: At | null,
  annotations: Record<string, unknown>,
): FoundEntry | null => {
  const parts = name
    ? nameParts(program, kind, name)
    : {
        name: fallbackName,
        certainty: 'literal' as const,
        nameAt: `${f.site.module.path}:${line}`,
        relisted: false,
      };
  if (!parts || parts.name === '') return null;
  const here: At = { expr: { at: f.fn.at, kind: 'name', name: '' }, site: f.site };
  const at =
    name && name.site.module === f.site.module && name.expr.at.line >= f.fn.at.line - 60
      ? name.expr.at.line
      : line;
  return {
    kind,
    ...parts,
    path: f.site.module.path,
    line: at,
    endLine: Math.max(at, f.fn.at.endLine),
    ...describe(program, description, f.fn.doc),
    params:
      kind !== 'tool'
        ? null
        : f.site.module.language === 'python'
          ? paramsOfFunction(program, f)
          : paramsOfHandler(program, f.fn.params, here),
    annotations,
    handler: rangeOf(f),
  };
};
