import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, truncate, width, wrap, wrapHanging } from '../../src/text/width.ts';

describe('width', () => {
  it('cuts at the edge and says so', () => {
    expect(truncate('methodology', 6)).toBe('metho…');
    expect(truncate('日本語', 4)).toBe('日…');
    expect(truncate('fits', 4)).toBe('fits');
  });

  it('hangs wrapped lines under the first', () => {
    expect(wrapHanging('1 ', 'read the tool descriptions', 14)).toEqual([
      '1 read the',
      '  tool',
      '  descriptions',
    ]);
  });

  it('keeps combining marks that are wider together than apart inside the columns', () => {
    const notes = '\u{1D158}\u{1D165}\u{1D16E}';
    for (const line of wrap(notes, 2)) expect(width(line)).toBeLessThanOrEqual(2);
    expect(width(fit(notes, 2))).toBe(2);
  });

  it('never exceeds the columns given, and fit fills them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 60 }), (text, columns) => {
        const line = text.replace(/[\p{C}\p{Z}]/gu, ' ');
        expect(width(truncate(line, columns))).toBeLessThanOrEqual(columns);
        expect(width(fit(line, columns))).toBe(columns);
        for (const l of wrap(line, columns)) expect(width(l)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
