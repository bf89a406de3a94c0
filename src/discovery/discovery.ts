import { z } from 'zod';
import { START_RULES } from '../policy/subject.ts';
import { SCOPES } from './clients.ts';

/** What `mcp-audit discover --json` writes. No value of a variable, header or credential is in it. */
export const DISCOVERY_SCHEMA = 'mcp-audit/discovery@1';

const answer = z.strictObject({
  state: z.enum(['seen', 'not-seen', 'could-not-look']),
  says: z.array(z.string()),
});

const seenFile = z.strictObject({
  client: z.string(),
  scope: z.enum(SCOPES),
  /** Where it lies, below the folder that was looked at where there is one. */
  path: z.string(),
  /** Folder of the project it is of; '' for others. */
  project: z.string(),
  state: z.enum(['read', 'could-not-read']),
  /** Why it could not be read, or what of it is no server; '' otherwise. */
  why: z.string(),
  servers: z.number().int().nonnegative(),
  /** What it says of all servers of the client: how they are called without asking. */
  says: z.array(z.string()),
  /** `0600`; null where it says nothing, as of a copy. */
  mode: z.string().nullable(),
});
export type SeenFile = z.infer<typeof seenFile>;

const knownAudit = z.strictObject({
  kind: z.enum(['session', 'submission']),
  /** A session on this machine, or the path of a submission below the database. */
  id: z.string(),
  day: z.string(),
  commit: z.string(),
  /** Whether it is of what is started: `yes`, `no`, or `not-known`, and why. */
  same: z.enum(['yes', 'no', 'not-known']),
  why: z.string(),
});
export type KnownAuditOf = z.infer<typeof knownAudit>;

export const discoveredServer = z.strictObject({
  /** Names this entry in this file alone: client, path, project and name. */
  key: z.string(),
  name: z.string(),
  client: z.string(),
  scope: z.enum(SCOPES),
  project: z.string(),
  path: z.string(),
  line: z.number().int().positive(),
  enabled: z.boolean(),
  start: z.strictObject({
    kind: z.enum(['package', 'image', 'local', 'remote', 'built-in']),
    /** The command with its arguments, or the address, without credentials. */
    words: z.string(),
    /** What mcp-audit opens to audit it; '' where that cannot be told. */
    target: z.string(),
    /** Names of variables and headers it is given, never their values. */
    env: z.array(z.string()),
    headers: z.array(z.string()),
  }),
  /** What it is known by, without version: as a policy names it. */
  ids: z.array(z.string()),
  answers: z.record(z.enum(START_RULES), answer),
  /** Whether an audit of it is known here. */
  audited: answer,
  audits: z.array(knownAudit),
  /** Its tools, as the newest of these audits lists them; null where none does. */
  tools: z.strictObject({ from: z.string(), names: z.array(z.string()) }).nullable(),
});
export type DiscoveredServer = z.infer<typeof discoveredServer>;

export const discovery = z.strictObject({
  schema: z.literal(DISCOVERY_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  /** `home`: of somebody on this machine, or a copy of one; `copies`: a folder with configurations anywhere in it. */
  looked: z.strictObject({ kind: z.enum(['home', 'copies']), folder: z.string() }),
  clients: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      state: z.enum(['seen', 'not-seen']),
      files: z.number(),
    }),
  ),
  files: z.array(seenFile),
  /** What was not looked at, and why, in words. */
  notLooked: z.array(z.string()),
  servers: z.array(discoveredServer),
});
export type Discovery = z.infer<typeof discovery>;
