import { expect, test } from 'vitest';
import { auditApp } from './audit-fixture.ts';

test('! shows the exact command and where it would run, and runs it only when that is agreed to', async () => {
  const app = auditApp();
  await app.enter();
  app.press('!', 'enter');
  await app.idle();
  expect(app.text()).toContain('git show 2.1.1 1');
  expect(app.text()).toContain('in a sandbox without network');
  app.press('n');
  expect(app.calls.some((c) => c.name === 'run-by-hand')).toBe(false);
  app.press('!', 'enter');
  await app.idle();
  app.press('y');
  await app.idle();
  expect(app.calls.find((c) => c.name === 'run-by-hand')?.args).toEqual(['2.1.1', 1]);
  expect(app.text()).toContain('Kept with 2.1.1 as by-hand-2.1.1-1.txt');
  expect(app.text()).toContain('sha256 cccc');
});

test('a long message scrolls, and ends where it ends', async () => {
  const app = auditApp();
  await app.enter();
  const text = Array.from({ length: 100 }, (_, n) => `row ${n}`).join('\n');
  app.app.push({ kind: 'message', title: 'Long', text });
  expect(app.text()).toMatch(/\d+ more lines/);
  app.press('down');
  expect(app.text()).toContain('row 0');
  for (let n = 0; n < 40; n++) app.press('pagedown');
  expect(app.text()).toContain('row 99');
  app.press('pageup', 'pageup', 'pageup', 'pageup', 'pageup');
  expect(app.text()).toContain('row 0');
  app.press('x');
  expect(app.app.ui.get().overlays).toEqual([]);
});
