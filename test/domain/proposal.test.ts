import { describe, expect, it } from 'vitest';
import { claimKey } from '../../src/domain/assistance.ts';
import type { Command } from '../../src/domain/decide.ts';
import { decide, isRefusal } from '../../src/domain/decide.ts';
import { type Claim, stateOf, type Voice } from '../../src/domain/proposal.ts';
import { commandOfProposal } from '../../src/domain/proposal-command.ts';
import { apply, type Session } from '../../src/domain/session.ts';
import { audited, eventOf, START_MS, testMethodology } from './arbitraries.ts';

const voice = (claim: Claim, over: Partial<Voice> = {}): Voice => ({
  connection: 'c-1',
  n: 1,
  at: '2026-11-23T10:00:00.000Z',
  client: { name: 'Some client', version: '3' },
  claim,
  citations: [{ path: 'src/a.ts', startLine: 2, endLine: 3, snippet: 'a\nb', sha256: 'b'.repeat(64) }],
  tries: null,
  ...over,
});
const VERDICT: Claim = { kind: 'verdict', check: '1.1.1', verdict: 'fail', reason: 'Nothing is signed.' };
const FINDING: Claim = {
  kind: 'finding',
  finding: {
    title: 'Names reach a shell',
    checks: ['1.2.1', '1.2.2'],
    severity: 'high',
    positive: false,
    category: '',
    cwe: 'CWE-78',
    evidence: [],
    summary: 'A name reaches a shell.',
    description: 'exec gets it.',
    impact: { confidentiality: 'High' },
    components: [],
    reproduction: ['Call it.'],
    risks: [],
    recommendations: {},
    validation: [],
    references: [],
    cvss40: '',
    cvss31: '',
  },
};
const take = (claim: Claim, over: Partial<Voice> = {}, proposal = 'P-00000001'): Command => ({
  type: 'take-in-proposal',
  proposal,
  voice: voice(claim, over),
});
const accept = (s: Session, edited = false, proposal = 'P-00000001'): Command => {
  const command = commandOfProposal(s, testMethodology, s.proposals.get(proposal)!);
  if (command && 'refused' in command) throw new Error(command.refused);
  return { type: 'accept-proposal', proposal, command, edited };
};
const after = (s: Session, list: Command[]): Session => {
  let now = s;
  for (const c of list) {
    const event = eventOf(now, c, START_MS + 60_000 * (now.seq + 1));
    if (!event) throw new Error(`refused: ${JSON.stringify(c)}`);
    now = apply(now, event);
  }
  return now;
};
describe('a proposal', () => {
  it('decides nothing, and takes no time of the person', () => {
    const none = audited([]).session;
    const { session } = audited([take(VERDICT)]);
    expect(session.answers.size + session.findings.size + session.triage.size).toBe(0);
    expect(session.undo).toEqual([]);
    expect([session.workedMs, session.lastAt]).toEqual([none.workedMs, none.lastAt]);
    expect(stateOf(session.proposals.get('P-00000001')!)).toBe('open');
  });

  it('is one decision of the person when it is accepted, which one undo takes back', () => {
    const { session } = audited([take(VERDICT)]);
    const accepted = after(session, [accept(session)]);
    expect(accepted.answers.get('1.1.1')).toMatchObject({
      verdict: 'fail',
      note: 'Nothing is signed.',
      by: 'jane',
    });
    expect(accepted.proposals.get('P-00000001')!.decided).toMatchObject({ decision: 'accepted', by: 'jane' });
    expect(accepted.seq).toBe(session.seq + 1);

    const undone = after(accepted, [{ type: 'undo' }]);
    expect(undone.answers.has('1.1.1')).toBe(false);
    expect(stateOf(undone.proposals.get('P-00000001')!)).toBe('open');
    const redone = after(undone, [{ type: 'redo' }]);
    expect(redone.answers.get('1.1.1')?.verdict).toBe('fail');
    expect(stateOf(redone.proposals.get('P-00000001')!)).toBe('accepted');
    expect(isRefusal(decide(redone, testMethodology, accept(redone)))).toBe(true);
  });

  it('becomes a finding that knows where it came from, with what is missing still to be written', () => {
    const { session } = audited([take(FINDING)]);
    const accepted = after(session, [accept(session, true)]);
    const finding = accepted.findings.get('F-01')!;
    expect(finding).toMatchObject({
      title: 'Names reach a shell',
      checks: ['1.2.1', '1.2.2'],
      severity: 'high',
      cwe: 'CWE-78',
      reviewed: false,
      risks: [],
    });
    expect(finding.locations).toHaveLength(1);
    expect(accepted.proposals.get('P-00000001')!.decided).toMatchObject({ finding: 'F-01', edited: true });
  });

  it('is kept for later, where it names a place', () => {
    const { session } = audited([take({ kind: 'place', check: '1.1.2', reason: 'The list misses a kind.' })]);
    const accepted = after(session, [accept(session)]);
    expect(accepted.bookmarks.get('P-00000001')).toMatchObject({
      check: '1.1.2',
      place: { path: 'src/a.ts', startLine: 2, endLine: 3 },
    });
  });

  it('is rejected with a reason only, and asked back with a question that a new voice answers', () => {
    const { session } = audited([take(VERDICT)]);
    const say = (decision: 'rejected' | 'asked', words: string): Command => ({
      type: 'decide-proposal',
      proposal: 'P-00000001',
      decision,
      words,
    });
    for (const decision of ['rejected', 'asked'] as const)
      expect(decide(session, testMethodology, say(decision, ' '))).toMatchObject({
        refused: expect.stringContaining('needs a'),
      });
    expect(stateOf(after(session, [say('rejected', 'no')]).proposals.get('P-00000001')!)).toBe('rejected');
    const asked = after(session, [say('asked', 'which release?')]);
    expect(stateOf(asked.proposals.get('P-00000001')!)).toBe('asked');
    const answered = after(asked, [take(VERDICT, { n: 2 })]);
    expect(stateOf(answered.proposals.get('P-00000001')!)).toBe('open');
    expect(answered.proposals.get('P-00000001')!.decided?.words).toBe('which release?');
  });

  it('is taken in once, whatever number of times it is read', () => {
    const { session, events } = audited([take(VERDICT), take(VERDICT), take(VERDICT, { connection: 'c-2' })]);
    expect(events.filter((e) => e.type === 'proposal.made')).toHaveLength(2);
    expect(session.proposals.get('P-00000001')!.voices).toHaveLength(2);
  });

  it('joins another of the same, and no other', () => {
    const key = (c: Claim, places = ['a.ts:1'], connection = 'c-1') => claimKey(c, places, connection);
    expect(key({ ...VERDICT, reason: 'In other words.' })).toBe(key(VERDICT, ['b.ts:9'], 'c-2'));
    expect(key({ ...VERDICT, verdict: 'pass' })).not.toBe(key(VERDICT));
    expect(key(FINDING, ['a.ts:1', 'b.ts:2'])).toBe(key(FINDING, ['b.ts:2', 'a.ts:1']));
    expect(key(FINDING, ['a.ts:2'])).not.toBe(key(FINDING));
    // Two who tried to break the same are two voices, not one.
    const broken: Claim = { kind: 'refutation', of: 'F-01', result: 'holds', reason: 'read' };
    expect(key(broken, [], 'c-1')).not.toBe(key(broken, [], 'c-2'));
  });
});
