import type { Expr, Module, Span } from '../../sources/ir.ts';
import { expressionsIn, expressionsOf, functionsOf, statementsIn, within } from '../../sources/walk.ts';
import { lastNameOf, literalText, rootOf } from './names.ts';

/**
 * Answers that let pages of any origin read them: the header set by hand, and the options of the libraries that set it.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export type AnyOrigin = Span & {
  how: 'any' | 'repeated' | 'by default';
  /** Cookies and other credentials of the browser go along. */
  credentials: boolean;
};

const HEADER = /^access-control-allow-origin$/i;
const CREDENTIALS =
  /^(?:access-control-allow-credentials|credentials|(?:set_?)?allow_?credentials|supports_credentials)$/i;
const OPTION =
  /^(?:allow_?origins?|allowed_?origins?(?:_?patterns?)?|cors_?(?:allowed_)?origins?|add_?allowed_?origins?(?:_?patterns?)?|set_?allowed_?origins?(?:_?patterns?)?|cors_allow_origins?|access_control_allow_origin)$/i;
const ALL =
  /^(?:allow_?all_?origins|cors_?(?:origin_)?allow_all(?:_origins)?|AllowAllOrigins|allow_origin_regex|very_permissive|permissive|AllowAnyOrigin)$/i;
const CORS = /cors|crossorigin/i;

const isTrue = (e: Expr): boolean =>
  (e.kind === 'literal' || e.kind === 'name') && /^true$/i.test(e.kind === 'name' ? e.name : (e.value ?? ''));

/** `*` in all the ways it is handed over; `null` for anything that is decided elsewhere. */
const anyIn = (e: Expr | undefined, depth = 0): AnyOrigin['how'] | null => {
  if (!e || depth > 6) return null;
  const text = literalText(e);
  if (text !== null)
    return /^(?:\*|\.\*|\^?\.\*\$?|http:\/\/\*|https?:\/\/\*)$/.test(text.trim()) ? 'any' : null;
  if (e.kind === 'list') return e.items.map((i) => anyIn(i, depth + 1)).find((h) => h !== null) ?? null;
  if (e.kind === 'choice') {
    const last = e.of.at(-1);
    return anyIn(last, depth + 1) ? (e.test || e.of.length > 1 ? 'by default' : 'any') : null;
  }
  if (e.kind === 'call')
    return e.args.length > 0 &&
      /^(?:of|asList|vec|from|tuple|list|parse|unwrap|from_static|singletonList|getenv|get|get_env)$/.test(
        lastNameOf(e.callee),
      )
      ? literalText(e.args[0]!.value) !== null && e.args.length > 1
        ? anyIn(e.args.at(-1)!.value, depth + 1) && 'by default'
        : (e.args.map((a) => anyIn(a.value, depth + 1)).find((h) => h !== null) ?? null)
      : null;
  if ((e.kind === 'name' || e.kind === 'member') && lastNameOf(e) === 'Any') return 'any';
  return null;
};

/** The origin of the request itself, given back: `req.headers.origin`, `r.Header.Get("Origin")`. */
const repeats = (e: Expr | undefined): boolean => {
  if (!e || e.kind === 'literal') return false;
  for (const part of within(e)) {
    if (/^origin$/i.test(literalText(part) ?? '')) return true;
    if (
      part.kind === 'member' &&
      /^origin$/i.test(part.property) &&
      /^_?(?:req|request|r|ctx|context|c|headers?|event|exchange)$/i.test(rootOf(part))
    )
      return true;
  }
  return false;
};

const entriesOf = (e: Expr): { key: string; value: Expr }[] =>
  e.kind === 'record'
    ? e.entries
    : e.kind === 'call'
      ? [
          ...e.args.flatMap((a) => (a.name ? [{ key: a.name, value: a.value }] : [])),
          ...e.args.flatMap((a) => (a.value.kind === 'record' ? a.value.entries : [])),
        ]
      : [];

const withCredentials = (e: Expr): boolean =>
  entriesOf(e).some(
    (x) => CREDENTIALS.test(x.key) && (isTrue(x.value) || /^true$/i.test(literalText(x.value) ?? '')),
  );

/** `origin: (o, callback) => callback(null, true)`: a function that says yes to all. */
const saysYes = (e: Expr): boolean => {
  if (e.kind !== 'function') return false;
  const body = [...statementsIn(e.fn.body)];
  if (body.some((s) => s.kind === 'if' || s.kind === 'switch')) return false;
  return [...expressionsIn(e.fn.body)].some(
    (c) =>
      c.kind === 'call' &&
      c.args.length === 2 &&
      c.args[0]!.value.kind === 'literal' &&
      isTrue(c.args[1]!.value),
  );
};

