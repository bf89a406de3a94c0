import { brief, entryOf, type Value } from './literal-value.ts';
import { SCHEMA_LIMITS } from './schema-limits.ts';
import { type Project, resolve, type ScriptFile } from './scope-javascript.ts';

/** Parameters of a tool, as its zod shape or JSON schema states them. */
export type Param = { name: string; type: string; constraints: string[]; description: string };

const DEEPEST = 6;
const MOST_PARAMS = 200;

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
]);
const CONSTRUCTORS =
  /(?:^|\.)(string|number|boolean|bigint|date|any|unknown|enum|nativeEnum|array|object|record|union|discriminatedUnion|literal|tuple|intersection|preprocess|optional|coerce|map|set|url|email|uuid|int|strictObject|looseObject|custom|lazy)$/;

type Chain = { base: Value; links: { name: string; args: Value[] }[] };

const chainOf = (value: Value): Chain => {
  const links: Chain['links'] = [];
  let at = value;
  while (at.kind === 'call' && at.target && at.callee !== '') {
    links.unshift({ name: at.callee, args: at.args });
    at = at.target;
  }
  // `Common.optional()` where Common is a name: the call's path holds the modifier.
  if (
    at.kind === 'call' &&
    !at.target &&
    !/^(z|zod|schema|s|v|Type|t|yup|Joi)\./.test(at.callee) &&
    at.callee.includes('.')
  ) {
    const dot = at.callee.lastIndexOf('.');
    links.unshift({ name: at.callee.slice(dot + 1), args: at.args });
    at = { kind: 'name', path: at.callee.slice(0, dot), token: at.token, line: at.line, endLine: at.endLine };
  }
  return { base: at, links };
};

const describeZod = (
  project: Project,
  file: ScriptFile,
  value: Value,
  depth: number,
): Omit<Param, 'name'> => {
  const { base, links } = chainOf(value);
  let type = 'unknown';
  const constraints: string[] = [];
  let description = '';
  if (base.kind === 'name') {
    const found = depth < DEEPEST ? resolve(project, file, base) : null;
    if (found)
      ({ type, description } = mergeInto(
        constraints,
        describeZod(project, found.file, found.value, depth + 1),
      ));
    else type = base.path;
  } else if (base.kind === 'call') {
    const made = CONSTRUCTORS.exec(base.callee)?.[1];
    type = made ?? (base.callee || 'unknown');
    if (/^z\.coerce\./.test(base.callee)) constraints.push('coerced');
    if (made === 'enum' || made === 'literal' || made === 'nativeEnum') {
      const listed =
        base.args[0] && depth < DEEPEST
          ? (resolve(project, file, base.args[0])?.value ?? base.args[0])
          : base.args[0];
      constraints.push(`one of ${brief(listed)}`);
    }
    if (made === 'array' && base.args[0] && depth < DEEPEST) {
      const inner = describeZod(project, file, base.args[0], depth + 1);
      type = `array of ${inner.type}`;
      constraints.push(...inner.constraints.filter((c) => c !== 'optional').map((c) => `items ${c}`));
    }
    const shape =
      made && /object$/i.test(made) && base.args[0] ? resolve(project, file, base.args[0])?.value : undefined;
    if (shape?.kind === 'object') type = fields(shape.entries.map((e) => e.key));
    if ((made === 'optional' || made === 'preprocess' || made === 'lazy') && depth < DEEPEST) {
      const argument = base.args.at(-1);
      if (argument && argument.kind !== 'function')
        ({ type, description } = mergeInto(constraints, describeZod(project, file, argument, depth + 1)));
      if (made === 'optional') constraints.push('optional');
    }
  }
  for (const { name, args } of links)
    if (name === 'describe') description = args[0]?.kind === 'string' ? args[0].value : description;
    else if (!SILENT.has(name) && !['refine', 'superRefine', 'transform', 'pipe'].includes(name))
      constraints.push([name, ...args.slice(0, 2).map(brief)].join(' ').trim());
    else if (name === 'refine' || name === 'superRefine' || name === 'transform') constraints.push(name);
  return { type, constraints: [...new Set(constraints)].slice(0, 20), description };
};

/** An object whose fields are known takes less than anything. */
const fields = (names: readonly string[]): string =>
  `object(${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''})`;

const mergeInto = (constraints: string[], inner: Omit<Param, 'name'>): Omit<Param, 'name'> => {
  constraints.push(...inner.constraints);
  return inner;
};

