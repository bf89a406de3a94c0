import { z } from 'zod';

/** What the auditor says the server is. '' where nothing was said: then the report proposes, or says "unknown". */
export const SENSITIVITIES = ['low', 'medium', 'high'] as const;
export const AUTHENTICATIONS = ['required', 'optional', 'none'] as const;

const line = z.string().trim().max(1_000);

export const serverProfile = z.strictObject({
  /** What it is for, in a sentence or two. */
  purpose: line,
  /** In the database's words: data_access_server, integration_server. */
  type: z
    .string()
    .regex(/^[a-z0-9_]{0,60}$/, 'small letters, digits and underscores, as in data_access_server'),
  dataSensitivity: z.union([z.literal(''), z.enum(SENSITIVITIES)]),
  /** What it asks of its callers. */
  authentication: z.union([z.literal(''), z.enum(AUTHENTICATIONS)]),
  /** In the database's words: local_only, external_api_dependent. */
  network: z.string().regex(/^[a-z0-9_]{0,60}$/, 'small letters, digits and underscores, as in local_only'),
  /** What the auditor tells a person who has to decide. */
  judgement: z.string().trim().max(10_000),
});
export type ServerProfile = z.infer<typeof serverProfile>;

/** The parts for which evidence may propose something. */
export type ProposedPart = Exclude<keyof ServerProfile, 'judgement'>;

/** What evidence proposes for a part: '' where it tells nothing, and why; where it stands, and how much more there is. */
export type ServerProposal = { value: string; reason: string; evidence: readonly string[]; more: number };

export const PROFILE_PARTS = [
  'purpose',
  'type',
  'dataSensitivity',
  'authentication',
  'network',
  'judgement',
] as const satisfies readonly (keyof ServerProfile)[];

export const emptyProfile = (): ServerProfile => ({
  purpose: '',
  type: '',
  dataSensitivity: '',
  authentication: '',
  network: '',
  judgement: '',
});
