import { expect, test } from 'vitest';
import { auditApp } from './audit-fixture.ts';

const FILES = {
  'src/index.ts': Array.from({ length: 40 }, (_, n) => `const first${n + 1} = 1;`).join('\n'),
  'src/other.ts': Array.from({ length: 40 }, (_, n) => `const second${n + 1} = 2;`).join('\n'),
};
const reading = async (columns: number) => {
  const app = auditApp({ columns, rows: 30, files: FILES });
  await app.enter();
  app.press('j', 'o', 'enter', 'F');
  await app.idle();
  app.press('esc');
  const shown = async () => {
    app.draw();
    for (const path of Object.keys(FILES)) await app.store.readText(path);
    await Promise.resolve();
    return app.text();
  };
  const go = async (name: string) => {
    app.press('F');
    await app.idle();
    app.type(name).press('enter');
    return shown();
  };
  return { app, shown, go };
};

test('a place is kept to the left while another is read, and s goes from one to the other', async () => {
  const { app, shown, go } = await reading(160);
  app.press('|');
  const both = await go('other');
  expect(both).toContain('first5 ');
  expect(both).toContain('second1 ');
  expect(both.split('\n')[1]).toMatch(/src\/index\.ts.*src\/other\.ts/);
  app.press('s');
  expect(app.app.ui.get().reader).toMatchObject({
    path: 'src/index.ts',
    line: 4,
    beside: { path: 'src/other.ts' },
  });
  expect((await shown()).split('\n')[1]).toMatch(/src\/other\.ts.*src\/index\.ts/);
  app.press('|');
  expect(await shown()).not.toContain('second1 ');
});

test('in a narrow window one place is shown at a time, and s still goes between the two', async () => {
  const { app, shown, go } = await reading(80);
  app.press('|');
  expect(app.app.ui.get().toast?.text).toContain('a window of 100 columns shows both');
  expect(await go('other')).not.toContain('first5 ');
  app.press('s');
  expect(await shown()).toContain('first5 ');
});
