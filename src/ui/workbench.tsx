import { render, useApp, useInput, usePaste, useStdin, useWindowSize } from 'ink';
import { useEffect, useLayoutEffect, useSyncExternalStore } from 'react';
import { refreshHome } from './actions/home.ts';
import { type App, createApp } from './app-state.ts';
import { paste, press } from './controller.ts';
import { frame, readingExtent } from './frame.ts';
import { decode } from './keys.ts';
import { MOUSE_OFF, MOUSE_ON, withoutPointer } from './mouse.ts';
import { createPainter, type Painter } from './painter.ts';
import { point } from './pointer.ts';
import type { Ports } from './ports.ts';
import { createTheme } from './theme.ts';
import { lineText } from './view/line.ts';

const SPINNER_MS = 120;

type WorkbenchProps = { app: App; painter: Painter; showIdle: boolean };

/** Ink reads the keys and keeps the terminal; it draws nothing. */
const Workbench = ({ app, painter, showIdle }: WorkbenchProps) => {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const version = useSyncExternalStore(app.subscribe, () => app.stamp());

  useEffect(() => {
    app.exit = () => exit();
    app.fail = (error) => exit(error instanceof Error ? error : new Error(String(error)));
    const ui = app.ui.get();
    if (ui.columns !== columns || ui.rows !== rows) app.update({ columns, rows });
  }, [app, exit, columns, rows]);
  // A terminal moves what it shows when its size changes.
  useLayoutEffect(() => painter.forget(), [painter, columns, rows]);

  // The only input hook of the program: with several, every pane would react to every key.
  useInput((input, key) => {
    for (const k of decode(input, key)) press(app, k);
  });
  usePaste((text) => paste(app, text));

  const view = app.view();
  const running =
    view.ui.place === 'opening' ||
    view.ui.live !== null ||
    (view.snap !== null && view.snap.running.size > 0);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => app.update({ spinner: app.ui.get().spinner + 1 }), SPINNER_MS);
    return () => clearInterval(timer);
  }, [app, running]);

  void version;
  const drawn = frame({ ...view, ui: { ...view.ui, columns, rows } }, app.theme, { showIdle });
  useLayoutEffect(() => painter.paint(drawn, app.theme));
  return null;
};

/** Ports that need the terminal handed over, filled in once Ink runs. */
export type TerminalPorts = {
  suspend: (run: () => Promise<void>) => Promise<void>;
  /** Whether it is asked to tell of its pointer. */
  pointer: boolean;
};

const Bridge = ({ terminal, painter }: { terminal: TerminalPorts; painter: Painter }) => {
  const { suspendTerminal } = useApp();
  const { isRawModeSupported } = useStdin();
  useEffect(() => {
    if (!isRawModeSupported) return;
    terminal.suspend = async (run) => {
      process.stdout.write(MOUSE_OFF);
      painter.hold(true);
      try {
        await suspendTerminal(run);
      } finally {
        painter.hold(false);
      }
      if (terminal.pointer) process.stdout.write(MOUSE_ON);
    };
  }, [terminal, painter, suspendTerminal, isRawModeSupported]);
  return null;
};

/**
 * Runs the interface until the auditor leaves. Rejects when a render fails; the caller says where the session is, since
 * what is printed about it goes with the alternate screen.
 */
export const runWorkbench = async (
  ports: Ports,
  terminal: TerminalPorts,
  begin: (app: App) => void,
  env: Record<string, string | undefined>,
): Promise<App> => {
  const app: App = createApp(
    ports,
    createTheme(env),
    process.stdout.columns ?? 80,
    process.stdout.rows ?? 24,
    (view) => readingExtent(view, app.theme),
  );
  app.headerText = () => lineText(frame(app.view(), app.theme, { showIdle: false }).lines[0] ?? []);
  app.themeOf = (settings) => createTheme(env, settings);
  begin(app);
  if (app.ui.get().place === 'home') refreshHome(app);
  const painter = createPainter((text) => void process.stdout.write(text));
  const instance = render(
    <>
      <Bridge terminal={terminal} painter={painter} />
      <Workbench app={app} painter={painter} showIdle={env.MCP_AUDIT_TEST_IDLE === '1'} />
    </>,
    {
      stdin: withoutPointer(process.stdin, (p) => point(app, p)),
      alternateScreen: true,
      exitOnCtrlC: false,
      interactive: true,
      patchConsole: true,
    },
  );
  app.clearScreen = () => painter.forget();
  // The whole group, as the terminal's own Ctrl+Z does: what started us waits in the foreground otherwise.
  app.stop = () =>
    app.work(() =>
      terminal.suspend(async () => {
        process.kill(0, 'SIGTSTP');
      }),
    );
  app.usePointer = (on) => {
    terminal.pointer = on;
    process.stdout.write(on ? MOUSE_ON : MOUSE_OFF);
  };
  app.applySettings(ports.settings.read());
  // Whatever ends the program, the terminal must not go on telling of the pointer.
  const quiet = (): void => void process.stdout.write(MOUSE_OFF);
  process.once('exit', quiet);
  try {
    await instance.waitUntilExit();
  } finally {
    process.removeListener('exit', quiet);
    quiet();
  }
  return app;
};
