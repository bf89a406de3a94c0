import type { z } from 'zod';
import type { itemStrength, weaknessClass } from '../../domain/evidence.ts';
import type { Module } from '../sources/ir.ts';
import type { Language, Source } from '../sources/source.ts';

/** A place a rule points at. Offsets are into the source's text; `say` goes into the item's detail. */
export type Match = {
  source: Source;
  start: number;
  end?: number;
  say?: string;
  strength?: z.infer<typeof itemStrength>;
  /** Where the same weakness is of another class, as a network listener behind authentication. */
  class?: z.infer<typeof weaknessClass>;
};

/** The sources below one manifest: what they do together decides what one of them means. */
export type Package = {
  folder: string;
  sources: readonly Source[];
  /** What their readers made of them, by path; a file in a language without a reader has none. */
  modules: ReadonlyMap<string, Module>;
  transports: { stdio: Match[]; network: Match[] };
  /** Something in the package asks for or checks credentials of callers. */
  authenticates: boolean;
  /** Text of the package's manifest and lock files, cut to a bound. */
  manifest: string;
};

/**
 * One weakness that can be seen without following data. `find` gets a package and returns places; the collector merges
 * places with one root cause: per `file`, or per `package`.
 */
export type Rule = {
  id: string;
  kind: 'lead' | 'strength' | 'fact';
  strength: z.infer<typeof itemStrength>;
  class: z.infer<typeof weaknessClass>;
  cwe: readonly string[];
  checks: readonly string[];
  languages: readonly Language[];
  /** One line for the list: what is so, not what to do. */
  title: string;
  /** What it may mean; published with a finding that rests on it. */
  detail?: string;
  /** What the auditor is to look at to decide: shown, never published. */
  advice?: string;
  merge: 'file' | 'package' | 'place';
  /** So common, and so seldom a weakness, that places which are weak are listed as a fact and not put before the auditor. */
  weakIsFact?: true;
  find(pack: Package): Match[];
};

/** A place by its lines, as rules over a module give it. */
export type Found = { line: number; endLine: number } & Pick<Match, 'say' | 'strength' | 'class'>;

/** Applies a function of one module to those of a package: what reads code by its structure instead of its text. */
export const inEachModule =
  (find: (module: Module, pack: Package) => Found[]) =>
  (pack: Package): Match[] =>
    pack.sources.flatMap((source) => {
      const module = pack.modules.get(source.path);
      if (!module) return [];
      const starts = lineStarts(source.text);
      return find(module, pack).flatMap(({ line, endLine, ...more }): Match[] => {
        const start = starts[line - 1];
        // What the source leaves blank (tests beside the code) is not the server's.
        if (
          start === undefined ||
          source.code.slice(start, starts[endLine] ?? source.code.length).trim() === ''
        )
          return [];
        return [
          {
            source,
            start: start + indentAt(source.text, start),
            end: (starts[endLine] ?? source.text.length) - 1,
            ...more,
          },
        ];
      });
    });

const lineStarts = (text: string): number[] => {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
};

const indentAt = (text: string, start: number): number => {
  let i = start;
  while (text[i] === ' ' || text[i] === '\t') i++;
  return i - start;
};

const ALL: readonly Language[] = [
  'script',
  'python',
  'go',
  'rust',
  'java',
  'csharp',
  'php',
  'ruby',
  'kotlin',
];
export const everyLanguage = ALL;

/** Applies a function of one source to those of a package in the rule's languages. */
export const inEach =
  (languages: readonly Language[], find: (source: Source, pack: Package) => Match[]) =>
  (pack: Package): Match[] =>
    pack.sources.filter((s) => languages.includes(s.language)).flatMap((s) => find(s, pack));
