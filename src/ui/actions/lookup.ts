import { matchesWords } from '../../domain/selectors.ts';
import { visibleLines } from '../../text/visible.ts';
import type { App } from '../app-state.ts';
import { selectedSession } from '../model.ts';
import type { EarlierRow } from '../ports.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';

/** Earlier audits of a server, in the clone of the audit database that preferences remember. Reads files only. */
const show = (app: App, title: string, all: readonly EarlierRow[]): void =>
  app.push({
    kind: 'pick',
    title,
    query: textField(''),
    list: emptyList(),
    rows: (query) =>
      (query === '' ? all : all.filter((r) => matchesWords(query, r.label, r.note))).map(
        ({ id, label, note }) => ({ id, label, note }),
      ),
    empty: 'nothing of that kind',
    several: false,
    chosen: [],
    choose: ([id]) => {
      const row = all.find((r) => r.id === id);
      // Come back to the list: reading one finding leads to the next.
      show(app, title, all);
      if (row?.text) app.work(async () => void (await app.ports.view(row.id, visibleLines(row.text), 1)));
    },
  });

const find = (app: App, server: string, database: string): void =>
  app.work(async () => {
    const { title, rows } = await app.ports.lookUp(server, database);
    if (rows.length === 0) app.push({ kind: 'message', title: 'Earlier audits', text: title });
    else show(app, title, rows);
  });

/** Of the open session's server at once; else asks for a server, and for the database where none is known yet. */
export const lookUpAudits = (app: App): void => {
  const view = app.view();
  const open = view.snap?.session.target?.url ?? '';
  const database = app.ports.database();
  if (open !== '' && database !== '' && view.ui.place !== 'home') return find(app, open, database);
  const selected = selectedSession(view);
  const server = open || (selected?.name.includes('/') ? selected.name : '');
  app.push({
    kind: 'form',
    title: 'Earlier audits of a server',
    fields: [
      {
        id: 'server',
        label: 'server',
        help: 'owner/name on GitHub, an https address, or a folder with a clone. With a clone at hand, the quoted code is compared with today’s.',
        value: server,
        required: true,
      },
      {
        id: 'database',
        label: 'database',
        help: 'Folder with a clone of the audit database; remembered. Nothing is fetched.',
        value: database,
        required: true,
      },
    ],
    list: emptyList(),
    editing: textField(server),
    problem: '',
    enter: 'next',
    submit: (v) => {
      const top = app.ui.get().overlays.at(-1);
      if (!v.server?.trim() || !v.database?.trim()) {
        if (top?.kind === 'form') app.swap({ ...top, problem: 'Name the server and the database.' });
        return;
      }
      app.pop();
      find(app, v.server.trim(), v.database.trim());
    },
  });
};
