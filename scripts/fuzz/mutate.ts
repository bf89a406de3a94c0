import fc from 'fast-check';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { parseDocument, stringify } from 'yaml';

/** A sequence of numbers that is the same for the same seed (mulberry32). */
export type Random = { below(n: number): number; chance(p: number): boolean; pick<T>(list: readonly T[]): T };

export const randomOf = (seed: number): Random => {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { below, chance: (p) => next() < p, pick: (list) => list[below(list.length)]! };
};

/** Texts that readers stumble over: names every object has, numbers at the edges, what ends or begins a construct. */
// biome-ignore format: one a line would be pages
const WORDS = [
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'then', '', ' ', '\0', '\n', '\r',
  '\r\n', '\t', '\u2028', '\u202e', '\u{feff}', '\ud800', '\u{10ffff}', 'é'.repeat(50), '-', '--', '- ',
  ':', ': ', '#', '"', "'", '`', '${', '{{', '}}', '[', ']', '(', ')', '<!--', '-->', '<![CDATA[', '/*',
  '*/', '//', '"""', "'''", '&a', '*a', '!!js/function', '<<: *a', '|', '>', '%', '\\', '\\u0000', '\\x',
  '../', '/', '//', 'file:///', 'http://[', 'git@', '@', '~', '^', '*', '>=', '<0', '||', '==', '!=',
  '=>', '0', '-0', '-1', '1e999', 'NaN', 'Infinity', '9007199254740993', '99999999999999999999999999',
  '0x', '2147483648', '4294967295', 'null', 'true', 'undefined', 'function', 'class ', 'async ', 'await ',
  'import ', 'export default ', 'def ', 'lambda: ', 'fn ', 'func ', 'impl ', 'match ',
  'macro_rules! a { ($($x:tt)*) => { $($x)* } }', '#[tool]', '@tool', '@mcp.tool()', 'server.tool(',
  'eval(', 'exec(', '...', '?.', '??', '=', '+=', ',', ';', '$', '$(', '1.0.0', 'v1', '1!2.0', '0.0.0-0',
  '1.x', 'workspace:*', 'npm:a@1', 'sha512-', '{', '}', '{}', '[]', '""', '"a":', '- - - ', '? ',
  'ENTRYPOINT ["', 'FROM ', 'RUN <<EOF', 'uses: ', 'run: |',
] as const;

const deep = (open: string, close: string, n: number): string => open.repeat(n) + close.repeat(n);
const DEPTHS = [10, 500, 20_000];
const BOMBS: readonly ((n: number) => string)[] = [
  (n) => deep('[', ']', n),
  (n) => deep('{"a":', '}', n),
  (n) => deep('(', ')', n),
  (n) => '['.repeat(n),
  (n) => '('.repeat(n),
  (n) => '- '.repeat(n),
  (n) => '{{'.repeat(n),
  (n) => 'if(a)'.repeat(n),
  (n) => 'a?b:'.repeat(n),
  (n) => '!'.repeat(n),
  (n) => `${'a.'.repeat(n)}b`,
  (n) => `${'a+'.repeat(n)}b`,
  (n) => `x${' '.repeat(n)}x`,
  (n) => `1${'.1'.repeat(n)}`,
  (n) => `1${'-'.repeat(n)}`,
  (n) => '>'.repeat(n),
  (n) => '*a'.repeat(n),
  (n) => '_['.repeat(n),
  (n) => '<a>'.repeat(n),
  (n) => `f(${'g('.repeat(n)}`,
  (n) => `${'=>'.repeat(n)}`,
  (n) => '"'.repeat(n),
  (n) => '"\\'.repeat(n),
  (n) => 'a:\n'.repeat(n),
  (n) => '--- \n'.repeat(n),
  (n) => '[a]\n'.repeat(n),
  (n) => '<!--'.repeat(n),
];

/** Large enough for what is quadratic to show. */
const MOST_BYTES = 4_000_000;

/** Values of a JSON text that no schema of ours asks for, drawn once. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  2 ** 53,
  '',
  [],
  {},
  [[]],
  [null],
  'x'.repeat(100_000),
  WORDS.join(''),
  Object.fromEntries([
    ['__proto__', { x: 1 }],
    ['constructor', 1],
  ]),
  ...fc.sample(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), { seed: 1, numRuns: 300 }),
];

type Container = Record<string | number, unknown>;

/** Every container of a value, with the keys it has. */
const containersOf = (value: unknown): Container[] => {
  const found: Container[] = [];
  const pending = [value];
  while (pending.length > 0 && found.length < 5000) {
    const one = pending.pop();
    if (typeof one !== 'object' || one === null) continue;
    found.push(one as Container);
    pending.push(...Object.values(one).slice(0, 5000));
  }
  return found;
};

const sizeOf = (value: unknown): number => (JSON.stringify(value) ?? '').length + 1;

