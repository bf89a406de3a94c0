import { type Command, nextFindingId, type Refusal } from './decide.ts';
import type { Finding } from './finding.ts';
import { draftFinding } from './finding.ts';
import { withInput } from './finding-input.ts';
import { findCheck, type Methodology } from './methodology.ts';
import { type Claim, type Proposal, reasonOf } from './proposal.ts';
import type { Session } from './session.ts';

/** What accepting a proposal comes to, as the person would have said it themselves. Pure. */

const refuse = (refused: string, hint: string): Refusal => ({ refused, hint });

/** A proposed finding as one begun here: what the assistant did not say is still to be written. */
export const findingOfProposal = (
  session: Session,
  methodology: Methodology,
  { id, voices }: Proposal,
): Finding | Refusal => {
  const [{ claim, citations }] = voices as [Proposal['voices'][number]];
  if (claim.kind !== 'finding') return refuse(`${id} is no finding`, 'accept it as what it is');
  const { checks, evidence, positive, ...said } = claim.finding;
  const check = findCheck(methodology, checks[0]!);
  if (!check) return refuse(`there is no check ${checks[0]} in ${methodology.id}`, 'reject it');
  const draft: Finding = { ...draftFinding(nextFindingId(session), check), cwe: null };
  const given = Object.fromEntries(
    Object.entries(said).filter(([, v]) => v !== '' && !(Array.isArray(v) && v.length === 0)),
  );
  return withInput(
    draft,
    { ...given, checks, positive },
    { locations: citations.map((c) => ({ ...c })), evidence: [...evidence] },
  );
};

/** Places and questions are kept for later under the proposal's own name. */
const kept = (p: Proposal, claim: Extract<Claim, { kind: 'question' | 'place' }>, words: string): Command => {
  const { path, startLine, endLine } = p.voices[0]!.citations[0]!;
  const asks = claim.kind === 'question' ? `${claim.check} asks: ` : `${claim.check} look: `;
  return {
    type: 'keep-bookmark',
    bookmark: p.id,
    value: { check: claim.check, item: null, place: { path, startLine, endLine }, words: `${asks}${words}` },
  };
};

/**
 * The command that a proposal comes to; null where accepting it changes nothing of the audit. `words` are the person's, in place of
 * the assistant's reason.
 */
export const commandOfProposal = (
  session: Session,
  methodology: Methodology,
  p: Proposal,
  words: string | null = null,
): Command | null | Refusal => {
  const { claim } = p.voices[0]!;
  const reason = words ?? reasonOf(claim);
  switch (claim.kind) {
    case 'verdict':
      return { type: 'answer', check: claim.check, verdict: claim.verdict, note: reason };
    case 'triage':
      return { type: 'triage', items: claim.items, triage: { decision: claim.decision, reason } };
    case 'question':
    case 'place':
      return kept(p, claim, reason);
    case 'finding': {
      const finding = findingOfProposal(session, methodology, p);
      if ('refused' in finding) return finding;
      return { type: 'record-finding', finding: words === null ? finding : { ...finding, summary: words } };
    }
    case 'severity': {
      const finding = session.findings.get(claim.finding);
      if (!finding) return refuse(`there is no finding ${claim.finding} any more`, 'reject it');
      const { severity, cvss40, cvss31 } = claim;
      const rated = withInput(
        finding,
        { severity, ...(cvss40 ? { cvss40 } : {}), ...(cvss31 ? { cvss31 } : {}) },
        { locations: null, evidence: null },
      );
      return { type: 'record-finding', finding: { ...rated, severityReason: reason } };
    }
    case 'refutation':
      return null;
  }
};
