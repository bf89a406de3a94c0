import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { type Box, openBox } from '../../src/live/sandbox/box.ts';
import type { Shape } from '../../src/live/sandbox/bubblewrap.ts';
import { findSandbox } from '../../src/live/sandbox/detect.ts';
import { SERVER_LIMITS } from '../../src/live/sandbox/limits.ts';

// What is waited for are programs that begin, on a machine that may have others to do: no time of theirs is a fault.
vi.setConfig({ testTimeout: 180_000 });

/** Where no sandbox works, what needs one is skipped and says so. */
export const sandbox = await findSandbox(process.env);
export const why = sandbox.works ? '' : ` (skipped: no sandbox: ${sandbox.problem})`;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-live-test-'));
  folders.push(folder);
  return folder;
};

export const boxWith = (mounts: Shape['mounts'], limits: Partial<Shape['limits']> = {}): Promise<Box> =>
  openBox({
    bwrap: sandbox.path,
    env: process.env,
    folder: newFolder(),
    shape: { mounts, network: false, limits: { ...SERVER_LIMITS, ...limits } },
  });
