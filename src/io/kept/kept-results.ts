import { hash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectContext, Gathered } from '../../collectors/collector.ts';
import { readInputFile } from '../input-file.ts';
import { writeFile } from '../write-files.ts';
import { areSame, type Inputs } from './trace.ts';

/**
 * What collectors said, with what they looked at, in a folder of one build and one set of rules. It is taken from there where
 * everything looked at is the same. The folder may be deleted; whoever can write to it can say what is found.
 */
export type Kept = {
  find(collector: string, context: CollectContext): Gathered | null;
  keep(collector: string, commit: string, inputs: Inputs, gathered: Gathered): void;
};

/** Of each collector: a few branches, and what they began at. */
const MOST_KEPT = 8;
const MOST_BYTES = 64 * 1024 * 1024;

type Record_ = { commit: string; inputs: Inputs; gathered: Gathered };

const readRecord = (path: string): Record_ | null => {
  try {
    return JSON.parse(readInputFile(path, MOST_BYTES).toString('utf8')) as Record_;
  } catch {
    // Cut off or gone: it is gathered again.
    return null;
  }
};

/** Files of a collector, the newest first. */
const filesOf = (folder: string, collector: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${collector}.`) && name.endsWith('.json'))
      .map((name) => join(folder, name))
      .map((path) => ({ path, at: statSync(path).mtimeMs }))
      .sort((a, b) => b.at - a.at || (a.path < b.path ? -1 : 1))
      .map(({ path }) => path);
  } catch {
    return [];
  }
};

/** What could not be read may be there the next time; what failed may not fail again. */
const isWhole = (gathered: Gathered): boolean =>
  gathered.outcome !== 'unavailable' &&
  (gathered.outcome === 'not-applicable' || gathered.items.every((i) => i.rule !== 'missing-objects'));

export const openKept = (folder: string): Kept => ({
  find: (collector, context) => {
    for (const path of filesOf(folder, collector)) {
      const kept = readRecord(path);
      if (kept && areSame(kept.inputs, context, kept.commit === context.target.commit)) return kept.gathered;
    }
    return null;
  },
  keep: (collector, commit, inputs, gathered) => {
    if (!isWhole(gathered)) return;
    const text = JSON.stringify({ commit, inputs, gathered } satisfies Record_);
    const name = hash('sha256', JSON.stringify([commit, inputs]), 'hex').slice(0, 16);
    writeFile(join(folder, `${collector}.${name}.json`), text, { replaces: () => true });
    for (const path of filesOf(folder, collector).slice(MOST_KEPT)) rmSync(path, { force: true });
  },
});
