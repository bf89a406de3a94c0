import { describe, expect, test } from 'vitest';
import { refreshHome } from '../../src/ui/actions/home.ts';
import type { FakeApp } from '../support/fake-app.ts';
import { expectGolden } from '../support/golden.ts';
import { auditApp } from './audit-fixture.ts';

const SIZES = [
  [60, 15],
  [80, 24],
  [100, 30],
  [120, 40],
  [160, 45],
  [80, 50],
  [200, 60],
] as const;

const inAudit =
  (...keys: string[]) =>
  async (columns: number, rows: number, env: Record<string, string> = {}): Promise<FakeApp> => {
    const app = auditApp({ columns, rows, env });
    await app.enter();
    app.press('j', ...keys);
    // The excerpt asks for its file when it is first drawn.
    app.draw();
    await app.store.readText('src/index.ts');
    await Promise.resolve();
    return app;
  };

const SCREENS: Record<
  string,
  (columns: number, rows: number, env?: Record<string, string>) => Promise<FakeApp>
> = {
  home: async (columns, rows, env = {}) => {
    const app = auditApp({ columns, rows, env });
    refreshHome(app.app);
    return app.idle();
  },
  welcome: async (columns, rows, env = {}) => {
    const app = auditApp({ columns, rows, env, sessions: [] });
    refreshHome(app.app);
    return app.idle();
  },
  'audit-list': inAudit(),
  'audit-detail': inAudit('tab'),
  'audit-evidence': inAudit('o'),
  reader: inAudit('o', 'enter'),
  'reader-selection': inAudit('o', 'enter', 'V', 'k', 'k'),
  findings: inAudit('2'),
  runs: inAudit('3', 'j', 'j'),
  report: inAudit('4'),
  session: inAudit('5'),
  surface: inAudit('6'),
  live: inAudit('8'),
  scorecard: inAudit('7', 'j', 'a'),
  'scorecard-why': inAudit('7', 'j', 'tab'),
  help: inAudit('?'),
  palette: inAudit(':', 'f', 'i', 'n'),
  form: inAudit('2', 'enter', 'j', 'j'),
  'finding-detail': inAudit('2', 'tab'),
  score: inAudit('2', 's', 'enter', 'n', 'l', 'n'),
  'score-full': inAudit('2', 's', 'enter', ...'nlnnphhhnnn', 'tab', 'down', 'p'),
  aivss: inAudit('2', 's', 'down', 'down', 'enter', 'right', 'right'),
  cwe: inAudit('2', 'w', 'p', 'a', 't', 'h'),
  note: inAudit('m'),
};

/** What differs between machines, in the same number of cells. */
const tokens = (text: string): string =>
  text.replaceAll(/\b([01]\d|2[0-3]):[0-5]\d\b/g, 'HH:MM').replaceAll(/Node \d\d/g, 'Node NN');

describe.each(SIZES)('%ix%i', (columns, rows) => {
  test.each(Object.keys(SCREENS))('%s', async (screen) => {
    const app = await SCREENS[screen]?.(columns, rows);
    const text = app?.text() ?? '';
    expect(text.split('\n')).toHaveLength(rows);
    expectGolden(
      `screens/${screen}-${columns}x${rows}.txt`,
      `${tokens(text)}\n`,
      'npx vitest run --project unit test/ui/frames.test.ts',
    );
  });
});

test.each(Object.keys(SCREENS))(
  '%s in a terminal that knows only ASCII shows nothing else of its own',
  async (screen) => {
    const beyond = new Set<string>();
    for (const [columns, rows] of SIZES) {
      const app = await SCREENS[screen]?.(columns, rows, { LANG: 'C' });
      for (const char of app?.text() ?? '') if (!/[\x20-\x7e\n]/.test(char)) beyond.add(char);
    }
    // The target's own text stays what it is.
    for (const char of '漢字全角') beyond.delete(char);
    expect([...beyond].join(' ')).toBe('');
  },
);
