/**
 * Draws every screen at three sizes from the real program, as SVG: the sample server's audit in a pseudo terminal, cell by cell.
 * `npm run screens [folder]` writes all of them to a folder (screens/ when left out), and the five of the README to docs/screens.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

const SIZES = [
  [80, 24],
  [120, 40],
  [160, 45],
] as const;
const CELL = { width: 8.4, height: 18 };
const DEADLINE_MS = 180_000;

/** What is pressed to get to a screen from the list of checks; Esc as often as is needed leads back. */
const SCREENS: readonly { name: string; about: string; keys: readonly string[]; readme?: number }[] = [
  {
    name: 'audit',
    about: 'The checks, one of them, and its evidence',
    keys: [':', ...'2.1.2', '\r'],
    readme: 120,
  },
  { name: 'evidence', about: 'The evidence of a check', keys: [':', ...'2.1.2', '\r', 'o'] },
  {
    name: 'reader',
    about: 'The code a lead points at, with the way of the value',
    keys: [':', ...'2.1.2', '\r', 'n', '\r'],
    readme: 120,
  },
  {
    name: 'selection',
    about: 'Lines selected in the reader',
    keys: [':', ...'2.1.2', '\r', 'n', '\r', 'V', 'k', 'k'],
  },
  {
    name: 'dismiss',
    about: 'A reason is asked for, and sentences are offered',
    keys: [':', ...'2.1.2', '\r', 'n', 'd', '\t'],
  },
  {
    name: 'finding',
    about: 'A finding, begun from evidence',
    keys: [':', ...'2.1.2', '\r', 'n', 'f'],
    readme: 120,
  },
  {
    name: 'anywhere',
    about: 'Everything that can be gone to, by a few letters',
    keys: ['\u0010', ...'export'],
    readme: 80,
  },
  { name: 'findings', about: 'The findings', keys: ['2'] },
  { name: 'runs', about: 'What collectors did', keys: ['3'] },
  { name: 'report', about: 'What the report lacks', keys: ['4'] },
  { name: 'session', about: 'The session and its history', keys: ['5'] },
  { name: 'surface', about: 'The tools, and what they reach', keys: ['6', 'j'], readme: 120 },
  { name: 'scorecard', about: 'The scorecard', keys: ['7', 'j'] },
  { name: 'live', about: 'What was seen of the running server', keys: ['8'] },
  { name: 'help', about: 'The keys that hold here', keys: ['?'] },
  { name: 'settings', about: 'The settings', keys: [','] },
];

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

const svg = (terminal: xterm.Terminal, about: string): string => {
  const { cols, rows } = terminal;
  const buffer = terminal.buffer.active;
  const out: string[] = [];
  for (let y = 0; y < rows; y++) {
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
    for (const r of shown.filter((s) => s.inverse))
      out.push(
        `<rect x="${at(r.x)}" y="${y * CELL.height + 4}" width="${([...r.text].length * CELL.width).toFixed(1)}" height="${CELL.height}" fill="${r.fill}"/>`,
      );
    const spans = shown
      .filter((r) => r.text.trim() !== '')
      .map(
        (r) =>
          `<tspan x="${at(r.x)}" textLength="${([...r.text].length * CELL.width).toFixed(1)}" fill="${r.inverse ? GROUND : r.fill}"${r.bold ? ' font-weight="bold"' : ''}>${escapeXml(r.text)}</tspan>`,
      );
    if (spans.length > 0)
      out.push(`<text y="${(y + 1) * CELL.height}" xml:space="preserve">${spans.join('')}</text>`);
  }
  const width = cols * CELL.width + 24;
  const height = rows * CELL.height + 16;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(about)}">
<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${out.join('\n')}
</g>
</svg>
`;
};

const drive = async (
  columns: number,
  rows: number,
  draw: (name: string, picture: string) => void,
): Promise<void> => {
  const home = mkdtempSync(join(tmpdir(), 'mcp-audit-screens-'));
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const pty = spawn(process.execPath, ['dist/cli.js'], {
    cols: columns,
    rows,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      MCP_AUDIT_HOME: join(home, 'data'),
      MCP_AUDIT_TEST_IDLE: '1',
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
    },
  });
  pty.onData((data) => terminal.write(data));
  const lastRow = (): string =>
    terminal.buffer.active.getLine(terminal.buffer.active.baseY + rows - 1)?.translateToString() ?? '';
  /** Waits until the program says that it is idle and has seen so many keys. */
  const idle = (keys: number): Promise<void> =>
    new Promise((done, fail) => {
      const deadline = setTimeout(
        () => fail(new Error(`not idle after ${keys} keys: ${lastRow()}`)),
        DEADLINE_MS,
      );
      const look = (): void => {
        const seen = /=(\d+)@/.exec(lastRow());
        if (!seen || Number(seen[1]) < keys) return;
        clearTimeout(deadline);
        listener.dispose();
        done();
      };
      const listener = terminal.onWriteParsed(look);
      look();
    });
  let sent = 0;
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      sent += 1;
      pty.write(key);
      await idle(sent);
    }
  };
  try {
    await idle(0);
    draw('home', svg(terminal, 'Home'));
    await press('t');
    for (const { name, about, keys } of SCREENS) {
      await press(...keys);
      draw(name, svg(terminal, about));
      await press('\u001b', '\u001b', '\u001b', '\u001b', '\u001b', '1', 'g');
    }
  } finally {
    pty.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
};

const folder = process.argv[2] ?? 'screens';
mkdirSync(folder, { recursive: true });
mkdirSync('docs/screens', { recursive: true });
for (const [columns, rows] of SIZES)
  await drive(columns, rows, (name, picture) => {
    writeFileSync(join(folder, `${name}-${columns}x${rows}.svg`), picture);
    if (SCREENS.some((s) => s.name === name && s.readme === columns))
      writeFileSync(`docs/screens/${name}.svg`, picture);
  });
process.stdout.write(
  `${(SCREENS.length + 1) * SIZES.length} pictures in ${folder}, ${SCREENS.filter((s) => s.readme).length} of them in docs/screens\n`,
);
process.exit(0);
