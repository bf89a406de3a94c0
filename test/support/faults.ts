import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * A disk that fails at the n-th change of it. `killed`: from there on nothing reaches the disk any more, whatever the
 * program still does, as after kill -9; a text being written is torn in the middle. `full`: there is no room from there
 * on; removing needs none.
 */
export type Fault = { how: 'killed' | 'full'; at: number };

const ADDING = [
  'writeSync',
  'writeFileSync',
  'appendFileSync',
  'renameSync',
  'linkSync',
  'mkdirSync',
] as const;
const REMOVING = ['unlinkSync', 'rmSync', 'rmdirSync', 'ftruncateSync', 'truncateSync'] as const;
const MAKES = fs.constants.O_CREAT;

/** Thrown out of every call once the process is "dead". */
export class Killed extends Error {
  override name = 'Killed';
}

type AnyCall = (...args: unknown[]) => unknown;

/**
 * Runs something on such a disk; without a fault it counts. `run` may go on after it was killed: what it gives then, or
 * throws, is for nobody, since nobody is there any more.
 */
export const onFailingDisk = async <T>(
  fault: Fault | null,
  run: () => T | Promise<T>,
): Promise<{ calls: number; result: T | null; error: unknown }> => {
  const real = { ...fs } as unknown as Record<string, AnyCall>;
  const patched = fs as unknown as Record<string, AnyCall>;
  let calls = 0;
  const failing = (name: string, args: unknown[], removes: boolean): unknown => {
    calls += 1;
    if (fault === null || calls < fault.at) return real[name]!(...args);
    if (fault.how === 'killed') {
      const [fd, bytes, from, length, position] = args;
      if (name === 'writeSync' && calls === fault.at)
        real[name]!(fd, bytes, from, Math.floor(Number(length) / 2), position);
      throw new Killed(`${name}, call ${calls}`);
    }
    if (removes) return real[name]!(...args);
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), {
      code: 'ENOSPC',
      errno: -28,
    });
  };
  for (const name of ADDING) patched[name] = (...args) => failing(name, args, false);
  for (const name of REMOVING) patched[name] = (...args) => failing(name, args, true);
  patched.openSync = (...args) => {
    const flags = args[1] ?? 'r';
    const makes = typeof flags === 'number' ? (flags & MAKES) !== 0 : /[wax]/.test(String(flags));
    // Opening what is there changes nothing.
    return makes && !fs.existsSync(String(args[0]))
      ? failing('openSync', args, false)
      : real.openSync!(...args);
  };
  syncBuiltinESMExports();
  try {
    const result = await run();
    return { calls, result, error: null };
  } catch (error) {
    return { calls, result: null, error };
  } finally {
    for (const name of [...ADDING, ...REMOVING, 'openSync']) patched[name] = real[name]!;
    syncBuiltinESMExports();
  }
};
