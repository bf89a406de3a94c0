import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyAnswers } from '../../src/commands/answer.ts';
import { main } from '../../src/commands/main.ts';
import { answersFile } from '../../src/domain/answers-file.ts';
import type { SessionEvent } from '../../src/domain/events.ts';
import { findingInput } from '../../src/domain/finding-input.ts';
import { emptyAivss } from '../../src/domain/scoring/aivss.ts';
import { PROFILE_WORDS } from '../../src/domain/server-profile.ts';
import { collectorOf, draft, fakeSource, fakeTree, found } from '../engine/fake-source.ts';
import { disk, openStore } from '../engine/store-fixture.ts';
import { temporaryDir } from '../io/session/fixtures.ts';
import { testHost } from './test-host.ts';

const tree = fakeTree({ 'src/a.ts': 'one\ntwo\nthree\nfour\n', 'src/b.ts': 'exec(a)\nexec(b)\n' });
const collectors = [
  collectorOf('inputs', async () =>
    found(
      draft({ at: { path: 'src/b.ts', startLine: 1 } }),
      draft({ at: { path: 'src/b.ts', startLine: 2 }, title: 'Another parameter' }),
      draft({ rule: 'other', at: { path: 'src/a.ts', startLine: 3 } }),
    ),
  ),
];

/** A session with evidence; `again` opens what was saved, as the next command would. */
const desk = async () => {
  const d = disk();
  const open = () =>
    openStore(d, {
      openSource: async () => fakeSource(tree),
      collectors,
      opening: { at: '2026-11-23T10:00:00.000Z', by: 'jane', toolVersion: '1' },
    });
  const first = open();
  await first.collect(['inputs']);
  await first.close(null);
  const give = async (answers: unknown) => {
    const before = d.saved().events.length;
    const store = open();
    await store.load();
    const done = await applyAnswers(store, answersFile.parse(answers));
    await store.close(null);
    const written: SessionEvent[] = d.saved().events.slice(before);
    return { done, written, session: store.snapshot().session, store };
  };
  const items = [...first.snapshot().evidence.values()].flatMap((r) => r.items);
  return { d, give, items, open };
};

const WHOLE = {
  check: '1.2.1',
  title: 'A weakness of its own',
  severity: 'low',
  cwe: 'CWE-78',
  category: 'Input Validation',
  where: ['src/a.ts:2-3'],
  summary: 's',
  description: 'd',
  impact: { confidentiality: 'Low', scope: 'all' },
  reproduction: ['Call it.'],
  risks: ['r'],
  recommendations: { immediate: ['x'] },
  validation: ['v'],
  notes: 'n',
  business: { production: 'p' },
  severityReason: 'because',
  reviewed: true,
};
const findingsOf = (r: { session: { findings: ReadonlyMap<string, unknown> } }) =>
  [...r.session.findings.values()] as {
    id: string;
    title: string;
    reviewed: boolean;
    summary: string;
    check: string;
  }[];

