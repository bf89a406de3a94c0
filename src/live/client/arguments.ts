import { runInNewContext } from 'node:vm';
import { list, record } from './protocol.ts';

/** Arguments for a call, made from a tool's own schema: the least that it accepts, and nothing that matters outside. */

const BY_FORMAT: Readonly<Record<string, string>> = {
  uri: 'http://127.0.0.1:9/',
  url: 'http://127.0.0.1:9/',
  email: 'someone@example.org',
  date: '2026-01-01',
  'date-time': '2026-01-01T00:00:00Z',
  time: '00:00:00Z',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '127.0.0.1',
  hostname: 'localhost',
};

const CANDIDATES = [
  'a',
  'example',
  '1',
  '10',
  '2026-01-01',
  '2026-W01',
  'example.md',
  'a/b',
  'UTC',
  ...Object.values(BY_FORMAT),
];

/** Whether a pattern of the server's fits; false as well when it cannot be told in 50 ms. */
const fits = (pattern: string, text: string): boolean => {
  try {
    return runInNewContext('new RegExp(p, "u").test(t)', { p: pattern, t: text }, { timeout: 50 }) === true;
  } catch {
    return false;
  }
};

const textFor = (s: Record<string, unknown>, name: string): string => {
  const format = typeof s.format === 'string' ? BY_FORMAT[s.format] : undefined;
  const least = typeof s.minLength === 'number' ? Math.min(s.minLength, 10_000) : 0;
  const meant = byName(name);
  if (typeof s.pattern === 'string')
    return [...(meant ? [meant] : []), ...CANDIDATES].find((c) => fits(s.pattern as string, c)) ?? 'a';
  const base = format ?? meant ?? byDescription(s.description) ?? 'example';
  const most = typeof s.maxLength === 'number' ? s.maxLength : Infinity;
  return base.length > most ? 'a'.repeat(most) : base.padEnd(least, 'a');
};

const numberFor = (s: Record<string, unknown>): number => {
  const low =
    typeof s.minimum === 'number'
      ? s.minimum
      : typeof s.exclusiveMinimum === 'number'
        ? s.exclusiveMinimum + 1
        : 1;
  return typeof s.maximum === 'number' ? Math.min(low, s.maximum) : low;
};

/** What is meant by a name, where a schema says no more than that it takes text: what lies in the sandbox to be served. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/(?:^|_)(?:url|uri|link|href|endpoint)s?$/, 'http://127.0.0.1:9/'],
  [
    /(?:^|_)(?:repo|repository|project|workspace|root|cwd|dir|directory|folder|working_dir|base)(?:_?(?:path|dir|root|directory))?$/,
    '/data/root',
  ],
  [/(?:^|_)(?:db|database|sqlite)_?(?:path|file|name)?$/, '/data/root/example.db'],
  [/(?:path|file|filename|file_name|source|document)s?$/, '/data/root/example.md'],
  [/(?:^|_)(?:branch|ref|revision|rev|commit|sha|target|base_branch)s?$/, 'HEAD'],
  [/(?:^|_)(?:sql|query|statement)$/, 'SELECT 1'],
  [/(?:^|_)(?:host|hostname|domain|ip|address)$/, 'localhost'],
  [/(?:^|_)(?:command|cmd)$/, 'ls'],
];

const byName = (name: string): string | undefined => {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
  return BY_NAME.find(([pattern]) => pattern.test(words))?.[1];
};

/** A value that the description itself names: "Available: ['bash', 'sh']", "one of quick, full", "e.g. main". */
const NAMED_VALUE =
  /\b(?:one of|available|allowed|options?|possible values?|supported|valid values?|either|e\.g\.|for example|such as)[:,]?\s{0,3}[[({]?\s?["'`]?([\w.-]{1,40})/i;

const byDescription = (description: unknown): string | undefined =>
  typeof description === 'string' ? NAMED_VALUE.exec(description.slice(0, 2000))?.[1] : undefined;

const MAX_DEPTH = 8;

/** A value that one schema accepts, as far as it is read: `$ref`, conditions and dependencies are not. */
export const valueFor = (schema: unknown, depth = 0, name = ''): unknown => {
  const s = record(schema);
  if ('const' in s) return s.const;
  if ('default' in s) return s.default;
  if (Array.isArray(s.enum)) return s.enum[0];
  if (depth > MAX_DEPTH) return null;
  const choice = list(s.anyOf)[0] ?? list(s.oneOf)[0];
  if (choice !== undefined) return valueFor(choice, depth + 1, name);
  const type = Array.isArray(s.type) ? s.type.find((t) => t !== 'null') : s.type;
  switch (type) {
    case 'string':
      return textFor(s, name);
    case 'number':
    case 'integer':
      return numberFor(s);
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'array': {
      const n = typeof s.minItems === 'number' ? Math.min(s.minItems, 10) : 0;
      return Array.from({ length: n }, () => valueFor(s.items, depth + 1, name));
    }
    default:
      return 'properties' in s || type === 'object' ? argumentsFor(s, depth) : 'example';
  }
};

/** Arguments with what is required, and nothing else. */
export const argumentsFor = (inputSchema: unknown, depth = 0): Record<string, unknown> => {
  const s = record(inputSchema);
  const properties = record(s.properties);
  return Object.fromEntries(
    list(s.required).flatMap((k) =>
      typeof k === 'string' ? [[k, valueFor(properties[k], depth + 1, k)] as const] : [],
    ),
  );
};
