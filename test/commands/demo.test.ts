import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demo } from '../../src/commands/demo.ts';
import type { Host } from '../../src/commands/host.ts';
import { openSettings } from '../../src/io/settings.ts';

test('the demonstration is a whole audit whose answers all find what they speak of', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-demo-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const said: string[] = [];
  const host: Host = {
    env: {},
    dataDir: folder,
    reposDir: join(folder, 'repos'),
    stdout: (t) => void said.push(t),
    stderr: (t) => void said.push(t),
    progress: () => {},
    clock: () => new Date('2026-11-23T09:00:00Z'),
    settings: () => openSettings(folder),
  };
  const code = await demo(host, folder);
  const text = said.join('');
  expect(text).toContain('decisions recorded, 0 refused');
  expect(text).toContain('0 blocking, 0 warnings');
  expect(code).toBe(0);
});
