import { parseDocument } from 'yaml';

/**
 * The value of a YAML text somebody wrote, or what is wrong with it, in one line. Aliases to nowhere or too many of them, and
 * nesting deeper than the stack, the parser says by throwing.
 */
export const yamlValue = (text: string, maxAliasCount: number): { value: unknown } | { problem: string } => {
  const firstLine = (error: Error): string => error.message.split('\n')[0] ?? '';
  try {
    const document = parseDocument(text);
    const [error] = document.errors;
    return error ? { problem: firstLine(error) } : { value: document.toJS({ maxAliasCount }) ?? {} };
  } catch (error) {
    if (error instanceof ReferenceError) return { problem: firstLine(error) };
    if (error instanceof RangeError) return { problem: 'it is nested deeper than can be read' };
    throw error;
  }
};
