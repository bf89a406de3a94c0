import type { Expr, Module } from '../sources/ir.ts';
import { topNamed } from './names.ts';
import { type At, type Call, lastOf, type Program, pathOf, type Site } from './program.ts';
import { fnNamed, settled } from './values.ts';

/** Which files of a tree have to do with the protocol: other libraries register tools too. */
export type Relevance = (path: string, call?: Expr, site?: Site) => boolean;

/** Words no other library registers with. */
const REGISTERS = /^(?:register|add)_?(?:App)?(?:Tool|Prompt|Resource)/i;
/** Words other libraries have too: what they are called on has to be able to be a server. */
const SHORT = /^(?:tool|prompt|resource)$/;
const SERVER = /mcp|server|srv/i;
/** Models and their agents have tools of their own, and so have bots, routers and parsers of command lines. */
const OTHERS = /agent|langchain|llm|openai|anthropic|router|typer|click|express|flask|commander|yargs/i;

const ofPackage = (program: Program, module: Module, name: string): string | null => {
  const found = module.imports.find((i) => i.local === name);
  return found && program.imports.resolve(module, found.module) === null ? found.module : null;
};

/**
 * Whether what something is registered with may be a server: one that is made in another file and imported, handed over as a
 * parameter, kept in a field, made by a factory. What is known to be something else is not.
 */
export const mayBeServer = (program: Program, { expr, site }: At): boolean => {
  if (OTHERS.test(pathOf(expr))) return false;
  const end = settled(program, { expr, site });
  const { expr: value } = end;
  if (value.kind === 'call') {
    const made = pathOf(value.callee);
    if (OTHERS.test(made)) return false;
    if (SERVER.test(made)) return true;
    const named = lastOf(value.callee);
    const cls = program.classes.get(named)?.[0]?.cls;
    if (cls) return cls.bases.some((b) => SERVER.test(pathOf(b))) || cls.bases.length === 0;
    // A factory that could not be followed; a type of a package that says nothing of servers is something else.
    return fnNamed(program, value.callee, { expr: value, site: end.site }) !== null || !/^[A-Z]/.test(named);
  }
  if (value.kind !== 'name' && value.kind !== 'member') return false;
  const root = rootOf(value);
  const from = root === null ? null : ofPackage(program, end.site.module, root);
  return from === null || SERVER.test(from);
};

const rootOf = (e: Expr): string | null =>
  e.kind === 'name' ? e.name : e.kind === 'member' ? rootOf(e.object) : null;

/** `x.tool('name', …, handler)`: a name and more that belongs to it. */
const registers = (call: Call): boolean => {
  const [name, ...rest] = call.args;
  if (!name) return false;
  const named =
    name.value.kind === 'text' ||
    (name.value.kind === 'literal' && name.value.isString) ||
    name.name !== undefined;
  return named || (rest.length > 0 && (name.value.kind === 'name' || name.value.kind === 'member'));
};

/** Whether a file takes the server from one that says what it is: `import { server } from './server'`. */
const takesServer = (program: Program, module: Module, says: ReadonlySet<string>): boolean =>
  module.imports.some((i) => {
    const top = i.name === '*' ? null : topNamed(program, module, i.local);
    return (
      top?.kind === 'value' &&
      says.has(top.at.site.module.path) &&
      top.at.expr.kind === 'call' &&
      /mcp|server/i.test(lastOf(top.at.expr.callee))
    );
  });

/** `says` are the files whose text names the protocol. */
export const relevance = (program: Program, says: ReadonlySet<string>): Relevance => {
  const modules = new Map(program.modules.map((m) => [m.path, m]));
  const known = new Map<string, boolean>();
  const isRelevant = (path: string): boolean => {
    const module = modules.get(path);
    if (says.has(path) || module === undefined) return true;
    if (module.language !== 'javascript' && module.language !== 'python') return true;
    if (says.size === 0) return false;
    // A file of tools need not say whose; one server in the tree is enough.
    if (module.language === 'javascript' && /tool/i.test(path)) return true;
    return takesServer(program, module, says);
  };
  return (path, call, site) => {
    const held = known.get(path) ?? isRelevant(path);
    known.set(path, held);
    if (held || says.size === 0 || call?.kind !== 'call') return held;
    // `server.tool(name="x")(fn)`
    const callee = call.callee.kind === 'call' ? call.callee.callee : call.callee;
    if (callee.kind !== 'member') return false;
    if (
      !REGISTERS.test(callee.property) &&
      !(SHORT.test(callee.property) && (call.callee.kind === 'call' || registers(call)))
    )
      return false;
    return site === undefined
      ? SERVER.test(lastOf(callee.object))
      : mayBeServer(program, { expr: callee.object, site });
  };
};
