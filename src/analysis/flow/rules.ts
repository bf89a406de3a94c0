import { z } from 'zod';
import { itemStrength, sinkPosition, weaknessClass } from '../../domain/evidence.ts';
import { checkId, cweId } from '../../domain/methodology.ts';
import {
  callee,
  condition,
  grammar,
  language,
  originKind,
  pattern,
  position,
  sinkShape,
} from './rule-words.ts';

/**
 * The rules of the flow engine: what a weakness is. Data, one file a family, described in docs/adding-a-rule.md; which calls
 * of which library are its sinks stands in the models.
 */

const sink = z.strictObject({
  calls: z.array(callee).min(1),
  /** Default: the first. */
  argument: z.union([position, z.array(position)]).default(0),
  shape: sinkShape.default('any'),
  when: z.array(condition).default([]),
  /** The text it becomes part of, or the name it came in by, has to match: SQL words for a `query` of unknown objects. */
  hint: pattern.optional(),
  /** Where the value lands, whatever stands before it: a name for an order, a filter of a document store. */
  position: sinkPosition.optional(),
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
  /** Which part of the value may have been tested instead of the whole: `hostname`. By default none. */
  part: pattern.optional(),
  /** It guards by what it forbids: `-` at the beginning. */
  denies: z.boolean().optional(),
  /** It looks like a guard and is none: what begins with a scheme may name any host. */
  ignore: z.boolean().optional(),
  /** Why it does not hold what it promises. Without it the guard counts. */
  hole: z.string().optional(),
});

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
  /** In which position a value lands is read in this language; without one, no position is said. */
  grammar: grammar.optional(),
  origins: z.array(originKind).default(['tool', 'resource', 'prompt', 'http', 'message', 'stdin', 'caller']),
  /** Those of any language; what a library's own calls are stands in its model. */
  sinks: z.array(sink).default([]),
  /** All sinks of another rule of one shape, in a shape of its own. */
  sinksOf: z.strictObject({ rule: z.string(), from: sinkShape, shape: sinkShape }).optional(),
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
