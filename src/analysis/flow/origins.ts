import type { Expr } from '../sources/ir.ts';
import { type Frame, originOf, placeIn } from './frame.ts';
import { type OriginKind, step, taintOf, type Value, valueWith } from './value.ts';

/** Values that come in from elsewhere than a handler's parameters. */

const externalsOf = (v: Value): string[] => v.refs.flatMap((r) => (r.kind === 'external' ? [r.path] : []));

/** Places that hold them, by path. The part in brackets names what is read. */
const AMBIENT: [RegExp, OriginKind][] = [
  [/^process\.env\.(\w+)$/, 'environment'],
  [/^process\.argv$/, 'environment'],
  [/^(?:os\.environ|sys\.argv)(?:\.get\(\))?$/, 'environment'],
  [/^(?:flask|quart)\.request\.(args|form|json|data|values|headers|files|cookies)$/, 'http'],
];

/** Calls that give them. */
const RESULTS: [RegExp, OriginKind][] = [
  [/^(?:os\.getenv|os\.environ\.get|os\.Getenv|os\.LookupEnv|System\.getenv|std\.env\.var)$/, 'environment'],
  [/^(?:fetch|axios|got|ky|request|needle|superagent|undici|node-fetch|cross-fetch)(?:\.\w+)*$/, 'remote'],
  [
    /^(?:requests|httpx|aiohttp|urllib3?)(?:\.\w+(?:\(\))?)*\.(?:get|post|put|request|urlopen|send|fetch)$/,
    'remote',
  ],
  [/^net\/http\.(?:Get|Post|DefaultClient\.Do)$/, 'remote'],
  [/^(?:fs(?:\/promises|\.promises|-extra)?|graceful-fs)\.readFile(?:Sync)?$/, 'file'],
  [/^(?:os|io\/ioutil)\.ReadFile$|^java\.nio\.file\.Files\.read\w+$/, 'file'],
];

const tainted = (f: Frame, kind: OriginKind, name: string, line: number, refs: Value['refs']): Value => {
  const at = placeIn(f, line);
  const taint = taintOf({ kind: 'origin', origin: originOf(f.engine, kind, name, at), path: [] });
  return valueWith({ taints: [{ ...taint, trail: step(null, at) }], refs });
};

/** The value of a place that is filled from outside, or null. */
export const ambient = (f: Frame, found: Value, expr: Expr): Value | null => {
  for (const path of externalsOf(found))
    for (const [pattern, kind] of AMBIENT) {
      const match = pattern.exec(path);
      if (match) return tainted(f, kind, match[1] ?? '', expr.at.line, found.refs);
    }
  return null;
};

/** The value a call brings in from outside, or null. */
export const brought = (
  f: Frame,
  paths: readonly string[],
  args: readonly Value[],
  expr: Expr,
): Value | null => {
  for (const path of paths)
    for (const [pattern, kind] of RESULTS)
      if (pattern.test(path))
        return tainted(f, kind, kind === 'environment' ? (args[0]?.literal ?? '') : '', expr.at.line, [
          { kind: 'external', path: `${path}()` },
        ]);
  return null;
};
