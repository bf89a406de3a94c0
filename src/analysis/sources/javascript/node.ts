import type { Span } from '../ir.ts';

/** A Babel syntax node, as far as the reader needs to know it: its type, its place, and fields by name. */
// biome-ignore lint/suspicious/noExplicitAny: some 200 node types, of which each is read in one place by its name.
export type Node = { type: string; start: number; end: number; loc: any; [field: string]: any };

export const spanOf = (node: Node): Span => ({ line: node.loc.start.line, endLine: node.loc.end.line });
