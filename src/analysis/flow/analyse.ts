import type { Fn, Module, Stmt } from '../sources/ir.ts';
import { exportEntries } from './decorators.ts';
import { enterHandler } from './doors.ts';
import { addHit, type Engine, type Hit, newFrame, originOf } from './frame.ts';
import type { Handler } from './handlers.ts';
import type { Knowledge } from './knowledge.ts';
import { basesIn } from './members.ts';
import { programOf, statementsIn } from './program.ts';
import { fits } from './sinks.ts';
import { apply, hasSelf, summaryOf } from './summary.ts';
import { bareType, typed } from './types.ts';
import { type FnInfo, type ModuleInfo, type OriginKind, type Scope, taintOf, valueWith } from './value.ts';
import { TooMuch } from './walk-expressions.ts';
import { declareClass, run } from './walk-statements.ts';

export type { Handler, Hit };

export type Flows = {
  /** Each tainted value that reached a sink, in the order of the program's files. */
  hits: readonly Hit[];
  handlers: readonly Handler[];
  /** Files in which a bound was reached, and which. */
  limits: ReadonlyMap<string, string>;
  /** Calls of libraries no model speaks of that a value from outside went into, and how often. */
  unmodelled: ReadonlyMap<string, number>;
};

const ROUNDS = 2;

const functionsIn = (body: readonly Stmt[]): Fn[] =>
  [...statementsIn(body)].flatMap((s) => {
    if (s.kind === 'function') return [s.fn];
    if (s.kind === 'assign' && s.value.kind === 'function') return [s.value.fn];
    return [];
  });

/** Functions at the top of a module and methods of its classes: what other modules may call. */
const topLevel = (engine: Engine, info: ModuleInfo): FnInfo[] => {
  const { program } = engine;
  const classes = [...statementsIn(info.module.body)].flatMap((s) => (s.kind === 'class' ? [s.cls] : []));
  return [
    ...functionsIn(info.module.body).map((fn) => program.infoOf(fn, info, null)),
    ...classes.flatMap((c) => {
      const cls = program.classOf(c, info);
      return c.methods.map((m) => program.infoOf(m, info, cls));
    }),
  ];
};

/** What a handler is by the type of its request, where nothing was seen to register it. */
const kindByTypes = (engine: Engine, info: FnInfo): OriginKind | null => {
  const { language } = info.module.module;
  for (const p of info.fn.params) {
    if (p.type === '') continue;
    const own = typed(engine.program, info.module, p.type);
    if (own.refs.some((r) => r.kind === 'object')) continue;
    const paths = own.refs.flatMap((r) => (r.kind === 'external' ? [r.path] : []));
    for (const path of paths.length > 0 ? paths : [`${bareType(p.type)}()`]) {
      const row = engine.knows.typeOf(path, language)?.row;
      if (row?.door && !row.sent.includes(info.fn.name)) return row.door;
    }
  }
  return null;
};

/** A function nobody in the tree calls is called by someone we do not see: its parameters are worth a look. */
const uncalled = (engine: Engine, info: FnInfo): void => {
  const s = summaryOf(engine, info, info.module.scope);
  if (!s || s.hits.length === 0) return;
  const kind = kindByTypes(engine, info);
  if (kind) {
    const frame = newFrame(engine, info.module, null, info.module.scope);
    const ref = { fn: info, scope: info.module.scope, self: null };
    const gives =
      info.module.module.language === 'javascript' && /^(?:tool|resource|prompt)$/.test(kind)
        ? ['request', 'nothing']
        : ['each'];
    enterHandler(frame, { kind, gives }, info.fn.name, ref, null);
    return;
  }
  const at = { path: info.module.module.path, line: info.fn.at.line };
  const origin = originOf(
    engine,
    'caller',
    info.cls ? `${info.cls.cls.name}.${info.fn.name}` : info.fn.name,
    at,
  );
  const f = newFrame(engine, info.module, null, info.module.scope);
  const params = hasSelf(info) ? info.fn.params.slice(1) : info.fn.params;
  const args = params.map((p) => ({
    value: valueWith({ taints: [taintOf({ kind: 'origin', origin, path: p.name === '' ? [] : [p.name] })] }),
  }));
  apply(f, info, info.module.scope, args, null, at);
};

