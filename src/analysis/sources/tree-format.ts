import type { Arg, Expr, Span } from './ir.ts';
import { literal, nameExpr, textOf } from './tree-reading.ts';

/**
 * `%s %(name)s %1$s %[1]d %%`, as Python, Go and Java write it: position (1-based) or name, if any. No two parts of it can
 * match the same characters.
 */
const PERCENT =
  /%(?:%|(?:\((\w{1,60})\))?(?:(\d{1,3})\$)?[-+ #,0]{0,6}(?:\d{1,4}|\*)?(?:\.(?:\d{1,4}|\*)?)?(?:\[(\d{1,3})\])?[hlL]?[a-zA-Z])/g;
/** `{} {0} {name} {name.x!r:>10} {{ }}`, as Python and Rust write it. */
const BRACES = /\{\{|\}\}|\{([\w ]{0,60})[^{}]{0,200}\}/g;

/**
 * Text made by a format: the values stand where the format puts them, so that what comes before a value is known to.
 * Values whose place is not seen follow. `captured` reads `{name}` without an argument as the variable of that name (Rust).
 */
export const formatted = (
  at: Span,
  format: Expr,
  args: readonly Arg[],
  style: 'percent' | 'braces',
  captured = false,
): Expr => {
  const spreads = args.some((a) => a.spread);
  if (format.kind !== 'literal' || !format.isString || format.value === null || spreads)
    return textOf(at, [format, ...args.map((a) => a.value)]);
  const positional = args.filter((a) => a.name === undefined);
  const used = new Set<Arg>();
  const parts: Expr[] = [];
  let next = 0;
  let text = '';
  const put = (value: Expr): void => {
    if (text !== '') parts.push(literal(format.at, text, true));
    text = '';
    parts.push(value);
  };
  let end = 0;
  for (const match of format.value.matchAll(style === 'percent' ? PERCENT : BRACES)) {
    text += format.value.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0] === '%%' || match[0] === '{{' || match[0] === '}}') {
      text += match[0][0];
      continue;
    }
    const key = (match[1] ?? '').trim();
    const position = match[2] ?? match[3];
    const arg =
      position !== undefined
        ? positional[Number(position) - 1]
        : key === ''
          ? positional[next++]
          : /^\d+$/.test(key)
            ? positional[Number(key)]
            : args.find((a) => a.name === key);
    if (arg) {
      used.add(arg);
      put(arg.value);
    } else if (captured && /^[a-z_]\w*$/i.test(key)) put(nameExpr(format.at, key));
    else text += match[0];
  }
  text += format.value.slice(end);
  if (text !== '') parts.push(literal(format.at, text, true));
  return textOf(at, [...parts, ...args.filter((a) => !used.has(a)).map((a) => a.value)]);
};
