import type { AssistanceRecord } from './assistance.ts';
import type { Command, Decision, Refusal } from './decide.ts';
import { eventBody } from './events.ts';
import { stateOf, type Voice } from './proposal.ts';
import { same } from './same.ts';
import type { Session } from './session.ts';

const refuse = (refused: string, hint: string): Refusal => ({ refused, hint });
const unchanged = refuse('nothing changed', 'the record already says so');
const unknown = (id: string): Refusal =>
  refuse(`there is no proposal ${id}`, 'mcp-audit proposals lists those there are');

export const takeInProposal = (session: Session, proposal: string, voice: Voice): Decision => {
  const known = session.proposals.get(proposal);
  if (known?.voices.some((v) => v.connection === voice.connection && v.n === voice.n)) return unchanged;
  const event = { type: 'proposal.made', proposal, voice } as const;
  const parsed = eventBody.safeParse(event);
  // As it will be read back: without blanks around its words.
  if (parsed.success) return { event: parsed.data };
  const issue = parsed.error.issues[0];
  return refuse(
    `the proposal ${proposal} is not complete: ${issue?.path.join('.')}: ${issue?.message}`,
    'it was not taken in; nothing else is touched by that',
  );
};

export const keepAssistance = (session: Session, connection: string, value: AssistanceRecord): Decision => {
  if (same(session.assistance.get(connection) ?? null, value)) return unchanged;
  const event = { type: 'assistance.recorded', connection, value } as const;
  return eventBody.safeParse(event).success
    ? { event }
    : refuse(`what was said over ${connection} is not complete`, 'its transcript stays beside the session');
};

/** What is accepted is the person's own decision, in one event, which one undo takes back. */
export const acceptProposal = (
  session: Session,
  { proposal, command, edited }: Extract<Command, { type: 'accept-proposal' }>,
  inner: (command: Command) => Decision,
): Decision => {
  const known = session.proposals.get(proposal);
  if (!known) return unknown(proposal);
  if (stateOf(known) === 'accepted')
    return refuse(`${proposal} is accepted already`, 'undo takes that back, if it was a slip');
  const decided = command === null ? unchanged : inner(command);
  if ('refused' in decided && decided.refused !== unchanged.refused) return decided;
  // Where the record says so already, only the answer is new.
  if ('refused' in decided || decided.event.type === 'draft.kept')
    return { event: { type: 'proposal.decided', proposal, value: { decision: 'accepted', words: '' } } };
  return { ...decided, origin: { id: proposal, edited } };
};

export const decideProposal = (
  session: Session,
  { proposal, decision, words }: Extract<Command, { type: 'decide-proposal' }>,
): Decision => {
  const known = session.proposals.get(proposal);
  if (!known) return unknown(proposal);
  if (known.decided?.decision === 'accepted')
    return refuse(
      `${proposal} is accepted, and its decision is part of the record`,
      'change that decision itself, or undo it',
    );
  const said = words.trim();
  if (decision !== null && said === '')
    return decision === 'rejected'
      ? refuse('rejecting needs a reason', 'say why it does not hold: the assistant can read it')
      : refuse('asking back needs a question', 'say what you want to know');
  const value = decision && { decision, words: said };
  const was = known.decided && { decision: known.decided.decision, words: known.decided.words };
  if (same(was, value) && (decision !== 'asked' || stateOf(known) === 'asked')) return unchanged;
  const event = { type: 'proposal.decided', proposal, value } as const;
  return eventBody.safeParse(event).success
    ? { event }
    : refuse('that is too long', 'say it in 8,000 characters');
};
