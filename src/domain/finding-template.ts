import { z } from 'zod';
import { type EvidenceItem, placeWords, type Surface, type SurfaceTool, weaknessClass } from './evidence.ts';
import { type Finding, rating } from './finding.ts';
import { cweId, severity } from './methodology.ts';
import { type Problem, readYaml } from './read-yaml.ts';
import { TEMPLATE_WORDS, type TemplateWord, withWords } from './template-words.ts';

/** Texts for the common weaknesses of MCP servers (`checklists/findings/`), to start a finding from. */
const sentence = z.string().trim().min(1);

export const LANGUAGES = {
  typescript: { name: 'TypeScript', extensions: /\.[cm]?[jt]sx?$/ },
  python: { name: 'Python', extensions: /\.pyi?$/ },
  go: { name: 'Go', extensions: /\.go$/ },
  rust: { name: 'Rust', extensions: /\.rs$/ },
  java: { name: 'Java', extensions: /\.(?:java|kt)$/ },
} as const;
type Language = keyof typeof LANGUAGES;

export const template = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id of small letters, digits and dashes'),
  name: sentence.describe('What an auditor chooses it by'),
  classes: z.array(weaknessClass).min(1).describe('Classes of evidence it fits'),
  rules: z
    .array(z.string().regex(/^[a-z0-9-]+$/))
    .min(1)
    .optional()
    .describe('Parts of rule ids: then it is for these alone; without any it is for the rest of its classes'),
  title: sentence,
  severity: severity.describe('Where the auditor starts from; the score decides'),
  category: sentence,
  cwe: cweId,
  summary: sentence,
  description: sentence,
  impact: z.strictObject({
    confidentiality: rating,
    integrity: rating,
    availability: rating,
    exploitability: rating,
    scope: sentence,
  }),
  reproduction: z.array(sentence).min(1),
  risks: z.array(sentence).min(1),
  business: sentence.describe('What it means for whoever runs it in production'),
  remediation: z.strictObject({
    immediate: z.array(sentence).min(1),
    shortTerm: z.array(sentence).min(1),
    longTerm: z.array(sentence).min(1),
  }),
  examples: z
    .strictObject({
      typescript: sentence,
      python: sentence,
      go: sentence.optional(),
      rust: sentence.optional(),
      java: sentence.optional(),
    })
    .describe('How to mend it in code; Go, Rust and Java where it differs'),
  validation: z.array(sentence).min(1),
  references: z.array(z.url({ protocol: /^https$/ })).min(1),
});
export type FindingTemplate = z.infer<typeof template>;

export const templateFile = z.strictObject({ templates: z.array(template).min(1) });

/** Every `{{…}}` of the template but GitHub's `${{ … }}`. */
const PLACEHOLDERS = /(?<!\$)\{\{\s*([^{}]*?)\s*\}\}/g;

const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsOf)
      : [];

/** Reads the template files by name. What is wrong is said with file and line; what is right is used. */
export const parseTemplates = (
  files: ReadonlyMap<string, string>,
): { templates: FindingTemplate[]; problems: Problem[] } => {
  const templates: FindingTemplate[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [file, text] of files) {
    const read = readYaml(file, text, templateFile);
    problems.push(...read.problems);
    for (const [i, t] of (read.value?.templates ?? []).entries()) {
      const at = ['templates', i] as const;
      if (seen.has(t.id)) problems.push(read.problem([...at, 'id'], 'an id of its own', t.id));
      seen.add(t.id);
      const unknown = textsOf(t)
        .flatMap((s) => [...s.matchAll(PLACEHOLDERS)].map((m) => m[1] ?? ''))
        .find((word) => !TEMPLATE_WORDS.includes(word as TemplateWord));
      if (unknown !== undefined)
        problems.push(read.problem(at, `one of ${TEMPLATE_WORDS.join(', ')} in {{…}}`, unknown));
      templates.push(t);
    }
  }
  return { templates, problems };
};

/** Text of the target on its way into a sentence: one line, no mark-up of its own, no words to be filled in. */
const quoted = (text: string): string =>
  `\`${text.replace(/\s+/g, ' ').replaceAll('`', "'").replaceAll('{{', '{ {').trim().slice(0, 120)}\``;

const declares = (tool: SurfaceTool, path: string, line: number): boolean =>
  (tool.path === path && tool.line === line) ||
  (tool.handler?.path === path && line >= tool.handler.startLine && line <= tool.handler.endLine);

