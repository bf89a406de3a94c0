// Tries every program that test/coverage puts together from the models, and tells what is found, found with the wrong strength, and
// missed: npm run coverage -- [--language python] [--part door] [--misses] [--show NAME] [--write]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cellsOf, isHeld, tableOf } from '../test/coverage/table.ts';
import { tried } from '../test/coverage/try.ts';

const { values } = parseArgs({
  options: {
    language: { type: 'string' },
    part: { type: 'string' },
    misses: { type: 'boolean' },
    show: { type: 'string' },
    write: { type: 'boolean' },
  },
});

const results = await tried(
  (p) => (!values.language || p.language === values.language) && (!values.part || p.part === values.part),
);
if (values.show)
  for (const r of results
    .filter((x) => `${x.program.language} ${x.program.name}`.includes(values.show!))
    .slice(0, 3))
    process.stdout.write(
      `--- ${r.outcome} ${r.program.rule}; said: ${r.said.join(', ') || 'nothing'}\n${r.program.code}\n`,
    );
else if (values.misses)
  for (const r of results.filter((x) => x.outcome !== 'right'))
    process.stdout.write(
      `${r.outcome.padEnd(8)} ${r.program.language} ${r.program.part} ${r.program.name}${r.said.length > 0 ? ` (said: ${r.said.join(', ')})` : ''}\n`,
    );
const table = tableOf(results);
process.stdout.write(`${table}\n`);
if (values.write) {
  const path = join(import.meta.dirname, '..', 'docs', 'evidence-coverage.md');
  const text = readFileSync(path, 'utf8');
  const cells = cellsOf(results.filter((r) => isHeld(r.program)));
  writeFileSync(
    join(import.meta.dirname, '..', 'test', 'coverage', 'cells.json'),
    `${JSON.stringify(cells, null, 2)}\n`,
  );
  writeFileSync(
    path,
    text.replace(/<!-- table -->[\s\S]*<!-- \/table -->/, () => `<!-- table -->\n${table}\n<!-- /table -->`),
  );
}
