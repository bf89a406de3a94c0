import type { Box } from '../sandbox/box.ts';

/** Where a server listens inside its sandbox, from the kernel's own tables. */
export type Port = { address: string; port: number };

const LISTEN_MS = 20_000;
const LOOK_MS = 50;
/** Where servers take messages, most usual first. */
const PATHS = ['/mcp', '/', '/sse', '/message'];

export const urlsOf = (port: number): string[] => PATHS.map((p) => `http://127.0.0.1:${port}${p}`);

export const portsOf = async (box: Box): Promise<Port[]> => (await box.ask<{ ports: Port[] }>('ports')).ports;

/**
 * Waits until it listens, on the port of a URL where one is named.
 *
 * @returns null when it ended, or did not in time
 */
export const firstPort = async (box: Box, url: string, signal?: AbortSignal): Promise<Port | null> => {
  const began = performance.now();
  const wanted = url === '' ? null : Number(new URL(url).port || 80);
  let over = false;
  void box.ended().then(() => {
    over = true;
  });
  while (!over && !signal?.aborted && performance.now() - began < LISTEN_MS) {
    const ports = await portsOf(box).catch((): Port[] => []);
    const found = ports.find((p) => wanted === null || p.port === wanted);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return null;
};
