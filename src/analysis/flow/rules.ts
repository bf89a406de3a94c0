import { z } from 'zod';
import { itemStrength, weaknessClass } from '../../domain/evidence.ts';
import { checkId, cweId } from '../../domain/methodology.ts';
import { type Problem, readYaml } from '../../domain/read-yaml.ts';

/** The rules of the flow engine: data, one file a family, described in docs/adding-a-rule.md. */

const language = z.enum(['javascript', 'python', 'go', 'java', 'rust']);

const pattern = z.string().refine(
  (text) => {
    try {
      new RegExp(text, 'i');
      return true;
    } catch {
      return false;
    }
  },
  { error: 'a regular expression' },
);

/**
 * A callee after imports are resolved: `child_process.exec`, `subprocess.run`, `*.query` (any object), `open` (built in),
 * `new *` (an object of any package), `/^run_?shell$/` (any callee whose last name matches), `text` (no call at all: a text
 * that is put together).
 */
const callee = z.union([
  z.string().regex(/^(?:new \*|(?:\*\.)?[\w$@/.()#*-]+)$/),
  z
    .string()
    .regex(/^\/.+\/$/)
    .refine((text) => pattern.safeParse(text.slice(1, -1)).success, { error: 'a regular expression' }),
]);

/** Which argument: position, name of a keyword argument, several of them, or `all`; `object` is what the method is called on. */
const position = z.union([z.number().int().nonnegative(), z.string()]);

const condition = z.strictObject({
  argument: position,
  /** A property of that argument when it is an options object; `item` for what a list begins with. */
  property: z.string().optional(),
  /** Its constant text has to match; what is not constant does not. `not` turns that round. */
  matches: pattern.optional(),
  not: pattern.optional(),
});

export const shape = z.enum([
  /** Reaching it in whatever form is enough. */
  'any',
  /** Part of a text that was put together. */
  'joined',
  /** An item of an argument list that may begin with a dash: no text before it, no `--` in the list before it. */
  'option',
  /** Decides which host a URL names. */
  'host',
  /** An item of an argument list that an option before it makes the name of a file: `-f`, `--from-file=`. */
  'file-option',
]);

const sink = z.strictObject({
  calls: z.array(callee).min(1),
  /** Default: the first. */
  argument: z.union([position, z.array(position)]).default(0),
  shape: shape.default('any'),
  when: z.array(condition).default([]),
  /** The text it becomes part of, or the name it came in by, has to match: SQL words for a `query` of unknown objects. */
  hint: pattern.optional(),
  /** Callees that only look like it, by their path. */
  except: pattern.optional(),
  languages: z.array(language).optional(),
});

const guardKind = z.enum([
  'equals',
  'member',
  'pattern',
  'prefix',
  'suffix',
  'contains',
  'relative',
  'check',
  'schema',
]);

const guard = z.strictObject({
  kind: guardKind,
  /** What it is compared with, or the name of the checking function. */
  matches: pattern.optional(),
  /** Only for inputs whose name matches: what guards a table's name does not guard a whole statement. */
  input: pattern.optional(),
  /** Why it does not hold what it promises. Without it the guard counts. */
  hole: z.string().optional(),
});

const originKind = z.enum(['tool', 'resource', 'prompt', 'http', 'remote', 'file', 'environment', 'caller']);

const sample = z.strictObject({
  language,
  /** File name of the sample; by default one of its language. */
  code: z.string().min(1),
  /** What the rule has to say: a lead of that strength, or none. */
  finds: z.union([itemStrength, z.literal('nothing')]),
});

export const rule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  class: weaknessClass,
  cwe: z.array(cweId).min(1),
  checks: z.array(checkId).min(1),
  /** Of an unguarded flow from a tool. */
  strength: itemStrength,
  /** In words: what an auditor has to judge. Ends up in the evidence. */
  title: z.string().min(1),
  about: z.string().min(1),
  languages: z.array(language).optional(),
  origins: z.array(originKind).default(['tool', 'resource', 'prompt', 'http', 'caller']),
  sinks: z.array(sink).min(1),
  guards: z.array(guard).default([]),
  /** Whether one check in a helper that many doors share would mend all of them: then they are one lead. */
  sharedCause: z.boolean().default(false),
  /** Functions whose result is harmless here, by path, bare name, or `/regular expression/` over the path. */
  sanitizers: z.array(z.string()).default([]),
  samples: z.array(sample).min(2),
});

export const ruleFile = z.strictObject({ rules: z.array(rule).min(1) });

export type Rule = z.infer<typeof rule>;
export type Sink = Rule['sinks'][number];
export type Condition = z.infer<typeof condition>;

/** One sink of one rule, with its expressions compiled. */
export type SinkRule = {
  rule: Rule;
  sink: Sink;
  /** Full paths, and those of any object without `*.`. */
  exact: ReadonlySet<string>;
  suffixes: readonly string[];
  arguments: readonly (number | string)[];
  hint: RegExp | null;
  except: RegExp | null;
};

export type RuleIndex = {
  rules: readonly Rule[];
  /** By the last name of the callee. */
  sinks: ReadonlyMap<string, readonly SinkRule[]>;
  /** Those that give a pattern for the last name. */
  patterns: readonly { matches: RegExp; entry: SinkRule }[];
  /** What `patterns` gave for a name, once asked. */
  byPattern: Map<string, readonly SinkRule[]>;
  /** First names of whole paths: what the rules know by name. */
  roots: ReadonlySet<string>;
};

export const lastName = (path: string): string => {
  const bare = path.endsWith('()') ? path.slice(0, -2) : path;
  const end = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf('/'));
  return end < 0 ? bare : bare.slice(end + 1);
};

