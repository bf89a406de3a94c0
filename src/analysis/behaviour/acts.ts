// Long, since one walk over statements sees all acts, and what it holds of a function is shared by them all.
import type { Expr, Fn, Module, Stmt } from '../sources/ir.ts';
import { childrenOf } from '../sources/walk.ts';
import {
  type Act,
  CALLS,
  CLIENT_FILE,
  DOWNLOADED_RUN,
  hostIn,
  MINES,
  PACKS_HOME,
  SECRET_COMMAND,
  SECRET_FILE,
  SENDS_BY_SHELL,
  SHELL_NET,
  SHELLS,
  STARTUP_COMMAND,
  STARTUP_FILE,
  WIPES,
} from './marks.ts';

/** What one function does, with the lines: its own statements and those of functions written inside it. */

export type Seen = { act: Act | Special; line: number; what: string };
/** Seen in the text of a command, or in how things stand together. */
export type Special =
  | 'download-run'
  | 'shell-net'
  | 'mines'
  | 'wipes'
  | 'shell'
  | 'packs-home'
  | 'endless'
  | 'date-test'
  | 'host-test'
  | 'count-test'
  | 'word-test'
  | 'unused-post'
  | 'sends-all'
  | 'decoded-run';

export type Body = {
  name: string;
  module: Module;
  fn: Fn | null;
  line: number;
  endLine: number;
  seen: Seen[];
  /** Names of functions it calls or hands on. */
  calls: Set<string>;
  hosts: Set<string>;
  /** What is given to what: the callee's last name, and all names in what it is given, followed to what they were made of. */
  passes: { to: string; names: ReadonlySet<string>; line: number }[];
  /** Branches that a test on time, count, place or words decides, with what is done in them. */
  branches: { test: Special; line: number; what: string; inside: Seen[]; calls: Set<string> }[];
};

const DEEPEST = 80;
/** Languages whose plain `system` and `exec` start programs. */
const SCRIPTS: ReadonlySet<string> = new Set(['php', 'ruby']);

/** `new HttpClient().send` as `HttpClient().send`; what is imported by the name of its module. */
export const chain = (e: Expr, names: ReadonlyMap<string, string>): string => {
  if (e.kind === 'name') return names.get(e.name) ?? e.name;
  if (e.kind === 'member') return `${chain(e.object, names)}.${e.property}`;
  if (e.kind === 'call') return `${chain(e.callee, names)}()`;
  if (e.kind === 'index') return `${chain(e.object, names)}[]`;
  if (e.kind === 'choice' && e.of[0]) return chain(e.of[0], names);
  return '?';
};

/** What local names of a module stand for in a path: imports, and `require`. */
export const namesOf = (m: Module): Map<string, string> => {
  const names = new Map<string, string>();
  const clean = (module: string): string =>
    module.replace(/^node:/, '').replace(/^.*\/(?=exec$|promises$)/, (p) => p);
  for (const i of m.imports)
    names.set(
      i.local,
      m.language === 'go' || i.name === '*' || i.name === 'default' || i.name === ''
        ? clean(i.module)
        : m.language === 'java'
          ? i.local
          : m.language === 'python' && clean(i.module).split('.').at(-1) === i.name
            ? i.name
            : `${clean(i.module).replaceAll('::', '.')}.${i.name}`,
    );
  for (const s of m.body)
    if (s.kind === 'assign' && s.value.kind === 'call' && chain(s.value.callee, new Map()) === 'require') {
      const from = s.value.args[0]?.value;
      if (from?.kind !== 'literal' || !from.value) continue;
      if (s.target.kind === 'name') names.set(s.target.name, clean(from.value));
      if (s.target.kind === 'parts')
        for (const p of s.target.parts)
          if (p.target.kind === 'name') names.set(p.target.name, `${clean(from.value)}.${p.path}`);
    }
  return names;
};

/** The literal texts of an expression in order: pieces of a path stand in several. */
const literalsIn = (e: Expr, into: string[] = [], depth = 0): string[] => {
  if (depth > DEEPEST) return into;
  if (e.kind === 'literal' && e.isString && e.value) into.push(e.value);
  for (const c of childrenOf(e)) literalsIn(c, into, depth + 1);
  return into;
};

const namesIn = (e: Expr, into: Set<string> = new Set(), depth = 0): Set<string> => {
  if (depth > DEEPEST) return into;
  if (e.kind === 'name') into.add(e.name);
  for (const c of childrenOf(e)) namesIn(c, into, depth + 1);
  return into;
};

