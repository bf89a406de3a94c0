/** A parameter of a tool, as its schema or its function states it. */
export type Param = {
  name: string;
  type: string;
  constraints: string[];
  description: string;
  /** It stands for parameters that are taken over from somewhere that was not read. */
  more?: true;
};

export const MORE_PARAMS: Param = {
  name: '…',
  type: 'unknown',
  constraints: [],
  description: '',
  more: true,
};

/** What a reader of one language found; the collector merges languages and turns this into evidence. */
export type FoundEntry = {
  kind: 'tool' | 'prompt' | 'resource';
  /** For `dynamic` entries what computes the name, in angle brackets. */
  name: string;
  certainty: 'literal' | 'derived' | 'dynamic';
  path: string;
  line: number;
  endLine: number;
  /** Where the literal stands that says the name, as `path:line`: a definition and its registration share it. */
  nameAt: string;
  description: string;
  /** The description (or a part of it) is computed, or comes from elsewhere: what computes it. */
  descriptionFrom: string | null;
  /** null when the schema could not be read. */
  params: Param[] | null;
  annotations: Record<string, unknown>;
  handler: { path: string; startLine: number; endLine: number } | null;
  /** A dynamic name that only repeats the name of definitions made elsewhere (`tool.name`). */
  relisted: boolean;
};

export type Transport = {
  kind: 'stdio' | 'http' | 'sse' | 'websocket' | 'unknown';
  path: string;
  line: number;
};

export type ScannedSurface = {
  entries: FoundEntry[];
  /** Definitions that nothing refers to. */
  unused: FoundEntry[];
  transports: Transport[];
  /** Places that answer `tools/list` by hand. */
  listHandlers: { path: string; line: number }[];
  /** There were more definitions than any server has; the rest was not read. */
  truncated: boolean;
};

/** The largest servers known have a few hundred. */
export const MOST_ENTRIES = 3000;

/** What the specification allows in a tool's name, wide enough for the names seen in practice. */
export const TOOL_NAME = /^[A-Za-z0-9_][A-Za-z0-9_./:@-]{0,127}$/;

export const emptyScan = (): ScannedSurface => ({
  entries: [],
  unused: [],
  transports: [],
  listHandlers: [],
  truncated: false,
});
