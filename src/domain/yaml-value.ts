import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { duplicateKeys, tooManyParts } from './yaml-parts.ts';

/**
 * The value of a YAML text somebody wrote, or what is wrong with it, in one line. Aliases to nowhere or too many of them, and
 * nesting deeper than the stack, the parser says by throwing.
 */
export const yamlValue = (text: string, maxAliasCount: number): { value: unknown } | { problem: string } => {
  const firstLine = (error: Error): string => error.message.split('\n')[0] ?? '';
  const much = tooManyParts(text);
  if (much) return { problem: `it holds ${much}` };
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `at line ${line}, column ${col}`;
  };
  const words = (error: YAMLError): string => `${firstLine(error)} ${at(error.pos[0])}`;
  try {
    // The library's own words for a place and its check of keys take time for each with every other.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const [error] = document.errors;
    if (error) return { problem: words(error) };
    const [twice] = duplicateKeys(document);
    if (twice) return { problem: `Map keys must be unique ${at(twice.offset)}` };
    return { value: document.toJS({ maxAliasCount }) ?? {} };
  } catch (error) {
    if (error instanceof ReferenceError) return { problem: firstLine(error) };
    if (error instanceof RangeError) return { problem: 'it is nested deeper than can be read' };
    throw error;
  }
};
