import type { Expr } from '../sources/ir.ts';
import { type At, type Call, lastOf, type Program, pathOf } from './program.ts';
import { SCHEMA_LIMITS } from './schema-limits.ts';
import { MORE_PARAMS, type Param } from './surface-entry.ts';
import { plainOf, textOf } from './texts.ts';
import { step } from './values.ts';

/** Parameters of a tool in JavaScript, as its zod (or TypeBox) shape or its JSON schema states them. */

const DEEPEST = 6;
const MOST_PARAMS = 200;
const MOST_STEPS = 8;

type Described = Omit<Param, 'name'>;

/** Modifiers that limit nothing, or that are told elsewhere. */
const SILENT = new Set([
  'describe',
  'strict',
  'passthrough',
  'meta',
  'openapi',
  'strip',
  'brand',
  'readonly',
  'catch',
  'unwrap',
  'shape',
  'pipe',
]);
const OWN_CHECKS = new Set(['refine', 'superRefine', 'transform']);
const CONSTRUCTORS =
  /(?:^|\.)(string|number|boolean|bigint|date|any|unknown|enum|nativeEnum|array|object|record|union|discriminatedUnion|literal|tuple|intersection|preprocess|optional|coerce|map|set|url|email|uuid|int|strictObject|looseObject|custom|lazy)$/i;
const LIBRARY = /^(?:z|zod|schema|s|v|Type|t|yup|Joi)$/;

/** Names followed to what they were given; the links of a chain stay as they are. */
const followed = (program: Program, at: At): At => {
  let now = at;
  for (let i = 0; i < MOST_STEPS && /^(?:name|member|choice)$/.test(now.expr.kind); i++) {
    const next = step(program, now);
    if (!next) break;
    now = next;
  }
  return now;
};

type Chain = { base: Expr; links: { name: string; args: Call['args'] }[] };

/** `z.string().min(1).optional()`: what makes the schema, and what is said of it after. */
const chainOf = (e: Expr): Chain => {
  const links: Chain['links'] = [];
  let at = e;
  while (at.kind === 'call' && at.callee.kind === 'member') {
    const { object, property } = at.callee;
    // `z.string` makes a schema, `Common.optional` changes one.
    if (object.kind !== 'call' && LIBRARY.test(pathOf(object).split('.')[0]!)) break;
    links.unshift({ name: property, args: at.args });
    at = object;
  }
  return { base: at, links };
};

/** Short words for a value in a list of constraints. */
const brief = (program: Program, at: At): string => {
  const { expr, site } = followed(program, at);
  if (expr.kind === 'literal' && !expr.isString && expr.value?.startsWith('/'))
    return expr.value.slice(0, 80);
  const plain = plainOf(program, { expr, site });
  if (plain !== undefined) return JSON.stringify(plain).slice(0, 80);
  return at.expr.kind === 'name' || at.expr.kind === 'member' ? pathOf(at.expr).slice(0, 80) : '(computed)';
};

/** What an enumeration allows: the items of a list, the values of an object. */
const listed = (program: Program, at: At): string =>
  at.expr.kind === 'record'
    ? brief(program, {
        ...at,
        expr: { ...at.expr, kind: 'list', items: at.expr.entries.map((e) => e.value) },
      })
    : brief(program, at);

/** An object whose fields are known takes less than anything. */
const fields = (names: readonly string[]): string =>
  `object(${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''})`;

const keysOf = (e: Expr): string[] | null =>
  e.kind === 'record' ? e.entries.map((x) => x.key).filter((k) => k !== '' && k !== '...') : null;

const describeBase = (program: Program, at: At, depth: number): Described => {
  const { expr, site } = at;
  const nothing: Described = { type: 'unknown', constraints: [], description: '' };
  if (depth > DEEPEST) return nothing;
  if (expr.kind === 'name' || expr.kind === 'member') {
    const found = followed(program, at);
    return found.expr === expr
      ? { ...nothing, type: pathOf(expr) }
      : describeSchema(program, found, depth + 1);
  }
  if (expr.kind === 'record') return describeJson(program, at, depth);
  if (expr.kind !== 'call') return nothing;
  const path = pathOf(expr.callee);
  const made = CONSTRUCTORS.exec(path)?.[1];
  const here = (e: Expr): At => ({ expr: e, site });
  const first = expr.args[0]?.value;
  const kind = made?.toLowerCase();
  const constraints: string[] = /^z\.coerce\./.test(path) ? ['coerced'] : [];
  if (kind === 'optional' || kind === 'preprocess' || kind === 'lazy') {
    const last = expr.args.at(-1)?.value;
    const inner =
      last?.kind === 'function'
        ? last.fn.body.flatMap((s) => (s.kind === 'return' && s.value ? [s.value] : []))[0]
        : last;
    const described = inner ? describeSchema(program, here(inner), depth + 1) : nothing;
    return kind === 'optional'
      ? { ...described, constraints: [...described.constraints, 'optional'] }
      : described;
  }
  let type = made ? (/^[A-Z]/.test(made) ? made.toLowerCase() : made) : lastOf(expr.callee) || 'unknown';
  if (first && /^(?:enum|literal|nativeenum)$/.test(kind ?? ''))
    constraints.push(`one of ${listed(program, followed(program, here(first)))}`);
  if (kind === 'array' && first) {
    const inner = describeSchema(program, here(first), depth + 1);
    type = `array of ${inner.type}`;
    constraints.push(...inner.constraints.filter((c) => c !== 'optional').map((c) => `items ${c}`));
  }
  const shape = kind && /object$/.test(kind) && first ? keysOf(followed(program, here(first)).expr) : null;
  if (shape) type = fields(shape);
  // TypeBox says limits in an object after the type.
  const options = /^(?:Type|t)\./.test(path) ? expr.args.at(-1)?.value : undefined;
  const said =
    options?.kind === 'record' && kind !== 'object' ? describeJson(program, here(options), depth) : null;
  return {
    type,
    constraints: [...constraints, ...(said?.constraints ?? [])],
    description: said?.description ?? '',
  };
};

