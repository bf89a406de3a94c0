import { describe, expect, it } from 'vitest';
import { secretPatterns } from '../../src/text/redact.ts';
import { shownPath, withShownPaths } from '../../src/text/shown-path.ts';
import { fillRecorded, leaked, randomly } from '../support/secrets.ts';

const TOKEN = fillRecorded('ghp_{a36}', randomly(7));

describe('paths as people read them', () => {
  it('are themselves where they hold no credential', () => {
    for (const path of ['src/index.ts', 'a b/ö.py', 'packages/@scope/x/node.js', '.env'])
      expect(shownPath(path)).toBe(path);
  });

  it('hold no credential of the kinds that are known by themselves', () => {
    const whole = secretPatterns
      .map((p, i) => fillRecorded(p.sample, randomly(i)))
      .filter(({ text }) => /^(?:gh[pousr]_|glpat-|xox[a-z]-|AKIA|npm_|sk_live_|hvs\.)\S+$/.test(text));
    expect(whole.length).toBeGreaterThan(5);
    for (const { text, random } of whole)
      expect(leaked(shownPath(`src/${text}/a.js`), random, 12)).toEqual([]);
  });

  it('are found wherever they stand in a value, with the commands that name them', () => {
    const path = `src/${TOKEN.text}/a.js`;
    const value = {
      items: [{ path, line: 3, flow: [{ path }], reproduce: `git show c:${path}` }],
      none: null,
      n: 1,
    };
    const shown = withShownPaths(value);
    expect(leaked(JSON.stringify(shown), TOKEN.random, 12)).toEqual([]);
    expect(shown.items[0]).toMatchObject({ line: 3 });
    expect(shown).toMatchObject({ none: null, n: 1 });
    expect(value.items[0]?.path).toBe(path);
  });
});