/** What an evidence item says of itself, as words of a template. Nothing is guessed. */
export const wordsOf = (
  item: EvidenceItem,
  surface: Surface,
  server: string,
): Partial<Record<TemplateWord, string>> => {
  const words: Partial<Record<TemplateWord, string>> = {};
  const source = item.flow.find((s) => s.role === 'source');
  const sink = item.flow.findLast((s) => s.role === 'sink');
  const guards = item.flow.filter((s) => s.role === 'guard');
  if (server) words.server = quoted(server);
  const at = item.location;
  if (at) words.place = quoted(placeWords(at));
  if (source) words.source = quoted(`${source.path}:${source.line}`);
  if (sink) words.sink = quoted(sink.text);
  // How the flow collector words a source: `name` of tool export_report, `name` of a tool, what a file holds.
  const [whole, parameter, door, tool] =
    /^(?:`([^`]+)`|input) of (?:a )?(tool|resource|prompt|route|function|data fetched)(?: (\S.*))?$/.exec(
      source?.text ?? '',
    ) ?? [];
  if (parameter) words.parameter = quoted(parameter);
  else if (source) words.parameter = whole ? 'its input' : quoted(source.text);
  if (tool) words.tool = door === 'tool' ? quoted(tool) : `${door} ${quoted(tool)}`;
  const anchor = source ?? (at ? { path: at.path, line: at.startLine } : null);
  const declared = anchor && surface.tools.find((t) => declares(t, anchor.path, anchor.line));
  if (!words.tool && declared) words.tool = quoted(declared.name);
  if (source && sink)
    words.guard =
      guards.length === 0
        ? 'Nothing on the way checks it.'
        : // That it does not hold is for the auditor to say: the word stays open behind it.
          `On the way stands ${guards.map((g) => `${quoted(g.text)} (${quoted(`${g.path}:${g.line}`)})`).join(' and ')}. It does not hold because {{guard}}.`;
  return words;
};

const score = (t: FindingTemplate, item: EvidenceItem): number => {
  if (!t.classes.includes(item.class)) return -1;
  // A text about something else is worse than none: what is special must be meant by the rule.
  if (t.rules && !t.rules.some((r) => item.rule.includes(r))) return -1;
  return (t.rules ? 10 : 0) + (item.cwe.includes(t.cwe) ? 1 : 0);
};

/** The template that fits an item best, or null when none is meant for its class. Good practice has none. */
export const templateFor = (
  templates: readonly FindingTemplate[],
  item: EvidenceItem,
): FindingTemplate | null => {
  if (item.kind === 'strength') return null;
  let best: { t: FindingTemplate; score: number } | null = null;
  for (const t of templates) {
    const s = score(t, item);
    if (s >= 0 && s > (best?.score ?? -1)) best = { t, score: s };
  }
  return best?.t ?? null;
};

/** Examples in the language of the cited files; in TypeScript and Python when that is neither. */
const examplesFor = (t: FindingTemplate, paths: readonly string[]): string => {
  const all = Object.keys(LANGUAGES) as Language[];
  const spoken = all.filter((l) => t.examples[l] && paths.some((p) => LANGUAGES[l].extensions.test(p)));
  const chosen = spoken.length > 0 ? spoken : (['typescript', 'python'] as const);
  return chosen.map((l) => `**${LANGUAGES[l].name}**: ${t.examples[l]}`).join('\n\n');
};

/**
 * The finding with the template's texts in every part that says nothing yet. `fresh`: also in those a check's own template
 * filled, for a finding just begun.
 */
export const applyTemplate = (
  f: Finding,
  t: FindingTemplate,
  words: Partial<Record<TemplateWord, string>>,
  fresh: boolean,
): Finding => {
  const say = (from: string): string => {
    const said = withWords(from, words);
    // A sentence begins with a capital; an address is none.
    return /^[a-z][a-z0-9+.-]*:\/\//.test(said) ? said : said.charAt(0).toUpperCase() + said.slice(1);
  };
  const text = (now: string, from: string): string => (now.trim() === '' ? say(from) : now);
  const list = (now: readonly string[], from: readonly string[]): string[] =>
    now.length > 0 ? [...now] : from.map(say);
  const title = say(t.title);
  const unrated = Object.entries(f.impact).every(([key, v]) => key === 'scope' || v === 'None');
  const plain = title.includes('{{') && f.title !== '' ? f.title : title;
  return {
    ...f,
    title: fresh || f.title === '' ? plain.replaceAll('`', '') : f.title,
    severity: fresh ? t.severity : f.severity,
    category: fresh ? t.category : text(f.category, t.category),
    cwe: fresh ? t.cwe : (f.cwe ?? t.cwe),
    summary: text(f.summary, t.summary),
    description:
      fresh && f.description !== ''
        ? `${say(t.description)}\n\n${f.description}`
        : text(f.description, t.description),
    impact: {
      ...(unrated ? t.impact : f.impact),
      scope: text(f.impact.scope, t.impact.scope),
    },
    reproduction: fresh
      ? [...f.reproduction, ...t.reproduction.map(say)]
      : list(f.reproduction, t.reproduction),
    risks: list(f.risks, t.risks),
    business: { ...f.business, production: text(f.business.production, t.business) },
    recommendations: {
      immediate: fresh
        ? t.remediation.immediate.map(say)
        : list(f.recommendations.immediate, t.remediation.immediate),
      shortTerm: list(f.recommendations.shortTerm, t.remediation.shortTerm),
      longTerm: list(f.recommendations.longTerm, t.remediation.longTerm),
    },
    examples: text(
      f.examples,
      examplesFor(
        t,
        f.locations.map((l) => l.path),
      ),
    ),
    validation: list(f.validation, t.validation),
    references: list(f.references, t.references),
  };
};

/** A finding begun from evidence: what and where it says, in a template's words where one fits. The judgement stays to write. */
export const findingFromEvidence = (
  draft: Finding,
  item: EvidenceItem,
  about: { templates: readonly FindingTemplate[]; surface: Surface; server: string; template?: string },
): Finding => {
  const positive = item.kind === 'strength';
  const at = item.location;
  const words = wordsOf(item, about.surface, about.server);
  const begun: Finding = {
    ...draft,
    title: item.title,
    positive,
    severity: positive ? 'info' : draft.severity,
    cwe: positive ? null : (item.cwe[0] ?? draft.cwe),
    locations: at ? [at] : [],
    components: [
      ...(words.tool ? [`Tool: ${words.tool}`] : []),
      ...(at ? [`File: \`${at.path}\` (lines ${at.startLine}-${at.endLine})`] : []),
    ],
    evidence: [item.id],
    description: item.detail,
    reproduction: item.reproduce ? [`Show the code at the audited commit: \`${item.reproduce}\``] : [],
    recommendations: positive ? { immediate: [], shortTerm: [], longTerm: [] } : draft.recommendations,
  };
  const chosen = about.templates.find((t) => t.id === about.template) ?? templateFor(about.templates, item);
  return chosen ? applyTemplate(begun, chosen, words, true) : begun;
};
