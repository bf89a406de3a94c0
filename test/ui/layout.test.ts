import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Layout, layout, type PaneName, type Zoom } from '../../src/ui/layout.ts';
import type { Rect } from '../../src/ui/view/line.ts';
import { expectGolden } from '../support/golden.ts';

const PANES: readonly PaneName[] = ['list', 'detail', 'evidence'];

const rects = (l: Layout): [string, Rect][] => {
  const named: [string, Rect | null | undefined][] = [
    ['header', l.header],
    ['status', l.status],
    ['footer', l.footer],
    ['history', l.history],
    ...Object.entries(l.panes),
  ];
  return named.filter((n): n is [string, Rect] => Boolean(n[1]));
};

/** Every tenth column and every third row, as the letter of what stands there. */
const sketch = (l: Layout): string => {
  const letter: Record<string, string> = {
    header: 'h',
    status: 's',
    footer: 'f',
    history: 'y',
    list: 'L',
    detail: 'D',
    evidence: 'E',
  };
  const at = (x: number, y: number) =>
    letter[
      rects(l).find(([, r]) => x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height)?.[0] ?? ''
    ] ?? ' ';
  const out: string[] = [];
  for (let y = 0; y < l.rows; y += 1) {
    const row = Array.from({ length: Math.ceil(l.columns / 4) }, (_, i) => at(i * 4, y)).join('');
    out.push(row);
  }
  return out
    .map((row, y) => (y > 0 && out[y - 1] === row ? null : `${String(y).padStart(2)} ${row}`))
    .filter(Boolean)
    .join('\n');
};

test('where everything goes, by window, focus and zoom', () => {
  const drawn: string[] = [];
  for (const [columns, rows] of [
    [60, 15],
    [60, 50],
    [72, 20],
    [80, 24],
    [100, 30],
    [120, 40],
    [132, 43],
    [200, 60],
  ] as const)
    for (const wanted of [PANES, PANES.slice(0, 2), PANES.slice(0, 1)])
      for (const focus of wanted)
        for (const zoom of ['normal', 'half', 'full'] as const) {
          const l = layout(columns, rows, focus, zoom, wanted);
          drawn.push(
            `${columns}x${rows} ${wanted.join('+')} focus ${focus} ${zoom}\n${l ? sketch(l) : 'too small'}`,
          );
        }
  expectGolden(
    'screens/layout.txt',
    `${drawn.join('\n\n')}\n`,
    'npx vitest run --project unit test/ui/layout.test.ts',
  );
});

describe('in any window', () => {
  const any = fc.record({
    columns: fc.integer({ min: 1, max: 400 }),
    rows: fc.integer({ min: 1, max: 120 }),
    focus: fc.constantFrom(...PANES),
    zoom: fc.constantFrom<Zoom>('normal', 'half', 'full'),
    panes: fc.integer({ min: 1, max: 3 }),
  });

  test('nothing overlaps, nothing sticks out, every cell belongs to something, and the focused pane is there', () => {
    fc.assert(
      fc.property(any, ({ columns, rows, focus, zoom, panes }) => {
        const wanted = PANES.slice(0, panes);
        fc.pre(wanted.includes(focus));
        const l = layout(columns, rows, focus, zoom, wanted);
        expect(l === null).toBe(columns < 60 || rows < 15);
        if (!l) return;
        const all = rects(l);
        let area = 0;
        for (const [name, r] of all) {
          expect(r.x >= 0 && r.y >= 0 && r.x + r.width <= columns && r.y + r.height <= rows, name).toBe(true);
          expect(r.width > 0 && r.height > 0, name).toBe(true);
          area += r.width * r.height;
          for (const [other, o] of all)
            if (other !== name)
              expect(
                r.x < o.x + o.width && o.x < r.x + r.width && r.y < o.y + o.height && o.y < r.y + r.height,
                `${name} on ${other}`,
              ).toBe(false);
        }
        expect(area).toBe(columns * rows);
        expect(l.panes[focus]).toBeDefined();
      }),
    );
  });

  test('a pane that is made larger is never smaller than it was', () => {
    fc.assert(
      fc.property(any, ({ columns, rows, focus, panes }) => {
        const wanted = PANES.slice(0, panes);
        fc.pre(wanted.includes(focus));
        const areas = (['normal', 'half', 'full'] as const).map((zoom) => {
          const rect = layout(columns, rows, focus, zoom, wanted)?.panes[focus];
          return rect ? rect.width * rect.height : 0;
        });
        expect(areas).toEqual(areas.toSorted((a, b) => a - b));
      }),
    );
  });
});
