import { UserError } from '../../domain/errors.ts';
import { checksOf } from '../../domain/methodology.ts';
import type { App } from '../app-state.ts';
import { selectedId } from '../model.ts';
import type { Opened, StartRequest } from '../ports.ts';
import { beginTour } from '../tour.ts';
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

/** `failed` is told of what cannot be opened, once Home is shown again. */
export const open = (app: App, what: string, run: Opening, failed: (error: unknown) => void): void => {
  app.update({ place: 'opening', opening: what });
  app.work(async () => {
    try {
      enter(app, await run((text) => app.update({ opening: `${what}\n${text}` })));
    } catch (error) {
      app.update({ place: 'home', opening: '' });
      failed(error);
    }
  });
};

const rethrow = (error: unknown): never => {
  throw error;
};

/** What was named on the command line and cannot be opened ends the program, with the reason; how, is known once it is drawn. */
const end =
  (app: App) =>
  (error: unknown): void =>
    app.fail(error);

export const resume = (app: App, id: string, named = false): void =>
  open(app, `Opening ${id}`, () => app.ports.resume(id), named ? end(app) : rethrow);

/** Opens a session that is open already once more, as it is now. */
export const reopen = (app: App, what: string, again: () => Promise<Opened>): void =>
  open(app, what, again, rethrow);

export const start = (app: App, request: StartRequest, failed: (error: unknown) => void): void => {
  const abort = new AbortController();
  app.cancelOpening = () => abort.abort();
  const what = request.sample ? 'Opening the sample server' : `Opening ${request.source}`;
  open(app, what, (progress) => app.ports.start(request, progress, abort.signal), failed);
};

/** On what was named on the command line. */
export const startNamed = (app: App, request: StartRequest): void => start(app, request, end(app));

export const resumeSelected = (app: App): void => {
  const view = app.view();
  const id = selectedId(view, 'home');
  const session = view.sessions?.find((s) => s.id === id);
  if (!session) return newAudit(app);
  if (session.problem)
    app.push({ kind: 'message', title: `${session.name} cannot be opened`, text: session.problem });
  else resume(app, session.id);
};

type Asked = { source: string; subdir: string; methodology: string };

export const newAudit = (app: App): void => askAudit(app, { source: '', subdir: '', methodology: '' }, '');

/** The form of a new audit. It comes back with what was typed and the reason, where that could not be opened. */
const askAudit = (app: App, asked: Asked, problem: string): void =>
  app.push({
    kind: 'form',
    title: 'New audit',
    fields: [
      {
        id: 'source',
        label: 'server',
        help: 'A folder with a git repository, or a git URL. #ref at the end pins a commit, tag or branch.',
        value: asked.source,
        required: true,
      },
      {
        id: 'subdir',
        label: 'subfolder',
        help: 'In a monorepo: the folder of the server. Empty for all.',
        value: asked.subdir,
      },
      {
        id: 'methodology',
        label: 'methodology',
        help: 'A folder with your own checklists. Empty for the bundled one.',
        value: asked.methodology,
      },
    ],
    list: emptyList(),
    editing: textField(asked.source),
    problem,
    enter: 'submits',
    submit: (v) => {
      const typed: Asked = {
        source: v.source?.trim() ?? '',
        subdir: v.subdir?.trim() ?? '',
        methodology: v.methodology?.trim() ?? '',
      };
      const top = app.ui.get().overlays.at(-1);
      if (typed.source === '') {
        if (top?.kind === 'form')
          app.swap({ ...top, problem: 'Name the server first: a folder or a git URL.' });
        return;
      }
      app.pop();
      // No shell has read these: ~ is the home folder here as well.
      const meant = (path: string): string => (path.startsWith('~') ? app.ports.fullPath(path) : path);
      start(
        app,
        {
          ...typed,
          source: meant(typed.source),
          methodology: meant(typed.methodology),
          url: '',
          sample: false,
        },
        (error) => {
          if (!(error instanceof UserError)) throw error;
          askAudit(app, typed, `${error.message}: ${error.hint}`);
        },
      );
    },
  });

/** Who never audited anything here is shown around. */
export const trySample = (app: App): void => {
  if (app.view().sessions?.length === 0) beginTour(app);
  start(app, { source: '', subdir: '', methodology: '', url: '', sample: true }, rethrow);
};

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
