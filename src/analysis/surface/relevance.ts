import type { Expr, Module } from '../sources/ir.ts';
import { topNamed } from './names.ts';
import { lastOf, type Program, type Site } from './program.ts';

/** Which files of a tree have to do with the protocol: other libraries register tools too. */
export type Relevance = (path: string, call?: Expr, site?: Site) => boolean;

const REGISTERS = /^(?:register|add)(?:Tool|Prompt|Resource)/;

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
  return (path, call) => {
    const held = known.get(path) ?? isRelevant(path);
    known.set(path, held);
    if (held || says.size === 0 || call?.kind !== 'call' || call.callee.kind !== 'member') return held;
    return REGISTERS.test(call.callee.property) && /server$|mcp/i.test(lastOf(call.callee.object));
  };
};
