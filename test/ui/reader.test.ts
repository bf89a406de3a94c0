import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../src/domain/events.ts';
import type { Location } from '../../src/domain/evidence.ts';
import { locate } from '../../src/engine/locate.ts';
import { goBack, goForward, jump, type Reader, stopsOf, topFor, toStop } from '../../src/ui/reader.ts';
import { dropColumns, findMarks, markLine, wordsIn, wrapCode } from '../../src/ui/view/code.ts';
import { lineText, lineWidth, span } from '../../src/ui/view/line.ts';
import type { FakeApp } from '../support/fake-app.ts';
import { auditApp, EVIDENCE } from './audit-fixture.ts';

const CODE = [
  "import { exec } from 'node:child_process';",
  "import { clean } from './clean.ts';",
  'export const read = (name: string) =>',
  '  exec(`cat notes/${name}`);',
  '',
  ...Array.from({ length: 80 }, (_, i) => `export const n${i} = ${i};`),
].join('\n');
const FILES = {
  'src/index.ts': `${CODE}\n`,
  'src/clean.ts': "export const clean = (name: string) => name.replaceAll('/', '');\n",
};

const ITEM = EVIDENCE.flatMap((r) => r.items).find((i) => i.flow.length > 0)!;

/** In the reader, at the strongest lead of 2.1.2. */
const reading = async (over: Parameters<typeof auditApp>[0] = {}): Promise<FakeApp> => {
  const app = await auditApp({ files: FILES, ...over }).enter();
  app.press('j', 'o', 'enter');
  return drawn(app);
};
/** What the reader asks for when it is drawn has come. */
const drawn = async (app: FakeApp): Promise<FakeApp> => {
  app.draw();
  for (const path of Object.keys(FILES)) await app.store.readText(path);
  await Promise.resolve();
  return app;
};
const reader = (app: FakeApp): Reader => app.app.ui.get().reader!;
const toast = (app: FakeApp) => app.app.ui.get().toast?.text ?? '';
const at = (app: FakeApp) => `${reader(app).path}:${reader(app).line}`;

