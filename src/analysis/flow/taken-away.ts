import { type Frame, guardedWhole } from './frame.ts';
import { allTaints, type Value } from './value.ts';

/** One of several ways through a program: whether it comes out, what it wrote, what it has tested. */
export type Branch = { ends: boolean; changed: Map<string, Value>; guards: Frame['guards'] };

/** `if (!inside(path)) path = '';` — what one way takes away, the other has tested. */
export const keptByOther = (f: Frame, taking: Branch, other: Branch): void => {
  if (taking.ends || other.ends) return;
  for (const [name, value] of taking.changed) {
    const before = f.scope.vars.get(name);
    if (!before || other.changed.has(name) || allTaints(value).length > 0) continue;
    const { guards } = f;
    f.guards = other.guards;
    other.changed.set(name, guardedWhole(f, before));
    f.guards = guards;
  }
};
