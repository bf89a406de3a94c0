import type { Module } from '../sources/ir.ts';
import type { Program, Top } from './program.ts';
import type { FoundEntry, ScannedSurface } from './surface-entry.ts';
import { partIn, settled } from './values.ts';

/** Definitions of JavaScript that nothing refers to are set aside: they are written, not offered. */

/** Names of what a module hands out, those it passes on with them. */
const handsOut = (program: Program, module: Module, into: Set<string>, seen: Set<Module>): void => {
  if (seen.has(module)) return;
  seen.add(module);
  for (const e of module.exports) {
    if (e.name !== '*') into.add(e.local);
    const from = e.from === null ? null : program.imports.resolve(module, e.from);
    if (from && e.name === '*') handsOut(program, from, into, seen);
  }
};

/** `import * as tools` and then `Object.values(tools)` refers to all there is. */
const takenWhole = (program: Program): Set<string> => {
  const names = new Set<string>();
  for (const module of program.modules)
    for (const i of module.imports) {
      if (i.name !== '*' || !program.wholes.has(i.local)) continue;
      const from = program.imports.resolve(module, i.module);
      if (from) handsOut(program, from, names, new Set());
    }
  return names;
};

/** For objects declared at the top of a file: the line of their name, and what they are called. */
const ownersIn = (program: Program, tops: ReadonlyMap<string, Top>): Map<number, string> => {
  const owners = new Map<number, string>();
  for (const [owner, top] of tops) {
    if (top.kind !== 'value') continue;
    const { expr, site } = top.at;
    if (expr.kind !== 'record' && expr.kind !== 'call') continue;
    const whole = expr.kind === 'call' ? settled(program, { expr, site }) : { expr, site };
    if (whole.site.module !== site.module) continue;
    const name = ['name', 'uri', 'uriTemplate'].map((k) => partIn(program, whole, k)).find((x) => x);
    if (name && name.site.module === site.module) owners.set(name.expr.at.line, owner);
  }
  return owners;
};

export const setUnusedAside = (program: Program, out: ScannedSurface): void => {
  const paths = new Map(program.modules.map((m) => [m.path, m]));
  const owners = new Map<string, Map<number, string>>();
  const whole = takenWhole(program);
  const isUnused = (e: FoundEntry): boolean => {
    const module = paths.get(e.path);
    if (module?.language !== 'javascript' || e.certainty === 'dynamic') return false;
    const own = owners.get(e.path) ?? ownersIn(program, program.tops.get(module)!);
    owners.set(e.path, own);
    const owner = own.get(e.line);
    return owner !== undefined && !program.mentions.has(owner) && !whole.has(owner);
  };
  const unused = new Set(out.entries.filter(isUnused));
  out.unused = [...unused];
  out.entries = out.entries.filter((e) => !unused.has(e));
};
