import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import { lockSession } from '../../../src/io/session/lock.ts';
import { processStart } from '../../../src/io/session/process-start.ts';
import { resume, temporaryDir, written } from './fixtures.ts';

const since = new Date('2026-11-23T10:00:00Z');
const host = os.hostname();

const lockFile = (dir: string) => path.join(dir, 'lock');
const holder = (more: object) =>
  JSON.stringify({
    pid: process.pid,
    start: processStart(process.pid),
    host,
    since: since.toISOString(),
    token: 't',
    ...more,
  });

/** Another process with the session open; resolves to its first line. */
const another = async (
  data: string,
  id: string,
): Promise<{ child: ChildProcess; said: string; ended: Promise<void> }> => {
  const script = path.join(import.meta.dirname, 'hold-session.ts');
  const child = spawn(process.execPath, ['--experimental-strip-types', '--no-warnings', script, data, id], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const said = await new Promise<string>((resolve) =>
    child.stdout.on('data', (chunk) => resolve(String(chunk).trim())),
  );
  return { child, said, ended };
};

describe('a session that another process has open', () => {
  it('opens here only for reading, and for writing as soon as that process is gone, however it went', async () => {
    const data = temporaryDir();
    const { id, dir } = written(data);
    const { child, said, ended } = await another(data, id);
    expect(said).toBe(`open ${child.pid}`);
    let error: unknown;
    try {
      resume(data, id);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        new RegExp(`^session ${id} is open in another mcp-audit \\(pid ${child.pid}, since \\d{4}-.*Z\\)$`),
      ),
      // Whatever was asked for: most commands have no such option themselves.
      hint: `go on there, or do it again once that one has ended; mcp-audit resume ${id} --read-only shows it as it is`,
    });
    const looked = resume(data, id, true);
    expect(looked.events.length).toBe(4);

    child.kill('SIGKILL');
    await ended;
    expect(fs.existsSync(lockFile(dir))).toBe(true);
    const resumed = resume(data, id);
    // And the other way round.
    expect((await another(data, id)).said).toMatch(/^refused session .* is open in another mcp-audit/);
    resumed.journal.close();
    expect(fs.existsSync(lockFile(dir))).toBe(false);
  });
});

describe('a lock', () => {
  it('is given back, and not taken twice by one process', () => {
    const dir = temporaryDir();
    const lock = lockSession(dir, { since });
    expect(() => lockSession(dir, { since })).toThrow(`pid ${process.pid}`);
    lock.release();
    lockSession(dir, { since }).release();
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['of a process that is gone', holder({ pid: 2 ** 22 + 12345 })],
    ['whose process id another process has now', holder({ start: 'another boot/1' })],
  ])('%s is taken over', (_what, content) => {
    const dir = temporaryDir();
    fs.writeFileSync(lockFile(dir), content);
    lockSession(dir, { since }).release();
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['of a living process', holder({}), /pid \d+/],
    ['of a living process, on a system that does not say when it began', holder({ start: '' }), /pid \d+/],
    ['of another computer', holder({ host: 'elsewhere', pid: 2 ** 22 + 12345 }), /on elsewhere/],
    ['that is empty', '', /does not say by whom/],
    ['that is no lock', '{"pid":"x"}', /does not say by whom/],
  ])('%s is respected', (_what, content, message) => {
    const dir = temporaryDir();
    fs.writeFileSync(lockFile(dir), content);
    expect(() => lockSession(dir, { since })).toThrow(message);
    expect(fs.readFileSync(lockFile(dir), 'utf8')).toBe(content);
    expect(fs.readdirSync(dir)).toEqual(['lock']);
  });

  it('of a successor is not removed', () => {
    const dir = temporaryDir();
    const lock = lockSession(dir, { since });
    fs.writeFileSync(lockFile(dir), holder({ token: 'successor' }));
    lock.release();
    expect(fs.existsSync(lockFile(dir))).toBe(true);
  });
});

describe('the start of a process', () => {
  it('is the same each time, and differs between processes', () => {
    expect(processStart(process.pid)).toBe(processStart(process.pid));
    if (process.platform === 'linux') expect(processStart(process.pid)).not.toBe(processStart(1));
  });
  it('is null when there is none', () => {
    expect(processStart(2 ** 22 + 12345)).toBeNull();
    expect(processStart(0)).toBeNull();
    expect(processStart(-1)).toBeNull();
    expect(processStart(1.5)).toBeNull();
  });
});
