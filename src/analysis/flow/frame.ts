import type { Handler } from './handlers.ts';
import type { Knowledge, SinkRule } from './knowledge.ts';
import { type Slot, UNTOLD } from './positions.ts';
import type { Program } from './program.ts';
import {
  type ClassInfo,
  type Condition,
  commonConditions,
  type FnInfo,
  type Guard,
  guarded,
  joinedConditions,
  keyOfSource,
  type ModuleInfo,
  NOTHING,
  type Origin,
  type OriginKind,
  type Place,
  type Ref,
  type Scope,
  type Source,
  type Taint,
  type Tested,
  unionGuards,
  type Value,
} from './value.ts';

/** What a tainted value reached. */
export type Hit = {
  rule: SinkRule;
  at: Place;
  endLine: number;
  /** The callee as rules name it, and the function it stands in. */
  callee: string;
  inside: string;
  taint: Taint;
  words: string;
  /** What the program is, where the sink starts one and it is a constant; '' else. */
  program: string;
  /** What the place in an argument list or object tells; null where there is none. */
  slot: Slot | null;
  /** It is a list whose items only the callers know: which of them matters is for them to say. */
  list?: boolean;
  /** The tool whose branch of a dispatching handler led here. */
  tool: string;
  /** What it is reached under, outermost first. */
  under: readonly Condition[];
};

/** A call of something a parameter holds: known only to those who call the function. */
export type Pending = {
  source: Source;
  args: readonly Value[];
  at: Place;
  tool: string;
  /** What had been tested where it is called. */
  holds: readonly Tested[];
};

/** What calling a function does, in terms of its own parameters. */
export type Summary = {
  frame: number;
  info: FnInfo;
  returns: Value;
  hits: readonly Hit[];
  /** Every test of a parameter in it, for those who ask it a question. */
  tests: readonly Tested[];
  /** Tests every way out of it has passed. */
  holds: readonly Tested[];
  /** Tests every way out has passed whose answer is no refusal; null where answers do not tell. */
  granted: readonly Tested[] | null;
  stores: ReadonlyMap<string, Value>;
  pending: readonly Pending[];
  /** Variables of outer functions it writes. */
  writes: readonly Write[];
};

/** To a variable of an outer function, or to a field of a class's objects that others use. */
export type Write = { name: string; value: Value } & ({ scope: Scope } | { cls: ClassInfo });

export type Engine = {
  program: Program;
  knows: Knowledge;
  summaries: Map<FnInfo, { scope: Scope | null; summary: Summary | null }>;
  /** Functions something calls; the others are doors nobody we know goes through. */
  called: Set<FnInfo>;
  entered: Set<FnInfo>;
  found: Hit[];
  handlers: Handler[];
  /** Functions that wait for an event, by its name. */
  listeners: Map<string, Extract<Ref, { kind: 'function' }>[]>;
  /** Calls into libraries no model speaks of, by their paths, and how many values that came in went through. */
  unmodelled: Map<string, number>;
  origins: Map<string, Origin>;
  frames: number;
  depth: number;
  steps: number;
  /** What was given up, by file: too large, too deep. */
  limits: Map<string, string>;
};

export type Frame = {
  id: number;
  engine: Engine;
  info: FnInfo | null;
  module: ModuleInfo;
  scope: Scope;
  guards: Map<string, readonly Guard[]>;
  returns: Value;
  hits: Map<string, Hit>;
  tests: Tested[];
  /** Guards at each way out so far. */
  exits: Map<string, readonly Guard[]> | null;
  /** Guards at each way out so far that grants what was asked for, and which kinds of answers there were. */
  granting: Map<string, readonly Guard[]> | null;
  answers: Set<Answer>;
  /** What the place being walked is reached under. */
  under: readonly Condition[];
  /** The setting asked for in the branch being walked, and one that lets out who was not tested. */
  setting: Place | null;
  lenient: Place | null;
  sources: Map<string, Source>;
  stores: Map<string, Value>;
  pending: Pending[];
  writes: Write[];
  /** Closures made here that nothing has called yet. */
  idle: Map<FnInfo, Scope>;
  /** Variables written in the branch being walked, with what they held before it. */
  written: Map<string, Value | undefined> | null;
  tool: string;
  /** What is being put together is said to people: a log, an error. */
  said: boolean;
  loops: number;
};

const MOST_HITS = 400;

export const originOf = (e: Engine, kind: OriginKind, name: string, at: Place): Origin => {
  const key = `${kind}|${name}|${at.path}|${at.line}`;
  const held = e.origins.get(key);
  if (held) return held;
  const origin: Origin = { id: e.origins.size + 1, kind, name, at };
  e.origins.set(key, origin);
  return origin;
};

const guardsFor = (f: Frame, source: Source): readonly Guard[] => {
  if (f.guards.size === 0) return [];
  let found = f.guards.get(keyOfSource(source)) ?? [];
  for (let n = source.path.length - 1; n >= 0; n--)
    found = unionGuards(found, f.guards.get(keyOfSource({ ...source, path: source.path.slice(0, n) })) ?? []);
  return found;
};

/** The taint with the guards that hold at this point of the function. */
export const guardedHere = (f: Frame, t: Taint): Taint => guarded(t, guardsFor(f, t.source));

const DEEPEST = 3;

