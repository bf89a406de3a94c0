import { join } from 'node:path';
import type { Host } from '../../src/commands/host.ts';
import { openSettings } from '../../src/io/settings.ts';

/** A machine with this data folder, whose clock stands still; `said` is what was printed since the last call. */
export const testHost = (
  dataDir: string,
  now = new Date('2026-11-23T12:00:00Z'),
): { host: Host; said(): string } => {
  let words: string[] = [];
  return {
    host: {
      env: {},
      dataDir,
      ownDir: dataDir,
      reposDir: join(dataDir, 'repos'),
      stdout: (t) => void words.push(t),
      stderr: (t) => void words.push(t),
      progress: () => {},
      clock: () => now,
      settings: () => openSettings(dataDir),
      again: (args) => ['mcp-audit', ...args].join(' '),
    },
    said: () => {
      const text = words.join('');
      words = [];
      return text;
    },
  };
};
