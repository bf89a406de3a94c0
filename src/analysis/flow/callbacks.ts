import type { Expr } from '../sources/ir.ts';
import { functionsOf } from './call-results.ts';
import { type Frame, placeIn } from './frame.ts';
import { elements } from './members.ts';
import type { CarrierRow } from './models.ts';
import { argumentAt } from './sinks.ts';
import { applyRef, type Given, hasSelf } from './summary.ts';
import { NOTHING, type Place, type Ref, union, type Value, valueWith } from './value.ts';

/** Functions that others call: handed to code from outside, run in a thread, waiting for an event. */

type Call = Extract<Expr, { kind: 'call' }>;
type FunctionRef = Extract<Ref, { kind: 'function' }>;

/** What their function answers decides which items are meant, or in which order: it is no part of the result. */
export const ONLY_DECIDES =
  /^(?:find|findLast|findIndex|filter|some|every|any|all|position|retain|sort|sorted|sort_by|take_while|skip_while|takeWhile|dropWhile|First|FirstOrDefault|Single|SingleOrDefault|Where|Any|All|anyMatch|allMatch|noneMatch|partition|removeIf|RemoveAll|find_all|detect|select|reject|any\?|all\?|array_filter|usort|ContainsFunc|IndexFunc|SortFunc)$/;

/** Calls a function handed to code from outside: with the items of the object it was handed to. */
export const callBack = (f: Frame, ref: FunctionRef, given: Value, expr: Call): Value => {
  const params = ref.fn.fn.params.length - (hasSelf(ref.fn) ? 1 : 0);
  const args = Array.from({ length: Math.min(params, 3) }, (_, i) => ({
    value: i === 0 ? given : valueWith({ taints: given.taints }),
  }));
  return applyRef(f, ref, args, placeIn(f, expr.at.line));
};

/** Runs the function a model says is run, with what it says: `Thread(target=f, args=(x,))`. */
export const startedBy = (
  f: Frame,
  told: NonNullable<CarrierRow['runs']>,
  args: readonly Given[],
  object: Value,
  at: Place,
): { result: Value } | null => {
  const refs = functionsOf(argumentAt(args, object, told.function)).slice(0, 4);
  if (refs.length === 0) return null;
  const handed: Given[] =
    typeof told.with === 'string'
      ? told.with.startsWith('items:')
        ? itemsOf(argumentAt(args, object, numbered(told.with.slice(6))))
        : [
            ...(argumentAt(args, object, told.with).items ?? []).map((value) => ({ value })),
            // `to_thread(f, user=x)`: what has a name is handed on by it.
            ...args.filter((a) => a.name !== undefined && a.name !== told.function),
          ]
      : told.with.map((p) => ({ value: elements(argumentAt(args, object, p)) }));
  let result = NOTHING;
  for (const ref of refs) result = union(result, applyRef(f, ref, handed, at));
  return { result };
};

const numbered = (position: string): number | string =>
  /^\d+$/.test(position) ? Number(position) : position;
const itemsOf = (v: Value): Given[] =>
  v.items ? v.items.map((value) => ({ value })) : v.taints.length > 0 ? [{ value: v, spread: true }] : [];

const MOST_LISTENERS = 12;

/** `bus.on('ring', f)` and `bus.emit('ring', x)`: who listens to an event of that name is called with what is sent. */
export const events = (
  f: Frame,
  expr: Call,
  name: string,
  args: readonly Given[],
  object: Value,
  at: Place,
): void => {
  const [first, ...rest] = args;
  const event = first?.value.literal;
  if (!event || expr.callee.kind !== 'member') return;
  const heard = f.engine.listeners.get(event) ?? [];
  if (/^(?:on|once|addListener|subscribe|add_listener)$/.test(name)) {
    for (const ref of rest.flatMap((a) => functionsOf(a.value)))
      if (heard.length < MOST_LISTENERS && !heard.some((r) => r.fn === ref.fn)) heard.push(ref);
    f.engine.listeners.set(event, heard);
  } else if (
    /^(?:emit|publish|trigger|fire|dispatch|send)$/.test(name) &&
    !object.refs.some((r) => r.kind === 'object')
  )
    for (const ref of heard) if (!f.engine.entered.has(ref.fn)) applyRef(f, ref, rest, at);
};
