import { z } from 'zod';
import { type Band, bandOf, scoreCvss } from './cvss.ts';

/**
 * OWASP AIVSS, draft 0.8 (2026-03-19). It adds to a CVSS 4.0 base score what an agent makes worse:
 *
 *     AARS  = (10 − CVSS_Base) × (Factor_Sum / 10) × ThM
 *     AIVSS = RoundHalfUp((CVSS_Base + AARS) × MF, 1)
 *
 * The formula of the draft is not settled, so the inputs are kept with the version they were rated under, and a factor
 * nobody knows makes a range instead of a guess.
 */
export const AIVSS_SPEC = '0.8';

export type AivssFactor = {
  key: string;
  name: string;
  ask: string;
  levels: readonly [string, string, string];
};

export const AIVSS_FACTORS = [
  {
    key: 'autonomy',
    name: 'Execution autonomy',
    ask: 'How much is done without a person saying yes?',
    levels: ['every action is confirmed by a person', 'some actions run unasked', 'it acts on its own'],
  },
  {
    key: 'tools',
    name: 'External tool control surface',
    ask: 'How much can be done outside through its tools?',
    levels: [
      'no tools, or they only read',
      'a few bounded writes',
      'broad or unbounded writes, commands, network',
    ],
  },
  {
    key: 'language',
    name: 'Natural-language interface',
    ask: 'How far does free text steer what happens?',
    levels: ['fixed commands only', 'free text for some inputs', 'free text decides the actions'],
  },
  {
    key: 'context',
    name: 'Contextual awareness',
    ask: 'How much of its surroundings does it take into account?',
    levels: ['only the call itself', 'the present conversation', 'other data, files and systems around it'],
  },
  {
    key: 'nonDeterminism',
    name: 'Behavioural non-determinism',
    ask: 'How far can the same input lead to different actions?',
    levels: ['the same every time', 'small variations', 'it cannot be foretold'],
  },
  {
    key: 'opacity',
    name: 'Opacity and reflexivity',
    ask: 'How hard is it to see why it did something?',
    levels: ['every step is recorded and explained', 'partly recorded', 'no record of the reasons'],
  },
  {
    key: 'persistence',
    name: 'Persistent state retention',
    ask: 'Does something of one session live on in the next?',
    levels: ['nothing is kept', 'kept within a session', 'memory or files that later sessions read'],
  },
  {
    key: 'identity',
    name: 'Dynamic identity',
    ask: 'Does it change whose rights it acts with?',
    levels: ['one fixed identity', 'a few set roles', 'it takes on the rights of whoever calls, or more'],
  },
  {
    key: 'multiAgent',
    name: 'Multi-agent interactions',
    ask: 'Does it work together with other agents?',
    levels: ['alone', 'with known agents', 'with agents it finds at run time'],
  },
  {
    key: 'selfModification',
    name: 'Self-modification',
    ask: 'Can it change its own tools, prompts or code?',
    levels: ['no', 'settings only', 'its tools, prompts or code'],
  },
] as const satisfies readonly AivssFactor[];

const factor = z.union([z.literal(0), z.literal(0.5), z.literal(1)]).nullable();
export type AivssLevel = z.infer<typeof factor>;
type FactorKey = (typeof AIVSS_FACTORS)[number]['key'];

export const THREAT = {
  attacked: { weight: 1, name: 'attacked', about: 'attacks of this kind are known to happen' },
  poc: { weight: 0.97, name: 'proof of concept', about: 'somebody has shown that it works; the default' },
  unreported: { weight: 0.5, name: 'unreported', about: 'no attack and no proof of concept is known' },
} as const;
export const MITIGATION = {
  none: { weight: 1, name: 'none', about: 'nothing around the server lessens it' },
  partial: { weight: 0.83, name: 'partial', about: 'something lessens it, and can be got round' },
  strong: { weight: 0.67, name: 'strong', about: 'a control holds it back in normal use' },
} as const;

export const aivss = z.strictObject({
  spec: z.literal(AIVSS_SPEC),
  /** 0, 0.5 or 1 for each factor; null where it is not known. */
  factors: z.strictObject(
    Object.fromEntries(AIVSS_FACTORS.map((f) => [f.key, factor])) as Record<FactorKey, typeof factor>,
  ),
  threat: z.enum(['attacked', 'poc', 'unreported']),
  mitigation: z.enum(['none', 'partial', 'strong']),
});
export type Aivss = z.infer<typeof aivss>;

export const emptyAivss = (): Aivss => ({
  spec: AIVSS_SPEC,
  factors: Object.fromEntries(AIVSS_FACTORS.map((f) => [f.key, null])) as Aivss['factors'],
  threat: 'poc',
  mitigation: 'none',
});

export type AivssScore = {
  low: number;
  high: number;
  bands: [Band, Band];
  unknown: number;
  cvssBase: number;
};

/** Half up at one decimal, on the decimal number meant and not on its binary neighbour (8.45 is 8.5). */
const roundHalfUp = (n: number): number => Math.floor(Math.round(n * 1e6) / 1e5 + 0.5) / 10;

const score = (base: number, sum: number, a: Aivss): number => {
  const aars = (10 - base) * (sum / 10) * THREAT[a.threat].weight;
  return Math.min(10, roundHalfUp((base + aars) * MITIGATION[a.mitigation].weight));
};

/** `low` takes every unknown factor as 0, `high` as 1. Null without a complete CVSS 4.0 vector, whose base it builds on. */
export const scoreAivss = (a: Aivss, cvss40: string): AivssScore | null => {
  const cvss = scoreCvss(cvss40);
  if (cvss?.version !== '4.0') return null;
  const levels = Object.values(a.factors);
  const unknown = levels.filter((l) => l === null).length;
  const sum = levels.reduce<number>((total, l) => total + (l ?? 0), 0);
  const low = score(cvss.base, sum, a);
  const high = score(cvss.base, sum + unknown, a);
  return { low, high, bands: [bandOf(low), bandOf(high)], unknown, cvssBase: cvss.base };
};

/** `8.9`, or `8.9–9.3` where factors are unknown. */
export const aivssText = (s: AivssScore): string =>
  s.low === s.high ? s.low.toFixed(1) : `${s.low.toFixed(1)}–${s.high.toFixed(1)}`;