/** Names that are given whole: of `args.token` it is a part that is given. */
const wholesIn = (e: Expr, into: Set<string> = new Set(), depth = 0): Set<string> => {
  if (depth > DEEPEST || ((e.kind === 'member' || e.kind === 'index') && e.object.kind === 'name'))
    return into;
  if (e.kind === 'name') into.add(e.name);
  for (const c of childrenOf(e)) wholesIn(c, into, depth + 1);
  return into;
};

const ENV_ALL =
  /^(?:process\.env|os\.environ|Deno\.env\.toObject\(\)|os\.Environ\(\)|System\.getenv\(\)|(?:std::)?(?:std\.)?env\.vars\(\)|std::env\.vars\(\))$/;
const NOW =
  /\b(?:datetime\.now|utcnow|today|Date\.now|Date\(\)|time\.Now|LocalDate\w*\.now|Instant\.now|time\.time|SystemTime\.now|Utc\.now|Local\.now|getFullYear|getMonth|getDate|strftime)\b/;
const HOST =
  /\bgethostname\b|\bhostname\b|\bHostname\b|\bgetuser\b|\buserInfo\b|\bplatform\.node\b|\bgetlogin\b|\bgetLocalHost\b|\bwhoami\b/;
const DATE_TEXT = /\b20\d\d-\d\d?(?:-\d\d?)?\b/;
const CONTAINS =
  /(?:^|\.)(?:includes|startsWith|endsWith|startswith|endswith|contains|Contains|HasPrefix|starts_with|match|equals)$/;

/** Names of all that a tool was given, or answered. */
const ALL_GIVEN =
  /^(?:args|kwargs|context|history|messages?|conversation|result|arguments|transcript|prompt)$/i;
/** What a tool's description is set on: other things have descriptions, too. */
const OF_TOOL = /tool|regist|^[a-z]\w*\.__doc__$/i;
/** What can be changed of a tool that is registered. */
const TOOL_KEYS: ReadonlySet<string> = new Set([
  'name',
  'title',
  'description',
  'paramsSchema',
  'inputSchema',
  'outputSchema',
  'annotations',
  '_meta',
  'callback',
  'enabled',
]);

/** Whether an end is never reached: no break, no return, nothing that waits. */
const WAITS =
  /sleep|wait|recv|read|accept|select|next|poll|receive|get|take|join|await|tick|Done|listen|run|serve|stat|metadata|fetch/i;

const neverEnds = (body: readonly Stmt[], depth = 0): boolean =>
  body.every((s) => {
    if (depth > 20) return false;
    switch (s.kind) {
      case 'jump':
      case 'return':
      case 'throw':
        return false;
      case 'if':
        return neverEnds(s.then, depth + 1) && neverEnds(s.otherwise, depth + 1);
      case 'loop':
      case 'block':
        return neverEnds(s.body, depth + 1);
      case 'try':
        return neverEnds(s.body, depth + 1);
      case 'switch':
        return s.cases.every((c) => neverEnds(c.body, depth + 1));
      case 'expr':
        return (
          !(s.value.kind === 'call' && WAITS.test(chain(s.value.callee, new Map()))) &&
          s.value.kind !== 'choice'
        );
      case 'assign':
        return (
          !(s.value.kind === 'call' && WAITS.test(chain(s.value.callee, new Map()))) &&
          s.value.kind !== 'choice'
        );
      default:
        return true;
    }
  });

