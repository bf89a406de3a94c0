import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventBody, type SessionEvent, sha256 } from '../../../src/domain/events.ts';
import { referencedBlobs } from '../../../src/io/session/export-session.ts';

/** Where the vocabulary holds a hash, as paths: `attachment.added value.sha256`. */
const hashesIn = (schema: z.ZodType, path: string): string[] => {
  if (schema === sha256) return [path];
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional)
    return hashesIn(schema.unwrap() as z.ZodType, path);
  if (schema instanceof z.ZodArray) return hashesIn(schema.element as z.ZodType, path);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([key, of]) => hashesIn(of as z.ZodType, `${path}.${key}`));
};

const event = (body: object): SessionEvent =>
  ({ v: 1, seq: 1, at: '2026-11-23T10:00:00.000Z', by: 'jane', ...body }) as SessionEvent;
const of = (letter: string): string => letter.repeat(64);
const value = (one: string, two: string) => ({ name: 'x', sha256: of(one), blob: of(two) });

/** One event for each place at which the vocabulary names a content. The hash of a report names files the auditor has. */
const NAMED: Record<string, { event: SessionEvent; hash: string } | null> = {
  'session.started.methodology.sha256': {
    event: event({ type: 'session.started', methodology: { sha256: of('1') } }),
    hash: of('1'),
  },
  'session.started.rules.sha256': {
    event: event({
      type: 'session.started',
      methodology: { sha256: of('1') },
      rules: { files: 1, sha256: of('2') },
    }),
    hash: of('2'),
  },
  'evidence.collected.blob': {
    event: event({ type: 'evidence.collected', collector: 'c', blob: of('3') }),
    hash: of('3'),
  },
  'attachment.added.value.sha256': {
    event: event({ type: 'attachment.added', name: 'a', value: { sha256: of('4') } }),
    hash: of('4'),
  },
  'results.imported.value.sha256': {
    event: event({ type: 'results.imported', import: 'i', value: value('5', '6') }),
    hash: of('5'),
  },
  'results.imported.value.blob': {
    event: event({ type: 'results.imported', import: 'i', value: value('5', '6') }),
    hash: of('6'),
  },
  'session.started.review.archive': {
    event: event({
      type: 'session.started',
      methodology: { sha256: of('1') },
      review: { archive: of('7') },
    }),
    hash: of('7'),
  },
  'methodology.moved.methodology.sha256': {
    event: event({ type: 'methodology.moved', methodology: { sha256: of('a') } }),
    hash: of('a'),
  },
  'part.joined.journal': {
    event: event({ type: 'part.joined', auditor: { name: 'B', github: '' }, journal: of('9') }),
    hash: of('9'),
  },
  'review.received.value.journal': {
    event: event({ type: 'review.received', review: 'r', value: { journal: of('8') } }),
    hash: of('8'),
  },
  'report.written.sha256': null,
};

describe('an exported session', () => {
  it('holds every content that an event can name', () => {
    const all = eventBody.options.flatMap((o) => hashesIn(o, o.shape.type.value));
    expect(all.sort()).toEqual(Object.keys(NAMED).sort());
    for (const named of Object.values(NAMED))
      if (named) expect([...referencedBlobs([named.event]).keys()]).toContain(named.hash);
  });

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
