import { describe, expect, test } from 'vitest';
import type { EvidenceItem } from '../../src/domain/evidence.ts';
import { activeBindings, bindingFor, bindings, contextsOf } from '../../src/ui/bindings.ts';
import { frame } from '../../src/ui/frame.ts';
import { anywhere } from '../../src/ui/overlays/anywhere.ts';
import { helpEntries } from '../../src/ui/overlays/entries.ts';
import { type Place, SCREENS } from '../../src/ui/state.ts';
import { lineText } from '../../src/ui/view/line.ts';
import { auditApp, EVIDENCE } from './audit-fixture.ts';

describe('the table of keys', () => {
  test('no two bindings share a key in one context', () => {
    const taken = new Map<string, string>();
    for (const b of bindings)
      for (const key of b.keys) {
        const place = `${b.context} ${key}`;
        expect(taken.get(place), `${place}: ${b.id}`).toBeUndefined();
        taken.set(place, b.id);
      }
  });

  test('every binding has an id of its own, a label and a key', () => {
    expect(new Set(bindings.map((b) => b.id)).size).toBe(bindings.length);
    for (const b of bindings) {
      expect(b.label, b.id).toMatch(/^\p{Lu}/u);
      expect(b.keys.length, b.id).toBeGreaterThan(0);
      expect(b.short.length, b.id).toBeLessThanOrEqual(16);
    }
  });

  test('no key that terminals cannot tell apart, or keep for themselves', () => {
    const unusable = ['ctrl+i', 'ctrl+m', 'ctrl+h', 'ctrl+[', 'ctrl+j', 'ctrl+s', 'ctrl+q', 'ctrl+\\'];
    for (const b of bindings) for (const k of b.keys) expect(unusable, b.id).not.toContain(k);
  });
});

describe.each<[Place, string]>([
  ['home', 'list'],
  ['opening', 'list'],
  ...SCREENS.flatMap((s): [Place, string][] => [
    [s, 'list'],
    [s, 'detail'],
  ]),
  ['audit', 'evidence'],
])('on %s, %s', (place, focus) => {
  const at = async () => {
    const app = auditApp();
    await app.enter();
    app.app.update({ place, focus: focus as 'list' });
    return app;
  };

  test('each key means one thing, and help, palette and dispatch agree', async () => {
    const { app } = await at();
    const view = app.view();
    const active = activeBindings(view);
    for (const b of active) {
      const reached = b.keys.filter((k) => bindingFor(view, k) === b);
      expect(reached.length, `${b.id} is offered but no key of it arrives`).toBeGreaterThan(0);
    }
    expect(
      helpEntries(view, '')
        .map((e) => e.id)
        .toSorted(),
    ).toEqual(active.map((b) => b.id).toSorted());
    for (const e of anywhere(view, '')) {
      const bound = bindings.find((b) => b.id === e.id);
      expect(contextsOf(view)).toContain(bound?.context);
    }
    for (const key of ['?', 'q', 'esc', 'ctrl+c', ':']) expect(bindingFor(view, key), key).not.toBeNull();
  });

  test('the footer names keys that work, and ends with help', async () => {
    const { app } = await at();
    const drawn = frame(app.view(), app.theme, { showIdle: false });
    const footer = lineText(drawn.lines.at(-1) ?? []);
    expect(footer.trimEnd()).toMatch(/\? help$/);
  });

  test('every key can be pressed, and again, without an error', async () => {
    for (const b of bindings) {
      const app = await at();
      for (const key of b.keys) {
        app.press(key);
        app.draw();
        app.press('esc');
        app.draw();
      }
      await app.idle();
      app.draw();
    }
  });
});

describe('the footer says what a key does to what is selected', () => {
  const footer = (app: Awaited<ReturnType<ReturnType<typeof auditApp>['enter']>>) =>
    app.text().split('\n').at(-1) ?? '';
  const ITEM = EVIDENCE.flatMap((r) => r.items).find((i) => i.flow.length > 0)!;
  const atItem = async (kind: EvidenceItem['kind']) => {
    const [first] = EVIDENCE.filter((r) => r.items.includes(ITEM));
    const items = [{ ...ITEM, kind, checks: ['2.1.2'] }];
    const app = await auditApp({
      evidence: [{ ...first!, items }],
      events: [],
      columns: 200,
      rows: 40,
    }).enter();
    return app.press('n');
  };

  test('a is accept on a lead and answer on a question', async () => {
    expect(footer(await atItem('lead'))).toMatch(/\ba accept\b/);
    expect(footer(await atItem('question'))).toMatch(/\ba answer\b/);
  });

  test('what needs a lead or evidence is not offered where there is none', async () => {
    const app = await auditApp({ evidence: [], events: [], columns: 200, rows: 40 }).enter();
    app.press('g', 'j');
    expect(footer(app)).toMatch(/\bp pass\b/);
    expect(footer(app)).not.toMatch(/\bo open\b/);
    const disabled = (id: string) => bindings.find((b) => b.id === id)?.disabled?.(app.app.view());
    expect(disabled('try-check')).toBe('there is no lead here to try');
    app.press('8');
    expect(footer(app)).not.toMatch(/\bo lead\b/);
    app.press('6');
    expect(footer(app)).not.toMatch(/\bo worst lead\b|\bc try\b/);
    expect(disabled('go-to-lead')).toBe('no lead begins in this tool');
  });
});
