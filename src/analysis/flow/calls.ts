import type { Expr } from '../sources/ir.ts';
import { bound, fill, functionsOf, mutate, unknownResult } from './call-results.ts';
import { callBack, events, ONLY_DECIDES, startedBy } from './callbacks.ts';
import {
  byName,
  COMMON,
  calledObjects,
  isAccessor,
  isClean,
  isInterface,
  isSaid,
  isUnread,
  namesOf,
  setMember,
  storing,
} from './called.ts';
import { construct } from './construct.ts';
import { addGuards, type Frame, noteTests, placeIn, testsOf } from './frame.ts';
import { beyond, CHECKING, testsOfCall, unreadCall } from './guards.ts';
import { registration } from './handlers.ts';
import { basesIn, elements, imported, longer, member } from './members.ts';
import { brought } from './origins.ts';
import { DEMANDS, isPathOf, mayThrow, RAISES, REFUSES } from './refusing.ts';
import { isSchema, parsedBy, schemaCall } from './schemas.ts';
import { checkSinks } from './sinks.ts';
import { apply, applyRef, type Given, RESOLVES } from './summary.ts';
import {
  external,
  NOTHING,
  type Ref,
  type Taint,
  union,
  unionTaints,
  type Value,
  valueWith,
} from './value.ts';
import { lookUp, valueAt } from './walk-expressions.ts';

type Call = Extract<Expr, { kind: 'call' }>;

/** What these make says nothing by its path: collections hold what was put into them. */
const BUILT_IN =
  /^(?:Map|Set|WeakMap|WeakRef|Array|Object|JSON|Promise|String|Number|Math|Buffer|Symbol|Reflect|Proxy|Error|Date|AbortController|dict|list|set|str|tuple|sorted|map|filter|zip|enumerate|getattr|reversed|iter|next|defaultdict|collections|copy|typing|functools|itertools)\b/;

/** What is asked of a holder of values is no statement and no command, whatever stands in it. */
const HOLDER = /^(?:Map|Set|WeakMap|WeakSet)$/;

const withoutPackages = (v: Value): Value => ({ ...v, refs: v.refs.filter((r) => r.kind !== 'external') });

const argumentsOf = (f: Frame, expr: Call): Given[] =>
  expr.args.flatMap((a): Given[] => {
    const value = valueAt(f, a.value);
    const given: Given = { value };
    if (a.name !== undefined) given.name = a.name;
    if (a.spread) given.spread = true;
    return [given];
  });

/** `assert(isInside(path))`: behind the call it is so. */
const demand = (f: Frame, args: readonly Given[]): void =>
  addGuards(
    f,
    args.slice(0, 1).flatMap((a) => a.value.tests),
  );

const isConstructor = (name: string): boolean => /^(__init__|constructor|<init>)$/.test(name);

