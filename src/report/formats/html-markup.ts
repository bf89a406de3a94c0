import { labelMarkdown } from '../labels.ts';
import type { Label, Mark } from '../report-labels.ts';
import type { Statement } from '../statement.ts';
import { escapeHtml, markdownHtml } from './html-text.ts';

declare const drawn: unique symbol;
/** A piece of a page, and the statements that stand in it. Text gets into one as a label or a statement, and in no other way. */
export type Markup = {
  readonly html: string;
  readonly said: readonly Statement[];
  readonly [drawn]: true;
};

const made = (html: string, said: readonly Statement[]): Markup => ({ html, said }) as Markup;

/** What carries no sentence: a class, an anchor, a width. */
export const attribute = (value: string | number): Markup => made(escapeHtml(String(value)), []);

/** A document of the submission that was drawn from its own statements. */
export const drawnDocument = (html: string): Markup => made(html, []);

/** A statement on one line, as an element's text; what addresses a model stands in its labelled box. */
const statementHtml = (s: Statement): string => {
  const html = markdownHtml(labelMarkdown(`${s.markdown}\n`));
  const single = html.startsWith('<p>') && html.endsWith('</p>\n') && html.indexOf('<p>', 1) < 0;
  return single ? html.slice('<p>'.length, -'</p>\n'.length) : html;
};

/** A statement that is drawn as `html`: where no box can stand, as in a title or a picture. */
export const as = (said: Statement, html: string): Markup => made(html, [said]);

type Value = Label | Mark | Statement | Markup | readonly Markup[];

const one = (v: Label | Mark | Statement | Markup): Markup =>
  typeof v === 'string' ? made(escapeHtml(v), []) : 'html' in v ? v : made(statementHtml(v), [v]);

const joined = (parts: readonly Markup[]): Markup =>
  made(
    parts.map((p) => p.html).join(''),
    parts.flatMap((p) => p.said),
  );

export const html = (texts: TemplateStringsArray, ...values: Value[]): Markup =>
  joined(
    texts.flatMap((t, i) => {
      const value = values[i];
      const markup = made(t, []);
      if (value === undefined) return [markup];
      return [
        markup,
        ...(Array.isArray(value)
          ? (value as readonly Markup[])
          : [one(value as Label | Mark | Statement | Markup)]),
      ];
    }),
  );
