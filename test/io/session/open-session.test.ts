import { hash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import { replay } from '../../../src/domain/session.ts';
import { createStore } from '../../../src/engine/store.ts';
import { dataDir, reposDir, sessionDir } from '../../../src/io/paths.ts';
import { blobPath, openBlobStore } from '../../../src/io/session/blob-store.ts';
import { journalPath } from '../../../src/io/session/journal-file.ts';
import { listSessions } from '../../../src/io/session/list-sessions.ts';
import { isSessionId, sessionId } from '../../../src/io/session/session-id.ts';
import { testMethodology, testTarget } from '../../domain/arbitraries.ts';
import { collectorOf, draft, fakeSource, found } from '../../engine/fake-source.ts';
import { allFiles, begin, resume, temporaryDir, written } from './fixtures.ts';

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  return 'nothing thrown';
};

describe('a session', () => {
  it('is on the disk from its start, with its methodology', () => {
    const data = temporaryDir();
    const { id, dir, journal, events } = begin(data);
    journal.close();
    expect(id).toBe('2026-11-23-notes-server-4f2a');
    const looked = resume(data, id, true);
    expect(looked.events).toEqual(events);
    expect(looked.methodology).toEqual(testMethodology);
    // Where it was opened from is this machine's affair: the record travels.
    expect(replay(events).target).toEqual({ ...testTarget, source: '' });
    expect(looked.local.read().source).toBe(testTarget.source);
    expect(fs.readdirSync(dir).sort()).toEqual(['blobs', 'head', 'journal.jsonl', 'local.json']);
  });

  it('records that it was opened again with the first thing that is; looking leaves no trace', async () => {
    const data = temporaryDir();
    const { id, dir } = written(data);
    const before = allFiles(dir);
    resume(data, id, true).journal.close();
    expect(allFiles(dir)).toEqual(before);
    const parts = {
      clock: () => new Date(),
      by: 'jane',
      collectors: [],
      openSource: async () => fakeSource(),
    };
    const idle = createStore({ ...resume(data, id), ...parts });
    await idle.close(null);
    expect(allFiles(dir)).toEqual(before);
    const store = createStore({ ...resume(data, id), ...parts });
    store.dispatch({ type: 'undo' });
    store.dispatch({ type: 'answer', check: '1.1.1', verdict: 'pass' });
    await store.close('1.1.1');
    const added = resume(data, id, true).events.slice(4);
    expect(added.map((e) => [e.seq, e.type])).toEqual([
      [5, 'session.opened'],
      [6, 'check.answered'],
      [7, 'check.answered'],
      [8, 'session.closed'],
    ]);
    expect(added[0]).toMatchObject({ toolVersion: '0.2.0', at: '2026-11-23T10:01:00.000Z', by: 'jane' });
    // To come back to a place is worth a line, even when nothing else was done.
    const placed = createStore({ ...resume(data, id), ...parts });
    await placed.close('1.2.1');
    expect(
      resume(data, id, true)
        .events.slice(8)
        .map((e) => e.type),
    ).toEqual(['session.opened', 'session.closed']);
  });

  it('keeps the methodology it was begun with, and does not open without it', () => {
    const data = temporaryDir();
    const { id, dir, events } = written(data);
    const started = events[0];
    if (started?.type !== 'session.started') throw new Error('no start');
    const file = path.join(dir, blobPath(started.methodology.sha256));
    fs.writeFileSync(file, `${fs.readFileSync(file, 'utf8')} `);
    expect(messageOf(() => resume(data, id))).toContain('methodology test 1.0 of this session is damaged');
    fs.rmSync(file);
    expect(messageOf(() => resume(data, id, true))).toContain('is missing');
    expect(fs.existsSync(path.join(dir, 'lock'))).toBe(false);
  });

  it('keeps the rules of its own it was begun with, and does not open without them', () => {
    const data = temporaryDir();
    const rules = new Map([['own/mine.yml', 'rules:\n  - id: mine\n']]);
    const { id, dir, journal, events } = begin(data, '4f2a', testTarget.name, rules);
    journal.close();
    const again = resume(data, id);
    again.journal.close();
    expect(again.ownRules).toEqual(rules);
    const [started] = events;
    const sha256 = started?.type === 'session.started' ? (started.rules?.sha256 ?? '') : '';
    expect(started).toMatchObject({ rules: { files: 1 } });
    fs.rmSync(path.join(dir, blobPath(sha256)));
    expect(messageOf(() => resume(data, id))).toContain('rules of its own');
    expect(messageOf(() => resume(data, id, true))).toContain('rules of its own');
  });

  it('gets another name when there is one of that name', () => {
    const data = temporaryDir();
    begin(data).journal.close();
    expect(messageOf(() => begin(data))).toContain('there is a session 2026-11-23-notes-server-4f2a already');
    begin(data, '4f2b').journal.close();
    expect(listSessions(data).length).toBe(2);
  });

  it.each(['../../etc', 'no-such-session', '', '.', 'a/b', 'A', 'x'.repeat(300)])(
    'named %j is not there',
    (id) => {
      expect(messageOf(() => resume(temporaryDir(), id))).toContain('there is no session');
    },
  );

  it('that cannot be created says why', ({ skip }) => {
    if (process.platform === 'win32') return skip('no such folder there');
    // Not even root can make a folder in /proc.
    expect(messageOf(() => begin('/proc/mcp-audit'))).toMatch(/no permission|could not be written/);
    const file = path.join(temporaryDir(), 'file');
    fs.writeFileSync(file, '');
    expect(messageOf(() => begin(file))).toContain('could not be written');
  });

  it('lives through a store: decisions and evidence come back, lost evidence is missed', async () => {
    const data = temporaryDir();
    const opened = begin(data);
    const parts = { clock: () => new Date(), by: 'jane', openSource: async () => fakeSource() };
    const collectors = [collectorOf('inputs', async () => found(draft()))];
    const store = createStore({ ...opened, ...parts, collectors });
    store.dispatch({ type: 'answer', check: '1.2.1', verdict: 'fail', note: 'shell' });
    await store.collect(['inputs']);
    await store.close('1.2.1');

    const again = resume(data, opened.id);
    const resumed = createStore({ ...again, ...parts, collectors });
    await resumed.load();
    expect(resumed.snapshot().session.answers.get('1.2.1')?.note).toBe('shell');
    expect(resumed.snapshot().session.lastCheck).toBe('1.2.1');
    expect(resumed.snapshot().evidence.get('inputs')?.items.length).toBe(1);
    await resumed.close(null);

    const blob = resumed.snapshot().session.runs.get('inputs')?.blob ?? '';
    fs.appendFileSync(path.join(opened.dir, blobPath(blob)), ' ');
    const looked = createStore({ ...resume(data, opened.id, true), ...parts, collectors });
    await looked.load();
    expect(looked.snapshot().missing.get('inputs')).toBe(
      'evidence blob of inputs is damaged: run it again (r)',
    );
    expect(looked.dispatch({ type: 'undo' })).toMatchObject({
      refused: expect.stringContaining('read-only'),
    });
    await looked.close(null);
  });
});

