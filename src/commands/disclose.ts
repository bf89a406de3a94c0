import { type Command, isRefusal } from '../domain/decide.ts';
import {
  DISCLOSURE_DAYS,
  type DisclosureState,
  disclosureOf,
  publicationWarning,
} from '../domain/disclosure.ts';
import { visible } from '../text/visible.ts';
import { type Host, json, todayOf } from './host.ts';
import { withSession } from './with-session.ts';

export type DiscloseOptions = {
  session?: string | undefined;
  told?: string | undefined;
  channel?: string | undefined;
  acknowledge?: string | undefined;
  clear?: boolean | undefined;
  json?: boolean | undefined;
};

const asked = (o: DiscloseOptions, known: DisclosureState): Command[] => {
  const commands: Command[] = [];
  if (o.clear) {
    commands.push({ type: 'tell-maintainers', toldOn: null, channel: '' });
    commands.push({ type: 'acknowledge-publication', reason: '' });
  }
  if (o.told !== undefined || o.channel !== undefined)
    commands.push({
      type: 'tell-maintainers',
      toldOn: o.told ?? known.toldOn,
      channel: o.channel ?? known.channel,
    });
  if (o.acknowledge !== undefined) commands.push({ type: 'acknowledge-publication', reason: o.acknowledge });
  return commands;
};

/** Records what was said, then tells how disclosure stands. Exit 1 when something was refused. */
export const disclose = (host: Host, options: DiscloseOptions): Promise<number> => {
  const changes = asked(options, { toldOn: null, channel: '' } as DisclosureState).length > 0;
  return withSession(
    host,
    options.session,
    async (w) => {
      for (const command of asked(options, disclosureOf(w.store.snapshot().session))) {
        const result = w.store.dispatch(command);
        if (isRefusal(result) && result.refused !== 'nothing changed') {
          host.stderr(`${visible(result.refused)}\n${visible(result.hint)}\n`);
          return 1;
        }
      }
      const today = todayOf(host);
      const { session } = w.store.snapshot();
      const { findings, ...state } = disclosureOf(session, today);
      if (options.json) {
        json(host, { session: w.id, ...state, findings: findings.map((f) => f.id) });
        return 0;
      }
      const lines = [
        `critical and high findings  ${findings.map((f) => f.id).join(', ') || 'none'}`,
        `maintainers told            ${state.toldOn ?? 'not yet'}${state.channel ? ` (${state.channel})` : ''}`,
        `public from                 ${state.publicFrom ?? `${DISCLOSURE_DAYS} days after they are told`}`,
        publicationWarning(session, today) ?? 'Nothing stands against publishing.',
        ...(state.acknowledged ? [`You said why it may be public now: ${state.reason}`] : []),
      ];
      host.stdout(`${lines.map((l) => visible(l)).join('\n')}\n`);
      return 0;
    },
    !changes,
  );
};
