import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { z } from 'zod';
import { duplicateKeys } from './yaml-parts.ts';

/** One thing wrong with a methodology file, in words a person can act on. `line` is 1-based. */
export type Problem = { file: string; path: string; line?: number; expected: string; found: string };

type Path = readonly PropertyKey[];

/** What a file held: the value when it has the right shape, and in any case where things stand in it. */
export type YamlFile<T> = {
  file: string;
  value: T | null;
  /** Plain data as read, whatever its shape; undefined when the text is no YAML. */
  raw: unknown;
  problems: Problem[];
  problem(path: Path, expected: string, found: string): Problem;
};

/** A section of 12 long checks has some 40 KB. Parsing time is bounded by this, and by nothing else. */
export const MAX_YAML_CHARS = 256 * 1024;
/** Anchors are a convenience for a repeated list; a file that needs more than this is an alias bomb. */
const MAX_ALIASES = 100;
/** Past this the rest is noise: the same mistake, or no methodology at all. */
const MAX_PROBLEMS_PER_FILE = 100;

/** `checks[2].finding.severity`; '' for the file as a whole. */
const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part),
    '',
  );

const shortened = (text: string, max = 60): string => {
  const characters = [...text.slice(0, 2 * max)];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
};

/** The node at `path`, or the nearest one above it that exists: a missing key is reported where it should stand. */
const nodeAt = (doc: Document, path: Path): Node | null => {
  let node: unknown = doc.contents;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(doc);
    if (!isCollection(node)) break;
    const pair = isMap(node) ? node.items.find((p) => isScalar(p.key) && String(p.key.value) === part) : null;
    const next = pair ? (pair.value ?? pair.key) : isMap(node) ? null : node.get(part as number, true);
    if (!next) break;
    node = next;
  }
  return node as Node | null;
};

const valueAt = (raw: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      value === null || typeof value !== 'object' ? undefined : (value as never)[part as never],
    raw,
  );

const foundText = (value: unknown, node: Node | null): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (typeof value === 'string') return value.trim() === '' ? 'empty text' : JSON.stringify(shortened(value));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  return `the ${typeof value} ${shortened(isScalar(node) && node.source ? node.source : String(value))}`;
};

const KINDS: Record<string, string> = {
  string: 'text',
  array: 'a list',
  object: 'a map',
  number: 'a number',
};
const UNITS: Record<string, string> = { string: ' characters', array: ' entries' };

const expectedText = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string' && Number(issue.minimum) === 1) return 'text that is not empty';
      return `${issue.exact ? 'exactly' : issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `${issue.exact ? 'exactly' : 'at most'} ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    default:
      return issue.message;
  }
};

/** Where a file is no readable YAML at all: nothing has a place in it. */
const unreadable = <T>(file: string, problems: Omit<Problem, 'file' | 'path'>[]): YamlFile<T> => ({
  file,
  value: null,
  raw: undefined,
  problems: problems.slice(0, MAX_PROBLEMS_PER_FILE).map((p) => ({ file, path: '', ...p })),
  problem: (path, expected, found) => ({ file, path: pathText(path), expected, found }),
});

/** Why `text` is not even handed to the parser; null when it may be. */
const noText = (text: string): Omit<Problem, 'file' | 'path'> | null => {
  if (text.length > MAX_YAML_CHARS)
    return { expected: `at most ${MAX_YAML_CHARS / 1024} KB`, found: `${Math.ceil(text.length / 1024)} KB` };
  // U+FFFD is what a byte that is no UTF-8 was read as.
  const bad = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/.exec(text);
  if (!bad) return null;
  return {
    line: text.slice(0, bad.index).split('\n').length,
    expected: 'plain UTF-8 text',
    found: `a byte or control character (U+${text.charCodeAt(bad.index).toString(16).toUpperCase().padStart(4, '0')})`,
  };
};

/**
 * Reads YAML 1.2 that nobody vouches for and holds it against `schema`. Never throws on any text: what is too large,
 * no text, no YAML, or of another shape comes back as problems with the line they stand on.
 */
export const readYaml = <T>(file: string, text: string, schema: z.ZodType<T>): YamlFile<T> => {
  const bad = noText(text);
  if (bad) return unreadable(file, [bad]);

  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  let doc: Document;
  let raw: unknown;
  try {
    doc = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: 'error',
    });
    const faults = [...doc.errors, ...doc.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
    // One unclosed bracket breaks all that follows: the first few faults tell.
    if (faults.length > 0)
      return unreadable(
        file,
        faults.slice(0, 3).map((f) => ({ line: lineAt(f.pos[0]), expected: 'valid YAML', found: f.message })),
      );
    const twice = duplicateKeys(doc);
    if (twice.length > 0)
      return unreadable(
        file,
        twice.map((d) => ({
          line: lineAt(d.offset),
          expected: 'each key once',
          found: `a second ${JSON.stringify(shortened(d.key))}`,
        })),
      );
    raw = doc.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // The parser throws on aliases beyond the limit or to nowhere, and may run out of stack on deep nesting.
    if (error instanceof ReferenceError)
      return unreadable(file, [
        { expected: `at most ${MAX_ALIASES} uses of aliases, each defined`, found: error.message },
      ]);
    if (error instanceof RangeError)
      return unreadable(file, [
        { expected: 'a few levels of nesting', found: 'nesting deeper than can be read' },
      ]);
    throw error;
  }

  const problem = (path: Path, expected: string, found: string): Problem => {
    const offset = nodeAt(doc, path)?.range?.[0];
    const where = { file, path: pathText(path) };
    return { ...where, ...(offset === undefined ? {} : { line: lineAt(offset) }), expected, found };
  };
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { file, value: parsed.data, raw, problems: [], problem };
  // Cut before looking for places, which takes time for each: a file may have as many faults as it has bytes.
  const problems = parsed.error.issues.slice(0, MAX_PROBLEMS_PER_FILE).flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys
        .slice(0, MAX_PROBLEMS_PER_FILE)
        .map((key) =>
          problem([...issue.path, key], 'a key the schema knows', JSON.stringify(shortened(key))),
        );
    const value = valueAt(raw, issue.path);
    const found = foundText(value, nodeAt(doc, issue.path));
    const length =
      typeof value === 'string' && issue.code === 'too_big' ? ` (${value.length} characters)` : '';
    // `id: 1.10` is the number 1.1 to YAML: the commonest slip in a file full of ordinals.
    const quote =
      issue.code === 'invalid_type' && issue.expected === 'string' && typeof value === 'number'
        ? ', quoted'
        : '';
    return [problem(issue.path, expectedText(issue) + quote, found + length)];
  });
  return { file, value: null, raw, problems: problems.slice(0, MAX_PROBLEMS_PER_FILE), problem };
};
