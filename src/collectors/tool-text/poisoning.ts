import { lineWith } from '../../analysis/files/lines.ts';
import { count, listed, plural } from '../../analysis/files/words.ts';
import type { FoundEntry } from '../../analysis/surface/surface-entry.ts';
import { type Carrier, carriersIn } from '../../analysis/tool-text/carriers.ts';
import type { DefinitionText } from '../../analysis/tool-text/definitions.ts';
import {
  type Collecting,
  collectingParameters,
  secretParameters,
} from '../../analysis/tool-text/parameters.ts';
import { type Sign, type Strength, signsIn, together } from '../../analysis/tool-text/signs.ts';
import { visible } from '../../text/visible.ts';
import { fact, type ItemDraft, lead, placed } from '../collector.ts';

import { handlerText } from './handler.ts';

/** Names in one list. */
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
    : d.kind === 'loose' || d.kind === 'answer'
      ? d.kind === 'loose'
        ? 'a text of the program'
        : 'an answer of the program'
      : d.owner === 'a definition'
        ? `a ${d.part}`
        : `the ${d.part} of ${d.owner}`;

/** A prompt is there to instruct, and what a program says elsewhere may be said to anybody: there only these are odd. */
const ODD_ANYWHERE = new Set([
  'secrecy',
  'override',
  'role',
  'guard-off',
  'pseudo-tag',
  'shadow',
  'hidden-order',
  'read-first',
  'copy-to',
  'secrets',
]);

/** In an answer, which a model reads right when it acts, these too. */
const ODD_IN_ANSWER = new Set([
  ...ODD_ANYWHERE,
  'conversation',
  'remember',
  'bend',
  'also-call',
  'execute',
  'hidden-text',
]);

const isName = (d: DefinitionText): boolean => d.part === 'name' || d.part.startsWith('name of');

type Judged = { d: DefinitionText; signs: Sign[]; strength: Strength | null; carriers: Carrier[] };

const ownerOf = (at: { path: string; owner: string }): string => `${at.path}\n${at.owner}`;

/** By what its tool is called and what is said of it first: that much is its own business. */
const aboutOf = (entries: readonly FoundEntry[]): ReadonlyMap<string, string> =>
  new Map(
    entries.map((e) => [
      ownerOf({ path: e.path, owner: e.name }),
      `${e.name} ${/^[^.!?\n]{0,200}/.exec(e.description)![0]}`,
    ]),
  );

const judged = (d: DefinitionText, own: ReadonlySet<string>, about: ReadonlyMap<string, string>): Judged => {
  const all = signsIn(d.text, own, {
    about: d.part === 'description' ? d.owner : (about.get(ownerOf(d)) ?? d.owner),
    param: d.part.startsWith('description of '),
    describes: d.kind !== 'answer' && d.kind !== 'loose',
  });
  const oddOf = (kinds: ReadonlySet<string>): number =>
    new Set(all.filter((s) => kinds.has(s.kind) && s.strength !== 'weak').map((s) => s.kind)).size;
  const found = together(all);
  const clear = all.some((s) => s.kind === 'hidden-order');
  // A prompt orders by trade, and who reads any other text is not known: there one odd thing alone may be a coincidence.
  const enough =
    d.kind === 'loose'
      ? clear || (oddOf(ODD_ANYWHERE) > 1 && found === 'strong')
      : d.kind === 'prompt' || d.kind === 'answer'
        ? oddOf(ODD_IN_ANSWER) > 0
        : true;
  const [signs, strength] = enough ? [all, found] : [[], null];
  return {
    d,
    signs,
    strength,
    // Literals of a program hold encoded data, escapes and comments for reasons of their own.
    carriers: carriersIn(d.text, isName(d)).filter(
      (c) => (d.kind !== 'loose' && d.kind !== 'answer') || c.hides,
    ),
  };
};

const carrierLead = (d: DefinitionText, c: Carrier, texts: ReadonlyMap<string, string>): ItemDraft =>
  lead(c.rule, ['2.4.1'], `${c.title[0]!.toUpperCase()}${c.title.slice(1)} in ${named(d)}`, {
    class: 'tool-poisoning',
    cwe: [c.rule === 'terminal-escape' ? 'CWE-150' : c.rule === 'encoded-blob' ? 'CWE-506' : 'CWE-1007'],
    // Words in a document that lists an API are seen by fewer, and written by more.
    strength: d.path.endsWith('.json') && c.strength === 'moderate' ? 'weak' : c.strength,
    detail: visible(c.detail),
    at: placeOf(d, c.span, texts),
  });

