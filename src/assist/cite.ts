import type { Location } from '../domain/evidence.ts';
import { locate } from '../engine/locate.ts';
import { redactSecrets } from '../text/redact.ts';
import { visibleLines } from '../text/visible.ts';
import { quoted, Refused } from './answer.ts';

export type Cited = { path: string; start_line: number; end_line: number; quote: string };

/** Lines as both sides are compared: as they are shown, without blanks at their ends. */
const compared = (text: string): string[] => {
  const lines = visibleLines(text)
    .split('\n')
    .map((l) => l.trimEnd());
  while (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
};

const numbered = (lines: readonly string[], first: number): string =>
  lines.map((l, i) => `${first + i}| ${l}`).join('\n');

const AROUND = 3;
const MOST_SHOWN = 60;

/** Where the quotation stands in the file, if it does. */
const standsAt = (all: readonly string[], quote: readonly string[]): number | null => {
  for (let i = 0; i + quote.length <= all.length; i += 1)
    if (all[i] === quote[0] && quote.every((q, n) => all[i + n] === q)) return i + 1;
  return null;
};

/**
 * Every citation read again at the pinned commit: what it quotes must be what stands there. One that is wrong refuses the whole
 * proposal, with the lines as they are.
 */
export const proveCitations = async (
  cited: readonly Cited[],
  readText: (path: string) => Promise<string | null>,
): Promise<Location[]> => {
  const found: Location[] = [];
  for (const c of cited) {
    const at = `${c.path}:${c.start_line}-${c.end_line}`;
    const read = await locate([at], readText);
    if ('refused' in read) throw new Refused(`${read.refused}. ${read.hint}`);
    const [location] = read as [Location];
    const quote = compared(c.quote);
    const there = compared(location.snippet);
    if (there.length !== quote.length || there.some((l, i) => l !== quote[i])) {
      // Masked like what was located: a quotation must not show more than a reading did.
      const all = compared(redactSecrets((await readText(c.path)) ?? ''));
      const elsewhere = standsAt(all, quote);
      const bare = (lines: readonly string[]): string => lines.map((l) => l.trim()).join('\n');
      const indent = bare(there) === bare(quote);
      const first = Math.max(1, c.start_line - AROUND);
      const shown = all.slice(first - 1, Math.min(c.end_line + AROUND, first + MOST_SHOWN - 1));
      throw new Refused(
        `Not taken: what you quote is not what stands at ${at} of the audited commit.${
          elsewhere === null ? '' : ` It stands at lines ${elsewhere}-${elsewhere + quote.length - 1}.`
        }${indent ? ' Only the blanks at the beginning of lines differ.' : ''} Read the lines, see whether your claim still holds, and quote them as they are, without line numbers.`,
        [quoted(`${c.path}, lines ${first} to ${first + shown.length - 1}`, numbered(shown, first))],
      );
    }
    found.push(location);
  }
  return found;
};
