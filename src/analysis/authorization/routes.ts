import { eachOnce } from '../files/each-once.ts';
import type { Expr, Fn, Module, Span } from '../sources/ir.ts';
import { expressionsInside, insideExpression, statementsIn } from '../sources/walk.ts';
import { lastNameOf, rootOf } from '../weaknesses/code/names.ts';
import { behind, type FnRef, type Functions } from './functions.ts';
import { functionsMeant, mountsOf, pathText } from './handlers.ts';

/**
 * Where a server answers, in whatever way its language and framework say so: a call with a path and a handler, an
 * annotation on a method, a comparison of the request's path. Frameworks differ in names only, so names are all that is
 * told of them here.
 */
export type Route = {
  path: string;
  /** In capitals; empty where any. */
  methods: readonly string[];
  at: { path: string; line: number };
  handlers: readonly FnRef[];
  /** Names of what stands before the handler: middleware, dependencies, attributes. */
  before: readonly string[];
  /** The name of the router it was declared on; '' where there is none. */
  owner: string;
};

const VERBS =
  /^(?:get|post|put|patch|delete|head|options|all|any|use|route|handle|handlefunc|add_?route|add_?api_?route|add_?url_?rule|custom_?route|map(?:get|post|put|delete|patch|methods)?|api_?route|path|re_path|match|on|addHandler|request_?mapping|(?:get|post|put|patch|delete)_?mapping|http_?(?:get|post|put|delete|patch))$/i;
const METHOD = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/i;
const METHOD_IN_NAME = /(get|post|put|patch|delete)(?:_?mapping|func)?$/i;
/** `"GET /x"` of Go's mux; a path of letters, digits and placeholders. */
const PATH = /^(?:(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) )?(\/[\w./{}:<>*$()?-]{0,160})$/;
const PATH_OF_REQUEST = /^(?:path|pathname|url|uri|path_?info|raw_?path|endpoint|route)$/i;

const methodsIn = (e: Expr, fns: Functions): string[] => {
  if (e.kind !== 'call') return [];
  const named = e.args.find((a) => a.name && /^(?:methods?|Methods?)$/.test(a.name))?.value;
  const list =
    named ??
    e.args
      .map((a) => a.value)
      .find((v) => v.kind === 'list' && v.items.every((i) => METHOD.test(pathText(i, fns) ?? '')));
  if (list?.kind === 'list')
    return list.items.map((i) => (pathText(i, fns) ?? '').toUpperCase()).filter((m) => METHOD.test(m));
  const one = list ? pathText(list, fns) : null;
  if (one && METHOD.test(one)) return [one.toUpperCase()];
  const first = pathText(e.args[0]?.value, fns);
  if (first && METHOD.test(first)) return [first.toUpperCase()];
  return [];
};

const methodOfName = (name: string): string[] => {
  const m = METHOD_IN_NAME.exec(name);
  return m ? [m[1]!.toUpperCase()] : [];
};

const SERVED = /^\/(?:$|mcp\b|sse\b|messages?\b)/;
const MOUNTS = /^(?:handle|use|all|mount|any)$/i;

const namesBefore = (args: readonly Expr[]): string[] =>
  args
    .flatMap((a) => (a.kind === 'list' ? a.items : [a]))
    .flatMap((a) => behind(a))
    .map(lastNameOf)
    .filter((n) => n !== '');

