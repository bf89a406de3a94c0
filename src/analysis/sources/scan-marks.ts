import type { Marks } from './ir.ts';
import { unescaped } from './tree-text.ts';

/** End (exclusive) of a text that begins at `at`; one of a single line ends with it when nothing closes it. */
const endOf = (text: string, at: number, quote: string): number => {
  const oneLine = quote === '"' || quote === "'";
  for (let i = at + quote.length; i < text.length; i++)
    if (text[i] === '\\' && quote !== '"""') i++;
    else if (text.startsWith(quote, i)) return i + quote.length;
    else if (oneLine && text[i] === '\n') return i;
  return text.length;
};

const until = (text: string, mark: string, from: number, more: number): number => {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + more;
};

/**
 * Comments and texts of a language with braces that is not parsed (Kotlin), or of a script whose parser gave it up: by their
 * quotes alone. Linear; broken code gives marks too.
 */
export const scanMarks = (text: string, quotes: readonly string[]): Marks => {
  const marks: Marks = { comments: [], literals: [], patterns: [] };
  for (let i = 0; i < text.length; ) {
    const quote = quotes.find((q) => text.startsWith(q, i));
    if (quote) {
      const end = endOf(text, i, quote);
      const body = text.slice(i + quote.length, Math.max(i + quote.length, end - quote.length));
      const complete = quote !== '`' || !body.includes('${');
      marks.literals.push({ start: i, end, text: unescaped(body), complete });
      i = end;
    } else if (text.startsWith('//', i) || text.startsWith('/*', i)) {
      const end = text[i + 1] === '/' ? until(text, '\n', i, 0) : until(text, '*/', i + 2, 2);
      marks.comments.push({ start: i, end });
      i = end;
    } else i++;
  }
  return marks;
};
