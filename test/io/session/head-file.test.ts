import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportSession } from '../../../src/io/session/export-session.ts';
import { keepHead, readHead } from '../../../src/io/session/head-file.ts';
import { importSession } from '../../../src/io/session/import-session.ts';
import { journalPath } from '../../../src/io/session/journal-file.ts';
import { allFiles, answer, begin, resume, temporaryDir, written } from './fixtures.ts';

const cutTo = (dir: string, lines: number): void => {
  const all = fs.readFileSync(journalPath(dir), 'utf8').split('\n');
  fs.writeFileSync(journalPath(dir), `${all.slice(0, lines).join('\n')}\n`);
};
const notices = (data: string, id: string, readOnly: boolean): string[] => {
  const opened = resume(data, id, readOnly);
  opened.journal.close();
  return opened.notices;
};
const archiveOf = async (dir: string): Promise<Buffer> => Buffer.from((await exportSession(dir)).bytes);
const now = new Date('2026-11-24T10:00:00Z');

describe('the end of a record', () => {
  it.each([1, 2, 3])('that was cut off after line %i is missed by all who open it', async (lines) => {
    const data = temporaryDir();
    const { id, dir } = written(data);
    expect(notices(data, id, true)).toEqual([]);
    cutTo(dir, lines);
    const before = allFiles(dir);
    const gone = `The journal went as far as event 4 and ends at ${lines} now`;
    expect(notices(data, id, true).join()).toContain(gone);
    expect((await exportSession(dir)).notices.join()).toContain(gone);
    expect(allFiles(dir)).toEqual(before);
    expect(notices(data, id, false).join()).toContain(`${gone}`);
    // Told once to who goes on; what is known of it stays.
    expect(notices(data, id, false)).toEqual([]);
    expect(fs.readFileSync(path.join(dir, 'head.lost-1'), 'utf8')).toMatch(/^ +4 [0-9a-f]{64}\n$/);
  });

  it('comes back with an export that has it', async () => {
    const data = temporaryDir();
    const { dir } = written(data);
    const whole = await archiveOf(dir);
    cutTo(dir, 2);
    const short = await archiveOf(dir);
    // An export that lacks it too does not hide that.
    const told = importSession(short, data, now);
    expect([told.outcome, told.notices.join()]).toEqual([
      'identical',
      expect.stringContaining('its last 2 events are gone'),
    ]);
    keepHead(dir, { events: 4, hash: 'a'.repeat(64) });
    expect(importSession(whole, data, now, { agreed: true })).toMatchObject({
      outcome: 'continued',
      notices: [],
    });
    expect(readHead(dir)?.events).toBe(4);
  });

  it('is remembered of an imported session too', async () => {
    const { id, dir } = written(temporaryDir());
    const data = temporaryDir();
    const imported = importSession(await archiveOf(dir), data, now);
    cutTo(imported.dir, 3);
    expect(notices(data, id, true).join()).toContain('its last event is gone');
  });

  it('is missed also in a torn line, and where another journal was put in its place', () => {
    const data = temporaryDir();
    const { id, dir } = written(data);
    cutTo(dir, 2);
    fs.appendFileSync(journalPath(dir), '{"v":1,"half');
    const all = notices(data, id, false);
    expect(all).toHaveLength(2);
    expect(all[1]).toContain('ends at 2 now');

    const other = temporaryDir();
    const elsewhere = begin(other);
    for (const seq of [2, 3, 4, 5]) answer(elsewhere.journal, seq, 'forged, and in order');
    elsewhere.journal.close();
    const again = temporaryDir();
    const mine = written(again);
    fs.copyFileSync(journalPath(elsewhere.dir), journalPath(mine.dir));
    expect(notices(again, mine.id, true).join()).toContain(
      'is not the one that was written here: its event 4',
    );
  });

  it('that goes further than is remembered, or of which nothing is, is no loss', () => {
    const data = temporaryDir();
    const { id, dir } = written(data);
    const early = fs.readFileSync(path.join(dir, 'head'));
    const opened = resume(data, id);
    answer(opened.journal, 5, 'later');
    opened.journal.close();
    expect(readHead(dir)?.events).toBe(5);
    // A crash between a decision and what is remembered of it.
    for (const head of [early, Buffer.from(''), Buffer.from('4 abc\n'), Buffer.from('   9999'), null]) {
      if (head) fs.writeFileSync(path.join(dir, 'head'), head);
      else fs.rmSync(path.join(dir, 'head'));
      expect(notices(data, id, true)).toEqual([]);
    }
    fs.mkdirSync(path.join(dir, 'head'));
    const unremembered = resume(data, id);
    answer(unremembered.journal, 6, 'recorded all the same');
    unremembered.journal.close();
    expect(resume(data, id, true).events).toHaveLength(6);
  });

  it('of a chain that is broken is told with what the chain is good for', async () => {
    const data = temporaryDir();
    const { id, dir } = written(data);
    fs.writeFileSync(
      journalPath(dir),
      fs.readFileSync(journalPath(dir), 'utf8').replace('answer 3', 'answer 9'),
    );
    const promise = 'no proof against somebody who writes the whole file anew';
    expect(notices(data, id, true).join()).toContain(promise);
    expect(() => resume(data, id)).toThrow(promise);
    await expect(exportSession(dir)).rejects.toThrow(promise);
  });
});
