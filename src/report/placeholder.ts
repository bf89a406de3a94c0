import { openWords } from '../domain/template-words.ts';

/**
 * Text that was meant to be replaced: to-do words in capitals that end a phrase or begin a note, filler Latin,
 * `<your text>`, `[fill in]`, and what a finding template leaves open (`{{parameter}}`).
 */
const PLACEHOLDER =
  /\b(?:TODO|TBD|FIXME|XXX)\b(?=\s{0,9}(?:[:.|)\]]|$))|\b[Ll]orem [Ii]psum\b|<(?:your|insert|add|describe|fill|enter|the|name|title|description|date|placeholder)(?: [^<>\n]{0,60})?>|\[(?:your|insert|add|describe|fill|enter|to be)\b[^\]\n]{0,60}\](?!\()/m;

/** The placeholder in a text, or null. */
export const placeholderIn = (text: string): string | null => {
  const [open] = openWords(text);
  return open ? `{{${open}}}` : (PLACEHOLDER.exec(text)?.[0] ?? null);
};

export const hasPlaceholder = (text: string): boolean => placeholderIn(text) !== null;
