import { describe, expect, it } from 'vitest';
import { isHelperPath } from '../../../src/analysis/files/paths.ts';

describe('the path of a helper', () => {
  it.each(['scripts/release.ts', 'server/scripts/a.py', '.github/x.js', 'hack/gen.go', 'src/mocks/a.ts'])(
    'is %s',
    (path) => {
      expect(isHelperPath(path)).toBe(true);
    },
  );

  it.each(['src/a.ts', 'server/src/handlers/script/Edit.js', 'src/main/java/x/Script.java'])(
    'is not %s, where the folder says what the code is about',
    (path) => {
      expect(isHelperPath(path)).toBe(false);
    },
  );
});
