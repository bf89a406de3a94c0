import type { Class, Expr, Stmt } from '../sources/ir.ts';
import { answerOf } from './answers.ts';
import { assignTo, lasting, remember } from './assign.ts';
import { asksSettings, conditionOf, isToolName, toolNamed } from './conditions.ts';
import { classEntries, decorated } from './decorators.ts';
import { addGuards, bothGuards, conditional, type Frame, guardedWhole, leave, placeIn } from './frame.ts';
import { elements } from './members.ts';
import { type Branch, keptByOther } from './taken-away.ts';
import { typed } from './types.ts';
import {
  type Condition,
  joinedConditions,
  NOTHING,
  type Place,
  type Tested,
  textOf,
  through,
  union,
  type Value,
  valueWith,
} from './value.ts';
import { allHold, lookUp, testsIn, valueAt } from './walk-expressions.ts';

/** Calls that do not come back. */
const ENDS =
  /^(process\.exit|sys\.exit|os\._exit|os\.Exit|panic|log\.Fatalf?|exit|quit|System\.exit|std\.process\.exit)$/;

export const declareClass = (f: Frame, cls: Class): void => {
  const info = f.engine.program.classOf(cls, f.module);
  f.scope.vars.set(cls.name, valueWith({ refs: [{ kind: 'class', cls: info }] }));
};

const runClass = (f: Frame, cls: Class): void => {
  declareClass(f, cls);
  const info = f.engine.program.classOf(cls, f.module);
  for (const field of cls.fields) {
    const value = union(
      field.value ? lasting(valueAt(f, field.value)) : NOTHING,
      typed(f.engine.program, f.module, field.type),
    );
    const held = info.fields.get(field.name);
    info.fields.set(field.name, held ? union(held, value) : value);
  }
  classEntries(f, info);
};

type Way = {
  assumed?: readonly Tested[];
  outcome?: boolean;
  under?: Condition | null;
  setting?: Place | null;
};

/** Walks one of several ways; what it wrote is taken back and returned. */
const branch = (
  f: Frame,
  stmts: readonly Stmt[],
  { assumed = [], outcome = true, under = null, setting = null }: Way = {},
): Branch => {
  const { written, guards, under: before, setting: outer } = f;
  if (under) f.under = joinedConditions(before, [under]);
  if (setting) f.setting = setting;
  f.written = new Map();
  f.guards = new Map(guards);
  addGuards(f, assumed, outcome);
  const ends = run(f, stmts);
  const tested = !ends && [...f.guards].some(([key, held]) => guards.get(key) !== held);
  const changed = new Map<string, Value>();
  for (const [name, before] of f.written) {
    const now = f.scope.vars.get(name);
    // What only this way tests, what it writes has passed.
    if (now) changed.set(name, tested ? guardedWhole(f, now) : now);
    if (before) f.scope.vars.set(name, before);
    else f.scope.vars.delete(name);
  }
  const result = { ends, changed, guards: f.guards };
  f.written = written;
  f.guards = guards;
  f.under = before;
  f.setting = outer;
  return result;
};

/** Goes on after the ways that come out. `all` when one of them is taken in any case. */
const meet = (f: Frame, ways: readonly Branch[], all: boolean): void => {
  const open = ways.filter((w) => !w.ends);
  const names = new Set(open.flatMap((w) => [...w.changed.keys()]));
  for (const name of names) {
    const before = f.scope.vars.get(name);
    const values = open.map((w) => w.changed.get(name) ?? before ?? NOTHING);
    let value = !all && before ? before : NOTHING;
    for (const v of values) value = union(value, v);
    remember(f, name);
    f.scope.vars.set(name, value);
  }
  const guards = open.map((w) => w.guards);
  if (!all) guards.push(f.guards);
  const [first, ...rest] = guards;
  if (first) f.guards = rest.reduce((a, b) => bothGuards(a, b), new Map(first));
};

/** What only one way checks, where a setting decides which is taken: weaker than a guard, and more than nothing. */
const addConditional = (f: Frame, checked: Frame['guards'], by: Place, isSetting: boolean): void => {
  for (const [key, guards] of checked) {
    const source = f.sources.get(key);
    const held = f.guards.get(key) ?? [];
    const fresh = guards.filter((g) => !held.includes(g));
    if (source)
      addGuards(
        f,
        fresh.map((g) => ({ source, key, guard: conditional(g, by, isSetting), holds: null })),
      );
  }
};

