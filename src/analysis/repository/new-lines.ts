/**
 * Versions of one file differ in few lines: of each further version only the lines not met before need to be read.
 * Lines that begin something longer (`keep`) are never left out.
 */
export const newLineFilter = (
  keep: RegExp,
): ((text: string) => { text: string; lineOf(line: number): number }) => {
  const seen = new Set<string>();
  return (text) => {
    const kept: string[] = [];
    const numbers: number[] = [];
    let from = 0;
    for (let number = 1; from <= text.length; number++) {
      const end = text.indexOf('\n', from);
      const line = text.slice(from, end === -1 ? text.length : end);
      if (line.trim() !== '' && (!seen.has(line) || keep.test(line))) {
        // A slice would keep the whole version in memory.
        seen.add(Buffer.from(line).toString());
        kept.push(line);
        numbers.push(number);
      }
      if (end === -1) break;
      from = end + 1;
    }
    return { text: kept.join('\n'), lineOf: (line) => numbers[line - 1] ?? 1 };
  };
};
