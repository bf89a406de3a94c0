import fc from 'fast-check';
import { list, record } from '../client/protocol.ts';

/** Values made at random from a tool's own schema: mostly what it accepts, its edges first, now and then what it does not. */

const MAX_DEPTH = 5;
const LONG = 100_000;

/** What no schema asks for, and every server is sent one day. */
const odd: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  '',
  ' ',
  'a'.repeat(LONG),
  '\u0000',
  '\ud800',
  '../../..',
  '\' " ` $( ) ; |',
  '{{ 7 }} ${7} %s %n',
  -1,
  0,
  2 ** 53,
  -(2 ** 31) - 1,
  1e308,
  0.1,
  true,
  [],
  {},
  [[[[[[]]]]]],
);

/** What lies in the sandbox to be served. */
const KNOWN = ['example', '/data/root/example.md', 'example.md', '/data/root', 'HEAD', 'SELECT 1'];

const bounded = (value: unknown, otherwise: number, most: number): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(-most, Math.min(value, most)) : otherwise;

const text = (s: Record<string, unknown>): fc.Arbitrary<string> => {
  const min = Math.trunc(bounded(s.minLength, 0, 1000));
  const max = Math.max(min, Math.trunc(bounded(s.maxLength, 60, 1000)));
  const formats: Readonly<Record<string, fc.Arbitrary<string>>> = {
    // No address of anybody: nothing leaves the sandbox, and nothing is meant to.
    uri: fc.webPath().map((p) => `http://127.0.0.1:9${p}`),
    email: fc.constant('someone@example.org'),
    date: fc.date({ noInvalidDate: true }).map((d) => d.toISOString().slice(0, 10)),
    'date-time': fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
    uuid: fc.uuid(),
    ipv4: fc.constant('127.0.0.1'),
  };
  const known = KNOWN.filter((k) => k.length >= min && k.length <= max);
  return (
    formats[String(s.format)] ??
    fc.oneof(
      fc.string({ minLength: min, maxLength: max }),
      fc.string({ unit: 'binary', minLength: min, maxLength: max }),
      ...(known.length > 0 ? [fc.constantFrom(...known)] : []),
    )
  );
};

const number = (s: Record<string, unknown>, whole: boolean): fc.Arbitrary<number> => {
  const min = bounded(s.minimum ?? s.exclusiveMinimum, -(2 ** 31), 2 ** 53);
  const max = Math.max(min, bounded(s.maximum ?? s.exclusiveMaximum, 2 ** 31, 2 ** 53));
  return whole
    ? fc.integer({ min: Math.ceil(min), max: Math.max(Math.ceil(min), Math.floor(max)) })
    : fc.double({ min, max, noNaN: true });
};

const accepted = (schema: unknown, depth: number): fc.Arbitrary<unknown> => {
  const s = record(schema);
  if ('const' in s) return fc.constant(s.const);
  const values = list(s.enum);
  if (values.length > 0) return fc.constantFrom(...values);
  if (depth > MAX_DEPTH) return fc.constant(null);
  const choices = [...list(s.anyOf), ...list(s.oneOf)].slice(0, 8);
  if (choices.length > 0) return fc.oneof(...choices.map((c) => accepted(c, depth + 1)));
  const types = Array.isArray(s.type) ? s.type.map(String) : [String(s.type ?? '')];
  const of = (type: string): fc.Arbitrary<unknown> => {
    switch (type) {
      case 'string':
        return text(s);
      case 'integer':
        return number(s, true);
      case 'number':
        return number(s, false);
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array': {
        const min = Math.trunc(bounded(s.minItems, 0, 20));
        return fc.array(value(s.items, depth + 1), { minLength: min, maxLength: Math.max(min, 5) });
      }
      default:
        return 'properties' in s || type === 'object' ? objectOf(s, depth) : fc.jsonValue({ maxDepth: 2 });
    }
  };
  return fc.oneof(...types.map(of));
};

const value = (schema: unknown, depth: number): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: accepted(schema, depth), weight: 9 }, { arbitrary: odd, weight: 1 });

const objectOf = (s: Record<string, unknown>, depth: number): fc.Arbitrary<Record<string, unknown>> => {
  const properties = Object.entries(record(s.properties)).slice(0, 60);
  const required = new Set(list(s.required).map(String));
  return fc.record(Object.fromEntries(properties.map(([k, v]) => [k, value(v, depth + 1)])), {
    // One call in a while lacks what is required, by the odd values above; what is optional comes and goes.
    requiredKeys: properties.map(([k]) => k).filter((k) => required.has(k)),
    noNullPrototype: true,
  });
};

/** Arguments of one call. */
export const argumentsLike = (inputSchema: unknown): fc.Arbitrary<Record<string, unknown>> =>
  objectOf(record(inputSchema), 0);
