import { expect, test } from 'vitest';
import { madeCheck, madeMethodology } from '../support/checklists.ts';
import { makeDesk } from './desk.ts';
import type { Terminal } from './terminal.ts';

const ESC = '\u001b';
const BIDI = '\u202e';

/** What a file name, an author or a commit message can carry. */
const HOSTILE = {
  [`src/${ESC}[32mok${ESC}[0m.ts`]: 'export const a = 1;\n',
  [`src/${ESC}]0;owned\u0007.ts`]: 'export const b = 1;\n',
  [`src/${BIDI}st.egassem.ts`]: 'export const c = 1;\n',
  'src/漢字の名前がとても長いファイル名です漢字の名前がとても長いファイル名です.ts': 'export const d = 1;\n',
  'src/zero\u200bwidth.ts': 'export const e = 1;\n',
  'src/e\u0301\u0301\u0301\u0301mo\u{1f469}\u200d\u{1f4bb}ji.ts': 'export const f = 1;\n',
};

/** Every row of a pane ends at the same cell: nothing in it was wider than counted. */
const straight = (t: Terminal): void => {
  const { active } = t.emulator.buffer;
  for (let y = 1; y < t.rows - 2; y += 1) {
    const cell = active.getLine(y)?.getCell(t.columns - 1);
    expect('│╮╯┤─'.includes(cell?.getChars() || ' '), `row ${y}\n${t.screen()}`).toBe(true);
  }
  expect(t.scrolledLines).toBe(0);
};

const raw = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

test('nothing of the target reaches the screen raw, and the frame keeps its width', async () => {
  const desk = makeDesk({
    commits: [
      {
        files: {
          ...HOSTILE,
          'README.md': `# ${ESC}[31mRed${ESC}[0m ${BIDI}reversed\n`,
          'SECURITY.md': `${ESC}]8;;http://evil${ESC}\\link\n`,
        },
        author: `Mallory ${BIDI}yrollam <mallory@example.org>`,
        message: `Innocent ${ESC}[2J${ESC}[H message ${BIDI}`,
        tags: ['v1.0'],
      },
    ],
  });
  const titles: string[] = [];
  const methodology = madeMethodology(1, 2, [
    'identity',
    'git-history',
    'governance',
    'security-files',
    'tool-surface',
  ]);
  methodology.phases[0]?.sections[0]?.checks.push(madeCheck('S1-900', ['identity']));
  const session = desk.session({ methodology, collect: true });
  for (const [columns, rows] of [
    [132, 43],
    [80, 24],
  ] as const) {
    const t = desk.open(['resume', session], { columns, rows });
    t.emulator.onTitleChange((title) => titles.push(title));
    await t.ready();
    await t.press('g', 'j');
    const look = () => {
      expect(t.screen()).not.toMatch(raw);
      straight(t);
    };
    look();
    await t.press('o');
    const items = Number(/of (\d+) ─╯/.exec(t.screen())?.[1] ?? 0);
    for (let i = 0; i < Math.min(30, items + 1); i += 1) {
      await t.press('j');
      look();
    }
    for (const screen of ['2', '3', '4', '5']) {
      await t.press(screen);
      for (const key of ['tab', 'j', 'j', 'pagedown']) {
        await t.press(key);
        look();
      }
    }
    t.send('ctrl+c');
    await t.exit();
  }
  expect(titles).toEqual([]);
});

test('the path of a hostile folder is shown, not obeyed', async () => {
  const desk = makeDesk();
  const t = desk.open();
  await t.ready();
  await t.press('n');
  await t.paste(`/nowhere/${ESC}[31m漢字${BIDI}`);
  straight(t);
  await t.press('enter');
  await t.expectScreen(/there is no folder/);
  expect(t.screen()).not.toMatch(raw);
  straight(t);
});
