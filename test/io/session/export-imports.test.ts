import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../../src/domain/events.ts';
import { referencedBlobs } from '../../../src/io/session/export-session.ts';

describe('an exported session', () => {
  it('holds the files of other tools that were imported, and what was made of them, also when it was taken back', () => {
    const value = {
      name: 'semgrep.json',
      sha256: 'a'.repeat(64),
      bytes: 10,
      mediaType: 'application/json',
      format: 'semgrep',
      tools: [{ name: 'semgrep', version: '1' }],
      command: null,
      outcome: 'collected' as const,
      counts: { lead: 1, fact: 0, strength: 0, gap: 0 },
      blob: 'b'.repeat(64),
    };
    const event = (seq: number, body: object) =>
      ({ v: 1, seq, at: '2026-11-23T10:00:00.000Z', by: 'jane', ...body }) as SessionEvent;
    const id = 'semgrep@aaaaaaaaaaaa';
    const events = [
      event(1, { type: 'results.imported', import: id, value }),
      event(2, { type: 'results.imported', import: id, value: null, undoes: 1 }),
    ];
    expect([...referencedBlobs(events)]).toEqual([
      ['a'.repeat(64), 'imported file semgrep.json'],
      ['b'.repeat(64), `evidence of ${id}`],
    ]);
  });
});
