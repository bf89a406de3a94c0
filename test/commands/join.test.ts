import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/domain/events.ts';
import { deciders, joinOf } from '../../src/domain/join.ts';
import { replay } from '../../src/domain/session.ts';
import { joinJson } from '../../src/report/formats/join-json.ts';
import { startEvent } from '../domain/arbitraries.ts';
import { continued, forge, forged } from '../io/session/forge.ts';
import { audited, type Machine, machine } from './two-auditors.ts';

const parts = async () => {
  const a = await audited();
  const bob = machine('bob');
  await bob.run('import', a.exported, '--as-part', '--source', a.server);
  return { ...a, bob };
};
const exportOf = async (m: Machine, name: string) => {
  const file = m.file(name);
  await m.run('export', '--to', file);
  return file;
};
const parsed = (text: string) => joinJson.parse(JSON.parse(text));
const stateOf = async (m: Machine) => JSON.parse((await m.run('status', '--json')).text).state;

describe('two parts of one audit', () => {
  it('are joined, each verdict by whoever gave it', async () => {
    const { jane, bob, session } = await parts();
    await jane.answer('checks: {A-1: {verdict: unsure, note: the key is not known}}');
    await bob.answer(`
checks: {B-2: {verdict: fail, note: nothing is logged}}
findings: [{check: B-2, title: Nothing is logged, severity: low, where: ["src/index.ts:1"]}]
scorecard: {good: {value: 1, reason: so it looks}}
`);
    const part = await exportOf(bob, 'part.zip');
    // A plain import says that the two went apart, and what to do.
    expect((await jane.run('import', part)).text).toContain(
      'mcp-audit join takes over what was decided there',
    );
    const { code, text } = await jane.run('join', part, '--json');
    expect(code).toBe(0);
    expect(parsed(text)).toMatchObject({
      session,
      joined: true,
      conflicts: [],
      taken: [
        { key: 'B-2', said: 'fail — nothing is logged', by: 'bob' },
        { key: 'good', by: 'bob' },
        { key: 'F-02', by: 'bob' },
      ],
    });
    const state = await stateOf(jane);
    expect(state.answers).toMatchObject({
      'A-1': { verdict: 'unsure', by: 'jane' },
      'B-2': { verdict: 'fail', by: 'bob' },
    });
    expect(state.auditor.github).toBe('jane');
    expect(state.findings['F-02'].title).toBe('Nothing is logged');
    // Again there is nothing; what bob does later is joined from there.
    expect(parsed((await jane.run('join', part, '--json')).text).taken).toEqual([]);
    await bob.answer('checks: {B-2: {note: nothing at all is logged}}');
    expect(parsed((await jane.run('join', await exportOf(bob, 'later.zip'), '--json')).text)).toMatchObject({
      conflicts: [],
      taken: [{ key: 'B-2', said: 'fail — nothing at all is logged' }],
    });
    expect((await jane.run('undo')).code).toBe(0);
    expect((await stateOf(jane)).answers['B-2']).toMatchObject({ note: 'nothing is logged', by: 'bob' });
  });

  it('that contradict each other wait for a person, and nothing is recorded before', async () => {
    const { jane, bob, session } = await parts();
    await jane.answer(
      'checks: {A-1: {verdict: unsure}, A-2: {verdict: fail}, B-2: {verdict: pass, note: logged}}',
    );
    await jane.answer('findings: [{id: F-01, title: The caller runs commands}]');
    await bob.answer(
      'checks: {A-1: {verdict: fail}, A-2: {verdict: fail}, B-2: {verdict: pass, note: logged}}',
    );
    await bob.answer('findings: [{id: F-01, severity: critical}]');
    const part = await exportOf(bob, 'part.zip');
    const journal = join(jane.data, 'sessions', session, 'journal.jsonl');
    const before = readFileSync(journal);
    const open = await jane.run('join', part);
    expect(open.code).toBe(1);
    for (const words of [
      'A-1: both decided it, in different ways',
      'ours    unsure — two people sign what is merged',
      'theirs  fail — two people sign what is merged (BOB)',
      'F-01: both decided it',
      'differs in title, severity',
      'both decided alike: A-2, B-2',
      'nothing was recorded: 2 conflicts wait for your word',
    ])
      expect(open.text).toContain(words);
    expect((await jane.run('join', part, '--theirs', 'A-1', '--ours', 'A-1')).text).toContain(
      'cannot be both',
    );
    expect((await jane.run('join', part, '--theirs', 'A-9')).text).toContain('A-9 is in no conflict');
    expect((await jane.run('join', part, '--theirs', 'A-1')).code).toBe(1);
    expect(readFileSync(journal).equals(before)).toBe(true);
    const done = await jane.run('join', part, '--theirs', 'A-1', '--ours', 'F-01', '--json');
    expect(done.code).toBe(0);
    expect(parsed(done.text).conflicts.map((c) => [c.key, c.decided])).toEqual([
      ['A-1', 'theirs'],
      ['F-01', 'ours'],
    ]);
    const state = await stateOf(jane);
    expect(state.answers['A-1']).toMatchObject({ verdict: 'fail', by: 'bob' });
    expect(state.findings['F-01']).toMatchObject({ title: 'The caller runs commands', severity: 'high' });
    // What was decided is not asked again.
    await bob.answer('scorecard: {good: {value: 2, reason: better}}');
    expect(parsed((await jane.run('join', await exportOf(bob, 'b.zip'), '--json')).text)).toMatchObject({
      conflicts: [],
      taken: [{ key: 'good' }],
    });
  });

  it('take nothing in the name of the author that the author does not know', async () => {
    const { jane, bob, exported, session } = await parts();
    // A history written anew under a chain that holds: jane's own verdict is another one.
    const rewritten = bob.file('rewritten.zip');
    writeFileSync(
      rewritten,
      forge(readFileSync(exported), (events) =>
        events.map((e) =>
          e.type === 'check.answered' && e.check === 'B-1' && e.answer
            ? { ...e, answer: { verdict: 'pass', note: 'all is well' } }
            : e,
        ),
      ),
    );
    const { code, text } = await jane.run('join', rewritten, '--json');
    expect(code).toBe(1);
    expect(parsed(text)).toMatchObject({
      joined: false,
      taken: [],
      conflicts: [{ key: 'B-1', theirs: 'pass — all is well' }],
    });
    expect(parsed(text).conflicts[0]?.why).toMatch(/both decided it|said to be by jane/);
    expect((await stateOf(jane)).answers['B-1']).toMatchObject({ verdict: 'fail' });
    // Added in nobody's name, under a name that is the author's, and by a part that says no name.
    const added = (...bodies: object[]) => {
      writeFileSync(rewritten, continued(readFileSync(exported), bodies));
      return jane.run('join', rewritten, '--json');
    };
    const gone = { type: 'finding.recorded', finding: 'F-01', value: null };
    const mallory = {
      type: 'auditor.named',
      auditor: { name: 'jane', github: 'mallory', organization: '', contact: '' },
    };
    const byJane = await added(mallory, { ...gone, by: 'jane' });
    expect([byJane.code, parsed(byJane.text).conflicts]).toMatchObject([
      1,
      [
        {
          key: 'F-01',
          theirs: 'deleted',
          why: 'it is said to be by jane, and the part is of jane (mallory)',
        },
      ],
    ]);
    expect(parsed((await added(mallory, { ...gone, by: '' })).text)).toMatchObject({
      joined: false,
      taken: [],
    });
    const nobody = { type: 'auditor.named', auditor: { ...mallory.auditor, name: '', github: '' } };
    expect(await added(nobody, { ...gone, by: '' })).toMatchObject({
      code: 2,
      text: expect.stringContaining('does not say whose it is'),
    });
    expect((await stateOf(jane)).findings['F-01']).toBeDefined();
    // A part of another session, a damaged one, one that has nothing new.
    const other = await audited();
    const foreign = jane.file('foreign.zip');
    writeFileSync(
      foreign,
      forge(readFileSync(other.exported), ([first, ...rest]) => [
        { ...first, id: session, at: '2026-11-22T10:00:00.000Z' } as SessionEvent,
        ...rest,
      ]),
    );
    expect((await jane.run('join', foreign)).text).toContain('tells of another session');
    expect((await jane.run('join', exported)).text).toContain('has all of that file already');
    expect((await jane.run('join', other.exported)).text).toContain('is not on this machine');
  });
});

