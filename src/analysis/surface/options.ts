import type { Expr } from '../sources/ir.ts';
import { type At, type Call, lastOf, type Program } from './program.ts';
import { dataOf, isObject, lower, typeWord } from './schemas.ts';
import type { Param } from './surface-entry.ts';
import { plainOf, textOf } from './texts.ts';
import { called, fnNamed, resultsOf, settled } from './values.ts';

/** What a tool is given one by one: `WithDescription(…)`, `WithString(…)`, hints about its behaviour. */

const WITH = /^(?:With|with_?)(String|Number|Integer|Int|Boolean|Bool|Object|Array|Any|StringArray)s?$/;

const OPTIONS: Record<string, (say: string) => string> = {
  Enum: (say) => `one of ${say}`,
  MaxLength: (say) => `maxLength ${say}`,
  MinLength: (say) => `minLength ${say}`,
  Max: (say) => `maximum ${say}`,
  Min: (say) => `minimum ${say}`,
  Pattern: (say) => `pattern ${say}`,
  MaxItems: (say) => `maxItems ${say}`,
  MinItems: (say) => `minItems ${say}`,
  DefaultString: (say) => `default ${say}`,
  DefaultNumber: (say) => `default ${say}`,
  DefaultBool: (say) => `default ${say}`,
  DefaultArray: (say) => `default ${say}`,
};

const paramOfOption = (program: Program, call: Call, at: At): Param | null => {
  const kind = WITH.exec(lastOf(call.callee))?.[1];
  const [first, ...rest] = call.args;
  if (!kind || !first) return null;
  const name = textOf(program, { expr: first.value, site: at.site });
  if (name.text === '') return null;
  const options = rest.flatMap((a) => (a.value.kind === 'call' ? [a.value] : []));
  const says = (c: Call): string =>
    c.args
      .map((a) => JSON.stringify(plainOf(program, { expr: a.value, site: at.site })) ?? '(computed)')
      .join(', ')
      .slice(0, 120);
  const required = options.some((o) => lastOf(o.callee) === 'Required');
  const description = options.find((o) => lastOf(o.callee) === 'Description')?.args[0];
  const item = options.find((o) => /^(?:Items|With\w+Items)$/.test(lastOf(o.callee)));
  const itemType = item
    ? (/^With(\w+?)(?:Enum)?Items$/.exec(lastOf(item.callee))?.[1]?.toLowerCase() ??
      typeWordOf(program, item, at))
    : '';
  return {
    name: name.text,
    type:
      kind === 'Array'
        ? itemType
          ? `array of ${itemType}`
          : 'array'
        : kind === 'StringArray'
          ? 'array of string'
          : kind === 'Bool'
            ? 'boolean'
            : kind.toLowerCase(),
    constraints: [
      ...options.flatMap((o) => {
        const word = OPTIONS[lastOf(o.callee)];
        return word ? [word(says(o))] : [];
      }),
      ...(required ? [] : ['optional']),
    ],
    description: description ? textOf(program, { expr: description.value, site: at.site }).text : '',
  };
};

const typeWordOf = (program: Program, call: Call, at: At): string => {
  const data = call.args[0] && dataOf(program, { expr: call.args[0].value, site: at.site });
  return isObject(data) ? typeWord(data) : '';
};

export type Options = {
  params: Param[];
  description: At | null;
  annotations: Record<string, unknown>;
  /** A type or a schema that says the parameters. */
  schema: At | null;
};

const HINT = /^With(ReadOnly|Destructive|Idempotent|OpenWorld)(?:Hint)?(?:Annotation)?$/;

