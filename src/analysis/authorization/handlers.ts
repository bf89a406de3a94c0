import type { Expr } from '../sources/ir.ts';
import { statementsIn } from '../sources/walk.ts';
import { lastNameOf, literalText } from '../weaknesses/code/names.ts';
import { behind, type FnRef, type Functions } from './functions.ts';

/** What a route is given: the text of its path, the function that answers, the router it hangs on. */

/** The text of a path: a literal, a constant, or what is literal of it at its end. */
export const pathText = (e: Expr | undefined, fns: Functions, depth = 0): string | null => {
  if (!e || depth > 4) return null;
  const text = literalText(e);
  if (text !== null) return text;
  if (e.kind === 'text') {
    const parts = e.parts.map((p) => pathText(p, fns, depth + 1));
    const tail = parts.slice(parts.lastIndexOf(null) + 1).join('');
    return tail.startsWith('/') ? tail : null;
  }
  if (e.kind === 'name' || e.kind === 'member') {
    const value = fns.constant(lastNameOf(e));
    return value ? pathText(value, fns, depth + 1) : null;
  }
  if (e.kind === 'list')
    return e.items.map((i) => pathText(i, fns, depth + 1)).find((t) => t !== null) ?? null;
  return null;
};

const WRAPPED = /^(?:next|handler|h|fn|func|inner|callback|cb|f|endpoint|app)$/i;

/** Methods by which an object answers, where a route is given an object and no function. */
const ANSWERS = /^(?:ServeHTTP|handle|__invoke|call|handleRequest|dispatch)$/;

/** A function, one by its name, or what a local name was given: `h := http.HandlerFunc(m.ServeToken)`. */
export const functionsMeant = (e: Expr, from: FnRef, fns: Functions, depth = 0): readonly FnRef[] => {
  for (const x of behind(e)) {
    if (x.kind === 'function')
      return [fns.all.find((r) => r.fn === x.fn) ?? { fn: x.fn, cls: from.cls, module: from.module }];
    if (x.kind === 'name' && depth < 3)
      for (const s of statementsIn(from.fn.body))
        if (s.kind === 'assign' && s.target.kind === 'name' && s.target.name === x.name) {
          const found = functionsMeant(s.value, from, fns, depth + 1);
          if (found.length > 0) return found;
        }
    const found = fns.named(x, from);
    // What makes a handler is not what answers: `NewHandler(db)` gives an object with `ServeHTTP`.
    const made = found.flatMap((f) =>
      /^new\w*|handler$/i.test(f.fn.name)
        ? fns.all.filter((r) => r.module === f.module && ANSWERS.test(r.fn.name))
        : [],
    );
    if (made.length > 0) return made.slice(0, 1);
    // A wrapper returns another function around the one it was given: it is none of its own.
    const own = found.filter(
      (f) => !f.fn.params.some((p) => WRAPPED.test(p.name) || /Handler|Callable|Middleware/.test(p.type)),
    );
    if (own.length > 0) return own;
  }
  return [];
};

/** Where routers hang: `app.use("/oauth", router)`, `include_router(router, prefix="/oauth")`, `APIRouter(prefix="/oauth")`. */
export const mountsOf = (fns: Functions): ReadonlyMap<string, { prefix: string; on: string }> => {
  const found = new Map<string, { prefix: string; on: string }>();
  for (const ref of fns.all)
    for (const s of statementsIn(ref.fn.body)) {
      if (s.kind === 'assign' && s.target.kind === 'name' && s.value.kind === 'call') {
        // A router made with a prefix, or a group of another: `r.Group("/oauth")`.
        const prefix = s.value.args.find((a) => a.name === 'prefix' || a.name === 'url_prefix')?.value;
        const group =
          s.value.callee.kind === 'member' &&
          /^(?:Group|group|basePath|Route|PathPrefix)$/.test(lastNameOf(s.value.callee))
            ? s.value.args[0]?.value
            : undefined;
        const path = pathText(prefix ?? group, fns);
        if (path?.startsWith('/'))
          found.set(s.target.name, {
            prefix: path,
            on: group && s.value.callee.kind === 'member' ? lastNameOf(s.value.callee.object) : '',
          });
      }
      const top = s.kind === 'expr' ? s.value : null;
      if (
        top?.kind !== 'call' ||
        top.callee.kind !== 'member' ||
        !/^(?:use|route|mount|include_router|register|register_blueprint|nest|Mount)$/.test(
          lastNameOf(top.callee),
        )
      )
        continue;
      const path = top.args.map((a) => pathText(a.value, fns)).find((t) => t?.startsWith('/'));
      const on = lastNameOf(top.callee.object);
      for (const a of top.args)
        if (a.value.kind === 'name' && path && !found.has(a.value.name))
          found.set(a.value.name, { prefix: path, on });
    }
  return found;
};