const text = fc.constantFrom('', 'because', ' spaced ', 'two\nlines', '日本', '\u202e');
const finding = fc.record(
  {
    id: fc.constantFrom('F-01', 'F-02', 'F-07'),
    check: fc.constantFrom('1.1.1', '1.2.1', '9.9.9'),
    template: fc.constantFrom('shell-command', 'no-such'),
    title: fc.constantFrom('A', 'B', 'A weakness', ' A '),
    severity: fc.constantFrom('low', 'high', 'info'),
    positive: fc.boolean(),
    where: fc.constantFrom([], ['src/a.ts:2'], ['src/a.ts:2-3', 'src/b.ts:1'], ['src/a.ts:99']),
    evidence: fc.constantFrom([], ['inputs/other'], ['inputs/exec-of-parameter'], ['inputs/none']),
    summary: text,
    impact: fc.record({ scope: text }, { requiredKeys: [] }),
    recommendations: fc.record({ longTerm: fc.constantFrom([], ['a', ' ']) }, { requiredKeys: [] }),
    cvss40: fc.constantFrom('', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'),
    aivss: fc.constantFrom(null, { threat: 'poc' }, { factors: { tools: 1 } }),
    tracking: fc.record({ reported: fc.constantFrom(null, '2026-11-01') }, { requiredKeys: [] }),
    reviewed: fc.boolean(),
  },
  { requiredKeys: [] },
);
const answers = fc.record(
  {
    auditor: fc.record(
      { name: text, github: fc.constantFrom('', 'jane', 'joe'), organization: text, contact: text },
      { requiredKeys: [] },
    ),
    checks: fc.dictionary(
      fc.constantFrom('1.1.1', '1.1.2', '1.2.1', '9.9.9'),
      fc.record(
        { verdict: fc.constantFrom('pass', 'fail', 'not-applicable', 'unsure', null), note: text },
        { requiredKeys: [] },
      ),
    ),
    findings: fc.array(finding, { maxLength: 5 }),
    disclosure: fc.record(
      { told: fc.constantFrom(null, '2026-11-01'), channel: text, acknowledge: text },
      { requiredKeys: [] },
    ),
    scorecard: fc.dictionary(
      fc.constantFrom('c', 'no-such'),
      fc.option(fc.record({ value: fc.constantFrom(null, 0, 4), reason: fc.constantFrom('why', ' so ') })),
    ),
    triage: fc.array(
      fc.record({
        items: fc.constantFrom(
          'inputs/other',
          'inputs/exec-of-parameter',
          'inputs/exec-of-parameter@src/b.ts',
          'x',
        ),
        decision: fc.constantFrom('accepted', 'dismissed'),
        reason: text,
      }),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: [] },
);

describe('a file of answers', () => {
  it('given again writes nothing, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (file) => {
        const { give } = await desk();
        const first = await give(file);
        const second = await give(file);
        expect(second.written).toEqual([]);
        expect(second.done.recorded).toBe(0);
        expect(findingsOf(second)).toEqual(findingsOf(first));
      }),
      { numRuns: Number(process.env.RUNS ?? 100) },
    );
  });

  it('given after another that it knows nothing of changes only what it says', async () => {
    const { give } = await desk();
    await give({ findings: [WHOLE] });
    const second = await give({
      findings: [
        { id: 'F-01', notes: 'more' },
        { title: WHOLE.title, summary: 'other' },
      ],
    });
    expect(second.done.findings.map((f) => [f.id, f.outcome])).toEqual([['F-01', 'updated']]);
    expect(second.done.refused).toHaveLength(1);
  });
});

