import { isRefusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { Host } from './host.ts';
import { openedSession } from './with-session.ts';

/** Says in an imported session who decides from here on: this machine's auditor. */
export const nameYourself = async (host: Host, session: string): Promise<void> => {
  const auditor = host.settings().auditor.get();
  if (auditor.github === '' && auditor.name === '')
    throw new UserError(
      `session ${session} is here, but nobody is named on this machine, so what you decide would be told as the author's`,
      'open it and say who you are (A on the Session screen), before you decide anything',
    );
  await openedSession(host, session, async (w) => {
    const named = w.store.dispatch({ type: 'name-auditor', auditor });
    if (isRefusal(named) && named.refused !== 'nothing changed')
      throw new UserError(named.refused, named.hint);
  });
};
