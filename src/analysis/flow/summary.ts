import { writeOuter } from './assign.ts';
import { bind, type Given, hasSelf, record } from './bind-arguments.ts';
import {
  addGuards,
  addHit,
  conditional,
  type Engine,
  type Frame,
  guardedHere,
  guardedWhole,
  leave,
  newFrame,
  noteTests,
  type Summary,
  testsOf,
} from './frame.ts';
import { writeField } from './kept.ts';
import { elements, member } from './members.ts';
import { slotIn } from './positions.ts';
import { taintsFor } from './sinks.ts';
import { substitution } from './substitution.ts';
import { isPlainType, typed } from './types.ts';
import {
  allTaints,
  type FnInfo,
  guarded,
  keyOfSource,
  NOTHING,
  type Place,
  type Scope,
  type Taint,
  type Tested,
  taintOf,
  union,
  unionTaints,
  type Value,
  valueWith,
} from './value.ts';
import { TooMuch, valueAt } from './walk-expressions.ts';
import { run } from './walk-statements.ts';

export { type Given, hasSelf } from './bind-arguments.ts';

/** How deep calls are followed from one function into the next. */
const DEEPEST_CALLS = 40;

const paramValue = (frame: number, index: number, type = ''): Value => {
  const taint = taintOf({ kind: 'param', frame, index, path: [] });
  return valueWith({ taints: [isPlainType(type) ? { ...taint, plain: true } : taint] });
};

const enter = (e: Engine, info: FnInfo, parent: Scope | null): Frame => {
  const f = newFrame(e, info.module, info, { vars: new Map(), parent: parent ?? info.module.scope });
  const { vars } = f.scope;
  if (info.cls && !(parent && parent !== info.module.scope)) {
    const self: Value = { ...paramValue(f.id, -1), refs: [{ kind: 'object', cls: info.cls }] };
    vars.set(info.fn.receiver ?? (hasSelf(info) ? info.fn.params[0]!.name : 'this'), self);
    if (hasSelf(info)) vars.set('this', self);
  }
  info.fn.params.forEach((param, i) => {
    if (i === 0 && hasSelf(info)) return;
    const given = info.given[i] ?? NOTHING;
    const own = paramValue(f.id, i, param.rest ? '' : param.type);
    // What its fields are known to be does not replace what a caller puts there.
    const fields = given.fields
      ? new Map([...given.fields].map(([k, v]) => [k, union(member(e.program, own, k), v)]))
      : null;
    let value = union(own, { ...given, taints: [], fields });
    value = union(value, typed(e.program, info.module, param.type));
    if (param.defaultValue) {
      const usual = valueAt(f, param.defaultValue);
      value = { ...value, refs: union(value, valueWith({ refs: usual.refs })).refs };
    }
    value = { ...value, literal: null };
    if (param.name !== '') vars.set(param.name, value);
    for (const { path, name } of param.parts)
      vars.set(
        name,
        path === '' ? value : path.split('.').reduce((v, key) => member(e.program, v, key), value),
      );
  });
  return f;
};

const leftIdle = (f: Frame): void => {
  for (const [info, scope] of f.idle)
    if (!f.engine.called.has(info))
      apply(f, info, scope, [], null, { path: f.module.module.path, line: info.fn.at.line });
};

/** Each test once: loops are walked twice, and what is called often asks the same. */
const distinct = (tests: readonly Tested[]): readonly Tested[] => {
  if (tests.length < 2) return tests;
  const all = new Map<string, Tested>();
  for (const t of tests) {
    const key = `${t.key}|${t.guard.kind}|${t.guard.at.line}|${t.guard.detail}|${t.holds}`;
    if (!all.has(key)) all.set(key, t);
  }
  return [...all.values()];
};

/** What calling a function does; null while it is being found out (recursion), or past the bounds. */
export const summaryOf = (e: Engine, info: FnInfo, scope: Scope | null): Summary | null => {
  const held = e.summaries.get(info);
  if (held && held.scope === scope) return held.summary;
  if (e.depth >= DEEPEST_CALLS) return null;
  e.summaries.set(info, { scope, summary: null });
  e.depth++;
  try {
    const f = enter(e, info, scope);
    if (!run(f, info.fn.body)) leave(f);
    leftIdle(f);
    const summary: Summary = {
      frame: f.id,
      info,
      returns: { ...guardedWhole(f, f.returns), tests: [] },
      hits: [...f.hits.values()],
      tests: distinct(
        f.lenient ? f.tests.map((t) => ({ ...t, guard: conditional(t.guard, f.lenient!) })) : f.tests,
      ),
      holds: testsOf(f, f.exits),
      granted:
        f.answers.has('granted') && f.answers.has('refused') && !f.answers.has('untold')
          ? testsOf(f, f.granting)
          : null,
      stores: f.stores,
      pending: f.pending,
      writes: f.writes,
    };
    e.summaries.set(info, { scope, summary });
    return summary;
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof TooMuch)) throw error;
    e.limits.set(
      info.module.module.path,
      error instanceof TooMuch ? 'more work than is done for one tree' : 'nested too deep',
    );
    return null;
  } finally {
    e.depth--;
  }
};

const NAME = /^[A-Za-z][\w.:/-]{1,80}$/;

const unnamed = (args: readonly Value[]): boolean =>
  args.some((v) =>
    v.taints.some(
      (t) => t.source.kind === 'origin' && t.source.origin.kind === 'tool' && t.source.origin.name === '',
    ),
  );

