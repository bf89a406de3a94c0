import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import { encode } from '../../../src/engine/journal.ts';
import { blobPath } from '../../../src/io/session/blob-store.ts';
import { blobEntry, exportSession } from '../../../src/io/session/export-session.ts';
import { importSession } from '../../../src/io/session/import-session.ts';
import { journalPath } from '../../../src/io/session/journal-file.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits, readArchive } from '../../../src/io/session/read-archive.ts';
import { startEvent } from '../../domain/arbitraries.ts';
import { allFiles, answer, begin, resume, temporaryDir, travelling, written } from './fixtures.ts';

const now = new Date('2026-11-24T10:00:00Z');
const exported = async (dir: string): Promise<Buffer> => Buffer.from((await exportSession(dir)).bytes);
const take = (archive: Uint8Array, data = temporaryDir(), limits?: ArchiveLimits) =>
  importSession(Buffer.from(archive), data, now, { limits });

/** The message with which an archive is refused; nothing of it may be on the disk. */
const refusal = (archive: Uint8Array, limits?: ArchiveLimits): string => {
  const data = temporaryDir();
  try {
    take(archive, data, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(fs.readdirSync(data)).toEqual([]);
    return (error as Error).message;
  }
  return 'imported';
};

/** The entries of an honest export, to do harm to. */
const entriesOf = (archive: Buffer): Zippable => Object.fromEntries(readArchive(archive, () => true));
const honest = async (): Promise<Zippable> => entriesOf(await exported(written(temporaryDir()).dir));

describe('a portable session', () => {
  it('arrives elsewhere as it was', async () => {
    const { id, dir, events } = written(temporaryDir());
    const data = temporaryDir();
    const imported = take(await exported(dir), data);
    expect(imported).toMatchObject({ id, outcome: 'new', notices: [] });
    expect(allFiles(imported.dir)).toEqual(travelling(dir));
    expect(fs.statSync(journalPath(imported.dir)).mode & 0o777).toBe(0o600);
    expect(resume(data, id).events).toEqual(events);
  });

  it('brings the rules of its own it was begun with, and opens', async () => {
    const rules = new Map([['own/mine.yml', 'rules: []\n']]);
    const { id, dir, journal } = begin(temporaryDir(), '4f2a', 'acme/notes-server', rules);
    journal.close();
    const data = temporaryDir();
    expect(take(await exported(dir), data)).toMatchObject({ outcome: 'new', notices: [] });
    const opened = resume(data, id);
    opened.journal.close();
    expect(opened.ownRules).toEqual(rules);
  });

  it('is not made where it could not be opened: of a session that lost its methodology, or its rules', async () => {
    const rules = new Map([['own/mine.yml', 'rules: []\n']]);
    for (const lost of ['methodology', 'rules'] as const) {
      const { dir, journal, events } = begin(temporaryDir(), '4f2a', 'acme/notes-server', rules);
      journal.close();
      const whole = await exported(dir);
      const [started] = events;
      const sha256 = started?.type === 'session.started' ? (started[lost]?.sha256 ?? '') : '';
      fs.rmSync(path.join(dir, blobPath(sha256)));
      await expect(exportSession(dir)).rejects.toThrow(/not exported: .* is missing, and without it/);
      const entries = entriesOf(whole);
      delete entries[blobEntry(sha256)];
      expect(refusal(zipSync(entries))).toContain('it does not hold');
      // The file that still has it mends the session it came from.
      expect(take(whole, path.dirname(path.dirname(dir))).outcome).toBe('identical');
      expect((await exported(dir)).equals(whole)).toBe(true);
    }
  });

  it('with rules that are no rules is refused, since it could not be opened', async () => {
    const { dir, journal } = begin(temporaryDir());
    journal.close();
    const entries = entriesOf(await exported(dir));
    for (const bad of ['{}', '[["own/a.yml"]]', 'not JSON', '']) {
      const sha256 = hash('sha256', bad, 'hex');
      const first = JSON.parse(fs.readFileSync(journalPath(dir), 'utf8').split('\n')[0] ?? '');
      const { prev: _prev, crc: _crc, ...started } = first;
      const line = encode({ ...started, rules: { files: 1, sha256 } }, '0'.repeat(64));
      expect(
        refusal(
          zipSync({
            ...entries,
            'journal.jsonl': Buffer.from(`${line}\n`),
            [blobEntry(sha256)]: Buffer.from(bad),
          }),
        ),
      ).toContain('not in a form this version reads');
    }
  });

  it('has the same bytes each time, in every time zone', async () => {
    const { dir } = written(temporaryDir());
    const zone = process.env.TZ;
    const all: Buffer[] = [];
    for (const tz of ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles']) {
      process.env.TZ = tz;
      all.push(await exported(dir));
    }
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
    expect(all[1]?.equals(all[0]!)).toBe(true);
    expect(all[2]?.equals(all[0]!)).toBe(true);
  });

  it('leaves out what is not of the session, and a torn line', async () => {
    const { dir } = written(temporaryDir());
    const before = await exported(dir);
    fs.appendFileSync(journalPath(dir), '{"v":1,"half');
    fs.writeFileSync(path.join(dir, 'notes.txt'), 'private');
    fs.writeFileSync(path.join(dir, 'blobs', 'stray'), 'private');
    expect((await exported(dir)).equals(before)).toBe(true);
  });

  it('is not made of a journal that cannot be trusted', async () => {
    const { dir } = written(temporaryDir());
    fs.writeFileSync(
      journalPath(dir),
      fs.readFileSync(journalPath(dir), 'utf8').replace('answer 3', 'answer 9'),
    );
    await expect(exportSession(dir)).rejects.toThrow(/not exported: line 3/);
  });

  it('says what the session has lost, on both sides', async () => {
    const opened = begin(temporaryDir());
    const sha256 = opened.blobs.put(Buffer.from('attached'));
    opened.journal.append([
      encode(
        {
          v: 1,
          seq: 2,
          at: '2026-11-23T10:01:00.000Z',
          by: 'jane',
          type: 'attachment.added',
          name: 'log.txt',
          value: { sha256, bytes: 8, mediaType: 'text/plain', check: null },
        },
        opened.journal.lastHash,
      ),
    ]);
    opened.journal.close();
    const whole = await exported(opened.dir);
    fs.rmSync(path.join(opened.dir, blobPath(sha256)));
    const { bytes, notices } = await exportSession(opened.dir);
    expect(notices).toEqual(['attachment log.txt is missing, and not in the exported file']);
    const data = temporaryDir();
    expect(take(bytes, data).notices).toEqual(['attachment log.txt is not in the file']);
    // The file that still has it brings it back.
    expect(take(whole, data)).toMatchObject({ outcome: 'identical', notices: [] });
    expect(fs.readFileSync(path.join(data, 'sessions', opened.id, blobPath(sha256)), 'utf8')).toBe(
      'attached',
    );
  });
});

describe('a session that is here already', () => {
  const twice = async () => {
    const data = temporaryDir();
    const { id, dir } = written(data);
    const first = await exported(dir);
    const { journal } = resume(data, id);
    answer(journal, 5, 'later');
    journal.close();
    return { id, first, second: await exported(dir) };
  };

  it('is left alone when the file has the same, or less', async () => {
    const { first, second } = await twice();
    const data = temporaryDir();
    const { dir } = take(second, data);
    const before = allFiles(dir);
    expect(take(second, data).outcome).toBe('identical');
    expect(take(first, data).outcome).toBe('older');
    expect(allFiles(dir)).toEqual(before);
  });

  it('is continued when it is the beginning of what the file has', async () => {
    const { id, first, second } = await twice();
    const data = temporaryDir();
    const { dir } = take(first, data);
    const before = allFiles(dir);
    // Anybody may have written what is new: nothing of it is recorded before somebody agreed.
    const waits = take(second, data);
    expect([waits.outcome, waits.known, waits.events.length]).toEqual(['waits', 4, 5]);
    expect(allFiles(dir)).toEqual(before);
    expect(importSession(second, data, now, { agreed: true })).toMatchObject({
      outcome: 'continued',
      known: 4,
    });
    expect((await exported(dir)).equals(second)).toBe(true);
    expect(resume(data, id, true).events.at(-1)).toMatchObject({ seq: 5, answer: { note: 'later' } });
  });

  it('is not mixed with one that went another way', async () => {
    const { id, first, second } = await twice();
    const data = temporaryDir();
    const { dir } = take(first, data);
    const { journal } = resume(data, id);
    answer(journal, 5, 'something else');
    journal.close();
    const before = allFiles(dir);
    expect(() => take(second, data)).toThrow('continued here and there in different ways');
    expect(allFiles(dir)).toEqual(before);
  });

  it('is not touched while it is open', async () => {
    const { id, first, second } = await twice();
    const data = temporaryDir();
    take(first, data);
    const { journal } = resume(data, id);
    expect(() => take(second, data)).toThrow('is open in another mcp-audit');
    journal.close();
  });
});

describe('a hostile file', () => {
  it.each([
    '../../evil',
    '/etc/cron.d/evil',
    'blobs/../../evil',
    'blobs\\..\\evil',
    'lock',
    'local.json',
    'journal.torn-1',
    'blobs/',
    `blobs/aa/${'b'.repeat(64)}`,
    `blobs/aa/${'a'.repeat(65)}`,
    'journal.jsonl/',
    'JOURNAL.JSONL',
    'evil\u0000name',
  ])('that holds %j is refused', async (name) => {
    const message = refusal(zipSync({ ...(await honest()), [name]: Buffer.from('x') }));
    expect(message).toContain('does not belong into a session');
    expect(message).not.toContain('\u0000');
  });

  it('with a symbolic link for a blob is refused: only contents count', async () => {
    const target = Buffer.from('/etc/passwd');
    const linked = await honest();
    linked[`blobs/aa/${'a'.repeat(64)}`] = [target, { os: 3, attrs: 0o120777 << 16 }];
    expect(refusal(zipSync(linked))).toContain('which its journal does not speak of');
  });

  it('with a blob that is not what its name says is refused', async () => {
    const entries = await honest();
    const blob = Object.keys(entries).find((name) => name.startsWith('blobs/')) ?? '';
    entries[blob] = Buffer.from('{}');
    expect(refusal(zipSync(entries))).toContain('is not what it was when it was exported');
    delete entries[blob];
    expect(refusal(zipSync(entries))).toContain('does not hold the methodology');
  });

  it('with a blob that nobody speaks of is refused', async () => {
    const stray = Buffer.from('stray');
    const entries = { ...(await honest()), [blobEntry(hash('sha256', stray, 'hex'))]: stray };
    expect(refusal(zipSync(entries))).toContain('which its journal does not speak of');
  });

  it('with an edited, cut or foreign journal is refused', async () => {
    const entries = await honest();
    const journal = Buffer.from(entries['journal.jsonl'] as Uint8Array).toString();
    const withJournal = (text: string) =>
      refusal(zipSync({ ...entries, 'journal.jsonl': Buffer.from(text) }));
    expect(withJournal(journal.replace('answer 2', 'answer 7'))).toContain(
      'line 2 of its journal cannot be trusted',
    );
    expect(withJournal(journal.slice(0, -5))).toContain('not complete');
    expect(withJournal('')).toContain('does not begin with the start');
    const { 'journal.jsonl': _journal, ...rest } = entries;
    expect(refusal(zipSync(rest))).toContain('holds no journal.jsonl');
    for (const id of ['../../evil', 'a/b', '', '..']) {
      const evil = encode({ ...startEvent(), id } as ReturnType<typeof startEvent>, '0'.repeat(64));
      expect(withJournal(`${evil}\n`)).toContain("is not a session's name");
    }
  });

  it('with an entry twice is refused', async () => {
    const archive = zipSync({ ...(await honest()), 'journal.jsonX': Buffer.from('other') });
    const text = Buffer.from(archive);
    for (let at = text.indexOf('journal.jsonX'); at !== -1; at = text.indexOf('journal.jsonX'))
      text.write('journal.jsonl', at);
    expect(refusal(text)).toContain('"journal.jsonl" twice');
  });

  it('that unfolds to more than is allowed is refused early, whatever size it claims', async () => {
    const limits = { ...ARCHIVE_LIMITS, contentBytes: 1_000_000 };
    const bomb = Buffer.from(zipSync({ 'journal.jsonl': Buffer.alloc(20_000_000) }, { level: 9 }));
    expect(bomb.length).toBeLessThan(30_000);
    expect(refusal(bomb, limits)).toContain('its contents are too large');
    // The claimed size, in the local header: a liar says 10 bytes.
    bomb.writeUInt32LE(10, 22);
    expect(refusal(bomb, limits)).toMatch(/too large|cannot be unpacked|not complete/);
  });

  it('that is too large, or holds too many files, is refused', async () => {
    const archive = zipSync(await honest());
    expect(refusal(archive, { ...ARCHIVE_LIMITS, archiveBytes: 100 })).toContain('it is too large');
    expect(refusal(archive, { ...ARCHIVE_LIMITS, entries: 1 })).toContain('too many files');
  });

  it('that is no zip, or a damaged one, is refused or is the same session', async () => {
    expect(refusal(Buffer.alloc(0))).toContain('complete zip file');
    expect(refusal(Buffer.from('not a zip file at all, but long enough'))).toContain('complete zip file');
    const { dir } = written(temporaryDir());
    const archive = await exported(dir);
    for (let cut = 1; cut < archive.length; cut += 101)
      expect(refusal(archive.subarray(0, cut))).not.toBe('imported');
    for (let at = 0; at < archive.length; at += 29) {
      const damaged = Buffer.from(archive);
      damaged[at] = damaged[at]! ^ 0x11;
      const data = temporaryDir();
      try {
        // Some bytes (dates, modes) mean nothing to us.
        expect(allFiles(take(damaged, data).dir)).toEqual(travelling(dir));
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect(fs.existsSync(path.join(data, 'sessions'))).toBe(false);
      }
    }
  });
});

describe('a file that unpacks to too much', () => {
  it('is refused as a bomb, and by what it says of itself', async () => {
    const entries = await honest();
    const bomb = zipSync({ ...entries, 'journal.jsonl': new Uint8Array(60_000_000) });
    const started = performance.now();
    expect(refusal(bomb)).toContain('times its size');
    expect(performance.now() - started).toBeLessThan(5000);
    const says = Buffer.from(zipSync({ 'journal.jsonl': Buffer.from('x') }));
    says.writeUInt32LE(2_000_000_000, 22);
    expect(refusal(says)).toContain('too large');
  });

  it('is refused when its directory names other files than its contents', async () => {
    const archive = Buffer.from(zipSync(await honest()));
    archive.write('jour0al.jsonl', archive.lastIndexOf('journal.jsonl'));
    expect(refusal(archive)).toContain('its directory names "jour0al.jsonl"');
  });
});
