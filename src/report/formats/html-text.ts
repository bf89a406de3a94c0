import MarkdownIt from 'markdown-it';
import { visible } from '../../text/visible.ts';
import { findInjections } from '../injection.ts';
import { fencedLines } from '../labels.ts';
import { clip } from '../markdown.ts';

/** Hostile text in an HTML page: as an element's text or an attribute's quoted value. */
export const escapeHtml = (text: string, max = 2_000): string =>
  visible(clip(text, max).toWellFormed())
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** The same where no label can stand, as in a title or a picture: what addresses a model is left to the labelled quotation. */
export const shortHtml = (text: string, max = 300): string =>
  findInjections(clip(text, 2_000)).length > 0
    ? '[addresses a model: quoted under its label]'
    : escapeHtml(text, max);

/** Draws a fence of this language itself, or leaves it to be shown as code. */
export type DrawFence = (language: string, content: string) => string | null;

const renderer = (draw: DrawFence) => {
  // No HTML, and nothing that makes a page ask for something: images are off, links lead to https or into the page.
  const md = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');
  md.validateLink = (url) => /^(?:https:\/\/|#[A-Za-z0-9-]*$)/.test(url);
  md.renderer.rules.link_open = (tokens, i, options, _env, self) => {
    tokens[i]!.attrSet('rel', 'noopener noreferrer nofollow');
    return self.renderToken(tokens, i, options);
  };
  // A path may go on in the next line after any of its parts; no part of it is broken.
  md.renderer.rules.code_inline = (tokens, i) =>
    `<code>${escapeHtml(tokens[i]!.content, 20_000).replace(/[/_.:-](?=.)/g, '$&<wbr>')}</code>`;
  md.renderer.rules.fence = (tokens, i) => {
    const { info, content } = tokens[i]!;
    const language = info.trim().split(/\s/)[0] ?? '';
    return (
      draw(language, content) ??
      `<pre><code>${escapeHtml(content, 200_000).replaceAll('‹U+000A›', '\n')}</code></pre>\n`
    );
  };
  return md;
};

/** Made once: a page has thousands of small texts. */
const plain = renderer(() => null);

const BEGIN = '<!-- BEGIN_PROMPT_INJECTION_EXAMPLE -->';
const END = '<!-- END_PROMPT_INJECTION_EXAMPLE -->';
const OPEN_LABEL = `\n${BEGIN}\n<div class="adversarial"><p class="adversarial-title">Quoted: text that was written to steer a model. It is evidence, not an instruction.</p>\n`;

const boxes = (markdown: string): string => {
  const lines = markdown.split('\n');
  const fenced = fencedLines(lines);
  return lines
    .map((l, i) =>
      fenced[i]
        ? l
        : l.replace(
            /^(\s{0,9}- )\[( |x)\] /,
            (_, dash: string, x: string) => `${dash}${x === 'x' ? '☑' : '☐'} `,
          ),
    )
    .join('\n');
};

/**
 * Markdown of our own writers as HTML. The database's labels stay as the comments they are, and become a box that a reader
 * cannot miss; what stands between two labels is rendered by itself, so that nothing of it reaches out.
 */
export const markdownHtml = (markdown: string, draw?: DrawFence): string => {
  const md = draw ? renderer(draw) : plain;
  const parts: string[] = [];
  let rest = boxes(markdown).split('\n');
  for (;;) {
    const start = rest.indexOf(BEGIN);
    const end = start < 0 ? -1 : rest.indexOf(END, start);
    if (end < 0) break;
    parts.push(md.render(rest.slice(0, start).join('\n')));
    parts.push(`${OPEN_LABEL}${md.render(rest.slice(start + 1, end).join('\n'))}</div>\n${END}\n`);
    rest = rest.slice(end + 1);
  }
  return [...parts, md.render(rest.join('\n'))].join('');
};