describe('the reader', () => {
  test('opens at the sink of the lead, with the whole way above the whole file', async () => {
    const app = await reading();
    expect(app.app.ui.get().place).toBe('reader');
    expect(at(app)).toBe('src/index.ts:4');
    const text = app.text();
    expect(text).toContain('sink 2 of 3');
    expect(text).toContain('■     4 │   exec(`cat notes/${name}`);');
    expect(text).toContain('●     3 │');
  });

  test('shows at least eight lines of code beside title and way in 80x24', async () => {
    const app = await reading({ columns: 80, rows: 24 });
    expect(app.text().match(/^│.{3} {2,}\d+ │/gm)?.length).toBeGreaterThanOrEqual(8);
  });

  test('marks the lines that a waiting proposal cites, beside the mark of the way', async () => {
    const place = await locate(['src/index.ts:4-5'], async () => `${CODE}\n`);
    const made: EventBody = {
      type: 'proposal.made',
      proposal: 'P-0a1b2c3d',
      voice: {
        connection: 'c1',
        n: 1,
        at: '2026-11-23T12:00:00.000Z',
        client: { name: 'Some assistant', version: '1' },
        claim: { kind: 'place', check: '2.1.2', reason: 'Look.' },
        citations: place as Location[],
        tries: null,
      },
    };
    const app = await reading({ events: [made] });
    expect(app.text()).toContain('■     4◦│   exec(`cat notes/${name}`);');
    expect(app.text()).toMatch(/ {2,}5◦│/);
    expect(app.text()).toMatch(/ {2,}6 │/);
    expect(app.text()).toContain('P-0a1b2c3d proposes here');
  });

  test('> and < walk the steps, round and round, and Ctrl+O comes back', async () => {
    const app = await reading();
    app.press('>');
    expect(at(app)).toBe('src/index.ts:6');
    app.press('>');
    expect(at(app)).toBe('src/index.ts:3');
    app.press('ctrl+o');
    expect(at(app)).toBe('src/index.ts:6');
    app.press('tab');
    expect(at(app)).toBe('src/index.ts:3');
    app.press('<', '<');
    expect(at(app)).toBe('src/index.ts:4');
  });

  test('G goes to the last line, g to the first, and the cursor is always on the screen', async () => {
    const app = await reading();
    app.press('G');
    expect(reader(app).line).toBe(85);
    expect(app.text()).toMatch(/❯.\s+85 │/);
    for (let n = 0; n < 30; n += 1) app.press('k');
    expect(app.text()).toMatch(/❯.\s+55 │/);
    app.press('g');
    expect(app.text()).toMatch(/❯.\s+1 │/);
  });

  test('/ finds while it is typed, n goes on, Esc gives the search up and then the file', async () => {
    const app = await reading();
    app.press('/').type('n7');
    expect(reader(app).line).toBe(13);
    app.press('enter', 'n');
    expect(reader(app).line).toBe(76);
    app.press('N');
    expect(reader(app).line).toBe(13);
    app.press('esc');
    expect(reader(app).find).toBe('');
    app.press('esc');
    expect(app.app.ui.get()).toMatchObject({ place: 'audit', focus: 'evidence' });
  });

  test('a search that is left without Enter leaves the reader where it was', async () => {
    const app = await reading();
    app.press('/').type('n70').press('esc');
    expect(at(app)).toBe('src/index.ts:4');
  });

  test('V, k, f begins a finding that cites exactly the selected lines', async () => {
    const app = await reading();
    app.press('V', 'k', 'f');
    await app.idle();
    expect(app.app.ui.get().overlays.at(-1)).toMatchObject({ kind: 'form' });
    app.press('enter').type('Shell').press('enter', 'esc');
    const finding = app.store.snapshot().session.findings.get('F-02');
    expect(finding?.checks).toEqual(['2.1.2']);
    expect(finding?.locations).toMatchObject([
      { path: 'src/index.ts', startLine: 3, endLine: 4, snippet: CODE.split('\n').slice(2, 4).join('\n') },
    ]);
    expect(reader(app).mark).toBeNull();
  });

  test('+ adds the selected lines to a finding, once', async () => {
    const app = await reading();
    const before = app.store.snapshot().session.findings.get('F-01')!.locations.length;
    app.press('g', 'V', '+', 'enter');
    await app.idle();
    const after = app.store.snapshot().session.findings.get('F-01')!.locations;
    expect(after).toHaveLength(before + 1);
    expect(after.at(-1)).toMatchObject({ path: 'src/index.ts', startLine: 1, endLine: 1 });
    app.press('V', '+', 'enter');
    await app.idle();
    expect(toast(app)).toContain('already');
    expect(app.store.snapshot().session.findings.get('F-01')!.locations).toHaveLength(before + 1);
  });

  test('m names the selected lines at the end of the note', async () => {
    const app = await reading();
    const before = app.store.snapshot().session.answers.get('2.1.2')?.note ?? '';
    app.press('V', 'k', 'm').type('no check').press('enter');
    expect(app.store.snapshot().session.answers.get('2.1.2')?.note).toBe(
      `${before}${before === '' ? '' : '\n'}src/index.ts:3-4: no check`,
    );
  });

  test('A keeps the selected lines with the check', async () => {
    const app = await reading();
    app.press('V', 'k', 'A');
    const [name, kept] = [...app.store.snapshot().session.attachments].at(-1)!;
    expect(name).toBe('src-index.ts-3-4.txt');
    expect(kept.check).toBe('2.1.2');
    const bytes = await app.store.readBlob(kept.sha256);
    expect(Buffer.from(bytes!).toString()).toMatch(
      /^src\/index\.ts:3-4 at [0-9a-f]{40}\n\nexport const read/,
    );
  });

  test('what needs lines says so where none are selected', async () => {
    const app = await reading();
    app.press('+');
    expect(toast(app)).toContain('V selects');
    app.press('A');
    expect(toast(app)).toContain('V selects');
  });

  test('t goes to where a name is defined, in another file too', async () => {
    const app = await reading();
    // Asked which name of the line; the first is `clean`.
    app.press('g', 'j', 't', 'enter');
    await app.idle();
    expect(at(app)).toBe('src/clean.ts:1');
    app.press('ctrl+o');
    expect(at(app)).toBe('src/index.ts:2');
  });

  test('b says so where git cannot tell who changed the line', async () => {
    const app = await reading();
    app.press('b');
    await app.idle();
    expect(toast(app)).toContain('git could not say');
  });

  test('F opens any file by a few letters of its name', async () => {
    const app = await auditApp({ files: FILES }).enter();
    app.press('F');
    await app.idle();
    app.type('clean').press('enter');
    expect(at(app)).toBe('src/clean.ts:1');
    expect((await drawn(app)).text()).toContain("replaceAll('/', '')");
    app.press('esc');
    expect(app.app.ui.get().place).toBe('audit');
  });

  test('the code a finding cites is read from the list of findings', async () => {
    const app = await auditApp({ files: FILES }).enter();
    app.press('2', 'o');
    expect(app.app.ui.get().place).toBe('reader');
    app.press('q');
    expect(app.app.ui.get().place).toBe('findings');
  });

  test('a secret that a collector masked is masked in the whole file', async () => {
    const secret = 'hunter2-hunter2';
    const masked = {
      ...ITEM,
      id: 'e'.repeat(16),
      flow: [],
      location: { ...ITEM.location!, startLine: 2, endLine: 2, snippet: 'pass = "********"' },
    };
    const evidence = EVIDENCE.map((r) =>
      r.items.includes(ITEM) ? { ...r, items: [...r.items, masked] } : r,
    );
    const app = await reading({
      evidence,
      files: { 'src/index.ts': `a\npass = "${secret}"\nb\nexec(x)\n` },
    });
    expect(app.text()).not.toContain(secret);
    expect(app.text()).toContain('pass = "********"');
  });

  test('a file that is no text says so, and keys do no harm', async () => {
    const app = await reading({ files: {} });
    expect(app.text()).toContain('Nothing to show as text');
    app.press('j', 'G', 'V', 'k', '/', 'enter', 'n', 't', 'w', 'right', 'y', 'esc');
    expect(app.text()).toContain('Nothing to show as text');
  });

  test('read-only shows code and refuses to write', async () => {
    const app = await reading({ readOnly: 'opened with --read-only' });
    const before = app.store.events().length;
    app.press('V', 'f', 'm', 'A', '+', 'a', 'd');
    expect(app.store.events()).toHaveLength(before);
    expect(toast(app)).toContain('read-only');
  });
});

