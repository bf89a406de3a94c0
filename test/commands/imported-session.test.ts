import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collectors } from '../../src/collectors/index.ts';
import { advisorySources } from '../../src/commands/advisories.ts';
import { importFile } from '../../src/commands/archive.ts';
import { main, program } from '../../src/commands/main.ts';
import { sendingsOf, sendingText } from '../../src/commands/sendings.ts';
import { resumeAudit } from '../../src/commands/workspace.ts';
import type { SessionEvent } from '../../src/domain/events.ts';
import { fetchedFrom } from '../../src/io/git/source.ts';
import { exportSession } from '../../src/io/session/export-session.ts';
import { importSession } from '../../src/io/session/import-session.ts';
import { listSessions } from '../../src/io/session/list-sessions.ts';
import { keepLocal, readLocal } from '../../src/io/session/local-file.ts';
import { testMethodology, testTarget } from '../domain/arbitraries.ts';
import { begin, resume, temporaryDir } from '../io/session/fixtures.ts';
import { continued, forge, forged } from '../io/session/forge.ts';
import { makeRepository } from '../support/git-fixtures.ts';
import { testHost } from './test-host.ts';
import { audited } from './two-auditors.ts';

/** A server that counts who asks it. */
const server = async (): Promise<{ url: string; hits: () => number }> => {
  let hits = 0;
  const listening = http.createServer((_request, response) => {
    hits += 1;
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  onTestFinished(() => void listening.close());
  return {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/evil/repo`,
    hits: () => hits,
  };
};

/** A session somebody made up, in a home that never saw it. */
const received = async (change: (events: SessionEvent[]) => SessionEvent[]) => {
  const { dir, journal } = begin(temporaryDir());
  journal.close();
  const archive = forge(Buffer.from((await exportSession(dir)).bytes), change);
  const data = temporaryDir();
  const file = path.join(temporaryDir(), 'session.zip');
  fs.writeFileSync(file, archive);
  const host = testHost(data);
  const imported = importFile(host.host, file);
  return { ...host, data, file, imported };
};

/** Every command that opens the session, in turn. */
const useAll = async (host: Awaited<ReturnType<typeof received>>['host'], out: string): Promise<void> => {
  const answers = path.join(out, 'a.yml');
  fs.writeFileSync(
    answers,
    'auditor: {name: Jane, github: jane, organization: I, contact: j@example.org}\nchecks: {"1.1.1": {verdict: pass, note: n}}\nfindings: [{check: 1.1.1, title: t, severity: low, where: ["src/a.ts:1"]}]\n',
  );
  for (const args of [
    ['status'],
    ['status', '--json'],
    ['answer', '--from', answers],
    ['gather'],
    ['prove'],
    ['scorecard'],
    ['disclose'],
    ['report', '--to', path.join(out, 'report')],
    ['undo'],
  ])
    await main(args, host);
};

const allowed = forged({ type: 'network.allowed', allowed: true });
const withTarget = (target: object) => (events: SessionEvent[]) => {
  const [first, ...rest] = events;
  if (first?.type !== 'session.started') throw new Error('no start');
  return [{ ...first, target: { ...first.target, ...target } }, allowed, ...rest, allowed];
};

describe('a session from elsewhere', () => {
  it.each(['url', 'source', 'both'])('does not make this machine ask anyone (%s)', async (where) => {
    const { url, hits } = await server();
    const target = {
      url: where === 'source' ? 'https://github.com/acme/x' : url,
      source: where === 'url' ? '' : url,
    };
    const r = await received(withTarget(target));
    expect(r.imported.notices.join()).toContain('the network was allowed for it elsewhere');
    await useAll(r.host, temporaryDir());
    expect(hits()).toBe(0);
    r.said();
    expect(await main(['status', '--json'], r.host)).toBe(0);
    const { state } = JSON.parse(r.said());
    expect(state).toMatchObject({ networkAllowed: false, osvCopy: null, target: { source: '' } });
    // The auditor may, and is told what that means.
    if (where === 'source') return;
    await main(['gather', '--allow-network'], r.host);
    expect(r.said()).toContain(`git to ${url}: a fetch of the target`);
    await useAll(r.host, temporaryDir());
    expect(hits()).toBeGreaterThan(0);
  });

  it.each([
    ['once more at the end', [allowed, forged({ type: 'network.allowed', allowed: false }), allowed]],
    ['as if it had been done again', [{ ...allowed, redoes: 1 }]],
    ['as if something was taken back', [{ ...allowed, undoes: 1 }]],
    [
      'after a claim that it was opened here',
      [forged({ type: 'session.opened', toolVersion: '1' }), allowed],
    ],
    [
      'with an offline copy by an absolute path',
      [allowed, forged({ type: 'advisories.chosen', osv: '/etc' })],
    ],
    ['with one by a relative path', [allowed, forged({ type: 'advisories.chosen', osv: '../../other' })]],
  ])('allows nothing: %s', async (_what, events) => {
    const r = await received((before) => [...before, ...events]);
    const w = resumeAudit(r.host, r.imported.id);
    expect(advisorySources(r.host, w.store.snapshot().session)).toEqual([]);
    await w.store.close(null);
  });

  it('opens no folder of this machine that its record names', async () => {
    const { path: folder, commits } = makeRepository(path.join(temporaryDir(), 'private'), [
      { files: { 'secret.txt': 'mine\n' } },
    ]);
    for (const target of [
      { source: folder, url: '' },
      { source: `${folder}#main`, url: '' },
      { source: `file://${folder}`, url: '' },
      { source: '', url: folder },
      { source: '', url: `file://${folder}` },
      { source: '', url: `ext::sh -c touch%20${folder}/pwned` },
      { source: '', url: `ssh://-oProxyCommand=touch ${folder}/pwned/x` },
    ]) {
      const r = await received(withTarget({ ...target, commit: commits[0] }));
      await main(['gather', '--allow-network', '--session', r.imported.id], r.host);
      const w = resumeAudit(r.host, r.imported.id, true);
      await expect(w.store.readText('secret.txt')).rejects.toThrow('is not on this machine');
      expect(fs.existsSync(path.join(folder, 'pwned'))).toBe(false);
      // Nor is it what "mcp-audit <that folder>" would go on with.
      expect(listSessions(r.data).map((s) => s.target?.source)).toEqual(['']);
      await w.store.close(null);
      // Named by the auditor, it is.
      expect(await main(['import', r.file, '--source', folder], r.host)).toBe(0);
      expect(readLocal(r.imported.dir)).toMatchObject({ source: folder, networkAllowed: true });
      const again = resumeAudit(r.host, r.imported.id, true);
      expect(await again.store.readText('secret.txt')).toBe('mine\n');
      await again.store.close(null);
    }
  });

  it('is told apart from a repository that does not hold its commit', async () => {
    const { path: folder } = makeRepository(path.join(temporaryDir(), 'other'), [{ files: { a: 'b' } }]);
    const r = await received((events) => events);
    expect(await main(['import', r.file, '--source', folder], r.host)).toBe(2);
    expect(r.said()).toContain(`session ${r.imported.id} is here, but not the commit it audits`);
    expect(readLocal(r.imported.dir).source).toBe('');
  });

  it('that goes on with one that is here waits for a person, who is shown what it would add', async () => {
    const { jane, exported, session } = await audited();
    const journal = path.join(jane.data, 'sessions', session, 'journal.jsonl');
    const before = fs.readFileSync(journal);
    const longer = jane.file('longer.zip');
    const early = { toldOn: '2020-01-01', channel: 'x', early: null };
    fs.writeFileSync(
      longer,
      continued(fs.readFileSync(exported), [
        ...Array.from({ length: 60 }, (_, i) => ({
          type: 'draft.kept',
          check: 'B-2',
          text: `${i}`,
          by: 'jane',
        })),
        {
          type: 'check.answered',
          check: 'B-1',
          answer: { verdict: 'pass', note: '\u001b[2Jfine' },
          by: 'jane',
        },
        { type: 'finding.recorded', finding: 'F-01', value: null, by: 'jane' },
        { type: 'disclosure.recorded', value: early, by: 'jane' },
      ]),
    );
    const { code, text } = await jane.run('import', longer);
    expect(code).toBe(1);
    const lines = text.split('\n');
    expect(lines[0]).toContain(
      'goes on with 63 events that this machine does not know, by jane (63), as the file says',
    );
    expect(lines.slice(2, 5)).toEqual([
      expect.stringContaining('maintainers told on 2020-01-01'),
      expect.stringContaining('F-01 is deleted: Commands of the caller run (high)'),
      expect.stringContaining('B-1 becomes pass — ‹U+001B›[2Jfine, was fail'),
    ]);
    expect(text).toContain('and 10 more');
    expect(text).toContain(`import ${longer} --continue`);
    expect(() => importFile(jane.host, longer)).toThrow('the file would add 63 events to it');
    const told = await jane.run('import', longer, '--json');
    expect([told.code, JSON.parse(told.text)]).toMatchObject([
      1,
      { outcome: 'waits', added: { length: 63 } },
    ]);
    expect(fs.readFileSync(journal).equals(before)).toBe(true);
    // Who agrees to it, has it.
    const agreed = await jane.run('import', longer, '--continue');
    expect([agreed.code, agreed.text]).toEqual([0, expect.stringContaining('F-01 is deleted')]);
    expect(fs.readFileSync(journal).subarray(0, before.length).equals(before)).toBe(true);
    expect(fs.readFileSync(journal, 'utf8')).toContain('"toldOn":"2020-01-01"');
  });

  it('that goes on with one that is here neither gives nor takes what was allowed here', async () => {
    const { id, dir, journal } = begin(temporaryDir());
    journal.close();
    const first = Buffer.from((await exportSession(dir)).bytes);
    const r = testHost(temporaryDir());
    const file = path.join(temporaryDir(), 'x.zip');
    const take = (bytes: Buffer) => {
      fs.writeFileSync(file, bytes);
      return importSession(bytes, r.host.dataDir, r.host.clock(), { agreed: true });
    };
    const here = take(first);
    const more = forge(first, (events) => [...events, allowed]);
    expect(take(more).outcome).toBe('continued');
    expect(readLocal(here.dir).networkAllowed).toBe(false);
    keepLocal(here.dir, { networkAllowed: true, osvCopy: null, source: '' });
    expect(take(more).outcome).toBe('identical');
    expect(
      take(forge(more, (events) => [...events, forged({ type: 'network.allowed', allowed: false })])).outcome,
    ).toBe('continued');
    expect(readLocal(here.dir).networkAllowed).toBe(true);
    expect(id).toBe(here.id);
  });

  it.each(['{"networkAllowed":"yes"}', 'not JSON', '', '[]', '{"networkAllowed":true}'])(
    'is allowed nothing by a file that is not as it was written: %s',
    async (text) => {
      const { dir, id, journal } = begin(temporaryDir());
      journal.close();
      fs.writeFileSync(path.join(dir, 'local.json'), text);
      const opened = resume(path.dirname(path.dirname(dir)), id, true);
      expect(opened.local.read()).toEqual({ networkAllowed: false, osvCopy: null, source: '' });
    },
  );
});

