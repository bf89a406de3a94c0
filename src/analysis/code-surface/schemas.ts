import type { Expr } from '../code/ir.ts';
import type { Param } from '../schema-javascript.ts';
import { type At, lastOf, type Program, pathOf } from './program.ts';
import { called, fnNamed, plainOf, resultsOf, settled, textOf } from './values.ts';

/** Parameters as a schema states them: an object of the schema library, a JSON text, or a list of options. */

type Call = Extract<Expr, { kind: 'call' }>;

const DEEPEST = 8;
const MOST_PARAMS = 200;

const LIMITS = [
  'enum',
  'const',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  'default',
];

const lower = (key: string): string => (key[0]?.toLowerCase() ?? '') + key.slice(1);

/** An object literal of any kind as plain data, with the keys of JSON; a JSON text as what it holds. */
const dataOf = (program: Program, at: At, depth = 0): unknown => {
  if (depth > DEEPEST || --program.work.left < 0) return undefined;
  const { expr, site } = settled(program, at);
  const inner = (e: Expr): unknown => dataOf(program, { expr: e, site }, depth + 1);
  switch (expr.kind) {
    case 'record':
      return Object.fromEntries(expr.entries.filter((e) => e.key !== '').map((e) => [e.key, inner(e.value)]));
    case 'list':
      return expr.items.map(inner);
    case 'call': {
      // `Map.of("a", x, "b", y)`
      if (/(?:^|\.)Map\.of$/.test(pathOf(expr.callee))) {
        const pairs: [string, unknown][] = [];
        for (let i = 0; i + 1 < expr.args.length; i += 2)
          pairs.push([
            textOf(program, { expr: expr.args[i]!.value, site }).text,
            inner(expr.args[i + 1]!.value),
          ]);
        return Object.fromEntries(pairs);
      }
      if (/(?:^|\.)List\.of$/.test(pathOf(expr.callee))) return expr.args.map((a) => inner(a.value));
      // `new JsonSchema("object", properties, required, …)`
      if (expr.isNew && lastOf(expr.callee) === 'JsonSchema' && expr.args.every((a) => a.name === undefined))
        return {
          type: 'object',
          properties: expr.args[1] ? inner(expr.args[1].value) : {},
          required: expr.args[2] ? inner(expr.args[2].value) : [],
        };
      if (expr.isNew)
        return Object.fromEntries(
          expr.args.flatMap((a) => (a.name === undefined ? [] : [[lower(a.name), inner(a.value)]])),
        );
      // `json.RawMessage(text)` and readers of JSON: the text they are given.
      const texts = expr.args.map((a) => textOf(program, { expr: a.value, site }));
      const json = texts.find((t) => t.from === null && /^\s*\{/.test(t.text));
      return json ? parsed(json.text) : undefined;
    }
    case 'literal':
    case 'text': {
      const value = plainOf(program, { expr, site });
      return typeof value === 'string' && /^\s*\{/.test(value) ? (parsed(value) ?? value) : value;
    }
    default:
      return undefined;
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

const typeWord = (schema: Record<string, unknown>): string => {
  const { type, properties, items } = schema;
  if (isObject(properties)) {
    const names = Object.keys(properties);
    return `object(${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''})`;
  }
  if (type === 'array' && isObject(items)) return `array of ${typeWord(items)}`;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.map(String).join(' or ');
  return schema.anyOf || schema.oneOf ? 'union' : schema.$ref ? 'reference' : 'unknown';
};

const limitsOf = (schema: Record<string, unknown>): string[] => [
  ...LIMITS.flatMap((limit) =>
    schema[limit] === undefined || schema[limit] === null
      ? []
      : [`${limit} ${JSON.stringify(schema[limit]).slice(0, 80)}`],
  ),
  ...(isObject(schema.items) ? limitsOf(schema.items).map((c) => `items ${c}`) : []),
];

const paramsOfData = (schema: unknown): Param[] | null => {
  if (!isObject(schema)) return null;
  const { properties, required } = schema;
  if (properties === undefined) return schema.type === 'object' ? [] : null;
  if (!isObject(properties)) return null;
  const names = Array.isArray(required) ? required : [];
  return Object.entries(properties)
    .slice(0, MOST_PARAMS)
    .map(([name, value]) => {
      const inner = isObject(value) ? value : {};
      return {
        name,
        type: typeWord(inner),
        constraints: [...limitsOf(inner), ...(names.includes(name) ? [] : ['optional'])],
        description: typeof inner.description === 'string' ? inner.description : '',
      };
    });
};

/** What a schema's expression says of each parameter; null when it is computed. */
export const paramsOfSchema = (program: Program, at: At): Param[] | null => {
  const end = settled(program, at);
  if (end.expr.kind === 'name' || end.expr.kind === 'member') return null;
  return paramsOfData(dataOf(program, end));
};

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
    ? (/^With(\w+)Items$/.exec(lastOf(item.callee))?.[1]?.toLowerCase() ?? typeWordOf(program, item, at))
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
