import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A disk of its own that only root can mount; null, with the reason printed, where that cannot be done. */
export const tinyDisk = (size = '2m'): string | null => {
  const dir = mkdtempSync(join(tmpdir(), 'mcp-audit-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], {
    encoding: 'utf8',
  });
  onTestFinished(() => {
    if (mounted.status === 0) spawnSync('umount', ['-l', dir]);
    rmSync(dir, { recursive: true, force: true });
  });
  if (mounted.status === 0) return dir;
  console.warn(
    `skipped: a tmpfs cannot be mounted here (${mounted.error?.message ?? mounted.stderr.trim()})`,
  );
  return null;
};

/** Writes into `file` until not one byte more finds room. */
export const fill = (file: string): void => {
  for (const size of [64 * 1024, 4096, 512, 1])
    try {
      for (;;) appendFileSync(file, Buffer.alloc(size, 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
};