/** Everything one module's functions do; the first is its top level, which runs when it is loaded. */
export const bodiesOf = (m: Module): Body[] => {
  const names = namesOf(m);
  const bodies: Body[] = [];
  /** Texts that names at the top of the module, or fields of its classes, were given. */
  const constants = new Map<string, string[]>();
  const remember = (name: string, value: Expr | null): void => {
    if (value && value.kind !== 'function') constants.set(name, literalsIn(value));
  };
  for (const s of m.body) {
    if (s.kind === 'assign' && s.target.kind === 'name') remember(s.target.name, s.value);
    if (s.kind === 'class') for (const f of s.cls.fields) remember(f.name, f.value);
  }

  const make = (
    name: string,
    fn: Fn | null,
    statements: readonly Stmt[],
    line: number,
    endLine: number,
  ): void => {
    const body: Body = {
      name,
      module: m,
      fn,
      line,
      endLine,
      seen: [],
      calls: new Set(),
      hosts: new Set(),
      passes: [],
      branches: [],
    };
    bodies.push(body);
    let sink: { seen: Seen[]; calls: Set<string> }[] = [body];
    /** Names raised by one in this function, and those that hold decoded text. */
    const raised = new Set<string>();
    const decoded = new Set<string>();
    const madeOf = new Map<string, ReadonlySet<string>>();
    const params = new Set(fn?.params.flatMap((p) => [p.name, ...p.parts.map((x) => x.name)]) ?? []);
    const note = (act: Seen['act'], at: number, what: string): void => {
      for (const s of sink) s.seen.push({ act, line: at, what });
    };
    const call = (to: string): void => {
      for (const s of sink) s.calls.add(to);
    };

    const texts = (all: readonly string[], at: number, command: boolean): void => {
      const joined = [...all, all.join('/').replaceAll('//', '/'), all.join(' ')];
      const one = (on: RegExp): string | undefined =>
        joined.map((t) => on.exec(t.replaceAll('\\\\', '\\'))?.[0]).find((x) => x);
      const file = (on: RegExp): string | undefined => one(on);
      const secret = file(SECRET_FILE) ?? one(SECRET_COMMAND);
      if (secret) note('secret-file', at, secret);
      const startup = file(STARTUP_FILE) ?? (command ? one(STARTUP_COMMAND) : undefined);
      if (startup) note('startup', at, startup);
      const client = file(CLIENT_FILE);
      if (client) note('client-config', at, client);
      for (const t of all) {
        const host = hostIn(t);
        if (host) body.hosts.add(host);
        if (PACKS_HOME.test(t)) note('home', at, t);
      }
      if (!command) return;
      const run = one(DOWNLOADED_RUN);
      if (run) note('download-run', at, run);
      const net = one(SHELL_NET);
      if (net) note('shell-net', at, net);
      const mines = one(MINES);
      if (mines) note('mines', at, mines);
      const wipes = one(WIPES);
      if (wipes) note('wipes', at, wipes);
      if (one(SENDS_BY_SHELL) && all.some((t) => hostIn(t)))
        note('net', at, 'a command that reaches the network');
      if (all.some((t) => SHELLS.test(t))) note('shell', at, all.find((t) => SHELLS.test(t))!);
      if (startup) note('write', at, startup);
      if (all.some((t) => PACKS_HOME.test(t)) && all.some((t) => /^(?:tar|zip|7z|rsync|cp|rm)$/.test(t)))
        note(all.includes('rm') ? 'wipes' : 'packs-home', at, all.join(' '));
    };

    const expr = (e: Expr, inExec: boolean, used: boolean, depth = 0): void => {
      if (depth > DEEPEST) return;
      if (e.kind === 'function') {
        statementsOf(e.fn.body);
        for (const p of e.fn.params) if (p.defaultValue) expr(p.defaultValue, false, true, depth + 1);
        return;
      }
      const path = e.kind === 'call' || e.kind === 'member' ? chain(e, names) : '';
      if (!inExec && path !== '' && ENV_ALL.test(path.replace(/^(?:std\.env|std::env)\./, 'std::env.')))
        note('env-all', e.at.line, path);
      if (e.kind === 'member' && ENV_ALL.test(path)) return;
      if (e.kind === 'name') {
        call(e.name);
        const held = constants.get(e.name);
        if (held && fn) texts(held, e.at.line, inExec);
        return;
      }
      if (e.kind === 'member') {
        call(e.property);
        const held = constants.get(e.property);
        if (held && fn && e.object.kind === 'name') texts(held, e.at.line, inExec);
        // `process.env.X` is one variable.
        if (ENV_ALL.test(chain(e.object, names))) {
          if (!inExec && /^(?:items|copy|values|keys)$/.test(e.property)) note('env-all', e.at.line, path);
          return;
        }
      }
      if (e.kind === 'index' && ENV_ALL.test(chain(e.object, names)) && e.index.kind === 'literal') return;
      if (e.kind === 'call') {
        const callee = chain(e.callee, names);
        const acts = new Set(CALLS.flatMap(([act, on]) => (on.test(callee) ? [act] : [])));
        const own = e.args.flatMap((a) => literalsIn(a.value));
        // Plain names mean another thing in other languages, and files may stand elsewhere.
        if (SCRIPTS.has(m.language) && /^(?:system|exec|spawn|popen)$/.test(callee)) acts.add('exec');
        if (m.language === 'php') {
          if (/^(?:file_get_contents|fopen|copy)$/.test(callee) && own.some((t) => /^https?:/.test(t)))
            acts.add('net');
          if (callee === 'getenv' && e.args.length === 0) acts.add('env-all');
        }
        const isExec = acts.has('exec');
        const last =
          e.callee.kind === 'member' ? e.callee.property : e.callee.kind === 'name' ? e.callee.name : '';
        const handed = new Set(
          e.args.flatMap((a) => [...namesIn(a.value)]).flatMap((n) => [n, ...(madeOf.get(n) ?? [])]),
        );
        if (last !== '' && handed.size > 0) body.passes.push({ to: last, names: handed, line: e.at.line });
        for (const a of e.args)
          if (a.value.kind === 'record')
            for (const x of a.value.entries)
              if (/^(?:host|hostname)$/.test(x.key) && x.value.kind === 'literal' && x.value.value) {
                const host = hostIn(`https://${x.value.value}`);
                if (host) body.hosts.add(host);
              }
        if (
          /^(?:end|write|send)$/.test(last) &&
          body.seen.some((s) => s.act === 'net' || s.act === 'socket') &&
          [...handed].some((n) => ALL_GIVEN.test(n))
        )
          note('sends-all', e.at.line, [...handed].filter((n) => ALL_GIVEN.test(n)).join(', '));
        if (acts.has('eval') && m.language !== 'python' && /^(?:exec|compile|__import__)$/.test(callee))
          acts.delete('eval');
        if (/\bWebSocket$|^ws$/.test(callee) && !e.isNew) acts.delete('socket');
        // Decoding that names how, or is only that.
        if (/\bBuffer\.from$/.test(callee) && own.some((t) => /^(?:base64|hex|base64url)$/.test(t)))
          acts.add('decode');
        if (/(?:^|\.)get$/.test(callee) && acts.has('net') && /^(?:axios|got)\.\w+\.get$/.test(callee))
          acts.delete('net');
        const what = callee.replaceAll('()', '').slice(0, 80);
        for (const act of acts) {
          if (act === 'post' && !acts.has('net') && !acts.has('socket')) continue;
          if (act === 'write' && /(?:^|\.)open$/.test(callee) && !writes(e)) continue;
          note(act, e.at.line, what);
        }
        const body2 = e.args.some(
          (a) =>
            (a.value.kind === 'record' &&
              a.value.entries.some(
                (x) =>
                  /^(?:method|body|data)$/.test(x.key) &&
                  !(x.value.kind === 'literal' && x.value.value === 'GET'),
              )) ||
            /^(?:data|json|body|files|content)$/.test(a.name ?? ''),
        );
        const sends =
          (acts.has('net') && (body2 || acts.has('post') || /\?/.test(own.join(' ')))) ||
          acts.has('socket') ||
          acts.has('dns');
        if (sends && !used) note('unused-post', e.at.line, what);
        if (sends || acts.has('net')) {
          const given = new Set(
            e.args.flatMap((a) => [...wholesIn(a.value)]).flatMap((n) => [n, ...(madeOf.get(n) ?? [])]),
          );
          if (
            [...given].some((n) =>
              /^(?:args|kwargs|context|history|messages?|conversation|result|arguments|transcript|prompt)$/i.test(
                n,
              ),
            )
          )
            note('sends-all', e.at.line, [...given].filter((n) => ALL_GIVEN.test(n)).join(', '));
        }
        if (isExec || acts.has('eval')) {
          const given = e.args.map((a) => a.value);
          const carries = (x: Expr, d = 0): boolean =>
            d < 12 &&
            ((x.kind === 'name' && decoded.has(x.name)) ||
              (x.kind === 'call' && isDecode(x)) ||
              childrenOf(x).some((c) => carries(c, d + 1)));
          if (given.some((x) => carries(x))) note('decoded-run', e.at.line, what);
        }
        // Home folders as targets of what deletes.
        if (
          acts.has('delete') &&
          e.args.some((a) =>
            /homedir|home_dir|expanduser|UserHomeDir|HOME|user\.home/.test(describe(a.value)),
          )
        )
          note('wipes', e.at.line, what);
        if (
          isExec &&
          e.args.some((a) => /\bHOME\b|homedir/.test(describe(a.value))) &&
          own.some((t) => /^(?:tar|zip|7z|rsync|cp)$/.test(t))
        )
          note('packs-home', e.at.line, own.join(' '));
        if (own.length > 0) texts(own, e.at.line, isExec || /\.(?:arg|args)$/.test(callee));
        expr(e.callee, inExec, true, depth + 1);
        for (const a of e.args)
          expr(
            a.value,
            inExec || (isExec && (a.name === 'env' || a.value.kind === 'record')),
            true,
            depth + 1,
          );
        return;
      }
      if (e.kind === 'literal') {
        if (e.isString && e.value) texts([e.value], e.at.line, inExec);
        return;
      }
      if (e.kind === 'text' || e.kind === 'other') {
        const all = literalsIn(e);
        if (all.length > 1) texts(all, e.at.line, inExec);
      }
      for (const c of childrenOf(e)) expr(c, inExec, true, depth + 1);
    };

    const describe = (e: Expr): string =>
      `${chain(e, names)} ${childrenOf(e)
        .map((c) => describe(c))
        .join(' ')} ${e.kind === 'literal' ? (e.value ?? '') : ''}`.slice(0, 2000);

    const isDecode = (e: Expr): boolean => {
      if (e.kind !== 'call') return false;
      const callee = chain(e.callee, names);
      return (
        (CALLS.some(([act, on]) => act === 'decode' && on.test(callee)) ||
          (/\bBuffer\.from$/.test(callee) &&
            e.args.some((a) => literalsIn(a.value).some((t) => /^(?:base64|hex)$/.test(t))))) &&
        !e.args.some((a) => [...namesIn(a.value)].some((n) => params.has(n)))
      );
    };
    const holdsDecoded = (e: Expr, d = 0): boolean =>
      d < 12 &&
      (isDecode(e) ||
        (e.kind === 'name' && decoded.has(e.name)) ||
        childrenOf(e).some((c) => holdsDecoded(c, d + 1)));

    const testOf = (test: Expr): { test: Special; what: string } | null => {
      const said = describe(test);
      const own = literalsIn(test);
      const numbers = numbersIn(test);
      if (
        NOW.test(said) &&
        (DATE_TEXT.test(own.join(' ')) || numbers.some((n) => (n >= 2020 && n <= 2060) || n > 1.5e9))
      )
        return { test: 'date-test', what: 'a date' };
      const tested = test.kind === 'test' ? test.operands : [test];
      if ((HOST.test(said) || tested.some((o) => o.kind === 'name' && hosts.has(o.name))) && own.length > 0)
        return { test: 'host-test', what: own[0]! };
      if ([...namesIn(test)].some((n) => raised.has(n)) && numbers.some((n) => n >= 1))
        return { test: 'count-test', what: 'how often it was called' };
      const contains = test.kind === 'call' && CONTAINS.test(chain(test.callee, names));
      if (
        own.length > 0 &&
        (contains || (test.kind === 'test' && /^(?:in|==|===|contains)$/.test(test.operator))) &&
        [...namesIn(test)].some((n) => params.has(n) || n === 'text')
      )
        return { test: 'word-test', what: own[0]! };
      return null;
    };
    const hosts = new Set<string>();

    const statementsOf = (all: readonly Stmt[], depth2 = 0): void => {
      if (depth2 > DEEPEST) return;
      for (const s of all)
        switch (s.kind) {
          case 'assign': {
            const target = s.target.kind === 'place' ? s.target.expr : null;
            if (target && chain(target, names).endsWith('.Env')) break;
            if (s.adds && s.target.kind === 'name') raised.add(s.target.name);
            if (s.target.kind === 'name' && s.value.kind === 'text' && namesIn(s.value).has(s.target.name))
              raised.add(s.target.name);
            if (
              target?.kind === 'member' &&
              /^(?:description|Description|__doc__)$/.test(target.property) &&
              OF_TOOL.test(chain(target, names))
            )
              note('describe', s.at.line, chain(target, names));
            if (target?.kind === 'member' && s.adds) raised.add(target.property);
            if (target?.kind === 'member' && /^(?:Stdin|Stdout|Stderr)$/.test(target.property))
              note('dup', s.at.line, target.property);
            const into =
              s.target.kind === 'name'
                ? [s.target.name]
                : s.target.kind === 'parts'
                  ? s.target.parts.flatMap((p) => (p.target.kind === 'name' ? [p.target.name] : []))
                  : [];
            const parts = namesIn(s.value);
            for (const n of into)
              madeOf.set(n, new Set([...parts].flatMap((p) => [p, ...(madeOf.get(p) ?? [])]).slice(0, 60)));
            if (holdsDecoded(s.value)) for (const n of into) decoded.add(n);
            if (HOST.test(describe(s.value))) for (const n of into) hosts.add(n);
            if (target) expr(target, false, true);
            expr(s.value, false, true);
            break;
          }
          case 'expr': {
            const called = s.value.kind === 'call' ? chain(s.value.callee, names) : '';
            if (
              s.value.kind === 'call' &&
              /(?:^|\.)update$/.test(called) &&
              s.value.args.some(
                ({ value }) =>
                  value.kind === 'record' &&
                  value.entries.some((x) => x.key === 'description') &&
                  // Events, issues and files have descriptions too, and much that a tool has not.
                  (OF_TOOL.test(called) || value.entries.every((x) => TOOL_KEYS.has(x.key))),
              )
            )
              note('describe', s.at.line, called);
            expr(s.value, false, false);
            break;
          }
          case 'return':
          case 'throw':
            if (s.value) expr(s.value, false, true);
            break;
          case 'if': {
            expr(s.test, false, true);
            const decides = testOf(s.test);
            const branch = decides && {
              ...decides,
              line: s.at.line,
              inside: [] as Seen[],
              calls: new Set<string>(),
            };
            if (branch) {
              body.branches.push(branch);
              sink = [...sink, { seen: branch.inside, calls: branch.calls }];
            }
            statementsOf(s.then, depth2 + 1);
            if (branch) sink = sink.slice(0, -1);
            statementsOf(s.otherwise, depth2 + 1);
            break;
          }
          case 'loop': {
            if (s.over) expr(s.over, false, true);
            if (s.test) expr(s.test, false, true);
            const forever =
              !s.over &&
              (!s.test || (s.test.kind === 'literal' && /^(?:true|True|1)$/.test(s.test.value ?? '')));
            if (forever && neverEnds(s.body)) note('endless', s.at.line, 'a loop that never ends');
            statementsOf(s.body, depth2 + 1);
            break;
          }
          case 'try':
            statementsOf(s.body, depth2 + 1);
            for (const h of s.handlers) statementsOf(h.body, depth2 + 1);
            statementsOf(s.last, depth2 + 1);
            break;
          case 'switch':
            expr(s.on, false, true);
            for (const c of s.cases) statementsOf(c.body, depth2 + 1);
            break;
          case 'block':
            statementsOf(s.body, depth2 + 1);
            break;
          case 'function':
            if (fn) statementsOf(s.fn.body, depth2 + 1);
            else make(s.fn.name, s.fn, s.fn.body, s.fn.at.line, s.fn.at.endLine);
            break;
          case 'class':
            for (const method of s.cls.methods)
              make(method.name, method, method.body, method.at.line, method.at.endLine);
            for (const f of s.cls.fields)
              if (f.value?.kind === 'function')
                make(f.name, f.value.fn, f.value.fn.body, f.at.line, f.at.endLine);
            break;
        }
    };
    // A function of JavaScript kept by a name is a function of that name.
    if (!fn)
      for (const s of statements) {
        const value = s.kind === 'assign' ? s.value : null;
        if (s.kind === 'assign' && s.target.kind === 'name' && value?.kind === 'function')
          make(s.target.name, value.fn, value.fn.body, s.at.line, s.at.endLine);
        else statementsOf([s]);
      }
    else {
      // `@traced` around a handler is a part of it.
      for (const d of fn.decorators) for (const n of namesIn(d)) call(n);
      statementsOf(statements);
    }
  };
  make('', null, m.body, 1, m.body.at(-1)?.at.endLine ?? 1);
  return bodies;
};

const numbersIn = (e: Expr, depth = 0): number[] =>
  depth > 20
    ? []
    : e.kind === 'literal' && !e.isString
      ? [Number((e.value ?? '').replaceAll('_', ''))].filter((n) => !Number.isNaN(n))
      : childrenOf(e).flatMap((c) => numbersIn(c, depth + 1));

/** `open(x, 'w')`, `.open("a")`; without a mode it reads. */
const writes = (e: Extract<Expr, { kind: 'call' }>): boolean =>
  e.args.some((a) => a.value.kind === 'literal' && /^[wax]b?\+?$/.test(a.value.value ?? '')) ||
  e.args.some((a) => literalsIn(a.value).some((t) => /^[wax]b?\+?$/.test(t)) && a.name === 'mode') ||
  /append|write/.test(chain(e.callee, new Map()));