/** `app.post("/token", limit, handler)`, `mux.HandleFunc("/token", h)`, `Route("/token", endpoint=h)`. */
const fromCall = (e: Expr, from: FnRef, fns: Functions): Route | null => {
  if (e.kind !== 'call') return null;
  const name = lastNameOf(e.callee);
  const isRoute =
    e.callee.kind === 'name' &&
    /^(?:Route|route|path|re_path|url|Mount|get|post|put|delete|patch)$/.test(name);
  if (!isRoute && !(e.callee.kind === 'member' && VERBS.test(name))) return null;
  // A client asks the same way: `axios.get("/x")`, `requests.post(…)`.
  if (
    /^(?:axios|requests|httpx|http|https|client|fetch|session|got|superagent|api)$/i.test(rootOf(e.callee)) &&
    !/^Handle/.test(name)
  )
    return null;
  const args = e.args.filter((a) => !a.spread);
  const texts = args.map((a) => pathText(a.value, fns));
  const at = texts.findIndex((t) => t !== null && PATH.test(t));
  if (at < 0 || at > 2) return null;
  const parsed = PATH.exec(texts[at]!)!;
  const rest = args.filter((_, i) => i !== at);
  const candidates = [...rest]
    .reverse()
    .filter((a) => !a.name || /^(?:endpoint|handler|view_func|action|target|func)$/i.test(a.name));
  const handlers: FnRef[] = [];
  for (const a of candidates) {
    const value =
      a.value.kind === 'record'
        ? a.value.entries.find((x) => /^(?:handler|endpoint)$/.test(x.key))?.value
        : a.value;
    if (!value) continue;
    const found = functionsMeant(value, from, fns);
    if (found.length > 0) {
      handlers.push(...found);
      break;
    }
  }
  // axum: `.route("/x", get(handler).post(other))`.
  const chained: string[] = [];
  for (const a of rest)
    for (
      let link: Expr | null = a.value;
      link?.kind === 'call';
      link = link.callee.kind === 'member' ? link.callee.object : null
    ) {
      const method = lastNameOf(link.callee);
      const inner = link.args[0]?.value;
      if (!METHOD.test(method) || !inner) continue;
      chained.push(method.toUpperCase());
      handlers.push(...functionsMeant(inner, from, fns).filter((h) => !handlers.includes(h)));
    }
  // A handler that is a value of some type is not followed; where the protocol itself is served it is told all the same.
  if (
    handlers.length === 0 &&
    !(e.callee.kind === 'member' && rest.length > 0 && SERVED.test(parsed[2]!) && MOUNTS.test(name))
  )
    return null;
  const methods = [
    ...new Set([...(parsed[1] ? [parsed[1]] : []), ...methodsIn(e, fns), ...methodOfName(name), ...chained]),
  ];
  return {
    path: parsed[2]!,
    methods,
    at: { path: from.module.path, line: e.at.line },
    handlers,
    before: namesBefore(rest.map((a) => a.value)),
    owner: e.callee.kind === 'member' ? lastNameOf(e.callee.object) : '',
  };
};

const ANNOTATION =
  /^(?:path|route|apiroute|(?:get|post|put|patch|delete|request)mapping|http(?:get|post|put|delete|patch)|get|post|put|patch|delete|head|options|all|custom_?route|api_?route)$/i;

const annotationPath = (d: Expr, fns: Functions): string | null => {
  if (d.kind !== 'call') return null;
  if (!ANNOTATION.test(lastNameOf(d.callee))) return null;
  const value = d.args.find((a) => !a.name || /^(?:value|path|template|rule|url)$/i.test(a.name))?.value;
  return value ? (pathText(value, fns) ?? '') : '';
};

const joined = (a: string, b: string): string =>
  `/${[...a.split('/'), ...b.split('/')].filter((p) => p !== '').join('/')}`;

/** `@app.post("/token")`, `@GET @Path("/authorize")`, `[HttpGet("authorize")]` below `[Route("oauth")]`. */
const fromAnnotations = (ref: FnRef, fns: Functions): Route | null => {
  const own = ref.fn.decorators.filter(
    (d) => annotationPath(d, fns) !== null || (d.kind === 'name' && METHOD.test(d.name)),
  );
  if (own.length === 0) return null;
  const path = own.map((d) => annotationPath(d, fns) ?? '').find((p) => p !== '') ?? '';
  const prefix = ref.cls?.decorators.map((d) => annotationPath(d, fns) ?? '').find((p) => p !== '') ?? '';
  if (path === '' && prefix === '') return null;
  const whole = joined(prefix, path);
  if (!PATH.test(whole)) return null;
  return {
    path: whole,
    methods: [
      ...new Set(
        own.flatMap((d) => {
          const name = lastNameOf(d);
          return METHOD.test(name) ? [name.toUpperCase()] : [...methodsIn(d, fns), ...methodOfName(name)];
        }),
      ),
    ],
    at: { path: ref.module.path, line: ref.fn.at.line },
    handlers: [ref],
    before: [...ref.fn.decorators, ...(ref.cls?.decorators ?? [])].map(lastNameOf),
    owner:
      own
        .map((d) => (d.kind === 'call' && d.callee.kind === 'member' ? lastNameOf(d.callee.object) : ''))
        .find((n) => n !== '') ?? '',
  };
};

