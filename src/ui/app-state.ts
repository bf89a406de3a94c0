// Long, because it is where the interface's parts meet: what is shown, and the few ways to change it.
import type { AssistantNow } from '../domain/assistance.ts';
import { toolViews } from '../domain/attack-surface.ts';
import {
  type Cited,
  citedPaths,
  followedUp,
  itemsById,
  nothingCited,
  readCited,
  readEarlier,
} from '../domain/citations.ts';
import { type Command, isRefusal, type Refusal } from '../domain/decide.ts';
import { UserError } from '../domain/errors.ts';
import type { SessionEvent } from '../domain/events.ts';
import { emptySurface } from '../domain/evidence.ts';
import { NOTHING_TRIED, type TriedLeads, triedLeads } from '../domain/observations.ts';
import { scorecardOf } from '../domain/scorecard.ts';
import { describeEvent, type EvidenceIndex, indexEvidence, whatNow } from '../domain/selectors.ts';
import { defaultSettings, type InterfaceSettings } from '../domain/settings.ts';
import { withElsewhere } from '../domain/since/elsewhere.ts';
import { surfaceOf } from '../domain/surface.ts';
import type { Snapshot } from '../engine/store.ts';
import { withSettings } from './keymap.ts';
import type { View } from './model.ts';
import type { Overlay } from './overlays/overlay.ts';
import type { Opened, Ports, ReadinessItem, ReadSettings, SessionSummary } from './ports.ts';
import { type Cell, cell, initialUi, type Toast, type Ui } from './state.ts';
import type { Theme } from './theme.ts';

/** What every action gets: the latest state, and the few ways to change it. */
export type App = {
  ports: Ports;
  theme: Theme;
  /** The theme that settings ask for on this terminal. */
  themeOf: (settings: InterfaceSettings) => Theme;
  /** Turns reports of the pointer on or off. */
  usePointer: (on: boolean) => void;
  /** Makes settings hold from now on, and says what of them cannot. */
  applySettings(read: ReadSettings): void;
  ui: Cell<Ui>;
  view(): View;
  /** The open session; actions that need one are bound only where there is one. */
  opened(): Opened;
  setOpened(opened: Opened | null): void;
  /** Stops watching for assistants; what they left is taken in. Before the session is closed. */
  endWatch(): void;
  setSessions(sessions: readonly SessionSummary[] | null, error?: string): void;
  update(patch: Partial<Ui>): void;
  toast(text: string, tone?: Toast['tone']): void;
  push(overlay: Overlay): void;
  pop(): void;
  /** Puts a changed overlay in the place of the top one. */
  swap(overlay: Overlay): void;
  /** Sends a command; a refusal is shown where the auditor looks. */
  dispatch(command: Command, said?: string): SessionEvent | null;
  /** The same for a field's text: true when it is recorded, or was so already. */
  taken(command: Command, said: string): boolean;
  /** Runs work in the background, counted for the tests; an error becomes a message that says what to do. */
  work(run: () => Promise<void>): void;
  /** Asks the store's and the interface's listeners to draw again. */
  redraw(): void;
  subscribe(listener: () => void): () => void;
  /** Changes whenever something to be drawn has changed. */
  stamp(): number;
  /** Wipes the terminal, so that the next frame is drawn whole. */
  clearScreen: () => void;
  exit: () => void;
  /** Stops the program until the shell's `fg`, the terminal as it was before. */
  stop: () => void;
  /** Ends the interface with an error, for what was asked for on the command line and cannot be. */
  fail: (error: unknown) => void;
  /** Stops the opening of a session that is under way. */
  cancelOpening: () => void;
  /** What is being done with the running server: called off, and waited for. */
  live: { cancel(): void; done: Promise<void> } | null;
  /** How long the text being read is, how much of it shows, and in the reader from which line on. */
  /** The header as it is drawn, for what is pointed at in it. */
  headerText: () => string;
  measure: (view: View) => { lines: number; height: number; top?: number } | null;
};

const memoLast = <K extends readonly unknown[], V>(compute: (...key: K) => V): ((...key: K) => V) => {
  let last: { key: K; value: V } | null = null;
  return (...key) => {
    if (last && key.every((k, i) => Object.is(k, last?.key[i]))) return last.value;
    last = { key, value: compute(...key) };
    return last.value;
  };
};

const NO_EVIDENCE: EvidenceIndex = new Map();
const NO_ASSISTANTS: readonly AssistantNow[] = [];
const NO_FILES: readonly string[] = [];
/** Who waits for less than this is still there. */
const LONG_RUN_MS = 5000;

