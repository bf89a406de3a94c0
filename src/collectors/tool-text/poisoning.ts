import { lineWith } from '../../analysis/files/lines.ts';
import { count, listed, plural } from '../../analysis/files/words.ts';
import type { FoundEntry } from '../../analysis/surface/surface-entry.ts';
import { carriersIn } from '../../analysis/tool-text/carriers.ts';
import type { DefinitionText } from '../../analysis/tool-text/definitions.ts';
import { collectingParameters, secretParameters } from '../../analysis/tool-text/parameters.ts';
import { type Sign, type Strength, signsIn, together } from '../../analysis/tool-text/signs.ts';
import { visible } from '../../text/visible.ts';
import { type ItemDraft, lead, placed } from '../collector.ts';

import { handlerText } from './handler.ts';

/** Past this many of one kind, a list says more than single items. */
const MOST_ITEMS = 40;
const WORDS_AROUND = 50;
const ORDER: Record<Strength, number> = { strong: 0, moderate: 1, weak: 2 };

/** The words found, with a little of what stands around them, on one line. */
const quoted = (text: string, start: number, end: number): string => {
  const from = Math.max(0, start - WORDS_AROUND);
  const to = Math.min(text.length, Math.min(end, start + 240) + WORDS_AROUND);
  const one = (s: string): string => visible(s.replace(/\s+/g, ' '));
  return `${from > 0 ? '…' : ''}${one(text.slice(from, start))}»${one(text.slice(start, Math.min(end, start + 240)))}«${one(text.slice(Math.min(end, start + 240), to))}${to < text.length ? '…' : ''}`;
};

/** Where the words stand in the source: a definition goes over many lines. */
const placeOf = (
  d: DefinitionText,
  words: string,
  texts: ReadonlyMap<string, string>,
): { path: string; startLine: number; endLine?: number } => {
  const text = texts.get(d.path);
  const first =
    words
      .trim()
      .split(/[\n\\]/)[0]
      ?.slice(0, 60) ?? '';
  if (text && first.length > 5) {
    let offset = 0;
    for (let line = 1; line < d.line && offset >= 0; line++) offset = text.indexOf('\n', offset) + 1;
    const line = lineWith(text, first, offset);
    if (line !== null && line <= Math.max(d.endLine, d.line) + 2) return { path: d.path, startLine: line };
  }
  return { path: d.path, startLine: d.line, endLine: Math.min(d.endLine, d.line + 12) };
};

const named = (d: DefinitionText): string =>
  d.kind === 'server'
    ? `the server's ${d.part}`
    : d.owner === 'a definition'
      ? `a ${d.part}`
      : `the ${d.part} of ${d.owner}`;