const runIf = (f: Frame, s: Extract<Stmt, { kind: 'if' }>): boolean => {
  const tests = testsIn(f, s.test);
  const named = toolNamed(f, s.test);
  const outer = f.tool;
  if (named !== null) f.tool = named;
  const setting = tests.length === 0 ? asksSettings(f, s.test) : null;
  const is = named === null ? conditionOf(f, s.test, true) : null;
  const isNot = named === null ? conditionOf(f, s.test, false) : null;
  const then = branch(f, s.then, {
    assumed: allHold(s.test) ? tests : [],
    under: is,
    setting,
  });
  f.tool = outer;
  const otherwise = branch(f, s.otherwise, { assumed: tests, outcome: false, under: isNot, setting });
  if (s.test.kind === 'name' && then.changed.has(s.test.name) && s.otherwise.length === 0)
    // `if folder:` — on the other way there is none.
    otherwise.changed.set(s.test.name, NOTHING);
  keptByOther(f, then, otherwise);
  keptByOther(f, otherwise, then);
  meet(f, [then, otherwise], true);
  const left = then.ends === otherwise.ends ? null : then.ends ? isNot : is;
  if (left) f.under = joinedConditions(f.under, [left]);
  if (then.ends !== otherwise.ends) addGuards(f, tests, otherwise.ends);
  else if (tests.length === 0 && s.otherwise.length === 0 && !then.ends)
    addConditional(f, then.guards, placeIn(f, s.at.line), setting !== null);
  return then.ends && otherwise.ends;
};

const runLoop = (f: Frame, s: Extract<Stmt, { kind: 'loop' }>): void => {
  const over = s.over ? through(elements(valueAt(f, s.over)), placeIn(f, s.at.line)) : null;
  // What the end of the body writes is seen by its beginning the second time; inner loops need no third.
  for (let round = 0; round < (f.loops === 0 ? 2 : 1); round++) {
    f.loops++;
    const tests = s.test ? testsIn(f, s.test) : [];
    const { written, under } = f;
    f.written = new Map();
    if (s.target && over) assignTo(f, s.target, over);
    const guards = f.guards;
    f.guards = new Map(guards);
    addGuards(f, tests);
    run(f, s.body);
    // A loop that checks each item before it goes on has checked them all.
    const checked = s.over ? f.guards : bothGuards(guards, f.guards);
    f.guards = new Map(checked);
    for (const [name, before] of f.written) {
      const now = f.scope.vars.get(name);
      if (before && now) f.scope.vars.set(name, union(before, now));
      if (written && !written.has(name)) written.set(name, before);
    }
    f.written = written;
    f.under = under;
    f.loops--;
  }
};

const runSwitch = (f: Frame, s: Extract<Stmt, { kind: 'switch' }>): boolean => {
  const on = valueAt(f, s.on);
  const byName = isToolName(f, s.on);
  const outer = f.tool;
  const ways: Branch[] = [];
  let label = '';
  for (const c of s.cases) {
    const tests: Tested[] = [];
    for (const t of c.tests) {
      const value = valueAt(f, t);
      if (value.literal !== null && !/^\W{0,2}$|^.$/.test(value.literal))
        for (const taint of on.taints)
          tests.push({
            source: taint.source,
            key: taint.key,
            guard: { kind: 'equals', detail: value.literal.slice(0, 160), at: placeIn(f, s.at.line) },
            holds: true,
          });
      if (byName && value.literal) label = value.literal;
    }
    if (byName) f.tool = label || outer;
    const [first] = c.tests;
    const under = byName || !first ? null : { ...placeIn(f, first.at.line), holds: true };
    ways.push(branch(f, c.body, { assumed: tests, under }));
    if (c.body.length > 0) label = '';
  }
  f.tool = outer;
  const complete = s.cases.some((c) => c.tests.length === 0);
  // `break` ends a case, not what follows the switch.
  meet(
    f,
    ways.map((w, i) => ({ ...w, ends: w.ends && !endsByJump(s.cases[i]!.body) })),
    complete,
  );
  return false;
};

