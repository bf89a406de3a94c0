/**
 * What the flow engine knows of a program, the same for every language. A reader per language turns one parsed file into a
 * {@link Module}; the engine, the rules and the surface never see a syntax tree. Deliberately small: whatever does not
 * matter to the question "which value reaches which call" is an `other` with its parts, so that nothing a value passes
 * through is lost.
 */

/** 1-based, inclusive lines. */
export type Span = { line: number; endLine: number };

export type Expr = { at: Span } & (
  | { kind: 'name'; name: string }
  /** `object.property`, also `object?.property` and `object["literal"]`. */
  | { kind: 'member'; object: Expr; property: string }
  | { kind: 'index'; object: Expr; index: Expr }
  /** `new X()` too. `callee` is a name or member in the cases rules can speak of. */
  | { kind: 'call'; callee: Expr; args: Arg[]; isNew: boolean }
  /** Text put together: template literal, f-string, `+` with text, `%`, `.format`, `fmt.Sprintf`-like builders. */
  | { kind: 'text'; parts: Expr[] }
  /** `value` is the decoded text of a string, or the source text of any other literal; null for null/None/undefined. */
  | { kind: 'literal'; value: string | null; isString: boolean }
  | { kind: 'list'; items: Expr[] }
  /** Object or dictionary literal; `key` is '' for a computed one, '...' for a spread. */
  | { kind: 'record'; entries: { key: string; value: Expr }[] }
  | { kind: 'function'; fn: Fn }
  /** One of several values: conditional, `||`, `??`, `or`; also what passes through unchanged: await, cast, parentheses. */
  | {
      kind: 'choice';
      of: Expr[];
      /** What decides, for a conditional. */
      test?: Expr;
      /** `a && b` of languages in which that gives one of the two: the later are worked out where the earlier hold. */
      all?: true;
    }
  /** Comparison, membership or boolean test: its value does not carry the operands, but it may guard them. */
  | { kind: 'test'; operator: string; operands: Expr[] }
  | { kind: 'other'; parts: Expr[] }
);

/** `name` for keyword arguments; `spread` for `...x`, `*x`, `**x`. */
export type Arg = { name?: string; spread?: boolean; value: Expr };

/** Where a value goes: a name, a place in an object, or parts of it by destructuring (`path` is the property taken). */
export type Target =
  | { kind: 'name'; name: string }
  | { kind: 'place'; expr: Expr }
  | { kind: 'parts'; parts: { path: string; target: Target }[] };

export type Stmt = {
  at: Span;
} /** `adds`: `x += y` keeps what x held. `outer`: written, not declared, here: it may be a variable of the module. */ & (
  | { kind: 'assign'; target: Target; value: Expr; adds?: boolean; outer?: boolean }
  | { kind: 'expr'; value: Expr }
  | { kind: 'return'; value: Expr | null }
  | { kind: 'throw'; value: Expr | null }
  /** `break`, `continue`, `goto`: what follows in its block is not reached. */
  | { kind: 'jump' }
  | { kind: 'if'; test: Expr; then: Stmt[]; otherwise: Stmt[] }
  /** `target` takes the items of `over`; both null for `while`. */
  | { kind: 'loop'; target: Target | null; over: Expr | null; test: Expr | null; body: Stmt[] }
  | { kind: 'try'; body: Stmt[]; handlers: { name: string | null; body: Stmt[] }[]; last: Stmt[] }
  /** `switch`/`match`: the tests of a case are compared with `on`. */
  | { kind: 'switch'; on: Expr; cases: { tests: Expr[]; body: Stmt[] }[] }
  | { kind: 'function'; fn: Fn }
  | { kind: 'class'; cls: Class }
  | { kind: 'block'; body: Stmt[] }
);

export type Param = {
  name: string;
  /** Source text of the declared type; '' when there is none. */
  type: string;
  defaultValue: Expr | null;
  rest: boolean;
  /** `({ a, b })`: the properties taken, by the local name they get. */
  parts: { path: string; name: string }[];
  /** What is said of what a client may send: `@ToolParam(description = "…")`, `#[schemars(…)]`, `Annotated[str, Field(…)]`. */
  decorators?: Expr[];
};

/** `decorators` as of a parameter; a Go tag `json:"a" jsonschema:"b"` is one call for each of its keys. */
export type Field = {
  name: string;
  type: string;
  value: Expr | null;
  at: Span;
  decorators?: Expr[];
  doc?: string;
};

export type Fn = {
  /** '' for an anonymous one. */
  name: string;
  params: Param[];
  body: Stmt[];
  at: Span;
  /** Decorators and annotations, outermost first: `@mcp.tool(name="x")`, `@Tool`, `#[tool(description = "…")]`. */
  decorators: Expr[];
  /** Documentation that belongs to it (docstring, doc comment), plain text. */
  doc: string;
  isAsync: boolean;
  /**
   * What its body calls the object it belongs to, where that is neither `this` nor (Python, Rust) the first parameter:
   * the receiver of a Go method. A receiver is not among `params`.
   */
  receiver?: string;
};

/**
 * Go: a type with its fields, and one more Class of that name for methods written apart from it; Rust: `struct` and `impl`
 * likewise. The program joins classes of one name in one module or package. A constructor is a method named
 * `constructor` (JavaScript), `__init__` (Python), `<init>` (the others).
 */
export type Class = {
  name: string;
  /** Names of what it extends or implements. */
  bases: Expr[];
  methods: Fn[];
  /** Fields with their initial values. */
  fields: Field[];
  decorators: Expr[];
  doc: string;
  at: Span;
};

/**
 * One imported name. `module` as written (`node:fs`, `./db.js`, `..tools.files`, `github.com/mark3labs/mcp-go/mcp`);
 * `name` is what is imported from it: '*' for the module itself, 'default' for a default export.
 */
export type Import = { local: string; module: string; name: string; at: Span };

/** `local` is the module's own name for what it exports as `name`; `from` for re-exports. */
export type Export = { name: string; local: string; from: string | null };

/** A text literal by its offsets in the file, quotes and prefix included; `text` is decoded. */
export type Literal = {
  start: number;
  end: number;
  text: string;
  /** False when parts of it are computed. */
  complete: boolean;
};

/** What of a file is no code, each in order of the text; none stands in another. */
export type Marks = {
  comments: { start: number; end: number }[];
  literals: Literal[];
  /** Regular expressions that the language has literals for. */
  patterns: Literal[];
};

export type Module = {
  path: string;
  language: 'javascript' | 'python' | 'go' | 'java' | 'rust' | 'csharp' | 'php' | 'ruby' | 'kotlin';
  imports: Import[];
  exports: Export[];
  /** Top-level statements, functions and classes included, in order of the file. */
  body: Stmt[];
  /** Null when the parser gave nothing. */
  marks: Marks | null;
  /** Lines the parser could not make sense of; not empty means that something may be missed. */
  errors: Span[];
};

/** Reads one file. Never throws on any text: what cannot be read is in `errors`. */
export type Reader = {
  language: Module['language'];
  /** Endings of the files it reads, with the dot. */
  extensions: readonly string[];
  read(path: string, source: string): Module;
};
