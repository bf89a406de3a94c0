import { byHand, outputName } from '../../domain/by-hand.ts';
import type { Check } from '../../domain/methodology.ts';
import { plural } from '../../text/plural.ts';
import { visible, visibleLines } from '../../text/visible.ts';
import { truncate } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { selectedCheck } from '../model.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';

/** The commands of a check that a person runs: copied, or run from here once they were agreed to. */

const commandsOf = (app: App): { check: Check; commands: ReturnType<typeof byHand> } | null => {
  const view = app.view();
  const check = selectedCheck(view);
  if (!check || !view.snap) {
    app.toast('Choose a check first: this is a section.', 'warn');
    return null;
  }
  const commands = byHand(check, view.snap.session.target, view.files());
  if (commands.length > 0) return { check, commands };
  app.toast(`${check.id} has no commands to run by hand on this server.`, 'warn');
  return null;
};

export const copyCommands = (app: App): void => {
  const found = commandsOf(app);
  if (!found) return;
  app.ports.copy(found.commands.map((c) => `# ${c.purpose}\n${c.command}\n`).join(''));
  app.toast(`${plural(found.commands.length, 'command')} copied.`);
};

const run = (app: App, check: Check, n: number): void =>
  app.work(async () => {
    const { store } = app.opened();
    const plan = await app.ports.planByHand(store, check.id, n);
    app.push({
      kind: 'confirm',
      question: `Run this for ${check.id}?`,
      detail: `${visibleLines(plan.command)}\n\nIt runs ${plan.where}. What it says is kept with the check, and stands among the report's files.`,
      yes: () => {
        app.toast('Running; you can go on.');
        app.work(async () => {
          const done = await app.ports.runByHand(store, check.id, n);
          app.push({
            kind: 'message',
            title: `Kept with ${check.id} as ${done.name} · z takes it back`,
            text: `${visibleLines(done.text)}\n\nsha256 ${done.sha256}`,
          });
        });
      },
    });
  });

/** Chooses a command, shows its exact text and where it would run, and runs it when that is agreed to. */
export const runCommand = (app: App): void => {
  const found = commandsOf(app);
  if (!found) return;
  const { check, commands } = found;
  const { attachments } = app.opened().store.snapshot().session;
  app.push({
    kind: 'pick',
    title: `Run which command of ${check.id}? Nothing runs before you have seen it and agreed.`,
    query: textField(''),
    list: emptyList(),
    rows: (query) =>
      commands
        .filter((c) => `${c.purpose} ${c.command}`.toLowerCase().includes(query.toLowerCase()))
        .map((c) => ({
          id: String(c.n),
          label: truncate(visible(`${c.purpose}: ${c.command}`), Math.max(20, app.ui.get().columns - 30)),
          note: attachments.has(outputName(check.id, c.n))
            ? 'ran, kept'
            : c.elsewhere === ''
              ? ''
              : 'not from here',
        })),
    empty: 'No command matches.',
    several: false,
    chosen: [],
    choose: ([id]) => run(app, check, Number(id)),
  });
};