describe('blobs', () => {
  it('are found by their hash, and never given out damaged', async () => {
    const dir = temporaryDir();
    const blobs = openBlobStore(dir);
    const sha256 = blobs.put(Buffer.from('evidence'));
    expect(sha256).toBe(hash('sha256', 'evidence', 'hex'));
    expect(await blobs.read(sha256)).toEqual({ bytes: Buffer.from('evidence') });
    fs.writeFileSync(path.join(dir, blobPath(sha256)), 'forged!!');
    expect(await blobs.read(sha256)).toEqual({ problem: 'damaged' });
    // Storing the same again heals it.
    blobs.put(Buffer.from('evidence'));
    expect(await blobs.read(sha256)).toEqual({ bytes: Buffer.from('evidence') });
    fs.rmSync(path.join(dir, blobPath(sha256)));
    expect(await blobs.read(sha256)).toEqual({ problem: 'missing' });
    fs.mkdirSync(path.join(dir, blobPath(sha256)));
    expect(await blobs.read(sha256)).toEqual({ problem: 'unreadable' });
  });
});

describe('the list of sessions', () => {
  it('is empty where there are none', () => {
    expect(listSessions(path.join(temporaryDir(), 'nowhere'))).toEqual([]);
  });

  it('shows each one that is not well with its problem, as new as it may be', () => {
    const data = temporaryDir();
    const good = written(data);
    const edited = begin(data, 'aaaa');
    edited.journal.close();
    fs.appendFileSync(journalPath(edited.dir), 'not json\nnot json either\n');
    const lost = begin(data, 'bbbb');
    lost.journal.close();
    fs.rmSync(path.join(lost.dir, 'blobs'), { recursive: true });
    fs.mkdirSync(sessionDir(data, 'empty'));
    fs.mkdirSync(sessionDir(data, '.import-left-over'));
    fs.writeFileSync(path.join(data, 'sessions', 'a-file'), '');
    fs.mkdirSync(journalPath(sessionDir(data, 'odd')), { recursive: true });
    fs.mkdirSync(sessionDir(data, 'elsewhere'));
    fs.symlinkSync(journalPath(good.dir), journalPath(sessionDir(data, 'elsewhere')));

    const list = listSessions(data);
    expect(list.find((s) => s.id === good.id)).toEqual({
      id: good.id,
      dir: good.dir,
      target: testTarget,
      startedAt: '2026-11-23T10:00:00.000Z',
      lastAt: '2026-11-23T10:00:04.000Z',
      answered: 1,
      total: 4,
      findings: 0,
      lastCheck: '1.1.1',
      workedMs: 4000,
      review: null,
    });
    const problems = Object.fromEntries(list.map((s) => [s.id, s.problem]));
    expect(Object.keys(problems).length).toBe(6);
    expect(problems[edited.id]).toContain('line 2 of its journal cannot be trusted');
    expect(problems[lost.id]).toContain('methodology test 1.0 of this session is missing');
    expect(problems.empty).toContain('is missing');
    expect(problems.odd).toContain('cannot be read');
    expect(problems.elsewhere).toContain('is a symbolic link');
    expect(messageOf(() => resume(data, 'elsewhere'))).toContain('is a symbolic link');
    const touched = fs.statSync(journalPath(edited.dir)).mtime.toISOString();
    expect(list.find((s) => s.id === edited.id)?.lastAt).toBe(
      [touched, '2026-11-23T10:00:00.000Z'].sort().at(-1),
    );
  });
});

describe('names', () => {
  const date = new Date('2026-11-23T23:59:00Z');
  it.each([
    ['acme/notes-server', '2026-11-23-notes-server-4f2a'],
    ['Ünïcode Sérver!', '2026-11-23-u-ni-code-se-rver-4f2a'],
    ['日本', '2026-11-23-target-4f2a'],
    ['../../..', '2026-11-23-target-4f2a'],
    ['', '2026-11-23-target-4f2a'],
    [`${'long-'.repeat(50)}`, `2026-11-23-${'long-'.repeat(8).slice(0, 39)}-4f2a`],
  ])('of sessions on %j can be read and typed', (name, id) => {
    expect(sessionId(date, name, '4f2a')).toBe(id);
    expect(isSessionId(id)).toBe(true);
  });
});

describe('the data folder', () => {
  it('is where the auditor says, or where the system keeps such things', () => {
    expect(dataDir({ MCP_AUDIT_HOME: '/srv/audits' })).toBe('/srv/audits');
    expect(path.isAbsolute(dataDir({ MCP_AUDIT_HOME: 'here' }))).toBe(true);
    expect(dataDir({})).toContain('mcp-audit');
    expect(reposDir('/srv/audits')).toBe(path.join('/srv/audits', 'repos'));
  });
});
