import { z } from 'zod';
import { sinkPosition } from '../../domain/evidence.ts';
import { callee, condition, language, originKind, pattern, position, sinkShape } from './rule-words.ts';

/**
 * What one library does with values: data, one file a library and language in checklists/models, described in
 * docs/adding-a-model.md. The engine reads these and knows no library itself.
 */

/**
 * What a parameter of a handler receives: `input`, everything the client sends; `each`, one input a parameter, by its
 * name, from here on; `request`, a protocol request around the arguments; `nothing`, what the framework brings;
 * `name`, the name of what is called; else the path of a type.
 */
const gives = z.string().min(1);

const door = z.strictObject({
  /**
   * What is looked at: a call with a handler among its arguments (default); a decorator or annotation of a function; a class by
   * what it extends; a literal record with a handler in it; a place a function is stored in; what a file exports.
   */
  on: z.enum(['call', 'decorator', 'class', 'record', 'place', 'export']).default('call'),
  /** Paths, as of sinks. A class: what it extends. A record: the keys one of which holds the handler. An export: its names. */
  at: z.array(callee).min(1),
  kind: originKind,
  when: z.array(condition).default([]),
  /** Where the handler is; default the last function given. A name of an argument or of a key of an options object, too. */
  handler: z.array(position).optional(),
  /** Of a class or an object given as handler, and of a class that is one: the methods that are entered. */
  methods: z.array(z.string().min(1)).default([]),
  gives: z.array(gives).optional(),
  /** A fixed name, where the door has none of its own. */
  called: z.string().optional(),
  /** A record or class has to have one of these keys or members beside. */
  beside: z.array(z.string().min(1)).default([]),
  /** A class: what its own name has to match. An export: what the path of the file has to match. */
  named: pattern.optional(),
});

const typeRow = z.strictObject({
  /** What a value of this type is at a door: the framework's own (`context`), or what a client sent (`request`). */
  is: z.enum(['context', 'request', 'plain']).default('plain'),
  /** A function that takes one is a door of this kind, whoever registers it. */
  door: originKind.optional(),
  /** Functions of these names take one to send it: the transport of a client, no door. */
  sent: z.array(z.string().min(1)).default([]),
  /** Members of a request that the client does not decide. */
  clean: z.array(z.string().min(1)).default([]),
  /** Members and calls whose result is of this type again: `parent`, `expanduser()`. */
  same: z.array(z.string().min(1)).default([]),
  /** Members and calls whose result is of another type, by its path. */
  gives: z.record(z.string(), z.string()).default({}),
  /** An operator on it makes one of it: `Path(a) / b`. */
  operators: z.boolean().default(false),
  /** What it begins with is compared part by part, as of paths that are no texts: /data-evil does not begin with /data. */
  parts: z.boolean().default(false),
});

const source = z.strictObject({
  /** Calls whose result comes from outside, or `members` that hold it. */
  calls: z.array(callee).default([]),
  members: z.array(callee).default([]),
  kind: originKind,
  /** The argument whose text names it: the variable of an environment. */
  name: position.optional(),
});

const carrier = z.strictObject({
  calls: z.array(callee).min(1),
  /**
   * What comes out: `clean`, nothing an attacker could say anything with; `same`, what went in, unchanged or only cut;
   * `first`, the first argument itself; `held`, the field of the object that the first argument names; `object`, the object it
   * was called on, of the same type; `derived`, something else made of what went in, known not to be closer to a sink;
   * `member`, what the first argument has under the name of the second.
   */
  result: z.enum(['clean', 'same', 'first', 'held', 'object', 'derived', 'member', 'changed']).optional(),
  /**
   * What is changed: `object` takes up the arguments, `arguments` are filled from the object and each other, `member` is what
   * the second argument names of the first, and becomes the third.
   */
  into: z.enum(['object', 'arguments', 'member']).optional(),
  /** A function among the arguments is called: with these arguments, or with the items of a list at that position. */
  runs: z.strictObject({ function: position, with: z.union([z.array(position), z.string()]) }).optional(),
});

export const modelSink = z.strictObject({
  /** Id of the rule whose weakness it is. */
  rule: z.string().min(1),
  calls: z.array(callee).min(1),
  argument: z.union([position, z.array(position)]).default(0),
  shape: sinkShape.default('any'),
  when: z.array(condition).default([]),
  hint: pattern.optional(),
  except: pattern.optional(),
  /** Where the value lands, whatever stands before it; else the rule's grammar reads it. */
  position: sinkPosition.optional(),
  /** A whole statement with `VALUE` in it, where one cannot be made of the call's path: for the generated programs. */
  example: z.string().optional(),
});

/** A function of the library that makes a value harmless, or proves it, for these rules and no other. */
const guardRow = z.strictObject({
  closes: z.array(z.string().min(1)).min(1),
  calls: z.array(callee).min(1),
  /** Why it does not hold what it promises. */
  hole: z.string().optional(),
  example: z.string().optional(),
});

const modelSample = z.strictObject({
  /** Id of the rule that has to say something of strength `strength` (any when left out), or nothing. */
  hit: z.string().optional(),
  quiet: z.string().optional(),
  strength: z.enum(['strong', 'moderate', 'weak']).optional(),
  code: z.string().min(1),
});

export const model = z.strictObject({
  library: z.string().min(1),
  language,
  /** Modules under which it is imported. */
  imports: z.array(z.string().min(1)).default([]),
  /** Another name for a path: `fastapi.Request: starlette.requests.Request`. */
  aliases: z.record(z.string(), z.string()).default({}),
  types: z.record(z.string(), typeRow).default({}),
  doors: z.array(door).default([]),
  sources: z.array(source).default([]),
  carriers: z.array(carrier).default([]),
  sinks: z.array(modelSink).default([]),
  guards: z.array(guardRow).default([]),
  samples: z.array(modelSample).default([]),
});

export type Model = z.infer<typeof model>;
export type DoorRow = z.infer<typeof door>;
export type TypeRow = z.infer<typeof typeRow>;
export type SourceRow = z.infer<typeof source>;
export type CarrierRow = z.infer<typeof carrier>;
export type GuardRow = z.infer<typeof guardRow>;
export type ModelSample = Model['samples'][number];
