import { cpus } from 'node:os';

/** `p` from 0 to 1. */
export const percentile = (values: readonly number[], p: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
};
export const median = (values: readonly number[]): number => percentile(values, 0.5);
export const ms = (n: number): string => `${n.toFixed(1)} ms`;
export const spreadOf = (values: readonly number[]): string =>
  `p50 ${ms(percentile(values, 0.5))}, p95 ${ms(percentile(values, 0.95))}`;

export type Row = { what: string; measured: string; target: string; pass: boolean | null };
/** Takes results as they come, telling standard error, and prints them all as a table at the end. */
export const createTable = () => {
  const rows: Row[] = [];
  const report = (row: Row): void => {
    rows.push(row);
    process.stderr.write(`${row.what}: ${row.measured}\n`);
  };
  const print = (): void => {
    const cell = (text: string, columns: number): string =>
      text + ' '.repeat(Math.max(0, columns - [...text].length));
    const columns = [
      Math.max(...rows.map((r) => r.what.length)),
      Math.max(...rows.map((r) => [...r.measured].length)),
      16,
    ];
    console.log(
      `\nNode ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}\n`,
    );
    for (const r of rows)
      console.log(
        `${cell(r.what, columns[0] ?? 0)}  ${cell(r.measured, columns[1] ?? 0)}  ${cell(r.target, columns[2] ?? 0)}  ${r.pass === null ? '' : r.pass ? 'PASS' : 'FAIL'}`,
      );
  };
  return { report, print };
};