/**
 * Follows what comes in through the doors of a program to the sinks of the rules. Two rounds over the same modules: the
 * first finds out which objects and modules fill fields and parameters, the second follows values with that known.
 * `pause` is awaited between files, and may throw to stop. Deterministic: depends on the modules and their order only.
 */
export const analyse = async (
  modules: readonly Module[],
  knows: Knowledge,
  pause: () => Promise<void> = async () => {},
): Promise<Flows> => {
  const engine: Engine = {
    program: programOf(modules, knows.canonical),
    knows,
    summaries: new Map(),
    called: new Set(),
    entered: new Set(),
    found: [],
    handlers: [],
    listeners: new Map(),
    unmodelled: new Map(),
    origins: new Map(),
    frames: 0,
    depth: 0,
    steps: 0,
    limits: new Map(),
  };
  const infos = [...engine.program.modules.values()];
  const guardedRun = (info: ModuleInfo, act: () => void): void => {
    engine.program.language = info.module.language;
    try {
      act();
    } catch (error) {
      if (!(error instanceof TooMuch) && !(error instanceof RangeError)) throw error;
      engine.limits.set(
        info.module.path,
        error instanceof TooMuch ? 'more work than is done for one tree' : 'nested too deep',
      );
    }
  };
  for (const info of infos)
    for (const s of info.module.body) {
      const f = newFrame(engine, info, null, info.scope);
      if (s.kind === 'class') {
        declareClass(f, s.cls);
        share(info, s.cls.name);
      }
      if (s.kind === 'function') {
        info.scope.vars.set(
          s.fn.name,
          valueWith({
            refs: [
              {
                kind: 'function',
                fn: engine.program.infoOf(s.fn, info, null),
                scope: info.scope,
                self: null,
              },
            ],
          }),
        );
        share(info, s.fn.name);
      }
    }
  for (let round = 0; round < ROUNDS; round++) {
    engine.summaries = new Map();
    engine.entered = new Set();
    engine.called = new Set();
    engine.found = [];
    engine.handlers = [];
    engine.unmodelled = new Map();
    engine.steps = 0;
    for (const info of infos) {
      await pause();
      guardedRun(info, () => {
        const f = newFrame(engine, info, null, info.scope);
        run(f, info.module.body);
        exportEntries(f);
      });
    }
    for (const info of infos) {
      await pause();
      guardedRun(info, () => {
        for (const fn of topLevel(engine, info)) summaryOf(engine, fn, info.scope);
      });
    }
  }
  for (const info of infos)
    guardedRun(info, () => {
      for (const fn of topLevel(engine, info)) if (!engine.called.has(fn)) uncalled(engine, fn);
    });
  return {
    hits: engine.found.filter((h) => fits(h.rule, h.taint) && hinted(h)),
    handlers: engine.handlers,
    limits: engine.limits,
    unmodelled: engine.unmodelled,
  };
};

/** Go and Java packages share their names between files. */
const share = (info: ModuleInfo, name: string): void => {
  const value = info.scope.vars.get(name);
  if (value && info.scope.parent) info.scope.parent.vars.set(name, value);
};

const SPEAKS =
  /(?:sql|db|database|conn\w*|client|pool|cursor|engine|session|tx|trx|transaction|knex|pg|postgres|prisma|driver|warehouse|bigquery|snowflake|clickhouse|duckdb|execute\w*|^\?\.\w+|fetch\w*)(?:\(\))?\.\w+$|^\w+$|^\?\.\w+$/i;

const hinted = (h: Hit): boolean => {
  if (!h.rule.hint) return true;
  const name = h.taint.source.path.at(-1) ?? '';
  if ([h.words, h.taint.prefix].some((text) => h.rule.hint!.test(text))) return true;
  // Much that searches takes a `query`: without a word of SQL the object has to be one that speaks it.
  if (/^(?:query|statement)$/i.test(name) && h.rule.rule.class === 'sql-injection' && !SPEAKS.test(h.callee))
    return false;
  return h.rule.hint.test(name);
};

export { addHit, basesIn, type Scope };
