import type { ItemDraft, SourceTree } from '../collectors/collector.ts';
import type { Methodology } from '../domain/methodology.ts';
import { mask, redactSecrets } from '../text/redact.ts';
import { visible } from '../text/visible.ts';
import { adviceApart } from './advice.ts';
import { createMapper } from './places.ts';
import { plural, type Tool, type ToolReport, type ToolResult } from './tool-result.ts';
import { judgedUnder } from './weakness.ts';

/** Turns what a tool reported into drafts of evidence at the pinned commit. Every result becomes a lead or a gap. */

/** As evidence names the source: `semgrep`, `npm-audit`. Never the name of a collector of ours. */
export const toolId = (tool: Tool, taken: ReadonlySet<string>): string => {
  const slug =
    tool.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 40)
      .replace(/^-|-$/g, '') || 'tool';
  return taken.has(slug) ? `${slug}-import` : slug;
};

const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  redactSecrets(secrets.reduce((masked, secret) => masked.replaceAll(secret, mask(secret)), text));

const word = (text: string): string => visible(text.replace(/\s+/g, ' ').trim().slice(0, 80));

/** Tool, rule and level come from a file somebody gave us: one line each, nothing hidden in them. */
const reportOf = (tool: Tool, rule: string, level: string) => ({
  tool: word(tool.name) || 'a tool without a name',
  version: word(tool.version),
  rule,
  level: word(level),
});