const answered = (seq: number, check: string, verdict: string | null, by: string): SessionEvent =>
  ({
    v: 1,
    seq,
    at: '2026-11-23T10:00:01.000Z',
    by,
    type: 'check.answered',
    check,
    answer: verdict === null ? null : { verdict, note: '' },
  }) as SessionEvent;

const emptyAuditor = { name: '', github: '', organization: '', contact: '' };
const startedBy = (auditor: object): SessionEvent =>
  ({ ...startEvent(), auditor: { ...emptyAuditor, ...auditor } }) as SessionEvent;

it.each([
  ['nobody', { github: 'mallory' }, ''],
  ['the author', { github: 'mallory' }, 'jane'],
  ['the author, by a name the sender gave themselves', { github: 'mallory', name: 'jane' }, 'jane'],
  ['the author, in capitals', { github: 'Jane' }, 'Jane'],
  ['the author by name', { name: 'Jane Doe' }, 'Jane Doe'],
  ['a third person', { github: 'mallory' }, 'carol'],
])('takes nothing unasked that is said to be by %s, deletions neither', (_who, sender, by) => {
  const begun = [
    startedBy({ github: 'jane', name: 'Jane Doe' }),
    answered(2, 'a', 'fail', 'jane'),
    answered(3, 'b', 'fail', 'jane'),
  ];
  const after = [answered(4, 'a', 'pass', by), answered(5, 'b', null, by)];
  const named = { ...forged({ type: 'auditor.named', auditor: { ...emptyAuditor, ...sender } }), seq: 6 };
  const base = replay(begun);
  const join = joinOf({ base, ours: base, theirs: replay([...begun, ...after, named]) }, deciders(after));
  expect(join.taken).toEqual([]);
  expect(join.conflicts.map((c) => [c.key, c.base, c.theirs])).toEqual([
    ['a', 'fail', 'pass'],
    ['b', 'fail', 'nothing'],
  ]);
  // Whoever says that it holds takes it as the sender's, or as a third person's: never as the author's own.
  if ('github' in sender && sender.github === 'mallory')
    for (const c of join.conflicts) expect(c.change.by).toBe(by === 'carol' ? 'carol' : 'mallory');
});

