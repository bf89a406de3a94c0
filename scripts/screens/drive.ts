import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const DEADLINE_MS = 180_000;

/** The built program in a terminal, with a home of its own that is gone afterwards. */
export type Driven = {
  terminal: xterm.Terminal;
  /** Presses keys one after the other; each is waited for. */
  press(...keys: readonly string[]): Promise<void>;
};

export const driven = async (
  columns: number,
  rows: number,
  use: (program: Driven) => Promise<void>,
): Promise<void> => {
  const home = mkdtempSync(join(tmpdir(), 'mcp-audit-screens-'));
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const pty = spawn(process.execPath, ['dist/cli.js'], {
    cols: columns,
    rows,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      MCP_AUDIT_HOME: join(home, 'data'),
      MCP_AUDIT_TEST_IDLE: '1',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    },
  });
  pty.onData((data) => terminal.write(data));
  const lastRow = (): string =>
    terminal.buffer.active.getLine(terminal.buffer.active.baseY + rows - 1)?.translateToString() ?? '';
  /** Waits until the program says that it is idle and has seen so many keys. */
  const idle = (keys: number): Promise<void> =>
    new Promise((done, fail) => {
      const deadline = setTimeout(
        () => fail(new Error(`not idle after ${keys} keys: ${lastRow()}`)),
        DEADLINE_MS,
      );
      const look = (): void => {
        const seen = /=(\d+)@/.exec(lastRow());
        if (!seen || Number(seen[1]) < keys) return;
        clearTimeout(deadline);
        listener.dispose();
        done();
      };
      const listener = terminal.onWriteParsed(look);
      look();
    });
  let sent = 0;
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      sent += 1;
      pty.write(key);
      await idle(sent);
    }
  };
  try {
    await idle(0);
    await use({ terminal, press });
  } finally {
    pty.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
};
