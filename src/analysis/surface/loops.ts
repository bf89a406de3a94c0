import type { Expr, Target } from '../sources/ir.ts';
import { type At, type Loop, lastOf, type Program, type Site } from './program.ts';
import { partIn, settled } from './values.ts';

/** Registrations in loops: one for each row of the table that the loop goes over, as far as it is written in the tree. */

/** Larger tables are data of another kind. */
const MOST_ROWS = 1000;
/** Loops in loops. */
const DEEPEST = 2;

type Bound = ReadonlyMap<string, At>;

/** Calls that hand on the rows they are called on, or given: `rows.filter(…)`, `sorted(rows)`, `ROWS.iter()`. */
const SAME_ROWS =
  /^(?:filter|slice|sort|toSorted|reverse|concat|iter|into_iter|iter_mut|cloned|copied|stream|values|items|entries|toList|sorted|list|tuple|from|asList|of|entrySet|freeze)$/;

const literal = (key: string, of: Expr): Expr => ({ at: of.at, kind: 'literal', value: key, isString: true });
const pair = (key: string, value: Expr): Expr => ({
  at: value.at,
  kind: 'list',
  items: [literal(key, value), value],
});

/** The rows an expression goes over, each where it stands; empty when they are not written anywhere. */
const rowsOf = (program: Program, list: At, as: 'rows' | 'pairs' | 'keys', depth = 0): At[] => {
  if (depth > 5) return [];
  const { expr, site } = settled(program, list);
  const at = (e: Expr): At => ({ expr: e, site });
  if (expr.kind === 'list')
    return expr.items.flatMap((i) =>
      // `[...a, ...b]`
      i.kind === 'index' && i.index.kind === 'literal' && !i.index.isString && i.index.value === null
        ? rowsOf(program, at(i.object), as, depth + 1)
        : [at(i)],
    );
  if (expr.kind === 'record')
    return expr.entries
      .filter((e) => e.key !== '' && e.key !== '...')
      .map((e) =>
        at(as === 'pairs' ? pair(e.key, e.value) : as === 'keys' ? literal(e.key, e.value) : e.value),
      );
  if (expr.kind !== 'call' || expr.isNew) return [];
  const name = lastOf(expr.callee);
  if (!SAME_ROWS.test(name) && name !== 'enumerate' && name !== 'keys') return [];
  const given = expr.args.map((a) => a.value);
  const inner =
    expr.callee.kind === 'member' &&
    !/^(?:Object|Array|List|Arrays|Set|Map|Stream|Immutable\w+)$/.test(lastOf(expr.callee.object))
      ? [expr.callee.object]
      : given;
  const kind = /^(?:entries|items|entrySet)$/.test(name) ? 'pairs' : name === 'keys' ? 'keys' : as;
  const rows =
    /^(?:of|asList)$/.test(name) && inner === given
      ? given.map(at)
      : inner[0]
        ? rowsOf(program, at(inner[0]), name === 'values' ? 'rows' : kind, depth + 1)
        : [];
  return name === 'enumerate' ? rows.map((r) => ({ ...r, expr: pair('', r.expr) })) : rows;
};

const bind = (program: Program, target: Target, row: At, into: Map<string, At>): void => {
  if (target.kind === 'name') into.set(target.name, row);
  if (target.kind !== 'parts') return;
  const whole = settled(program, row);
  for (const { path, target: part } of target.parts) {
    const items = whole.expr.kind === 'list' ? whole.expr.items : unnamed(whole.expr);
    const inner = /^\d+$/.test(path) ? items?.[Number(path)] : undefined;
    const found = inner ? { expr: inner, site: whole.site } : partIn(program, whole, path);
    if (found) bind(program, part, found, into);
  }
};

/** `Row("a", "b")`, taken apart like a tuple. */
const unnamed = (e: Expr): Expr[] | undefined =>
  e.kind === 'call' ? e.args.filter((a) => a.name === undefined).map((a) => a.value) : undefined;

const boundBy = (program: Program, loop: Loop, site: Site): Bound[] => {
  const as =
    site.module.language === 'python' && loop.target.kind === 'name' ? ('keys' as const) : ('rows' as const);
  const list: At = { expr: loop.list, site };
  const rows = loop.key === null ? rowsOf(program, list, as) : rowsOf(program, list, 'pairs');
  return rows.slice(0, MOST_ROWS).map((row) => {
    const bound = new Map<string, At>(site.bound ?? []);
    if (loop.key !== null && row.expr.kind === 'list') {
      bound.set(loop.key, { ...row, expr: row.expr.items[0]! });
      bind(program, loop.target, { ...row, expr: row.expr.items[1]! }, bound);
    } else bind(program, loop.target, row, bound);
    return bound;
  });
};

/** The sites of one registration: itself, or one a row where loops around it go over rows that are known. */
export const sitesOf = (program: Program, site: Site): Site[] => {
  let sites: Site[] = [site];
  for (const loop of (site.loops ?? []).slice(-DEEPEST))
    sites = sites
      .flatMap((s) => {
        const all = boundBy(program, loop, { ...loop.site, bound: s.bound ?? null });
        return all.length > 0 ? all.map((bound) => ({ ...s, bound })) : [s];
      })
      .slice(0, MOST_ROWS);
  return sites;
};
