import { describe, expect, it } from 'vitest';
import type { EvidenceItem } from '../../src/domain/evidence.ts';
import { limitationsOf } from '../../src/report/limitations.ts';
import type { Observed } from '../../src/report/observed.ts';

const words = (openLeads: number, unreadLeads: number, unread: string[]): string[] =>
  limitationsOf(
    { total: 49 } as Parameters<typeof limitationsOf>[0],
    [],
    [],
    [],
    [],
    openLeads,
    { passes: unread.length, withoutNote: [], untouched: [], unread, unreadLeads },
    false,
    [],
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

describe('gaps of one cause', () => {
  const gap = (title: string, detail: string, checks: string[]): EvidenceItem =>
    ({ id: title, kind: 'gap', title, detail, checks }) as EvidenceItem;
  const said = (...gaps: EvidenceItem[]): string[] =>
    limitationsOf(
      { total: 49 } as Parameters<typeof limitationsOf>[0],
      [],
      [],
      [],
      gaps,
      0,
      { passes: 0, withoutNote: [], untouched: [], unread: [], unreadLeads: 0 },
      false,
      [],
    ).filter((w) => w.startsWith('Gap'));

  it('are told together, with all they leave open; others stay apart', () => {
    const detail = 'Of the rest nothing is known.';
    expect(
      said(
        gap('Not read for flows: compiled code (1 file)', detail, ['2.1.2', '2.1.1']),
        gap('Not read for tools: compiled code (1 file)', detail, ['2.1.1', '2.4.1']),
        gap('Not read for tools: a notebook', 'Another cause.', ['2.4.1']),
        gap('The server was not started', '', ['3.2.1']),
      ),
    ).toEqual([
      'Gap in the evidence for 2.1.1, 2.1.2, 2.4.1: Not read for flows, tools: compiled code (1 file) (Of the rest nothing is known.)',
      'Gap in the evidence for 2.4.1: Not read for tools: a notebook (Another cause.)',
      'Gap in the evidence for 3.2.1: The server was not started',
    ]);
  });
});

describe('what is known of the server running', () => {
  const said = (...observations: Pick<Observed, 'id' | 'kind' | 'summary'>[]): string[] =>
    limitationsOf(
      { total: 49 } as Parameters<typeof limitationsOf>[0],
      [],
      [],
      [],
      [],
      0,
      { passes: 0, withoutNote: [], untouched: [], unread: [], unreadLeads: 0 },
      false,
      observations,
    ).filter((w) => /server/.test(w));

  it('follows the observations: that it was not started is said only where none was made', () => {
    expect(said()).toEqual(['The server was not started in this session: nothing was seen of it running.']);
    const summary = 'the server was started and could not be asked: it ended';
    expect(said({ id: 'probe@1', kind: 'probe', summary })).toEqual([
      `Of the server running no more is known than was observed: ${summary} (probe@1).`,
    ]);
  });
});
