import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOTES_DIR } from '../src/config.js';
import { resolveNote } from '../src/store.js';

describe('resolveNote', () => {
  it('finds a note below the folder', () => {
    expect(resolveNote('groceries.md')).toBe(path.join(NOTES_DIR, 'groceries.md'));
  });

  it('refuses to climb out of the folder', () => {
    expect(() => resolveNote('../../etc/passwd')).toThrow(/outside/);
  });
});