describe('a finding in a file of answers', () => {
  it('says which number it got, keeps its review, and needs no check to be updated', async () => {
    const { give } = await desk();
    const first = await give({ findings: [WHOLE] });
    expect(first.done.findings).toEqual([
      { id: 'F-01', title: WHOLE.title, outcome: 'new', notReviewed: '' },
    ]);
    expect(findingsOf(first)[0]?.reviewed).toBe(true);
    const same = await give({ findings: [WHOLE] });
    expect([same.written, findingsOf(same)[0]?.reviewed]).toEqual([[], true]);
    // By its title alone.
    const { check: _c, ...rest } = WHOLE;
    const changed = await give({ findings: [{ ...rest, summary: 'better' }] });
    expect(changed.done.findings).toEqual([
      { id: 'F-01', title: WHOLE.title, outcome: 'updated', notReviewed: '' },
    ]);
    // The file says of this very text that it was reviewed.
    expect(findingsOf(changed)[0]).toMatchObject({ reviewed: true, summary: 'better', checks: ['1.2.1'] });
    expect((await give({ findings: [{ ...rest, summary: 'better' }] })).written).toEqual([]);
    // Where it does not say so, a changed text ends the review, and days of tracking do not.
    const { reviewed: _r, ...silent } = rest;
    expect(
      findingsOf(
        await give({ findings: [{ ...silent, summary: 'better', tracking: { reported: '2026-11-01' } }] }),
      )[0]?.reviewed,
    ).toBe(true);
    expect(findingsOf(await give({ findings: [{ ...silent, summary: 'new' }] }))[0]?.reviewed).toBe(false);
  });

  it('is recorded although it cannot be reviewed yet, and says why it is not', async () => {
    const { give } = await desk();
    const { validation: _v, ...unfinished } = WHOLE;
    for (const run of [1, 2]) {
      const r = await give({ findings: [unfinished] });
      expect(r.done.findings).toEqual([
        {
          id: 'F-01',
          title: WHOLE.title,
          outcome: run === 1 ? 'new' : 'unchanged',
          notReviewed: 'still to fill: validation',
        },
      ]);
      expect(r.done.refused.map((x) => x.what)).toEqual(['reviewed of F-01']);
      expect(findingsOf(r)[0]?.reviewed).toBe(false);
      expect(r.written.filter((e) => e.type === 'finding.recorded')).toHaveLength(run === 1 ? 1 : 0);
    }
    // An update that takes a part away ends the review, is recorded, and says so.
    await give({ findings: [{ ...unfinished, validation: ['v'] }] });
    const worse = await give({ findings: [{ ...WHOLE, validation: [] }] });
    expect(findingsOf(worse)[0]).toMatchObject({ reviewed: false, validation: [] });
    expect(worse.done.findings[0]?.notReviewed).toContain('validation');
  });

  it('is not taken for another of the same file, of the same check and title', async () => {
    const { give } = await desk();
    const two = [
      { ...WHOLE, summary: 'one', where: ['src/a.ts:1'] },
      { ...WHOLE, summary: 'two', where: ['src/b.ts:2'] },
    ];
    const first = await give({ findings: two });
    expect(findingsOf(first).map((f) => [f.id, f.summary])).toEqual([
      ['F-01', 'one'],
      ['F-02', 'two'],
    ]);
    expect((await give({ findings: two })).written).toEqual([]);
    expect((await give({ findings: [...two].reverse() })).written).toEqual([]);
    // One of them alone: told by where it is, else refused with both.
    expect((await give({ findings: [{ ...two[1], summary: 'two!' }] })).done.findings[0]?.id).toBe('F-02');
    const { where: _w, ...nowhere } = WHOLE;
    const unclear = await give({ findings: [nowhere] });
    expect(unclear.done.refused[0]).toMatchObject({
      why: expect.stringContaining('the title of 2 findings'),
      hint: expect.stringMatching(/F-01 .*F-02 /),
    });
    expect(unclear.written).toEqual([]);
  });

  it('without a title is known by the one its check or template gave it', async () => {
    const { give } = await desk();
    const file = {
      findings: [
        { check: '1.1.1' },
        { check: '1.2.1', template: 'shell-command', evidence: ['inputs/exec-of-parameter'] },
      ],
    };
    const first = await give(file);
    expect(first.done.findings.map((f) => f.id)).toEqual(['F-01', 'F-02']);
    expect((await give(file)).written).toEqual([]);
  });

  it('is of the weakness the entry, its evidence or its template says, and never of the one its check mostly means', async () => {
    const { give, items } = await desk();
    const { session } = await give({
      findings: [
        { check: '1.1.1', title: 'Said by nobody' },
        { check: '1.1.1', title: 'Said by the template', template: 'all-interfaces' },
        { check: '1.1.1', title: 'Said by the entry', template: 'all-interfaces', cwe: 'CWE-200' },
        { check: '1.2.1', title: 'Found', template: 'all-interfaces', evidence: ['inputs/other'] },
      ],
    });
    const of = (title: string) => [...session.findings.values()].find((f) => f.title === title)?.cwe;
    expect([of('Said by nobody'), of('Said by the template'), of('Said by the entry')]).toEqual([
      null,
      'CWE-1327',
      'CWE-200',
    ]);
    expect(of('Found')).toBe(items.find((i) => i.rule === 'other')?.cwe[0] ?? 'CWE-1327');
  });

  it('is named by the beginning of its id where that is plain', async () => {
    const { give } = await desk();
    await give({ findings: [WHOLE, { ...WHOLE, title: 'B' }] });
    expect((await give({ findings: [{ id: 'F-01', summary: 'x' }] })).done.findings[0]?.id).toBe('F-01');
    const unclear = await give({ findings: [{ id: 'F-0', summary: 'y' }] });
    expect(unclear.done.refused[0]?.why).toBe('"F-0" is the beginning of 2 findings');
    expect(unclear.done.refused[0]?.hint).toMatch(/F-01 .*F-02 /);
    expect(unclear.written).toEqual([]);
  });

  it('that is new needs a check, and says so', async () => {
    const { give } = await desk();
    const { done } = await give({ findings: [{ title: 'of nothing' }] });
    expect(done.refused[0]?.why).toBe('it is new, and names no check of test');
  });

  it('keeps its review through partial scores', async () => {
    const { give } = await desk();
    const scored = { ...WHOLE, aivss: { ...emptyAivss(), threat: 'poc' as const } };
    await give({ findings: [scored] });
    for (const aivss of [{ threat: 'poc' }, { ...emptyAivss(), threat: 'poc' }]) {
      const r = await give({ findings: [{ ...WHOLE, reviewed: undefined, aivss }] });
      expect([r.written, findingsOf(r)[0]?.reviewed]).toEqual([[], true]);
    }
  });
});

