import type { Expr, Field, Param as FnParam } from '../sources/ir.ts';
import { behaves, isService, typeHead } from '../sources/services.ts';
import { goTag } from './go-tags.ts';
import { type At, lastOf, type Program } from './program.ts';
import { MORE_PARAMS, type Param } from './surface-entry.ts';
import { plainOf, textOf } from './texts.ts';
import { bareType, itemOf, plainWord } from './type-text.ts';
import { attributedParam } from './typed-params.ts';
import { typeNamed } from './values.ts';

/** Parameters as the types of a handler state them: structs with tags, records and parameters with annotations. */

const MOST_PARAMS = 200;
const DEEPEST = 3;

type Call = Extract<Expr, { kind: 'call' }>;

const callsNamed = (decorators: readonly Expr[] | undefined, name: RegExp): Call[] =>
  (decorators ?? []).flatMap((d) => (d.kind === 'call' && name.test(lastOf(d.callee)) ? [d] : []));

const namesOnly = (decorators: readonly Expr[] | undefined): string[] =>
  (decorators ?? []).map((d) => lastOf(d.kind === 'call' ? d.callee : d));

/** What JSON a type takes, in the words of a schema where there is one. */
const wordFor = (
  program: Program,
  raw: string,
  at: At,
  depth: number,
): { type: string; constraints: string[] } => {
  const type = bareType(raw);
  const item = itemOf(type);
  if (item !== null && depth < DEEPEST) {
    const inner = wordFor(program, item, at, depth + 1);
    return { type: `array of ${inner.type}`, constraints: inner.constraints.map((c) => `items ${c}`) };
  }
  const plain = plainWord(type);
  if (plain !== null) return { type: plain, constraints: [] };
  const known = depth < DEEPEST ? typeNamed(program, type, at) : null;
  if (!known) return { type: type.slice(0, 120) || 'unknown', constraints: [] };
  const names = fieldsOf(program, known.cls.name, at, depth + 1).map((p) => p.name);
  // An enumeration, or a name for some other type.
  if (names.length === 0) return { type: known.cls.name.slice(0, 120), constraints: [] };
  return {
    type: `object(${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''})`,
    constraints: [],
  };
};

const tagText = (f: Field, key: string): string | null => {
  const value = callsNamed(f.decorators, new RegExp(`^${key}$`))[0]?.args[0]?.value;
  return value?.kind === 'literal' ? (value.value ?? '') : null;
};

const goField = (program: Program, f: Field, at: At, depth: number): Param | null => {
  const json = tagText(f, 'json');
  const name = (json ?? '').split(',')[0]!;
  if (name === '-' || /^[a-z_]/.test(f.name)) return null;
  const tag = goTag(tagText(f, 'jsonschema') ?? tagText(f, 'mcp') ?? '');
  const described = tagText(f, 'jsonschema_description') ?? tagText(f, 'description') ?? tag.description;
  const validate = tagText(f, 'validate') ?? tagText(f, 'binding') ?? '';
  const word = wordFor(program, f.type, at, depth);
  const optional = !tag.required && !/\brequired\b/.test(validate) && /,omit(?:empty|zero)/.test(json ?? '');
  const limits = validate
    .split(',')
    .filter((v) => /^(?:min|max|len|oneof|gte?|lte?|url|email|uuid)(?:=|$)/.test(v));
  return {
    name: name || f.name,
    type: word.type,
    constraints: [...word.constraints, ...tag.constraints, ...limits, ...(optional ? ['optional'] : [])],
    description: described || f.doc || '',
  };
};

/** `rename_all = "camelCase"` of serde. */
const renamed = (name: string, style: string): string => {
  const words = name.split('_');
  const capital = (w: string): string => (w[0]?.toUpperCase() ?? '') + w.slice(1);
  switch (style) {
    case 'camelCase':
      return words[0]! + words.slice(1).map(capital).join('');
    case 'PascalCase':
      return words.map(capital).join('');
    case 'kebab-case':
      return words.join('-');
    case 'SCREAMING_SNAKE_CASE':
      return name.toUpperCase();
    default:
      return name;
  }
};

const named = (calls: readonly Call[], key: string, program: Program, at: At): unknown => {
  for (const c of calls) {
    const arg = c.args.find((a) => a.name === key);
    if (arg) return plainOf(program, { expr: arg.value, site: at.site });
  }
  return undefined;
};

const has = (calls: readonly Call[], word: string): boolean =>
  calls.some((c) =>
    c.args.some(
      (a) =>
        a.name === word ||
        (a.name === undefined && lastOf(a.value.kind === 'call' ? a.value.callee : a.value) === word),
    ),
  );

