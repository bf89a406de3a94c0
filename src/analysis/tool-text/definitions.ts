import { lineFinder } from '../files/lines.ts';
import type { Literal, Source } from '../sources/source.ts';
import type { FoundEntry } from '../surface/surface-entry.ts';
import { mayOrder } from './loose-texts.ts';

/** One text a client hands to the model, and where it stands. */
export type DefinitionText = {
  /** What it belongs to: a tool's name, or "the server". */
  owner: string;
  /** `text` is a definition whose kind is not known, `answer` what is handed back, `loose` any text of the program. */
  kind: 'tool' | 'prompt' | 'resource' | 'server' | 'text' | 'answer' | 'loose';
  /** Which part of it: "description", "name", "parameter x". */
  part: string;
  text: string;
  path: string;
  line: number;
  endLine: number;
};

const valuesOf = (value: unknown, depth = 0): string[] =>
  typeof value === 'string'
    ? [value]
    : value !== null && typeof value === 'object' && depth < 4
      ? Object.values(value).flatMap((v) => valuesOf(v, depth + 1))
      : [];

/** Every text of an entry of the surface, names included. */
export const textsOfEntry = (e: FoundEntry): DefinitionText[] => {
  const at = { owner: e.name, kind: e.kind, path: e.path, line: e.line, endLine: e.endLine };
  const part = (name: string, text: string): DefinitionText => ({ ...at, part: name, text });
  return [
    part('name', e.certainty === 'dynamic' ? '' : e.name),
    part('description', e.description),
    ...valuesOf(e.annotations).map((t) => part('annotations', t)),
    ...(e.params ?? []).flatMap((p) => [
      part(`name of parameter ${p.name}`, p.name),
      part(`description of ${p.name}`, p.description),
      part(`constraints of ${p.name}`, p.constraints.join('\n')),
    ]),
  ].filter((t) => t.text !== '');
};

const before = (source: Source, l: Literal): string => source.bare.slice(Math.max(0, l.start - 80), l.start);

/** A literal that is handed over as a description or as the server's instructions, by what stands before it. */
const ROLES: readonly [RegExp, string, 'server' | 'text'][] = [
  [/\binstructions["']?\s*[:=]\s*[fFrRbB]?$/, 'instructions', 'server'],
  [/\bWithInstructions\(\s*$/, 'instructions', 'server'],
  [/\bwith_instructions\(\s*$/, 'instructions', 'server'],
  [/\b(?:With)?Description(?:\(|:)\s*$/, 'description', 'text'],
  [/\bdescription\s*(?:=|\()\s*$/, 'description', 'text'],
  [/\.__doc__\s*=\s*[fFrR]?$/, 'description set at run time', 'text'],
];

/** In Go, Rust and Java every description; in the others what the surface does not list. */
export const literalTexts = (source: Source): DefinitionText[] => {
  const read = source.language === 'script' || source.language === 'python';
  return source.literals.flatMap((l): DefinitionText[] => {
    if (l.text.length < 12) return [];
    const lead = before(source, l);
    const role = ROLES.find(([on]) => on.test(lead));
    if (!role || (read && role[1] === 'description')) return [];
    return [
      {
        owner: role[2] === 'server' ? 'the server' : 'a definition',
        kind: role[2],
        part: role[1],
        text: l.text,
        path: source.path,
        line: source.lineOf(l.start),
        endLine: source.lineOf(l.end),
      },
    ];
  });
};

/** Rust says a tool's description in the comment above it. */
export const rustDocTexts = (source: Source): DefinitionText[] => {
  if (source.language !== 'rust' || !/#\[tool\b/.test(source.text)) return [];
  const lines = source.text.split('\n');
  const found: DefinitionText[] = [];
  let doc: string[] = [];
  let from = 0;
  lines.forEach((line, i) => {
    const comment = /^\s*\/\/\/ ?(.*)/.exec(line);
    if (comment) {
      if (doc.length === 0) from = i + 1;
      doc.push(comment[1]!);
    } else if (/^\s*#\[tool\b/.test(line) && doc.length > 0)
      found.push({
        owner: 'a tool',
        kind: 'text',
        part: 'description',
        text: doc.join('\n'),
        path: source.path,
        line: from,
        endLine: i,
      });
    else if (!/^\s*#\[/.test(line)) doc = [];
  });
  return found;
};

const MOST_TEXTS = 20_000;
/** Keys under which a definition says what it is. */
const TELLING =
  /^(?:description|summary|title|instructions?|prompt|text|doc|docs|help|desc|about|usage|content|message)$/i;

/** Whether a document is one that tools are made from: an interface, a schema, a table of names and what they do. */
const definesTools = (text: string): boolean =>
  /["']?(?:openapi|swagger|inputSchema|input_schema|parameters)["']?\s{0,4}:/.test(text) ||
  (/["']?(?:name|id|title)["']?\s{0,4}:/.test(text) &&
    /["']?(?:description|desc|instructions?|prompt)["']?\s{0,4}:/.test(text));

/**
 * Texts of a document (JSON, YAML) that tools may be made from: an OpenAPI file, a manifest, a table of tools; of everything
 * else in it, what may order something. `root` is the document as it was parsed.
 */
export const documentTexts = (path: string, text: string, root: unknown): DefinitionText[] => {
  const defines = definesTools(text);
  const found: DefinitionText[] = [];
  let cursor = 0;
  const lineOf = lineFinder(text);
  const lineAt = (said: string): number => {
    // As JSON writes it, else its first words as they are.
    for (const words of [
      JSON.stringify(said).slice(1, 60).replace(/"$/, ''),
      said.trim().split('\n')[0]!.slice(0, 40),
    ]) {
      let at = words === '' ? -1 : text.indexOf(words, cursor);
      if (at < 0 && words !== '') at = text.indexOf(words);
      if (at >= 0) {
        cursor = at;
        return lineOf(at);
      }
    }
    return 1;
  };
  const stack: { value: unknown; key: string; name: string; depth: number }[] = [
    { value: root, key: '', name: '', depth: 0 },
  ];
  while (stack.length > 0 && found.length < MOST_TEXTS) {
    const { value, key, name, depth } = stack.pop()!;
    if (typeof value === 'string') {
      const told = defines && TELLING.test(key) && value.length > 12;
      if (!told && !mayOrder(value)) continue;
      const line = lineAt(value);
      found.push({
        owner: name || 'a definition',
        kind: told ? 'text' : 'loose',
        part: told ? key : 'text',
        text: value,
        path,
        line,
        endLine: line,
      });
      continue;
    }
    if (value === null || typeof value !== 'object' || depth > 60) continue;
    const own = value as Record<string, unknown>;
    const owner =
      typeof own.name === 'string' ? own.name : typeof own.operationId === 'string' ? own.operationId : name;
    // Last in, first out: pushed backwards, so that texts come in the order of the document.
    for (const [k, child] of Object.entries(own).reverse())
      stack.push({
        value: child,
        key: Array.isArray(value) ? key : k,
        name: typeof child === 'string' || Array.isArray(value) ? owner : k,
        depth: depth + 1,
      });
  }
  return found;
};
