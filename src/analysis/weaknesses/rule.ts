import type { z } from 'zod';
import type { itemStrength, weaknessClass } from '../../domain/evidence.ts';
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

const ALL: readonly Language[] = ['script', 'python', 'go', 'rust', 'java'];
export const everyLanguage = ALL;

/** Applies a function of one source to those of a package in the rule's languages. */
export const inEach =
  (languages: readonly Language[], find: (source: Source, pack: Package) => Match[]) =>
  (pack: Package): Match[] =>
    pack.sources.filter((s) => languages.includes(s.language)).flatMap((s) => find(s, pack));
