import { expect, it } from 'vitest';
import { same } from '../../src/domain/same.ts';

it('takes values for the same whatever the order of their keys, and whether what is not there is left out or undefined', () => {
  expect(same({ a: 1, b: { c: [2], d: null } }, { b: { d: null, c: [2] }, a: 1 })).toBe(true);
  expect(same({ a: 1, b: undefined }, { a: 1 })).toBe(true);
  expect(same({ a: 1, b: null }, { a: 1 })).toBe(false);
  expect(same([1, 2], [2, 1])).toBe(false);
});
