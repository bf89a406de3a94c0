import { readMarkdown } from '../../analysis/files/markdown.ts';
import { baseName, below, depthOf, isTestPath, isVendoredPath } from '../../analysis/files/paths.ts';
import { readTexts } from '../../analysis/files/read-texts.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import { spot } from '../../analysis/sources/server-sources.ts';
import { matchesIn, type Source } from '../../analysis/sources/source.ts';
import { type CollectContext, fact, type ItemDraft, placed } from '../collector.ts';

const CHECKS = ['3.3.3'];
const MOST_DOCUMENTS = 150;

type Place = { path: string; startLine: number };
type Document = { path: string; text: string };

/** Subjects of the process, by headings of documents; `code` finds the means for it in sources. */
const SUBJECTS: readonly {
  rule: string;
  name: string;
  title: RegExp;
  line?: RegExp;
  code?: RegExp;
  checks: string[];
}[] = [
  {
    rule: 'incident-document',
    name: 'what to do in an incident',
    title: /\bincident|run ?book|play ?book|on[- ]?call|post[- ]?mortem|escalation|disaster|emergency/i,
    checks: CHECKS,
  },
  {
    rule: 'threat-model',
    name: 'a threat model or security considerations',
    title: /threat model|security model|trust boundar|security considerations/i,
    checks: [...CHECKS, '4.2.3'],
  },
  {
    rule: 'key-rotation',
    name: 'how keys and tokens are rotated or revoked',
    title: /\brotat|\brevok/i,
    line: /\b(?:rotat(?:e|ing|ion)|revok(?:e|ing|ation))\b[^.\n]{0,60}\b(?:keys?|tokens?|secrets?|credentials?|passwords?)\b|\b(?:keys?|tokens?|secrets?|credentials?)\b[^.\n]{0,40}\b(?:rotat(?:e|ed|ing|ion)|revok(?:e|ed|ing|ation))\b/i,
    code: /\b(?:rotate|revoke)_?(?:api_?)?(?:keys?|tokens?|secrets?|credentials?|sessions?)\w*\s*\(/gi,
    checks: CHECKS,
  },
  {
    rule: 'kill-switch',
    name: 'a switch that stops tools or writing',
    title:
      /read[- ]only mode|disab\w+ tools|kill switch|maintenance mode|enab\w+ tools|tool (?:filter|allow|selection)/i,
    line: /\b(?:READ_?ONLY(?:_MODE)?|DISABLED?_(?:TOOLS?|WRITES?|MUTATIONS?)|ENABLED?_TOOLS?|ALLOWED_TOOLS|ALLOW_ONLY_\w+|KILL_?SWITCH|--read-?only|--disable-\w+|--enabled-tools)\b/,
    code: /["'`](?:[A-Z]+_)*(?:READ_?ONLY(?:_MODE)?|DISABLED?_(?:TOOLS?|WRITES?)|ENABLED?_TOOLS?|ALLOWED_TOOLS|ALLOW_ONLY_\w+|KILL_?SWITCH)["'`]|\.(?:READ_?ONLY(?:_MODE)?|ALLOW_ONLY_\w+|DISABLED?_TOOLS?)\b|["'`]--(?:read-?only|disable-[\w-]+|enabled-tools)["'`]|\b(?:read_?only_?mode|readOnlyMode|disabled_?tools|disabledTools|enabled_?tools|enabledTools)\b/g,
    checks: [...CHECKS, '2.2.3'],
  },
];

/** Documents, switches and means for the day something goes wrong. */
export const incidentItems = async (
  { tree, target, signal }: CollectContext,
  sources: readonly Source[],
): Promise<{ items: ItemDraft[]; texts: Document[] }> => {
  const files = tree.allEntries
    .filter(
      (e) =>
        e.kind === 'file' &&
        e.size < 1_000_000 &&
        /\.(?:md|mdx|rst|adoc)$/i.test(e.path) &&
        !/(^|\/)(CHANGELOG|LICEN[CS]E)[^/]*$|(^|\/)(\.github\/(?:ISSUE|PULL)|\.?changes(et)?\/)/i.test(
          e.path,
        ) &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)),
    )
    .sort((a, b) => depthOf(a.path) - depthOf(b.path) || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_DOCUMENTS);
  const texts: Document[] = [];
  for await (const { entry, text } of readTexts(tree, files, signal))
    if (text !== null) texts.push({ path: entry.path, text });
  const read = texts.map((d) => ({ path: d.path, ...readMarkdown(d.text) }));
  const items: ItemDraft[] = [];
  const missing: string[] = [];
  for (const { rule, name, title, line, code, checks } of SUBJECTS) {
    const found: (Place & { words: string })[] = [];
    for (const d of read) {
      if (title.test(baseName(d.path).replace(/[-_]/g, ' ')))
        found.push({ path: d.path, startLine: 1, words: 'the file' });
      for (const h of d.headings)
        if (title.test(h.title)) found.push({ path: d.path, startLine: h.line, words: h.title });
      if (line)
        for (const l of d.lines) {
          if (l.text.length < 2000 && line.test(l.text))
            found.push({ path: d.path, startLine: l.line, words: l.text.trim().slice(0, 100) });
          if (found.length > 200) break;
        }
    }
    const means = code
      ? sources.flatMap((s) =>
          matchesIn(s, 'code', code, 5).map((m) => ({ ...spot(s, m.index), words: m[0].trim() })),
        )
      : [];
    if (found.length + means.length === 0) {
      missing.push(name);
      continue;
    }
    items.push(
      fact(
        rule,
        checks,
        `${name[0]!.toUpperCase()}${name.slice(1)}: ${[
          ...(found.length > 0 ? [`${plural(found.length, 'place')} in documents`] : []),
          ...(means.length > 0 ? [`${plural(means.length, 'place')} in code`] : []),
        ].join(', ')}`,
        {
          detail: [...found.slice(0, 10), ...means.slice(0, 10)]
            .map((f) => `${f.path}:${f.startLine} ${f.words}`)
            .join('\n'),
          ...placed([...means, ...found].slice(0, 40).map(({ path, startLine }) => ({ path, startLine }))),
        },
      ),
    );
  }
  if (missing.length > 0)
    items.push(
      fact('not-documented', CHECKS, `Found neither in documents nor in code: ${listed(missing, 2)}`, {
        detail: `${missing.join('; ')}. ${plural(texts.length, 'document')} read, by headings and words.`,
        reproduce: "git grep -niE 'incident|runbook|rotat|revok|threat model|read.?only' {commit} -- '*.md'",
      }),
    );
  return { items, texts };
};
