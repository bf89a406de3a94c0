import { visibleLines } from '../../text/visible.ts';

/** How plain mode speaks: a line printed, a line asked for; null at the end of input. */
export type Talk = { print(text: string): void; ask(prompt: string): Promise<string | null> };

export type Question = {
  label: string;
  help: string;
  now: string;
  multiline: boolean;
  options?: readonly string[] | undefined;
};

/** What was asked for ended before it was answered. */
export class InputEnded extends Error {}

/** The next line; throws {@link InputEnded} where there is none, so that no half of an answer is taken for one. */
export const line = async (talk: Talk, prompt: string): Promise<string> => {
  const said = await talk.ask(prompt);
  if (said === null) throw new InputEnded();
  return said;
};

/**
 * Asks for a text. Null: it stays as it is. A single `-` empties it; where several lines are meant, a line with one dot ends
 * them.
 */
export const askText = async (talk: Talk, q: Question): Promise<string | null> => {
  talk.print(`${q.label}. ${q.help}`.trim());
  if (q.now !== '') talk.print(`Now: ${visibleLines(q.now)}`);
  if (q.options) {
    const options = q.options;
    talk.print(options.map((o, i) => `${i + 1} ${o}`).join(', '));
    for (;;) {
      const said = (await line(talk, 'Number or word, empty keeps it: ')).trim();
      if (said === '') return null;
      const chosen = options[Number(said) - 1] ?? options.find((o) => o.toLowerCase() === said.toLowerCase());
      if (chosen !== undefined) return chosen;
      talk.print(`"${said}" is none of them.`);
    }
  }
  const first = await line(
    talk,
    q.multiline
      ? 'Lines, one with a single dot ends them; empty keeps it, - empties it: '
      : 'Empty keeps it, - empties it: ',
  );
  if (first === '') return null;
  if (first.trim() === '-') return '';
  if (!q.multiline) return first;
  const lines = [first];
  for (let next = await line(talk, '… '); next.trim() !== '.'; next = await line(talk, '… '))
    lines.push(next);
  return lines.join('\n');
};

/** One of numbered choices; null: none. */
export const choose = async (
  talk: Talk,
  title: string,
  choices: readonly string[],
): Promise<number | null> => {
  talk.print(title);
  choices.forEach((c, i) => {
    talk.print(`${i + 1}. ${c}`);
  });
  for (;;) {
    const said = (await line(talk, 'Number, empty for none: ')).trim();
    if (said === '') return null;
    const n = Number(said);
    if (Number.isInteger(n) && n >= 1 && n <= choices.length) return n - 1;
    talk.print(`"${said}" is none of 1 to ${choices.length}.`);
  }
};
