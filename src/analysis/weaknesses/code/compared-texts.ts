import type { Expr, Module } from '../../sources/ir.ts';
import { expressionsIn, functionsOf, statementsIn, within } from '../../sources/walk.ts';
import { literalText } from './names.ts';

const REFUSED = /placeholder|insecure|weak|forbidden|rejected|refused|unsafe/i;

/** Texts a program holds something against, or lists as what it does not take: `if secret == "changeme"`, `PLACEHOLDERS = {…}`. */
export const comparedTexts = (m: Module): Set<string> => {
  const found = new Set<string>();
  const take = (e: Expr | null | undefined): void => {
    for (const x of e ? within(e) : []) {
      const text = literalText(x);
      if (text) found.add(text.toLowerCase());
    }
  };
  for (const { fn } of functionsOf(m)) {
    for (const e of expressionsIn(fn.body))
      if (e.kind === 'test')
        e.operands.filter((o) => o.kind === 'literal' || o.kind === 'list').forEach(take);
    for (const s of statementsIn(fn.body)) {
      if (s.kind === 'class') for (const f of s.cls.fields) if (REFUSED.test(f.name)) take(f.value);
      if (s.kind === 'assign' && s.target.kind === 'name' && REFUSED.test(s.target.name)) take(s.value);
    }
  }
  return found;
};
