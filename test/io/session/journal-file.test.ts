import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import { encode, readJournal } from '../../../src/engine/journal.ts';
import { SaveError } from '../../../src/engine/ports.ts';
import {
  createJournalFile,
  type JournalFs,
  journalPath,
  openJournalFile,
  readJournalFile,
} from '../../../src/io/session/journal-file.ts';
import { startEvent } from '../../domain/arbitraries.ts';
import { answer, begin, resume, temporaryDir, written } from './fixtures.ts';

const failure = (code: string) => Object.assign(new Error(code), { code });

/** A new journal on a disk that can be made to fail. */
const failing = (dir: string) => {
  const fail: { write?: string; sync?: string; truncate?: string; short?: number } = {};
  const injected: JournalFs = {
    ...fs,
    writeSync: ((fd: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
      if (fail.write && fail.short === 0) throw failure(fail.write);
      const size = fail.short === undefined ? length : Math.min(length, fail.short);
      if (fail.write) fail.short = 0;
      return fs.writeSync(fd, bytes, offset, size, position);
    }) as typeof fs.writeSync,
    fdatasyncSync: (fd) => {
      if (fail.sync) throw failure(fail.sync);
      fs.fdatasyncSync(fd);
    },
    ftruncateSync: (fd, length) => {
      if (fail.truncate) throw failure(fail.truncate);
      fs.ftruncateSync(fd, length);
    },
  };
  const journal = createJournalFile(dir, injected);
  journal.append([encode(startEvent(), journal.lastHash)]);
  return { fail, journal };
};

const thrown = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return null;
};

describe('appending', () => {
  it('keeps files and folders to their owner', () => {
    const { dir } = written(temporaryDir());
    const mode = (file: string) => fs.statSync(file).mode & 0o777;
    expect(mode(journalPath(dir))).toBe(0o600);
    for (const folder of [path.dirname(dir), dir, path.join(dir, 'blobs')]) expect(mode(folder)).toBe(0o700);
  });

  it.each(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'])('that %s cuts short leaves the journal as it was', (code) => {
    for (const written of [0, 1, 40]) {
      const dir = temporaryDir();
      const { fail, journal } = failing(dir);
      const before = fs.readFileSync(journalPath(dir));
      Object.assign(fail, { write: code, short: written });
      const error = thrown(() => answer(journal, 2, 'lost?'));
      expect(error).toBeInstanceOf(SaveError);
      expect(error).toMatchObject({ code, hint: expect.stringMatching(/./) });
      expect(fs.readFileSync(journalPath(dir))).toEqual(before);
      delete fail.write;
      delete fail.short;
      answer(journal, 2, 'kept');
      expect(readJournalFile(dir)).toMatchObject({ fault: null, torn: null, events: { length: 2 } });
    }
  });

  it('says in words what has happened', () => {
    const { fail, journal } = failing(temporaryDir());
    Object.assign(fail, { write: 'ENOSPC', short: 0 });
    expect(thrown(() => answer(journal, 2, 'x'))).toMatchObject({
      message: expect.stringContaining('the disk is full (ENOSPC'),
    });
  });

  it('is not done when the disk does not confirm', () => {
    const dir = temporaryDir();
    const { fail, journal } = failing(dir);
    fail.sync = 'EIO';
    expect(thrown(() => answer(journal, 2, 'x'))).toMatchObject({ code: 'EIO' });
    expect(readJournalFile(dir).events.length).toBe(1);
  });

  it('repairs first what a failed append could not take back', () => {
    const dir = temporaryDir();
    const { fail, journal } = failing(dir);
    Object.assign(fail, { write: 'ENOSPC', short: 25, truncate: 'EIO' });
    expect(thrown(() => answer(journal, 2, 'x'))).toMatchObject({ code: 'ENOSPC' });
    expect(readJournalFile(dir).torn?.bytes.length).toBe(25);
    delete fail.write;
    delete fail.short;
    expect(thrown(() => answer(journal, 2, 'x'))).toMatchObject({ code: 'EIO' });
    delete fail.truncate;
    answer(journal, 2, 'kept');
    expect(readJournalFile(dir)).toMatchObject({ fault: null, torn: null, events: { length: 2 } });
  });

  it('goes on after short writes', () => {
    const dir = temporaryDir();
    const { fail, journal } = failing(dir);
    fail.short = 7;
    answer(journal, 2, 'a longer note, written in pieces');
    expect(readJournalFile(dir)).toMatchObject({ fault: null, torn: null, events: { length: 2 } });
  });

  it('notices another program writing to, or replacing, the journal', () => {
    const dir = temporaryDir();
    const { journal } = failing(dir);
    fs.appendFileSync(journalPath(dir), 'x');
    expect(thrown(() => answer(journal, 2, 'x'))).toMatchObject({ code: 'ECHANGED' });

    const second = temporaryDir();
    const replaced = failing(second).journal;
    fs.copyFileSync(journalPath(second), path.join(second, 'copy'));
    fs.renameSync(path.join(second, 'copy'), journalPath(second));
    expect(thrown(() => answer(replaced, 2, 'x'))).toMatchObject({ code: 'ECHANGED' });
  });

  it('after closing is refused', () => {
    const { journal } = failing(temporaryDir());
    journal.close();
    journal.close();
    expect(thrown(() => answer(journal, 2, 'x'))).toBeInstanceOf(SaveError);
  });

  const tmpfs = (options: string): string | null => {
    const dir = temporaryDir();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { stdio: 'ignore' });
      return dir;
    } catch {
      return null;
    }
  };
  const unmount = (dir: string) => execFileSync('umount', ['-l', dir]);

  it('on a disk that is really full loses nothing that was saved', ({ skip }) => {
    const dir = tmpfs('size=64k');
    if (!dir) return skip('no tmpfs can be mounted here');
    try {
      const { id, journal, events } = begin(dir);
      let error: unknown = null;
      // Ever shorter, until not even the line that opening writes fits behind the last one.
      for (const length of [900, 300, 100, 30, 1]) {
        error = null;
        for (let tries = 0; !error && tries < 500; tries += 1)
          error = thrown(() => events.push(answer(journal, events.length + 1, 'x'.repeat(length))));
        expect(error).toMatchObject({ code: 'ENOSPC' });
      }
      journal.close();
      expect(resume(dir, id, true).events).toEqual(events);
      const again = resume(dir, id);
      expect(thrown(() => answer(again.journal, events.length + 1, 'x'))).toMatchObject({ code: 'ENOSPC' });
      again.journal.close();
      expect(resume(dir, id, true).events).toEqual(events);
    } finally {
      unmount(dir);
    }
  });

  it('on a file system that was remounted read-only is refused, and reading still works', ({ skip }) => {
    const dir = tmpfs('size=1m');
    if (!dir) return skip('no tmpfs can be mounted here');
    try {
      const { id, events } = written(dir);
      execFileSync('mount', ['-o', 'remount,ro', dir]);
      expect(thrown(() => resume(dir, id))).toMatchObject({
        code: 'EROFS',
        hint: expect.stringMatching(/mcp-audit resume \S+ --read-only/),
      });
      expect(thrown(() => begin(dir, 'aaaa'))).toMatchObject({ code: 'EROFS' });
      expect(resume(dir, id, true).events).toEqual(events);
    } finally {
      unmount(dir);
    }
  });
});

