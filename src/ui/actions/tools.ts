import type { App } from '../app-state.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';

/** Takes in a file another tool wrote; what came of it is told, and stands in the list of runs. */
export const importResults = (app: App): void =>
  app.push({
    kind: 'field',
    title: "Import another tool's results",
    help: 'Path of a file: SARIF 2.1.0, or JSON of semgrep, bandit, gitleaks, osv-scanner, trivy, npm audit, pip-audit. Enter imports, Esc leaves.',
    field: textField(''),
    submit: (path) => {
      if (path.trim() === '') return false;
      app.work(async () => {
        const said = await app.ports.importResults(app.opened().store, path.trim());
        app.push({ kind: 'message', title: 'Imported', text: `${said}\n\nz takes it back.` });
      });
      return true;
    },
  });

const confirm = (app: App, id: string, given: string): void =>
  app.work(async () => {
    const plan = await app.ports.planScan(id, given);
    app.push({
      kind: 'confirm',
      question: `Run ${id} on the audited commit?`,
      detail: plan,
      yes: () => {
        app.toast(`${id} is running; you can go on.`);
        app.work(async () => {
          const said = await app.ports.runScan(app.opened().store, id, given);
          app.push({ kind: 'message', title: `${id} has run`, text: `${said}\n\nz takes it back.` });
        });
      },
    });
  });

/** Chooses an installed scanner, asks for what it needs, shows the exact command, and runs it when that is agreed to. */
export const scan = (app: App): void =>
  app.work(async () => {
    // Some take seconds to say their version.
    app.toast('Looking which scanners are here…');
    const found = await app.ports.scanners();
    app.update({ toast: null });
    if (found.length === 0)
      return app.push({
        kind: 'message',
        title: 'No scanner is here',
        text: 'None of semgrep, gitleaks, osv-scanner, trivy, bandit and hadolint is on this machine. None is needed: an audit can do without, and i takes in results from elsewhere.',
      });
    app.push({
      kind: 'choose',
      title: 'Which scanner? Nothing runs before you have seen the command.',
      items: found.map((s) => ({
        label: `${s.id}${s.version ? ` ${s.version}` : ''}  ${s.adds}`,
        value: s.id,
      })),
      list: emptyList(),
      choose: (id) => {
        const takes = found.find((s) => s.id === id)?.takes;
        if (!takes) return confirm(app, id, '');
        app.push({
          kind: 'field',
          title: `${id} takes ${takes.what}`,
          help: takes.required ? 'Enter goes on, Esc leaves.' : 'Empty for none. Enter goes on, Esc leaves.',
          field: textField(''),
          submit: (given) => {
            if (takes.required && given.trim() === '') {
              app.toast(`${id} looks at nothing without it.`, 'warn');
              return false;
            }
            confirm(app, id, given.trim());
            return true;
          },
        });
      },
    });
  });
