import { type AssistanceRecord, type AssistLine, assistLine, clientWords } from '../domain/assistance.ts';
import { placeWords } from '../domain/evidence.ts';
import { claimOf, type Proposal, type ProposalState, stateOf } from '../domain/proposal.ts';
import { type ProposalCounts, proposalCounts } from '../domain/proposals.ts';
import type { Session } from '../domain/session.ts';
import { plural } from '../text/plural.ts';
import type { AuthorOf } from './authors.ts';

/** How assistants were used, as a reader of the audit may see it: with whom, how much was proposed, what became of each. */
export type AssistanceReport = {
  counts: ProposalCounts;
  connections: (Omit<AssistanceRecord, 'clients' | 'files'> & {
    connection: string;
    clients: string[];
    files: number;
    /** Its transcript for publication; null where it cannot be read. */
    lines: string | null;
  })[];
  proposals: {
    id: string;
    kind: string;
    client: string;
    where: string;
    state: ProposalState;
    /** The auditor's word: why it was rejected, what was asked. */
    words: string;
    by: string;
    edited: boolean;
    /** How the report names the finding it became; '' for all else. */
    finding: string;
  }[];
};

const parsed = (line: string): AssistLine | null => {
  try {
    return assistLine.parse(JSON.parse(line));
  } catch {
    return null;
  }
};

/**
 * Of what the auditor did not take over, that it was proposed and where is published, not what it claimed: nobody vouches for it.
 */
export const publishedTranscript = (text: string, accepted: (proposal: string) => boolean): string =>
  text
    .split('\n')
    .filter(Boolean)
    .flatMap((line): unknown[] => {
      const l = parsed(line);
      if (!l) return [];
      if (l.type === 'called') return [l.tool.startsWith('propose_') ? { ...l, given: '' } : l];
      if (l.type === 'began') return [{ ...l, pid: undefined, start: undefined }];
      if (l.type !== 'proposed' || accepted(l.proposal)) return [l];
      const { claim, citations, ...voice } = l.voice;
      return [{ ...l, voice: { ...voice, kind: claim.kind, places: citations.map(placeWords) } }];
    })
    .map((l) => `${JSON.stringify(l)}\n`)
    .join('');

export const assistanceOf = (
  session: Session,
  tags: ReadonlyMap<string, string>,
  authorOf: AuthorOf,
  contents: ReadonlyMap<string, string> = new Map(),
): AssistanceReport | null => {
  if (session.assistance.size === 0 && session.proposals.size === 0) return null;
  const accepted = (id: string): boolean => session.proposals.get(id)?.decided?.decision === 'accepted';
  const told = (p: Proposal): AssistanceReport['proposals'][number] => ({
    id: p.id,
    kind: claimOf(p).kind,
    client: [...new Set(p.voices.map((v) => clientWords(v.client)))].join(', '),
    where: p.voices[0]!.citations.map(placeWords).join(', '),
    state: stateOf(p),
    words: p.decided?.words ?? '',
    by: p.decided ? authorOf(p.decided.by, p.decided.at) : '',
    edited: p.decided?.edited ?? false,
    finding: tags.get(p.decided?.finding ?? '') ?? '',
  });
  return {
    counts: proposalCounts(session),
    connections: [...session.assistance].map(([connection, { clients, files, ...a }]) => {
      const text = contents.get(a.transcript);
      return {
        connection,
        clients: clients.map(clientWords),
        files: files.length,
        ...a,
        lines: text === undefined ? null : publishedTranscript(text, accepted),
      };
    }),
    proposals: [...session.proposals.values()].map(told),
  };
};

/** In a sentence, for the assessment. */
export const assistanceWords = ({ counts: c, connections }: AssistanceReport): string => {
  const names = [...new Set(connections.flatMap((a) => a.clients))];
  const decided = c.accepted + c.rejected;
  const share = decided === 0 ? '' : ` (${Math.round((c.rejected / decided) * 100)} % of those decided)`;
  return (
    `Assistants read the audit over the Model Context Protocol and proposed: ${names.join(', ') || 'clients without a name'}, by the names they give themselves, which nobody verified. ` +
    `${plural(c.proposed, 'proposal')}: ${c.accepted} accepted${c.edited > 0 ? `, ${c.edited} of them in the auditor's own words` : ''}, ${c.rejected} rejected${share}, ${c.open} left open. ` +
    'Each had to cite lines, which were read again at the commit; nothing of it counts that a person did not take over.'
  );
};

/** Where the transcript of a connection lies in a submission, below `artifacts/`. */
export const assistanceFile = (connection: string): string => `assistance/${connection}.jsonl.txt`;
