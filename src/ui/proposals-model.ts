import { claimWords, type Proposal, reasonOf, stateOf } from '../domain/proposal.ts';
import { openByCheck, openByItem } from '../domain/proposals.ts';
import { matchesWords } from '../domain/selectors.ts';
import type { View } from './model.ts';

/** What the interface shows of proposals: those that wait first, and where in the audit they speak. */

const ORDER = { open: 0, asked: 1, rejected: 2, accepted: 3 } as const;

export const proposalRows = (v: View): readonly Proposal[] => {
  const proposals = v.snap?.session.proposals;
  if (!proposals || proposals.size === 0) return [];
  const query = v.ui.filters.proposals ?? '';
  return v.kept(`proposals of ${query}`, [proposals], () =>
    [...proposals.values()]
      .filter((p) => {
        const { claim, client, citations } = p.voices[0]!;
        return (
          query === '' ||
          matchesWords(
            query,
            p.id,
            stateOf(p),
            claim.kind,
            claimWords(claim),
            reasonOf(claim),
            client.name,
            ...citations.map((c) => c.path),
          )
        );
      })
      .sort((a, b) => ORDER[stateOf(a)] - ORDER[stateOf(b)]),
  );
};

const NONE: ReadonlyMap<string, readonly Proposal[]> = new Map();

/** What waits, by the check it speaks to. */
export const waitingByCheck = (v: View): ReadonlyMap<string, readonly Proposal[]> => {
  const { snap } = v;
  return snap && snap.session.proposals.size > 0
    ? v.kept('proposals by check', [snap.session.proposals, snap.session.findings, v.index], () =>
        openByCheck(snap.session, v.index),
      )
    : NONE;
};

/** What waits, by the item of evidence it would judge. */
export const waitingByItem = (v: View): ReadonlyMap<string, readonly Proposal[]> => {
  const { snap } = v;
  return snap && snap.session.proposals.size > 0
    ? v.kept('proposals by item', [snap.session.proposals], () => openByItem(snap.session))
    : NONE;
};

type Cited = { proposal: Proposal; startLine: number; endLine: number };
const UNCITED: readonly Cited[] = [];

/** The lines of a file that waiting proposals cite. */
const citedIn = (v: View, path: string): readonly Cited[] => {
  const proposals = v.snap?.session.proposals;
  if (!proposals || proposals.size === 0) return UNCITED;
  return v.kept(`lines of ${path} that proposals cite`, [proposals], () =>
    [...proposals.values()]
      .filter((p) => stateOf(p) === 'open')
      .flatMap((proposal) =>
        proposal.voices
          .flatMap((one) => one.citations)
          .filter((c) => c.path === path)
          .map(({ startLine, endLine }) => ({ proposal, startLine, endLine })),
      ),
  );
};

/** What waits and cites these lines. */
export const waitingAt = (v: View, path: string, first: number, last: number): readonly Proposal[] => [
  ...new Set(
    citedIn(v, path)
      .filter((c) => c.startLine <= last && c.endLine >= first)
      .map((c) => c.proposal),
  ),
];

/** Whether a proposal that waits cites a line of the file. */
export const proposedLines = (v: View, path: string): ((line: number) => boolean) => {
  const cited = citedIn(v, path);
  return (line) => cited.some((c) => c.startLine <= line && c.endLine >= line);
};

/** Anything of assistants at all: without it nothing of them is shown. */
export const hasAssistance = (v: View): boolean =>
  v.assistants.length > 0 || (v.snap?.session.proposals.size ?? 0) > 0;

/** How many wait. */
export const waitingCount = (v: View): number =>
  proposalRows({ ...v, ui: { ...v.ui, filters: {} } }).filter((p) => stateOf(p) === 'open').length;
