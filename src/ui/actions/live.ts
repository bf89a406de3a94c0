import { UserError } from '../../domain/errors.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { triedWords } from '../../domain/observations.ts';
import { plural } from '../../text/plural.ts';
import { visible } from '../../text/visible.ts';
import type { App } from '../app-state.ts';
import { itemById, selectedCheck, selectedItem, selectedLive, selectedTool } from '../model.ts';
import type { LivePort } from '../ports.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { goToCheck, select } from './navigate.ts';

/** The running server: started only after the auditor has seen the commands and agreed, in a sandbox. */

type Does = Parameters<LivePort['plan']>[2];
type Run = (signal: AbortSignal, tell: (words: string, done?: number) => void) => Promise<void>;

/** Does it, with what it is doing in the status line; Ctrl+C calls it off. */
const doing = (app: App, total: number, run: Run): void => {
  const abort = new AbortController();
  const tell = (words: string, done?: number): void =>
    app.update({ live: { words, done: done ?? app.ui.get().live?.done ?? 0, total } });
  tell('preparing');
  const done = (async () => {
    try {
      await run(abort.signal, tell);
    } catch (error) {
      // What failed because it was called off did not fail.
      if (!abort.signal.aborted) throw error;
    } finally {
      app.live = null;
      app.update({ live: null });
    }
    if (abort.signal.aborted) app.toast('Called off: nothing runs any more.', 'warn');
  })();
  app.live = { cancel: () => abort.abort(), done: done.catch(() => {}) };
  app.work(() => done);
};

const planned = (app: App, does: Does, question: string, always: boolean, go: () => void): void => {
  if (app.ui.get().live) return app.toast('The server is running already: Ctrl+C calls it off.', 'warn');
  app.work(async () => {
    try {
      const { words, agreed } = await app.ports.live.plan(app.opened().store, app.ui.get().start, does);
      if (agreed && !always) go();
      else app.push({ kind: 'confirm', question, detail: words, yes: go });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      app.push({
        kind: 'message',
        title: 'Nothing was started',
        text: `${error.message}\n\n${error.hint}`,
      });
    }
  });
};

/** r: starts it and asks it. */
export const probe = (app: App): void =>
  planned(app, { kind: 'probe' }, 'Start the server in a sandbox and ask it?', true, () =>
    doing(app, 0, async (signal, tell) => {
      const said = await app.ports.live.probe(app.opened().store, app.ui.get().start, {
        progress: (words) => tell(words),
        signal,
      });
      if (!signal.aborted) app.toast(`Recorded: ${said} · z takes it back`);
    }),
  );

const tryLeads = (app: App, leads: readonly EvidenceItem[], always: boolean): void => {
  const can = leads.filter((l) => app.ports.live.untriable(l) === '');
  const [one] = leads;
  if (can.length > 0) return tryThese(app, leads, can, always);
  app.toast(
    !one
      ? 'There is no lead here to try.'
      : leads.length === 1
        ? `It cannot be tried by calls: ${app.ports.live.untriable(one)}`
        : 'None of these leads can be tried by calls.',
    'warn',
  );
};

const tryThese = (
  app: App,
  leads: readonly EvidenceItem[],
  can: readonly EvidenceItem[],
  always: boolean,
): void => {
  const { live } = app.ports;
  const others = leads.length - can.length;
  const question = `Start the server in a sandbox and try ${plural(can.length, 'lead')}?${others > 0 ? ` ${others} more cannot be tried by calls.` : ''}`;
  planned(app, { kind: 'confirm', leads: can.length, others }, question, always, () =>
    doing(app, can.length, async (signal, tell) => {
      const { summary, results } = await live.confirm(app.opened().store, app.ui.get().start, can, {
        progress: (words) => tell(words),
        signal,
        told: (done, words) => tell(words, done),
      });
      if (signal.aborted) return;
      const [one] = results;
      const bad = results.some((r) => r.result === 'confirmed');
      app.toast(
        one && results.length === 1 ? visible(triedWords(one)) : `Recorded: ${summary} · z takes it back`,
        bad ? 'bad' : 'ok',
      );
    }),
  );
};

/** c on a lead. */
export const tryItem = (app: App): void => {
  const item = selectedItem(app.view());
  if (item?.kind !== 'lead') return app.toast('Only leads can be tried on the running server.', 'warn');
  tryLeads(app, [item], false);
};

/** c on a check: its leads that nobody dismissed. */
export const tryCheck = (app: App): void => {
  const view = app.view();
  const check = selectedCheck(view);
  if (check) tryLeads(app, openLeads(app, view.index.get(check.id) ?? []), true);
};

/** c on a tool: the leads that begin in it. */
export const tryTool = (app: App): void => {
  const view = app.view();
  const tool = selectedTool(view);
  const leads = openLeads(app, tool?.leads ?? []);
  if (leads.length === 0) return app.toast('No lead begins in this tool.', 'warn');
  tryLeads(app, leads, true);
};

/** A lead by its id, for what names one; the commands are always shown and agreed to. */
export const tryLeadOf = (app: App, id: string): void => {
  const item = itemById(app.view(), id);
  if (item?.kind !== 'lead') return app.toast('That lead is no longer in the evidence.', 'warn');
  tryLeads(app, [item], true);
};

/** c on the live screen: the lead of the row once more. */
export const tryAgain = (app: App): void => {
  const row = selectedLive(app.view());
  const item = row?.kind === 'lead' ? itemById(app.view(), row.tried.item) : null;
  if (!item) return app.toast('Choose a lead that was tried; C tries all that can be.', 'warn');
  tryLeads(app, [item], false);
};

const openLeads = (app: App, items: readonly EvidenceItem[]): EvidenceItem[] => {
  const { triage } = app.opened().store.snapshot().session;
  return items.filter((i) => i.kind === 'lead' && triage.get(i.id)?.decision !== 'dismissed');
};

/** C: every lead that can be tried, of all checks, each once. */
export const tryAll = (app: App): void => {
  const all = new Map([...app.view().index.values()].flat().map((i) => [i.id, i]));
  tryLeads(app, openLeads(app, [...all.values()]), true);
};

/** From what became of a lead to the lead. */
export const goToTried = (app: App): void => {
  const row = selectedLive(app.view());
  const item = row?.kind === 'lead' ? itemById(app.view(), row.tried.item) : null;
  const check = item?.checks[0];
  if (!item || !check) return app.toast('Choose a lead that was tried.', 'warn');
  goToCheck(app, check);
  app.update({ focus: 'evidence' });
  select(app, 'items', item.id);
};

/** How the server is started, where that is not found or is another. */
export const sayStart = (app: App): void => {
  const { start } = app.ui.get();
  app.push({
    kind: 'form',
    title: 'How it is started',
    fields: [
      {
        id: 'cmd',
        label: 'command',
        help: 'For instance node build/index.js --stdio, with paths below the target. Empty: worked out from the manifest and the README.',
        value: start.cmd,
      },
      { id: 'cwd', label: 'folder', help: 'Below the target. Empty: an empty one.', value: start.cwd },
      {
        id: 'env',
        label: 'variables',
        help: 'NAME=value NAME="two words". No credential: the server has no network. What the README asks for is set to stand-ins.',
        value: start.env,
      },
    ],
    list: emptyList(),
    editing: textField(start.cmd),
    problem: '',
    enter: 'next',
    submit: (v) => {
      app.pop();
      app.update({ start: { cmd: v.cmd?.trim() ?? '', cwd: v.cwd?.trim() ?? '', env: v.env?.trim() ?? '' } });
      app.toast('r starts it so and asks it; you see the commands first.');
    },
  });
};
