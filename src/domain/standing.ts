import type { z } from 'zod';
import type { consequence, EvidenceItem, ItemKind, likelihood, Standing, WayIn } from './evidence.ts';

/**
 * Where an item stands among others, and why: what is gained by it times how much of it was seen. The same in every list,
 * on screen and in files.
 */

type Consequence = z.infer<typeof consequence>;
type Likelihood = z.infer<typeof likelihood>;

const KIND_ORDER: Record<ItemKind, number> = { lead: 0, question: 1, gap: 2, strength: 3, fact: 4 };
const STRENGTH_ORDER = { strong: 0, moderate: 1, weak: 2 } as const;

/** Tests, examples, scripts, generated and vendored code come last: seldom what an auditor must read first. */
export const isSecondary = (path: string): boolean =>
  /(^|\/)(tests?|__tests__|spec|specs|e2e|test[-_]?data|mocks?|__mocks__|examples?|samples?|demos?|fixtures?|benchmarks?|evals?|vendor|third[-_]party|node_modules|dist|build|generated|docs?|scripts|\.(?:claude|cursor|mvn|vscode|devcontainer|husky))(\/|$)|\.(test|spec|min|generated)\.[a-z]+$|_test\.(go|py)$|(^|\/)test_[^/]+\.py$/i.test(
    path,
  );

/** Classes not named here let somebody read, change or send what is not theirs. */
const CONSEQUENCE: Partial<Record<EvidenceItem['class'], Consequence>> = {
  'tool-poisoning': 'intent',
  'command-injection': 'control',
  'code-execution': 'control',
  deserialization: 'control',
  redos: 'weakening',
  'resource-limit': 'weakening',
  'log-injection': 'weakening',
  'information-disclosure': 'weakening',
  'annotation-mismatch': 'weakening',
  'supply-chain': 'weakening',
  container: 'weakening',
  configuration: 'weakening',
  hygiene: 'untidiness',
};
/**
 * A likely way to what is others' comes before a certainty that something protects less than it could, and a hint of one
 * before what only likely does.
 */
const WEIGHT: Record<Consequence, number> = {
  intent: 10,
  control: 8,
  access: 6,
  weakening: 2.2,
  untidiness: 1.6,
};
const CERTAINTY: Record<EvidenceItem['strength'], number> = { strong: 8, moderate: 5, weak: 2 };
/** What no honest server does comes before what a careless one leaves open. */
const MEANT: ReadonlySet<string> = new Set(['hidden-behaviour']);
const consequenceOf = (i: EvidenceItem): Consequence =>
  MEANT.has(i.collector) && i.kind === 'lead' ? 'intent' : (CONSEQUENCE[i.class] ?? 'access');

/** Something on the way may hold it back. */
export const isGuarded = (i: EvidenceItem): boolean => i.flow.some((step) => step.role === 'guard');
/** It begins at a door of the server: a tool, a route, a prompt; or else at a port of it. */
const reached = (i: EvidenceItem): number =>
  i.flow[0]?.role === 'source' && i.standing?.wayIn !== 'caller'
    ? 2
    : i.standing?.wayIn === 'network'
      ? 1
      : 0;
/** A guard that was seen to have a hole is what is wrong; one that may hold makes the rest less likely. */
const heldBack = (i: EvidenceItem): boolean => i.strength === 'weak' && isGuarded(i);

const likelihoodOf = (i: EvidenceItem): Likelihood =>
  isGuarded(i)
    ? 'guarded'
    : i.strength === 'strong'
      ? 'seen'
      : i.strength === 'moderate'
        ? 'likely'
        : 'hinted';

/** `way` is where it comes in, where the collector followed that. */
export const standingOf = (i: EvidenceItem, way?: WayIn): Standing => ({
  consequence: consequenceOf(i),
  likelihood: likelihoodOf(i),
  ...(way && { wayIn: way }),
  ...(isSecondary(i.location?.path ?? '') && { beside: true }),
});

const GAINED: Record<Consequence, string> = {
  intent: 'would turn the server against its user',
  control: 'would let others run code',
  access: 'would let others reach what is not theirs',
  weakening: 'would weaken what protects',
  untidiness: 'would be untidy',
};
const SEEN: Record<Likelihood, string> = {
  seen: 'seen as it is',
  likely: 'likely',
  guarded: 'if its guard does not hold',
  hinted: 'a hint only',
};
const FROM: Record<WayIn, string> = {
  tool: 'from tool input',
  resource: 'from the address of a resource',
  prompt: 'from input of a prompt',
  http: 'from a route',
  message: 'from a connection',
  stdin: 'from standard input',
  remote: 'from what another server answers',
  file: 'from a file',
  environment: 'from the environment',
  argument: 'from the command line',
  caller: 'nobody seen to call it',
  network: 'from the network',
};

/** "would let others run code · seen as it is · from tool input": why a lead stands where it stands, in one line. */
export const standingWords = (i: EvidenceItem): string => {
  const s = i.standing ?? standingOf(i);
  return [
    GAINED[s.consequence],
    SEEN[s.likelihood],
    s.wayIn ? FROM[s.wayIn] : '',
    s.beside ? 'beside the server' : '',
  ]
    .filter((words) => words !== '')
    .join(' · ');
};

const weightOf = (i: EvidenceItem): number => WEIGHT[consequenceOf(i)] * CERTAINTY[i.strength];

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Most worth the auditor's time first: what the rest is read by, the server before what lies beside it, what may be wrong before what is so, then by
 * consequence times certainty; among equals the certain and unguarded before the rest, what an input was seen to reach before
 * what only stands there. A total order, so that the same items always come in the same order.
 */
export const compareItems = (a: EvidenceItem, b: EvidenceItem): number => {
  const path = (i: EvidenceItem) => i.location?.path ?? '';
  return (
    Number(b.first ?? false) - Number(a.first ?? false) ||
    Number(isSecondary(path(a))) - Number(isSecondary(path(b))) ||
    KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
    weightOf(b) - weightOf(a) ||
    STRENGTH_ORDER[a.strength] - STRENGTH_ORDER[b.strength] ||
    Number(heldBack(a)) - Number(heldBack(b)) ||
    reached(b) - reached(a) ||
    Number(isGuarded(a)) - Number(isGuarded(b)) ||
    byCodePoint(a.collector, b.collector) ||
    byCodePoint(path(a), path(b)) ||
    (a.location?.startLine ?? 0) - (b.location?.startLine ?? 0) ||
    byCodePoint(a.rule, b.rule) ||
    byCodePoint(a.id, b.id)
  );
};
