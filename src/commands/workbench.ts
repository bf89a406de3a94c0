// Long, because every port of the interface is wired here and nowhere else.
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { UserError } from '../domain/errors.ts';
import { isSameMethod } from '../domain/method-change.ts';
import { checksOf, type Top10Risk } from '../domain/methodology.ts';
import { progress, workedHours } from '../domain/selectors.ts';
import { surfaceOf } from '../domain/surface.ts';
import { copyText } from '../io/clipboard.ts';
import { editFile, editText, viewText } from '../io/editor.ts';
import type { OpenTargetOptions } from '../io/git/open-target.ts';
import type { SessionSummary as Listed } from '../io/session/list-sessions.ts';
import { openWritten } from '../io/session/written.ts';
import { readSettings, settingsPath, writeSetting } from '../io/settings-file.ts';
import { serverProposals } from '../report/server.ts';
import { plural } from '../text/plural.ts';
import { visible } from '../text/visible.ts';
import { resume, startNamed } from '../ui/actions/home.ts';
import type { Edited, Opened, Ports, SessionSummary } from '../ui/ports.ts';
import { runWorkbench, type TerminalPorts } from '../ui/workbench.tsx';
import { earlierAudits } from './earlier-audits.ts';
import { type Host, requireTerminal, todayOf } from './host.ts';
import type { LiveDesk } from './live-desk.ts';
import { watchAssistants } from './watch-assistants.ts';

/** Loaded when first needed: Home must be on the screen before collectors and parsers are read from the disk. */
const lazy = {
  lookup: () => import('./lookup.ts'),
  workspace: () => import('./workspace.ts'),
  report: () => import('./report.ts'),
  findings: () => import('./findings.ts'),
  sendings: () => import('./sendings.ts'),
  locate: () => import('../engine/locate.ts'),
  sessions: () => import('../io/session/list-sessions.ts'),
  archive: () => import('./archive.ts'),
  import: () => import('./import.ts'),
  templates: () => import('./templates.ts'),
  scan: () => import('./scan.ts'),
  byHand: () => import('./by-hand.ts'),
  own: () => import('../io/own-command.ts'),
  live: () => import('./live-desk.ts'),
  later: () => import('./reaudit.ts'),
  fate: () => import('./fate.ts'),
  takeIn: () => import('./take-in.ts'),
  method: () => import('./method.ts'),
  trying: () => import('../live/confirm/why-not-tried.ts'),
};

export type OpenRequest =
  | { kind: 'home' }
  | { kind: 'resume'; id: string; readOnly: boolean }
  | {
      kind: 'start';
      source: string;
      fetch?: OpenTargetOptions['fetch'];
      subdir: string;
      methodology: string;
      rules: string;
      url: string;
    };

/** What the file of settings begins as, when it is first opened. */
const SETTINGS_BEGUN =
  '{\n  // docs/settings.md says what can stand here.\n  "keys": {},\n  "commands": []\n}\n';

const summary = (s: Listed, database: string): SessionSummary => ({
  id: s.id,
  name: s.target?.name ?? s.id,
  commit: s.target?.commit ?? '',
  answered: s.answered,
  total: s.total ?? null,
  findings: s.findings,
  lastCheck: s.lastCheck,
  lastAt: s.lastAt,
  earlier: earlierAudits(database, s.target?.url ?? '').length,
  problem: s.problem ?? null,
});

type Current = { opened: Opened | null; live(): Promise<LiveDesk> };