/** Changes a JSON value in a few places: another value, a lost or renamed key, a repeated element, a long list. */
const mutateValue = (value: unknown, random: Random): unknown => {
  const root = { value: structuredClone(value) };
  for (let n = 1 + random.below(4); n > 0; n--) {
    const at = random.pick(containersOf(root));
    const keys = Object.keys(at);
    if (keys.length === 0) continue;
    const key = random.pick(keys);
    const old = at[key];
    const how = random.below(8);
    if (how <= 2) at[key] = structuredClone(random.pick(STRANGE));
    else if (how === 3 && at !== root) {
      if (Array.isArray(at)) at.splice(Number(key), 1);
      else delete at[key];
    } else if (how === 4 && !Array.isArray(at) && at !== root) {
      delete at[key];
      Object.defineProperty(at, random.pick(WORDS), {
        value: old,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else if (how === 5 && Array.isArray(at))
      at.push(...Array(Math.min(1 + random.below(1000), Math.floor(MOST_BYTES / sizeOf(old)))).fill(old));
    else if (how === 6) at[key] = typeof old === 'string' ? mutateText(old, random) : [old];
    else
      at[key] =
        typeof old === 'number'
          ? random.pick([-old, old * 1e9, old + 0.5, Number(random.pick(WORDS))])
          : { a: old };
  }
  return root.value;
};

const mutateLines = (text: string, random: Random): string => {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  const how = random.below(6);
  if (how === 0) lines.splice(at, 1 + random.below(5));
  else if (how === 1) lines.splice(at, 0, lines[random.below(lines.length)]!);
  else if (how === 2) lines.splice(at, 0, ...Array(random.pick([10, 300, 3000])).fill(lines[at]));
  else if (how === 3) lines[at] = ' '.repeat(random.below(40)) + lines[at]!.trimStart();
  else if (how === 4) lines[at] = mutateText(lines[at]!, random);
  else return lines.slice(0, at).join(random.pick(['\n', '\r\n', '\r', '\u2028', ' ', '']));
  return lines.join('\n');
};

const mutateText = (text: string, random: Random): string => {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.below(random.pick([2, 20, 400])));
  const how = random.below(6);
  if (how === 0) return text.slice(0, at) + text.slice(end);
  if (how === 1) return text.slice(0, end) + text.slice(at);
  if (how === 2) return text.slice(0, at) + random.pick(BOMBS)(random.pick(DEPTHS)) + text.slice(end);
  if (how === 3)
    return (
      text.slice(0, at) +
      text
        .slice(at, end)
        .repeat(random.pick([2, 50, 2000]))
        .slice(0, 400_000) +
      text.slice(end)
    );
  if (how === 4) return text.slice(0, at);
  return text.slice(0, at) + random.pick(WORDS) + text.slice(random.chance(0.5) ? at : end);
};

const mutateBytes = (bytes: Uint8Array, random: Random): Uint8Array => {
  const changed = Uint8Array.from(bytes);
  if (changed.length === 0) return strToU8(random.pick(WORDS));
  for (let n = 1 + random.below(8); n > 0; n--) {
    const at = random.below(changed.length);
    changed[at] = random.chance(0.5)
      ? changed[at]! ^ (1 << random.below(8))
      : random.pick([0, 1, 0x7f, 0x80, 0xff]);
  }
  return random.chance(0.2) ? changed.subarray(0, random.below(changed.length)) : changed;
};

export const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Anchors are left alone: what they unfold to is for the text's own mutations. */
const asYaml = (text: string): unknown => {
  if (text.length > 60_000) return undefined;
  try {
    const document = parseDocument(text);
    return document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 10 }) as unknown);
  } catch {
    return undefined;
  }
};

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3;

const mutateZip = (bytes: Uint8Array, random: Random): Uint8Array => {
  const entries = unzipSync(bytes);
  const names = Object.keys(entries);
  const name = random.pick(names);
  const how = random.below(5);
  if (how === 0) delete entries[name];
  else if (how === 1)
    entries[random.pick([...WORDS, `../${name}`, `/${name}`, `${name}/`, 'C:\\x'])] = entries[name]!;
  else entries[name] = Uint8Array.from(mutate(entries[name]!, random));
  return zipSync(entries, { level: random.pick([0, 6]) });
};

const once = (bytes: Uint8Array, random: Random): Uint8Array => {
  if (isZip(bytes) && random.chance(0.7)) {
    try {
      return mutateZip(bytes, random);
    } catch {
      return mutateBytes(bytes, random);
    }
  }
  const how = random.below(10);
  if (how === 0 || bytes.length === 0) return mutateBytes(bytes, random);
  const text = Buffer.from(bytes).toString('utf8');
  if (how <= 4) {
    const json = asJson(text);
    if (json !== undefined)
      return strToU8(JSON.stringify(mutateValue(json, random), null, random.pick([0, 2])));
    const yaml = how <= 2 && /^[\w"'-]+:/m.test(text) ? asYaml(text) : undefined;
    if (typeof yaml === 'object' && yaml !== null) return strToU8(stringify(mutateValue(yaml, random)));
  }
  return strToU8(how <= 7 ? mutateLines(text, random) : mutateText(text, random));
};

/** Another file much like this one: one to three changes that know zip, JSON, YAML, lines and brackets, or only bytes. */
export const mutate = (bytes: Uint8Array, random: Random): Uint8Array => {
  let changed: Uint8Array = bytes;
  for (let n = 1 + random.below(3); n > 0; n--) changed = once(changed, random).subarray(0, MOST_BYTES);
  return changed;
};

/** The first part of one file and the last of another. */
export const splice = (a: Uint8Array, b: Uint8Array, random: Random): Uint8Array =>
  Buffer.concat([a.subarray(0, random.below(a.length + 1)), b.subarray(random.below(b.length + 1))]);
