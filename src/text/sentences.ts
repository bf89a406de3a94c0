/** As many whole words as fit; what was left out is said by a mark. */
export const wholeWords = (text: string, max: number): string => {
  if (text.length <= max) return text;
  const space = text.lastIndexOf(' ', max - 2);
  return `${text.slice(0, space > 0 ? space : max - 2).toWellFormed()} …`;
};

/**
 * As many whole sentences as fit, for texts of which only the beginning is shown: a command cut in its middle is another
 * command. Where not even the first fits, it ends after a word, and says so.
 */
export const wholeSentences = (text: string, max: number): string => {
  const all = text.trim();
  if (all.length <= max) return all;
  let end = 0;
  for (const m of all.matchAll(/[.!?](?=\s)|\n/g)) {
    if (m.index + 1 > max) break;
    end = m.index + 1;
  }
  if (end > 0) return all.slice(0, end).trim();
  return wholeWords(all, max);
};
