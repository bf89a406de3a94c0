import type { Class, Fn, Module } from '../sources/ir.ts';

/** What the engine knows of a value while it walks the program: where it may come from, and what it may be. */

export type Place = { path: string; line: number };

/** A test of something else that a place is reached under, and how it came out there. */
export type Condition = Place & { holds: boolean };

export type OriginKind =
  | 'tool'
  | 'resource'
  | 'prompt'
  | 'http'
  /** A message of a raw connection: socket, WebSocket, worker, extension. */
  | 'message'
  | 'stdin'
  | 'remote'
  | 'file'
  | 'environment'
  /** The command line. */
  | 'argument'
  | 'caller';

/** A door of the program: one tool, route, variable, file read. `name` is what people call it, '' when unknown. */
export type Origin = { id: number; kind: OriginKind; name: string; at: Place };

/** Where a tainted value began: at a door, or in a parameter of the function being summarised (`-1` is its object). */
export type Source =
  | { kind: 'origin'; origin: Origin; path: readonly string[] }
  | { kind: 'param'; frame: number; index: number; path: readonly string[] };

export type GuardKind =
  | 'equals'
  | 'member'
  | 'pattern'
  | 'prefix'
  | 'suffix'
  | 'contains'
  | 'relative'
  | 'check'
  | 'schema'
  /** A call it was handed to that nobody looked into and whose answer decides, or is not asked for: it may be a check. */
  | 'passed';

/**
 * A test a value met on its way. `detail`: the literal or regular expression it was compared with, the name of the
 * function that checked it; for a prefix `separator` when the compared text ends at a boundary.
 */
export type Guard = {
  kind: GuardKind;
  detail: string;
  at: Place;
  /** The part of the value that was tested, where it was not the whole: `extname`, `protocol`. */
  part?: string;
  /** Whether what passes is what the test is false of: a list of what is forbidden. Not there where that is not known. */
  denies?: boolean;
  /** It stands inside a condition that says nothing of the value: a setting, or another test there, decides whether it is asked. */
  conditional?: Place & { isSetting: boolean };
  /** Where the function that checks is written: what there is to prove. */
  defined?: Place;
  /** What was tested was a path with all links in it followed. */
  resolved?: true;
};

/** Places a value went through, last first. */
export type Trail = { at: Place; before: Trail | null; length: number };

export type Taint = {
  source: Source;
  key: string;
  trail: Trail | null;
  guards: readonly Guard[];
  /** Functions it went through that made something else of it, by their paths. */
  passed: readonly string[];
  /** Text in front of it where it is part of a longer one; U+0000 stands for what is not known. */
  prefix: string;
  /** Part of a text that was put together. */
  joined: boolean;
  /** A text or a number by its declared type: it has no members that hold anything else. */
  plain?: true;
  /** Something was made of it that may have members of its own: what a text holds that was parsed. */
  opened?: true;
  /** Something that was looked up under it, by an object nobody knows: what that has is not what it was looked up by. */
  looked?: true;
  /** A path with all links in it followed. */
  resolved?: true;
  /** It lay in a field or a variable from one request to another: whoever looks at the sink does not see where it began. */
  kept?: true;
  /** Part of something that a call put together, a path, a list: what stands before it is not known then. */
  part: boolean;
};

/** A test of a value, by the key of its source: it guards where the test's outcome decides. */
export type Tested = {
  source: Source;
  /** The source, as a key. */
  key: string;
  guard: Guard;
  /** Whether the guard's statement is true when the whole test is; null where that is not known. */
  holds: boolean | null;
  /** Said of the answer as a whole: one of its parts need not be what it decided. */
  whole?: true;
};

export type Ref =
  | {
      kind: 'function';
      fn: FnInfo;
      scope: Scope | null;
      self: Value | null;
      /** Arguments that were bound to it: they come before those of a call. */
      given?: readonly { name?: string; spread?: boolean; value: Value }[];
    }
  | { kind: 'class'; cls: ClassInfo }
  | { kind: 'object'; cls: ClassInfo }
  | { kind: 'module'; module: ModuleInfo }
  | { kind: 'external'; path: string };

export type Value = {
  taints: readonly Taint[];
  refs: readonly Ref[];
  fields: ReadonlyMap<string, Value> | null;
  /** In order, as far as known. */
  items: readonly Value[] | null;
  literal: string | null;
  /** Fixed parts of a text, `?` for the others: what kind of text it is. */
  words: string;
  tests: readonly Tested[];
};

export type ModuleInfo = { module: Module; scope: Scope };

export type FnInfo = {
  id: number;
  fn: Fn;
  module: ModuleInfo;
  cls: ClassInfo | null;
  /** What callers pass, as far as it is functions, objects and modules: found in the first round, used in the next. */
  given: Value[];
};

export type ClassInfo = {
  cls: Class;
  module: ModuleInfo;
  methods: Map<string, FnInfo>;
  /** What is stored in its fields anywhere, as far as it is functions, objects and modules. */
  fields: Map<string, Value>;
};

export type Scope = {
  vars: Map<string, Value>;
  parent: Scope | null;
  /** What functions wrote into its variables, kept from one round to the next. */
  kept?: Map<string, Value>;
};