describe('the queue of unread leads', () => {
  /** Six leads over two checks. */
  const many = () => {
    const lead = (n: number, check: string) => ({
      ...ITEM,
      id: String(n).repeat(16),
      title: `lead ${n}`,
      checks: [check],
    });
    const [first] = EVIDENCE.filter((r) => r.items.includes(ITEM));
    const items = [lead(3, '2.1.2'), lead(4, '2.1.2'), lead(5, '2.1.2'), lead(6, '2.4.1'), lead(7, '2.4.1')];
    return [{ ...first!, items }];
  };
  const open = () => auditApp({ evidence: many(), events: [], files: FILES }).enter();
  const here = (app: FakeApp) => app.app.ui.get().lists.items.selected?.[0];

  test('n goes through every unjudged lead of all checks and comes round again', async () => {
    const app = await open();
    const seen: (string | undefined)[] = [];
    for (let n = 0; n < 6; n += 1) {
      app.press('n');
      seen.push(here(app));
    }
    expect(seen).toEqual(['3', '4', '5', '6', '7', '3']);
    app.press('N');
    expect(here(app)).toBe('7');
    expect(toast(app)).toContain('5 unread in all');
  });

  test('n in the list of checks begins with the first unread lead of the check that is selected', async () => {
    const app = await open();
    app.press('j', 'n');
    expect(app.app.ui.get().lists.checks.selected).toBe('2.1.2');
    expect(here(app)).toBe('3');
  });

  test('accepting in the reader goes on to the code of the next lead of the check', async () => {
    const app = await open();
    app.press('n', 'enter', 'a');
    expect(app.app.ui.get().place).toBe('reader');
    expect(reader(app).item).toBe('4'.repeat(16));
    app.press('d').type('tests only').press('enter');
    expect(reader(app).item).toBe('5'.repeat(16));
    expect(toast(app)).toContain('Dismissed');
    // The last of its check stays, and n goes on.
    app.press('a');
    expect(reader(app).item).toBe('5'.repeat(16));
    app.press('n');
    expect(reader(app).item).toBe('6'.repeat(16));
    app.press('esc');
    expect(app.app.ui.get()).toMatchObject({ place: 'audit', focus: 'evidence' });
    expect(app.app.ui.get().lists.checks.selected).toBe('2.4.1');
  });

  test('dismissing in the list goes on and does not jump away', async () => {
    const app = await open();
    app.press('n', 'd').type('no').press('enter');
    expect(here(app)).toBe('4');
    app.press('a', 'a');
    app.press('n', 'a', 'a', 'n');
    expect(toast(app)).toContain('Every lead has been judged');
  });
});

