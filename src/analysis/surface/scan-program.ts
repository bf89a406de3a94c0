import { byCodePoint } from '../files/words.ts';
import type { Expr, Fn, Module } from '../sources/ir.ts';
import { decoratedEntries, prefixed } from './decorated.ts';
import type { Definition } from './definition.ts';
import { decidedBy, definitionOf } from './definitions.ts';
import { entryOfDefinition, functionAt, headOf } from './entries.ts';
import { sitesOf } from './loops.ts';
import { listedRow } from './php.ts';
import { type At, type Call, lastOf, type Program, readProgram, type Site } from './program.ts';
import { listsTools, mountsOf, prefixOf } from './python.ts';
import { relevance } from './relevance.ts';
import { handlerByKey, scriptObject } from './script.ts';
import { emptyScan, type FoundEntry, MOST_ENTRIES, type ScannedSurface } from './surface-entry.ts';
import { textOf } from './texts.ts';
import { transportsOf } from './transports.ts';
import { paramsOfHandler } from './types.ts';
import { setUnusedAside } from './unused.ts';
import { called, fnNamed, step } from './values.ts';

/** The MCP surface of the sources of one language, read from what its reader makes of them. */

/** A function that passes its own parameters on to a definition: its calls are definitions too. */
type Wrapper = { fn: Fn; make(given: ReadonlyMap<string, At>): Made };
/** `extra` is what the callers of wrappers give beside the name. */
type Made = { definition: Definition; extra: readonly At[] };

/** Wrappers of wrappers of wrappers. */
const MOST_ROUNDS = 4;

const nameAt = (m: Made): At => ({ expr: m.definition.name, site: m.definition.site });

/** `says` are the paths of files whose text names the protocol. */
export const readCodeSurface = (
  modules: readonly Module[],
  says: ReadonlySet<string>,
): ScannedSurface & { /** Not all could be followed. */ cut: boolean } => {
  const program = readProgram(modules);
  const out = emptyScan();
  const isRelevant = relevance(program, says);
  const defined = new Map<Expr, FoundEntry>();
  const entries: FoundEntry[] = [];
  const mounts = mountsOf(program);
  const add = (call: Expr, made: Made): void => {
    const entry = entryOfDefinition(program, made.definition, made.extra, call);
    if (!entry) return;
    const prefix = made.definition.server
      ? prefixOf(program, mounts, { expr: made.definition.server, site: made.definition.site })
      : null;
    entries.push(prefix === null ? entry : prefixed(entry, prefix));
    defined.set(call, entry);
  };

  let wrappers = new Map<Fn, Wrapper[]>();
  const wrap = (fn: Fn, make: Wrapper['make']): void => {
    wrappers.set(fn, [...(wrappers.get(fn) ?? []), { fn, make }]);
  };
  const definedAt = (expr: Call, site: Site): Definition[] => {
    const found = isRelevant(site.module.path, expr, site) ? definitionOf(program, expr, site) : null;
    return found ? [found] : [];
  };
  const makers = [
    ...program.calls.flatMap(({ expr, site }) =>
      eachRow(
        program,
        definedAt(expr, site),
        site,
        (d) => ({ expr: d.name, site: d.site }),
        (row) => definedAt(expr, row),
      ),
    ),
    ...program.rows.flatMap((row) => {
      const found =
        row.site.module.language === 'javascript'
          ? scriptObject(row, isRelevant(row.site.module.path))
          : listedRow(row.expr, row.site);
      if (!found) return [];
      const at = (site: Site): Definition[] => [{ ...found, site }];
      return eachRow(program, at(row.site), row.site, (d) => ({ expr: d.name, site: d.site }), at);
    }),
  ];
  for (const definition of makers) {
    const { call: expr, site } = definition;
    const fn = decidedBy(program, { expr: definition.name, site });
    if (fn && isCalled(program, fn))
      wrap(fn, (given) => ({ definition: { ...definition, site: { ...site, given } }, extra: [] }));
    else add(expr, { definition, extra: [] });
    if (entries.length > MOST_ENTRIES) {
      out.truncated = true;
      break;
    }
  }
  for (let round = 0; round < MOST_ROUNDS && wrappers.size > 0; round++) {
    const now = wrappers;
    wrappers = new Map();
    const names = new Set([...now.keys()].map((fn) => fn.name));
    for (const { expr, site } of program.calls) {
      if (!names.has(lastOf(expr.callee)) || entries.length > MOST_ENTRIES) continue;
      const target = fnNamed(program, expr.callee, { expr, site });
      for (const wrapper of (target && now.get(target.fn)) ?? []) {
        const make = (inside: Site): Made => {
          const from: At = { expr, site: inside };
          const made = wrapper.make(called(target!, expr, from).site.given!);
          return {
            ...made,
            extra: [...made.extra, ...expr.args.map((a) => ({ expr: a.value, site: inside }))],
          };
        };
        const first = make(site);
        const fn = decidedBy(program, nameAt(first));
        if (fn && isCalled(program, fn) && !site.fns.slice(0, -1).includes(fn))
          wrap(fn, (given) => make({ ...site, given }));
        else
          for (const made of eachRow(program, [first], site, nameAt, (row) => [make(row)])) add(expr, made);
      }
    }
  }
  const handed = modules[0]?.language;
  if (handed !== 'javascript' && handed !== 'python') attachHandlers(program, defined);
  out.entries = merged(
    [...entries, ...decoratedEntries(program, isRelevant, says.size > 0)],
    modules[0]?.language === 'javascript',
  );
  attachByKey(program, out.entries);
  setUnusedAside(program, out);
  out.transports = transportsOf(program, isRelevant);
  out.listHandlers = listHandlersOf(program);
  return { ...out, cut: program.work.left < 0 };
};