/** A branch of a function as a function of its own. */
const branch = (ref: FnRef, body: Fn['body'], at: Span): FnRef => ({
  ...ref,
  fn: { ...ref.fn, name: '', body, at, decorators: [], params: ref.fn.params },
});

/** `if (url.pathname === "/token") …`, `switch (path) { case "/token": … }`. */
const fromComparisons = (ref: FnRef, fns: Functions): Route[] => {
  const found: Route[] = [];
  const asksPath = (e: Expr): boolean => PATH_OF_REQUEST.test(lastNameOf(e));
  for (const s of statementsIn(ref.fn.body)) {
    // A branch that only lets through, or sets a header, answers nothing.
    if (
      s.kind === 'if' &&
      s.then.some((t) => t.kind === 'return' && t.value !== null && !/^next$/.test(lastNameOf(t.value)))
    ) {
      for (const e of insideExpression(s.test))
        if (e.kind === 'test' && /^(?:==|===|is|eq)$/.test(e.operator)) {
          const path = e.operands.map((o) => pathText(o, fns)).find((t) => t !== null && PATH.test(t));
          if (path && e.operands.some(asksPath))
            found.push({
              path: PATH.exec(path)![2]!,
              methods: [],
              at: { path: ref.module.path, line: s.at.line },
              handlers: [branch(ref, s.then, s.at)],
              before: [],
              owner: '',
            });
        }
    } else if (s.kind === 'switch' && asksPath(s.on)) {
      for (const c of s.cases)
        for (const t of c.tests) {
          const path = pathText(t, fns);
          if (path && PATH.test(path))
            found.push({
              path: PATH.exec(path)![2]!,
              methods: [],
              at: { path: ref.module.path, line: t.at.line },
              handlers: [
                branch(ref, c.body, { line: t.at.line, endLine: c.body.at(-1)?.at.endLine ?? t.at.line }),
              ],
              before: [],
              owner: '',
            });
        }
    }
  }
  return found;
};

/** Next.js and its like: the folder is the path, the exported name the method. */
const fromFolders = (module: Module, fns: Functions): Route[] => {
  const parts = module.path.split('/');
  const root = parts.findIndex((p) => p === 'app' || p === 'pages' || p === 'routes');
  if (root < 0 || !/^(?:route|\+server)\.[jt]sx?$/.test(parts.at(-1) ?? '')) return [];
  // A folder in brackets groups, and is no part of the path.
  const path = `/${parts
    .slice(root + 1, -1)
    .filter((p) => !p.startsWith('('))
    .join('/')}`;
  return fns.all
    .filter((r) => r.module === module && METHOD.test(r.fn.name))
    .map((r) => ({
      path,
      methods: [r.fn.name.toUpperCase()],
      at: { path: module.path, line: r.fn.at.line },
      handlers: [r],
      before: [],
      owner: '',
    }));
};

/** All of a program, in order of files and lines; a handler that answers several paths is there once for each. */
export const routesOf = (modules: readonly Module[], fns: Functions): readonly Route[] => {
  const found: Route[] = modules.flatMap((m) => fromFolders(m, fns));
  for (const ref of fns.all) {
    const annotated = fromAnnotations(ref, fns);
    if (annotated) found.push(annotated);
    found.push(...fromComparisons(ref, fns));
    for (const s of statementsIn(ref.fn.body)) {
      if (s.kind !== 'expr' && s.kind !== 'assign' && s.kind !== 'return') continue;
      for (const e of expressionsInside([s])) {
        const route = fromCall(e, ref, fns);
        if (route) found.push(route);
      }
    }
  }
  const mounts = mountsOf(fns);
  const whole = (r: Route): Route => {
    let { path } = r;
    let at = mounts.get(r.owner);
    for (let depth = 0; at && depth < 4; depth++) {
      path = joined(at.prefix, path);
      at = mounts.get(at.on);
    }
    return path === r.path ? r : { ...r, path };
  };
  return eachOnce(found.map(whole), (r) => `${r.at.path}:${r.at.line} ${r.path}`).sort((a, b) =>
    a.at.path < b.at.path ? -1 : a.at.path > b.at.path ? 1 : a.at.line - b.at.line,
  );
};
