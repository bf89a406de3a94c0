import { describe, expect, it } from 'vitest';
import { describeProbe } from '../../src/commands/probe.ts';
import type { EvidenceItem } from '../../src/domain/evidence.ts';
import {
  differenceCount,
  rankedByTrying,
  requirementCounts,
  triedCounts,
  triedLeads,
  triedWords,
} from '../../src/domain/observations.ts';
import { emptySession, type Session } from '../../src/domain/session.ts';
import { notAsked } from '../support/not-asked.ts';

type Result = 'confirmed' | 'not-reached' | 'not-tried';

const seen = (...tries: Record<string, Result>[]): Session => {
  const session = emptySession();
  for (const [n, results] of tries.entries())
    session.observations.set(`confirm@${n}`, {
      kind: 'confirm',
      summary: 'tried',
      command: [],
      sandbox: 'bubblewrap 0.8.0, network: none',
      checks: [],
      report: '0'.repeat(64),
      transcript: '0'.repeat(64),
      at: `2026-01-0${n + 1}T00:00:00.000Z`,
      by: 'jane',
      results: Object.entries(results).map(([item, result]) => ({ item, result, shown: 'x', why: 'y' })),
    });
  return session;
};

const item = (id: string, kind: EvidenceItem['kind'] = 'lead'): EvidenceItem =>
  ({ id, kind }) as EvidenceItem;

describe('what was seen of a server', () => {
  it('is no number where it could not be asked, on the command line and in the journal either', () => {
    expect(differenceCount(notAsked())).toBe('not compared');
    expect(requirementCounts(notAsked())).toBe('none was tried');
    const said = describeProbe(notAsked());
    expect(said).toContain('Differences: not compared\n');
    expect(said).toContain('Requirements: none was tried');
    expect(said).not.toMatch(/\b0 (?:held|violated)|19 tools/);
  });

  it('is counted where it was asked', () => {
    const asked = { ...notAsked(), era: 'legacy' as const };
    expect(differenceCount(asked)).toBe('0 differences');
    expect(
      requirementCounts({ ...asked, requirements: [{ ...asked.requirements[0]!, result: 'held' }] }),
    ).toBe('1 held, 0 violated, 0 not tried');
  });
});

describe('what was seen of a lead', () => {
  it('is what was seen last, with when and in which sandbox', () => {
    expect(triedLeads(seen({ a: 'confirmed' }, { a: 'not-reached' })).get('a')).toMatchObject({
      result: 'not-reached',
      observation: 'confirm@1',
      sandbox: 'bubblewrap 0.8.0',
    });
  });

  it('stays when a later try could not be made', () => {
    expect(triedLeads(seen({ a: 'confirmed' }, { a: 'not-tried' })).get('a')?.result).toBe('confirmed');
    expect(triedLeads(seen({ a: 'not-tried' }, { a: 'confirmed' })).get('a')?.result).toBe('confirmed');
  });

  it('raises what was confirmed and lowers what was not reached, among leads alone', () => {
    const tried = triedLeads(seen({ b: 'not-reached', d: 'confirmed', e: 'not-tried' }));
    const items = [item('a'), item('b'), item('x', 'fact'), item('c'), item('d'), item('e')];
    expect(rankedByTrying(items, tried).map((i) => i.id)).toEqual(['d', 'a', 'x', 'c', 'e', 'b']);
    expect(rankedByTrying(items, new Map()).map((i) => i.id)).toEqual(items.map((i) => i.id));
  });

  it('is told in one line: what showed it, or why it was not seen', () => {
    expect(triedWords({ result: 'confirmed', shown: 'it ran', why: '' })).toBe('confirmed: it ran');
    expect(triedWords({ result: 'not-reached', shown: '', why: '9 calls' })).toBe('not reached: 9 calls');
  });

  it('is counted among those that were tried, and what could not be tried is told apart', () => {
    const ended = { result: 'not-tried', why: 'it ended' } as const;
    const calls = { result: 'not-reached', why: '9 calls' } as const;
    const held = { result: 'confirmed', why: '' } as const;
    expect(triedCounts([held, calls])).toBe('1 confirmed, 1 not reached');
    expect(triedCounts([held, ended])).toBe('1 confirmed, 0 not reached; 1 could not be tried: it ended');
    expect(triedCounts([ended])).toBe('0 of 1 lead could be tried: it ended');
    expect(triedCounts([ended, { ...ended, why: 'it needs a browser' }])).toBe(
      '0 of 2 leads could be tried, for 2 reasons',
    );
  });
});
