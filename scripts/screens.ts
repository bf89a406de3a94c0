/**
 * Draws every screen at three sizes from the real program, as SVG: the sample server's audit in a pseudo terminal, cell by cell.
 * `npm run screens [folder]` writes all of them to a folder (screens/ when left out), and to docs/screens the five of the README
 * and a recording: one way through an audit, as a picture that moves.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { driven } from './screens/drive.ts';
import { moving, picture, rowsOf, type Shown } from './screens/svg.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [160, 45],
] as const;

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

const RECORDED = { columns: 110, rows: 34, about: 'From a lead through the code to a finding' };

/** Keys, and how long a person looks at what they show, in seconds. */
const RECORDING: readonly { keys: readonly string[]; seconds: number }[] = [
  { keys: [], seconds: 2.5 },
  { keys: ['t', '\\'], seconds: 3 },
  { keys: [':'], seconds: 0.8 },
  ...[...'2.1.2'].map((key) => ({ keys: [key], seconds: 0.25 })),
  { keys: ['\r'], seconds: 3 },
  { keys: ['n'], seconds: 3.5 },
  { keys: ['\r'], seconds: 4 },
  ...['>', '>', '>'].map((key) => ({ keys: [key], seconds: 1.8 })),
  { keys: ['f'], seconds: 5 },
  { keys: ['\u001b'], seconds: 2 },
  { keys: ['2'], seconds: 3 },
  { keys: ['6', 'j'], seconds: 3.5 },
  { keys: ['1', 'n'], seconds: 2 },
  { keys: ['a'], seconds: 2.5 },
  { keys: ['d'], seconds: 1.5 },
  { keys: ['\t'], seconds: 3 },
  { keys: ['\r'], seconds: 2 },
  { keys: ['z'], seconds: 2.5 },
  { keys: ['4'], seconds: 4 },
];

const folder = process.argv[2] ?? 'screens';
mkdirSync(folder, { recursive: true });
mkdirSync('docs/screens', { recursive: true });
const draw = (name: string, columns: number, rows: number, drawn: string): void => {
  writeFileSync(join(folder, `${name}-${columns}x${rows}.svg`), drawn);
  if (SCREENS.some((s) => s.name === name && s.readme === columns))
    writeFileSync(`docs/screens/${name}.svg`, drawn);
};
for (const [columns, rows] of SIZES)
  await driven(columns, rows, async ({ terminal, press }) => {
    draw('home', columns, rows, picture(terminal, 'Home'));
    await press('t');
    for (const { name, about, keys } of SCREENS) {
      await press(...keys);
      draw(name, columns, rows, picture(terminal, about));
      await press('\u001b', '\u001b', '\u001b', '\u001b', '\u001b', '1', 'g');
    }
  });
await driven(RECORDED.columns, RECORDED.rows, async ({ terminal, press }) => {
  const frames: Shown[] = [];
  for (const { keys, seconds } of RECORDING) {
    await press(...keys);
    frames.push({ rows: rowsOf(terminal), seconds });
  }
  writeFileSync('docs/screens/recording.svg', moving(terminal, RECORDED.about, frames));
});
process.stdout.write(
  `${(SCREENS.length + 1) * SIZES.length} pictures in ${folder}, ${SCREENS.filter((s) => s.readme).length} of them in docs/screens, and a recording there\n`,
);
process.exit(0);
