import {
  type Guard,
  NOTHING,
  type Place,
  type Source,
  taintOf,
  unionTaints,
  type Value,
  valueWith,
} from './value.ts';

/** What an enforced schema says of a value: zod, whose calls are read as a path (`zod.z.string().regex()`) with fields. */

/** Frameworks hand on what they export as `z`. */
const ZOD = /^(?:zod(?:\/[\w/-]+)?|@hono\/zod-openapi|zod-to-json-schema|[\w@./-]{1,80}(?=\.z\.))(?:\.z)?\b/;

export const isSchema = (paths: readonly string[]): boolean =>
  paths.some((p) => ZOD.test(p) || /^z\./.test(p));

const pathOf = (v: Value): string | null => {
  for (const r of v.refs)
    if (r.kind === 'external' && (ZOD.test(r.path) || /^z\./.test(r.path))) return r.path;
  return null;
};

const COMPOSED =
  /^(?:object|strictObject|looseObject|extend|merge|safeExtend|array|union|intersection|and|or|discriminatedUnion|optional|lazy|record|partial|preprocess|pipe)$/;

/** The schema a call of zod makes. */
export const schemaCall = (path: string, name: string, object: Value, args: readonly Value[]): Value => {
  const fields = new Map<string, Value>();
  const add = (v: Value | undefined): void => {
    for (const [k, x] of v?.fields ?? []) fields.set(k, x);
    for (const item of v?.items ?? []) add(item);
  };
  add(object);
  if (COMPOSED.test(name)) for (const a of args) add(a);
  // `z.array(z.enum([…]))` holds what its items hold.
  const inner = /^(?:array|optional|lazy|nullable|preprocess)$/.test(name)
    ? args.map(pathOf).find((x) => x !== null)
    : null;
  const own = `${path}()`;
  const pattern = name === 'regex' ? args[0]?.literal : null;
  if (pattern) fields.set(PATTERN, valueWith({ literal: pattern }));
  return valueWith({
    refs: [
      {
        kind: 'external',
        path: (inner ? `${own}.${inner.replace(ZOD, '').replace(/^\./, '')}` : own).slice(0, 400),
      },
    ],
    fields: fields.size > 0 ? fields : null,
  });
};

/** Where a schema keeps the regular expression it asks for. */
const PATTERN = '#pattern';

const HARMLESS =
  /\.(?:number|int|int32|float32|boolean|bigint|date|enum|nativeEnum|literal|null|coerce\.(?:number|boolean|date|bigint))\(\)/;
const NARROW =
  /\.(?:regex|uuid|uuidv4|guid|datetime|ip|ipv4|ipv6|cuid2?|ulid|nanoid|date|hostname|startsWith)\(\)/;
const OWN_CHECK = /\.(?:refine|superRefine|check|transform|pipe)\(\)/;

const NUMBER = /\.(?:number|int|int32|float32|bigint)\(\)/;

/** One text, whatever else is asked of it. */
const TEXT = /^[^(]*(?<!\.coerce)\.string\(\)(?:\.(?!transform|pipe|or|and)\w+\(\)){0,20}$/;

/** A value from `source` as the schema lets it through. */
export const constrained = (schema: Value | null, source: Source, at: Place, depth = 0): Value => {
  const path = schema ? pathOf(schema) : null;
  if (path && HARMLESS.test(path) && !/\.(?:string|object|record|union|any|unknown)\(\)/.test(path))
    return NUMBER.test(path)
      ? valueWith({
          taints: [taintOf(source, [{ kind: 'schema', detail: `number ${HARMLESS.exec(path)![0]}`, at }])],
        })
      : NOTHING;
  const guards: Guard[] = [];
  const pattern = schema?.fields?.get(PATTERN)?.literal;
  if (path && NARROW.test(path)) {
    guards.push(
      pattern
        ? { kind: 'pattern', detail: pattern.slice(0, 160), at, denies: false }
        : { kind: 'schema', detail: NARROW.exec(path)![0], at },
    );
  } else if (path && OWN_CHECK.test(path)) guards.push({ kind: 'schema', detail: 'refine', at });
  const fields = new Map<string, Value>();
  if (schema?.fields && depth < 3)
    for (const [key, inner] of schema.fields)
      if (key !== PATTERN)
        fields.set(key, constrained(inner, { ...source, path: [...source.path, key] }, at, depth + 1));
  const taint = taintOf(source, guards);
  return valueWith({
    taints: [path && TEXT.test(path) ? { ...taint, plain: true } : taint],
    fields: fields.size > 0 ? fields : null,
  });
};

/** `Schema.parse(value)`: the value, held to the schema; null when the object is no schema. */
export const parsedBy = (object: Value, name: string, value: Value | undefined): Value | null => {
  if (!value || !/^(?:parse|safeParse|parseAsync|safeParseAsync)$/.test(name) || pathOf(object) === null)
    return null;
  let all = valueWith({});
  for (const t of value.taints) {
    const v = constrained(object, t.source, t.trail?.at ?? { path: '', line: 1 });
    all = {
      ...v,
      taints: unionTaints(
        all.taints,
        v.taints.map((x) => ({ ...t, guards: [...t.guards, ...x.guards] })),
      ),
    };
  }
  const fields = new Map([...(value.fields ?? []), ...(all.fields ?? [])]);
  const parsed = { ...all, fields: fields.size > 0 ? fields : null };
  return name.startsWith('safe') ? valueWith({ fields: new Map([['data', parsed]]), taints: [] }) : parsed;
};
