import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import headless from '@xterm/headless';
import { bytesOf, graphemes } from './key-bytes.ts';

/**
 * A person at a terminal: the built program in a real pseudo-terminal, its screen kept by an emulator.
 *
 * Nothing here sleeps. Under `MCP_AUDIT_TEST_IDLE=1` the program ends its last row with `=N@COLSxROWS` when it is idle
 * (`~N@…` while something is under way), N being the keys it has handled. The driver counts what it sends, and waits
 * until the emulator shows at least that count at the present size. A wait that takes too long throws with the screen.
 */
export const CLI =
  process.env.MCP_AUDIT_TEST_CLI ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

if (!existsSync(CLI))
  throw new Error(`${CLI} is not there: build the program first (node scripts/build.mjs)`);

const DEADLINE_MS = 30_000;

export type Ended = {
  code: number;
  signal: number;
  /** What stands on the normal screen afterwards, blank lines at the end left out. */
  screen: string;
  alternate: boolean;
  cursorVisible: boolean;
};

export type Terminal = Awaited<ReturnType<typeof openTerminal>>;

export type TerminalOptions = {
  /** Arguments of mcp-audit. */
  args?: readonly string[];
  /** Whole command instead of mcp-audit, e.g. to run it under a shell. */
  command?: readonly string[];
  cwd: string;
  env: Record<string, string | undefined>;
  columns?: number;
  rows?: number;
  deadlineMs?: number;
  /** Milliseconds a key takes there and its frame back, as over a slow line: half of them each way. */
  latencyMs?: number;
};

