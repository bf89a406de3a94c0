import type { FoundEntry } from '../surface/surface-entry.ts';
import type { Behaviour } from './behaviours.ts';
import type { Reached } from './reach.ts';

/** Definitions that are not the same each time they are asked for, or come from elsewhere when the program starts. */

const COUNTS = /(?:\+\+|\+=\s*1\b|=\s*\w+\s*\+\s*1\b)/;
const ASKS = /\bif\b|\?[^.?]|\belse\b/;

const changed = (path: string, line: number, say: string): Behaviour => ({
  rule: 'definitions-vary',
  strength: 'strong',
  class: 'tool-poisoning',
  cwe: 'CWE-494',
  checks: ['2.4.4'],
  title: 'The list of tools says something else after it was first asked for',
  seen: [{ path, line, say }],
  tools: [],
});

/** `handlers` are the places that answer `tools/list` by hand; what is counted there decides what is said. */
export const listsThatVary = (
  handlers: readonly { path: string; line: number }[],
  texts: ReadonlyMap<string, string>,
): Behaviour[] =>
  handlers.flatMap(({ path, line }) => {
    const all = texts.get(path)?.split('\n') ?? [];
    const head = all[line - 1] ?? '';
    const indent = head.search(/\S/);
    let end = line;
    while (
      end < all.length &&
      end < line + 200 &&
      (all[end]!.trim() === '' || all[end]!.search(/\S/) > indent)
    )
      end++;
    const body = all.slice(line - 1, end);
    const at = body.findIndex((l) => COUNTS.test(l));
    return at >= 0 && body.some((l, i) => i !== at && ASKS.test(l))
      ? [changed(path, line + at, `counts: ${body[at]!.trim().slice(0, 120)}`)]
      : [];
  });

/** Descriptions that another host writes: a call, or a name at the top, that reaches the network. */
export const describedElsewhere = (
  entries: readonly FoundEntry[],
  reached: readonly Reached[],
  texts: ReadonlyMap<string, string>,
): Behaviour[] =>
  entries.flatMap((e): Behaviour[] => {
    const from = /^([\w.]+)/
      .exec(e.descriptionFrom ?? '')?.[1]
      ?.split('.')
      .at(-1);
    if (!from || e.kind !== 'tool') return [];
    const made = reached.find((r) => r.body.name === from && r.seen.some((s) => s.act === 'net'));
    const net = made?.seen.find((s) => s.act === 'net');
    if (net)
      return [
        {
          ...changed(e.path, e.line, `the description of ${e.name} is what ${from} answers`),
          rule: 'description-fetched',
          title: "A tool's description is fetched when the server starts",
          seen: [
            { path: e.path, line: e.line, say: `the description of ${e.name}: ${from}` },
            { path: net.path, line: net.line, say: net.what },
          ],
          tools: [e],
        },
      ];
    const text = texts.get(e.path) ?? '';
    const line = text
      .split('\n')
      .findIndex((l) =>
        new RegExp(
          `\\b${from}\\s{0,4}(?::[^=\\n]{0,40})?=(?!=).{0,120}(?:\\bfetch\\(|requests\\.|httpx\\.|urlopen|axios|http\\.Get)`,
        ).test(l),
      );
    return line >= 0
      ? [
          {
            ...changed(e.path, line + 1, ''),
            rule: 'description-fetched',
            title: "A tool's description is fetched when the server starts",
            seen: [{ path: e.path, line: line + 1, say: `the description of ${e.name}: ${from}` }],
            tools: [e],
          },
        ]
      : [];
  });