/** Where a tool says that a line holds a secret and not which characters it is: whatever may be one goes. */
const QUOTED = /(["'`])([^"'`\n]{6,})\1/g;
const WORD = /[^\s"'`=:,;(){}[\]<>]{8,}/g;
const masked = (line: string): string =>
  line
    .replace(QUOTED, (_m, q, v) => `${q}${mask(v)}${q}`)
    .replace(WORD, (word) => (/\d/.test(word) || word.length >= 20 ? mask(word) : word));

const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const squeezed = (text: string): string => text.replace(/\s+/g, '');

type Read = (path: string) => Promise<string | null>;

/** Files are asked for in the order of results: the last few are kept. */
const reader = (tree: Pick<SourceTree, 'text'>): Read => {
  const recent = new Map<string, Promise<string | null>>();
  return (path) => {
    const known = recent.get(path);
    if (known) return known;
    const text = tree.text(path);
    recent.set(path, text);
    if (recent.size > 8) recent.delete(recent.keys().next().value as string);
    return text;
  };
};

/** A manifest a tool speaks of without naming it: the one nearest the root that the tool could have read. */
const MANIFESTS: Record<string, RegExp> = {
  'pip-audit':
    /(^|\/)(requirements[^/]*\.txt|uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|pyproject\.toml)$/,
};

const impliedPlace = (report: ToolReport, tree: Pick<SourceTree, 'entries'>): string | null => {
  const pattern = MANIFESTS[report.format];
  if (!pattern) return null;
  const found = tree.entries.filter((e) => pattern.test(e.path));
  return found.length === 1 ? (found[0]?.path ?? null) : null;
};

/** The line on which a lockfile first names a package, so that a dependency has a place to be read at. */
const lineOfPackage = (text: string, result: ToolResult): number | null => {
  const name = /^(@?[^\s:]+)/.exec(result.title)?.[1];
  if (result.class !== 'supply-chain' || !name) return null;
  const exact = new RegExp(
    `(^|["'/ \\t@])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(["'@:=<>~! \\t(]|$)`,
  );
  const at = text.split('\n').findIndex((line) => exact.test(line));
  return at < 0 ? null : at + 1;
};

const draftOf = async (
  result: ToolResult,
  path: string | null,
  read: Read,
  about: About,
  stale: string,
): Promise<ItemDraft> => {
  const title = withoutSecrets(result.title, result.secrets);
  const { said, advice } = adviceApart(result.detail);
  const detail = withoutSecrets([said, stale].filter(Boolean).join('\n\n'), result.secrets);
  const lead: ItemDraft = {
    kind: 'lead',
    strength: result.strength,
    ...about,
    title,
    detail,
    ...(advice === '' ? {} : { advice: withoutSecrets(advice, result.secrets) }),
  };
  const gap = (why: string): ItemDraft => ({
    ...lead,
    kind: 'gap',
    strength: 'weak',
    title: `Not to be found at this commit: ${title}`,
    detail: `The tool reports it, but ${why}. ${detail}`,
  });
  if (path === null) return lead;
  const text = await read(path);
  if (text === null) return { ...lead, at: { path, startLine: 1 } };
  const lines = text.split('\n');
  const last = lineCount(text);
  const startLine = result.place?.startLine ?? lineOfPackage(text, result) ?? 1;
  if (startLine > last && last > 0)
    return gap(
      `it points at line ${startLine} of ${path}, and that file has ${last} lines at the pinned commit`,
    );
  const endLine = Math.min(Math.max(result.place?.endLine ?? startLine, startLine), Math.max(last, 1));
  const seen = squeezed(result.quoted.split('\n').find((l) => l.trim() !== '') ?? '');
  const there = squeezed(lines.slice(startLine - 1, endLine).join('\n'));
  if (seen !== '' && !there.includes(seen) && !seen.includes(there))
    return gap(
      `what it quotes does not stand in ${path}:${startLine} at the pinned commit: it looked at another version`,
    );
  const snippet = lines.slice(startLine - 1, endLine).join('\n');
  const known = withoutSecrets(snippet, result.secrets);
  return {
    ...lead,
    at: { path, startLine, endLine },
    ...(about.class === 'hardcoded-secret'
      ? { redactedSnippet: known === snippet ? masked(snippet) : known }
      : known === snippet
        ? {}
        : { redactedSnippet: known }),
  };
};

type About = Pick<ItemDraft, 'class' | 'checks' | 'reports' | 'rule' | 'cwe'>;
type Lost = { result: ToolResult; about: About; why: string };

/** Results that point at the same place which is none here: one gap, in which each is named. */
const lostDraft = (list: readonly Lost[]): ItemDraft => {
  const [first] = list as readonly [Lost, ...Lost[]];
  const title = (r: ToolResult): string => withoutSecrets(r.title, r.secrets);
  const gap: ItemDraft = { ...first.about, kind: 'gap', strength: 'weak', title: '' };
  if (list.length === 1)
    return {
      ...gap,
      title: `Not to be found at this commit: ${title(first.result)}`,
      detail: `The tool reports it, but ${first.why}. ${withoutSecrets(adviceApart(first.result.detail).said, first.result.secrets)}`,
    };
  const named = list.slice(0, 30).map((l) => `${l.about.rule}: ${title(l.result)}`);
  return {
    ...gap,
    checks: [...new Set(list.flatMap((l) => l.about.checks ?? []))],
    cwe: [...new Set(list.flatMap((l) => l.about.cwe ?? []))],
    title: `${plural(list.length, 'result')} not to be found at this commit: ${first.why}`,
    detail: [
      `The tool reports them, but ${first.why}.`,
      ...named,
      ...(list.length > named.length ? [`and ${list.length - named.length} more, in the imported file`] : []),
    ].join('\n'),
  };
};

export type DraftParts = {
  tree: Pick<SourceTree, 'entries' | 'allEntries' | 'text'>;
  /** Full hash of the pinned commit. */
  commit: string;
  subdir: string;
  methodology: Methodology;
  /** Ids of our own collectors. */
  collectors: ReadonlySet<string>;
  /** The tool was run from here, on a checkout of the commit. */
  ranHere: boolean;
  /** Where the checkout was, when it was run from here. */
  roots: readonly string[];
};

/** The drafts of each tool in the report, by {@link toolId}. */
export const draftsOf = async (report: ToolReport, parts: DraftParts): Promise<Map<string, ItemDraft[]>> => {
  const drafts = new Map<string, ItemDraft[]>();
  const add = (tool: Tool, draft: ItemDraft): void => {
    const id = toolId(tool, parts.collectors);
    const list = drafts.get(id);
    if (list) list.push(draft);
    else drafts.set(id, [draft]);
  };
  const map = createMapper(
    parts.tree,
    parts.subdir,
    [...report.roots, ...parts.roots],
    report.results.flatMap((r) => (r.place ? [r.place.path] : [])),
  );
  const read = reader(parts.tree);
  const implied = impliedPlace(report, parts.tree);
  const stale =
    report.revision && !parts.commit.startsWith(report.revision.toLowerCase())
      ? `The tool says that it looked at ${report.revision.slice(0, 60)}, and not at the pinned commit.`
      : '';
  const seen = new Map<string, number>();
  const checksSeen = new Set<string>();
  const lost = new Map<string, Lost[]>();
  for (const result of report.results) {
    const judged = judgedUnder(result, parts.methodology);
    for (const check of judged.checks) checksSeen.add(check);
    const rule = visible(result.rule.replace(/\s+/g, ' ').trim().slice(0, 200)) || 'unnamed rule';
    const about = {
      ...judged,
      rule,
      cwe: [...result.cwe],
      reports: [reportOf(result.tool, rule, result.level)],
    };
    const key = JSON.stringify([result.tool, rule, result.place, result.title]);
    const times = seen.get(key) ?? 0;
    seen.set(key, times + 1);
    if (times > 0) continue;
    const place = result.place ? map(result.place.path) : implied ? { path: implied } : null;
    if (place && 'why' in place) {
      const same = JSON.stringify([result.tool, place.why]);
      const list = lost.get(same) ?? [];
      list.push({ result, about, why: place.why });
      lost.set(same, list);
    }
    if (!place || !('why' in place))
      add(result.tool, await draftOf(result, place?.path ?? null, read, about, stale));
  }
  for (const list of lost.values()) add(list[0]!.result.tool, lostDraft(list));
  const fallback = checksSeen.size > 0 ? [...checksSeen].sort() : undefined;
  const told = (kind: 'gap' | 'fact', tool: Tool, rule: string, title: string, detail: string): void =>
    add(tool, {
      kind,
      strength: 'weak',
      rule,
      class: 'hygiene',
      ...(fallback ? { checks: fallback } : {}),
      title: redactSecrets(title),
      detail: redactSecrets(detail),
      reports: [reportOf(tool, rule, '')],
    });
  for (const g of report.gaps) told('gap', g.tool, 'tool-could-not-look', g.title, g.detail);
  const first = report.tools[0] ?? { name: 'tool', version: '' };
  // An empty list is what a tool writes that found nothing, and also what one writes that could not look.
  if (report.looked === 0)
    told(
      'gap',
      first,
      'looked-at-nothing',
      `${first.name} says that it looked at nothing`,
      'That it reports nothing means nothing: look at what it said when it ran, and run it again.',
    );
  else if (report.looked === null && report.total === 0 && !parts.ranHere)
    told(
      'gap',
      first,
      'looked-at-unknown',
      `${first.name} reports nothing, and its file does not say what it looked at`,
      'Make sure that it ran on this commit, and to its end, before you take this for an answer.',
    );
  const hidden = report.total - report.results.length;
  if (hidden > 0)
    told(
      'gap',
      first,
      'too-many-results',
      `${plural(hidden, 'result')} of ${report.total.toLocaleString('en')} not shown`,
      'Only the gravest were taken; all of them stand in the imported file. Let the tool look at less, or at graver things only.',
    );
  const repeated = [...seen.values()].reduce((sum, n) => sum + n - 1, 0);
  if (repeated > 0)
    told(
      'fact',
      first,
      'repeated-results',
      `${plural(repeated, 'result')} said again what another one says`,
      'The same rule, place and words stand in the file more than once; each is shown once.',
    );
  return drafts;
};
