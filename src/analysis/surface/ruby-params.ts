import type { Expr, Fn } from '../sources/ir.ts';
import { type Call, lastOf, type Program, type Site } from './program.ts';
import type { Param } from './surface-entry.ts';
import { textOf } from './texts.ts';

/** Parameters that blocks of Ruby declare by calls. */

export const named = (call: Call, ...names: string[]): Expr | null =>
  call.args.find((a) => a.name !== undefined && names.includes(a.name))?.value ?? null;
export const positional = (call: Call | undefined): Expr | null =>
  call?.args.find((a) => a.name === undefined)?.value ?? null;
export const blockOf = (call: Call | undefined): Fn | null => {
  const given = call?.args.find((a) => a.value.kind === 'function')?.value;
  return given?.kind === 'function' ? given.fn : null;
};

export const statementsOf = (fn: Fn): Expr[] =>
  fn.body.flatMap((s) => ((s.kind === 'expr' || s.kind === 'return') && s.value ? [s.value] : []));

const TYPES: Readonly<Record<string, string>> = {
  String: 'string',
  Integer: 'integer',
  Float: 'number',
  TrueClass: 'boolean',
  Array: 'array',
  Hash: 'object',
  bool: 'boolean',
  float: 'number',
};

/** `required(:path).filled(:string).description("where")`, `argument :name, String, required: true`. */
export const paramsInBlock = (program: Program, fn: Fn | null, site: Site): Param[] | null => {
  if (!fn) return null;
  const text = (e: Expr | null | undefined): string => (e ? textOf(program, { expr: e, site }).text : '');
  return statementsOf(fn).flatMap((value): Param[] => {
    const links: Call[] = [];
    for (let e: Expr = value; e.kind === 'call'; e = e.callee.object) {
      links.unshift(e);
      if (e.callee.kind !== 'member') break;
    }
    const [begin, ...rest] = links;
    const word = begin ? lastOf(begin.callee) : '';
    if (!begin || !/^(?:required|optional|argument|property|param)$/.test(word)) return [];
    const name = text(positional(begin));
    if (name === '') return [];
    const typed = rest.find((l) => /^(?:filled|value|maybe|array|hash|each)$/.test(lastOf(l.callee)));
    const second = begin.args.filter((a) => a.name === undefined)[1]?.value;
    const raw =
      typed === undefined
        ? second
          ? lastOf(second) || text(second)
          : text(named(begin, 'type'))
        : /^(?:array|hash)$/.test(lastOf(typed.callee))
          ? lastOf(typed.callee)
          : text(positional(typed));
    const optional = word === 'optional' || (word !== 'required' && !isTrue(named(begin, 'required')));
    return [
      {
        name,
        type: (Object.hasOwn(TYPES, raw) ? TYPES[raw]! : raw) || 'unknown',
        constraints: optional ? ['optional'] : [],
        description: text(
          positional(rest.find((l) => lastOf(l.callee) === 'description')) ?? named(begin, 'description'),
        ),
      },
    ];
  });
};

const isTrue = (e: Expr | null): boolean => e?.kind === 'literal' && e.value === 'true';
