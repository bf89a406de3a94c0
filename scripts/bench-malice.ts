// Measures what of our own harmful and honest samples (test/bench/malice) gets a lead. docs/evidence-benchmark.md says how.
import { parseArgs } from 'node:util';
import { measure } from '../test/bench/malice/measure.ts';

const { values } = parseArgs({
  options: { half: { type: 'string', default: 'both' }, missed: { type: 'boolean', default: false } },
});
if (values.half !== 'seen' && values.half !== 'kept' && values.half !== 'both')
  throw new Error('--half seen, kept or both');
const percent = ([some, all]: readonly [number, number]): string =>
  `${some} of ${all}${all > 0 ? ` (${Math.round((1000 * some) / all) / 10} %)` : ''}`;
for (const [name, count] of Object.entries(await measure(values.half))) {
  process.stdout.write(`${name}: ${percent([count.leads, count.of])} with a lead\n`);
  for (const [group, held] of Object.entries(count.by).sort())
    process.stdout.write(`  ${group}: ${percent(held)}\n`);
  if (values.missed && !name.startsWith('honest'))
    for (const m of count.missed) process.stdout.write(`  missed: ${m}\n`);
}
