import { checksOfClaim, claimOf, type Proposal, stateOf } from './proposal.ts';
import type { EvidenceIndex } from './selectors.ts';
import type { Session } from './session.ts';

/** Questions asked of a session's proposals. Pure. */

const grouped = (
  proposals: Iterable<Proposal>,
  keysOf: (p: Proposal) => readonly string[],
): Map<string, Proposal[]> => {
  const by = new Map<string, Proposal[]>();
  for (const p of proposals) {
    if (stateOf(p) !== 'open') continue;
    for (const key of keysOf(p)) by.set(key, [...(by.get(key) ?? []), p]);
  }
  return by;
};

/** What waits for the person, by each check it speaks to. */
export const openByCheck = (s: Session, index: EvidenceIndex): Map<string, Proposal[]> => {
  const checksOfItem = new Map([...index.values()].flat().map((i) => [i.id, i.checks]));
  const known = {
    ofItem: (item: string) => checksOfItem.get(item) ?? [],
    ofFinding: (finding: string) => s.findings.get(finding)?.checks ?? [],
    ofProposal: (id: string): readonly string[] => {
      const claim = s.proposals.has(id) ? claimOf(s.proposals.get(id)!) : null;
      return claim?.kind === 'finding' ? claim.finding.checks : [];
    },
  };
  return grouped(s.proposals.values(), (p) => checksOfClaim(claimOf(p), known));
};

/** What waits, by the item of evidence it would judge or rests on. */
export const openByItem = (s: Session): Map<string, Proposal[]> =>
  grouped(s.proposals.values(), (p) => {
    const claim = claimOf(p);
    return claim.kind === 'triage' ? claim.items : claim.kind === 'finding' ? claim.finding.evidence : [];
  });

/** What second readers made of a proposal or finding, whether or not the person has read it. */
export const refutationsOf = (s: Session, of: string): Proposal[] =>
  [...s.proposals.values()].filter((p) => {
    const claim = claimOf(p);
    return claim.kind === 'refutation' && claim.of === of;
  });

export type ProposalCounts = {
  proposed: number;
  accepted: number;
  edited: number;
  rejected: number;
  open: number;
};

export const proposalCounts = (s: Session): ProposalCounts => {
  const counts = { proposed: s.proposals.size, accepted: 0, edited: 0, rejected: 0, open: 0 };
  for (const p of s.proposals.values()) {
    const state = stateOf(p);
    if (state === 'accepted') {
      counts.accepted += 1;
      if (p.decided?.edited) counts.edited += 1;
    } else if (state === 'rejected') counts.rejected += 1;
    else counts.open += 1;
  }
  return counts;
};
