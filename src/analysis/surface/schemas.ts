import type { Expr } from '../sources/ir.ts';
import { type At, lastOf, type Program, pathOf } from './program.ts';
import { SCHEMA_LIMITS } from './schema-limits.ts';
import type { Param } from './surface-entry.ts';
import { plainOf, textOf } from './texts.ts';
import { settled } from './values.ts';

/** Parameters as a schema states them: an object of the schema library, or a JSON text. */

const DEEPEST = 8;
const MOST_PARAMS = 200;

export const lower = (key: string): string => (key[0]?.toLowerCase() ?? '') + key.slice(1);

/** An object literal of any kind as plain data, with the keys of JSON; a JSON text as what it holds. */
export const dataOf = (program: Program, at: At, depth = 0): unknown => {
  if (depth > DEEPEST || --program.work.left < 0) return undefined;
  const { expr, site } = settled(program, at);
  const inner = (e: Expr): unknown => dataOf(program, { expr: e, site }, depth + 1);
  if (at.expr.kind === 'name' && isEmptyMap(expr)) return putInto(program, at.expr.name, site, inner);
  switch (expr.kind) {
    case 'record':
      return Object.assign(
        {},
        ...expr.entries
          .filter((e) => e.key !== '')
          .map((e) => (e.key === '...' ? inner(e.value) : { [e.key]: inner(e.value) })),
      );
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
      // `dict(type="object", properties={…})`
      if (pathOf(expr.callee) === 'dict' && expr.args.every((a) => a.name !== undefined))
        return Object.fromEntries(expr.args.map((a) => [a.name, inner(a.value)]));
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

const isEmptyMap = (e: Expr): boolean =>
  e.kind === 'call' && e.isNew && e.args.length === 0 && /Map$/.test(lastOf(e.callee));

/** `Map m = new HashMap<>(); m.put("a", x);`: what is put into it where it is made. */
const putInto = (
  program: Program,
  name: string,
  site: At['site'],
  inner: (e: Expr) => unknown,
): Record<string, unknown> => {
  const fn = site.fns.at(-1);
  const found: Record<string, unknown> = {};
  for (const { expr: call, site: there } of program.calls) {
    if (there.fns.at(-1) !== fn || there.module !== site.module || --program.work.left < 0) continue;
    const { callee, args } = call;
    if (callee.kind !== 'member' || callee.property !== 'put' || lastOf(callee.object) !== name) continue;
    const key = args[0] && textOf(program, { expr: args[0].value, site: there });
    if (key?.from === null && args[1]) found[key.text] = inner(args[1].value) ?? {};
  }
  return found;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

export const typeWord = (schema: Record<string, unknown>): string => {
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
  ...SCHEMA_LIMITS.flatMap((limit) =>
    schema[limit] === undefined || schema[limit] === null
      ? []
      : [`${limit} ${JSON.stringify(schema[limit]).slice(0, 80)}`],
  ),
  ...(isObject(schema.items) ? limitsOf(schema.items).map((c) => `items ${c}`) : []),
];

export const paramsOfData = (schema: unknown): Param[] | null => {
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