describe('what was allowed here', () => {
  it('lasts here, and leaves no path in the record', async () => {
    const data = temporaryDir();
    const { id, dir, journal } = begin(data);
    journal.close();
    const { host } = testHost(data);
    const copy = path.join(temporaryDir(), 'osv');
    fs.mkdirSync(copy);
    const w = resumeAudit(host, id);
    w.store.dispatch({ type: 'allow-network', allowed: true });
    w.store.dispatch({ type: 'choose-advisories', osv: copy });
    expect(advisorySources(host, w.store.snapshot().session)).toHaveLength(2);
    await w.store.close(null);
    const again = resumeAudit(host, id);
    expect(again.store.snapshot().session).toMatchObject({
      networkAllowed: true,
      osvCopy: copy,
      target: { source: testTarget.source },
    });
    const { bytes } = await exportSession(dir);
    const journalText = fs.readFileSync(path.join(dir, 'journal.jsonl'), 'utf8');
    expect(journalText).toContain('"osv":"osv"');
    for (const secret of [copy, testTarget.source]) {
      expect(journalText).not.toContain(secret);
      expect(Buffer.from(bytes).includes(secret)).toBe(false);
    }
    again.store.dispatch({ type: 'allow-network', allowed: false });
    expect(readLocal(dir)).toMatchObject({ networkAllowed: false, osvCopy: copy });
    await again.store.close(null);
  });

  it('is withdrawn even where that cannot be recorded, and not given where it cannot', async () => {
    const data = temporaryDir();
    const { id, dir, journal } = begin(data);
    journal.close();
    keepLocal(dir, { networkAllowed: true, osvCopy: null, source: '' });
    const w = resumeAudit(testHost(data).host, id);
    // Another program wrote to the journal: nothing can be recorded any more.
    fs.appendFileSync(path.join(dir, 'journal.jsonl'), '\n');
    expect(w.store.dispatch({ type: 'allow-network', allowed: false })).toHaveProperty('refused');
    expect(readLocal(dir).networkAllowed).toBe(false);
    expect(w.store.dispatch({ type: 'choose-advisories', osv: '/tmp/x' })).toHaveProperty('refused');
    expect(readLocal(dir).osvCopy).toBeNull();
    await w.store.close(null);
  });

  it('is told beforehand: each collector that asks somebody says whom, and what it sends', () => {
    for (const c of collectors) {
      // Only what is run in place can reach the network at all, and only what says so is given whom to ask.
      expect([c.id, (c.network ?? []).length > 0]).toEqual([c.id, c.inPlace ?? false]);
      for (const n of c.network ?? []) expect(n.to && n.what).toBeTruthy();
    }
    const help = program(testHost(temporaryDir()).host, () => {}).commands.flatMap((c) =>
      c.options.filter((o) => o.long === '--allow-network').map((o) => [c.name(), o.description] as const),
    );
    expect(help.map(([name]) => name).toSorted()).toEqual(['check', 'collect', 'gather', 'scan', 'start']);
    for (const [name, text] of help.filter(([n]) => n !== 'scan'))
      for (const c of collectors)
        for (const n of c.network ?? [])
          for (const part of [c.id, n.to, n.what])
            expect([name, text]).toEqual([name, expect.stringContaining(part)]);
  });

  it('lists collectors of this methodology only, the address of the target, and scanners', () => {
    const session = { target: { ...testTarget, source: '' } } as Parameters<typeof sendingsOf>[1];
    expect(sendingsOf(testMethodology, session)[0]).toEqual({
      by: 'git',
      to: testTarget.url,
      what: 'a fetch of the target, while its clone is not here',
    });
    expect(sendingsOf(testMethodology, session).map(sendingText)[1]).toBe(
      'scanners you run: semgrep, osv-scanner, trivy; each says what, and asks again',
    );
  });

  it.each([
    ['git@github.com:a/b', 'x', 'git@github.com:a/b'],
    ['/home/jane/a', 'https://example.org/a/b', 'https://example.org/a/b'],
    ['file:///home/jane/a', '', null],
    ['', 'ssh://example.org/a/b', null],
    ['', 'file:///etc', null],
    ['', '/etc', null],
    ['', '../x', null],
    ['', 'https://', null],
    ['', 'https://exa\u202emple.org/a', null],
  ])('is fetched from where: typed %j, recorded %j', (source, url, from) => {
    expect(fetchedFrom(source, url)).toBe(from);
  });
});