describe('evidence in a file of answers', () => {
  it('is dismissed as a rule and accepted as an item, once', async () => {
    const { give, items } = await desk();
    const [one, two] = items.filter((i) => i.rule === 'exec-of-parameter').map((i) => i.id);
    const file = {
      triage: [
        { items: 'inputs/exec-of-parameter', decision: 'dismissed', reason: 'internal only' },
        { items: one, decision: 'accepted' },
        { items: two, decision: 'dismissed', reason: '' },
      ],
    };
    const first = await give(file);
    expect(first.session.triage.get(one ?? '')?.decision).toBe('accepted');
    expect(first.session.triage.get(two ?? '')).toEqual({ decision: 'dismissed', reason: 'internal only' });
    expect(first.done.refused.map((r) => r.why)).toEqual(['dismissing needs a reason']);
    expect((await give(file)).written).toEqual([]);
  });

  it('takes an answer for questions alone, and says which words fit', async () => {
    const { give, items } = await desk();
    const lead = items.find((i) => i.kind === 'lead');
    const r = await give({ triage: [{ items: lead?.id, decision: 'answered', reason: 'nobody' }] });
    expect(r.written).toEqual([]);
    expect(r.done.refused).toEqual([
      expect.objectContaining({
        why: `"${lead?.title}" is a lead, so it cannot be answered`,
        hint: 'decision: accepted or dismissed',
      }),
    ]);
  });

  it('is named by the beginning of its id; one that several share is refused with their names', async () => {
    const { give, items } = await desk();
    const [a] = items;
    const id = a?.id ?? '';
    expect((await give({ triage: [{ items: id.slice(0, 8), decision: 'accepted' }] })).done.recorded).toBe(1);
    expect((await give({ triage: [{ items: id, decision: 'accepted' }] })).written).toEqual([]);
    const short = await give({ triage: [{ items: id.slice(0, 2), decision: 'accepted' }] });
    expect(short.done.refused[0]?.why).toContain('there is no evidence');
    const cited = await give({ findings: [{ ...WHOLE, evidence: [id.slice(0, 6)] }] });
    expect(cited.session.findings.get('F-01')?.evidence).toEqual([id]);
    expect((await give({ findings: [{ ...WHOLE, evidence: [id.slice(0, 7)] }] })).written).toEqual([]);
  });
});

describe('what the server is', () => {
  it('is one of the words of the database, and a refusal names them', async () => {
    const { give } = await desk();
    const wrong = { type: 'filesystem', data_sensitivity: 'secret', authentication: 'yes', network: 'lan' };
    for (const [part, value] of Object.entries(wrong)) {
      const { done, written } = await give({ server: { [part]: value } });
      expect(written.filter((e) => e.type === 'server.described')).toEqual([]);
      expect(done.refused, part).toMatchObject([
        { what: 'server', why: expect.stringContaining(`"${value}"`) },
      ]);
    }
    const { done } = await give({ server: { type: 'filesystem' } });
    expect(done.refused[0]?.hint).toContain('file_access_server');
    const { session } = await give({ server: { type: 'file_access_server', network: 'local_only' } });
    expect(session.server).toMatchObject({ type: 'file_access_server', network: 'local_only' });
  });
});

describe('the help of answer', () => {
  it('names every key a file of answers may have, and every word a part of the server may be', async () => {
    const { host, said } = testHost(temporaryDir());
    await main(['answer', '--help'], host);
    const help = said();
    const keys = [
      ...Object.keys(answersFile.shape).map((k) => `${k}:`),
      ...Object.keys(answersFile.shape.server.unwrap().shape).map((k) => `${k}:`),
      ...Object.keys(findingInput.shape).map((k) => `${k}:`),
      ...Object.values(PROFILE_WORDS).flat(),
    ];
    expect(keys.filter((k) => !help.includes(k))).toEqual([]);
    expect(Math.max(...help.split('\n').map((l) => l.length))).toBeLessThanOrEqual(120);
  });
});

describe('the address of the target in a file of answers', () => {
  it('is recorded like the one typed in the workbench; what is no public address is refused', async () => {
    const { give } = await desk();
    const address = 'https://github.com/acme/another';
    const first = await give({ address: `${address}.git` });
    expect(first.done).toMatchObject({ recorded: 1, refused: [] });
    expect((await give({ address })).done).toMatchObject({ recorded: 0, unchanged: 1 });
    const bad = await give({ address: '/home/jane/server' });
    expect(bad.done.refused).toMatchObject([
      { what: 'address', why: expect.stringContaining('no public address') },
    ]);
  });
});