/** A value with the guards that hold here, and what it holds: `return path, None`, `return { path }`. */
export const guardedWhole = (f: Frame, v: Value, depth = 0): Value =>
  f.guards.size === 0 || v === NOTHING
    ? v
    : {
        ...v,
        taints: v.taints.map((t) => guardedHere(f, t)),
        ...(depth < DEEPEST && v.items && { items: v.items.map((x) => guardedWhole(f, x, depth + 1)) }),
        ...(depth < DEEPEST &&
          v.fields && { fields: new Map([...v.fields].map(([k, x]) => [k, guardedWhole(f, x, depth + 1)])) }),
      };

/** From here on the tests came out as `outcome`: what passes a test that says what is forbidden is what it is false of. */
export const addGuards = (f: Frame, tests: readonly Tested[], outcome = true): void => {
  for (const { source, key, guard, holds } of tests) {
    f.sources.set(key, source);
    const known = holds === null ? guard : decided(guard, holds !== outcome);
    f.guards.set(key, unionGuards(f.guards.get(key) ?? [], [known]));
  }
};

/** One object for each guard and outcome, so that the same guard on two ways is the same. */
const turned = new WeakMap<Guard, { denies: Guard; allows: Guard }>();
const decided = (guard: Guard, denies: boolean): Guard => {
  if (guard.denies === denies) return guard;
  const held = turned.get(guard) ?? {
    denies: { ...guard, denies: true },
    allows: { ...guard, denies: false },
  };
  turned.set(guard, held);
  return denies ? held.denies : held.allows;
};

/** Guards that hold on both of two ways. */
export const bothGuards = (
  a: ReadonlyMap<string, readonly Guard[]>,
  b: ReadonlyMap<string, readonly Guard[]>,
): Map<string, readonly Guard[]> => {
  const both = new Map<string, readonly Guard[]>();
  for (const [key, guards] of a) {
    const other = b.get(key);
    const same = other ? guards.filter((g) => other.includes(g)) : [];
    if (same.length > 0) both.set(key, same);
  }
  return both;
};

/** What an answer says of what was asked: go on, do not, or nothing that could be told. */
export type Answer = 'granted' | 'refused' | 'untold';

/** `open`: what comes back is as good as if nothing had been asked. */
export const leave = (f: Frame, answer: Answer = 'untold', open = answer === 'granted'): void => {
  if (open && f.setting) {
    f.lenient ??= f.setting;
    f.answers.add(answer);
    return;
  }
  f.exits = f.exits ? bothGuards(f.exits, f.guards) : new Map(f.guards);
  f.answers.add(answer);
  if (answer === 'granted') f.granting = f.granting ? bothGuards(f.granting, f.guards) : new Map(f.guards);
};

/** A guard that a setting turns on. */
export const conditional = (guard: Guard, by: Place, isSetting = true): Guard =>
  guard.conditional ? guard : { ...guard, conditional: { ...by, isSetting } };

/** Guards by source, as tests whose outcome is decided. */
export const testsOf = (f: Frame, guards: ReadonlyMap<string, readonly Guard[]> | null): Tested[] => {
  const all: Tested[] = [];
  for (const [key, held] of guards ?? []) {
    const source = f.sources.get(key);
    if (source)
      for (const guard of held)
        all.push({ source, key, guard: f.lenient ? conditional(guard, f.lenient) : guard, holds: null });
  }
  return all;
};

export const noteTests = (f: Frame, tests: readonly Tested[]): void => {
  if (tests.length > 0 && f.tests.length < 200) f.tests.push(...tests);
};

/** A value reached a sink here. From a door it is a result; from a parameter it waits for callers. */
export const addHit = (f: Frame, hit: Hit): void => {
  const under = joinedConditions(f.under, hit.under);
  const tool = hit.tool === '' ? f.tool : hit.tool;
  const h = tool === hit.tool && under === hit.under ? hit : { ...hit, tool, under };
  if (h.taint.source.kind === 'origin') {
    f.engine.found.push(h);
    return;
  }
  const key = `${h.rule.rule.id}|${h.at.path}:${h.at.line}|${h.taint.key}|${h.taint.joined}|${h.tool}`;
  const held = f.hits.get(key);
  const tells = held?.slot === UNTOLD && h.slot !== UNTOLD;
  if (held && !tells && held.taint.guards.length <= h.taint.guards.length) {
    if (held.under.length > 0) f.hits.set(key, { ...held, under: commonConditions(held.under, h.under) });
    return;
  }
  if (!held && f.hits.size >= MOST_HITS) {
    f.engine.limits.set(f.module.module.path, 'more flows in one function than are followed');
    return;
  }
  f.hits.set(key, h);
};

export const newFrame = (engine: Engine, module: ModuleInfo, info: FnInfo | null, scope: Scope): Frame => ({
  id: ++engine.frames,
  engine,
  info,
  module,
  scope,
  guards: new Map(),
  returns: NOTHING,
  hits: new Map(),
  tests: [],
  exits: null,
  granting: null,
  answers: new Set(),
  under: [],
  setting: null,
  lenient: null,
  sources: new Map(),
  stores: new Map(),
  pending: [],
  writes: [],
  idle: new Map(),
  written: null,
  tool: '',
  said: false,
  loops: 0,
});

export const placeIn = (f: Frame, line: number): Place => ({ path: f.module.module.path, line });
