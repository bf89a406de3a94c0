import type { EvidenceItem, Surface, SurfaceTool } from '../../domain/evidence.ts';
import { reachedByTool } from '../../domain/surface.ts';
import { argumentsFor } from '../client/arguments.ts';
import { list, record } from '../client/protocol.ts';

/** Which tool is called, and into which of its parameters a canary goes. */
export type Aim = {
  tool: string;
  /** Path of the parameter: `options.path`. */
  parameter: string;
  /** The call with a value there, the rest being the least that the schema accepts. */
  with(value: string): Record<string, unknown>;
};

type LiveTool = { name: string; definition: Record<string, unknown> };

const isText = (schema: Record<string, unknown>): boolean => {
  if (Array.isArray(schema.enum) || 'const' in schema) return false;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes('string')) return true;
  const choices = [...list(schema.anyOf), ...list(schema.oneOf)].map(record);
  return choices.some(isText) || (schema.type === undefined && choices.length === 0);
};

/** Parameters that take text, one level deep, and lists of texts. */
type TextParameter = { path: string[]; inList: boolean };
const textParameters = (inputSchema: unknown): TextParameter[] => {
  const properties = Object.entries(record(record(inputSchema).properties));
  return properties.flatMap(([name, schema]): TextParameter[] => {
    const s = record(schema);
    if (s.type === 'array') return isText(record(s.items)) ? [{ path: [name], inList: true }] : [];
    if (s.type === 'object')
      return Object.entries(record(s.properties)).flatMap(([inner, t]) =>
        isText(record(t)) ? [{ path: [name, inner], inList: false }] : [],
      );
    return isText(s) ? [{ path: [name], inList: false }] : [];
  });
};

const TYPES: readonly (readonly [RegExp, Record<string, unknown>])[] = [
  [/^(?:number|int(?:eger)?|float|bigint)\b/i, { type: 'number' }],
  [/^bool/i, { type: 'boolean' }],
  [/^(?:array|list|set|tuple|\[)|\[\]$/i, { type: 'array', items: { type: 'string' } }],
  [/^(?:object|dict|record|map)\b/i, { type: 'object' }],
];

/** What a tool takes as it says itself; where it says nothing, as its source does: a schema is lost where versions disagree. */
const schemaOf = (tool: LiveTool, surface: Surface): unknown => {
  const schema = record(tool.definition.inputSchema);
  if (Object.keys(record(schema.properties)).length > 0) return schema;
  const params = surface.tools.find((t) => t.name === tool.name)?.params ?? [];
  return {
    type: 'object',
    properties: Object.fromEntries(
      params.map((p) => {
        const one =
          p.constraints
            .find((c) => c.startsWith('one of '))
            ?.match(/[\w.-]+/g)
            ?.slice(2) ?? [];
        return [
          p.name,
          one.length > 0 ? { enum: one } : (TYPES.find(([t]) => t.test(p.type))?.[1] ?? { type: 'string' }),
        ];
      }),
    ),
    required: params.filter((p) => !p.constraints.includes('optional')).map((p) => p.name),
  };
};

const placed = (
  base: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> => {
  const [first = '', ...rest] = path;
  return { ...base, [first]: rest.length === 0 ? value : placed(record(base[first]), rest, value) };
};

/** Words of a lead that may be the name of a parameter: those of its flow. */
const wordsOf = (item: EvidenceItem): Set<string> =>
  new Set([item.title, item.detail, ...item.flow.map((s) => s.text)].join(' ').match(/[A-Za-z_]\w*/g) ?? []);

const MOST_TOOLS = 16;
const MOST_TOOLS_OF_ALL = 8;
const MOST_PARAMETERS = 4;

const extension = (path: string): string =>
  path.slice(path.lastIndexOf('.') + 1).replace(/^[cm]?[jt]sx?$/, 'js');

/** A place that no tool was seen to lead to, and that nothing but a tool was seen to lead to either. */
const mayBeAnyTool = (item: EvidenceItem): boolean =>
  ['path-traversal', 'ssrf', 'information-disclosure'].includes(item.class) &&
  item.location !== null &&
  [undefined, 'tool', 'caller'].includes(item.standing?.wayIn);

/** Tools written in the language of the place: another language is another program. */
const sameServer = (item: EvidenceItem, surface: Surface, live: readonly LiveTool[]): string[] => {
  const own = surface.tools.filter((t) => extension(t.path) === extension(item.location?.path ?? ''));
  return live.map((t) => t.name).filter((n) => own.some((t) => t.name === n));
};

/**
 * The calls that may reach a lead: tools whose input was seen to reach it, parameters its flow names first. A tool of which
 * the running server says nothing cannot be called.
 */
export const aimsOf = (
  item: EvidenceItem,
  surface: Surface,
  live: readonly LiveTool[],
): { aims: Aim[]; guessed: boolean } => {
  const reaching = [...reachedByTool(surface.tools, [item])]
    .filter(([, reached]) => reached.length > 0)
    .map(([t]) => t.name);
  const titled = live.map((t) => t.name).filter((n) => n.length > 3 && item.title.includes(n));
  // What nothing stands before comes first.
  const named = [...(item.doors ?? [])]
    .sort((a, b) => Number(a.guarded) - Number(b.guarded))
    .map((d) => d.name);
  const at = item.location;
  const inHandler = (t: SurfaceTool): boolean =>
    at !== null &&
    (t.handler?.path ?? t.path) === at.path &&
    (t.handler === null ||
      (at.startLine <= t.handler.endLine + 1 && at.endLine >= Math.min(t.line, t.handler.startLine) - 1));
  const near = surface.tools.filter(inHandler).map((t) => t.name);
  const mentioned = live
    .map((t) => t.name)
    .filter((n) => n.length > 3 && `${item.title} ${item.detail}`.includes(n));
  const names = [...new Set([...titled, ...named, ...reaching, ...near, ...mentioned])].filter((n) =>
    live.some((t) => t.name === n),
  );
  const all = names.length === 0 && mayBeAnyTool(item) ? sameServer(item, surface, live) : [];
  const chosen = names.length > 0 ? names.slice(0, MOST_TOOLS) : all.slice(0, MOST_TOOLS_OF_ALL);
  const words = wordsOf(item);
  const aims = chosen.flatMap((name): Aim[] => {
    const tool = live.find((t) => t.name === name);
    if (!tool) return [];
    const schema = schemaOf(tool, surface);
    const base = argumentsFor(schema);
    return textParameters(schema)
      .sort((a, b) => Number(words.has(b.path.at(-1)!)) - Number(words.has(a.path.at(-1)!)))
      .slice(0, MOST_PARAMETERS)
      .map((p) => ({
        tool: name,
        parameter: p.path.join('.'),
        with: (value) => placed(base, p.path, p.inList ? [value] : value),
      }));
  });
  return { aims, guessed: all.length > 0 };
};
