import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { targets } from '../../scripts/fuzz/targets.ts';

/** Files on which a reader once crashed, hung or took too much memory (`node scripts/fuzz.ts` found them), and does no more. */
const FINDINGS = join(import.meta.dirname, 'findings');

describe('what fuzzing found stays mended', () => {
  it.for(readdirSync(FINDINGS))('%s', async (file) => {
    const { target, name, bytes } = JSON.parse(readFileSync(join(FINDINGS, file), 'utf8')) as Record<
      string,
      string
    >;
    const reader = targets.find((t) => t.id === target);
    expect(reader, target).toBeDefined();
    const outcome = await Promise.resolve()
      .then(() => reader?.read(name!, Buffer.from(bytes!, 'base64')))
      .then(
        () => 'read',
        (error: Error) => (['UserError', 'SaveError'].includes(error.name) ? 'refused' : error.stack),
      );
    expect(['read', 'refused']).toContain(outcome);
  });
});
