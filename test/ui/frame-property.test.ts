import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import type { EvidenceItem } from '../../src/domain/evidence.ts';
import { draftFinding } from '../../src/domain/finding.ts';
import { frame } from '../../src/ui/frame.ts';
import type { PaneName, Zoom } from '../../src/ui/layout.ts';
import type { Overlay } from '../../src/ui/overlays/overlay.ts';
import { type Place, SCREENS } from '../../src/ui/state.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { lineWidth } from '../../src/ui/view/line.ts';
import { emptyList } from '../../src/ui/view/list.ts';
import { textField } from '../../src/ui/view/text-field.ts';
import { auditApp, EVENTS, EVIDENCE, METHODOLOGY } from './audit-fixture.ts';

/** What a target, a terminal or a careless paste can bring. */
const hostile = fc.oneof(
  fc.constantFrom(
    '',
    '\u001b[31mred\u001b[0m',
    '\u202egnp.exe',
    '漢字の長い名前漢字の長い名前漢字の長い名前',
    '\u{1f469}\u200d\u{1f4bb}\u{1f1e9}\u{1f1ea}',
    'e\u0301\u0301\u0301\u0301',
    'a\tb\r\nc\nd',
    '\ud800\udc00\ud800',
    '\u0000\u0007\u009b31m',
    'x'.repeat(500),
    '\u00ad\u200b\ufeff\u3164',
    '﷽',
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);

const overlay = (text: string): fc.Arbitrary<Overlay | null> =>
  fc.constantFrom<Overlay | null>(
    null,
    { kind: 'help', query: '', list: emptyList() },
    { kind: 'help', query: text, list: emptyList() },
    { kind: 'palette', query: textField(text), list: emptyList() },
    { kind: 'field', title: text, help: 'help', field: textField(text, true), submit: () => true },
    { kind: 'field', title: 'x', help: text, field: textField('abc'.repeat(200)), submit: () => true },
    { kind: 'confirm', question: text, detail: text, yes: () => {} },
    { kind: 'message', title: text, text },
    { kind: 'choose', title: text, items: [], list: emptyList(), choose: () => {} },
    {
      kind: 'choose',
      title: text,
      items: Array.from({ length: 30 }, (_, i) => ({
        label: i === 7 ? text : `choice ${i}`,
        value: String(i),
      })),
      list: { selected: '7', top: 0 },
      choose: () => {},
    },
    {
      kind: 'form',
      title: text,
      fields: Array.from({ length: 25 }, (_, i) => ({
        id: `f${i}`,
        label: `field ${i}`,
        value: i === 3 ? text : '',
        help: text,
        multiline: i % 2 === 0,
      })),
      list: { selected: 'f3', top: 0 },
      editing: textField(text, true),
      problem: text,
      enter: 'keeps',
      submit: () => true,
    },
  );

const places: readonly Place[] = ['home', 'opening', 'reader', ...SCREENS];
const scene = fc
  .record({
    columns: fc.oneof(
      fc.integer({ min: 1, max: 230 }),
      fc.constantFrom(59, 60, 71, 72, 84, 85, 119, 120, 160),
    ),
    rows: fc.oneof(fc.integer({ min: 1, max: 75 }), fc.constantFrom(14, 15, 19, 20, 39, 40, 46)),
    place: fc.constantFrom(...places),
    focus: fc.constantFrom<PaneName>('list', 'detail', 'evidence', 'beside', 'code'),
    zoom: fc.constantFrom<Zoom>('normal', 'half', 'full'),
    check: fc.constantFrom('section:2.1', '2.1.1', '2.1.2', '2.4.1', '2.4.2', 'gone'),
    ascii: fc.boolean(),
    showIdle: fc.boolean(),
    scroll: fc.integer({ min: 0, max: 1000 }),
    text: hostile,
  })
  .chain((s) => overlay(s.text).map((o) => ({ ...s, overlay: o })));

const hostileApp = async (text: string) => {
  const [surface] = EVIDENCE;
  const hostileItem: EvidenceItem = {
    ...surface!.items[0]!,
    id: 'ffffffffffffffff',
    title: text || 'x',
    detail: text,
    reproduce: text,
    location: { ...surface!.items[0]!.location!, path: text || 'x', snippet: text },
    flow: [{ path: text, line: 1, role: 'guard', text }],
  };
  const events: EventBody[] = [
    ...EVENTS,
    { type: 'check.answered', check: '2.4.2', answer: { verdict: 'fail', note: text } },
    { type: 'draft.kept', check: '2.1.2', text },
    {
      type: 'evidence.triaged',
      changes: [{ item: 'ffffffffffffffff', triage: { decision: 'dismissed', reason: text } }],
    },
    {
      type: 'finding.recorded',
      finding: 'F-02',
      value: {
        ...draftFinding('F-02', METHODOLOGY.phases[0]!.sections[0]!.checks[0]!),
        title: text,
        summary: text,
        category: text,
        reproduction: [text, text],
        locations: [{ ...surface!.items[0]!.location!, path: text || 'x' }],
      },
    },
  ];
  const app = auditApp({
    target: { name: text, url: text, source: text, tags: [text] },
    events,
    evidence: [
      {
        ...surface!,
        items: [...surface!.items, hostileItem],
        run: { ...surface!.run, message: text, searched: text },
      },
      { ...EVIDENCE[3]!, run: { ...EVIDENCE[3]!.run, message: text } },
    ],
    sessions: [
      {
        id: 'a',
        name: text,
        commit: 'abcdef01'.repeat(5),
        answered: 1,
        total: 3,
        findings: 2,
        lastCheck: '2.1.2',
        lastAt: text,
        earlier: 0,
        problem: null,
      },
      {
        id: 'b',
        name: text,
        commit: '',
        answered: 0,
        total: null,
        findings: 0,
        lastCheck: null,
        lastAt: '',
        earlier: 0,
        problem: text,
      },
    ],
    files: { [text || 'x']: `${text}\n${text.repeat(3)}\nlast` },
    readiness: [{ level: 'blocks', text, fix: text }],
    preview: text,
  });
  await app.enter();
  app.app.setSessions(await app.app.ports.listSessions());
  return app;
};

/** Controls, bidi and other hidden characters: nothing a terminal would act on, or a reader would not see. */
const RAW = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u200b\ufeff\u2028\u2029]/u;

