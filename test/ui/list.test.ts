import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyList, indexOf, move, scrollTo } from '../../src/ui/view/list.ts';

const ids = ['a', 'b', 'c', 'd', 'e'];

describe('a list remembers what is selected, not where', () => {
  test('rows that come or go do not move the selection', () => {
    const at = { selected: 'c', top: 0 };
    expect(indexOf(at, ids)).toBe(2);
    expect(indexOf(at, ['x', 'y', ...ids])).toBe(4);
    expect(indexOf(at, ['a', 'b'])).toBe(0);
    expect(indexOf(at, [])).toBe(-1);
    expect(indexOf(emptyList(), ids)).toBe(0);
  });

  test('moving stops at both ends', () => {
    expect(move(emptyList(), ids, 1).selected).toBe('b');
    expect(move({ selected: 'b', top: 0 }, ids, -9).selected).toBe('a');
    expect(move({ selected: 'b', top: 0 }, ids, 9).selected).toBe('e');
    expect(move({ selected: 'b', top: 0 }, ids, 'last').selected).toBe('e');
    expect(move({ selected: 'gone', top: 0 }, ids, 1).selected).toBe('b');
    expect(move(emptyList(), [], 1)).toEqual(emptyList());
  });
});

test('the selected row is always in view, and no room is left empty', () => {
  fc.assert(
    fc.property(
      fc.nat(3000),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(4000),
      fc.nat(4000),
      (count, height, at, top) => {
        fc.pre(count > 0);
        const index = at % count;
        const first = scrollTo(top, index, height, count);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(index).toBeGreaterThanOrEqual(first);
        expect(index).toBeLessThan(first + height);
        expect(first).toBeLessThanOrEqual(Math.max(0, count - height));
      },
    ),
  );
});

test('a window that already shows the row with some around it stays where it is', () => {
  expect(scrollTo(10, 15, 20, 100)).toBe(10);
  expect(scrollTo(10, 11, 20, 100)).toBe(8);
  expect(scrollTo(10, 29, 20, 100)).toBe(13);
});
