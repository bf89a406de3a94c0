import { clientWords, proposalsWith } from '../domain/assistance.ts';
import { type Command, isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { SessionEvent } from '../domain/events.ts';
import { placeWords } from '../domain/evidence.ts';
import { claimWords, type Proposal, reasonOf, stateOf } from '../domain/proposal.ts';
import { commandOfProposal } from '../domain/proposal-command.ts';
import type { ProposalsJson } from '../domain/proposals-json.ts';
import { sessionDir } from '../io/paths.ts';
import { createAssistReader } from '../io/session/assist-files.ts';
import { plural } from '../text/plural.ts';
import { redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { type Host, json } from './host.ts';
import { sessionNamed } from './session-named.ts';
import { createTakeIn } from './take-in.ts';
import { exitCode, openedSession } from './with-session.ts';
import { resumeAudit, type Workspace } from './workspace.ts';

export type ProposalsOptions = {
  session?: string | undefined;
  state?: string | undefined;
  reason?: string | undefined;
  ask?: boolean | undefined;
  json?: boolean | undefined;
};

const STATES = ['open', 'accepted', 'rejected', 'asked'] as const;

const say = (host: Host, text: string): void => host.stdout(`${visible(redactSecrets(text))}\n`);

const asJson = (id: string, all: readonly Proposal[]): ProposalsJson => ({
  schema: 'mcp-audit/proposals@1',
  session: id,
  proposals: all.map((p) => ({
    id: p.id,
    state: stateOf(p),
    claim: p.voices[0]!.claim,
    citations: p.voices[0]!.citations,
    voices: p.voices.map((v) => ({
      client: v.client,
      verified: false as const,
      at: v.at,
      connection: v.connection,
      reason: reasonOf(v.claim),
      tries: v.tries,
    })),
    decided: p.decided && {
      decision: p.decided.decision,
      words: p.decided.words,
      at: p.decided.at,
      by: p.decided.by,
      edited: p.decided.edited,
      finding: p.decided.finding,
    },
  })),
});

const STATE_WORDS = {
  open: 'open',
  accepted: 'accepted',
  rejected: 'rejected',
  asked: 'asked back',
} as const;

const show = (host: Host, p: Proposal): void => {
  const [first] = p.voices as [Proposal['voices'][number]];
  say(host, `${p.id}  ${STATE_WORDS[stateOf(p)].padEnd(10)} ${claimWords(first.claim).slice(0, 200)}`);
  const by = [...new Set(p.voices.map((v) => clientWords(v.client)))].join(', ');
  say(host, `    by ${by} (as it calls itself, unverified), ${first.at.slice(0, 16).replace('T', ' ')} UTC`);
  say(host, `    at ${first.citations.map(placeWords).join(', ')}`);
  for (const line of reasonOf(first.claim).split('\n').slice(0, 6)) say(host, `    ${line.slice(0, 400)}`);
  if (first.tries) say(host, `    asks to be tried: mcp-audit confirm ${first.tries}`);
  if (p.decided?.words) say(host, `    you said: ${p.decided.words.slice(0, 400)}`);
};

/** Lists what assistants proposed. Works beside an open interface, since it changes nothing. */
export const listProposals = async (asked: Host, o: ProposalsOptions): Promise<number> => {
  const wanted = STATES.find((s) => s === o.state);
  if (o.state !== undefined && !wanted)
    throw new UserError(`there is no state "${o.state}"`, `one of ${STATES.join(', ')}`);
  const { host, id } = sessionNamed(asked, o.session);
  const { store } = resumeAudit(host, id, true);
  const lines = createAssistReader(sessionDir(host.dataDir, id))
    .read()
    .flatMap((c) => c.lines);
  const { session } = store.snapshot();
  const all = [...proposalsWith(session.proposals, lines).values()].filter(
    (p) => wanted === undefined || stateOf(p) === wanted,
  );
  await store.close(null);
  if (o.json) {
    json(host, asJson(id, all));
    return 0;
  }
  for (const p of all) show(host, p);
  const open = all.filter((p) => stateOf(p) === 'open').length;
  say(host, `${plural(all.length, 'proposal')}, ${open} open. Nothing is decided by a proposal.`);
  return 0;
};

const named = (w: Workspace, name: string): Proposal => {
  const all = [...w.store.snapshot().session.proposals.values()];
  const found = all.filter((p) => p.id === name || (name.length >= 4 && p.id.startsWith(name)));
  if (found.length === 1) return found[0]!;
  throw new UserError(
    found.length > 1
      ? `"${name}" is the beginning of ${found.length} proposals, so nothing was decided`
      : `there is no proposal "${name}", so nothing was decided`,
    'mcp-audit proposals lists those there are',
  );
};

const decideEach = (
  host: Host,
  ids: readonly string[],
  o: ProposalsOptions,
  commandOf: (w: Workspace, p: Proposal) => Command,
): Promise<number> =>
  openedSession(host, o.session, async (w) => {
    createTakeIn(w.store, w.dir).all();
    // All are looked up first: a slip in the third name leaves the first undecided.
    const found = ids.map((id) => named(w, id));
    const done: { proposal: string; refused: string; hint: string; finding: string }[] = [];
    for (const p of found) {
      let result: SessionEvent | { refused: string; hint: string };
      try {
        result = w.store.dispatch(commandOf(w, p));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        result = { refused: error.message, hint: error.hint };
      }
      const refused = isRefusal(result) ? result : null;
      const finding =
        !refused && 'finding' in result && typeof result.finding === 'string' ? result.finding : '';
      done.push({ proposal: p.id, refused: refused?.refused ?? '', hint: refused?.hint ?? '', finding });
      if (o.json) continue;
      if (refused) host.stderr(`${visible(`${p.id}: ${refused.refused} (${refused.hint})`)}\n`);
      else
        say(
          host,
          `${p.id}: ${STATE_WORDS[stateOf(w.store.snapshot().session.proposals.get(p.id) ?? p)]}${finding ? ` as ${finding}` : ''}`,
        );
    }
    if (o.json) json(host, { session: w.id, decided: done });
    return exitCode(w, done.some((d) => d.refused !== '') ? 1 : 0);
  });

/** Takes proposals over as the person's own decisions; `reason` in place of the assistant's words. */
export const acceptProposals = (host: Host, ids: readonly string[], o: ProposalsOptions): Promise<number> =>
  decideEach(host, ids, o, (w, p) => {
    const { session, methodology } = w.store.snapshot();
    const command = commandOfProposal(session, methodology, p, o.reason?.trim() || null);
    if (command && 'refused' in command) throw new UserError(command.refused, command.hint);
    return { type: 'accept-proposal', proposal: p.id, command, edited: Boolean(o.reason?.trim()) };
  });

export const rejectProposals = (host: Host, ids: readonly string[], o: ProposalsOptions): Promise<number> =>
  decideEach(host, ids, o, (_w, p) => ({
    type: 'decide-proposal',
    proposal: p.id,
    decision: o.ask ? 'asked' : 'rejected',
    words: o.reason ?? '',
  }));