const describeJsonSchema = (
  project: Project,
  file: ScriptFile,
  raw: Value,
  depth: number,
): Omit<Param, 'name'> => {
  const found = raw.kind === 'name' && depth < DEEPEST ? resolve(project, file, raw) : null;
  const value = found?.value ?? raw;
  if (value.kind !== 'object')
    return { type: raw.kind === 'name' ? raw.path : 'unknown', constraints: [], description: '' };
  const type = entryOf(value, 'type');
  const properties = entryOf(value, 'properties');
  const named =
    properties?.kind === 'object'
      ? fields(properties.entries.map((e) => e.key))
      : type?.kind === 'string'
        ? type.value
        : type
          ? brief(type)
          : entryOf(value, 'anyOf', 'oneOf')
            ? 'union'
            : entryOf(value, '$ref')
              ? 'reference'
              : 'unknown';
  const items = entryOf(value, 'items');
  const inner =
    named === 'array' && items && depth < DEEPEST
      ? describeJsonSchema(project, found?.file ?? file, items, depth + 1)
      : null;
  const description = entryOf(value, 'description');
  return {
    type: inner ? `array of ${inner.type}` : named,
    constraints: [
      ...SCHEMA_LIMITS.flatMap((limit) =>
        entryOf(value, limit) ? [`${limit} ${brief(entryOf(value, limit))}`] : [],
      ),
      ...(inner?.constraints ?? []).map((c) => `items ${c}`),
    ],
    description: description?.kind === 'string' ? description.value : '',
  };
};

/** What the schema value says of each parameter; null when it cannot be read (computed, or from elsewhere). */
export const paramsOf = (
  project: Project,
  file: ScriptFile,
  schema: Value | undefined,
  depth = 0,
): Param[] | null => {
  if (!schema || depth > DEEPEST) return null;
  const found = resolve(project, file, schema);
  if (!found) {
    // `Schema.shape`: the shape of a zod object declared elsewhere.
    if (schema.kind === 'name' && schema.path.endsWith('.shape'))
      return paramsOf(project, file, { ...schema, path: schema.path.slice(0, -'.shape'.length) }, depth + 1);
    return null;
  }
  const { value } = found;
  if (value.kind === 'call') {
    const { base, links } = chainOf(value);
    const extended = links
      .filter((l) => l.name === 'extend' || l.name === 'merge')
      .flatMap((l) => l.args.flatMap((a) => paramsOf(project, found.file, a, depth + 1) ?? []));
    if (base.kind === 'name') {
      const inner = paramsOf(project, found.file, base, depth + 1);
      return inner && [...inner, ...extended];
    }
    if (base.kind === 'call' && /(?:^|\.)(?:object|strictObject|looseObject|Object)$/.test(base.callee))
      return [...(paramsOf(project, found.file, base.args[0], depth + 1) ?? []), ...extended];
    if (base.kind === 'call' && /(?:^|\.)preprocess$/.test(base.callee))
      return paramsOf(project, found.file, base.args[1], depth + 1);
    // `zodToJsonSchema(Schema)`, `toJSONSchema(Schema)`
    if (base.kind === 'call' && /json_?schema/i.test(base.callee))
      return paramsOf(project, found.file, base.args[0], depth + 1);
    return null;
  }
  if (value.kind !== 'object') return null;
  const properties = entryOf(value, 'properties');
  const type = entryOf(value, 'type');
  if (properties || (type?.kind === 'string' && type.value === 'object')) {
    if (!properties) return [];
    const shape = resolve(project, found.file, properties);
    if (shape?.value.kind !== 'object') return null;
    const required = entryOf(value, 'required');
    const names =
      required?.kind === 'array' ? required.items.flatMap((v) => (v.kind === 'string' ? [v.value] : [])) : [];
    return shape.value.entries.slice(0, MOST_PARAMS).map((e) => {
      const described = describeJsonSchema(project, shape.file, e.value, 0);
      return {
        name: e.key,
        ...described,
        constraints: [...described.constraints, ...(names.includes(e.key) ? [] : ['optional'])],
      };
    });
  }
  const spread = value.spreads.flatMap((s) => paramsOf(project, found.file, s, depth + 1) ?? []);
  return [
    ...spread,
    ...value.entries
      .slice(0, MOST_PARAMS)
      .map((e) => ({ name: e.key, ...describeZod(project, found.file, e.value, 0) })),
  ];
};
