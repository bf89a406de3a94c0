import { expect, test } from 'vitest';
import { makeDesk } from './desk.ts';
import type { Terminal } from './terminal.ts';

const wellFormed = (t: Terminal): void => {
  const lines = t.lines();
  expect(lines, t.screen()).toHaveLength(t.rows);
  expect(lines.at(-1), t.screen()).toMatch(new RegExp(`=\\d+@${t.columns}x${t.rows}$`));
  // Frames of panes are closed boxes: whatever opens at the top closes at the same column.
  expect(lines.filter((l) => l.includes('╭')).length, t.screen()).toBeGreaterThan(0);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(t.columns);
  expect(t.scrolledLines, t.screen()).toBe(0);
};

const OVERLAYS: { name: string; open: (t: Terminal) => Promise<unknown>; shows: RegExp }[] = [
  { name: 'no overlay', open: async () => {}, shows: /Checks/ },
  { name: 'help', open: (t) => t.press('?'), shows: /╭ Help ─/ },
  { name: 'palette', open: (t) => t.press(':'), shows: /╭ Go to, or do ─/ },
  { name: 'form', open: (t) => t.press('f'), shows: /╭ F-01 · (draft|ready)/ },
  {
    name: 'note field',
    open: async (t) => {
      await t.press('m');
      await t.type(
        'a note that is being written while the window changes, and goes on over its edge 漢字漢字',
      );
    },
    shows: /╭ Note on S1-001 ─/,
  },
  { name: 'verdict picker', open: (t) => t.press('v'), shows: /not applicable/ },
];

for (const { name, open, shows } of OVERLAYS)
  test(`the window changes size while there is: ${name}`, async () => {
    const desk = makeDesk();
    const session = desk.session();
    const t = desk.open(['resume', session], { columns: 200, rows: 60 });
    await t.ready();
    await t.press('g', 'j');
    await open(t);
    for (const [columns, rows] of [
      [200, 60],
      [60, 15],
      [100, 30],
      [61, 47],
      [132, 43],
    ] as const) {
      await t.resize(columns, rows);
      await t.expectScreen(shows);
      wellFormed(t);
    }
    // Too small to work in: said in one sentence, nothing lost.
    await t.resize(52, 12);
    expect(t.screen()).toContain('needs 60x15, is 52x12');
    await t.resize(12, 4);
    await t.resize(80, 24);
    await t.expectScreen(shows);
    wellFormed(t);
  });

test('the smallest window can still walk, judge and write a note', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const t = desk.open(['resume', session], { columns: 60, rows: 15 });
  await t.ready();
  await t.press('g', 'j', 'enter');
  await t.expectScreen('Question S1-001');
  await t.press('p');
  await t.expectScreen('S1-001 pass recorded');
  await t.press('m');
  await t.type('small');
  await t.press('enter');
  await t.expectScreen('note recorded');
  await t.press('esc', '2', '3', '4', '5', '1');
  wellFormed(t);
  expect(desk.status(session).checks[0]).toMatchObject({ verdict: 'pass', note: 'small' });
});

test('q leaves even where the window is too small to work in', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const t = desk.open(['resume', session]);
  await t.ready();
  await t.resize(50, 10);
  t.send('q');
  expect(await t.exit()).toMatchObject({ code: 0, alternate: false, cursorVisible: true });
});

test('moving about repaints little and never wipes the screen', async () => {
  const desk = makeDesk();
  const session = desk.session();
  const t = desk.open(['resume', session]);
  await t.ready();
  await t.press('g', 'j');
  const { clears } = t;
  const before = t.bytes;
  await t.press('j', 'j', 'k', 'k');
  expect(t.clears).toBe(clears);
  expect((t.bytes - before) / 4).toBeLessThan(8_000);
});
