import type { Expr } from '../sources/ir.ts';
import { type Frame, originOf, placeIn } from './frame.ts';
import { argumentAt } from './sinks.ts';
import type { Given } from './summary.ts';
import { NOTHING, type OriginKind, step, taintOf, type Value, valueWith } from './value.ts';

/** Values that come in from elsewhere than a handler's parameters. */

const externalsOf = (v: Value): string[] => v.refs.flatMap((r) => (r.kind === 'external' ? [r.path] : []));

const tainted = (
  f: Frame,
  kind: OriginKind,
  name: string,
  line: number,
  refs: Value['refs'],
  path: readonly string[] = [],
): Value => {
  const at = placeIn(f, line);
  const taint = taintOf({ kind: 'origin', origin: originOf(f.engine, kind, name, at), path });
  return valueWith({ taints: [{ ...taint, trail: step(null, at) }], refs });
};

/** The value of a place that is filled from outside, or null. */
export const ambient = (f: Frame, found: Value, expr: Expr): Value | null => {
  const { knows } = f.engine;
  for (const path of externalsOf(found)) {
    const row = knows.members(path, f.module.module.language)[0];
    if (row) return tainted(f, row.kind, '', expr.at.line, found.refs);
    // One variable of an environment: `process.env.NAME`.
    const held = /^(.+)\.([A-Za-z_]\w*)$/.exec(path);
    const of = held && knows.members(held[1]!, f.module.module.language)[0];
    // Of a request it is what came in under that name, and no name of a route.
    if (of && of.kind !== 'environment') return tainted(f, of.kind, '', expr.at.line, found.refs, [held[2]!]);
    if (of) return tainted(f, of.kind, held[2]!, expr.at.line, found.refs);
  }
  return null;
};

/** The value a call brings in from outside, or null. */
export const brought = (
  f: Frame,
  paths: readonly string[],
  args: readonly Given[],
  expr: Expr,
): Value | null => {
  for (const path of paths) {
    const row = f.engine.knows.sources(path, f.module.module.language)[0];
    if (!row) continue;
    const name = row.name === undefined ? '' : (argumentAt(args, NOTHING, row.name).literal ?? '');
    return tainted(f, row.kind, name, expr.at.line, [{ kind: 'external', path: `${path}()` }]);
  }
  return null;
};
