import type { EvidenceItem } from '../../../domain/evidence.ts';
import { eachOnce } from '../../files/each-once.ts';
import type { Expr, Stmt } from '../../sources/ir.ts';
import { within } from '../../sources/walk.ts';
import { lastNameOf } from '../../weaknesses/code/names.ts';
import type { Compared } from '../compared.ts';
import type { Called, Facts } from '../facts.ts';
import type { Kept } from '../kept.ts';
import type { AuthorizationMap, Endpoint, Spot } from '../map.ts';
import type { Word } from '../words.ts';

/**
 * What the map of a server shows to be missing, or leaves open. A lead says what was seen and what is not there; a question
 * says only where to look and what to find out. One for one cause: its places are all an auditor reads for it.
 */
export type Concern = {
  kind: 'lead' | 'question';
  rule: string;
  class: EvidenceItem['class'];
  cwe: readonly string[];
  strength: EvidenceItem['strength'];
  title: string;
  detail: string;
  advice?: string;
  /** The gravest first. */
  places: readonly Spot[];
  checks: readonly string[];
};

export type AuthorizationRule = (map: AuthorizationMap) => readonly Concern[];

export const spot = (facts: Facts, line: number): Spot => ({ path: facts.ref.module.path, line });

/** Each place once, in the order given. */
export const places = (...all: readonly (readonly Spot[])[]): Spot[] =>
  eachOnce(all.flat(), (s) => `${s.path}:${s.line}`);

type Asked = Partial<Pick<Concern, 'advice' | 'checks'>>;

/** One concern with its places; none without a place. */
const concern = (
  of: Omit<Concern, 'places' | 'checks' | 'advice'>,
  at: readonly Spot[],
  more: Asked,
): Concern[] => (at.length === 0 ? [] : [{ ...of, places: at, checks: ['2.2.3'], ...more }]);

export const lead = (
  rule: string,
  strength: Concern['strength'],
  cls: Concern['class'],
  cwe: readonly string[],
  title: string,
  detail: string,
  at: readonly Spot[],
  more: Asked = {},
): Concern[] => concern({ kind: 'lead', rule, strength, class: cls, cwe, title, detail }, at, more);

export const question = (
  rule: string,
  cls: Concern['class'],
  title: string,
  detail: string,
  at: readonly Spot[],
  more: Asked = {},
): Concern[] =>
  concern({ kind: 'question', rule, strength: 'moderate', class: cls, cwe: [], title, detail }, at, more);

export const callsOf = (e: Endpoint, name: RegExp): { facts: Facts; call: Called }[] =>
  e.facts.flatMap((facts) => facts.calls.filter((c) => name.test(c.name)).map((call) => ({ facts, call })));

export const comparedOf = (e: Endpoint, ...words: readonly Word[]): { facts: Facts; compared: Compared }[] =>
  e.facts.flatMap((facts) =>
    facts.compared
      .filter((c) => words.some((w) => c.words.includes(w)))
      .map((compared) => ({ facts, compared })),
  );

export const readsOf = (e: Endpoint, word: Word): Spot[] =>
  e.facts.flatMap((f) => (f.reads.has(word) ? [spot(f, f.reads.get(word)!)] : []));

export const reads = (e: Endpoint, word: Word): boolean => e.facts.some((f) => f.reads.has(word));

export const keptOf = (
  e: Endpoint,
  ops: readonly Kept['op'][],
  things?: readonly Kept['thing'][],
): { facts: Facts; kept: Kept }[] =>
  e.facts.flatMap((facts) =>
    facts.kept
      .filter((k) => ops.includes(k.op) && (!things || things.includes(k.thing)))
      .map((kept) => ({ facts, kept })),
  );

export const answersOf = (e: Endpoint, kind: 'redirect' | 'page'): Spot[] =>
  e.facts.flatMap((f) => f.answers.filter((a) => a.kind === kind).map((a) => spot(f, a.line)));

export const textsOf = (e: Endpoint, text: RegExp): Spot[] =>
  e.facts.flatMap((f) => f.texts.filter((t) => text.test(t.text)).map((t) => spot(f, t.line)));

/** Statements of an endpoint with the facts they belong to. */
export const statementsOf = (e: Endpoint): { facts: Facts; stmt: Stmt }[] =>
  e.facts.flatMap((facts) => facts.statements.map((stmt) => ({ facts, stmt })));

export const names = (e: Expr): string[] => [...within(e)].map(lastNameOf).filter((n) => n !== '');

export const mentions = (e: Expr, pattern: RegExp): boolean => names(e).some((n) => pattern.test(n));
