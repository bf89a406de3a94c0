import type { z } from 'zod';
import type { itemStrength, weaknessClass } from '../domain/evidence.ts';
import { plural } from '../text/plural.ts';

/** What any other tool said, in one shape. Texts are the tool's own and hold the target's: never trusted, never run. */
export type ToolResult = {
  tool: Tool;
  /** The tool's own id of the rule; '' when it names none. */
  rule: string;
  title: string;
  detail: string;
  /** The tool's own word for how grave it is; '' when it says nothing. */
  level: string;
  strength: z.infer<typeof itemStrength>;
  cwe: readonly string[];
  /** Set where the kind of tool says it better than a CWE could. */
  class?: z.infer<typeof weaknessClass>;
  checks?: readonly string[];
  /** Where it points, as the tool wrote it; null when it points nowhere. Lines are 1-based, null for the whole file. */
  place: { path: string; startLine: number | null; endLine: number | null } | null;
  /** The text the tool saw there; '' when it does not say. Shows whether it saw the commit we audit. */
  quoted: string;
  /** To be masked wherever it stands. */
  secrets: readonly string[];
};

export type Tool = { name: string; version: string };

/** Something the tool itself could not look at, or that we could not take from it: becomes a gap. */
export type ToolGap = { tool: Tool; title: string; detail: string };

export type ToolReport = {
  format: string;
  tools: Tool[];
  /** Gravest first, at most as many as a person could read; `total` counts all. */
  results: ToolResult[];
  total: number;
  gaps: ToolGap[];
  /** What the tool says it looked at, in words with counts. */
  searched: string;
  /** How many files, targets or packages that was; null when the format cannot say. */
  looked: number | null;
  /** Absolute folders that were the tree where the tool ran, as it says. */
  roots: string[];
  /** The commit the tool says it looked at; '' when it does not say. */
  revision: string;
};

/** A format, as a value: how it is told from others, and how it is read. */
export type Format = {
  id: string;
  title: string;
  recognises(outline: Outline): boolean;
  /** @throws NotJson, or FormatError when it is the right format and yet says nothing that could be read */
  read(bytes: Uint8Array): ToolReport;
};

/** The first look at a document: enough to tell whose it is. */
export type Outline = {
  kind: 'object' | 'array' | 'scalar';
  /** Of an object: its keys; of an array: the keys of its first element. */
  keys: ReadonlySet<string>;
  /** Keys of the first element of `results`. */
  resultKeys: ReadonlySet<string>;
};

/** It is this format, but this file of it cannot be read. The message is a clause: "its version is 1.0.0". */
export class FormatError extends Error {}

/** What is kept of a report. More is counted and told, never silently left out. */
export const MAX_RESULTS = 3000;

const RANK = { strong: 0, moderate: 1, weak: 2 } as const;

/** Keeps the gravest results of a stream of any length. */
export const keepGravest = (limit = MAX_RESULTS) => {
  const kept: Record<0 | 1 | 2, ToolResult[]> = { 0: [], 1: [], 2: [] };
  let total = 0;
  return {
    add: (result: ToolResult): void => {
      total += 1;
      const bucket = kept[RANK[result.strength]];
      if (bucket.length < limit) bucket.push(result);
    },
    results: (): ToolResult[] => [...kept[0], ...kept[1], ...kept[2]].slice(0, limit),
    total: (): number => total,
  };
};

/** How sure and how grave, from the words tools use for it. */
export const strengthOf = (...words: readonly string[]): ToolResult['strength'] => {
  for (const word of words) {
    if (/^(critical|high|error|strong)$/i.test(word)) return 'strong';
    if (/^(medium|moderate|warning|warn)$/i.test(word)) return 'moderate';
    if (/^(low|note|info|informational|style|none|negligible|unknown|undefined)$/i.test(word)) return 'weak';
  }
  return 'moderate';
};

export { plural };

/** Gaps of a stream of any length: the first ones in full, the others as a number. */
export const keepGaps = (limit = 100) => {
  const kept: ToolGap[] = [];
  let total = 0;
  return {
    add: (gap: ToolGap): void => {
      total += 1;
      if (kept.length < limit) kept.push(gap);
    },
    /** `tool` speaks for those that were not kept; `passedOver` counts parts of the file too large to be read. */
    gaps: (tool: Tool, passedOver: number): ToolGap[] => [
      ...kept,
      ...(total > kept.length
        ? [
            {
              tool,
              title: `${tool.name} could not look: ${plural(total - kept.length, 'more error')}`,
              detail: 'They stand in the imported file.',
            },
          ]
        : []),
      ...(passedOver > 0
        ? [
            {
              tool,
              title: `${plural(passedOver, 'part')} of the file too large or too deeply nested to be read`,
              detail: 'Read them by hand in the imported file: they may be results.',
            },
          ]
        : []),
    ],
  };
};
