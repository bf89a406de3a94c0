import type { OwnCommand } from '../../domain/settings.ts';
import { visibleLines } from '../../text/visible.ts';
import type { App } from '../app-state.ts';
import { selectedCheck, selectedItem } from '../model.ts';

/** What is chosen now, as variables: nothing of the target is put into a line for a shell. */
const variables = (app: App): Record<string, string> => {
  const view = app.view();
  const { session } = app.opened().store.snapshot();
  const item = selectedItem(view);
  const reader = view.ui.place === 'reader' ? view.ui.reader : null;
  return {
    MCP_AUDIT_CHECK: selectedCheck(view)?.id ?? '',
    MCP_AUDIT_ITEM: item?.id ?? '',
    MCP_AUDIT_FILE: reader?.path ?? item?.location?.path ?? '',
    MCP_AUDIT_LINE: String(reader?.line ?? item?.location?.startLine ?? ''),
    MCP_AUDIT_COMMIT: session.target?.commit ?? '',
    MCP_AUDIT_URL: session.target?.url ?? '',
    MCP_AUDIT_SESSION: app.opened().id,
  };
};

/** Runs a command the auditor wrote into their settings. */
export const runOwn = (app: App, command: OwnCommand): void =>
  app.work(async () => {
    const said = await app.ports.runOwn(command, variables(app));
    if (command.show === 'output')
      app.push({ kind: 'message', title: command.name, text: visibleLines(said || 'It put out nothing.') });
  });