/** `WithDescription(…)`, `WithString(…)`, hints: options in any number, those of helpers that hand back some with them. */
export const optionsOf = (program: Program, args: readonly At[], depth = 0): Options => {
  const out: Options = { params: [], description: null, annotations: {}, schema: null };
  const join = (more: Options): void => {
    out.params.push(...more.params);
    out.description ??= more.description;
    out.annotations = { ...out.annotations, ...more.annotations };
    out.schema ??= more.schema;
  };
  for (const at of args) {
    if (--program.work.left < 0) break;
    const { expr, site } = at;
    if (expr.kind === 'index') {
      join(optionsOf(program, [{ expr: expr.object, site }], depth));
      continue;
    }
    if (expr.kind === 'list') {
      join(
        optionsOf(
          program,
          expr.items.map((e) => ({ expr: e, site })),
          depth,
        ),
      );
      continue;
    }
    if (expr.kind === 'name' && depth < 4) {
      const to = settled(program, at);
      if (to.expr !== expr && (to.expr.kind === 'list' || to.expr.kind === 'call'))
        join(optionsOf(program, [to], depth + 1));
      continue;
    }
    if (expr.kind !== 'call' || expr.isNew) continue;
    const last = lastOf(expr.callee);
    const [first] = expr.args;
    const hint = HINT.exec(last)?.[1];
    if (hint && first) {
      const value = plainOf(program, { expr: first.value, site });
      if (value !== undefined) out.annotations[`${lower(hint)}Hint`] = value;
    } else if (last === 'WithTitleAnnotation' && first) {
      const title = textOf(program, { expr: first.value, site });
      if (title.text !== '') out.annotations.title = title.text;
    } else if (last === 'WithToolAnnotation' && first)
      out.annotations = { ...out.annotations, ...hintsOf(program, { expr: first.value, site }) };
    else if (/^WithDescription$/.test(last) && first) out.description ??= { expr: first.value, site };
    else if (/^With(?:Raw)?InputSchema$/.test(last))
      out.schema ??= first ? { expr: first.value, site } : null;
    else if (WITH.test(last)) {
      const param = paramOfOption(program, expr, at);
      if (param) out.params.push(param);
    } else if (depth < 4) {
      const target = fnNamed(program, expr.callee, at);
      if (target) {
        const inside = called(target, expr, at);
        const results = resultsOf(target.fn)
          .slice(0, 2)
          .flatMap((e) => bodyOf(e));
        join(
          optionsOf(
            program,
            results.map((e) => ({ expr: e, site: inside.site })),
            depth + 1,
          ),
        );
      }
    }
  }
  return out;
};

/** An option may be a function that applies others: `func(t *Tool) { WithString(…)(t) }`. */
const bodyOf = (e: Expr): Expr[] =>
  e.kind === 'function'
    ? e.fn.body.flatMap((s) =>
        s.kind === 'expr' && s.value.kind === 'call' && s.value.callee.kind === 'call'
          ? [s.value.callee]
          : [],
      )
    : [e];

const NAMES: Record<string, string> = {
  readonlyhint: 'readOnlyHint',
  destructivehint: 'destructiveHint',
  idempotenthint: 'idempotentHint',
  openworldhint: 'openWorldHint',
  title: 'title',
};

/** Hints by name, in the specification's spelling, Go's, Java's or Rust's; builders too. */
export const hintsOf = (program: Program, at: At): Record<string, unknown> => {
  const { expr, site } = settled(program, at);
  const hints: Record<string, unknown> = {};
  const put = (key: string, value: Expr): void => {
    const name = NAMES[key.replaceAll('_', '').toLowerCase()];
    const text = name === 'title' ? textOf(program, { expr: value, site }).text : '';
    const plain = text !== '' ? text : name && plainOf(program, { expr: value, site });
    if (name && plain !== undefined && plain !== null && plain !== '') hints[name] = plain;
  };
  if (expr.kind === 'record') for (const e of expr.entries) put(e.key, e.value);
  for (let e: Expr = expr; e.kind === 'call'; ) {
    for (const a of e.args) if (a.name !== undefined) put(a.name, a.value);
    if (e.callee.kind !== 'member') break;
    if (e.args[0] && e.args[0].name === undefined)
      put(
        /hint$|^title$/i.test(e.callee.property) ? e.callee.property : `${e.callee.property}Hint`,
        e.args[0].value,
      );
    e = e.callee.object;
  }
  return hints;
};
