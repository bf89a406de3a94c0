/**
 * Draws docs/audit-screen.svg from the real program: the sample server's audit in a pseudo terminal of 140x34, cell by cell.
 * Run by `npm run picture` after the interface changed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const COLUMNS = 140;
const ROWS = 34;
const CELL = { width: 8.4, height: 18 };

const home = mkdtempSync(join(tmpdir(), 'mcp-audit-picture-'));
const terminal = new xterm.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
const env = {
  PATH: process.env.PATH ?? '',
  HOME: home,
  MCP_AUDIT_HOME: home,
  MCP_AUDIT_TEST_IDLE: '1',
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
};
const pty = spawn(process.execPath, ['dist/cli.js'], { cols: COLUMNS, rows: ROWS, env });
pty.onData((data) => terminal.write(data));

const lastRow = (): string =>
  terminal.buffer.active.getLine(terminal.buffer.active.baseY + ROWS - 1)?.translateToString() ?? '';

/** Waits until the program says that it is idle and has seen so many keys. */
const idle = (keys: number): Promise<void> =>
  new Promise((done, fail) => {
    const deadline = setTimeout(() => fail(new Error(`not idle after ${keys} keys: ${lastRow()}`)), 60_000);
    const listener = terminal.onWriteParsed(() => {
      const seen = /=(\d+)@/.exec(lastRow());
      if (!seen || Number(seen[1]) < keys) return;
      clearTimeout(deadline);
      listener.dispose();
      done();
    });
  });

let sent = 0;
const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) {
    sent += 1;
    const ready = idle(sent);
    pty.write(key);
    await ready;
  }
};

await idle(0);
await press('t');
await press('/', ...'export', '\r');
await press('\u001b');
// To "Can an argument inject?", and its strongest lead in the reader.
await press('/', ...'2.1.2', '\r', 'j', '\u001b', 'o', '\r');

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
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const rows: string[] = [];
const buffer = terminal.buffer.active;
for (let y = 0; y < ROWS; y++) {
  const line = buffer.getLine(buffer.baseY + y);
  if (!line) continue;
  const spans: { text: string; fill: string; bold: boolean; x: number }[] = [];
  for (let x = 0; x < COLUMNS; x++) {
    const cell = line.getCell(x);
    if (!cell || cell.getWidth() === 0) continue;
    const fill = cell.isFgPalette() ? (COLOURS[cell.getFgColor()] ?? '#abb2bf') : '#d7dae0';
    const bold = cell.isBold() !== 0;
    const last = spans.at(-1);
    if (last && last.fill === fill && last.bold === bold) last.text += cell.getChars() || ' ';
    else spans.push({ text: cell.getChars() || ' ', fill, bold, x });
  }
  // The mark the driver waits for is not part of the program's face.
  const marked =
    y === ROWS - 1
      ? spans.map((s) => ({ ...s, text: s.text.replace(/[=~]\d+@\d+x\d+/, (m) => ' '.repeat(m.length)) }))
      : spans;
  rows.push(
    `<text y="${(y + 1) * CELL.height}" xml:space="preserve">${marked
      .filter((s) => s.text.trim() !== '')
      .map(
        (s) =>
          `<tspan x="${(s.x * CELL.width + 12).toFixed(1)}" textLength="${([...s.text].length * CELL.width).toFixed(1)}" fill="${s.fill}"${s.bold ? ' font-weight="bold"' : ''}>${escapeXml(s.text)}</tspan>`,
      )
      .join('')}</text>`,
  );
}
const width = COLUMNS * CELL.width + 24;
const height = ROWS * CELL.height + 16;
writeFileSync(
  'docs/audit-screen.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="The audit screen: checks on the left, the check in the middle, its evidence on the right">
<rect width="100%" height="100%" rx="8" fill="#1e2127"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${rows.join('\n')}
</g>
</svg>
`,
);
pty.kill('SIGKILL');
rmSync(home, { recursive: true, force: true });
process.stdout.write('docs/audit-screen.svg written\n');
process.exit(0);