/** Starts the program. It is not waited for: {@link Terminal.ready} does that. */
export const openTerminal = (options: TerminalOptions) => {
  let columns = options.columns ?? 100;
  let rows = options.rows ?? 30;
  const deadline = options.deadlineMs ?? DEADLINE_MS;
  const [file = process.execPath, ...args] = options.command ?? [
    process.execPath,
    CLI,
    ...(options.args ?? []),
  ];
  const screen = new headless.Terminal({
    cols: columns,
    rows,
    scrollback: 10_000,
    allowProposedApi: true,
  });
  const pty = spawn(file, args, {
    cols: columns,
    rows,
    cwd: options.cwd,
    env: options.env,
    // node-pty sets TERM to this.
    name: options.env.TERM ?? 'xterm-256color',
    encoding: null,
  });

  /** Things sent over a slow line arrive in order, all as late as each other. */
  const later = (run: () => void): void => {
    if (options.latencyMs) setTimeout(run, options.latencyMs / 2);
    else run();
  };
  const input = (bytes: string): void => later(() => !exited && pty.write(bytes));

  let sent = 0;
  let bytesIn = 0;
  let scrolled = 0;
  let clears = 0;
  let cursorVisible = true;
  let parsing = 0;
  let exited: { exitCode: number; signal?: number | undefined } | null = null;
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const watch of [...watchers]) watch();
  };

  // A frame taller than the window pushes lines out at the top: the alternate screen must never scroll. The emulator
  // also tells of a scroll when it changes screens, just before it tells of the change.
  let onAlternate = false;
  screen.buffer.onBufferChange((buffer) => {
    onAlternate = buffer.type === 'alternate';
  });
  screen.onScroll(() => {
    if (onAlternate && screen.buffer.active.type === 'alternate') scrolled += 1;
  });
  const setCursor = (visible: boolean) => (params: (number | number[])[]) => {
    if (params.includes(25)) cursorVisible = visible;
    return false;
  };
  screen.parser.registerCsiHandler({ prefix: '?', final: 'h' }, setCursor(true));
  screen.parser.registerCsiHandler({ prefix: '?', final: 'l' }, setCursor(false));
  screen.parser.registerCsiHandler({ final: 'J' }, (params) => {
    if (params[0] === 2 || params[0] === 3) clears += 1;
    return false;
  });
  // Answers of the emulator (cursor position, device attributes) are not keys: nothing in the program asks for them.
  pty.onData((data: unknown) => {
    const bytes = data as Uint8Array;
    bytesIn += bytes.length;
    parsing += 1;
    later(() =>
      screen.write(bytes, () => {
        parsing -= 1;
        changed();
      }),
    );
  });
  pty.onExit((e) => {
    exited = e;
    changed();
  });

  const row = (y: number): string => {
    const { active } = screen.buffer;
    // The emulator's rows may be longer than the window: what a narrower one cut off stays in them.
    return active.getLine(active.baseY + y)?.translateToString(true, 0, columns) ?? '';
  };
  const lines = (): string[] => Array.from({ length: rows }, (_, y) => row(y));
  const text = (): string => lines().join('\n');
  /**
   * The whole buffer, scrolled-out lines too: what a person finds on the normal screen afterwards. Lines the terminal
   * broke at its edge are whole again, as they are when copied.
   */
  const everything = (): string => {
    const { active } = screen.buffer;
    const out: string[] = [];
    for (let y = 0; y < active.length; y += 1) {
      const line = active.getLine(y);
      const words = line?.translateToString(true) ?? '';
      if (line?.isWrapped) out.push((out.pop() ?? '') + words);
      else out.push(words);
    }
    return out.join('\n').trimEnd();
  };
  const mark = () => {
    const found = /([=~])(\d+)@(\d+)x(\d+)$/.exec(row(rows - 1));
    return found ? { idle: found[1] === '=', keys: Number(found[2]), size: `${found[3]}x${found[4]}` } : null;
  };

  const waitFor = <T>(what: string, look: () => T | null | false, ms = deadline): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(check);
        reject(
          new Error(
            `${what}: not within ${ms} ms (${sent} keys sent${exited ? `, exited with ${exited.exitCode}` : ''}). The screen:\n${text()}`,
          ),
        );
      }, ms);
      const check = () => {
        const found = look();
        if (found === null || found === false) {
          if (!exited || parsing > 0) return;
          clearTimeout(timer);
          watchers.delete(check);
          reject(
            new Error(`${what}: the program exited with ${exited.exitCode}. The screen:\n${everything()}`),
          );
          return;
        }
        clearTimeout(timer);
        watchers.delete(check);
        resolve(found);
      };
      watchers.add(check);
      check();
    });

  const settled = (idle: boolean) => (): true | null => {
    const m = mark();
    return m && m.keys >= sent && m.size === `${columns}x${rows}` && (m.idle || !idle) ? true : null;
  };

  const self = {
    pid: pty.pid,
    emulator: screen,
    get columns() {
      return columns;
    },
    get rows() {
      return rows;
    },
    /** Lines that left the alternate screen at the top: 0 unless a frame was taller than the window. */
    get scrolledLines() {
      return scrolled;
    },
    /** How often the whole screen was wiped. */
    get clears() {
      return clears;
    },
    get bytes() {
      return bytesIn;
    },
    get cursorVisible() {
      return cursorVisible;
    },
    get alternate() {
      return screen.buffer.active.type === 'alternate';
    },
    lines,
    screen: text,
    row,
    everything,
    waitFor,
    /** Until every key sent so far was handled, nothing is under way, and the frame has the window's size. */
    ready: async () => {
      await waitFor('idle', settled(true));
      return self;
    },
    /** As {@link ready}, but background work may go on. */
    handled: async () => {
      await waitFor('keys handled', settled(false));
      return self;
    },
    /** Presses keys by name, each alone, and waits until the program is idle again after each. */
    press: async (...keys: string[]) => {
      for (const key of keys) {
        sent += 1;
        input(bytesOf(key));
        await self.ready();
      }
      return self;
    },
    /** Presses keys without waiting for background work. */
    pressBusy: async (...keys: string[]) => {
      for (const key of keys) {
        sent += 1;
        input(bytesOf(key));
        await self.handled();
      }
      return self;
    },
    /** Presses a key that may end the program: nothing is waited for. */
    send: (...keys: string[]) => {
      for (const key of keys) {
        sent += 1;
        input(bytesOf(key));
      }
      return self;
    },
    /** Types text in one write, so that its keys arrive glued together. */
    type: async (typed: string) => {
      sent += graphemes(typed);
      input(typed);
      await self.ready();
      return self;
    },
    /** A bracketed paste counts as one key. */
    paste: async (pasted: string) => {
      sent += 1;
      input(`\u001b[200~${pasted}\u001b[201~`);
      await self.ready();
      return self;
    },
    /** Raw bytes that are no keys. */
    write: (data: string) => input(data),
    resize: async (c: number, r: number) => {
      const before = scrolled;
      columns = c;
      rows = r;
      screen.resize(c, r);
      pty.resize(c, r);
      if (c < 60 || r < 15)
        await waitFor('too small', () =>
          c < 22 ? /^\s*needs/.test(text()) : text().includes(`needs 60x15, is ${c}x${r}`),
        );
      else await self.ready();
      // Ink draws the old frame once more in the new window before React has heard of the size; only what is drawn for
      // this size counts.
      scrolled = before;
      return self;
    },
    expectScreen: async (wanted: RegExp | string, ms = deadline) => {
      await waitFor(
        `expected ${wanted}`,
        () => (typeof wanted === 'string' ? text().includes(wanted) : wanted.test(text())),
        ms,
      );
      return self;
    },
    expectNot: (unwanted: RegExp | string) => {
      if (typeof unwanted === 'string' ? text().includes(unwanted) : unwanted.test(text()))
        throw new Error(`did not expect ${unwanted}. The screen:\n${text()}`);
      return self;
    },
    /** Until the program has ended and everything it wrote is on the screen. */
    exit: (ms = deadline): Promise<Ended> =>
      waitFor(
        'exit',
        () =>
          exited && parsing === 0
            ? {
                code: exited.exitCode,
                signal: exited.signal ?? 0,
                screen: everything(),
                alternate: screen.buffer.active.type === 'alternate',
                cursorVisible,
              }
            : null,
        ms,
      ),
    kill: (signal: string) => pty.kill(signal),
    /** For a test's end: whatever still runs is stopped. */
    dispose: async () => {
      if (!exited) {
        pty.kill('SIGKILL');
        await self.exit();
      }
      screen.dispose();
    },
  };
  return self;
};
