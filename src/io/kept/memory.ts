import { hash } from 'node:crypto';
import { join } from 'node:path';
import type { Memory } from '../../collectors/collector.ts';
import { readInputFile } from '../input-file.ts';
import { writeFile } from '../write-files.ts';

/** What is known of texts from earlier runs, as hashes: nothing of a text is kept. */

const MOST_KNOWN = 300_000;
const LENGTH = 24;
const MOST_BYTES = MOST_KNOWN * (LENGTH + 1);

const keyOf = (parts: readonly string[]): string => {
  let key = '';
  for (const part of parts) key = hash('sha256', `${key}${part.length}:${part}`, 'hex').slice(0, LENGTH);
  return key;
};

export const openMemory = (folder: string): Memory & { save(): void } => {
  const file = join(folder, 'clean-texts');
  const read = (): string[] => {
    try {
      return readInputFile(file, MOST_BYTES)
        .toString('latin1')
        .split('\n')
        .filter((k) => k.length === LENGTH);
    } catch {
      return [];
    }
  };
  const known = new Set(read());
  const added = new Set<string>();
  return {
    knows: (parts) => known.has(keyOf(parts)),
    learn: (parts) => {
      const key = keyOf(parts);
      known.add(key);
      added.add(key);
    },
    save: () => {
      if (added.size === 0) return;
      // Another run may have learnt meanwhile; of too many the newest stay.
      const all = [...new Set([...read(), ...added])].slice(-MOST_KNOWN);
      writeFile(file, `${all.join('\n')}\n`, { replaces: () => true });
      added.clear();
    },
  };
};
