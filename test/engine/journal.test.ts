import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/domain/events.ts';
import { replay, toJson } from '../../src/domain/session.ts';
import { encode, FIRST_HASH, hashLine, readJournal } from '../../src/engine/journal.ts';
import { audited, commands, startEvent } from '../domain/arbitraries.ts';

const linesOf = (events: readonly SessionEvent[]): string[] => {
  const lines: string[] = [];
  for (const event of events)
    lines.push(encode(event, lines.length > 0 ? hashLine(lines.at(-1)!) : FIRST_HASH));
  return lines;
};
const journalOf = (events: readonly SessionEvent[]): Buffer =>
  Buffer.from(
    linesOf(events)
      .map((line) => `${line}\n`)
      .join(''),
  );

const three = audited([
  { type: 'answer', check: '1.1.1', verdict: 'fail', note: 'Ünïcode 日本 — "quoted"' },
  { type: 'triage', items: ['a'], triage: { decision: 'accepted', reason: '' } },
]).events;

/** The line as a careful forger would write it: with a checksum that fits. */
const forge = (line: string, change: (event: Record<string, unknown>) => void): string => {
  const { prev, crc: _crc, ...event } = JSON.parse(line);
  change(event);
  return encode(event as unknown as SessionEvent, prev);
};
const faultOf = (lines: string[]) => readJournal(`${lines.join('\n')}\n`).fault;

describe('a journal', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(commands, (list) => {
        const { events } = audited(list);
        const read = readJournal(journalOf(events));
        expect(read).toMatchObject({ torn: null, fault: null });
        expect(read.events).toEqual(events);
        expect(read.lastHash).toBe(hashLine(linesOf(events).at(-1)!));
      }),
    );
  });

  it('is empty when the file is', () => {
    expect(readJournal('')).toEqual({
      events: [],
      lastHash: FIRST_HASH,
      goodBytes: 0,
      torn: null,
      fault: null,
    });
  });

  it('cut at every byte, loads to a prefix and sets the rest aside', () => {
    const whole = journalOf(three);
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const read = readJournal(whole.subarray(0, cut));
      const complete = whole.subarray(0, cut).filter((byte) => byte === 0x0a).length;
      expect(read.fault).toBeNull();
      expect(read.events).toEqual(three.slice(0, complete));
      expect(read.goodBytes + (read.torn?.bytes.length ?? 0)).toBe(cut);
      expect(toJson(replay(read.events))).toEqual(toJson(replay(three.slice(0, complete))));
    }
  });

  it('with any byte changed, says so and never reads anything else', () => {
    const whole = journalOf(three);
    for (let i = 0; i < whole.length; i += 1) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const changed = Buffer.from(whole);
        changed[i] = changed[i]! ^ bit;
        const { events, fault, torn } = readJournal(changed);
        expect(fault ?? torn).not.toBeNull();
        expect(events).toEqual(three.slice(0, events.length));
        expect(events.length).toBeLessThan(three.length);
      }
    }
  });

  it('sets a last line aside that a crash has left half written under its newline', () => {
    const whole = journalOf(three);
    const damaged = Buffer.concat([whole, Buffer.alloc(40), Buffer.from('"}\n')]);
    expect(readJournal(damaged)).toMatchObject({ fault: null, torn: { bytes: { length: 43 } } });
    expect(readJournal(damaged).events.length).toBe(three.length);
  });

  it('survives bytes that are no journal at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readJournal(bytes).events).toEqual([]);
      }),
    );
  });
});

