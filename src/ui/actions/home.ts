import { checksOf } from '../../domain/methodology.ts';
import type { App } from '../app-state.ts';
import { selectedId } from '../model.ts';
import type { Opened, StartRequest } from '../ports.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';

export const refreshHome = (app: App): void =>
  app.work(async () => {
    try {
      app.setSessions(await app.ports.listSessions());
    } catch (error) {
      app.setSessions([], error instanceof Error ? error.message : String(error));
    }
  });

/** Shows an opened session where it was left, and gathers what has never been gathered. */
const enter = (app: App, opened: Opened): void => {
  app.setOpened(opened);
  const { session, methodology, readOnly, notices } = opened.store.snapshot();
  const lists = {
    ...app.ui.get().lists,
    checks: { selected: session.lastCheck ?? checksOf(methodology)[0]?.id ?? null, top: 0 },
  };
  app.update({ place: 'audit', focus: 'list', lists, overlays: [], opening: '' });
  if (readOnly) app.toast(`Read-only: ${readOnly}`, 'warn');
  else if (notices.length > 0) app.toast(notices.join(' '), 'warn');
  app.work(() => opened.store.load());
  const missing = opened.collectors.map((c) => c.id).filter((id) => !session.runs.has(id));
  if (missing.length > 0 && !readOnly)
    opened.store.collect(missing).catch((e: unknown) => app.toast(String(e), 'bad'));
};

type Opening = (progress: (text: string) => void) => Promise<Opened>;

/** `orFail`: what was named on the command line and cannot be opened ends the program, with the reason. */
const open = (app: App, what: string, orFail: boolean, run: Opening): void => {
  app.update({ place: 'opening', opening: what });
  app.work(async () => {
    try {
      enter(app, await run((text) => app.update({ opening: `${what}\n${text}` })));
    } catch (error) {
      if (orFail) return app.fail(error);
      app.update({ place: 'home', opening: '' });
      throw error;
    }
  });
};

export const resume = (app: App, id: string, orFail = false): void =>
  open(app, `Opening ${id}`, orFail, () => app.ports.resume(id));

export const start = (app: App, request: StartRequest, orFail = false): void => {
  const abort = new AbortController();
  app.cancelOpening = () => abort.abort();
  const what = request.sample ? 'Opening the sample server' : `Opening ${request.source}`;
  open(app, what, orFail, (progress) => app.ports.start(request, progress, abort.signal));
};

export const resumeSelected = (app: App): void => {
  const view = app.view();
  const id = selectedId(view, 'home');
  const session = view.sessions?.find((s) => s.id === id);
  if (!session) return newAudit(app);
  if (session.problem)
    app.push({ kind: 'message', title: `${session.name} cannot be opened`, text: session.problem });
  else resume(app, session.id);
};

export const newAudit = (app: App): void =>
  app.push({
    kind: 'form',
    title: 'New audit',
    fields: [
      {
        id: 'source',
        label: 'server',
        help: 'A folder with a git repository, or a git URL. #ref at the end pins a commit, tag or branch.',
        value: '',
        required: true,
      },
      {
        id: 'subdir',
        label: 'subfolder',
        help: 'In a monorepo: the folder of the server. Empty for all.',
        value: '',
      },
      {
        id: 'methodology',
        label: 'methodology',
        help: 'A folder with your own checklists. Empty for the bundled one.',
        value: '',
      },
    ],
    list: emptyList(),
    editing: textField(''),
    problem: '',
    enter: 'submits',
    submit: (v) => {
      const top = app.ui.get().overlays.at(-1);
      if (!v.source?.trim()) {
        if (top?.kind === 'form')
          app.swap({ ...top, problem: 'Name the server first: a folder or a git URL.' });
        return;
      }
      app.pop();
      start(app, {
        source: v.source.trim(),
        subdir: v.subdir?.trim() ?? '',
        methodology: v.methodology?.trim() ?? '',
        url: '',
        sample: false,
      });
    },
  });

export const trySample = (app: App): void =>
  start(app, { source: '', subdir: '', methodology: '', url: '', sample: true });

export const importSession = (app: App): void =>
  app.push({
    kind: 'field',
    title: 'Import a session',
    help: 'Path of a file written by "mcp-audit export". Enter imports, Esc leaves.',
    field: textField(''),
    submit: (path) => {
      app.work(async () => {
        const id = await app.ports.importFile(path.trim());
        app.toast(`Imported ${id}.`);
        refreshHome(app);
      });
      return true;
    },
  });