const endsByJump = (stmts: readonly Stmt[]): boolean => stmts.at(-1)?.kind === 'jump';

/** Walks statements; true when what follows them is not reached. */
export const run = (f: Frame, stmts: readonly Stmt[]): boolean => {
  const p = f.engine.program;
  // Functions and classes are known before their place in the text.
  for (const s of stmts) {
    if (s.kind === 'function') {
      const info = p.infoOf(s.fn, f.module, f.info?.cls ?? null);
      f.scope.vars.set(
        s.fn.name,
        valueWith({ refs: [{ kind: 'function', fn: info, scope: f.scope, self: lookUp(f, 'this') }] }),
      );
      if (f.info) f.idle.set(info, f.scope);
    } else if (s.kind === 'class') declareClass(f, s.cls);
  }
  for (const s of stmts) if (runOne(f, s)) return true;
  return false;
};

const runOne = (f: Frame, s: Stmt): boolean => {
  switch (s.kind) {
    case 'assign': {
      const value = through(valueAt(f, s.value), placeIn(f, s.at.line));
      if (!s.adds) assignTo(f, s.target, value, s.outer);
      else {
        const expr: Expr =
          s.target.kind === 'name'
            ? { at: s.at, kind: 'name', name: s.target.name }
            : s.target.kind === 'place'
              ? s.target.expr
              : s.value;
        const held = s.target.kind === 'name' ? (lookUp(f, s.target.name) ?? NOTHING) : valueAt(f, expr);
        const added =
          held.items || value.items
            ? union(
                { ...held, items: [...(held.items ?? []), ...(value.items ?? [])].slice(0, 48) },
                valueWith({ taints: value.taints }),
              )
            : union(textOf([held, value], placeIn(f, s.at.line)), held);
        assignTo(f, s.target, added, s.outer);
      }
      return false;
    }
    case 'expr': {
      const { tests } = valueAt(f, s.value);
      // Nobody asks for its answer: what it is for is done when it comes back.
      addGuards(
        f,
        tests.filter((t) => t.guard.kind === 'passed'),
      );
      return s.value.kind === 'call' && ENDS.test(pathText(s.value.callee));
    }
    case 'return': {
      if (s.value) {
        const v = guardedWhole(f, through(valueAt(f, s.value), placeIn(f, s.at.line)));
        f.returns = union(f.returns, v);
        // What it answers about its parameters is for those who ask.
        f.returns = { ...f.returns, tests: [] };
      }
      const answer = answerOf(s.value, f.module.module.language);
      leave(f, answer, answer === 'granted' || s.value === null || isParam(f, s.value));
      return true;
    }
    case 'throw':
      if (s.value) {
        const { said } = f;
        f.said = true;
        valueAt(f, s.value);
        f.said = said;
      }
      return true;
    case 'jump':
      return true;
    case 'if':
      return runIf(f, s);
    case 'loop':
      runLoop(f, s);
      return false;
    case 'try': {
      const ends = run(f, s.body);
      const guards = f.guards;
      const ways = s.handlers.map((h) => branch(f, h.body));
      meet(f, [...ways, { ends, changed: new Map(), guards }], false);
      if (!ends || ways.length === 0) f.guards = guards;
      const last = run(f, s.last);
      return last || (ends && ways.every((w) => w.ends));
    }
    case 'switch':
      return runSwitch(f, s);
    case 'function':
      decorated(f, p(f).infoOf(s.fn, f.module, f.info?.cls ?? null), s.fn, f.scope);
      return false;
    case 'class':
      runClass(f, s.cls);
      return false;
    case 'block':
      return run(f, s.body);
  }
};

/** What was handed in, as it is. */
const isParam = (f: Frame, value: Expr): boolean =>
  value.kind === 'name' && f.info?.fn.params.some((x) => x.name === value.name) === true;

const p = (f: Frame) => f.engine.program;

/** `a.b.c` as text, for calls that are recognised by their spelling alone. */
export const pathText = (e: Expr): string =>
  e.kind === 'name' ? e.name : e.kind === 'member' ? `${pathText(e.object)}.${e.property}` : '?';
