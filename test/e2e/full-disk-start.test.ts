import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fill, tinyDisk } from '../support/tiny-disk.ts';
import { makeDesk } from './desk.ts';

test('start on a disk of any fullness says what failed and what to do, and leaves no half session', (context) => {
  const disk = tinyDisk();
  if (disk === null) return context.skip();
  const desk = makeDesk();
  const ballast = join(disk, 'ballast');
  const home = join(disk, 'home');
  fs.writeFileSync(ballast, '');
  let refused = 0;
  for (let free = 0; ; free += 8192) {
    fs.rmSync(home, { recursive: true, force: true });
    // Filled anew each time: a file made longer by truncating would take no room.
    fill(ballast);
    fs.truncateSync(ballast, fs.statSync(ballast).size - free);
    const run = desk.cli(
      ['start', desk.repository.path, '--methodology', desk.checklists(), '--no-collect'],
      {
        env: { MCP_AUDIT_HOME: home },
      },
    );
    if (run.code === 0) break;
    refused += 1;
    expect(run.code, run.stderr).toBe(2);
    expect(run.stderr).toMatch(/the disk is full|no clone could be begun|No space left|could not be/);
    expect(run.stderr).toMatch(/space|room/);
    expect(run.stderr).not.toMatch(/defect|\n\s+at /);
    const sessions = join(home, 'sessions');
    expect(fs.existsSync(sessions) ? fs.readdirSync(sessions) : []).toEqual([]);
    const repos = join(home, 'repos');
    for (const name of fs.existsSync(repos) ? fs.readdirSync(repos) : [])
      expect(name).toMatch(/^(?:[0-9a-f]{64}\.git|\.git-home)$/);
    // With room again it goes on from there.
    fs.truncateSync(ballast, 0);
    const again = desk.cli(
      ['start', desk.repository.path, '--methodology', desk.checklists(), '--no-collect'],
      { env: { MCP_AUDIT_HOME: home } },
    );
    expect(again.code, again.stderr).toBe(0);
  }
  expect(refused).toBeGreaterThan(3);
});