const rustField = (program: Program, f: Field, style: string, at: At, depth: number): Param | null => {
  const serde = callsNamed(f.decorators, /^serde$/);
  const schema = callsNamed(f.decorators, /^(?:schemars|json_schema|schema)$/);
  if (has(serde, 'skip') || has(serde, 'flatten') || has(schema, 'skip')) return null;
  const own = named(serde, 'rename', program, at) ?? named(schema, 'rename', program, at);
  const described = named(schema, 'description', program, at);
  const word = wordFor(program, f.type, at, depth);
  const limits = [
    'min_length',
    'max_length',
    'length',
    'regex',
    'pattern',
    'range',
    'minimum',
    'maximum',
    'min',
    'max',
  ].flatMap((k) => {
    const value = named(schema, k, program, at);
    return value === undefined ? [] : [`${k} ${String(value).slice(0, 80)}`];
  });
  const validated = callsNamed(f.decorators, /^(?:validate|garde)$/).flatMap((c) =>
    c.args.flatMap((a) => {
      const kind = lastOf(a.value.kind === 'call' ? a.value.callee : a.value);
      return /^(?:length|range|regex|pattern|url|email|ip)$/.test(kind) ? [kind] : [];
    }),
  );
  const optional = /^(?:Annotated<)?\s*(?:std::option::)?Option</.test(f.type) || has(serde, 'default');
  return {
    name: typeof own === 'string' ? own : renamed(f.name.replace(/^r#/, ''), style),
    type: word.type,
    constraints: [...word.constraints, ...limits, ...validated, ...(optional ? ['optional'] : [])],
    description: typeof described === 'string' ? described : (f.doc ?? ''),
  };
};

/** Names of Java's annotations for what a client may send. */
const JAVA_PARAM =
  /^(?:McpToolParam|ToolParam|ToolArg|McpArg|McpParam|PromptArg|JsonPropertyDescription|JsonProperty|P|ToolParameter|McpPromptArg|Schema|Description)$/;

const LIMITS = [
  'Size',
  'Min',
  'Max',
  'Pattern',
  'Email',
  'URL',
  'Length',
  'Range',
  'NotBlank',
  'NotEmpty',
  'Positive',
  'PositiveOrZero',
  'DecimalMin',
  'DecimalMax',
];

const javaParam = (
  program: Program,
  p: { name: string; type: string; decorators?: readonly Expr[] },
  at: At,
  depth: number,
): Param => {
  const notes = callsNamed(p.decorators, JAVA_PARAM);
  const text = (key: string): string | null => {
    const value = named(notes, key, program, at);
    return typeof value === 'string' ? value : null;
  };
  const bare = notes
    .filter((c) => !/^JsonProperty$/.test(lastOf(c.callee)))
    .flatMap((c) => c.args.filter((a) => a.name === undefined))
    .map((a) => textOf(program, { expr: a.value, site: at.site }).text)[0];
  const json = callsNamed(p.decorators, /^JsonProperty$/)[0]?.args.find(
    (a) => a.name === undefined || a.name === 'value',
  );
  const jsonName = json && textOf(program, { expr: json.value, site: at.site }).text;
  const word = wordFor(program, p.type, at, depth);
  const required = named(notes, 'required', program, at);
  const optional =
    required === false ||
    namesOnly(p.decorators).includes('Nullable') ||
    /^(?:Annotated<)?Optional</.test(p.type) ||
    text('defaultValue') !== null;
  const limits = (p.decorators ?? []).flatMap((d) => {
    const name = lastOf(d.kind === 'call' ? d.callee : d);
    if (!LIMITS.includes(name)) return [];
    const says =
      d.kind === 'call'
        ? d.args.map((a) =>
            `${a.name ?? ''} ${String(plainOf(program, { expr: a.value, site: at.site }) ?? '')}`.trim(),
          )
        : [];
    const word =
      { Size: 'length', Length: 'length', Pattern: 'pattern', Min: 'minimum', Max: 'maximum' }[name] ?? name;
    return [`${word} ${says.join(' ')}`.trim().slice(0, 100)];
  });
  return {
    name: text('name') ?? jsonName ?? p.name,
    type: word.type,
    constraints: [
      ...word.constraints,
      ...limits,
      ...(text('defaultValue') === null ? [] : [`default ${text('defaultValue')}`]),
      ...(optional ? ['optional'] : []),
    ],
    description: text('description') ?? text('value') ?? bare ?? '',
  };
};

/** Fields of a type as a client sees them, those of embedded types in their place. */
export const fieldsOf = (program: Program, type: string, at: At, depth = 0): Param[] => {
  const known = typeNamed(program, bareType(type), at);
  if (!known || depth > DEEPEST || --program.work.left < 0) return [];
  const { cls, module } = known;
  const own: At = { expr: at.expr, site: { module, fns: [], cls, given: null } };
  const language = module.language;
  const serde = callsNamed(cls.decorators, /^serde$/);
  const style = String(named(serde, 'rename_all', program, own) ?? '');
  const fields = cls.fields
    .slice(0, MOST_PARAMS)
    .filter((f) => f.value === null || language === 'java')
    .flatMap((f): Param[] => {
      if (language === 'rust' && has(callsNamed(f.decorators, /^serde$/), 'flatten'))
        return fieldsOf(program, f.type, own, depth + 1);
      const param =
        language === 'go'
          ? goField(program, f, own, depth)
          : language === 'rust'
            ? rustField(program, f, style, own, depth)
            : javaParam(program, f, own, depth);
      return param ? [param] : [];
    });
  const embedded =
    language === 'rust' ? [] : cls.bases.flatMap((b) => fieldsOf(program, lastOf(b), own, depth + 1));
  return [...embedded, ...fields];
};

export const isKnownType = (program: Program, type: string, at: At): boolean =>
  typeNamed(program, bareType(type), at) !== null;

/** A struct that is made from JSON says so in its tags; what a framework hands to its handlers has none. */
const isTagged = (program: Program, type: string, at: At, depth = 0): boolean => {
  const known = typeNamed(program, bareType(type), at);
  if (!known || depth > DEEPEST) return false;
  const inside: At = { ...at, site: { module: known.module, fns: [], cls: known.cls, given: null } };
  return (
    (depth === 0 && known.cls.fields.length + known.cls.bases.length === 0) ||
    known.cls.fields.some((f) => callsNamed(f.decorators, /^(?:json|jsonschema)$/).length > 0) ||
    known.cls.bases.some((b) => isTagged(program, lastOf(b), inside, depth + 1))
  );
};

/** Parameters of a handler that the framework fills in. */
const INJECTED =
  /\b(?:\w*Context|\w*Exchange|McpTransportContext|Sampling|Roots|Progress|McpLog|Cancellation|RequestId|RequestUri|Elicitation|McpConnection|RawMessage|CallToolRequest\w*|GetPromptRequest\w*|ReadResourceRequest\w*|ServerSession|Peer|RoleServer|Extensions|Extension|Parts|Meta|ToolContext|McpMeta|CancellationToken|Principal|HttpServletRequest)\b/;

/** The fields of a struct that holds the parameters; of one that is not known, that there may be some. */
const fieldsOrMore = (program: Program, type: string, at: At): Param[] => {
  const known = typeNamed(program, bareType(type), at);
  const isPlain = /^(?:\(\)|serde_json::|Value$|JsonObject$|Map<)/.test(bareType(type));
  return known || isPlain ? fieldsOf(program, type, at) : [MORE_PARAMS];
};

/** One parameter a value each (Java, rmcp's older form), or one struct that holds them. */
export const paramsOfHandler = (program: Program, params: readonly FnParam[], at: At): Param[] => {
  const { language } = at.site.module;
  return params.flatMap((p): Param[] => {
    if (/^_?(?:self|this|ctx|context)$/.test(p.name)) return [];
    const type = bareType(p.type);
    if (language === 'csharp' || language === 'php') {
      const own = typeNamed(program, typeHead(p.type), at);
      return isService(p) || (own && behaves(own.cls.methods)) ? [] : [attributedParam(program, p, at)];
    }
    if (language === 'java') {
      if (INJECTED.test(type) || namesOnly(p.decorators).some((n) => /^McpProgressToken|McpMeta$/.test(n)))
        return [];
      return [javaParam(program, p, at, 0)];
    }
    if (language === 'rust') {
      if (/\bParameters</.test(p.type) || callsNamed(p.decorators, /^tool$/).some((c) => has([c], 'aggr')))
        return fieldsOrMore(program, type, at);
      if (INJECTED.test(type)) return [];
      // `type P<T> = Parameters<T>`: what is in it says what it is.
      const inside = /^[A-Z]\w{0,30}<([\w:]{1,100})>$/.exec(type)?.[1];
      if (inside && !p.decorators && !/^(?:Arc|State|Extension|Option|Vec)\b/.test(type))
        return fieldsOrMore(program, inside, at);
      if (p.decorators)
        return [
          {
            ...(rustField(program, { ...p, value: null, at: at.expr.at }, '', at, 0) as Param),
            name: p.name,
          },
        ];
      return [];
    }
    return INJECTED.test(type) || !isTagged(program, type, at) ? [] : fieldsOf(program, type, at);
  });
};