export const poisoned = (
  definitions: readonly DefinitionText[],
  entries: readonly FoundEntry[],
  texts: ReadonlyMap<string, string>,
): ItemDraft[] => {
  const own = new Set(entries.map((e) => e.name));
  const items: ItemDraft[] = [];
  const orders: { d: DefinitionText; signs: Sign[]; strength: Strength }[] = [];
  const seen = new Set<string>();
  for (const d of definitions) {
    const key = `${d.path}\n${d.line}\n${d.part}\n${d.text.slice(0, 200)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const c of carriersIn(d.text, d.part === 'name' || d.part.startsWith('name of')))
      items.push(
        lead(c.rule, ['2.4.1'], `${c.title[0]!.toUpperCase()}${c.title.slice(1)} in ${named(d)}`, {
          class: 'tool-poisoning',
          cwe: [
            c.rule === 'terminal-escape' ? 'CWE-150' : c.rule === 'encoded-blob' ? 'CWE-506' : 'CWE-1007',
          ],
          // Words in a document that lists an API are seen by fewer, and written by more.
          strength: d.path.endsWith('.json') && c.strength === 'moderate' ? 'weak' : c.strength,
          detail: visible(c.detail),
          at: placeOf(d, c.span, texts),
        }),
      );
    // A prompt is there to instruct; only what is hidden or cancels others' orders is odd in it.
    const found = signsIn(d.text, own).filter(
      (s) => d.kind !== 'prompt' || ['override', 'secrecy', 'bait', 'pseudo-tag', 'shadow'].includes(s.kind),
    );
    const strength = together(found);
    if (strength) orders.push({ d, signs: found, strength });
  }
  // Weak ones are one list: emphatic documentation is common, and reading it once is enough.
  const telling = orders
    .filter((o) => o.strength !== 'weak')
    .sort((a, b) => ORDER[a.strength] - ORDER[b.strength]);
  for (const { d, signs, strength } of telling.slice(0, MOST_ITEMS)) {
    const first = signs.reduce((a, b) => (ORDER[b.strength] < ORDER[a.strength] ? b : a));
    items.push(
      lead('orders-the-model', ['2.4.1'], `${named(d)[0]!.toUpperCase()}${named(d).slice(1)} ${first.say}`, {
        class: 'tool-poisoning',
        cwe: ['CWE-1427'],
        strength,
        detail: signs.map((s) => `${s.say}: ${quoted(d.text, s.start, s.end)}`).join('\n'),
        at: placeOf(d, d.text.slice(first.start, first.end), texts),
      }),
    );
  }
  const weak = orders.filter((o) => o.strength === 'weak');
  if (weak.length > 0) {
    const { d, signs } = weak[0]!;
    items.push(
      lead(
        'emphatic-text',
        ['2.4.1'],
        `${plural(weak.length, 'text')} of definitions with words that steer the model`,
        {
          class: 'tool-poisoning',
          cwe: ['CWE-1427'],
          strength: 'weak',
          advice: 'Mostly honest emphasis: judge whom each commands about what.',
          detail: `${weak
            .slice(0, 12)
            .map(
              (o) =>
                `${o.d.path}:${o.d.line} ${o.d.owner}: ${quoted(o.d.text, o.signs[0]!.start, o.signs[0]!.end)}`,
            )
            .join('\n')}${weak.length > 12 ? `\nand ${count(weak.length - 12)} more` : ''}`,
          at: placeOf(d, d.text.slice(signs[0]!.start, signs[0]!.end), texts),
        },
      ),
    );
  }
  return items;
};

export const collecting = (
  entries: readonly FoundEntry[],
  definitions: readonly DefinitionText[],
  texts: ReadonlyMap<string, string>,
): ItemDraft[] => {
  const ordered = new Set(
    definitions
      .filter((d) => ['strong', 'moderate'].includes(together(signsIn(d.text)) ?? ''))
      .map((d) => `${d.path}:${d.line}`),
  );
  return entries
    .filter((e) => e.kind === 'tool')
    .flatMap((e) => {
      const found = collectingParameters(e, handlerText(e, texts), ordered.has(`${e.path}:${e.line}`));
      const worst = found.toSorted((a, b) => ORDER[a.strength] - ORDER[b.strength])[0];
      return worst
        ? [
            lead(
              'collecting-parameter',
              ['2.4.1'],
              `${e.name}: parameter ${worst.name} may collect what the tool does not need`,
              {
                class: 'tool-poisoning',
                cwe: ['CWE-1427', 'CWE-359'],
                strength: worst.strength,
                detail: found.map((f) => `${f.name}: ${f.why}`).join('\n'),
                at: { path: e.path, startLine: e.line },
              },
            ),
          ]
        : [];
    })
    .slice(0, MOST_ITEMS);
};

/** Tools that have a secret told to them: one lead, since what is to be judged is one practice of the server. */
export const askingForSecrets = (entries: readonly FoundEntry[]): ItemDraft[] => {
  const found = entries
    .filter((e) => e.kind === 'tool')
    .flatMap((e) => secretParameters(e).map((p) => ({ e, p })))
    .sort((a, b) => ORDER[a.p.strength] - ORDER[b.p.strength]);
  const [first] = found;
  if (!first) return [];
  const tools = [...new Set(found.map(({ e }) => e.name))];
  return [
    lead(
      'secret-parameter',
      ['2.2.1'],
      tools.length === 1
        ? `${first.e.name}: parameter ${first.p.name} asks for a secret`
        : `${plural(tools.length, 'tool')} ask for a secret as a parameter`,
      {
        class: 'secret-exposure',
        cwe: ['CWE-522'],
        strength: first.p.strength,
        detail: [
          'What a tool is given passes through the model, its provider and the log of the conversation. Its environment, or an elicitation that the person answers, does without that.',
          listed(
            found.map(({ e, p }) => `${e.name}: ${p.name}`),
            MOST_ITEMS,
            '\n',
          ),
        ].join('\n'),
        ...placed(found.map(({ e }) => ({ path: e.path, startLine: e.line }))),
      },
    ),
  ];
};
