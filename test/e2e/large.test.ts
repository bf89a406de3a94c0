import { expect, test } from 'vitest';
import { madeMethodology } from '../support/checklists.ts';
import { makeDesk } from './desk.ts';

test('a methodology of 5,000 checks is walked and filtered without waiting', async () => {
  const desk = makeDesk();
  const session = desk.session({ methodology: madeMethodology(50, 100) });
  const t = desk.open(['resume', session]);
  await t.ready();
  await t.expectScreen(/0\/5000 checked/);
  const began = performance.now();
  await t.press('g', 'j');
  await t.type('j'.repeat(101));
  await t.expectScreen(/❯ ◦ S2-001/);
  await t.press('G');
  await t.expectScreen(/❯ ◦ S50-100/);
  await t.press('p');
  await t.expectScreen(/1\/5000 checked/);
  await t.press('g', 'pagedown', 'pagedown', ']', '[');
  await t.press('/');
  await t.type('S37-05');
  await t.expectScreen(/\/S37-05 · 10/);
  await t.press('enter', 'j', 'u');
  await t.expectScreen(/S37-05\d unsure recorded/);
  await t.press('/');
  await t.press('ctrl+u');
  await t.type('is:pass');
  await t.expectScreen(/S50-100/);
  await t.press('esc');
  await t.expectScreen(/2\/5000 checked/);
  await t.press('4', '5', '2', '1');
  // About 130 keys: a person never waits. Generous, because test machines are slow and shared.
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(t.scrolledLines).toBe(0);
});
