import type { Expr } from '../sources/ir.ts';
import { type Frame, placeIn } from './frame.ts';
import { basesIn, methodOf } from './members.ts';
import { apply, type Given } from './summary.ts';
import {
  allTaints,
  type ClassInfo,
  NOTHING,
  union,
  unionTaints,
  type Value,
  valueWith,
  withField,
} from './value.ts';

/** A new object of a class of the tree, with what its constructor keeps of the arguments in its fields. */

type Call = Extract<Expr, { kind: 'call' }>;

export const construct = (f: Frame, cls: ClassInfo, args: readonly Given[], expr: Call): Value => {
  let object = valueWith({ refs: [{ kind: 'object', cls }] });
  const maker = ['constructor', '__init__', '<init>']
    .map((name) => methodOf(cls, name, basesIn(f.engine.program)))
    .find((m) => m !== null);
  if (maker) {
    const kept = new Map<string, Value>();
    const keep = (field: string, value: Value): void => {
      kept.set(field, union(kept.get(field) ?? NOTHING, value));
    };
    apply(f, maker, maker.module.scope, args, object, placeIn(f, expr.at.line), keep);
    for (const [field, value] of kept) if (value !== NOTHING) object = withField(object, field, value);
    return object;
  }
  args.forEach((a, i) => {
    const name = a.name ?? cls.cls.fields[i]?.name;
    if (a.spread)
      object = { ...object, taints: unionTaints(object.taints, allTaints(a.value)), fields: a.value.fields };
    else if (name !== undefined) object = withField(object, name, a.value);
    else object = { ...object, taints: unionTaints(object.taints, allTaints(a.value)) };
  });
  return object;
};
