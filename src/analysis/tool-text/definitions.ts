import type { Literal, Source } from '../sources/source.ts';
import type { FoundEntry } from '../surface/surface-entry.ts';

/** One text a client hands to the model, and where it stands. */
export type DefinitionText = {
  /** What it belongs to: a tool's name, or "the server". */
  owner: string;
  kind: 'tool' | 'prompt' | 'resource' | 'server' | 'text';
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

const MOST_JSON_TEXTS = 20_000;

/** Descriptions in a JSON document that tools are made from (OpenAPI, a manifest, a saved list). */
export const jsonTexts = (path: string, text: string): DefinitionText[] => {
  if (!/"(?:openapi|swagger|inputSchema|input_schema)"/.test(text)) return [];
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return [];
  }
  const found: DefinitionText[] = [];
  let cursor = 0;
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
  const stack: { value: unknown; name: string; depth: number }[] = [{ value: root, name: '', depth: 0 }];
  while (stack.length > 0 && found.length < MOST_JSON_TEXTS) {
    const { value, name, depth } = stack.pop()!;
    if (value === null || typeof value !== 'object' || depth > 60) continue;
    const own = value as Record<string, unknown>;
    const owner =
      typeof own.name === 'string' ? own.name : typeof own.operationId === 'string' ? own.operationId : name;
    for (const key of ['description', 'summary', 'title'])
      if (typeof own[key] === 'string' && (own[key] as string).length > 12) {
        const quoted = JSON.stringify(own[key]).slice(0, 80);
        let at = text.indexOf(quoted, cursor);
        if (at < 0) at = text.indexOf(quoted);
        if (at >= 0) cursor = at;
        const line = at < 0 ? 1 : lineAt(at);
        found.push({
          owner: owner || 'a definition',
          kind: 'text',
          part: key,
          text: own[key] as string,
          path,
          line,
          endLine: line,
        });
      }
    // Last in, first out: pushed backwards, so that texts come in the order of the document.
    for (const [key, child] of Object.entries(own).reverse())
      stack.push({ value: child, name: Array.isArray(value) ? owner : key, depth: depth + 1 });
  }
  return found;
};
