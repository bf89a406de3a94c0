import type { Expr, Fn } from '../../sources/ir.ts';
import { childrenOf, statementsIn } from '../../sources/walk.ts';
import { lastNameOf } from './names.ts';

const CUTS = /^(?:split\w*|rsplit|tokeni[sz]e\w*|findall|Split\w*|Fields)$/;

/** Calls that give the same things back, in another order or fewer of them. */
const SAME_THINGS = /^(?:list|set|tuple|sorted|reversed|filter|map|from)$/;

/** `for token in text.split(",")`, also by way of local names: words of a text that are called tokens. */
export const piecesOf = (fn: Fn): ReadonlySet<string> => {
  const names = new Set<string>();
  const pieces = new Set<string>();
  const isCut = (e: Expr): boolean => {
    if (e.kind === 'name') return names.has(e.name);
    if (e.kind === 'list' || e.kind === 'choice') return childrenOf(e).some(isCut);
    if (e.kind === 'index') return isCut(e.object);
    if (e.kind !== 'call') return false;
    const callee = lastNameOf(e.callee);
    if (CUTS.test(callee)) return true;
    if (SAME_THINGS.test(callee) && e.args.some((a) => isCut(a.value))) return true;
    return e.callee.kind === 'member' && isCut(e.callee.object);
  };
  for (const s of statementsIn(fn.body)) {
    if (s.kind === 'assign' && s.target.kind === 'name' && isCut(s.value)) names.add(s.target.name);
    if (s.kind === 'loop' && s.over && s.target?.kind === 'name' && isCut(s.over)) {
      names.add(s.target.name);
      if (/^tokens?$/i.test(s.target.name)) pieces.add(s.target.name);
    }
  }
  return pieces;
};
