import { z } from 'zod';
import { location } from './evidence.ts';
import { findingId, givenRating } from './finding.ts';
import { checkId, cweId, severity } from './methodology.ts';
import { triageDecision, verdict, verdictWord } from './verdict.ts';

/**
 * What an assistant proposes of an audit. Nothing is decided by it: a person accepts, edits or rejects each, and what is accepted
 * is recorded as theirs, with where it came from. Bounded throughout, since it comes from a program nobody here wrote.
 */
export const proposalId = z.string().regex(/^P-[0-9a-f]{8}$/);

const words = z.string().trim().min(1).max(8_000);
const line = z.string().trim().min(1).max(300);
const lines = z.array(z.string().trim().min(1).max(2_000)).max(40);

export const proposedFinding = z.strictObject({
  title: line,
  checks: z.array(checkId).min(1).max(12),
  severity,
  positive: z.boolean().default(false),
  category: z.string().trim().max(120).default(''),
  cwe: cweId.nullable().default(null),
  evidence: z.array(z.string().max(120)).max(40).default([]),
  summary: words,
  description: words,
  impact: z
    .strictObject({
      confidentiality: givenRating,
      integrity: givenRating,
      availability: givenRating,
      exploitability: givenRating,
      scope: z.string().trim().max(2_000),
    })
    .partial()
    .default({}),
  components: lines.default([]),
  reproduction: lines.default([]),
  risks: lines.default([]),
  recommendations: z
    .strictObject({ immediate: lines, shortTerm: lines, longTerm: lines })
    .partial()
    .default({}),
  validation: lines.default([]),
  references: lines.default([]),
  cvss40: z.string().trim().max(300).default(''),
  cvss31: z.string().trim().max(300).default(''),
});

export const claim = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('verdict'), check: checkId, verdict, reason: words }),
  z.strictObject({ kind: z.literal('finding'), finding: proposedFinding }),
  /** Of leads: accepted or dismissed; of questions: answered. */
  z.strictObject({
    kind: z.literal('triage'),
    items: z
      .array(z.string().regex(/^[0-9a-f]{16}$/))
      .min(1)
      .max(100),
    decision: triageDecision,
    reason: words,
  }),
  /** What only a person, or a run, can find out. */
  z.strictObject({ kind: z.literal('question'), check: checkId, reason: words }),
  /** A place worth reading. */
  z.strictObject({ kind: z.literal('place'), check: checkId, reason: words }),
  z.strictObject({
    kind: z.literal('severity'),
    finding: findingId,
    severity,
    cvss40: z.string().trim().max(300).default(''),
    cvss31: z.string().trim().max(300).default(''),
    reason: words,
  }),
  /** What a second assistant, told only the claim and its place, makes of it. */
  z.strictObject({
    kind: z.literal('refutation'),
    of: z.union([proposalId, findingId]),
    result: z.enum(['refuted', 'holds', 'undecided']),
    reason: words,
  }),
]);
export type Claim = z.infer<typeof claim>;

/** Who said it, as they call themselves: nobody has verified that. */
export const client = z.strictObject({ name: z.string().max(120), version: z.string().max(60) });
export type Client = z.infer<typeof client>;

/** One saying of a proposal: the first makes it, others join it, or answer what the person asked back. */
export const voice = z.strictObject({
  connection: z.string().regex(/^[0-9a-z-]{1,60}$/),
  /** Its number among what that connection proposed: by this it is taken in once. */
  n: z.number().int().positive(),
  at: z.string().max(40),
  client,
  claim,
  /** As they were read at the pinned commit when it was proposed. */
  citations: z.array(location).min(1).max(20),
  /** The lead that trying it on the running server would speak to; null where it asks for no trial. */
  tries: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
});
export type Voice = z.infer<typeof voice>;

/** What the person made of it. `asked` sends it back with a question. */
export const proposalDecision = z.strictObject({
  decision: z.enum(['accepted', 'rejected', 'asked']),
  /** Why it was rejected, what was asked; '' where nothing was said. */
  words: z.string().max(8_000),
});

export type Decided = z.infer<typeof proposalDecision> & {
  at: string;
  by: string;
  /** Whether the person changed its words before they took it. */
  edited: boolean;
  /** The finding it became; '' for all else. */
  finding: string;
};

export type Proposal = {
  id: string;
  voices: readonly Voice[];
  decided: Decided | null;
  /** Voices that were there when the person decided: a later one answers what was asked back. */
  heard: number;
};

export type Proposals = ReadonlyMap<string, Proposal>;

/** A proposal with one more voice; one of that connection and number is heard once. */
export const withVoice = (was: Proposal | undefined, id: string, next: Voice): Proposal => {
  const known = was ?? { id, voices: [], decided: null, heard: 0 };
  if (known.voices.some((v) => v.connection === next.connection && v.n === next.n)) return known;
  return { ...known, voices: [...known.voices, next] };
};

export type ProposalState = 'open' | 'accepted' | 'rejected' | 'asked';

/** What was asked back and answered since is open again. */
export const stateOf = ({ decided, voices, heard }: Proposal): ProposalState =>
  decided === null || (decided.decision === 'asked' && voices.length > heard) ? 'open' : decided.decision;

export const claimOf = (p: Proposal): Claim => p.voices[0]!.claim;

/** The reason of a voice, in its own words. */
export const reasonOf = (c: Claim): string => (c.kind === 'finding' ? c.finding.summary : c.reason);

/** The checks a claim speaks to; a finding's and an item's are looked up where they are known. */
export const checksOfClaim = (
  c: Claim,
  known: {
    ofItem(item: string): readonly string[];
    ofFinding(finding: string): readonly string[];
    ofProposal(id: string): readonly string[];
  },
): readonly string[] => {
  switch (c.kind) {
    case 'verdict':
    case 'question':
    case 'place':
      return [c.check];
    case 'finding':
      return c.finding.checks;
    case 'triage':
      return [...new Set(c.items.flatMap(known.ofItem))];
    case 'severity':
      return known.ofFinding(c.finding);
    case 'refutation':
      return c.of.startsWith('F-') ? known.ofFinding(c.of) : known.ofProposal(c.of);
  }
};

/** A claim in one line. */
export const claimWords = (c: Claim): string => {
  switch (c.kind) {
    case 'verdict':
      return `${c.check}: ${verdictWord(c.verdict)}`;
    case 'finding':
      return `finding: ${c.finding.title}`;
    case 'triage':
      return `${c.items.length === 1 ? `item ${c.items[0]}` : `${c.items.length} items`} ${c.decision}`;
    case 'question':
      return `question on ${c.check}: ${c.reason}`;
    case 'place':
      return `look, for ${c.check}: ${c.reason}`;
    case 'severity':
      return `${c.finding} is ${c.severity}`;
    case 'refutation':
      return `${c.of} ${c.result === 'undecided' ? 'could not be decided' : c.result === 'holds' ? 'holds' : 'is refuted'}`;
  }
};
