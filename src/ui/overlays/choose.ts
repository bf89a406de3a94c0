import type { App } from '../app-state.ts';
import type { Key } from '../keys.ts';
import type { Theme } from '../theme.ts';
import { blank, type Line, span } from '../view/line.ts';
import { indexOf, move, scrollTo } from '../view/list.ts';
import type { Drawn } from './field-lines.ts';
import type { Overlay } from './overlay.ts';

type Choose = Extract<Overlay, { kind: 'choose' }>;

const STEPS: Partial<Record<Key, number | 'first' | 'last'>> = {
  up: -1,
  k: -1,
  down: 1,
  j: 1,
  pageup: -10,
  pagedown: 10,
  home: 'first',
  end: 'last',
};

const valuesOf = (o: Choose): string[] => o.items.map((item) => item.value);

export const pressChoose = (app: App, o: Choose, key: Key): void => {
  const values = valuesOf(o);
  const step = STEPS[key];
  if (step !== undefined) return app.swap({ ...o, list: move(o.list, values, step) });
  if (key === 'esc' || key === 'q') return app.pop();
  // A digit takes the choice that stands there.
  const at = key === 'enter' ? indexOf(o.list, values) : /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  const value = values[at];
  if (value === undefined) return;
  app.pop();
  o.choose(value);
};

export const drawChoose = (o: Choose, theme: Theme, size: { width: number; height: number }): Drawn => {
  const at = indexOf(o.list, valuesOf(o));
  const height = Math.max(1, size.height - 1);
  const top = scrollTo(o.list.top, at, height, o.items.length);
  return {
    title: o.title,
    bottom: 'Enter chooses · Esc closes',
    lines: [
      blank,
      ...o.items.slice(top, top + height).map((item, i): Line => {
        const selected = top + i === at;
        return [
          span(selected ? `${theme.glyphs.cursor} ` : '  ', 'focus', true),
          span(item.label, undefined, selected),
        ];
      }),
    ],
  };
};
