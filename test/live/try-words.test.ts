import { expect, it } from 'vitest';
import { confirmDoes } from '../../src/commands/try-leads.ts';

it('what is agreed to counts the leads that are tried, and those that cannot be apart', () => {
  expect(confirmDoes(10, 15)).toMatch(/^Then 10 leads are tried, .* 15 more cannot be tried by calls\.$/);
  expect(confirmDoes(1, 0)).toMatch(/^Then 1 lead is tried, .* looked at\.$/);
});
