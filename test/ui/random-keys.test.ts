import { expect, test } from 'vitest';
import { checksOf } from '../../src/domain/methodology.ts';
import { replay, toJson } from '../../src/domain/session.ts';
import { readJournal } from '../../src/engine/journal.ts';
import { bindings } from '../../src/ui/bindings.ts';
import { activeList, rowIds, selectedId } from '../../src/ui/model.ts';
import { point } from '../../src/ui/pointer.ts';
import { lineWidth } from '../../src/ui/view/line.ts';
import { auditApp, METHODOLOGY } from './audit-fixture.ts';

/** `KEYS=100000 npx vitest run --project unit test/ui/random-keys.test.ts` presses so many; `SEED` begins elsewhere. */
const KEYS = Number(process.env.KEYS ?? 6000);
const SEED = Number(process.env.SEED ?? 1);
const A_SESSION = 1500;

/** Mulberry32: the same keys for the same seed, everywhere. */
const randomOf = (seed: number) => {
  let a = seed;
  return (below: number): number => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
};

const OTHERS = [
  'newline',
  'shift+tab',
  'home',
  'end',
  'pageup',
  'alt+x',
  'ctrl+w',
  'ctrl+a',
  'é',
  '漢',
  '\u202e',
  '0',
  '9',
  ' ',
];
/** Every key that means something, a few that mean nothing; but none that leaves. */
const ALL = [...new Set([...bindings.flatMap((b) => b.keys), ...OTHERS])].filter((k) => k !== 'ctrl+c');
const SIZES = [
  [60, 15],
  [80, 24],
  [100, 30],
  [132, 43],
  [200, 60],
  [80, 50],
  [30, 8],
] as const;

test(`${KEYS.toLocaleString('en')} random keys over all screens and windows: no crash, no illegal state, a journal that reads back`, async () => {
  let pressed = 0;
  for (let run = 0; pressed < KEYS; run++) {
    const random = randomOf(SEED * 1_000_003 + run);
    const app = auditApp();
    await app.enter();
    const trace: string[] = [];
    const told = () => `seed ${SEED}, run ${run}, after: ${trace.slice(-30).join(' ')}`;
    try {
      for (let n = 0; n < A_SESSION && pressed < KEYS; n++) {
        pressed += 1;
        const what = random(100);
        if (what < 3) {
          const [columns, rows] = SIZES[random(SIZES.length)]!;
          trace.push(`${columns}x${rows}`);
          app.resize(columns, rows);
        } else if (what < 6) {
          const kind = (['press', 'drag', 'release', 'wheel'] as const)[random(4)]!;
          const { columns, rows } = app.app.ui.get();
          trace.push(kind);
          point(app.app, { kind, x: random(columns), y: random(rows), by: random(2) * 2 - 1 });
        } else if (what < 7) {
          trace.push('paste');
          app.paste('pasted \u001b[31m text\nof two lines');
        } else {
          const key = ALL[random(ALL.length)]!;
          trace.push(key);
          app.press(key);
        }
        // What opens something later must not find the next key there before it.
        if (app.app.ui.get().busy > 0) await app.idle();
        const { ui } = app.app.view();
        if (n % 4 === 0) {
          const { lines } = app.draw();
          expect(lines.length, told()).toBe(ui.rows);
          for (const line of lines) expect(lineWidth(line), told()).toBe(ui.columns);
        }
        // Whatever is chosen is there, or the list is empty.
        const list = activeList(ui);
        const ids = list ? rowIds(app.app.view(), list) : [];
        if (list && ids.length > 0) expect(ids, told()).toContain(selectedId(app.app.view(), list));
        expect(ui.overlays.length, told()).toBeLessThan(12);
        if (app.exits.count > 0) break;
      }
    } catch (error) {
      throw new Error(`${told()}\n${error instanceof Error ? error.stack : error}`);
    }
    const journal = readJournal(`${app.lines().join('\n')}\n`);
    expect(journal.fault, told()).toBeNull();
    const { session } = app.store.snapshot();
    // What is on the disk is what is shown; permissions and paths are this machine's alone.
    const kept = JSON.parse(JSON.stringify(toJson(replay(journal.events))));
    const shown = JSON.parse(JSON.stringify(toJson(session)));
    for (const local of ['networkAllowed', 'osvCopy', 'target']) {
      delete kept[local];
      delete shown[local];
    }
    expect(shown, told()).toEqual(kept);
    const known = new Set(checksOf(METHODOLOGY).map((c) => c.id));
    for (const id of session.answers.keys()) expect(known.has(id), told()).toBe(true);
    for (const f of session.findings.values()) expect(f.title.trim(), told()).not.toBe('');
  }
}, 3_600_000);
