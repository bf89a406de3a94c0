import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJournal } from '../../src/engine/journal.ts';
import { readArchive } from '../../src/io/session/read-archive.ts';
import { peerReview } from '../../src/report/formats/peer-review.ts';
import { forge } from '../io/session/forge.ts';
import { rewriteEvidence } from './forge-evidence.ts';
import { audited, machine } from './two-auditors.ts';

const reviewed = async (...args: string[]) => {
  const a = await audited();
  const bob = machine('bob');
  const begun = await bob.run('review', a.exported, '--source', a.server, '--json', ...args);
  return {
    ...a,
    bob,
    begun,
    state: () => bob.run('review', peerReview.parse(JSON.parse(begun.text)).session, '--json'),
  };
};
const parsed = (text: string) => peerReview.parse(JSON.parse(text));

describe('a review', () => {
  it('gathers the evidence again, compares it, and keeps what is said apart from the author', async () => {
    const { begun, bob, exported, session, jane, state } = await reviewed();
    const first = parsed(begun.text);
    expect(begun.code).toBe(0);
    expect(first.evidence.same.length).toBe(3);
    expect(first.evidence).toMatchObject({ differs: [], notCompared: [] });
    expect(first.of).toMatchObject({ session, auditor: { github: 'jane' } });
    expect(first.subjects.map((s) => [s.about, s.verdict, s.hidden])).toEqual([
      ['A-1', 'pass', false],
      ['A-2', 'pass', false],
      ['B-1', 'fail', false],
      ['F-01', null, false],
    ]);
    const said = await bob.answer(`
remarks:
  A-1: {stance: agrees, reason: the history shows it}
  A-2: {stance: objects, reason: src/index.ts:2 keeps the output}
  F-01: {stance: asks, reason: who calls run?}
  F-07: {stance: asks, reason: there is none}
`);
    expect(said.code).toBe(1);
    expect(said.text).toContain("the author's session has no F-07");
    const { counts } = parsed((await state()).text);
    expect(counts).toEqual({ agrees: 1, objects: 1, asks: 1, unsaid: 1 });
    // The same file leads back to the same review; undo takes a remark back.
    expect(parsed((await bob.run('review', exported, '--json')).text).session).toBe(first.session);
    await bob.run('undo');
    expect(parsed((await state()).text).counts).toMatchObject({ asks: 0, unsaid: 2 });
    // The author's history is where it was, and no remark is in it.
    const again = jane.file('again.zip');
    await jane.run('export', '--to', again, '--session', session);
    expect(readFileSync(again).equals(readFileSync(exported))).toBe(true);
  });

  it('that is blind shows the word of the author on a check after that of the reviewer', async () => {
    const { bob, begun, state } = await reviewed('--blind');
    const blind = parsed(begun.text);
    expect(begun.text).not.toContain('Commands of the caller');
    expect(blind.subjects.every((s) => s.hidden && s.verdict === null && s.title !== undefined)).toBe(true);
    const early = await bob.answer(`
remarks: {A-2: {stance: agrees, reason: as I say}}
checks: {A-2: {verdict: fail, note: the output is kept}}
`);
    expect(early.code).toBe(1);
    expect(early.text).toContain("the author's word on A-2 is hidden until you gave yours");
    const seen = parsed((await state()).text);
    expect(seen.subjects.filter((s) => !s.hidden)).toMatchObject([
      { about: 'A-2', verdict: 'pass', own: 'fail', stance: 'objects', reason: 'the output is kept' },
    ]);
    expect((await bob.answer('remarks: {F-01: {stance: agrees, reason: read}}')).text).toContain(
      'give your own verdict on B-1 first',
    );
    await bob.answer('checks: {B-1: {verdict: fail, note: it is}}');
    await bob.answer(
      'remarks: {F-01: {stance: agrees, reason: read}, A-2: {stance: asks, reason: where then?}}',
    );
    expect(parsed((await state()).text).counts).toEqual({ agrees: 2, objects: 0, asks: 1, unsaid: 1 });
  });

  it('names evidence that is not what the commit gives, and a commit that is not here', async () => {
    const { exported, server } = await audited();
    const bob = machine('bob');
    const without = await bob.run('review', exported, '--json');
    expect(without.code).toBe(1);
    expect(
      parsed(without.text).evidence.differs.length + parsed(without.text).evidence.notCompared.length,
    ).toBe(3);
    // Evidence somebody rewrote together with the record that names it.
    const forged = join(bob.dir, 'forged.zip');
    writeFileSync(
      forged,
      rewriteEvidence(readFileSync(exported), 'code-flow', (r) => ({ ...r, items: [] })),
    );
    const told = await bob.run('review', forged, '--source', server, '--json');
    expect(told.code).toBe(1);
    expect(parsed(told.text).evidence.differs.map((d) => d.collector)).toEqual(['code-flow']);
    expect(parsed(told.text).evidence.differs[0]?.said).toMatch(/only the reviewer has: /);
  });

  it('is not begun on a file that was changed, or on another review', async () => {
    const { exported, server, bob, begun } = await reviewed();
    const bytes = readFileSync(exported);
    const cut = bob.file('cut.zip');
    writeFileSync(cut, bytes.subarray(0, bytes.length - 40));
    expect(await bob.run('review', cut, '--source', server)).toMatchObject({
      code: 2,
      text: expect.stringContaining('nothing was imported'),
    });
    const own = bob.file('own.zip');
    await bob.run('export', '--session', parsed(begun.text).session, '--to', own);
    expect((await bob.run('review', own)).text).toContain('is a review itself');
    // A history with a chain that holds and another content is another history: another review.
    const other = bob.file('other.zip');
    writeFileSync(
      other,
      forge(bytes, (events) => events.slice(0, -1)),
    );
    expect(parsed((await bob.run('review', other, '--source', server, '--json')).text).session).not.toBe(
      parsed(begun.text).session,
    );
  });
});

