import type { Expr } from '../sources/ir.ts';
import { setPlace } from './assign.ts';
import type { Frame } from './frame.ts';
import { basesIn, methodOf } from './members.ts';
import type { Given } from './summary.ts';
import { type Ref, type Value, valueWith } from './value.ts';

/** What is called where that is neither a function nor a method by its name. */

type Call = Extract<Expr, { kind: 'call' }>;
type FunctionRef = Extract<Ref, { kind: 'function' }>;

/** `ring(x)` of an object whose class says what calling it does. */
export const calledObjects = (f: Frame, target: Value, isMember: boolean): FunctionRef[] =>
  f.module.module.language !== 'python'
    ? []
    : target.refs.flatMap((r) => {
        const fn = r.kind === 'object' ? methodOf(r.cls, '__call__', basesIn(f.engine.program)) : null;
        const self = fn && isMember ? valueWith({ refs: [r] }) : target;
        return fn ? [{ kind: 'function' as const, fn, scope: fn.module.scope, self }] : [];
      });

/** Whether what is called is only promised: an interface, which a function may stand for too. */
export const isInterface = (object: Value, name: string): boolean =>
  object.refs.some((r) => r.kind === 'object' && r.cls.methods.get(name)?.fn.body.length === 0);

/** What a record answers under the name of one of its parts. */
export const isAccessor = (object: Value, name: string): boolean =>
  object.refs.some(
    (r) => r.kind === 'object' && !r.cls.methods.has(name) && r.cls.cls.fields.some((x) => x.name === name),
  );

/** `setattr(thing, "name", value)`. */
export const setMember = (f: Frame, expr: Call, args: readonly Given[]): void => {
  const object = expr.args[0]?.value;
  const property = args[1]?.value.literal;
  if (!object || !args[2]) return;
  const at = expr.at;
  const index: Expr = { at, kind: 'literal', value: property ?? null, isString: true };
  setPlace(f, { at, kind: 'index', object, index }, args[2].value);
};