const themes = {
  ascii: createTheme({}, { theme: 'dark', glyphs: 'ascii' }),
  unicode: createTheme({}, { theme: 'dark', glyphs: 'unicode' }),
};

type Scene = typeof scene extends fc.Arbitrary<infer S> ? S : never;
const drawn = async (s: Scene) => {
  const { app } = await hostileApp(s.text);
  app.update({
    columns: s.columns,
    rows: s.rows,
    place: s.place,
    focus: s.focus,
    zoom: s.zoom,
    overlays: s.overlay ? [s.overlay] : [],
    opening: s.text,
    toast: s.scroll % 3 === 0 ? { text: s.text, tone: 'bad' } : null,
    lists: { ...app.ui.get().lists, checks: { selected: s.check, top: s.scroll } },
    itemMark: s.scroll % 2 === 0 ? 'ffffffffffffffff' : null,
    filters: s.scroll % 5 === 0 ? { checks: s.text, items: s.text, findings: s.text, history: s.text } : {},
    scroll: { 'check:2.1.2': s.scroll, report: s.scroll, session: s.scroll },
    reader: {
      path: s.text || 'x',
      line: 1 + s.scroll,
      top: s.scroll % 7,
      from: { place: 'audit', focus: 'list' },
      item: s.scroll % 2 === 0 ? 'ffffffffffffffff' : null,
      stops: Array.from({ length: s.scroll % 12 }, (_, i) => ({
        path: i % 2 === 0 ? s.text || 'x' : s.text.repeat(9),
        startLine: i + 1,
        endLine: i + 1 + (s.scroll % 3),
        role: i % 2 === 0 ? 'step' : 'place',
        words: s.text,
      })),
      stop: (s.scroll % 12) - 1,
      mark: s.scroll % 3 === 0 ? 2 : null,
      beside: s.scroll % 5 === 1 ? { path: s.text || 'x', line: 2, top: 0 } : null,
      left: s.scroll % 90,
      wrap: s.ascii,
      find: s.scroll % 4 === 0 ? s.text : '',
      back: [],
      ahead: [],
    },
  });
  // The reader asks for its file when it is first drawn.
  frame(app.view(), themes.unicode, { showIdle: s.showIdle });
  await app
    .opened()
    .store.readText(s.text || 'x')
    .catch(() => null);
  return frame(app.view(), s.ascii ? themes.ascii : themes.unicode, { showIdle: s.showIdle });
};

test('a frame is exactly as tall and as wide as the window, whatever is shown', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (s) => {
      const { lines, cursor } = await drawn(s);
      expect(lines).toHaveLength(s.rows);
      for (const [y, line] of lines.entries()) expect([y, lineWidth(line)]).toEqual([y, s.columns]);
      if (cursor) {
        expect(cursor.x).toBeLessThan(s.columns);
        expect(cursor.y).toBeLessThan(s.rows);
      }
    }),
    { numRuns: 400 },
  );
});

test('nothing a terminal would act on, or a reader would not see, stands in a frame', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async (s) => {
      const { lines } = await drawn(s);
      for (const line of lines) for (const { text } of line) expect(text).not.toMatch(RAW);
    }),
    { numRuns: 400 },
  );
});