describe('a review that comes back', () => {
  const back = async (a: Awaited<ReturnType<typeof reviewed>>, name = 'review.zip') => {
    const file = a.bob.file(name);
    await a.bob.run('export', '--session', parsed(a.begun.text).session, '--to', file);
    return file;
  };
  const REMARKS = `
remarks:
  A-1: {stance: agrees, reason: the history shows it}
  A-2: {stance: objects, reason: src/index.ts:2 keeps the output}
  F-01: {stance: asks, reason: who calls run?}
`;

  it('is taken in, answered, and told in the report', async () => {
    const a = await reviewed();
    await a.bob.answer(REMARKS);
    const file = await back(a);
    const taken = await a.jane.run('import', file, '--json');
    expect(taken.code).toBe(0);
    expect(JSON.parse(taken.text)).toMatchObject({
      session: a.session,
      outcome: 'taken',
      reviewer: { github: 'bob' },
      counts: { agrees: 1, objects: 1, asks: 1 },
      evidence: { differs: [], notCompared: [] },
      open: [{ about: 'A-2' }, { about: 'F-01' }],
    });
    const status = (await a.jane.run('status')).text;
    expect(status).toContain('warns: BOB objects to A-2: src/index.ts:2 keeps the output');
    expect(status).toContain('warns: BOB asks about F-01');
    // The verdict is the author's as before: nothing of the review became one.
    expect(JSON.parse((await a.jane.run('status', '--json')).text).state.answers['A-2']).toMatchObject({
      verdict: 'pass',
      by: 'jane',
    });
    const replied = await a.jane.answer(`
replies:
  - {to: A-2, decision: stands, reason: it is written to the caller alone}
  - {to: A-1, decision: stands, reason: nobody asked}
`);
    expect(replied.text).toContain('no review objects to A-1 or asks about it');
    const printed = (await a.jane.run('report', '--format', 'json', '--to', '-')).text;
    const report = JSON.parse(printed.slice(printed.indexOf('{')));
    expect(report.reviews).toMatchObject([
      {
        reviewer: { github: 'bob' },
        blind: false,
        scope: { checks: 2, checksTotal: 4, findings: 1, findingsTotal: 1 },
        counts: { agrees: 1, objects: 1, asks: 1 },
        open: 1,
      },
    ]);
    expect(report.audit.auditor.github).toBe('jane');
    const { text } = await a.jane.run('report', '--format', 'markdown', '--to', '-');
    expect(text).toContain('BOB, I, reviewed the first');
    expect(text).toContain('it is written to the caller alone');
    expect(text).toContain('Whose it is, is as the review itself says');
    // Again is nothing new; what the reviewer added later goes on with it.
    expect(JSON.parse((await a.jane.run('import', file, '--json')).text).outcome).toBe('same');
    await a.bob.answer('remarks: {A-2: {stance: agrees, reason: so it is}}');
    const later = JSON.parse((await a.jane.run('import', await back(a, 'later.zip'), '--json')).text);
    expect(later).toMatchObject({ outcome: 'taken', open: [{ about: 'F-01' }] });
    // The answer may be taken back.
    expect((await a.jane.run('undo')).code).toBe(0);
  });

  it('is refused by name when it, or what it is of, was written anew', async () => {
    const a = await reviewed();
    await a.bob.answer(REMARKS);
    const file = await back(a);
    const before = readFileSync(join(a.jane.data, 'sessions', a.session, 'journal.jsonl'));
    const refusedWith = async (bytes: Buffer, text: string | RegExp) => {
      const forgedFile = a.jane.file('forged.zip');
      writeFileSync(forgedFile, bytes);
      const { code, text: said } = await a.jane.run('import', forgedFile);
      expect([code, said]).toEqual([2, expect.stringMatching(text)]);
    };
    const bytes = readFileSync(file);
    const startedWith = (change: object) =>
      forge(bytes, ([first, ...rest]) => [{ ...first, ...change } as never, ...rest]);
    const [started] = readJournal(readArchive(bytes, () => true).get('journal.jsonl') ?? '').events;
    const of = started?.type === 'session.started' ? started.review : undefined;
    // A byte of it; another point of the history; a point that is not there; an unnamed reviewer.
    const flipped = Buffer.from(bytes);
    flipped[bytes.indexOf('journal.jsonl') + 300]! ^= 1;
    await refusedWith(flipped, /nothing was imported/);
    await refusedWith(
      startedWith({ review: { ...of, head: { ...of?.head, hash: 'f'.repeat(64) } } }),
      /one of the two histories was written anew, so nothing of the review was taken in/,
    );
    await refusedWith(
      startedWith({ review: { ...of, head: { events: 4000, hash: 'f'.repeat(64) } } }),
      /the review is of its event 4000: it is another history/,
    );
    await refusedWith(
      startedWith({ auditor: { name: '', github: '', organization: '', contact: '' } }),
      /does not say who reviewed/,
    );
    for (const own of [
      { name: 'Jane', github: 'JANE' },
      { name: 'JANE', github: '' },
    ])
      await refusedWith(
        startedWith({ auditor: { ...own, organization: '', contact: '' } }),
        /who is the author of session .*nobody's own word on an audit is a peer review/,
      );
    expect(readFileSync(join(a.jane.data, 'sessions', a.session, 'journal.jsonl')).equals(before)).toBe(true);
    // Another of the same reviewer is taken in, and both are told to be as they say.
    const second = a.jane.file('second.zip');
    writeFileSync(second, startedWith({ id: '2026-11-23-server-0002' }));
    expect(await a.jane.run('import', second)).toMatchObject({
      code: 0,
      text: expect.stringContaining('review 2026-11-23-server-0002 by BOB (as it says)'),
    });
    expect((await a.jane.run('import', file)).text).toContain(
      'review 2026-11-23-server-0002 says it is by BOB too',
    );
    // Taken in, and then told in another way: what had been an objection agrees, and the chain holds.
    await refusedWith(
      forge(bytes, (events) =>
        events.map((e) =>
          e.type === 'remark.recorded' && e.about === 'A-2' && e.value
            ? { ...e, value: { ...e.value, stance: 'agrees' } }
            : e,
        ),
      ),
      /this file tells that history in another way, so nothing of it was taken in/,
    );
    // The author's own journal, written anew under a chain that holds: the review says so.
    const other = machine('jane');
    const rewritten = other.file('rewritten.zip');
    writeFileSync(
      rewritten,
      forge(readFileSync(a.exported), (events) =>
        events.map((e) =>
          e.type === 'check.answered' && e.answer
            ? { ...e, answer: { ...e.answer, note: 'as it should be' } }
            : e,
        ),
      ),
    );
    await other.run('import', rewritten);
    expect(await other.run('import', file)).toMatchObject({
      code: 2,
      text: expect.stringContaining('one of the two histories was written anew'),
    });
  });
});