/** Where a loop around a registration decides its name, one registration for each of its rows. */
const eachRow = <T>(
  program: Program,
  made: readonly T[],
  site: Site,
  nameOf: (made: T) => At,
  make: (site: Site) => readonly T[],
): readonly T[] => {
  if (!site.loops || made.every((m) => isKnown(program, nameOf(m)))) return made;
  const rows = sitesOf(program, site);
  const all = rows.length > 1 || rows[0] !== site ? rows.flatMap(make) : [];
  return all.length > 0 ? all : made;
};

const isKnown = (program: Program, name: At): boolean => textOf(program, name).from === null;

const isCalled = (program: Program, fn: Fn): boolean =>
  program.calls.some((c) => lastOf(c.expr.callee) === fn.name);

/** `AddTool(server, tool, handler)`, `ServerTool{Tool: tool, Handler: handler}`: who is given both says who handles it. */
const attachHandlers = (program: Program, defined: ReadonlyMap<Expr, FoundEntry>): void => {
  for (const { expr, site } of program.calls) {
    if (expr.args.length < 2 && !/^(?:build|callHandler|handler)$/.test(lastOf(expr.callee))) continue;
    const args = argsOf(expr);
    if (args.length < 2 || !args.some((a) => mayBeTool(a.kind))) continue;
    const entry = args.map((value) => definedBy(program, { expr: value, site }, defined)).find((e) => e);
    if (!entry || entry.handler) continue;
    for (const value of args) {
      if (definedBy(program, { expr: value, site }, defined)) continue;
      const f = functionAt(program, { expr: value, site });
      if (!f || f.fn.params.length === 0) continue;
      entry.handler = {
        path: f.site.module.path,
        startLine: f.fn.at.line,
        endLine: Math.max(f.fn.at.line, f.fn.at.endLine),
      };
      const isTyped = f.site.module.language !== 'java';
      if (isTyped && entry.kind === 'tool' && (entry.params === null || entry.params.length === 0)) {
        const typed = paramsOfHandler(program, f.fn.params, { expr: value, site: f.site });
        if (typed.length > 0) entry.params = typed;
      }
      break;
    }
  }
};

const mayBeTool = (kind: string): boolean => kind === 'call' || kind === 'name' || kind === 'member';

const argsOf = (call: Call): Call['args'][number]['value'][] => {
  const own = call.args.map((a) => a.value);
  return /^(?:build|callHandler|handler)$/.test(lastOf(call.callee)) &&
    call.callee.kind === 'member' &&
    call.callee.object.kind === 'call'
    ? [...argsOf({ ...call.callee.object, callee: buildName(call.callee.object) }), ...own]
    : own;
};

