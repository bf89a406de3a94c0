import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The first Chromium on this machine, or null: then tests that need one say so and are skipped. */
export const findBrowser = (): string | null =>
  [process.env.CHROMIUM ?? '', 'chromium', 'chromium-browser', 'google-chrome']
    .filter(Boolean)
    .find((name) => spawnSync(name, ['--version'], { timeout: 20_000 }).status === 0) ?? null;

export type Page = {
  /** Value of an expression in the page; the page's own policy does not bind the debugger. */
  evaluate<T>(expression: string): Promise<T>;
  send(method: string, params?: object): Promise<unknown>;
  /** Addresses the page asked for, itself included. */
  requested: string[];
  /** What the page's policy refused, and errors of scripts. */
  complaints: string[];
};

type Message = {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message: string };
};

/** Opens an address in a headless browser of its own, hands the loaded page over, and ends the browser. */
export const withPage = async <T>(
  browser: string,
  address: string,
  run: (page: Page) => Promise<T>,
): Promise<T> => {
  const profile = mkdtempSync(join(tmpdir(), 'mcp-audit-browser-'));
  const child = spawn(
    browser,
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk;
        const found = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1];
        if (found) resolve(found);
      });
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`the browser ended: ${said.slice(-500)}`)));
    });
    const socket = new WebSocket(endpoint);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    let last = 0;
    const waiting = new Map<number, { resolve(v: unknown): void; reject(e: Error): void }>();
    const page: Page = {
      requested: [],
      complaints: [],
      send: (method, params = {}) => command(method, params, session),
      evaluate: async <V>(expression: string) => {
        const answer = (await command('Runtime.evaluate', { expression, returnByValue: true }, session)) as {
          result: { value: V };
        };
        return answer.result.value;
      },
    };
    let session: string | undefined;
    let loaded = (): void => {};
    const command = (method: string, params: object, sessionId?: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        socket.send(JSON.stringify({ id: last, method, params, ...(sessionId ? { sessionId } : {}) }));
      });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Message;
      if (message.id !== undefined) {
        const asked = waiting.get(message.id);
        if (message.error) asked?.reject(new Error(message.error.message));
        else asked?.resolve(message.result);
      } else if (message.method === 'Network.requestWillBeSent')
        page.requested.push((message.params as { request: { url: string } }).request.url);
      else if (message.method === 'Log.entryAdded' || message.method === 'Runtime.exceptionThrown')
        page.complaints.push(JSON.stringify(message.params));
      else if (message.method === 'Page.loadEventFired') loaded();
    };
    const { targetId } = (await command('Target.createTarget', { url: 'about:blank' })) as {
      targetId: string;
    };
    ({ sessionId: session } = (await command('Target.attachToTarget', { targetId, flatten: true })) as {
      sessionId: string;
    });
    for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await page.send(`${domain}.enable`);
    const done = new Promise<void>((resolve) => {
      loaded = resolve;
    });
    await page.send('Page.navigate', { url: address });
    await done;
    const result = await run(page);
    socket.close();
    return result;
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
};
