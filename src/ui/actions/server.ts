import { isRefusal } from '../../domain/decide.ts';
import {
  NETWORKS,
  PROFILE_PARTS,
  SERVER_TYPES,
  type ServerProfile,
  type ServerProposal,
} from '../../domain/server-profile.ts';
import type { App } from '../app-state.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';

/** Why the evidence proposes it, and where that stands; or why it proposes nothing. */
const proposalWords = ({ value, reason, evidence, more }: ServerProposal): string =>
  value === ''
    ? `Nothing is proposed: ${reason}. Left empty, the report says "unknown".`
    : [
        `Left empty, the report proposes ${value.replace(/\s+/g, ' ')}: ${reason}.`,
        ...(evidence.length > 0
          ? [`Evidence: ${evidence.join('; ')}${more > 0 ? `; and ${more} more` : ''}`]
          : []),
      ].join('\n');

/** What the server is, in the auditor's words; what stays empty is proposed from the evidence in the report. */
export const describeServer = (app: App): void => {
  const known = app.opened().store.snapshot().session.server;
  const help: Record<keyof ServerProfile, string> = {
    purpose:
      'What it is for, in a sentence or two. Empty: quoted from the manifest or README, and marked so.',
    type: `In the database's words, one of ${SERVER_TYPES.join(', ')}.`,
    dataSensitivity: 'low, medium or high: what the server reads and holds.',
    authentication: 'required, optional or none: what it asks of its callers.',
    network: `In the database's words, one of ${NETWORKS.join(', ')}.`,
    judgement: 'What you tell a person who has to decide. It closes the summary; nobody else writes it.',
  };
  const proposals = app.ports.serverProposals(app.opened().store.snapshot());
  const proposal = (id: keyof ServerProfile): ServerProposal | null =>
    id === 'judgement' ? null : proposals[id];
  const label = (part: string): string => (part === 'dataSensitivity' ? 'data sensitivity' : part);
  app.push({
    kind: 'form',
    title: 'What the server is',
    fields: PROFILE_PARTS.map((id) => {
      const made = proposal(id);
      return {
        id,
        label: label(id),
        help: [help[id], ...(made ? [proposalWords(made)] : [])].join('\n'),
        value: known[id],
        ...(made && made.value !== '' ? { proposal: `${made.value.replace(/\s+/g, ' ')} (proposed)` } : {}),
      };
    }),
    list: emptyList(),
    editing: textField(known.purpose),
    problem: '',
    enter: 'next',
    submit: (v) => {
      const server = Object.fromEntries(PROFILE_PARTS.map((id) => [id, v[id]?.trim() ?? '']));
      const result = app
        .opened()
        .store.dispatch({ type: 'describe-server', server: server as Partial<ServerProfile> });
      if (isRefusal(result) && result.refused !== 'nothing changed') {
        const top = app.ui.get().overlays.at(-1);
        if (top?.kind === 'form') app.swap({ ...top, problem: `${result.refused}: ${result.hint}` });
        return;
      }
      app.pop();
      app.toast('Recorded · z takes it back.');
    },
  });
};
