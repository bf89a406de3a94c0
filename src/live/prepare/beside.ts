import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { IN_MEMORY, type Shape } from '../sandbox/bubblewrap.ts';
import { PKG, type Plan } from './plan.ts';

/** Folder of the server below the target's files: that of the program, else as far as its preparing tells. */
export const serverFolder = (plan: Plan, argv: readonly string[]): string[] => {
  const program = argv.slice(0, 2).find((a) => a.startsWith(`${PKG}/`) && /\.\w{1,4}$/.test(a));
  const said =
    program === undefined ? plan.steps.find((s) => s.cwd.startsWith(`${PKG}/`))?.cwd : dirname(program);
  return said === undefined || said === PKG ? [] : said.slice(PKG.length + 1).split('/');
};

/** Things of a folder that are shown one by one; of one with more the whole is shown, and nothing can be made in it. */
const MOST_BESIDE = 200;

/**
 * A folder as it is, each thing in it read-only, but in memory: new things may be made beside what is there, since many
 * servers keep a log or a cache in their own folder and end where they cannot. The same along `path` below it.
 */
export const besides = (from: string, at: string, path: readonly string[]): Shape['mounts'] => {
  const [next, ...rest] = path;
  const entries = readdirSync(from, { withFileTypes: true });
  if (entries.length > MOST_BESIDE) return [{ from, at }];
  return [
    { from: IN_MEMORY, at },
    ...entries
      .filter((e) => e.isFile() || e.isDirectory())
      .flatMap((e) => {
        const one = { from: join(from, e.name), at: `${at}/${e.name}` };
        return e.name === next && e.isDirectory() ? besides(one.from, one.at, rest) : [one];
      }),
  ];
};
