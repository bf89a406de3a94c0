import headless from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Frame } from '../../src/ui/frame.ts';
import { createPainter, styled } from '../../src/ui/painter.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { fitLine, type Line, lineText, span } from '../../src/ui/view/line.ts';

const COLUMNS = 20;
const ROWS = 6;
const theme = createTheme({});

const frameOf = (lines: readonly Line[], cursor: Frame['cursor'] = null): Frame => ({
  lines: Array.from({ length: ROWS }, (_, y) => fitLine(lines[y] ?? [], COLUMNS)),
  cursor,
});

/** A terminal of the frame's size, and what was sent to it. */
const screen = () => {
  const terminal = new headless.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  const sent: string[] = [];
  let written = Promise.resolve();
  const write = (text: string): void => {
    sent.push(text);
    written = written.then(() => new Promise((resolve) => terminal.write(text, resolve)));
  };
  const buffer = () => terminal.buffer.active;
  return {
    write,
    sent,
    rows: async () => {
      await written;
      return Array.from({ length: ROWS }, (_, y) => buffer().getLine(y)?.translateToString(false) ?? '');
    },
    cell: async (x: number, y: number) => {
      await written;
      return buffer().getLine(y)?.getCell(x);
    },
    cursor: async () => {
      await written;
      return { x: buffer().cursorX, y: buffer().cursorY };
    },
  };
};

const words = fc.stringMatching(/^[a-z ─╯▲]{0,30}$/);
const line: fc.Arbitrary<Line> = fc.array(
  fc.record({
    text: words,
    tone: fc.constantFrom(undefined, 'ok' as const, 'muted' as const),
    bold: fc.boolean(),
    inverse: fc.boolean(),
  }),
  { maxLength: 4 },
);
const frames = fc.array(fc.array(line, { maxLength: ROWS }), { minLength: 1, maxLength: 6 });

describe('the painter', () => {
  test('leaves on the screen what the last frame says, whatever stood there before', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.array(fc.nat(5), { maxLength: 3 }), async (all, forgets) => {
        const s = screen();
        const painter = createPainter(s.write);
        for (const [n, lines] of all.entries()) {
          if (forgets.includes(n)) {
            s.write('\n\n another program wrote here');
            painter.forget();
          }
          painter.paint(frameOf(lines), theme);
        }
        expect(await s.rows()).toEqual(frameOf(all.at(-1) ?? []).lines.map(lineText));
      }),
      { numRuns: 150 },
    );
  });

  test('writes the rows that changed and no other, and nothing when none did', () => {
    const s = screen();
    const painter = createPainter(s.write);
    painter.paint(frameOf([[span('one')], [span('two')], [span('three')]]), theme);
    painter.paint(frameOf([[span('one')], [span('2')], [span('three')]]), theme);
    painter.paint(frameOf([[span('one')], [span('2')], [span('three')]]), theme);
    expect(s.sent).toHaveLength(2);
    expect(s.sent[1]).toContain('2');
    expect(s.sent[1]).not.toMatch(/one|three/);
  });

  test('shows each span in its style, and the next one in its own', async () => {
    const s = screen();
    createPainter(s.write).paint(
      frameOf([[span('ab', 'ok', true), { text: 'cd', inverse: true }, span('ef')]]),
      theme,
    );
    const styleAt = async (x: number) => {
      const cell = await s.cell(x, 0);
      return [cell?.isBold() !== 0, cell?.isInverse() !== 0, cell?.isFgPalette(), cell?.getFgColor()];
    };
    expect(await styleAt(0)).toEqual([true, false, true, 2]);
    expect(await styleAt(2)).toEqual([false, true, false, -1]);
    expect(await styleAt(4)).toEqual([false, false, false, -1]);
  });

  test('has no colour where the terminal is to have none, and keeps what is bold', () => {
    const line = [span('a', 'ok', true), span('b', 'muted')];
    expect(styled(line, createTheme({ NO_COLOR: '1' }))).toBe('\u001b[1ma\u001b[0mb');
  });

  test('puts the cursor where the frame wants it, and out of the way of line breaks where it wants none', async () => {
    const s = screen();
    const painter = createPainter(s.write);
    painter.paint(frameOf([[span('name: ')]], { x: 6, y: 2 }), theme);
    expect(await s.cursor()).toEqual({ x: 6, y: 2 });
    painter.paint(frameOf([[span('name: ')]]), theme);
    s.write('\n');
    expect((await s.rows())[0]).toContain('name:');
  });

  test('stays quiet while another program has the terminal, and then paints the newest frame whole', async () => {
    const s = screen();
    const painter = createPainter(s.write);
    painter.paint(frameOf([[span('before')], [span('same')]]), theme);
    painter.hold(true);
    painter.paint(frameOf([[span('after')], [span('same')]]), theme);
    expect(s.sent).toHaveLength(1);
    s.write('\u001b[2J the editor');
    painter.hold(false);
    expect((await s.rows()).map((r) => r.trim())).toEqual(['after', 'same', '', '', '', '']);
  });
});