export const callOf = (f: Frame, expr: Call): Value => {
  const p = f.engine.program;
  const at = placeIn(f, expr.at.line);
  const { callee } = expr;
  const isMember = callee.kind === 'member';
  const object = isMember ? valueAt(f, callee.object) : NOTHING;
  let target = isMember
    ? member(p, object, callee.property)
    : callee.kind === 'name'
      ? (lookUp(f, callee.name) ?? external(callee.name))
      : valueAt(f, callee);
  const name = isMember
    ? callee.property
    : callee.kind === 'name'
      ? callee.name
      : callee.kind === 'index'
        ? '[]'
        : '';
  const { said } = f;
  f.said ||= isSaid(callee);
  const args = argumentsOf(f, expr);
  f.said = said;
  const [first] = args;

  if (callee.kind === 'name' && (name === 'import' || name === 'require') && first?.value.literal)
    return imported(p, f.module, { module: first.value.literal, name: '*' });
  if (callee.kind === 'name' && name === 'super' && f.info?.cls) {
    const self = lookUp(f, 'this');
    for (const base of basesIn(p)(f.info.cls)) {
      const maker = base.methods.get('constructor');
      if (maker) apply(f, maker, maker.module.scope, args, self, at);
    }
    return f.module.module.language === 'python'
      ? valueWith({
          refs: basesIn(p)(f.info.cls).map((cls) => ({ kind: 'object' as const, cls })),
          taints: self?.taints ?? [],
        })
      : NOTHING;
  }
  if (isMember && f.module.module.language === 'javascript' && /^(bind|call|apply)$/.test(name)) {
    const fns = object.refs.filter((r) => r.kind === 'function' || r.kind === 'external');
    if (fns.length > 0) {
      if (name === 'bind')
        return args.length > 1 ? bound(valueWith({ refs: fns }), args.slice(1)) : valueWith({ refs: fns });
      target = valueWith({ refs: fns });
      // The first argument of JavaScript's `call` is the object; Ruby's has none.
      if (name === 'call') args.splice(0, f.module.module.language === 'javascript' ? 1 : 0);
      else {
        const listed = args[1]?.value;
        args.length = 0;
        if (listed?.items) args.push(...listed.items.map((value) => ({ value })));
        else if (listed) args.push({ value: listed, spread: true });
      }
    }
  }

  if (name === 'Promise' && expr.isNew && first && functionsOf(first.value).length > 0) {
    let made = NOTHING;
    for (const ref of functionsOf(first.value))
      made = union(made, applyRef(f, ref, [{ value: external(RESOLVES) }], at));
    return { ...made, tests: [] };
  }

  const paths = target.refs.flatMap((r) => (r.kind === 'external' ? [r.path] : []));
  const { language } = f.module.module;
  const { knows } = f.engine;
  const named = namesOf(object, isMember, name, paths);
  const rows = named.flatMap((x) => knows.carriers(x, language));
  // Code after `promisify(exec)` calls `exec`; of `partial(f, x)` the rest of the arguments come first.
  if (first && paths.length > 0 && rows[0]?.result === 'first')
    return args.length > 1 ? bound(first.value, args.slice(1)) : { ...first.value, tests: [] };
  const functions = [...functionsOf(target), ...calledObjects(f, target, isMember)];
  const classes = target.refs.flatMap((r) => (r.kind === 'class' ? [r.cls] : []));

  // What a request has that its sender does not decide.
  if (isMember && isClean(f, object, name))
    return valueWith({ refs: paths.map((x) => external(`${x}()`).refs[0]!) });

  if (language === 'java' && args.length === 0 && isAccessor(object, name)) return { ...target, tests: [] };
  registration(f, expr, name, paths, object, args);
  const parsed = isMember ? parsedBy(object, name, first?.value) : null;
  if (parsed) return parsed;
  if (isSchema(paths))
    return schemaCall(
      paths[0]!,
      name,
      object,
      args.map((a) => a.value),
    );

  if (functions.length > 0 || classes.length > 0) {
    let result = NOTHING;
    const before = new Map(f.guards);
    for (const cls of classes.slice(0, 4)) result = union(result, construct(f, cls, args, expr));
    for (const ref of functions)
      result = union(
        result,
        applyRef(
          f,
          ref,
          args,
          at,
          isMember && ref.self === null
            ? object.refs.some((r) => r.kind === 'object')
              ? object
              : null
            : ref.self,
          storing(f, expr),
        ),
      );
    const [known] = functions;
    const defined = known && { path: known.fn.module.module.path, line: known.fn.fn.at.line };
    // A body whose tests were seen speaks for itself; a name alone is an unproved test.
    const tests =
      CHECKING.test(name) && result.tests.length === 0
        ? testsOfCall(
            name,
            NOTHING,
            args.map((a) => a.value),
            at,
          ).map((t) => (defined ? { ...t, guard: { ...t.guard, defined } } : t))
        : [];
    // Named like a cleaner: the rules may take its word for it.
    if (/sanit|escap|quot|valid|safe|secur|encod|clean|normali[sz]|within|inside|confin|jail/i.test(name))
      result = {
        ...result,
        taints: result.taints.map((t) => ({
          ...t,
          passed: [...t.passed.filter((x) => x !== name), name].slice(-12),
        })),
      };
    if (DEMANDS.test(name) && functions.some((ref) => mayThrow(ref.fn.fn.body))) demand(f, args);
    if (REFUSES.test(name) && functions.some((ref) => mayThrow(ref.fn.fn.body)))
      addGuards(
        f,
        (result.tests.length > 0 ? result.tests : tests).filter(
          ({ key }) => f.guards.get(key) === before.get(key),
        ),
      );
    if (paths.length === 0) {
      noteTests(f, tests);
      return { ...result, tests: [...result.tests, ...tests] };
    }
  }

  const dispatched =
    isMember && functions.length === 0 && paths.every((x) => x.startsWith('?')) ? byName(f, name) : [];
  if (dispatched.length > 0) {
    let result = NOTHING;
    for (const fn of dispatched) result = union(result, apply(f, fn, fn.module.scope, args, object, at));
    return result;
  }

  // A parameter that is called, or whose method is: those who call this function know what it is. Of the object itself they
  // know no other constructor than the one that runs: `super().__init__` of a class from outside would come back to it.
  for (const t of target.taints)
    if (
      t.source.kind === 'param' &&
      !(t.source.index < 0 && isConstructor(name)) &&
      (functions.length === 0 || isInterface(object, name)) &&
      f.pending.length < 60 &&
      !t.joined &&
      t.passed.length === 0
    )
      f.pending.push({
        source: t.source,
        args: args.map((a) => a.value),
        at,
        tool: f.tool,
        holds: testsOf(f, f.guards),
      });

  const values = args.map((a) => a.value);
  const isSink = checkSinks(f, named, args, object, expr);
  let returned = NOTHING;
  const handed = values.reduce<readonly Taint[]>((all, v) => unionTaints(all, v.taints), []);
  const given = isSink
    ? NOTHING
    : union(
        name === 'then' || name === 'pipe' ? { ...object, tests: [] } : withoutPackages(elements(object)),
        valueWith({ taints: handed }),
      );
  if (rows.some((r) => r.into === 'object')) mutate(f, expr, name, object, args);
  const told = rows.find((r) => r.runs)?.runs;
  const started = told ? startedBy(f, told, args, object, at) : null;
  if (started) returned = started.result;
  events(f, expr, name, args, object, at);
  for (const v of values) {
    // A handler was walked with what its door lets in.
    for (const ref of started ? [] : functionsOf(v).slice(0, 4))
      if (!f.engine.entered.has(ref.fn)) returned = union(returned, callBack(f, ref, given, expr));
  }
  if (ONLY_DECIDES.test(name)) returned = valueWith({ tests: returned.tests });
  if (rows.some((r) => r.into === 'arguments')) fill(f, expr, object, args);
  const byParts =
    isPathOf(language, object) ||
    object.refs.some(
      (r) => r.kind === 'external' && f.engine.knows.typeOf(r.path, f.module.module.language)?.row.parts,
    );
  const tests = testsOfCall(name, object, values, at, byParts);
  noteTests(f, tests);
  const unread =
    tests.length === 0 && !isSink && !expr.isNew && rows.length === 0 && !COMMON.test(name) && isUnread(paths)
      ? unreadCall(name, values, at)
      : [];
  const inner = [...tests, ...returned.tests, ...unread].slice(0, 40);
  if (REFUSES.test(name) || RAISES.test(name)) addGuards(f, tests);
  if (DEMANDS.test(name)) demand(f, args);

  const outside = brought(f, named, args, expr);
  if (outside) return { ...outside, tests: inner };
  const isBuilder = rows.some((r) => r.result === 'object');
  const refs: Ref[] = paths
    .filter((path) => !BUILT_IN.test(path) || (expr.isNew && HOLDER.test(path)))
    .map((path) => ({
      kind: 'external',
      path:
        isBuilder && path.endsWith(`.${name}`)
          ? path.slice(0, -name.length - 1)
          : p.canonical(longer(path, '()')),
    }));
  // A command under construction: which program it is decides what its arguments are.
  const words = isBuilder
    ? `${object.words} ${values.map((v) => v.words).join(' ')}`.slice(0, 240)
    : /\bCommand\.new$/.test(paths[0] ?? '')
      ? (values[0]?.words ?? '')
      : '';
  if (rows.some((r) => r.into === 'member')) setMember(f, expr, args);
  if ((isSink && !/^(?:member|derived)$/.test(rows[0]?.result ?? '')) || rows[0]?.result === 'clean')
    return valueWith({ refs, tests: inner, words });
  const result = beyond(
    name,
    unknownResult(f, expr, name, named[0]!, object, args, returned, rows),
    isMember ? unread : [],
  );
  return {
    ...result,
    ...(words === '' ? {} : { words }),
    refs: [...result.refs, ...refs].slice(0, 8),
    tests: inner,
  };
};
