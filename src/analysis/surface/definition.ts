import type { Expr, Fn } from '../sources/ir.ts';
import type { Call, Row, Site } from './program.ts';
import type { FoundEntry } from './surface-entry.ts';

/** What defines a tool, a resource or a prompt, by the expressions that say it. */
export type Definition = {
  kind: FoundEntry['kind'];
  call: Call | Row;
  site: Site;
  name: Expr;
  description: Expr | null;
  /** What may be a schema, most likely first. */
  schemas: readonly Expr[];
  annotations: Expr | null;
  /** Everything else it is given: options, handlers. */
  rest: readonly Expr[];
  /** The object that says all of it (JavaScript). */
  object?: Row;
  /** What it names as the function that does the work (Python). */
  fn?: Expr;
  /** A block that declares its parameters by calls (Ruby). */
  params?: Fn;
  /** What it is registered with (Python). */
  server?: Expr;
};