/** Every link of a builder's chain counts. */
const buildName = (call: Call): Call['callee'] =>
  call.callee.kind === 'member' ? { ...call.callee, property: 'build' } : call.callee;

const definedBy = (program: Program, at: At, defined: ReadonlyMap<Expr, FoundEntry>): FoundEntry | null => {
  let now: At | null = at;
  for (let i = 0; i < 6 && now; i++) {
    const entry: FoundEntry | undefined = now.expr.kind === 'call' ? defined.get(now.expr) : undefined;
    if (entry) return entry;
    if (now.expr.kind === 'list' && now.expr.items[0]) now = { expr: now.expr.items[0], site: now.site };
    else now = step(program, now);
  }
  return null;
};

/** One definition met on several ways is one entry; each way says what the others leave out. */
const merged = (entries: readonly FoundEntry[], byName: boolean): FoundEntry[] => {
  const unique = new Map<string, FoundEntry>();
  for (const e of entries) {
    // A definition of JavaScript and its registration share the literal that says the name.
    const key = byName ? `${e.kind} ${e.nameAt} ${e.name}` : `${e.kind} ${e.path}:${e.line} ${e.name}`;
    const held = unique.get(key);
    unique.set(key, held ? joined(held, e) : e);
  }
  return [...unique.values()].sort(
    (a, b) => byCodePoint(a.path, b.path) || a.line - b.line || byCodePoint(a.name, b.name),
  );
};

const joined = (a: FoundEntry, b: FoundEntry): FoundEntry => {
  const [main, other] = b.certainty === 'literal' && a.certainty !== 'literal' ? [b, a] : [a, b];
  return {
    ...main,
    description: main.description || other.description,
    descriptionFrom: main.description ? main.descriptionFrom : other.descriptionFrom,
    params: main.params && main.params.length > 0 ? main.params : (other.params ?? main.params),
    annotations: { ...other.annotations, ...main.annotations },
    handler: main.handler ?? other.handler,
  };
};

/** What tools do, written apart from what they are, by the key both have. */
const attachByKey = (program: Program, entries: readonly FoundEntry[]): void => {
  const lacking = new Map<string, FoundEntry[]>();
  for (const e of entries)
    if (e.kind === 'tool' && e.handler === null) lacking.set(e.name, [...(lacking.get(e.name) ?? []), e]);
  const found = new Map<string, { expr: Expr; path: string }[]>();
  for (const row of lacking.size > 0 ? program.rows : []) {
    const handler = lacking.has(row.key) ? handlerByKey(row) : null;
    if (handler)
      found.set(row.key, [...(found.get(row.key) ?? []), { expr: handler, path: row.site.module.path }]);
  }
  for (const [key, [only, more]] of found) {
    const [entry, another] = lacking.get(key)!;
    // Of several servers with a tool of one name nobody says whose handler it is.
    if (only && !more && entry && !another)
      entry.handler = { path: only.path, startLine: only.expr.at.line, endLine: only.expr.at.endLine };
  }
};

/** Places that answer `tools/list` by hand. */
const listHandlersOf = (program: Program): ScannedSurface['listHandlers'] => {
  const found: ScannedSurface['listHandlers'] = [];
  for (const f of program.fns.get('list_tools') ?? [])
    if (f.site.module.language === 'rust') found.push({ path: f.site.module.path, line: f.fn.at.line });
  for (const all of program.fns.values())
    for (const f of all)
      if (f.site.module.language === 'python' && listsTools(f.fn))
        found.push({ path: f.site.module.path, line: headOf(f.fn) });
  for (const { expr, site } of program.calls) {
    if (site.module.language !== 'javascript' || lastOf(expr.callee) !== 'setRequestHandler') continue;
    const what = expr.args[0]?.value;
    const says =
      what?.kind === 'literal' ? what.value === 'tools/list' : what && /^ListTools/.test(lastOf(what));
    if (says) found.push({ path: site.module.path, line: expr.at.line });
  }
  return found.sort((a, b) => byCodePoint(a.path, b.path) || a.line - b.line);
};