describe('a fault', () => {
  const [first, second, third] = linesOf(three) as [string, string, string];

  it('names a line that was edited', () => {
    expect(faultOf([first, second.replace('"fail"', '"pass"'), third])).toMatchObject({
      kind: 'bad-checksum',
      line: 2,
    });
    expect(faultOf([first, second, third.replace('accepted', 'dismissed')])).toMatchObject({
      kind: 'bad-checksum',
      line: 3,
    });
  });
  it('names the line after one that was forged', () => {
    const forged = forge(second, (e) => {
      e.answer = { verdict: 'pass', note: 'all is well' };
    });
    expect(faultOf([first, forged, third])).toMatchObject({ kind: 'broken-chain', line: 3 });
  });
  it('sees lines that are missing, doubled or moved', () => {
    expect(faultOf([first, third])).toMatchObject({ kind: 'broken-chain', line: 2 });
    expect(faultOf([second, third])).toMatchObject({ kind: 'broken-chain', line: 1 });
    expect(faultOf([first, second, second])).toMatchObject({ kind: 'broken-chain', line: 3 });
    expect(faultOf([first, third, second])).toMatchObject({ kind: 'broken-chain', line: 2 });
  });
  it('is an empty line, or one that is not JSON, in the middle', () => {
    expect(faultOf([first, '', third])).toMatchObject({ kind: 'bad-json', line: 2 });
    expect(faultOf([first, '[1]', third])).toMatchObject({ kind: 'bad-json', line: 2 });
  });
  it('is the version of a newer program', () => {
    const newer = forge(third, (e) => {
      e.v = 2;
    });
    expect(faultOf([first, second, newer])).toEqual({
      kind: 'unknown-version',
      line: 3,
      message: 'it has event version 2, this program reads 1',
    });
  });
  it('is an event that no schema knows', () => {
    const odd = forge(third, (e) => {
      e.type = 'auditor.replaced';
    });
    const more = forge(third, (e) => {
      e.surprise = true;
    });
    expect(faultOf([first, second, odd])).toMatchObject({ kind: 'bad-event', line: 3 });
    expect(faultOf([first, second, more])).toMatchObject({ kind: 'bad-event', line: 3 });
  });
  it('is a wrong number, and a second beginning', () => {
    const jump = forge(third, (e) => {
      e.seq = 4;
    });
    expect(faultOf([first, second, jump])).toMatchObject({ kind: 'bad-sequence', line: 3 });
    const again = encode({ ...startEvent(), seq: 3 }, hashLine(second));
    expect(faultOf([first, second, again])).toMatchObject({ kind: 'bad-sequence', line: 3 });
  });
  it('is text that is not UTF-8, though its checksum fits', () => {
    const latin = Buffer.from(second, 'latin1');
    expect(
      readJournal(Buffer.concat([Buffer.from(`${first}\n`), latin, Buffer.from(`\n${third}\n`)])).fault,
    ).toMatchObject({
      kind: 'bad-json',
      line: 2,
    });
  });
  it('keeps the events before it', () => {
    expect(readJournal(`${first}\n${second}\nnot json\n${third}\n`).events).toEqual(three.slice(0, 2));
  });
});

describe('journals of earlier versions', () => {
  it.each([
    ['v1', 12],
    ['v1-scored', 3],
    ['v1-tools', 3],
    ['v1-checks', 4],
  ])('%s loads, event by event, to the session it was', (name, types) => {
    const dir = new URL('../fixtures/journals/', import.meta.url);
    const read = readJournal(fs.readFileSync(new URL(`${name}.jsonl`, dir)));
    expect(read.fault).toBeNull();
    expect(read.torn).toBeNull();
    const expected = JSON.parse(fs.readFileSync(new URL(`${name}.session.json`, dir), 'utf8'));
    expect(JSON.parse(JSON.stringify(toJson(replay(read.events))))).toEqual(expected);
    expect(new Set(read.events.map((e) => e.type)).size).toBe(types);
  });
});

it('reads 20,000 events without making the auditor wait', () => {
  const answers = Array.from(
    { length: 20_000 },
    (_, i): SessionEvent => ({
      v: 1,
      seq: i + 2,
      at: new Date(1.7e12 + i * 1000).toISOString(),
      by: 'jane',
      type: 'check.answered',
      check: `1.1.${i % 50}`,
      answer: { verdict: 'pass', note: `a reason in a sentence of the usual length, number ${i}` },
    }),
  );
  const journal = journalOf([startEvent(), ...answers]);
  const began = performance.now();
  expect(readJournal(journal).events.length).toBe(20_001);
  // 100 to 120 ms on a slow core; the bound leaves room for others who share it.
  expect(performance.now() - began).toBeLessThan(1500);
});
