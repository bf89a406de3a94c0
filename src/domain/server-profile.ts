import { z } from 'zod';

/** What the auditor says the server is. '' where nothing was said: then the report proposes, or says "unknown". */
export const SENSITIVITIES = ['low', 'medium', 'high'] as const;
export const AUTHENTICATIONS = ['required', 'optional', 'none'] as const;

/** The database's words for what a server is, from its audits, and ours for what they had no word for. */
export const SERVER_TYPES = [
  'data_access_server',
  'data_analytics_server',
  'analytics_server',
  'database_access_server',
  'integration_server',
  'platform_integration_server',
  'file_access_server',
  'command_execution_server',
  'web_access_server',
] as const;
export const NETWORKS = [
  'local_only',
  'external_api_dependent',
  'configurable_by_design',
  'network_listener',
] as const;

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

/** Parts that are one of a few words, and which. Journals of before hold others, so only what is newly said is held to them. */
export const PROFILE_WORDS = {
  type: SERVER_TYPES,
  dataSensitivity: SENSITIVITIES,
  authentication: AUTHENTICATIONS,
  network: NETWORKS,
} as const satisfies Partial<Record<keyof ServerProfile, readonly string[]>>;

/** The first part that says none of its words, and which it has; null when all do. */
export const wrongWord = (
  given: Partial<Record<keyof ServerProfile, string>>,
): { part: keyof typeof PROFILE_WORDS; said: string; words: readonly string[] } | null => {
  for (const part of Object.keys(PROFILE_WORDS) as (keyof typeof PROFILE_WORDS)[]) {
    const said = given[part]?.trim() ?? '';
    const words: readonly string[] = PROFILE_WORDS[part];
    if (said !== '' && !words.includes(said)) return { part, said, words };
  }
  return null;
};

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
