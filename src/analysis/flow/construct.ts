import type { Expr } from '../sources/ir.ts';
import { type Frame, placeIn } from './frame.ts';
import { basesIn, member, methodOf } from './members.ts';
import { apply, type Given, summaryOf } from './summary.ts';
import {
  allTaints,
  type ClassInfo,
  NOTHING,
  OPENED,
  openedValue,
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
    apply(f, maker, maker.module.scope, args, object, placeIn(f, expr.at.line));
    const summary = summaryOf(f.engine, maker, maker.module.scope);
    // Which of its parameters ends up in which field, without going through the whole of it again.
    for (const [field, stored] of summary?.stores ?? []) {
      let value = NOTHING;
      for (const t of stored.taints) {
        if (t.source.kind !== 'param' || t.source.frame !== summary!.frame || t.source.index < 0) continue;
        const index = t.source.index - (f.module.module.language === 'python' ? 1 : 0);
        const name = maker.fn.params[t.source.index]?.name;
        let given = args.find((a) => a.name === name)?.value ?? args[index]?.value ?? NOTHING;
        for (const property of t.source.path)
          given = property === OPENED ? openedValue(given) : member(f.engine.program, given, property);
        value = union(value, given);
      }
      if (value !== NOTHING) object = withField(object, field, value);
    }
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
