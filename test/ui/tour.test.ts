import { expect, test } from 'vitest';
import { refreshHome } from '../../src/ui/actions/home.ts';
import { TOUR } from '../../src/ui/tour.ts';
import { auditApp } from './audit-fixture.ts';

/** The fixture without what was decided, so that there is a lead to judge. */
const first = async (sessions: Parameters<typeof auditApp>[0] = { sessions: [] }) => {
  const app = auditApp({ events: [], ...sessions });
  refreshHome(app.app);
  await app.idle();
  app.press('t');
  await app.idle();
  return app;
};
const step = (app: Awaited<ReturnType<typeof first>>) => app.app.ui.get().tour;

test('who tries the sample first is shown around in six steps, each over when it was done', async () => {
  expect(TOUR).toHaveLength(6);
  const app = await first();
  expect(app.text()).toContain('Tour 1 of 6: n goes to the next lead');
  app.press('n');
  expect(step(app)).toBe(1);
  app.press('enter');
  expect(step(app)).toBe(2);
  app.press('>');
  expect(step(app)).toBe(3);
  app.press('d').type('Checked.').press('enter');
  expect(step(app)).toBe(4);
  app.press('esc', '1', 'u');
  expect(step(app)).toBe(5);
  app.press('4');
  expect(step(app)).toBeNull();
  expect(app.app.ui.get().toast?.text).toContain('That was the tour');
});

test('what is done already is not asked for again', async () => {
  const app = await first();
  // A verdict before anything was read.
  app.press('u', 'n', 'enter', '>');
  expect(step(app)).toBe(3);
  app.press('a');
  expect(step(app)).toBe(5);
});

test('it can be ended, and begun again; who has audited before is not bothered', async () => {
  const app = await first();
  app.press('\\');
  expect(step(app)).toBeNull();
  expect(app.text()).not.toContain('Tour');
  app.press('ctrl+p').type('tour of six').press('enter');
  expect(step(app)).toBe(0);
  const known = await first({});
  expect(known.app.ui.get().tour).toBeNull();
});