const saidOf = (d: DefinitionText, s: Sign): string =>
  `${s.say}: ${s.read === undefined ? quoted(d.text, s.start, s.end) : `»${visible(s.read.replace(/\s+/g, ' '))}«`}`;

/**
 * One lead for one text that orders something, with all that was seen in it and in the parameters of its tool: how it is hidden
 * belongs to what it says. The same words for one thing at several places of a file are one lead; nothing is left out because there is much.
 */
export const poisoned = (
  definitions: readonly DefinitionText[],
  entries: readonly FoundEntry[],
  texts: ReadonlyMap<string, string>,
): ItemDraft[] => {
  const own = new Set(entries.map((e) => e.name));
  const about = aboutOf(entries);
  const seen = new Set<string>();
  const all: Judged[] = [];
  for (const d of definitions) {
    const key = `${d.path}\n${d.line}\n${d.part}\n${d.text.slice(0, 200)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    all.push(judged(d, own, about));
  }
  const telling = all
    .filter((o) => o.strength !== null && o.strength !== 'weak')
    .sort((a, b) => ORDER[a.strength!] - ORDER[b.strength!]);
  const ordering = new Set(telling.map(({ d }) => `${d.path}:${d.line}`));
  const collects = collectingOf(entries, texts, ordering);
  const byWords = new Map<string, Judged[]>();
  for (const o of telling) {
    const words = `${o.d.path}\n${o.d.owner}\n${o.d.text.replace(/\s+/g, ' ').trim()}`;
    byWords.set(words, [...(byWords.get(words) ?? []), o]);
  }
  const items: ItemDraft[] = [];
  const said = new Set<FoundEntry>();
  for (const group of byWords.values()) {
    const { d, signs, strength, carriers } = group[0]!;
    const first = signs.reduce((a, b) => (ORDER[b.strength] < ORDER[a.strength] ? b : a));
    const parameters = collects.filter(({ e }) =>
      group.some((g) => g.d.path === e.path && g.d.line === e.line),
    );
    for (const { e } of parameters) said.add(e);
    const places = group.map((g) => placeOf(g.d, g.d.text.slice(first.start, first.end), texts));
    items.push(
      lead('orders-the-model', ['2.4.1'], `${named(d)[0]!.toUpperCase()}${named(d).slice(1)} ${first.say}`, {
        class: 'tool-poisoning',
        cwe: ['CWE-1427'],
        strength: strength!,
        detail: [
          ...signs.map((s) => saidOf(d, s)),
          ...carriers
            .filter((c) => !(c.rule === 'encoded-blob' || c.rule === 'hidden-markup'))
            .map((c) => `${c.title}: ${visible(c.detail)}`),
          ...parameters.flatMap(({ found }) => found.map((f) => `parameter ${f.name}: ${f.why}`)),
        ].join('\n'),
        ...placed(places),
      }),
    );
  }
  for (const { d, strength, carriers } of all)
    if (strength === null || strength === 'weak')
      items.push(...carriers.map((c) => carrierLead(d, c, texts)));
  // Emphatic documentation is common: one list, which is no lead.
  const weak = all.filter((o) => o.strength === 'weak');
  if (weak.length > 0) {
    const { d, signs } = weak[0]!;
    items.push(
      fact(
        'emphatic-text',
        ['2.4.1'],
        `${plural(weak.length, 'text')} of definitions with words that steer the model`,
        {
          class: 'tool-poisoning',
          cwe: ['CWE-1427'],
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
  return [
    ...items,
    ...collects.filter(({ e }) => !said.has(e)).map(({ e, found }) => collectingLead(e, found)),
  ];
};

type Collects = { e: FoundEntry; found: Collecting[] };

const collectingOf = (
  entries: readonly FoundEntry[],
  texts: ReadonlyMap<string, string>,
  ordering: ReadonlySet<string>,
): Collects[] =>
  entries
    .filter((e) => e.kind === 'tool')
    .map((e) => ({
      e,
      found: collectingParameters(e, handlerText(e, texts), ordering.has(`${e.path}:${e.line}`)),
    }))
    .filter(({ found }) => found.length > 0);

const collectingLead = (e: FoundEntry, found: readonly Collecting[]): ItemDraft => {
  const worst = found.toSorted((a, b) => ORDER[a.strength] - ORDER[b.strength])[0]!;
  return lead(
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
  );
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