it('takes what the sender says in their own name, whatever its capitals', () => {
  const begun = [startedBy({ github: 'jane' }), answered(2, 'a', 'fail', 'jane')];
  const after = [answered(3, 'a', null, 'Bob')];
  const named = { ...forged({ type: 'auditor.named', auditor: { ...emptyAuditor, github: 'bob' } }), seq: 4 };
  const base = replay(begun);
  const join = joinOf({ base, ours: base, theirs: replay([...begun, ...after, named]) }, deciders(after));
  expect([join.conflicts, join.taken.map((t) => [t.key, t.by])]).toEqual([[], [['a', 'Bob']]]);
});

it('takes, agrees or asks of each check, and never loses what one side decided', () => {
  const history = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('pass', 'fail', null)), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(history, history, history, (common, mine, others) => {
      const play = (by: string, ...parts: (typeof common)[]) =>
        replay([startedBy({ github: by }), ...parts.flat().map(([c, v], i) => answered(i + 2, c, v, by))]);
      const [base, ours, theirs] = [
        play('jane', common),
        play('jane', common, mine),
        play('bob', common, others),
      ];
      const join = joinOf({ base, ours, theirs }, new Map(['a', 'b', 'c'].map((key) => [key, 'bob'])));
      const verdict = (s: typeof base, c: string) => s.answers.get(c)?.verdict ?? null;
      for (const c of ['a', 'b', 'c']) {
        const [was, us, them] = [verdict(base, c), verdict(ours, c), verdict(theirs, c)];
        const taken = join.taken.some((t) => t.key === c);
        const asked = join.conflicts.some((t) => t.key === c);
        const expected = them === was ? 'ours' : them === us ? 'alike' : us === was ? 'taken' : 'asked';
        expect([c, taken, asked]).toEqual([c, expected === 'taken', expected === 'asked']);
      }
    }),
    { numRuns: 200 },
  );
});
