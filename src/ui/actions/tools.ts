import type { App } from '../app-state.ts';
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
