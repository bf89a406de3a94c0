import type { Terminal } from './terminal.ts';

/** The form's row under the cursor, by its label. */
export const chosenField = (t: Terminal): string => /❯ (\S.*?) {2}/.exec(t.screen())?.[1] ?? '';

/** Walks to a field of an open form. */
export const walkTo = async (t: Terminal, label: string): Promise<void> => {
  await t.press('home');
  for (let i = 0; chosenField(t) !== label; i += 1) {
    if (i > 40) throw new Error(`no field ${label}:\n${t.screen()}`);
    await t.press('j');
  }
};

/** Writes into a field of an open form. */
export const fill = async (t: Terminal, label: string, text: string): Promise<void> => {
  await walkTo(t, label);
  await t.press('enter');
  await t.type(text);
  await t.press('enter');
};
