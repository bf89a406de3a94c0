import {
  code as codeSpan,
  fence as fenced,
  inline,
  link as linkText,
  prose,
  words as wordsOf,
} from './markdown.ts';
import type { ReportModel } from './report-model.ts';

/**
 * What a report prints: a text that knows where it comes from. Text without a source cannot be made, and writers print nothing
 * else but labels of {@link LABELS}.
 */
export type Source =
  /** Words the auditor `by` wrote; `of` says where: a note, a reason, the profile of the server. */
  | { kind: 'auditor'; by: string; of: string }
  /** A finding as it was recorded, read and signed. */
  | { kind: 'finding'; of: string }
  /** An evidence item, a collector's result, or what they say together. */
  | { kind: 'evidence'; of: string }
  /** Text of the methodology and its catalogues. */
  | { kind: 'methodology'; of: string }
  /** What was done in this audit and what was not, as the named part of the model, or of what is done with it, has it. */
  | { kind: 'session'; of: SessionPart };
export type SessionPart = keyof ReportModel | 'disclosure' | 'validation' | 'database';

declare const sourced: unique symbol;
/** `markdown` is safe to stand in a document: everything foreign in it was escaped when it was made. */
export type Statement = { readonly markdown: string; readonly source: Source; readonly [sourced]: true };

declare const escaped: unique symbol;
/** Markdown to be put into a sentence, in which everything foreign was escaped. */
export type Inline = { readonly inline: string; readonly [escaped]: true };
const asInline = (inline: string): Inline => ({ inline }) as Inline;

export const code = (text: string, max?: number): Inline => asInline(codeSpan(text, max));
export const link = (label: string, url: string): Inline => asInline(linkText(label, url));
/** The auditor's own Markdown on one line. */
export const words = (text: string, max?: number): Inline => asInline(wordsOf(text, max));
export const strong = (text: string): Inline => asInline(`**${inline(text)}**`);
/** A foreign text of which more than the usual 300 characters are shown. */
export const long = (text: string, max: number): Inline => asInline(inline(text, max));
/** The same, with commas between. */
export const listed = (parts: readonly Inline[]): Inline => asInline(parts.map((p) => p.inline).join(', '));
/** The tag of one of our own findings: `HIGH-001`, `F-01`. */
export const tag = (id: string): Inline => asInline(/^[A-Z]+-\d+$/.test(id) ? id : inline(id));
/** A link to another file of the submission; `path` is one of ours. */
export const within = (label: string, path: string): Inline => asInline(`[${inline(label)}](${path})`);

/** A link to a finding further down in the same document, by its anchor. */
export const below = (anchor: string): Inline =>
  asInline(/^[A-Z]+-\d+$/.test(anchor) ? `[${anchor}](#${anchor})` : inline(anchor));

type Value = string | number | Inline | Statement;

const shown = (v: Value): string =>
  typeof v === 'number'
    ? String(v)
    : typeof v === 'string'
      ? inline(v)
      : 'inline' in v
        ? v.inline
        : v.markdown;

const made = (markdown: string, source: Source): Statement => ({ markdown, source }) as Statement;

const put = (texts: TemplateStringsArray, values: readonly Value[]): string =>
  texts.map((t, i) => t + (i < values.length ? shown(values[i]!) : '')).join('');

/** A part of a sentence, to stand in a statement. */
export const phrase = (texts: TemplateStringsArray, ...values: Value[]): Inline =>
  asInline(put(texts, values));

type Tag = (texts: TemplateStringsArray, ...values: Value[]) => Statement;

/** Says something about a source: fixed words around values, of which strings are escaped. */
export const from =
  (source: Source): Tag =>
  (texts, ...values) =>
    made(put(texts, values), source);

export const fromSession = (of: SessionPart): Tag => from({ kind: 'session', of });
export const fromEvidence = (of: string): Tag => from({ kind: 'evidence', of });
export const fromFinding = (of: string): Tag => from({ kind: 'finding', of });
export const fromMethodology = (of: string): Tag => from({ kind: 'methodology', of });
export const fromAuditor = (by: string, of: string): Tag => from({ kind: 'auditor', by, of });

/** A person's Markdown of several lines, unable to change the document around it. Says nothing when it is empty. */
export const proseOf = (text: string, source: Source): Statement => made(prose(text).join('\n'), source);

/** Code as it stands. */
export const fenceOf = (text: string, info: string, source: Source): Statement =>
  made(fenced(text, info).join('\n'), source);

/** Lines of Markdown that another part of the model drew. */
export const drawnOf = (lines: readonly string[], source: Source): Statement =>
  made(lines.join('\n'), source);

export const saysNothing = (s: Statement): boolean => s.markdown.trim() === '';

export const sourceWords = (s: Source): string =>
  s.kind === 'auditor' ? `auditor ${s.by}, ${s.of}` : `${s.kind}: ${s.of}`;
