import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, decide, isRefusal, nextFindingId } from '../../src/domain/decide.ts';
import { draftFinding } from '../../src/domain/finding.ts';
import { checksOf } from '../../src/domain/methodology.ts';
import { audited, command, commands, testMethodology } from './arbitraries.ts';

const firstCheck = checksOf(testMethodology)[0]!;
const finding = draftFinding('F-01', firstCheck);

/** What the last command becomes after the others. */
const decided = (...list: Command[]) =>
  decide(audited(list.slice(0, -1)).session, testMethodology, list.at(-1)!);
const refusedBecause = (...list: Command[]): string => {
  const decision = decided(...list);
  return isRefusal(decision) ? decision.refused : `accepted as ${decision.event.type}`;
};

describe('deciding', () => {
  it('answers every command in every session with an event, or with a reason and what to do', () => {
    fc.assert(
      fc.property(commands, command, (list, next) => {
        const decision = decide(audited(list).session, testMethodology, next);
        if (isRefusal(decision)) {
          expect(decision.refused).not.toBe('');
          expect(decision.hint).not.toBe('');
        } else expect(decision.event.type).toBeTruthy();
      }),
    );
  });

  it('refuses what is already so', () => {
    const answer: Command = { type: 'answer', check: '1.1.1', verdict: 'pass', note: 'seen' };
    expect(refusedBecause(answer, answer)).toBe('nothing changed');
    expect(refusedBecause({ type: 'choose-advisories', osv: ' ' })).toBe('nothing changed');
    expect(refusedBecause({ type: 'choose-advisories', osv: 'x'.repeat(5000) })).toContain('too long');
    expect(refusedBecause({ type: 'allow-network', allowed: false })).toBe('nothing changed');
    expect(refusedBecause({ type: 'attach', name: 'a.txt', attachment: null })).toBe('nothing changed');
  });

  it('ends a draft when the note is saved as it was', () => {
    const decision = decided(
      { type: 'answer', check: '1.1.1', verdict: 'pass', note: 'seen' },
      { type: 'keep-draft', check: '1.1.1', text: 'seen, and' },
      { type: 'answer', check: '1.1.1', note: 'seen' },
    );
    expect(decision).toEqual({ event: { type: 'draft.kept', check: '1.1.1', text: null } });
  });

  it('asks for reasons where a verdict means nothing without', () => {
    expect(refusedBecause({ type: 'answer', check: '1.1.1', verdict: 'not-applicable' })).toContain(
      'needs a reason',
    );
    expect(
      refusedBecause({ type: 'triage', items: ['a'], triage: { decision: 'dismissed', reason: ' ' } }),
    ).toBe('dismissing needs a reason');
    expect(
      refusedBecause({ type: 'triage', items: ['a'], triage: { decision: 'answered', reason: ' ' } }),
    ).toBe('a question is answered in words');
  });

  it('keeps a verdict when a note comes, and a note when a verdict comes', () => {
    const decision = decided(
      { type: 'answer', check: '1.1.1', verdict: 'fail' },
      { type: 'answer', check: '1.1.1', note: ' shell ' },
    );
    expect(decision).toMatchObject({ event: { answer: { verdict: 'fail', note: 'shell' } } });
  });

  it('knows the checks of the methodology, and no others', () => {
    expect(refusedBecause({ type: 'answer', check: '9.9.9', verdict: 'pass' })).toContain(
      'there is no check 9.9.9',
    );
    expect(refusedBecause({ type: 'keep-draft', check: '9.9.9', text: 'x' })).toContain(
      'there is no check 9.9.9',
    );
    expect(refusedBecause({ type: 'record-finding', finding: { ...finding, checks: ['9.9.9'] } })).toContain(
      '9.9.9',
    );
  });

  it('lets the auditor leave from a check that is no more', () => {
    expect(decided({ type: 'close', check: '9.9.9' })).toEqual({
      event: { type: 'session.closed', check: null },
    });
  });

  it('takes findings that are not complete, but not malformed ones', () => {
    expect(isRefusal(decided({ type: 'record-finding', finding }))).toBe(false);
    expect(refusedBecause({ type: 'record-finding', finding: { ...finding, cwe: 'CWE-x' } })).toContain(
      'cwe',
    );
    expect(refusedBecause({ type: 'record-finding', finding: { ...finding, title: ' ' } })).toContain(
      'title',
    );
    expect(refusedBecause({ type: 'record-finding', finding: { ...finding, positive: true } })).toContain(
      'severity',
    );
  });

  it.each(['../a', 'a/b', 'a\\b', '..', '', ' a', 'a\u202etxt.exe', 'x'.repeat(121)])(
    'does not let %j name an attachment',
    (name) => {
      const attachment = { sha256: 'a'.repeat(64), bytes: 1, mediaType: 'text/plain', check: null };
      expect(refusedBecause({ type: 'attach', name, attachment })).toContain('cannot name an attachment');
    },
  );

  it('never gives a finding id twice, not even after deleting or undoing', () => {
    const record: Command = { type: 'record-finding', finding };
    expect(nextFindingId(audited([]).session)).toBe('F-01');
    expect(nextFindingId(audited([record, { type: 'delete-finding', finding: 'F-01' }]).session)).toBe(
      'F-02',
    );
    expect(nextFindingId(audited([record, { type: 'undo' }]).session)).toBe('F-02');
  });

  it('forgets what could be done again when something else is decided', () => {
    const session = audited([
      { type: 'answer', check: '1.1.1', verdict: 'pass' },
      { type: 'undo' },
      { type: 'answer', check: '1.1.2', verdict: 'pass' },
    ]).session;
    expect(isRefusal(decide(session, testMethodology, { type: 'redo' }))).toBe(true);
  });
});
