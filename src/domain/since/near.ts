import { type Code, lineTexts, type Range } from './code-text.ts';

/** Which place of the later text is the one of the earlier: by the lines around it, as a reader tells two equal lines apart. */

const AROUND = 4;

/** The next lines that say something, above and below. */
const around = (texts: readonly string[], { startLine, endLine }: Range): Set<string> => {
  const near = new Set<string>();
  for (let i = startLine - 2, n = 0; i >= 0 && n < AROUND; i--)
    if (texts[i]) {
      near.add(`above ${texts[i]}`);
      n++;
    }
  for (let i = endLine, n = 0; i < texts.length && n < AROUND; i++)
    if (texts[i]) {
      near.add(`below ${texts[i]}`);
      n++;
    }
  return near;
};

/** The same code twice in the earlier text may stand once in the later: then it is the one with the likeliest neighbours. */
export const counterpart = (
  own: Range,
  earlier: { code: Code; places: readonly Range[] },
  later: { code: Code; places: readonly Range[] },
): Range | null => {
  const mine = earlier.places.findIndex((p) => p.startLine >= own.startLine && p.endLine <= own.endLine);
  const befores = mine === -1 ? [own] : earlier.places;
  if (later.places.length === 0) return null;
  const texts = { was: lineTexts(earlier.code), now: lineTexts(later.code) };
  const was = befores.map((p) => around(texts.was, p));
  const now = later.places.map((p) => around(texts.now, p));
  const pairs = was
    .flatMap((a, i) =>
      now.map((b, j) => ({
        i,
        j,
        score: [...a].filter((line) => b.has(line)).length,
        far: Math.abs(befores[i]!.startLine - later.places[j]!.startLine),
      })),
    )
    .sort((x, y) => y.score - x.score || x.far - y.far || x.i - y.i || x.j - y.j);
  const given = new Map<number, number>();
  const taken = new Set<number>();
  for (const { i, j } of pairs)
    if (!given.has(i) && !taken.has(j)) {
      given.set(i, j);
      taken.add(j);
    }
  const j = given.get(mine === -1 ? 0 : mine);
  return j === undefined ? null : later.places[j]!;
};

/** As far as a reader looks for what stands there now. */
const FAR = 40;
const MOST_LINES = 60;

/**
 * The lines that stand between what stood next above and next below, where both still stand together; null when that cannot be
 * told, or nothing stands between.
 */
export const between = (own: Range, earlier: Code, later: Code): Range | null => {
  const was = lineTexts(earlier);
  const now = lineTexts(later);
  const lines = new Map<string, number[]>();
  for (const [i, text] of now.entries())
    if (text) lines.set(text, [...(lines.get(text) ?? []).slice(0, 1), i]);
  type Anchor = { was: number; now: number };
  /** Only a line that stands once says where it is. */
  const anchor = (from: number, step: 1 | -1): Anchor | null => {
    for (let i = from, n = 0; i >= 0 && i < was.length && n < FAR; i += step, n++) {
      const found = was[i] ? lines.get(was[i]!) : undefined;
      if (found?.length === 1) return { was: i, now: found[0]! };
    }
    return null;
  };
  const above = anchor(own.startLine - 2, -1) ?? (own.startLine <= FAR ? { was: -1, now: -1 } : null);
  const below =
    anchor(own.endLine, 1) ?? (was.length - own.endLine <= FAR ? { was: was.length, now: now.length } : null);
  if (!above || !below || below.now - above.now < 2 || below.now - above.now > MOST_LINES) return null;
  const inside = now.flatMap((text, i) =>
    i > above.now && i < below.now && text ? [{ text, line: i + 1 }] : [],
  );
  // What stood there before and after the lines and still does, a bracket for instance, is none of them.
  for (const text of was.slice(above.was + 1, own.startLine - 1).filter(Boolean)) {
    if (inside[0]?.text !== text) break;
    inside.shift();
  }
  for (const text of was.slice(own.endLine, below.was).filter(Boolean).reverse()) {
    if (inside.at(-1)?.text !== text) break;
    inside.pop();
  }
  const first = inside[0]?.line;
  const last = inside.at(-1)?.line;
  return first === undefined || last === undefined ? null : { startLine: first, endLine: last };
};

const indentOf = (line: string): number => /^[ \t]*/.exec(line)![0].replaceAll('\t', '    ').length;

const BEGINS =
  /\b(?:function|def|fn|func|fun|class|impl|struct|interface|public|private|protected|static|async)\b|=>|^\s{0,40}[\w$]{1,80}\s?\([^)]{0,400}\)\s?(?::[^{]{0,200})?\{/;

const CLOSES = /^\s{0,200}[)\]}]/;

/**
 * The function around some lines, as indentation shows it: what is next above with less indentation and begins something, down
 * to where that indentation comes back. The lines themselves where nothing is around them.
 */
export const blockAround = (source: string, own: Range): Range => {
  const lines = source.split('\n');
  const inside = lines.slice(own.startLine - 1, own.endLine).filter((l) => l.trim() !== '');
  let indent = Math.min(...(inside.length > 0 ? inside : ['']).map(indentOf));
  let start = own.startLine;
  for (let i = own.startLine - 2; i >= 0 && indent > 0; i--) {
    const line = lines[i]!;
    // What closes a list of parameters is no beginning: the function's name stands above it.
    if (line.trim() === '' || indentOf(line) >= indent || CLOSES.test(line)) continue;
    indent = indentOf(line);
    start = i + 1;
    if (BEGINS.test(line)) break;
  }
  if (start === own.startLine) return own;
  let end = own.endLine;
  while (end < lines.length && (lines[end]!.trim() === '' || indentOf(lines[end]!) > indent)) end++;
  // The line that closes it belongs to it.
  if (end < lines.length && CLOSES.test(lines[end]!)) end++;
  return { startLine: start, endLine: end };
};
