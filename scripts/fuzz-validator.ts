// Damages the files of a real database one by one, and holds the validator, the indexes and the reader to never throw:
// every file cut off at evenly spread places, and with single bytes changed.
//
//   npm exec -- node scripts/fuzz-validator.ts CLONE [cuts a file] [changes a file]
import { readFolder } from '../src/io/read-folder.ts';
import { readDatabase } from '../src/report/database.ts';
import { databaseIndexes } from '../src/report/indexes.ts';
import { anchorsOf, validateSubmission } from '../src/report/validate.ts';

const [clone, cuts = '60', changes = '60'] = process.argv.slice(2);
if (!clone) {
  process.stderr.write('usage: CLONE [cuts a file] [changes a file]\n');
  process.exit(2);
}
const all = readFolder(clone).files;
const names = [...all.keys()].filter((p) => p.startsWith('audits/'));
/** Only the repository of the damaged file is judged: the others do not change. */
const repositoryOf = (path: string) => path.split('/').slice(0, 4).join('/');
// A fixed sequence: what failed once fails again.
let state = 12345;
const next = (below: number): number => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return state % below;
};
let tried = 0;
let failed = 0;
const attempt = (path: string, bytes: Uint8Array, how: string): void => {
  const root = `${repositoryOf(path)}/`;
  const files = new Map(
    [...all].filter(([p]) => p.startsWith(root)).map(([p, b]) => [p, p === path ? bytes : b]),
  );
  tried++;
  try {
    const found = validateSubmission(files, { strict: true, target: () => 'x\n' });
    if (!found.every((d) => d.message !== '' && d.rule !== '')) throw new Error('an empty message');
    anchorsOf(files, undefined);
    for (const text of databaseIndexes(readDatabase(files)).values()) JSON.parse(text);
  } catch (error) {
    failed++;
    process.stdout.write(`${path} ${how}: ${error instanceof Error ? error.stack : error}\n`);
  }
};
for (const path of names) {
  const bytes = all.get(path)!;
  for (let i = 0; i < Number(cuts); i++) {
    const at = Math.floor((bytes.length * i) / Number(cuts));
    attempt(path, bytes.subarray(0, at), `cut at ${at}`);
  }
  for (let i = 0; i < Number(changes); i++) {
    const at = next(bytes.length);
    const changed = Uint8Array.from(bytes);
    changed[at] = changed[at]! ^ (1 << next(8));
    attempt(path, changed, `bit changed at ${at}`);
  }
}
process.stdout.write(`${names.length} files, ${tried} damaged copies, ${failed} failures\n`);
process.exit(failed === 0 ? 0 : 1);
