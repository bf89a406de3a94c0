import { Box, render, Text, useApp, useCursor, useInput, usePaste, useStdin, useWindowSize } from 'ink';
import SelectInput from 'ink-select-input';
import { memo, useEffect, useSyncExternalStore } from 'react';
import { refreshHome } from './actions/home.ts';
import { type App, createApp } from './app-state.ts';
import { paste, press } from './controller.ts';
import { frame, readingExtent } from './frame.ts';
import { decode } from './keys.ts';
import { MOUSE_OFF, MOUSE_ON, withoutPointer } from './mouse.ts';
import { point } from './pointer.ts';
import type { Ports } from './ports.ts';
import { createTheme, type Theme } from './theme.ts';
import { type Line, lineText } from './view/line.ts';

const SPINNER_MS = 120;

/** One row of the frame. Rows that did not change are not rendered again. */
const Row = memo(
  ({ line, theme }: { line: Line; theme: Theme }) => (
    <Text wrap="truncate">
      {line.map((s, i) => {
        const color = s.tone ? theme.colour(s.tone) : undefined;
        return (
          <Text key={i} {...(color ? { color } : {})} bold={s.bold ?? false} inverse={s.inverse ?? false}>
            {s.text}
          </Text>
        );
      })}
    </Text>
  ),
  (a, b) =>
    a.theme === b.theme &&
    a.line.length === b.line.length &&
    a.line.every((s, i) => {
      const o = b.line[i];
      return o && s.text === o.text && s.tone === o.tone && s.bold === o.bold && s.inverse === o.inverse;
    }),
);

const Choices = ({ app }: { app: App }) => {
  const top = app.ui.get().overlays.at(-1);
  if (top?.kind !== 'choose') return null;
  return (
    <SelectInput
      items={[...top.items]}
      limit={8}
      isFocused
      onSelect={(item) => {
        app.pop();
        // An empty list calls with nothing.
        if (item) top.choose(item.value);
      }}
    />
  );
};

const Workbench = ({ app, showIdle }: { app: App; showIdle: boolean }) => {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  // Windows clears the whole screen when the frame fills it (https://github.com/vadimdemedes/ink/issues/969).
  const height = process.platform === 'win32' ? rows - 1 : rows;
  const version = useSyncExternalStore(app.subscribe, () => app.stamp());
  const { setCursorPosition } = useCursor();

  useEffect(() => {
    app.exit = () => exit();
    app.fail = (error) => exit(error instanceof Error ? error : new Error(String(error)));
    const ui = app.ui.get();
    if (ui.columns !== columns || ui.rows !== height) app.update({ columns, rows: height });
  }, [app, exit, columns, height]);

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
  const drawn = frame({ ...view, ui: { ...view.ui, columns, rows: height } }, app.theme, { showIdle });
  setCursorPosition(drawn.cursor ?? undefined);
  const { choices } = drawn;
  return (
    <Box flexDirection="column" width={columns} height={height} overflow="hidden">
      {drawn.lines.map((line, y) => (
        <Box key={y} flexShrink={0} height={1}>
          <Row line={line} theme={app.theme} />
        </Box>
      ))}
      {choices ? (
        <Box
          position="absolute"
          marginLeft={choices.x}
          marginTop={choices.y}
          width={choices.width}
          flexDirection="column"
        >
          <Choices app={app} />
        </Box>
      ) : null}
    </Box>
  );
};

/** Ports that need the terminal handed over, filled in once Ink runs. */
export type TerminalPorts = {
  suspend: (run: () => Promise<void>) => Promise<void>;
  /** Whether it is asked to tell of its pointer. */
  pointer: boolean;
};

const Bridge = ({ terminal }: { terminal: TerminalPorts }) => {
  const { suspendTerminal } = useApp();
  const { isRawModeSupported } = useStdin();
  useEffect(() => {
    if (!isRawModeSupported) return;
    terminal.suspend = async (run) => {
      process.stdout.write(MOUSE_OFF);
      await suspendTerminal(run);
      if (terminal.pointer) process.stdout.write(MOUSE_ON);
    };
  }, [terminal, suspendTerminal, isRawModeSupported]);
  return null;
};

/**
 * Runs the interface until the auditor leaves. Rejects when a render fails; the caller says where the session is, since
 * what Ink prints about it goes with the alternate screen.
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
  const instance = render(
    <>
      <Bridge terminal={terminal} />
      <Workbench app={app} showIdle={env.MCP_AUDIT_TEST_IDLE === '1'} />
    </>,
    {
      stdin: withoutPointer(process.stdin, (p) => point(app, p)),
      alternateScreen: true,
      incrementalRendering: env.MCP_AUDIT_FULL_REDRAW !== '1',
      maxFps: 60,
      exitOnCtrlC: false,
      interactive: true,
      patchConsole: true,
    },
  );
  app.clearScreen = () => instance.clear();
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
