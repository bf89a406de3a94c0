import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = 4096;

/** Resident bytes of a process and all that come of it, by the kernel's tables. 0 where there are none. */
export const residentBytes = (root: number): number => {
  const parents = new Map<number, number>();
  try {
    for (const name of readdirSync('/proc'))
      if (/^\d+$/.test(name))
        try {
          const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
          const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
          parents.set(Number(name), Number(fields[1]));
        } catch {
          // It ended meanwhile.
        }
  } catch {
    return 0;
  }
  const below = (pid: number): boolean => {
    for (let p: number | undefined = pid, steps = 0; p !== undefined && p > 1 && steps < 200; steps++) {
      if (p === root) return true;
      p = parents.get(p);
    }
    return false;
  };
  let bytes = 0;
  for (const pid of parents.keys())
    if (below(pid))
      try {
        bytes += Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE;
      } catch {
        // It ended meanwhile.
      }
  return bytes;
};

/** Bytes of the files below a folder, counted until they are more than `enough`. */
export const bytesBelow = (folder: string, enough: number): number => {
  let bytes = 0;
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (bytes > enough) return;
      const path = join(at, entry.name);
      try {
        if (entry.isDirectory()) walk(path);
        else if (entry.isFile()) bytes += statSync(path).size;
      } catch {
        // It went away meanwhile.
      }
    }
  };
  try {
    walk(folder);
  } catch {
    // Not there yet.
  }
  return bytes;
};
