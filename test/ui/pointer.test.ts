import { describe, expect, test } from 'vitest';
import { selectedId } from '../../src/ui/model.ts';
import { createPointerFilter, parsePointer } from '../../src/ui/mouse.ts';
import { point } from '../../src/ui/pointer.ts';
import type { ListName, Place } from '../../src/ui/state.ts';
import { auditApp } from './audit-fixture.ts';

const at = async (place: Place, focus = 'list', columns = 132, rows = 43) => {
  const app = auditApp({ columns, rows });
  await app.enter();
  app.app.update({ place, focus: focus as 'list' });
  app.draw();
  await app.store.readText('src/index.ts');
  return app;
};
type App = Awaited<ReturnType<typeof at>>;
const click = (app: App, x: number, y: number) => point(app.app, { kind: 'press', x, y, by: 0 });
const wheel = (app: App, x: number, y: number, by: 1 | -1) => point(app.app, { kind: 'wheel', x, y, by });
const ui = (app: App) => app.app.ui.get();

test('reports of pointers are read, and nothing else is taken for one', () => {
  expect(parsePointer('[<0;10;5M')).toEqual({ kind: 'press', x: 9, y: 4, by: 0 });
  expect(parsePointer('[<0;10;5m')).toEqual({ kind: 'release', x: 9, y: 4, by: 0 });
  expect(parsePointer('[<32;10;5M')).toEqual({ kind: 'drag', x: 9, y: 4, by: 0 });
  expect(parsePointer('[<64;1;1M')).toMatchObject({ kind: 'wheel', by: -1 });
  expect(parsePointer('[<65;1;1M')).toMatchObject({ kind: 'wheel', by: 1 });
  // Held modifiers change nothing.
  expect(parsePointer('[<81;1;1M')).toMatchObject({ kind: 'wheel', by: 1 });
  for (const other of ['', 'j', '[A', '[<0;10M', '[<2;1;1M', '[<35;1;1M', '[<0;99999999;1M', 'x[<0;1;1M'])
    expect(parsePointer(other), other).toBeNull();
});

test('reports are taken out of what is read, also where two reads divide them; keys stay', () => {
  const heard: unknown[] = [];
  const filter = createPointerFilter((p) => heard.push(`${p.kind} ${p.x},${p.y}`));
  expect(filter('a\u001b[<0;3;4Mb\u001b[<64;1')).toBe('ab');
  expect(filter(';1Mc')).toBe('c');
  expect(filter('\u001b')).toBe('\u001b');
  expect(filter('\u001b[A\u001b[<')).toBe('\u001b[A');
  expect(filter('x')).toBe('\u001b[<x');
  expect(heard).toEqual(['press 2,3', 'wheel 0,0']);
});

describe.each<[Place, string, ListName]>([
  ['audit', 'list', 'checks'],
  ['audit', 'evidence', 'items'],
  ['findings', 'list', 'findings'],
  ['evidence', 'list', 'runs'],
  ['report', 'list', 'report'],
  ['session', 'list', 'history'],
  ['surface', 'list', 'surface'],
  ['scorecard', 'list', 'scorecard'],
])('on %s, %s', (place, focus, list) => {
  test('a click chooses the row it is on, wherever that stands in the list', async () => {
    for (const [columns, rows] of [
      [132, 43],
      [100, 30],
      [60, 15],
    ] as const) {
      const app = await at(place, focus, columns, rows);
      if (list === 'items') app.press('1', 'j', 'o');
      let clicked = 0;
      for (let y = 1; y < rows - 2; y++) {
        const before = ui(app).lists[list].selected;
        const start = list === 'items' ? (app.text().split('\n')[1]?.lastIndexOf('╭') ?? 0) : 0;
        const x = start + 6;
        if (ui(app).place !== place || ui(app).focus !== (list === 'items' ? 'evidence' : 'list')) break;
        // The row without its cursor and border, from where the pane begins.
        const words = (row: string | undefined) =>
          (row ?? '')
            .slice(start)
            .replace(/[│❯]/g, ' ')
            .split('  ')
            .find((w) => w.trim())
            ?.trim();
        const clickedOn = words(app.text().split('\n')[y]);
        click(app, x, y);
        if (ui(app).lists[list].selected === before || ui(app).place !== place) continue;
        clicked += 1;
        const chosen = app
          .text()
          .split('\n')
          .slice(1)
          .find((row) => row.slice(start, start + 6).includes('❯'));
        expect(words(chosen), `${columns}x${rows} row ${y}`).toBe(clickedOn);
      }
      expect(clicked, `${columns}x${rows}`).toBeGreaterThan(list === 'findings' ? -1 : 0);
    }
  });
});

test('a click on what is chosen opens it, and one in another pane goes there', async () => {
  const app = await at('audit');
  click(app, 5, 4);
  expect(selectedId(app.app.view(), 'checks')).toBe('2.1.2');
  click(app, 100, 3);
  expect(ui(app).focus).toBe('evidence');
  click(app, 100, 2);
  click(app, 100, 2);
  expect(ui(app).place).toBe('reader');
});

test('the wheel moves what is under the pointer, and an open list', async () => {
  const app = await at('audit');
  wheel(app, 5, 5, 1);
  expect(selectedId(app.app.view(), 'checks')).not.toBe('2.1.1');
  wheel(app, 50, 5, 1);
  expect(ui(app).focus).toBe('detail');
  app.press(':');
  wheel(app, 5, 5, 1);
  expect(ui(app).overlays.at(-1)).toMatchObject({ kind: 'palette', list: { selected: expect.any(String) } });
});

test('a drag over code selects its lines, and the wheel scrolls it', async () => {
  const app = await at('audit');
  app.press('j', 'o', 'enter');
  app.draw();
  await app.store.readText('src/index.ts');
  await Promise.resolve();
  const rows = app.text().split('\n');
  const y = (line: number) => rows.findIndex((r) => new RegExp(` ${line} │ `).test(r));
  click(app, 90, y(2));
  expect(ui(app).reader).toMatchObject({ line: 2, mark: null });
  point(app.app, { kind: 'drag', x: 90, y: y(4), by: 0 });
  expect(ui(app).reader).toMatchObject({ line: 4, mark: 2 });
  click(app, 90, y(1));
  wheel(app, 90, y(1), 1);
  expect(ui(app).reader).toMatchObject({ line: 4, mark: null });
});

test('a click on a screen in the header goes there', async () => {
  const app = await at('audit', 'list', 160, 45);
  click(app, app.text().split('\n')[0]!.indexOf('report') + 1, 0);
  expect(ui(app).place).toBe('report');
  const narrow = await at('audit', 'list', 80, 24);
  click(narrow, narrow.text().split('\n')[0]!.indexOf(' 5') + 1, 0);
  expect(ui(narrow).place).toBe('session');
});