const state = (over: Partial<Reader> = {}): Reader => ({
  path: 'a',
  line: 1,
  top: 0,
  from: { place: 'audit', focus: 'list' },
  item: null,
  stops: [],
  stop: -1,
  mark: null,
  beside: null,
  left: 0,
  wrap: false,
  find: '',
  back: [],
  ahead: [],
  ...over,
});

describe('what the reader keeps', () => {
  test('the cursor is shown whatever the file, the window, and the wrapping', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        fc.nat({ max: 400 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 }),
        (count, height, line, top, heights) => {
          const rowsOf = (n: number) => heights[n % heights.length]!;
          const r = state({ line: (line % count) + 1, top });
          const from = topFor(r, count, height, rowsOf);
          expect(from).toBeGreaterThanOrEqual(1);
          expect(from).toBeLessThanOrEqual(r.line);
          let rows = 0;
          for (let n = from; n < r.line; n += 1) rows += rowsOf(n);
          expect(rows).toBeLessThan(height);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('back and forward undo each other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 9 }))), (jumps) => {
        const end = jumps.reduce((r, [path, line]) => jump(r, { path, line }), state());
        let r = end;
        let steps = 0;
        for (let to = goBack(r); to; to = goBack(r), steps += 1) r = to;
        expect(r).toMatchObject({ path: 'a', line: 1 });
        for (let i = 0; i < steps; i += 1) r = goForward(r)!;
        expect([r.path, r.line]).toEqual([end.path, end.line]);
        expect(goForward(r)).toBeNull();
      }),
    );
  });

  test('as many steps as there are stops come round to where they began', () => {
    const stops = stopsOf(ITEM);
    let r = state({ stops, stop: 0, path: stops[0]!.path, line: stops[0]!.startLine });
    for (const _ of stops) r = toStop(r, 1);
    expect(r.stop).toBe(0);
  });
});

describe('a line of code', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom('漢字a全角', 'a\u0301b'),
  );
  const line = fc.array(text, { maxLength: 5 }).map((parts) => parts.map((p) => span(p, 'ok')));

  test('wrapped, it is the same text in rows that fit', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 2, max: 40 }), (l, columns) => {
        const rows = wrapCode(l, columns);
        expect(rows.map(lineText).join('')).toBe(lineText(l));
      }),
    );
  });

  test('scrolled, it loses as many cells as were scrolled', () => {
    const l = [span('ab'), span('漢字', 'ok'), span('cd')];
    expect([0, 1, 2, 3, 4, 7, 99].map((n) => lineText(dropColumns(l, n)))).toEqual([
      'ab漢字cd',
      'b漢字cd',
      '漢字cd',
      ' 字cd',
      '字cd',
      'd',
      '',
    ]);
    for (let n = 0; n <= 8; n += 1) expect(lineWidth(dropColumns(l, n))).toBe(Math.max(0, 8 - n));
  });

  test('marked, its text stays the same', () => {
    fc.assert(
      fc.property(line, fc.nat({ max: 80 }), fc.nat({ max: 20 }), (l, from, length) => {
        expect(lineText(markLine(l, [{ from, to: from + length, tone: 'warn' }]))).toBe(lineText(l));
      }),
    );
  });

  test('search heeds case once a capital is typed', () => {
    expect(findMarks('Exec exec', 'exec')).toHaveLength(2);
    expect(findMarks('Exec exec', 'Exec')).toHaveLength(1);
    expect(findMarks('anything', '')).toEqual([]);
    // Its lower case is longer than itself.
    expect(findMarks('İ exec', 'exec')).toMatchObject([{ from: 2, to: 6 }]);
  });

  test('its names are words, whatever the script', () => {
    expect(wordsIn('const größe = $x + _y2(größe);')).toEqual(['const', 'größe', '$x', '_y2']);
  });
});
