import { linesOf } from '../files/lines.ts';

export type CodeownersRule = { pattern: string; owners: string[]; line: number };

/** Rules of a CODEOWNERS file; comments and section headings are left out. */
export const parseCodeowners = (text: string): CodeownersRule[] =>
  linesOf(text.slice(0, 500_000)).flatMap((raw, i) => {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '' || line.startsWith('[')) return [];
    const [pattern = '', ...owners] = line.split(/\s+/);
    return [{ pattern, owners, line: i + 1 }];
  });