export const createApp = (
  ports: Ports,
  theme: Theme,
  columns: number,
  rows: number,
  measure: App['measure'],
): App => {
  const ui = cell(initialUi(columns, rows));
  let stamp = 0;
  const listeners = new Set<() => void>();
  let opened: Opened | null = null;
  let unsubscribe = () => {};
  let sessions: readonly SessionSummary[] | null = null;
  let sessionsError: string | null = null;
  const sources = new Map<string, string | null>();
  let files: readonly string[] | null = null;
  let assistants: readonly AssistantNow[] = NO_ASSISTANTS;
  let unwatch = () => {};

  let lastTried: { key: string; value: TriedLeads } = { key: '', value: NOTHING_TRIED };
  /** The same as long as the same was observed, whatever else is decided. */
  const triedOf = ({ session }: Snapshot): TriedLeads => {
    const key = [...session.observations.keys()].join(' ');
    if (key !== lastTried.key) lastTried = { key, value: triedLeads(session) };
    return lastTried.value;
  };
  const index = memoLast(indexEvidence);
  const readiness = memoLast((snap: Snapshot, proof: Cited): readonly ReadinessItem[] =>
    ports.readiness(snap, proof),
  );
  const paths = memoLast((findings: Snapshot['session']['findings'], evidence: Snapshot['evidence']) =>
    citedPaths(findings.values(), itemsById(evidence)),
  );
  /** What findings cite, as far as it has been read; a commit does not change, so each file is read once. */
  let cited = nothingCited;
  let reading = false;
  /** The findings whose places at earlier commits were read. */
  let earlierOf = '';
  const citations = (snap: Snapshot, open: Opened): Cited => {
    const wanted = paths(snap.session.findings, snap.evidence);
    const { findings } = snap.session;
    const said = followedUp(findings);
    const unread = wanted.some((p) => !cited.texts.has(p)) || earlierOf !== said;
    if (!reading && cited.problem === null && unread) {
      reading = true;
      const read = readCited(wanted, (path) => open.store.readQuoted(path), cited);
      const anywhere = read
        .then(async (c) => ({
          ...(await withElsewhere(c, snap, open.store)),
          earlier: await readEarlier(findings.values(), open.store.readQuoted),
        }))
        .catch(() => read);
      void anywhere.then((read) => {
        reading = false;
        if (opened !== open) return;
        cited = read;
        earlierOf = said;
        app.redraw();
      });
    }
    return cited;
  };
  const now = memoLast(
    (snap: Snapshot) => whatNow(snap.methodology, snap.session, index(snap.evidence, triedOf(snap))).text,
  );
  const tools = memoLast((evidence: Snapshot['evidence']) => toolViews(evidence));
  const surface = memoLast((evidence: Snapshot['evidence']) => surfaceOf(evidence.values()));
  const scorecard = memoLast((snap: Snapshot) => scorecardOf(snap));
  const preview = memoLast((snap: Snapshot, store: Opened) => ports.preview(snap, store.store.events()));
  const titles = memoLast(
    (evidence: Snapshot['evidence']) =>
      new Map(
        [...evidence.values()].flatMap((r) => r.items.map((item): [string, string] => [item.id, item.title])),
      ),
  );
  const history = memoLast((snap: Snapshot, store: Opened) => {
    const titleOf = (item: string) => titles(snap.evidence).get(item);
    return store.store
      .events()
      .map((e) => ({ id: String(e.seq), at: e.at, text: describeEvent(e, titleOf) }))
      .reverse();
  });

  // One key often changes several things: listeners hear of them once, and one frame is drawn.
  let told = true;
  const changed = () => {
    stamp += 1;
    if (!told) return;
    told = false;
    queueMicrotask(() => {
      told = true;
      for (const listener of [...listeners]) listener();
    });
  };
  ui.subscribe(changed);

  const store = new Map<string, { from: readonly unknown[]; value: unknown }>();
  const kept: View['kept'] = <T>(name: string, from: readonly unknown[], make: () => T): T => {
    const known = store.get(name);
    if (known && known.from.length === from.length && known.from.every((f, i) => Object.is(f, from[i])))
      return known.value as T;
    const value = make();
    store.set(name, { from, value });
    return value;
  };

  /** A text that does not change, read when it is first shown: null until then, '' where there is none. */
  const readOnce = (
    name: string,
    read: (store: Opened['store']) => Promise<string | null>,
  ): string | null => {
    const known = sources.get(name);
    if (!opened || known !== undefined) return known ?? null;
    sources.set(name, null);
    read(opened.store).then(
      (text) => {
        sources.set(name, text ?? '');
        app.redraw();
      },
      () => sources.set(name, ''),
    );
    return null;
  };

  let { bindings } = withSettings(defaultSettings());
  let bell = false;
  /** When collectors began to run; null while none does. */
  let began: number | null = null;
  const tellEnd = (): void => {
    const running = (opened?.store.snapshot().running.size ?? 0) > 0;
    if (running) began ??= ports.now().getTime();
    else if (began !== null) {
      if (bell && ports.now().getTime() - began > LONG_RUN_MS)
        ports.notify('mcp-audit: the collectors are done');
      began = null;
    }
  };

  const app: App = {
    ports,
    theme,
    themeOf: () => theme,
    usePointer: () => {},
    applySettings({ settings, problem }) {
      const made = withSettings(settings);
      bindings = made.bindings;
      bell = settings.bell;
      app.theme = app.themeOf(settings);
      app.usePointer(settings.mouse);
      const wrong = [problem, ...made.problems].filter(Boolean);
      if (wrong.length > 0) app.toast(wrong.join(' · '), 'warn');
      app.redraw();
    },
    ui,
    measure,
    headerText: () => '',
    exit: () => {},
    stop: () => {},
    fail: () => {},
    cancelOpening: () => {},
    live: null,
    clearScreen: () => {},
    stamp: () => stamp,
    view() {
      const snap = opened?.store.snapshot() ?? null;
      const open = opened;
      return {
        ui: ui.get(),
        bindings,
        opened,
        snap,
        index: snap ? index(snap.evidence, triedOf(snap)) : NO_EVIDENCE,
        tried: snap ? triedOf(snap) : NOTHING_TRIED,
        assistants,
        untriable: (item) => ports.live.untriable(item),
        sessions,
        sessionsError,
        readiness: () => (snap && open ? readiness(snap, citations(snap, open)) : []),
        tools: () => (snap ? tools(snap.evidence) : []),
        scorecard: () => (snap ? scorecard(snap) : null),
        surface: () => (snap ? surface(snap.evidence) : emptySurface()),
        whatNow: () => (snap ? now(snap) : ''),
        preview: () => (snap && open ? preview(snap, open) : ''),
        history: () => (snap && open ? history(snap, open) : []),
        source: (path) => readOnce(path, (store) => store.readText(path)),
        observed: (sha256) =>
          readOnce(`blob ${sha256}`, async (store) => {
            const bytes = await store.readBlob(sha256);
            return bytes && new TextDecoder().decode(bytes);
          }),
        files: () => {
          if (files || !open) return files ?? NO_FILES;
          files = NO_FILES;
          open.store.paths().then(
            (paths) => {
              if (opened !== open) return;
              files = paths;
              app.redraw();
            },
            () => {},
          );
          return files;
        },
        now: ports.now(),
        kept,
      };
    },
    opened() {
      if (!opened) throw new Error('no session is open');
      return opened;
    },
    setOpened(next) {
      unsubscribe();
      unwatch();
      assistants = NO_ASSISTANTS;
      opened = next;
      sources.clear();
      files = null;
      cited = nothingCited;
      unsubscribe = next
        ? next.store.subscribe(() => {
            tellEnd();
            app.redraw();
          })
        : () => {};
      unwatch = next
        ? ports.watchAssistants(next, (now) => {
            assistants = now;
            app.redraw();
          })
        : () => {};
      app.redraw();
    },
    endWatch() {
      unwatch();
      unwatch = () => {};
    },
    setSessions(next, error) {
      sessions = next;
      sessionsError = error ?? null;
      app.redraw();
    },
    update(patch) {
      ui.set({ ...ui.get(), ...patch });
    },
    toast(text, tone = 'ok') {
      app.update({ toast: { text, tone } });
    },
    push(overlay) {
      app.update({ overlays: [...ui.get().overlays, overlay] });
    },
    pop() {
      app.update({ overlays: ui.get().overlays.slice(0, -1) });
    },
    swap(overlay) {
      app.update({ overlays: [...ui.get().overlays.slice(0, -1), overlay] });
    },
    dispatch(command, said) {
      const result: SessionEvent | Refusal = app.opened().store.dispatch(command);
      if (isRefusal(result)) {
        app.toast(`${result.refused}: ${result.hint}`, 'warn');
        return null;
      }
      if (said) app.toast(said);
      return result;
    },
    taken(command, said) {
      const result = app.opened().store.dispatch(command);
      if (!isRefusal(result)) {
        app.toast(said);
        return true;
      }
      app.toast(`${result.refused}: ${result.hint}`, 'warn');
      return result.refused === 'nothing changed';
    },
    work(run) {
      app.update({ busy: ui.get().busy + 1 });
      run()
        .catch((error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          const hint =
            error instanceof UserError
              ? error.hint
              : 'This is a defect in mcp-audit; the session is saved up to here.';
          app.push({ kind: 'message', title: 'That did not work', text: `${text}\n\n${hint}` });
        })
        .finally(() => app.update({ busy: ui.get().busy - 1 }));
    },
    redraw() {
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return app;
};
