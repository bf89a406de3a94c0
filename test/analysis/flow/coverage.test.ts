import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneSidedModels, tryModels } from '../../../src/analysis/flow/try-samples.ts';
import { cellsOf, isHeld } from '../../coverage/table.ts';
import { tried } from '../../coverage/try.ts';
import { shipped, shippedModels } from './follow.ts';

describe('the models that are shipped', () => {
  it('answer their own samples, and show both what they find and what they leave alone', async () => {
    expect(await tryModels(shipped(), shippedModels())).toEqual([]);
    expect(oneSidedModels(shippedModels())).toEqual([]);
  });
});

describe('programs made from the models', () => {
  it('are answered no worse than they were', { timeout: 120_000 }, async () => {
    const path = join(import.meta.dirname, '../../coverage/cells.json');
    const before = JSON.parse(readFileSync(path, 'utf8')) as Record<string, { right: number; all: number }>;
    const now = cellsOf(await tried(isHeld));
    const missed = ({ right, all }: { right: number; all: number }): number => all - right;
    const worse = Object.entries(before)
      .filter(([key, cell]) => !now[key] || missed(now[key]) > missed(cell) || now[key].all < cell.all)
      .map(
        ([key, cell]) => `${key}: ${cell.right} of ${cell.all}, now ${now[key]?.right} of ${now[key]?.all}`,
      );
    expect(worse, 'npm run coverage -- --misses tells which; --write keeps new figures').toEqual([]);
  });
});
