import { expect, test } from 'vitest';
import { SCREENS } from '../../src/ui/state.ts';
import { auditApp } from './audit-fixture.ts';

const FILES = { 'src/index.ts': 'a\nb\nc\nd\ne\nf\n', 'src/deep/other_module.py': 'x = 1\n' };
const open = async () => {
  const app = auditApp({ files: FILES });
  await app.enter();
  // The list asks for the names of files when it is first drawn.
  app.press('ctrl+p').type('x').draw();
  await app.store.paths();
  await Promise.resolve();
  app.press('esc');
  return app;
};
type App = Awaited<ReturnType<typeof open>>;
const go = (app: App, query: string) => app.press('ctrl+p').type(query).press('enter');
const ui = (app: App) => app.app.ui.get();
const toast = (app: App) => ui(app).toast?.text ?? '';

test('one list leads to checks, findings, tools, leads, files and commands, whatever screen it is opened from', async () => {
  for (const screen of SCREENS) {
    const app = await open();
    app.app.update({ place: screen, focus: 'list' });
    go(app, '2.4.1');
    expect(ui(app), screen).toMatchObject({ place: 'audit', lists: { checks: { selected: '2.4.1' } } });
  }
  const app = await open();
  go(app, 'f-01');
  expect(ui(app)).toMatchObject({ place: 'findings', lists: { findings: { selected: 'F-01' } } });
  go(app, 'read_note');
  expect(ui(app).place).toBe('surface');
  go(app, 'param reaches shell');
  expect(ui(app)).toMatchObject({ place: 'audit', focus: 'evidence' });
  go(app, 'othmod');
  expect(ui(app)).toMatchObject({ place: 'reader', reader: { path: 'src/deep/other_module.py' } });
  app.press('esc');
  go(app, 'scorecard');
  expect(ui(app).place).toBe('scorecard');
});

test('what is meant exactly comes first: the id of a check before checks that hold it, a number as a line of the file', async () => {
  const app = await open();
  app.press(':').type('2.1.2');
  expect(app.text().split('\n')[4]).toContain('2.1.2');
  app.press('enter');
  expect(ui(app).lists.checks.selected).toBe('2.1.2');
  go(app, 'index.ts');
  go(app, '4');
  expect(ui(app).reader).toMatchObject({ path: 'src/index.ts', line: 4 });
});

test('Ctrl+O goes back over every jump, one press each, to what was chosen there', async () => {
  const app = await open();
  const spots: unknown[] = [];
  const spot = () => ({
    place: ui(app).place,
    check: ui(app).lists.checks.selected,
    path: ui(app).reader?.path,
  });
  const jump = (run: () => unknown) => {
    spots.push(spot());
    run();
  };
  jump(() => go(app, '2.4.2'));
  jump(() => go(app, 'f-01'));
  jump(() => go(app, 'othmod'));
  // Esc leads back to the findings by itself.
  app.press('esc');
  spots.pop();
  jump(() => app.press('5'));
  for (const at of spots.toReversed()) {
    app.press('ctrl+o');
    expect({ ...spot(), path: undefined }).toEqual({ ...(at as object), path: undefined });
  }
  app.press('ctrl+o', 'ctrl+o');
  expect(toast(app)).toContain('not gone anywhere');
});

test('in the reader Ctrl+O goes back within it, then out to where it was opened from', async () => {
  const app = await open();
  app.press('j');
  go(app, 'index.ts');
  go(app, '5');
  app.press('ctrl+o');
  expect(ui(app).reader?.line).toBe(1);
  app.press('ctrl+o');
  expect(ui(app)).toMatchObject({ place: 'audit', lists: { checks: { selected: '2.1.2' } } });
});

test('nothing found says what was looked through', async () => {
  const app = await open();
  app.press('ctrl+p').type('qqqqqqqq');
  expect(app.text()).toContain('Nothing matches: no check, lead, finding, tool, file or command.');
});

test('a filter stays in the list it narrows, from any pane and on every screen', async () => {
  for (const screen of SCREENS) {
    const app = await open();
    app.app.update({ place: screen, focus: 'detail' });
    app.press('/').type('zzzz').press('enter');
    expect(ui(app).focus, screen).toBe('list');
    expect(app.text(), screen).toMatch(/\/zzzz|Nothing matches 'zzzz'|matches 'zzzz'/);
    app.press('esc');
    expect(app.text(), screen).not.toContain('zzzz');
  }
});

test('a wrong term of a filter is told with those there are, and the field stays open', async () => {
  const app = await open();
  app.press('/').type('is:op');
  expect(app.text()).not.toContain('is no term');
  app.type('x');
  expect(app.text()).toContain('is:opx is no term. There are: is:open is:pass is:fail is:na is:unsure');
  app.press('enter');
  expect(ui(app).overlays.at(-1)?.kind).toBe('field');
  expect(toast(app)).toContain('is:opx is no term');
  app.press('backspace').type('en').press('enter');
  expect(ui(app)).toMatchObject({ overlays: [], filters: { checks: 'is:open' } });
  app.press('/', 'ctrl+u').type('foo:bar');
  expect(app.text()).toContain('No term begins with foo: here.');
});
