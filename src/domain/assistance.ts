import { z } from 'zod';
import { type Claim, client, type Proposals, proposalId, voice, withVoice } from './proposal.ts';

/**
 * What was said with an assistant over one connection. Each connection has a file of its own beside the journal, which its
 * server alone appends to; whoever has the session open for writing takes what is new in it into the journal. So the session has
 * one writer, and an assistant works beside the open interface.
 */
const role = z.enum(['auditor', 'refuter']);
export type Role = z.infer<typeof role>;

const at = z.string().max(40);

export const assistLine = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('began'),
    at,
    role,
    transport: z.enum(['stdio', 'http']),
    /** The process that serves it, so that one that was killed is told from one that listens. */
    pid: z.number().int(),
    start: z.string().max(200),
    commit: z.string().regex(/^[0-9a-f]{40}$/),
  }),
  /** Something was asked for: by whom, what, and how much they got. */
  z.strictObject({
    type: z.literal('called'),
    at,
    client,
    tool: z.string().max(80),
    /** The arguments as JSON, masked and cut. */
    given: z.string().max(2_100),
    /** Characters of the answer; 0 where it was refused, and `refused` says why. */
    got: z.number().int().nonnegative(),
    refused: z.string().max(600),
    /** Signs in the target's text of this answer that speak to a model. */
    flagged: z.number().int().nonnegative(),
  }),
  z.strictObject({ type: z.literal('proposed'), proposal: proposalId, voice }),
  z.strictObject({ type: z.literal('ended'), at }),
]);
export type AssistLine = z.infer<typeof assistLine>;

/** What the journal keeps of a connection; its transcript by hash, like that of an observation. */
export const assistanceRecord = z.strictObject({
  /** As they call themselves, each once. */
  clients: z.array(client).max(20),
  role,
  transport: z.enum(['stdio', 'http']),
  began: at,
  last: at,
  ended: z.boolean(),
  calls: z.number().int().nonnegative(),
  /** Files of the target that were read, by how often; the most read first. */
  files: z
    .array(z.strictObject({ path: z.string().max(4_096), times: z.number().int().positive() }))
    .max(200),
  proposed: z.number().int().nonnegative(),
  refused: z.number().int().nonnegative(),
  flagged: z.number().int().nonnegative(),
  transcript: z.string().regex(/^[0-9a-f]{64}$/),
});
export type AssistanceRecord = z.infer<typeof assistanceRecord>;

export const clientWords = (c: { name: string; version: string }): string =>
  `${c.name || 'a client without a name'}${c.version ? ` ${c.version}` : ''}`;

const pathIn = (given: string): string | null => {
  try {
    const value: unknown = JSON.parse(given);
    return typeof value === 'object' && value !== null && 'path' in value && typeof value.path === 'string'
      ? value.path.slice(0, 4_096)
      : null;
  } catch {
    return null;
  }
};

/** What a connection's lines come to; null before it began. */
export const summaryOf = (lines: readonly AssistLine[]): Omit<AssistanceRecord, 'transcript'> | null => {
  const [first] = lines;
  if (first?.type !== 'began') return null;
  const clients = new Map<string, z.infer<typeof client>>();
  const files = new Map<string, number>();
  let [calls, proposed, refused, flagged, last, ended] = [0, 0, 0, 0, first.at, false];
  for (const l of lines) {
    if (l.type === 'called') {
      calls += 1;
      flagged += l.flagged;
      last = l.at;
      if (l.refused !== '') refused += 1;
      if (clients.size < 20) clients.set(clientWords(l.client), l.client);
      const path = l.refused === '' && l.tool === 'read_file' ? pathIn(l.given) : null;
      if (path !== null) files.set(path, (files.get(path) ?? 0) + 1);
    } else if (l.type === 'proposed') proposed += 1;
    else if (l.type === 'ended') [last, ended] = [l.at, true];
  }
  return {
    clients: [...clients.values()],
    role: first.role,
    transport: first.transport,
    began: first.at,
    last,
    ended,
    calls,
    files: [...files]
      .map(([path, times]) => ({ path, times }))
      .sort((a, b) => b.times - a.times || (a.path < b.path ? -1 : 1))
      .slice(0, 200),
    proposed,
    refused,
    flagged,
  };
};

/** The same claim twice is one proposal: what of it counts for that, as a text to be hashed. */
export const claimKey = (c: Claim, places: readonly string[], connection: string): string => {
  const there = [...new Set(places)].sort().join('\n');
  switch (c.kind) {
    case 'verdict':
      return JSON.stringify([c.kind, c.check, c.verdict]);
    case 'finding':
      return JSON.stringify([c.kind, c.finding.checks[0], c.finding.cwe, there]);
    case 'triage':
      return JSON.stringify([c.kind, [...new Set(c.items)].sort(), c.decision]);
    case 'question':
      return JSON.stringify([c.kind, c.check, there, c.reason]);
    case 'place':
      return JSON.stringify([c.kind, c.check, there]);
    case 'severity':
      return JSON.stringify([c.kind, c.finding, c.severity, c.cvss40, c.cvss31]);
    case 'refutation':
      return JSON.stringify([c.kind, c.of, c.result, connection]);
  }
};

export type Proposed = Extract<AssistLine, { type: 'proposed' }>;

/** What was proposed, over whichever connection, in the order in which it was: the first to say something says what it is. */
export const proposedIn = (lines: readonly AssistLine[]): Proposed[] =>
  lines
    .filter((l): l is Proposed => l.type === 'proposed')
    .sort((a, b) => (a.voice.at < b.voice.at ? -1 : a.voice.at > b.voice.at ? 1 : 0));

/** The proposals of the journal, with those that wait beside it. */
export const proposalsWith = (known: Proposals, lines: readonly AssistLine[]): Proposals => {
  const all = new Map(known);
  for (const { proposal, voice: said } of proposedIn(lines))
    all.set(proposal, withVoice(all.get(proposal), proposal, said));
  return all;
};

/** A connection as it is now, for whoever watches. */
export type AssistantNow = {
  connection: string;
  clients: readonly string[];
  role: Role;
  listening: boolean;
  calls: number;
  proposed: number;
  refused: number;
  flagged: number;
  at: string;
  /** The last thing that was asked for, in words. */
  last: string;
  files: readonly { path: string; times: number }[];
};

const lineNumbers = (given: string): string => {
  const [, first = ''] = /"start_line":(\d{1,9})/.exec(given) ?? [];
  const [, last = ''] = /"end_line":(\d{1,9})/.exec(given) ?? [];
  return first === '' ? '' : `:${first}${last === '' ? '' : `-${last}`}`;
};

export const assistantNow = (
  connection: string,
  lines: readonly AssistLine[],
  listening: boolean,
): AssistantNow | null => {
  const summary = summaryOf(lines);
  if (!summary) return null;
  const last = lines.findLast((l) => l.type === 'called');
  const path = last ? pathIn(last.given) : null;
  return {
    connection,
    clients: summary.clients.map(clientWords),
    role: summary.role,
    listening,
    calls: summary.calls,
    proposed: summary.proposed,
    refused: summary.refused,
    flagged: summary.flagged,
    at: summary.last,
    last: !last ? '' : path === null ? last.tool : `${last.tool} ${path}${lineNumbers(last.given)}`,
    files: summary.files,
  };
};