const ports = (host: Host, terminal: TerminalPorts, request: OpenRequest, current: Current): Ports => {
  const readOnly = request.kind === 'resume' && request.readOnly;
  // What a person agreed to before the interface came up holds for that target alone.
  const agreed = (source: string) =>
    request.kind === 'start' && request.source === source ? request.fetch : undefined;
  const opened = async (
    make: (
      w: Awaited<ReturnType<typeof lazy.workspace>>,
    ) => Promise<{ id: string; dir: string; store: Opened['store'] }>,
  ) => {
    const [workspace, report] = await Promise.all([lazy.workspace(), lazy.report()]);
    const [findings, sendings, trying] = await Promise.all([lazy.findings(), lazy.sendings(), lazy.trying()]);
    loaded = { report, findings, sendings, trying, top10: await report.loadTop10() };
    const w = await make(workspace);
    current.opened = {
      id: w.id,
      folder: w.dir,
      store: w.store,
      collectors: workspace.collectorCards(w.store.snapshot().methodology),
      resumeCommand: host.again([w.id]),
    };
    return current.opened;
  };
  let loaded: {
    report: Awaited<ReturnType<typeof lazy.report>>;
    findings: Awaited<ReturnType<typeof lazy.findings>>;
    sendings: Awaited<ReturnType<typeof lazy.sendings>>;
    trying: Awaited<ReturnType<typeof lazy.trying>>;
    top10: readonly Top10Risk[];
  } | null = null;
  const report = () => {
    if (!loaded) throw new Error('no session is open');
    return loaded;
  };
  const withTerminal = async (run: () => Edited): Promise<Edited> => {
    let result: Edited = { kind: 'failed', message: 'the terminal could not be handed over' };
    await terminal.suspend(async () => {
      result = run();
    });
    return result;
  };
  let found: Awaited<ReturnType<Awaited<ReturnType<typeof lazy.scan>>['runnable']>> = [];
  return {
    live: {
      untriable: (item) => loaded?.trying.whyNotTried(item) ?? 'no session is open',
      plan: async (...a) => (await current.live()).plan(...a),
      probe: async (...a) => (await current.live()).probe(...a),
      confirm: async (...a) => (await current.live()).confirm(...a),
    },
    watchAssistants: (o, told) => watchAssistants(o, told),
    listSessions: async () =>
      (await lazy.sessions())
        .listSessions(host.dataDir)
        .map((s) => summary(s, host.settings().database.get())),
    sendings: ({ methodology, session }) =>
      report().sendings.sendingsOf(methodology, session).map(report().sendings.sendingText),
    start: (asked, progressed, signal) =>
      opened(async (w) =>
        asked.sample
          ? w.startSample(host, progressed)
          : w.startAudit(host, {
              source: asked.source,
              fetch: agreed(asked.source),
              subdir: asked.subdir || undefined,
              methodology: asked.methodology || undefined,
              rules: asked.rules || undefined,
              url: asked.url || undefined,
              progress: progressed,
              signal,
            }),
      ),
    resume: (id) => opened(async (w) => w.resumeAudit(host, w.chooseSession(host, id), readOnly)),
    laterAudit: {
      begin: (earlier, ref, progress) =>
        opened(async () => (await (await lazy.later()).beginReaudit(host, earlier, { ref }, progress)).w),
      summary: async (store) => (await lazy.fate()).changesSince({ store }),
      giveFate: async (store, finding, verdict, note) =>
        (await lazy.fate()).giveFate({ store }, todayOf(host), {
          finding,
          verdict,
          note,
        }),
    },
    importFile: async (path) => (await lazy.archive()).importFile(host, path).id,
    importResults: async (store, path) => {
      const { importResultsFile, describeImport } = await lazy.import();
      return describeImport(await importResultsFile(store, path));
    },
    scanners: async () => {
      found = await (await lazy.scan()).runnable(host);
      return found;
    },
    planScan: async (id, given) => {
      const { planScan, describePlan } = await lazy.scan();
      return describePlan(await planScan(host, id, given, found));
    },
    runScan: async (store, id, given) => {
      const [{ planScan, runScan }, { describeImport }] = await Promise.all([lazy.scan(), lazy.import()]);
      return describeImport(await runScan(host, store, await planScan(host, id, given, found)));
    },
    planByHand: async (store, check, n) => (await lazy.byHand()).planByHand(host, store, check, n),
    runByHand: async (store, check, n) => (await lazy.byHand()).runByHand(host, store, check, n),
    exportFile: async (o) => (await (await lazy.archive()).exportTo(o.folder, `${o.id}.mcp-audit.zip`)).file,
    methodChange: async (store) => {
      const { methodOf, describeMethod } = await lazy.method();
      const found = await methodOf(store);
      return { words: describeMethod(found), same: isSameMethod(found.change) };
    },
    moveMethod: async (o) => {
      const { methodOf, moveTo } = await lazy.method();
      moveTo(o.store, await methodOf(o.store));
      await o.store.close(null);
      return opened(async (w) => w.resumeAudit(host, o.id, readOnly));
    },
    readiness: (snapshot, cited) => report().report.readinessOf(snapshot, cited),
    serverProposals: ({ evidence }) => {
      const results = [...evidence.values()];
      return serverProposals(
        results.flatMap((r) => r.items),
        surfaceOf(results),
      );
    },
    preview: (snapshot, events) => {
      try {
        return report().report.previewReport({ snapshot, events, top10: report().top10 });
      } catch (error) {
        return error instanceof UserError
          ? `${error.message}\n${error.hint}`
          : `It cannot be compiled yet: ${String(error)}`;
      }
    },
    fullPath: (path) => resolve(path.replace(/^~(?=\/|$)/, homedir())),
    reportFolder: () => 'audit-submission',
    write: async (_snapshot, _events, folder) => {
      const r = report();
      if (!current.opened) throw new Error('no session is open');
      const { store, folder: dir } = current.opened;
      const { createTakeIn } = await lazy.takeIn();
      createTakeIn(store, dir).all();
      // What was just taken in belongs to it.
      const now = { snapshot: store.snapshot(), events: store.events() };
      const state = { ...(await r.report.stateOf(store, r.top10)), ...now };
      const written = await r.report.writeReport(state, folder, store.readQuoted, openWritten(dir));
      return {
        ...written,
        summary: r.report.describeWritten(written),
        clean: r.report.isClean(written.diagnostics),
      };
    },
    locate: async (references, store) =>
      (await lazy.locate()).locate(references, (path) => store.readText(path)),
    findingText: (finding) => report().findings.findingText(finding),
    parseFinding: (text, base, store) => report().findings.parseFinding(text, base, store),
    templates: async () => (await lazy.templates()).loadTemplates(),
    edit: (text, name) => withTerminal(() => editText(host.env, text, name)),
    view: (path, text, line) => withTerminal(() => viewText(host.env, text, path, line)),
    copy: (text) => copyText(host.env, text, (bytes) => void process.stdout.write(bytes)),
    notify: (text) => void process.stdout.write(`\u001b]9;${text}\u0007\u0007`),
    settings: {
      read: () => readSettings(host.ownDir),
      write: (name, value) => {
        try {
          writeSetting(host.ownDir, name, value);
          return null;
        } catch (error) {
          return `it could not be kept: ${error instanceof Error ? error.message : error}`;
        }
      },
    },
    editSettings: () => withTerminal(() => editFile(host.env, settingsPath(host.ownDir), SETTINGS_BEGUN)),
    runOwn: async (command, variables) => {
      const { runOwnCommand } = await lazy.own();
      if (command.show === 'output') return runOwnCommand(host.env, command, variables);
      await terminal.suspend(async () => void (await runOwnCommand(host.env, command, variables)));
      return '';
    },
    database: () => host.settings().database.get(),
    lookUp: async (server, database) => {
      const { databaseFolder, lookUp, lookupRows } = await lazy.lookup();
      return lookupRows(await lookUp(host, server, databaseFolder(host, database)), database);
    },
    auditor: {
      get: () => host.settings().auditor.get(),
      set: (auditor) => host.settings().auditor.set(auditor),
    },
    now: host.clock,
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
};

/** What is left on the normal screen, since the interface's own goes when it ends. */
const farewell = (host: Host, opened: Opened): void => {
  const { session, methodology } = opened.store.snapshot();
  const p = progress(session, checksOf(methodology));
  const lines = [
    `${visible(session.target?.name ?? '')} @ ${session.target?.commit.slice(0, 12)}`,
    `${p.answered} of ${p.total} checks answered, ${plural(session.findings.size, 'finding')}, ${workedHours(session)} h of work`,
    `saved in ${opened.folder}`,
    `come back with: ${opened.resumeCommand}`,
  ];
  host.stdout(`${lines.join('\n')}\n`);
};

/** Opens the interface; returns when the auditor leaves. */
export const openWorkbench = async (host: Host, request: OpenRequest): Promise<number> => {
  requireTerminal();
  const terminal: TerminalPorts = { suspend: async (run) => run(), pointer: false };
  const desks: Promise<LiveDesk>[] = [];
  const current: Current = {
    opened: null,
    live: () => {
      if (desks.length === 0) desks.push(lazy.live().then(({ createLiveDesk }) => createLiveDesk(host)));
      return desks[0]!;
    },
  };
  try {
    await runWorkbench(
      ports(host, terminal, request, current),
      terminal,
      (app) => {
        if (request.kind === 'resume') resume(app, request.id, true);
        else if (request.kind === 'start')
          startNamed(app, {
            source: request.source,
            subdir: request.subdir,
            methodology: request.methodology,
            rules: request.rules,
            url: request.url,
            sample: false,
          });
      },
      host.env,
    );
  } catch (error) {
    if (current.opened) {
      const { session } = current.opened.store.snapshot();
      host.stderr(
        `The interface failed. Everything up to event ${session.seq} is saved in ${current.opened.folder}.\nCome back with: ${current.opened.resumeCommand}\n`,
      );
    }
    throw error;
  } finally {
    for (const desk of desks) await (await desk).close();
  }
  if (current.opened) farewell(host, current.opened);
  return 0;
};
