import { LANGUAGES, type Program } from './programs.ts';
import type { Tried } from './try.ts';

/** The table of docs/evidence-coverage.md: per language and class, and per language and part, what became of the programs. */

const cell = (results: readonly Tried[]): string => {
  if (results.length === 0) return '';
  const right = results.filter((r) => r.outcome === 'right').length;
  const wrong = results.filter((r) => r.outcome === 'wrong').length;
  const missed = results.length - right - wrong;
  return right === results.length ? `${right}` : `${right} · ${wrong} · ${missed}`;
};

const rowsOf = (results: readonly Tried[], keyOf: (r: Tried) => string, head: string): string[] => {
  const keys = [...new Set(results.map(keyOf))].sort();
  const languages = LANGUAGES.filter((l) => results.some((r) => r.program.language === l));
  return [
    `| ${head} | ${languages.join(' | ')} |`,
    `|---|${languages.map(() => '---').join('|')}|`,
    ...keys.map(
      (k) =>
        `| ${k} | ${languages.map((l) => cell(results.filter((r) => r.program.language === l && keyOf(r) === k))).join(' | ')} |`,
    ),
  ];
};

export const tableOf = (results: readonly Tried[]): string =>
  [
    ...rowsOf(results, (r) => r.program.class, 'class'),
    '',
    ...rowsOf(results, (r) => r.program.part, 'part'),
  ].join('\n');

/**
 * What a test tries: all but doors with every carrier, and carriers before every sink, which take three times as long as the
 * rest together and are for the command.
 */
export const isHeld = (p: Program): boolean =>
  !p.name.includes(' × ') && (p.part !== 'carrier' || p.rule === 'shell-command');

/** Right answers by language, class and part: what a test holds on to. */
export const cellsOf = (results: readonly Tried[]): Record<string, { right: number; all: number }> => {
  const cells: Record<string, { right: number; all: number }> = {};
  for (const r of results) {
    const key = `${r.program.language} ${r.program.part} ${r.program.class}`;
    const held = cells[key] ?? { right: 0, all: 0 };
    cells[key] = held;
    held.all++;
    if (r.outcome === 'right') held.right++;
  }
  return cells;
};
