import { z } from 'zod';
import { itemStrength, weaknessClass } from '../domain/evidence.ts';
import { severity } from '../domain/methodology.ts';
import { SENSITIVITIES } from '../domain/server-profile.ts';
import { verdict } from '../domain/verdict.ts';

/**
 * One server as a policy sees it: an audit of it, or how a client starts it, or both. What nobody could look up says so and
 * why, and is never taken for good.
 */
const known = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('known', [
    z.strictObject({ known: z.literal(true), value }),
    z.strictObject({ known: z.literal(false), why: z.string().min(1) }),
  ]);
export type Known<T> = { known: true; value: T } | { known: false; why: string };
export const isKnown = <T>(value: T): Known<T> => ({ known: true, value });
export const notKnown = (why: string): Known<never> => ({ known: false, why });

export const dataClass = z.enum(SENSITIVITIES);

/**
 * `confirmed`: seen on the running server; `accepted`: the auditor accepted it, or raised a finding from it; `open`: nobody
 * judged it yet.
 */
const leadFact = z.strictObject({
  class: weaknessClass,
  strength: itemStrength,
  state: z.enum(['confirmed', 'accepted', 'open', 'dismissed']),
  title: z.string(),
  /** `src/a.ts:12`, or ''. */
  place: z.string(),
});
export type LeadFact = z.infer<typeof leadFact>;

/** Something that was not looked at, and which classes of weaknesses might lie there. */
const blindSpot = z.strictObject({ classes: z.array(weaknessClass), why: z.string() });
export type BlindSpot = z.infer<typeof blindSpot>;

const findingFact = z.strictObject({ id: z.string(), title: z.string(), severity });

export const auditFacts = z.strictObject({
  /** The session or submission, as a person finds it again. */
  id: z.string(),
  /** The day it was last worked on, or finished. */
  day: known(z.string()),
  /** Verdict by check; null: none was given. A check that the methodology lacks is missing. */
  verdicts: known(z.record(z.string(), verdict.nullable())),
  leads: known(z.array(leadFact)),
  blind: z.array(blindSpot),
  /** Findings that stand: neither good practices nor mended ones. */
  findings: known(z.array(findingFact)),
  /** An SPDX expression. */
  licence: known(z.string()),
  /** Total of the selection scorecard, 0 to 4. */
  grade: known(z.number()),
  dataClass: known(dataClass),
});
export type AuditFacts = z.infer<typeof auditFacts>;

/** What of a client's configuration a policy may forbid. */
export const STARTS = {
  unpinned: 'what it fetches and starts is not fixed to one version',
  remote: 'it runs on another machine, where it may be changed at any time',
  shell: 'it is started through a shell',
  'plain-secret': 'a credential stands in the configuration',
  'plain-http': 'it is reached over plain HTTP on another machine',
  'readable-by-others':
    'other users of the machine can read the configuration, and a credential stands in it',
  'writable-by-others': 'other users of the machine can change what is started',
  'approved-unasked': 'the client calls its tools without asking',
  duplicate: 'the same server is configured more than once, and not alike',
  shadowing: 'another server offers a tool, or has a name, that is the same',
  toxic: 'together with the servers beside it, it makes a toxic combination',
} as const;
export type StartRule = keyof typeof STARTS;
export const START_RULES = Object.keys(STARTS) as [StartRule, ...StartRule[]];

/** `seen` and what; `not-seen`; `could-not-look` and why. */
const startFact = z.strictObject({
  state: z.enum(['seen', 'not-seen', 'could-not-look']),
  says: z.array(z.string()),
});
export type StartFact = z.infer<typeof startFact>;

export const policySubject = z.strictObject({
  kind: z.enum(['session', 'submission', 'discovered']),
  name: z.string(),
  /** What it is known by, for waivers and classes: npm:@scope/name, pypi:name, oci:image, github.com/owner/name, name:…, path:…, url:host/path. */
  ids: z.array(z.string()),
  audit: known(auditFacts),
  /** Of one that a client starts: whether the audit is of what is started. Null elsewhere. */
  sameAsAudited: known(z.boolean()).nullable(),
  /** How a client starts it; null where that is not the question. */
  start: z.partialRecord(z.enum(START_RULES), startFact).nullable(),
});
export type PolicySubject = z.infer<typeof policySubject>;
