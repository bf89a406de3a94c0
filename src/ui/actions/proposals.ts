import { isRefusal } from '../../domain/decide.ts';
import { claimOf, claimWords, type Proposal, reasonOf, stateOf } from '../../domain/proposal.ts';
import { commandOfProposal, findingOfProposal } from '../../domain/proposal-command.ts';
import { truncate } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { selectedProposal } from '../model.ts';
import { proposalRows, waitingByCheck } from '../proposals-model.ts';
import type { Stop } from '../reader.ts';
import { textField } from '../view/text-field.ts';
import { tryLeadOf } from './live.ts';
import { goTo, goToCheck, select } from './navigate.ts';
import { openReader } from './reader.ts';

/** Deciding on what assistants proposed. Each is one decision of the auditor's, and one undo takes it back. */

/** On to the next that waits, since a decided one goes to the end of the list. */
const moveOn = (app: App, from: string): void => {
  const rows = proposalRows(app.view());
  const next = rows.find((p) => p.id !== from && stateOf(p) === 'open') ?? rows[0];
  if (next) select(app, 'proposals', next.id);
};

const current = (app: App): Proposal | null => {
  const p = selectedProposal(app.view());
  if (!p) app.toast('Choose a proposal first.', 'warn');
  return p;
};

const done = (app: App, id: string, said: string): void => {
  moveOn(app, id);
  app.toast(`${said} · z takes it back`);
};

/** Takes a proposal over; `words` are the auditor's in place of the assistant's. */
const take = (app: App, p: Proposal, words: string | null): boolean => {
  const { session, methodology } = app.opened().store.snapshot();
  const command = commandOfProposal(session, methodology, p, words);
  const result =
    command && 'refused' in command
      ? command
      : app
          .opened()
          .store.dispatch({ type: 'accept-proposal', proposal: p.id, command, edited: words !== null });
  if (isRefusal(result)) {
    app.toast(`${result.refused}: ${result.hint}`, 'warn');
    return false;
  }
  const { decided } = app.opened().store.snapshot().session.proposals.get(p.id) ?? p;
  done(
    app,
    p.id,
    `Yours now: ${decided?.finding ? `${decided.finding}, ` : ''}${truncate(claimWords(claimOf(p)), 60)}`,
  );
  return true;
};

export const accept = (app: App): void => {
  const p = current(app);
  if (p) take(app, p, null);
};

/** A finding is changed as a whole, in the auditor's editor; of all else the reason is. */
export const edit = (app: App): void => {
  const p = current(app);
  if (!p) return;
  if (claimOf(p).kind === 'finding') return editFinding(app, p);
  app.push({
    kind: 'field',
    title: `${p.id}: ${truncate(claimWords(claimOf(p)), 60)}, because`,
    help: 'In your words: they are recorded with the decision. Enter accepts, Esc leaves it.',
    field: textField(reasonOf(claimOf(p))),
    submit: (words) => take(app, p, words),
  });
};

const editFinding = (app: App, p: Proposal): void =>
  app.work(async () => {
    const { session, methodology } = app.opened().store.snapshot();
    const begun = findingOfProposal(session, methodology, p);
    if (isRefusal(begun)) return app.toast(`${begun.refused}: ${begun.hint}`, 'warn');
    const edited = await app.ports.edit(app.ports.findingText(begun), `${p.id}.yml`);
    if (edited.kind === 'failed') return app.toast(edited.message, 'bad');
    if (edited.kind === 'unchanged')
      return app.toast('Unchanged, so nothing is recorded: a accepts it as it is.', 'warn');
    const finding = await app.ports.parseFinding(edited.text, begun, app.opened().store);
    if (isRefusal(finding)) return app.toast(`Not recorded: ${finding.refused}. ${finding.hint}`, 'warn');
    const command = { type: 'record-finding', finding } as const;
    if (app.dispatch({ type: 'accept-proposal', proposal: p.id, command, edited: true }))
      done(app, p.id, `Recorded as ${finding.id}`);
  });

const answer = (app: App, decision: 'rejected' | 'asked'): void => {
  const p = current(app);
  if (!p) return;
  app.push({
    kind: 'field',
    title: decision === 'rejected' ? `Reject ${p.id}, because` : `Ask ${p.id} back`,
    help:
      decision === 'rejected'
        ? 'The assistant can read it, and the report counts it. Enter rejects, Esc leaves it.'
        : 'The assistant can read it, and answer by proposing again. Enter sends it back, Esc leaves it.',
    field: textField(''),
    submit: (words) => {
      const ok = app.dispatch({ type: 'decide-proposal', proposal: p.id, decision, words });
      if (ok) done(app, p.id, decision === 'rejected' ? `${p.id} rejected` : `${p.id} asked back`);
      return ok !== null;
    },
  });
};
export const reject = (app: App): void => answer(app, 'rejected');
export const askBack = (app: App): void => answer(app, 'asked');

/** The cited lines, one after the other. */
export const read = (app: App): void => {
  const p = current(app);
  const [first] = p?.voices ?? [];
  if (!p || !first) return;
  const stops: Stop[] = first.citations.map((c) => ({
    role: 'place',
    path: c.path,
    startLine: c.startLine,
    endLine: c.endLine,
    words: truncate(claimWords(first.claim), 80),
  }));
  const [at] = stops;
  if (at) openReader(app, { path: at.path, line: at.startLine }, { stops, stop: 0 });
};

/** What it asks to be tried on the running server: planned and shown first, as every start is. */
export const tryIt = (app: App): void => {
  const p = current(app);
  const lead = p?.voices.find((v) => v.tries !== null)?.tries;
  if (!p) return;
  if (!lead) return app.toast('It asks for no trial on the running server.', 'warn');
  tryLeadOf(app, lead);
};

export const goToItsCheck = (app: App): void => {
  const p = current(app);
  if (!p) return;
  for (const [check, waiting] of waitingByCheck(app.view()))
    if (waiting.some((w) => w.id === p.id)) return goToCheck(app, check);
  app.toast('No check is known that it speaks to.', 'warn');
};

/** From a check to the first that waits for it. */
export const goToProposals = (app: App, check: string | null): void => {
  const first = check === null ? undefined : waitingByCheck(app.view()).get(check)?.[0];
  goTo(app, 'proposals');
  if (first) select(app, 'proposals', first.id);
};