/** A file's rules one by one: what is wrong with one of them is no reason to lose the others. */
const rulesApart = z.looseObject({ rules: z.array(z.unknown()) });

/**
 * Rules of all files, in the order of file and place. A later rule of the same id takes the place of an earlier one. A rule
 * that is not in shape is left out, and a problem says where it stands.
 */
export const parseRules = (
  files: ReadonlyMap<string, string>,
): { rules: readonly Rule[]; problems: readonly Problem[] } => {
  const rules = new Map<string, Rule>();
  const problems: Problem[] = [];
  for (const [name, text] of files) {
    const read = readYaml(name, text, ruleFile);
    problems.push(...read.problems);
    const usable =
      read.value?.rules ??
      (rulesApart.safeParse(read.raw).data?.rules ?? []).flatMap((r) => rule.safeParse(r).data ?? []);
    for (const r of usable) rules.set(r.id, r);
  }
  return { rules: [...rules.values()], problems };
};

export const indexRules = (rules: readonly Rule[]): RuleIndex => {
  const sinks = new Map<string, SinkRule[]>();
  const patterns: RuleIndex['patterns'][number][] = [];
  const isPattern = (c: string): boolean => c.startsWith('/');
  for (const rule of rules)
    for (const sink of rule.sinks) {
      const entry: SinkRule = {
        rule,
        sink,
        exact: new Set(sink.calls.filter((c) => !c.startsWith('*.'))),
        suffixes: sink.calls.filter((c) => c.startsWith('*.')).map((c) => c.slice(1)),
        arguments: Array.isArray(sink.argument) ? sink.argument : [sink.argument],
        hint: sink.hint === undefined ? null : new RegExp(sink.hint, 'i'),
        except: sink.except === undefined ? null : new RegExp(sink.except, 'i'),
      };
      for (const c of sink.calls.filter(isPattern))
        patterns.push({ matches: new RegExp(c.slice(1, -1), 'i'), entry });
      for (const name of new Set(sink.calls.filter((c) => !isPattern(c)).map(lastName))) {
        const held = sinks.get(name) ?? [];
        held.push(entry);
        sinks.set(name, held);
      }
    }
  const exact = rules.flatMap((r) =>
    r.sinks.flatMap((s) => s.calls.filter((c) => !c.startsWith('*.') && !isPattern(c))),
  );
  return {
    rules,
    sinks,
    patterns,
    byPattern: new Map(),
    roots: new Set(exact.map((c) => /^[\w$]+/.exec(c)?.[0] ?? c)),
  };
};

/** `path` as rules name it: without `node:`, and with what a module's own default export adds left out. */
export const sinksOf = (index: RuleIndex, path: string, language: string): readonly SinkRule[] => {
  const name = lastName(path);
  let matched = index.byPattern.get(name);
  if (!matched) {
    matched = index.patterns.filter((p) => p.matches.test(name)).map((p) => p.entry);
    index.byPattern.set(name, matched);
  }
  const named = index.sinks.get(name);
  if (!named && matched.length === 0) return [];
  const speaks = (s: SinkRule): boolean =>
    (!s.rule.languages || s.rule.languages.includes(language as never)) &&
    (!s.sink.languages || s.sink.languages.includes(language as never));
  const exact = (named ?? []).filter(
    (s) =>
      (s.exact.has(path) ||
        s.suffixes.some((x) => path.endsWith(x)) ||
        // `import java.nio.file.*` does not say whose class it is.
        (language === 'java' && /^[A-Z]/.test(path) && [...s.exact].some((x) => x.endsWith(`.${path}`)))) &&
      speaks(s),
  );
  return matched.length === 0 ? exact : [...exact, ...matched.filter((s) => !exact.includes(s) && speaks(s))];
};