const describeSchema = (program: Program, at: At, depth: number): Described => {
  const { base, links } = chainOf(at.expr);
  const inner = describeBase(program, { expr: base, site: at.site }, depth);
  const constraints = [...inner.constraints];
  let { description } = inner;
  for (const { name, args } of links)
    if (name === 'describe') {
      const text = args[0] && textOf(program, { expr: args[0].value, site: at.site });
      if (text?.text) description = text.text;
    } else if (OWN_CHECKS.has(name)) constraints.push(name);
    else if (!SILENT.has(name))
      constraints.push(
        [name, ...args.slice(0, 2).map((a) => brief(program, { expr: a.value, site: at.site }))]
          .join(' ')
          .trim(),
      );
  return { type: inner.type, constraints: [...new Set(constraints)].slice(0, 20), description };
};

const describeJson = (program: Program, at: At, depth: number): Described => {
  const { expr, site } = followed(program, at);
  if (expr.kind !== 'record' || depth > DEEPEST) return { type: 'unknown', constraints: [], description: '' };
  const entry = (key: string): At | null => {
    const value = expr.entries.find((e) => e.key === key)?.value;
    return value ? { expr: value, site } : null;
  };
  const properties = entry('properties');
  const keys = properties && keysOf(followed(program, properties).expr);
  const type = entry('type');
  const word = type ? plainOf(program, type) : undefined;
  const items = entry('items');
  const inner = word === 'array' && items ? describeJson(program, items, depth + 1) : null;
  const description = entry('description');
  return {
    type: keys
      ? fields(keys)
      : inner
        ? `array of ${inner.type}`
        : typeof word === 'string'
          ? word
          : type
            ? brief(program, type)
            : entry('anyOf') || entry('oneOf')
              ? 'union'
              : entry('$ref')
                ? 'reference'
                : 'unknown',
    constraints: [
      ...SCHEMA_LIMITS.flatMap((limit) => {
        const value = entry(limit);
        return value ? [`${limit} ${brief(program, value)}`] : [];
      }),
      ...(inner?.constraints ?? []).map((c) => `items ${c}`),
    ],
    description: description ? textOf(program, description).text : '',
  };
};

/** What the schema says of each parameter; null when it cannot be read (computed, or from elsewhere). */
export const paramsOfShape = (program: Program, at: At, depth = 0): Param[] | null => {
  if (depth > DEEPEST || --program.work.left < 0) return null;
  const found = followed(program, at);
  const { expr, site } = found;
  const again = (e: Expr | undefined): Param[] | null =>
    e ? paramsOfShape(program, { expr: e, site }, depth + 1) : null;
  // `Schema.shape`: the shape of an object declared elsewhere.
  if (expr.kind === 'member' && expr.property === 'shape') return again(expr.object);
  if (expr.kind === 'call') {
    const { base, links } = chainOf(expr);
    const extended = links
      .filter((l) => /^(?:extend|merge|safeExtend|and)$/.test(l.name))
      .flatMap((l) => l.args.flatMap((a) => again(a.value) ?? [MORE_PARAMS]));
    if (base.kind !== 'call') {
      const inner = again(base);
      return inner && [...inner, ...extended];
    }
    const path = pathOf(base.callee);
    const [first, second] = base.args;
    if (/(?:^|\.)(?:object|strictObject|looseObject|Object)$/.test(path))
      return [...(first ? (again(first.value) ?? [MORE_PARAMS]) : []), ...extended];
    if (/(?:^|\.)preprocess$/.test(path)) return again(second?.value);
    // `zodToJsonSchema(Schema)`, `z.toJSONSchema(Schema)`
    if (/json_?schema/i.test(path) && first) {
      const inner = again(first.value);
      if (inner) return inner;
    }
    // A function of the program that hands the schema back.
    const made = step(program, found);
    return made ? paramsOfShape(program, made, depth + 1) : null;
  }
  if (expr.kind !== 'record') return null;
  const entry = (key: string) => expr.entries.find((e) => e.key === key)?.value;
  const properties = entry('properties');
  const type = entry('type');
  if (properties || (type?.kind === 'literal' && type.value === 'object')) {
    if (!properties) return [];
    const required = entry('required');
    const names = required ? plainOf(program, { expr: required, site }) : [];
    return rowsOf(program, { expr: properties, site }, describeJson, (name) =>
      Array.isArray(names) && names.includes(name) ? [] : ['optional'],
    );
  }
  return rowsOf(program, found, describeSchema, () => [], depth);
};

/** One parameter an entry, those taken over from other objects in their place. */
const rowsOf = (
  program: Program,
  at: At,
  describe: typeof describeJson,
  more: (name: string) => string[],
  depth = 0,
): Param[] | null => {
  const { expr, site } = followed(program, at);
  if (expr.kind !== 'record') return null;
  return expr.entries.slice(0, MOST_PARAMS).flatMap((e): Param[] => {
    const value: At = { expr: e.value, site };
    if (e.key === '...')
      return (
        (describe === describeJson
          ? rowsOf(program, value, describe, more, depth + 1)
          : paramsOfShape(program, value, depth + 1)) ?? [MORE_PARAMS]
      );
    if (e.key === '') return [];
    const described = describe(program, value, 0);
    return [{ name: e.key, ...described, constraints: [...described.constraints, ...more(e.key)] }];
  });
};
