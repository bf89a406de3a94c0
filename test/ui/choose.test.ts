import { expect, test } from 'vitest';
import { press } from '../../src/ui/controller.ts';
import { emptyList } from '../../src/ui/view/list.ts';
import { auditApp } from './audit-fixture.ts';

const asked = async () => {
  const { app } = await auditApp();
  const chosen: string[] = [];
  app.push({
    kind: 'choose',
    title: 'Which?',
    items: ['first', 'second', 'third'].map((value) => ({ value, label: `the ${value} one` })),
    list: emptyList(),
    choose: (value) => void chosen.push(value),
  });
  return {
    app,
    chosen,
    press: (...keys: Parameters<typeof press>[1][]) => {
      for (const key of keys) press(app, key);
    },
  };
};

test('Enter takes the choice the cursor is on, and closes', async () => {
  const { app, chosen, press } = await asked();
  press('down', 'j', 'k', 'enter');
  expect(chosen).toEqual(['second']);
  expect(app.ui.get().overlays).toEqual([]);
});

test('a digit takes the choice that stands there; one that is not there does nothing', async () => {
  const { app, chosen, press } = await asked();
  press('7');
  expect(app.ui.get().overlays).toHaveLength(1);
  press('3');
  expect(chosen).toEqual(['third']);
});

test('Esc leaves without a choice', async () => {
  const { app, chosen, press } = await asked();
  press('esc');
  expect([chosen, app.ui.get().overlays]).toEqual([[], []]);
});
