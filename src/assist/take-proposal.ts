import { createHash } from 'node:crypto';
import { claimKey } from '../domain/assistance.ts';
import { decide, isRefusal } from '../domain/decide.ts';
import { placeWords } from '../domain/evidence.ts';
import { type Claim, type Client, claimWords, type Proposal, stateOf } from '../domain/proposal.ts';
import { commandOfProposal } from '../domain/proposal-command.ts';
import { itemsNamed } from '../engine/locate.ts';
import type { Snapshot } from '../engine/store.ts';
import { mapTexts } from '../text/map-texts.ts';
import { redactSecrets } from '../text/redact.ts';
import { type Part, Refused, recorded, said } from './answer.ts';
import { proveCitations } from './cite.ts';
import { type Desk, LIMITS } from './desk.ts';

/** How a proposal is taken: its commit, its citations, its twins, and whether the record would take it at all. */

const oneItem = (s: Snapshot, name: string): string => {
  const found = itemsNamed(s.evidence, name);
  if (isRefusal(found)) throw new Refused(`${found.refused}. ${found.hint}`);
  if (found.length > 1) throw new Refused(`"${name}" names ${found.length} items: name one by its id.`);
  return found[0]!.id;
};

/** The items these names stand for. */
export const itemsOf = (s: Snapshot, names: readonly string[]): string[] => [
  ...new Set(
    names.flatMap((name) => {
      const found = itemsNamed(s.evidence, name);
      if (isRefusal(found)) throw new Refused(`${found.refused}. ${found.hint}`);
      return found.map((i) => i.id);
    }),
  ),
];

/** Why an earlier one of the same stands in the way; null where this one adds to it. */
const already = (desk: Desk, known: Proposal | undefined): readonly Part[] | null => {
  if (!known) return null;
  const state = stateOf(known);
  if (state === 'rejected')
    throw new Refused(
      `The person rejected this as ${known.id}. Propose it again only as another claim, with other lines.`,
      [recorded(`why ${known.id} was rejected`, known.decided!.words)],
    );
  if (state === 'accepted') throw new Refused(`The person accepted this already, as ${known.id}.`);
  if (state === 'open' && known.voices.some((v) => v.connection === desk.connection))
    return [said(`You proposed this already: it is ${known.id}, and waits for the person.`)];
  if (known.voices.length >= LIMITS.voices)
    return [said(`It is ${known.id}, and enough have said it: it waits for the person.`)];
  return null;
};

/** Whether the record would take it, asked of the rules that decide, without deciding. */
const wouldHold = (s: Snapshot, proposal: Proposal): void => {
  const command = commandOfProposal(s.session, s.methodology, proposal);
  if (command === null) return;
  const decided = 'refused' in command ? command : decide(s.session, s.methodology, command);
  if (isRefusal(decided))
    throw new Refused(
      decided.refused === 'nothing changed'
        ? 'The record says so already.'
        : `It could not be recorded: ${decided.refused}. ${decided.hint}.`,
    );
};

type Given = {
  commit: string;
  citations: { path: string; start_line: number; end_line: number; quote: string }[];
  try_lead?: string | undefined;
};

/** Leaves a proposal for the person, or says why not. */
export const propose = async (
  desk: Desk,
  client: Client,
  given: Given,
  claimOf: (s: Snapshot) => Claim,
): Promise<readonly Part[]> => {
  const s = await desk.snapshot();
  const pinned = s.session.target?.commit ?? '';
  if (!pinned.startsWith(given.commit))
    throw new Refused(
      `Not taken: this audit is of commit ${pinned}, and you speak of ${given.commit}. What stands elsewhere says nothing here.`,
    );
  // What an assistant quotes of a credential is masked like all else.
  const claim = mapTexts(claimOf(s), redactSecrets);
  const citations = await proveCitations(given.citations, (path) => desk.target.readText(path));
  const key = claimKey(claim, citations.map(placeWords), desk.connection);
  const id = `P-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
  const proposals = await desk.proposals();
  const known = proposals.get(id);
  const there = already(desk, known);
  if (there) return there;
  const all = [...proposals.values()];
  if (!known && all.filter((p) => stateOf(p) === 'open').length >= LIMITS.open)
    throw new Refused(
      `${LIMITS.open} proposals wait for the person, which is more than anybody reads. Wait until some are decided.`,
    );
  const n = all.reduce(
    (most, p) => p.voices.reduce((m, v) => (v.connection === desk.connection ? Math.max(m, v.n) : m), most),
    0,
  );
  const voice = {
    connection: desk.connection,
    n: n + 1,
    at: desk.now().toISOString(),
    client,
    claim,
    citations,
    tries: given.try_lead === undefined ? null : oneItem(s, given.try_lead),
  };
  wouldHold(s, { id, voices: [voice], decided: null, heard: 0 });
  desk.say({ type: 'proposed', proposal: id, voice });
  return [
    said(
      `${known ? 'Joined' : 'Proposed as'} ${id} (${claimWords(claim).slice(0, 200)}). Its ${citations.length === 1 ? 'citation is' : `${citations.length} citations are`} exact. The person decides; list_proposals tells what they said.${voice.tries ? ' They are asked whether the lead may be tried.' : ''}`,
    ),
  ];
};