describe('opening', () => {
  it('moves a torn last line aside, for every place it can be torn at, and says so', () => {
    const data = temporaryDir();
    const { dir, events } = written(data);
    const file = journalPath(dir);
    const whole = fs.readFileSync(file);
    const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    let torn = 0;
    for (let cut = lastLine + 1; cut < whole.length; cut += 13) {
      fs.writeFileSync(file, whole.subarray(0, cut));
      // As a crash leaves it: what was not saved was not remembered either.
      fs.rmSync(path.join(dir, 'head'), { force: true });
      const opened = openJournalFile(dir);
      torn += 1;
      expect(opened.read.events).toEqual(events.slice(0, -1));
      expect(opened.notices).toEqual([
        expect.stringMatching(new RegExp(`had not been reported as saved.* journal\\.torn-${torn}`)),
      ]);
      expect(fs.readFileSync(path.join(dir, `journal.torn-${torn}`))).toEqual(whole.subarray(lastLine, cut));
      answer(opened.journal, 4, 'decided again');
      opened.journal.close();
      expect(readJournalFile(dir)).toMatchObject({ fault: null, torn: null, events: { length: 4 } });
    }
  });

  it('does not say of a torn line that was saved that it had not been', () => {
    const { dir } = written(temporaryDir());
    const whole = fs.readFileSync(journalPath(dir));
    fs.writeFileSync(journalPath(dir), whole.subarray(0, -9));
    const opened = openJournalFile(dir);
    opened.journal.close();
    expect(opened.notices[0]).toContain('had been reported as saved');
    expect(opened.notices[1]).toContain('its last event is gone');
  });

  it('refuses to write after a line that cannot be trusted, and shows what is before it', () => {
    const data = temporaryDir();
    const { id, dir, events } = written(data);
    const file = journalPath(dir);
    const before = fs.readFileSync(file, 'utf8').replace('answer 3', 'answer 9');
    fs.writeFileSync(file, before);
    const error = thrown(() => resume(data, id));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^line 3 of .*journal\.jsonl cannot be trusted: its checksum does not match/,
      ),
      hint: expect.stringContaining(`mcp-audit resume ${id} --read-only shows the 2 events`),
    });
    expect(fs.readFileSync(file, 'utf8')).toBe(before);
    const looked = resume(data, id, true);
    expect(looked.events).toEqual(events.slice(0, 2));
    expect(looked.readOnly).not.toBeNull();
    expect(looked.notices[0]).toContain('Line 3');
    // The refusal let go of the lock.
    expect(fs.existsSync(path.join(dir, 'lock'))).toBe(false);
  });

  it('says when there is no journal', () => {
    expect(thrown(() => readJournalFile(temporaryDir()))).toMatchObject({
      message: expect.stringContaining('is missing'),
    });
  });
});

describe('kill -9', () => {
  it('loses nothing that was reported as saved', async () => {
    const data = temporaryDir();
    for (let round = 0; round < 2; round += 1) {
      const child = spawn(
        process.execPath,
        [
          '--experimental-strip-types',
          '--no-warnings',
          path.join(import.meta.dirname, 'append-forever.ts'),
          data,
          `${round}aaa`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const acknowledged: string[] = [];
      let id = '';
      const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
      for await (const line of createInterface({ input: child.stdout })) {
        if (!id) id = line;
        else acknowledged.push(line);
        if (acknowledged.length === 20 + round * 17) child.kill('SIGKILL');
      }
      await ended;
      expect(child.signalCode).toBe('SIGKILL');
      // The lock of the killed process keeps nobody out.
      const { events, journal } = resume(data, id);
      journal.close();
      const notes = events.flatMap((e) => (e.type === 'check.answered' && e.answer ? [e.answer.note] : []));
      expect(notes.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(acknowledged.length).toBeGreaterThanOrEqual(20);
    }
  });
});

it('reads what readJournal reads', () => {
  const { dir } = written(temporaryDir());
  expect(readJournalFile(dir)).toEqual(readJournal(fs.readFileSync(journalPath(dir))));
});