const isPredicate = ({ fn }: FnInfo): boolean => fn.body.length === 1 && fn.body[0]!.kind === 'return';

/** Calls a function that a value holds, with what was bound to it before. */
export const applyRef = (
  f: Frame,
  ref: Extract<Value['refs'][number], { kind: 'function' }>,
  args: readonly Given[],
  at: Place,
  self: Value | null = ref.self,
  onStore?: (field: string, value: Value) => void,
): Value => apply(f, ref.fn, ref.scope, ref.given ? [...ref.given, ...args] : args, self, at, onStore);

/** Nothing of it concerns those who call it. */
const isQuiet = (s: Summary): boolean =>
  s.hits.length === 0 &&
  s.tests.length === 0 &&
  s.holds.length === 0 &&
  s.pending.length === 0 &&
  s.writes.length === 0 &&
  s.stores.size === 0 &&
  isEmpty(s.returns);

const isEmpty = (v: Value): boolean =>
  v.taints.length === 0 &&
  v.refs.length === 0 &&
  v.fields === null &&
  v.items === null &&
  v.literal === null &&
  v.words === '';

/** What `resolve` of a promise is: whatever it is given, the promise becomes. */
export const RESOLVES = '#resolve';

/** Calls a function that is known: its hits become hits here, or results; its value is returned. */
export const apply = (
  f: Frame,
  info: FnInfo,
  scope: Scope | null,
  args: readonly Given[],
  self: Value | null,
  at: Place,
  onStore?: (field: string, value: Value) => void,
): Value => {
  const e = f.engine;
  e.called.add(info);
  let resolved = NOTHING;
  const bound = bind(f, info, args, self);
  record(info, bound);
  const s = summaryOf(e, info, scope);
  if (!s)
    return valueWith({ taints: bound.reduce<readonly Taint[]>((all, v) => unionTaints(all, v.taints), []) });
  if (isQuiet(s)) return NOTHING;
  const sub = substitution(f, s, bound, self, at);
  for (const hit of s.hits) {
    const { taint } = hit;
    const r = sub.resolve(taint.source, taint.key);
    if (r === null) addHit(f, { ...hit, taint: guardedHere(f, taint) });
    // What the function made of its parameter is looked at here; only a list handed on as it is, the caller knows better.
    else
      for (const outer of hit.list && taint.passed.length === 0 ? taintsFor(hit.rule, r) : allTaints(r))
        addHit(f, {
          ...hit,
          list: hit.list === true && r.items === null,
          // Of a list that callers hand over, they know the items.
          slot: hit.rule.rule.grammar === 'arguments' && r.items ? slotIn(r, outer, hit.program) : hit.slot,
          taint: sub.composed(taint, outer),
          words: taint.joined ? hit.words : `${r.words} ${hit.words}`.trim(),
        });
  }
  for (const [field, stored] of s.stores) {
    const value = sub.value(stored);
    if (self?.taints.some((t) => t.source.kind === 'param' && t.source.index === -1))
      f.stores.set(field, union(f.stores.get(field) ?? NOTHING, value));
    onStore?.(field, value);
    for (const ref of self?.refs ?? []) if (ref.kind === 'object') writeField(f, ref.cls, field, value);
  }
  for (const w of s.writes)
    if ('scope' in w) writeOuter(f, w.scope, w.name, sub.value(w.value));
    else writeField(f, w.cls, w.name, sub.value(w.value));
  for (const waiting of s.pending) {
    const args = waiting.args.map((v) => ({ value: sub.value(v) }));
    const holds = sub.tests(waiting.holds);
    const r = sub.resolve(waiting.source, keyOfSource(waiting.source));
    if (r === null) {
      if (f.pending.length < 60) f.pending.push({ ...waiting, args: args.map((a) => a.value), holds });
      continue;
    }
    const outer = f.tool;
    const { guards } = f;
    if (holds.length > 0) {
      f.guards = new Map(guards);
      addGuards(f, holds);
    }
    if (waiting.tool !== '') f.tool = waiting.tool;
    // `tool('read_file', …, handler)` in the program's own words: the name is beside the handler.
    else if (unnamed(waiting.args))
      f.tool = bound.find((v) => v.literal !== null && NAME.test(v.literal))?.literal ?? f.tool;
    // What was called may be one of those it holds: `for listener in self.listeners: listener(x)`.
    const called = r.refs.some((ref) => ref.kind === 'function') ? r.refs : [...r.refs, ...elements(r).refs];
    for (const ref of called)
      if (ref.kind === 'function') applyRef(f, ref, args, waiting.at);
      else if (ref.kind === 'external' && ref.path === RESOLVES && args[0])
        resolved = union(resolved, args[0].value);
    for (const t of r.taints)
      if (t.source.kind === 'param' && f.pending.length < 60)
        f.pending.push({
          ...waiting,
          source: t.source,
          args: args.map((a) => a.value),
          tool: f.tool,
          holds: testsOf(f, f.guards),
        });
    f.tool = outer;
    f.guards = guards;
  }
  const held = sub.tests(s.holds);
  addGuards(f, held);
  // Of a predicate that is one expression the answer is what was tested; of others only that it was.
  const asked = sub.tests(
    s.granted ??
      (isPredicate(info) ? s.tests : s.tests.map((t) => ({ ...t, holds: null, whole: true as const }))),
  );
  noteTests(f, asked);
  const result = union(sub.value(s.returns), resolved);
  return {
    ...result,
    taints: result.taints.map((t) => guarded(t, [])),
    tests: asked,
  };
};
