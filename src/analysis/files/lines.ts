/** Turns an offset into a 1-based line number; O(log lines) per question after one pass over the text. */
export const lineFinder = (text: string): ((offset: number) => number) => {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
};

/** Lines without their ends; `\r\n` and `\n` alike. */
export const linesOf = (text: string): string[] => text.split(/\r?\n/);

/** Lines a person would count: a last line end does not start another line. */
export const countLines = (text: string): number => {
  if (text === '') return 0;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return text.endsWith('\n') ? lines - 1 : lines;
};

/** 1-based number of the first line that contains `needle`, or null. */
export const lineWith = (text: string, needle: string, from = 0): number | null => {
  const at = text.indexOf(needle, from);
  if (at === -1) return null;
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < at; i = text.indexOf('\n', i + 1)) line++;
  return line;
};