const inExpression = (e: Expr, all: readonly Expr[]): AnyOrigin[] => {
  const found: AnyOrigin[] = [];
  const put = (at: Span, how: AnyOrigin['how'] | null | false, credentials: boolean): void => {
    if (how) found.push({ line: at.line, endLine: at.line, how, credentials });
  };
  // Set by hand, next to the header that lets credentials along.
  const near = (): boolean =>
    all.some(
      (x) =>
        (x.kind === 'call' && x.args.some((a) => CREDENTIALS.test(literalText(a.value) ?? ''))) ||
        (x.kind === 'record' && withCredentials(x)) ||
        (x.kind === 'member' && CREDENTIALS.test(x.property)),
    );
  if (e.kind === 'call') {
    const name = lastNameOf(e.callee);
    const at = e.args.findIndex((a) => HEADER.test(literalText(a.value) ?? ''));
    const value = at === -1 ? undefined : e.args[at + 1]?.value;
    if (value) put(e.at, anyIn(value) ?? (repeats(value) && 'repeated'), near());
    else if (OPTION.test(name) && e.args.length > 0 && at === -1)
      put(e.at, e.args.map((a) => anyIn(a.value)).find((h) => h) ?? null, near());
    else if (
      /^(?:very_)?permissive$|^AllowAnyOrigin$/.test(name) &&
      (CORS.test(rootOf(e.callee)) || name === 'AllowAnyOrigin')
    )
      put(e.at, name === 'very_permissive' ? 'repeated' : 'any', name === 'very_permissive');
    else if (/^cors$/i.test(name) && e.args.length === 0) put(e.at, 'any', false);
    const cors = CORS.test(name) || e.args.some((a) => CORS.test(lastNameOf(a.value)));
    for (const { key, value: given } of entriesOf(e)) {
      if (!(OPTION.test(key) || ALL.test(key) || (cors && /^origins?$/i.test(key)))) continue;
      const how =
        anyIn(given) ??
        (isTrue(given)
          ? ALL.test(key)
            ? 'any'
            : 'repeated'
          : saysYes(given) || repeats(given)
            ? 'repeated'
            : null);
      if (how && !(how !== 'any' && OPTION.test(key) && isTrue(given)))
        put(given.at.line >= e.at.line ? given.at : e.at, how, withCredentials(e));
    }
  }
  if (e.kind === 'record')
    for (const { key, value } of e.entries) {
      if (HEADER.test(key)) put(value.at, anyIn(value) ?? (repeats(value) && 'repeated'), withCredentials(e));
      else if (/^cors$/i.test(key)) {
        if (isTrue(value)) put(value.at, 'any', false);
        for (const inner of entriesOf(value))
          if (/^origins?$/i.test(inner.key) || OPTION.test(inner.key))
            put(
              inner.value.at,
              anyIn(inner.value) ?? (isTrue(inner.value) || saysYes(inner.value) ? 'repeated' : null),
              withCredentials(value),
            );
      } else if (OPTION.test(key) || (ALL.test(key) && isTrue(value)))
        put(value.at, ALL.test(key) ? 'any' : anyIn(value), withCredentials(e));
    }
  // A pair of a list of headers: [b"access-control-allow-origin", b"*"]
  if (e.kind === 'list' && e.items.length === 2 && HEADER.test(literalText(e.items[0]) ?? ''))
    put(e.at, anyIn(e.items[1]) ?? (repeats(e.items[1]) && 'repeated'), near());
  return found;
};

/** Whether a function holds an origin against something before it answers. */
const looksUp = (all: readonly Expr[]): boolean =>
  all.some(
    (e) =>
      (e.kind === 'call' || e.kind === 'name' || e.kind === 'member') &&
      /allowed|trusted|permitted|whitelist|allowlist|isallow|validateorigin|checkorigin/i.test(lastNameOf(e)),
  );

export const anyOrigins = (m: Module): AnyOrigin[] => {
  const found: AnyOrigin[] = [];
  for (const { fn, cls } of functionsOf(m)) {
    const all = [...expressionsIn(fn.body)];
    const places = all.flatMap((e) => inExpression(e, all));
    for (const d of [...fn.decorators, ...(cls && cls.methods[0] === fn ? cls.decorators : [])])
      if (
        /^(?:CrossOrigin|cross_origin|CORS)$/.test(lastNameOf(d)) &&
        !(
          d.kind === 'call' &&
          entriesOf(d).some(
            (x) => /^(?:origins?|value|originPatterns)$/.test(x.key) && anyIn(x.value) === null,
          )
        ) &&
        !(d.kind === 'call' && d.args[0] && !d.args[0].name && anyIn(d.args[0].value) === null)
      )
        places.push({ line: d.at.line, endLine: d.at.line, how: 'any', credentials: withCredentials(d) });
    for (const s of statementsIn(fn.body)) {
      if (s.kind !== 'assign') continue;
      const name =
        s.target.kind === 'name'
          ? s.target.name
          : s.target.kind === 'place'
            ? s.target.expr.kind === 'index'
              ? (literalText(s.target.expr.index) ?? '')
              : lastNameOf(s.target.expr)
            : '';
      const how = HEADER.test(name)
        ? (anyIn(s.value) ?? (repeats(s.value) && 'repeated'))
        : ALL.test(name) && isTrue(s.value)
          ? 'any'
          : OPTION.test(name)
            ? anyIn(s.value)
            : null;
      if (how)
        places.push({
          line: s.at.line,
          endLine: s.at.line,
          how,
          credentials:
            expressionsOf(s).some(withCredentials) ||
            all.some((e) => e.kind === 'member' && CREDENTIALS.test(e.property)),
        });
    }
    // What is given back after a look into a list is an answer to that list.
    found.push(...places.filter((p) => p.how !== 'repeated' || !looksUp(all)));
  }
  return [...new Map(found.map((f) => [f.line, f])).values()].sort((a, b) => a.line - b.line);
};
