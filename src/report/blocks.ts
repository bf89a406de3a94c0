import { document, table as markdownTable } from './markdown.ts';
import type { Label, Mark } from './report-labels.ts';
import { type Statement, saysNothing } from './statement.ts';

/** A document as the model holds it: structure, labels, statements. {@link renderBlocks} makes Markdown of it and adds nothing. */
export type Piece = Label | Mark | Statement;
/** `Label: statement`. */
export type Labelled = { label: Label; is: Statement };
/** `about` says of what the item speaks: the tag of a finding. */
export type Item = { box?: 'open' | 'done'; label?: Label; about?: Statement; is?: Statement };
export type Block =
  | { type: 'heading'; level: 1 | 2 | 3 | 4; of: Label | Statement | Labelled }
  /** Lines `**Label**: statement`, kept apart. */
  | { type: 'fields'; rows: readonly Labelled[] }
  | { type: 'paragraph'; of: readonly Statement[] }
  /** A text of several lines: prose, or code in its fence. */
  | { type: 'text'; of: Statement }
  | { type: 'list'; numbered: boolean; bold: boolean; items: readonly Item[] }
  | { type: 'table'; head: readonly (Label | Mark)[]; rows: readonly (readonly Piece[])[] };

export const h1 = (of: Label | Statement | Labelled): Block => ({ type: 'heading', level: 1, of });
export const h2 = (of: Label | Statement | Labelled): Block => ({ type: 'heading', level: 2, of });
export const h3 = (of: Label | Statement | Labelled): Block => ({ type: 'heading', level: 3, of });
export const fields = (rows: readonly Labelled[]): Block => ({ type: 'fields', rows });
export const field = (label: Label, is: Statement): Labelled => ({ label, is });
export const para = (...of: Statement[]): Block => ({ type: 'paragraph', of });
export const text = (of: Statement): Block => ({ type: 'text', of });
export const list = (items: readonly (Item | Statement)[]): Block => ({
  type: 'list',
  numbered: false,
  bold: false,
  items: items.map(itemOf),
});
export const numbered = (items: readonly Statement[]): Block => ({
  type: 'list',
  numbered: true,
  bold: false,
  items: items.map(itemOf),
});
/** List items `- **Label**: statement`. */
export const boldList = (items: readonly Labelled[]): Block => ({
  type: 'list',
  numbered: false,
  bold: true,
  items,
});
export const table = (head: readonly (Label | Mark)[], rows: readonly (readonly Piece[])[]): Block => ({
  type: 'table',
  head,
  rows,
});

const itemOf = (i: Item | Statement): Item => ('source' in i ? { is: i } : i);

const pieceText = (p: Piece): string => (typeof p === 'string' ? p : p.markdown);

const headingText = (of: Label | Statement | Labelled): string =>
  typeof of === 'string' ? of : 'label' in of ? `${of.label}: ${of.is.markdown}` : of.markdown;

const itemLines = (marker: string, bold: boolean, i: Item): string[] => {
  const box = i.box ? (i.box === 'done' ? '[x] ' : '[ ] ') : '';
  const label = i.label ? (bold ? `**${i.label}**` : i.label) : (i.about?.markdown ?? '');
  const [first = '', ...rest] = (i.is?.markdown ?? '').split('\n');
  const indent = ' '.repeat(marker.length);
  const inside = (l: string) => (l === '' ? '' : `${indent}${l}`);
  // A fence begins on a line of its own.
  if (rest.length > 0 && /^\s*`{3,}/.test(first))
    return [`${marker}${box}${label ? `${label}:` : 'See:'}`, ...[first, ...rest].map(inside)];
  const colon = label && first ? ': ' : label && i.box ? ':' : '';
  return [`${marker}${box}${label}${colon}${first.trimStart()}`, ...rest.map(inside)];
};

const lines = (b: Block): string[] => {
  switch (b.type) {
    case 'heading':
      return [`${'#'.repeat(b.level)} ${headingText(b.of)}`];
    case 'fields':
      // Two spaces at the end of a line keep the lines apart when rendered.
      return b.rows.map((r, i) => `**${r.label}**: ${r.is.markdown}${i < b.rows.length - 1 ? '  ' : ''}`);
    case 'paragraph':
      return b.of.filter((s) => !saysNothing(s)).length === 0
        ? []
        : [
            b.of
              .filter((s) => !saysNothing(s))
              .map((s) => s.markdown)
              .join(' '),
          ];
    case 'text':
      return saysNothing(b.of) ? [] : b.of.markdown.split('\n');
    case 'list':
      return b.items.flatMap((i, n) => itemLines(b.numbered ? `${n + 1}. ` : '- ', b.bold, i));
    case 'table':
      return markdownTable(
        b.head,
        b.rows.map((r) => r.map(pieceText)),
      );
  }
};

export const renderBlocks = (blocks: readonly Block[]): string => document(blocks.map(lines));

/** A document without the sections (headings of level 2) of these names. */
export const withoutSections = (blocks: readonly Block[], names: readonly Label[]): Block[] => {
  let dropped = false;
  return blocks.filter((b) => {
    if (b.type === 'heading' && b.level <= 2)
      dropped = b.level === 2 && typeof b.of === 'string' && (names as readonly string[]).includes(b.of);
    return !dropped;
  });
};

/** Every statement of a document, in order. */
export const statementsOf = (blocks: readonly Block[]): Statement[] =>
  blocks.flatMap(saidIn).filter((p): p is Statement => typeof p === 'object' && !saysNothing(p));

const saidIn = (b: Block): (Piece | undefined)[] => {
  switch (b.type) {
    case 'heading':
      return [typeof b.of === 'string' ? b.of : 'label' in b.of ? b.of.is : b.of];
    case 'fields':
      return b.rows.map((r) => r.is);
    case 'paragraph':
      return [...b.of];
    case 'text':
      return [b.of];
    case 'list':
      return b.items.flatMap((i) => [i.about, i.is]);
    case 'table':
      return b.rows.flat();
  }
};

/** Labels of a document: what stands in it without a source. */
export const labelsOf = (blocks: readonly Block[]): (Label | Mark)[] => blocks.flatMap(labelsIn);

const labelsIn = (b: Block): (Label | Mark)[] => {
  const own = (p: Piece): (Label | Mark)[] => (typeof p === 'string' ? [p] : []);
  switch (b.type) {
    case 'heading':
      return typeof b.of === 'string' ? [b.of] : 'label' in b.of ? [b.of.label] : [];
    case 'fields':
      return b.rows.map((r) => r.label);
    case 'list':
      return b.items.flatMap((i) => (i.label ? [i.label] : []));
    case 'table':
      return [...b.head, ...b.rows.flat().flatMap(own)];
    default:
      return [];
  }
};
