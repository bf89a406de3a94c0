import { describe, expect, it } from 'vitest';
import { limitationsOf } from '../../src/report/limitations.ts';

const words = (openLeads: number, unreadLeads: number, unread: string[]): string[] =>
  limitationsOf(
    { total: 49 } as Parameters<typeof limitationsOf>[0],
    [],
    [],
    [],
    openLeads,
    { passes: unread.length, withoutNote: [], untouched: [], unread, unreadLeads },
    false,
  ).filter((w) => w.includes('lead'));

describe('leads nobody judged, among the limitations', () => {
  it('are counted in one sentence', () => {
    expect(words(11, 11, ['1.1.1', '2.1.2'])).toEqual([
      '11 leads of the automatic evidence neither accepted nor dismissed by the auditor, all in 2 passed checks.',
    ]);
    expect(words(11, 4, ['2.1.2'])).toEqual([
      '11 leads of the automatic evidence neither accepted nor dismissed by the auditor, 4 of them in 1 passed check.',
    ]);
    expect(words(1, 1, ['2.1.2'])).toEqual([
      '1 lead of the automatic evidence neither accepted nor dismissed by the auditor, and it is in 1 passed check.',
    ]);
    expect(words(3, 0, [])).toEqual([
      '3 leads of the automatic evidence neither accepted nor dismissed by the auditor.',
    ]);
    expect(words(0, 0, [])).toEqual([]);
  });
});
