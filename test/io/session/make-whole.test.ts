import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sessionDir, sessionsDir } from '../../../src/io/paths.ts';
import { listSessions } from '../../../src/io/session/list-sessions.ts';
import { makeWhole } from '../../../src/io/session/make-whole.ts';
import { begin, resume, temporaryDir } from './fixtures.ts';

const DAY = 24 * 60 * 60 * 1000;
const module = fileURLToPath(new URL('../../../src/io/session/make-whole.ts', import.meta.url));

describe("a session's folder", () => {
  it('is none before it is whole', () => {
    const data = temporaryDir();
    const dir = sessionDir(data, 'whole');
    makeWhole(data, dir, (draft) => {
      fs.writeFileSync(path.join(draft, 'first'), '1');
      expect(fs.existsSync(dir)).toBe(false);
      expect(listSessions(data)).toEqual([]);
      fs.writeFileSync(path.join(draft, 'last'), '2');
    });
    expect(fs.readdirSync(dir).sort()).toEqual(['first', 'last']);
    expect(fs.readdirSync(sessionsDir(data))).toEqual(['whole']);
  });

  it('is none when it could not be made, and the reason is said', () => {
    const data = temporaryDir();
    const fail = () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    };
    expect(() => makeWhole(data, sessionDir(data, 'half'), fail)).toThrow(/the disk is full/);
    expect(fs.readdirSync(sessionsDir(data))).toEqual([]);
  });

  it('is none when its maker is killed in the middle, and the next one begins as if nothing had been', () => {
    const data = temporaryDir();
    const dir = sessionDir(data, 'killed');
    const code = `
      const { makeWhole } = await import(${JSON.stringify(module)});
      const fs = await import('node:fs');
      makeWhole(${JSON.stringify(data)}, ${JSON.stringify(dir)}, (draft) => {
        fs.mkdirSync(draft + '/blobs');
        process.kill(process.pid, 'SIGKILL');
        for (;;);
      });`;
    const killed = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    expect(fs.readdirSync(sessionsDir(data))).toEqual([expect.stringMatching(/^\.new-/)]);
    expect(listSessions(data)).toEqual([]);
    const { id, journal } = begin(data);
    journal.close();
    expect(listSessions(data).map((s) => [s.id, s.problem])).toEqual([[id, undefined]]);
    const again = resume(data, id);
    again.journal.close();
    expect(again.events).toHaveLength(1);
  });

  it('is cleared of what a kill left a day ago, of nothing else', () => {
    const data = temporaryDir();
    const sessions = sessionsDir(data);
    const names = [0, 1].map((n) => `.new-${String(n).repeat(8)}-0000-4000-8000-000000000000`);
    for (const name of [...names, '.mine']) fs.mkdirSync(path.join(sessions, name), { recursive: true });
    const old = new Date(Date.now() - 2 * DAY);
    for (const name of [names[0]!, '.mine']) fs.utimesSync(path.join(sessions, name), old, old);
    makeWhole(data, sessionDir(data, 'next'), () => {});
    expect(fs.readdirSync(sessions).sort()).toEqual(['.mine', names[1], 'next'].sort());
  });
});
