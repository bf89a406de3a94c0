import type { Cause } from '../../analysis/flow/causes.ts';
import type { Module } from '../../analysis/sources/ir.ts';
import { expressionsIn, functionsOf } from '../../analysis/sources/walk.ts';

/** Where values were followed to and no further: who calls the function there, by its name alone. */

export type CallPlace = { path: string; line: number };
/** Calls by the last part of a function's name, in order of the files. */
export type CallsByName = (name: string) => readonly CallPlace[];

const MOST_PLACES = 20;
const last = (name: string): string => name.split(/[.:]+/).at(-1) ?? '';

/** Only names that some cause ends at are looked for. */
export const callsByName = (modules: readonly Module[], causes: readonly Cause[]): CallsByName => {
  const wanted = new Map<string, CallPlace[]>();
  for (const c of causes)
    if (c.state === 'unreached')
      for (const l of c.leads) if (last(l.tool) !== '') wanted.set(last(l.tool), []);
  if (wanted.size > 0)
    for (const m of modules)
      for (const { fn } of functionsOf(m))
        for (const e of expressionsIn(fn.body)) {
          if (e.kind !== 'call') continue;
          const { callee } = e;
          const name = callee.kind === 'name' ? callee.name : callee.kind === 'member' ? callee.property : '';
          const places = wanted.get(name);
          if (places && places.length < MOST_PLACES) places.push({ path: m.path, line: e.at.line });
        }
  return (name) => wanted.get(last(name)) ?? [];
};
