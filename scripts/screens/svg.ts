import type xterm from '@xterm/headless';

const CELL = { width: 8.4, height: 18 };

const COLOURS = [
  '#3b4048',
  '#e06c75',
  '#98c379',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#abb2bf',
  '#7f848e',
];
const PLAIN = '#d7dae0';
const GROUND = '#1e2127';

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

type Run = { text: string; fill: string; bold: boolean; inverse: boolean; x: number };

/** What each row of a terminal shows, as SVG: its grounds and its text. */
export const rowsOf = (terminal: xterm.Terminal): string[] => {
  const { cols, rows } = terminal;
  const buffer = terminal.buffer.active;
  return Array.from({ length: rows }, (_, y) => {
    const line = buffer.getLine(buffer.baseY + y);
    const runs: Run[] = [];
    for (let x = 0; x < cols; x++) {
      const cell = line?.getCell(x);
      if (!cell || cell.getWidth() === 0) continue;
      const run = {
        fill: cell.isFgPalette() ? (COLOURS[cell.getFgColor()] ?? PLAIN) : PLAIN,
        bold: cell.isBold() !== 0,
        inverse: cell.isInverse() !== 0,
      };
      const last = runs.at(-1);
      const text = cell.getChars() || ' ';
      if (last && last.fill === run.fill && last.bold === run.bold && last.inverse === run.inverse)
        last.text += text;
      else runs.push({ ...run, text, x });
    }
    // The mark the driver waits for is not part of the program's face.
    const shown = runs.map((r) =>
      y === rows - 1 ? { ...r, text: r.text.replace(/[=~]\d+@\d+x\d+/, (m) => ' '.repeat(m.length)) } : r,
    );
    const at = (x: number): string => (x * CELL.width + 12).toFixed(1);
    const grounds = shown
      .filter((r) => r.inverse)
      .map(
        (r) =>
          `<rect x="${at(r.x)}" y="${y * CELL.height + 4}" width="${([...r.text].length * CELL.width).toFixed(1)}" height="${CELL.height}" fill="${r.fill}"/>`,
      );
    const spans = shown
      .filter((r) => r.text.trim() !== '')
      .map(
        (r) =>
          `<tspan x="${at(r.x)}" textLength="${([...r.text].length * CELL.width).toFixed(1)}" fill="${r.inverse ? GROUND : r.fill}"${r.bold ? ' font-weight="bold"' : ''}>${escapeXml(r.text)}</tspan>`,
      );
    const text =
      spans.length > 0
        ? `<text y="${(y + 1) * CELL.height}" xml:space="preserve">${spans.join('')}</text>`
        : '';
    return `${grounds.join('')}${text}`;
  });
};

const around = ({ cols, rows }: xterm.Terminal, about: string, inner: readonly string[]): string => {
  const width = cols * CELL.width + 24;
  const height = rows * CELL.height + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(about)}">
<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${inner.join('\n')}
</g>
</svg>
`;
};

/** One picture of what a terminal shows. */
export const picture = (terminal: xterm.Terminal, about: string): string =>
  around(
    terminal,
    about,
    rowsOf(terminal).filter((row) => row !== ''),
  );

/** What was shown, and for how long, in seconds. */
export type Shown = { rows: readonly string[]; seconds: number };

/** Pictures one after the other, again and again. A row that stays as it is is drawn once for all the time it stands there. */
export const moving = (terminal: xterm.Terminal, about: string, frames: readonly Shown[]): string => {
  const whole = frames.reduce((sum, f) => sum + f.seconds, 0);
  const starts = frames.map((_, i) => frames.slice(0, i).reduce((sum, f) => sum + f.seconds, 0) / whole);
  const inner: string[] = [];
  for (let y = 0; y < terminal.rows; y++) {
    for (let from = 0; from < frames.length; ) {
      const row = frames[from]?.rows[y] ?? '';
      let to = from + 1;
      while (to < frames.length && (frames[to]?.rows[y] ?? '') === row) to++;
      if (row !== '')
        inner.push(timed(row, starts[from] ?? 0, to < frames.length ? (starts[to] ?? 1) : 1, whole));
      from = to;
    }
  }
  return around(terminal, about, inner);
};

const timed = (row: string, from: number, to: number, whole: number): string => {
  if (from === 0 && to === 1) return row;
  const times = [0, ...(from > 0 ? [from] : []), ...(to < 1 ? [to] : [])];
  const values = [...(from > 0 ? ['hidden'] : []), 'visible', ...(to < 1 ? ['hidden'] : [])];
  return `<g visibility="hidden"><animate attributeName="visibility" calcMode="discrete" dur="${whole.toFixed(1)}s" repeatCount="indefinite" keyTimes="${times.map((t) => t.toFixed(4)).join(';')}" values="${values.join(';')}"/>${row}</g>`;
};
