import { type EvidenceItem, lineWords, type Surface } from './evidence.ts';
import { quoted, toolsTaking, wordsOf } from './evidence-words.ts';
import { type Finding, partTexts } from './finding.ts';
import { descriptionFrom } from './finding-description.ts';
import { findCheck, type Methodology } from './methodology.ts';
import type { TriedLead } from './observations.ts';
import type { Session } from './session.ts';
import { isGuarded } from './standing.ts';
import { type FindingTemplate, fitted, LANGUAGES, type Language } from './template-file.ts';
import { type TemplateWord, withWords } from './template-words.ts';

export { wordsOf } from './evidence-words.ts';
export * from './template-file.ts';

/** How a finding starts from a template and from what the evidence says. */

/** The template meant for the rule an item comes from, or null: a text about something else is worse than none. */
export const templateFor = (
  templates: readonly FindingTemplate[],
  item: EvidenceItem,
): FindingTemplate | null =>
  item.kind === 'lead' ? (templates.find((t) => t.rules?.includes(item.rule)) ?? null) : null;

/**
 * A template as it is meant for an item: the wording of its positions, where it is one of the template's own rules. Where a
 * guard stands on the way already, to put one there is no advice: what is wrong with it is for the auditor to say.
 */
export const fittedTo = (t: FindingTemplate, item: EvidenceItem | null | undefined): FindingTemplate => {
  const meant = fitted(t, item && t.rules?.includes(item.rule) ? item.positions : undefined);
  return item && isGuarded(item)
    ? {
        ...meant,
        remediation: { immediate: [MEND_GUARD], shortTerm: [], longTerm: [] },
        examples: NO_EXAMPLES,
      }
    : meant;
};

const NO_EXAMPLES: FindingTemplate['examples'] = { typescript: '', python: '' };
const MEND_GUARD = 'Mend what stands on the way already. {{guard}}';

/** A weak lead does not begin as grave as a strong one of its kind. */
const GRAVITY = ['info', 'low', 'medium', 'high', 'critical'] as const;
const milder = (a: Finding['severity'], b: Finding['severity']): Finding['severity'] =>
  GRAVITY[Math.min(GRAVITY.indexOf(a), GRAVITY.indexOf(b))]!;

/** Where a lead begins at most, by how much was seen; the auditor and the score decide. */
const AT_MOST: Record<EvidenceItem['strength'], Finding['severity']> = {
  strong: 'critical',
  moderate: 'medium',
  weak: 'low',
};

/** Where a finding raised from a lead begins: the severity of its template, or of no template, as far as the lead is certain. */
export const severityOf = (
  lead: EvidenceItem,
  templates: readonly FindingTemplate[],
): Finding['severity'] => {
  const template = templateFor(templates, lead);
  const most = AT_MOST[lead.strength];
  return milder(template ? fittedTo(template, lead).advice.severity : 'medium', most);
};

/** Examples in the languages of the cited files, and in no other. */
const examplesFor = (t: FindingTemplate, paths: readonly string[]): string =>
  (Object.keys(LANGUAGES) as Language[])
    .filter((l) => t.examples[l] && paths.some((p) => LANGUAGES[l].extensions.test(p)))
    .map((l) => `**${LANGUAGES[l].name}**: ${t.examples[l]}`)
    .join('\n\n');

/** A template's sentence with what is known put in. */
export const saidBy = (from: string, words: Partial<Record<TemplateWord, string>>): string => {
  const said = withWords(from, words);
  // A sentence begins with a capital; an address is none.
  return /^[a-z][a-z0-9+.-]*:\/\//.test(said) ? said : said.charAt(0).toUpperCase() + said.slice(1);
};

/**
 * What a template suggests for a part of a finding, by the part's name; '' where it suggests nothing. `words` are those of the
 * evidence; what they leave open stays to be written.
 */
export const suggestionFor = (
  t: FindingTemplate,
  part: string,
  words: Partial<Record<TemplateWord, string>>,
): string => {
  const { advice: a } = t;
  const [group, key] = part.split('.');
  const said = (text: string) => saidBy(text, words);
  switch (part) {
    case 'title':
      return said(a.title).replaceAll('`', '');
    case 'severity':
      return a.severity;
    case 'summary':
      return said(a.summary);
    case 'description':
      return said(a.description);
    case 'reproduction':
      return a.reproduction.map(said).join('\n');
    case 'risks':
      return a.risks.map(said).join('\n');
    case 'business.production':
      return said(a.business);
    case 'impact.scope':
      return said(a.impact.scope);
    default:
      return group === 'impact' && key ? a.impact[key as keyof typeof a.impact] : '';
  }
};

/**
 * The finding with the template's guidance in every part that says nothing yet: what it is called, how it is mended, and how
 * one sees that it is. `fresh`: also in those a check's own template filled, for a finding just begun.
 */
export const applyTemplate = (
  f: Finding,
  t: FindingTemplate,
  words: Partial<Record<TemplateWord, string>>,
  fresh: boolean,
): Finding => {
  const text = (now: string, from: string): string => (now.trim() === '' ? from : now);
  const list = (now: readonly string[], from: readonly string[]): string[] =>
    now.length > 0 ? [...now] : from.map((s) => saidBy(s, words));
  const filled: Finding = {
    ...f,
    severity: fresh && f.severity !== 'info' ? milder(f.severity, t.advice.severity) : f.severity,
    category: fresh ? t.category : text(f.category, t.category),
    cwe: f.cwe ?? t.cwe,
    recommendations: {
      immediate: fresh
        ? t.remediation.immediate.map((s) => saidBy(s, words))
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
  const before = new Map(partTexts(f));
  const parts = partTexts(filled).flatMap(([part, now]) =>
    now.trim() !== '' && before.get(part) !== now ? [part] : [],
  );
  return { ...filled, template: { id: t.id, parts: [...new Set([...f.template.parts, ...parts])] } };
};

/** An item's title as a heading: the tool by its name where there is one, no marks, and no bracket that a list had to cut. */
const titleOf = (item: EvidenceItem, surface: Surface): string => {
  const [only, another] = toolsTaking(item, surface);
  const named = only && !another ? item.title.replace(/ of a tool\b/, ` of tool ${only.name}`) : item.title;
  // The other ways stand in the description, each with its place.
  return named
    .replaceAll('`', '')
    .replace(/ \([^()]*…(?=,|$)/, '')
    .replace(/, and \d+ more ways?$/, '');
};

/** "Tool: `x`"; what is none says what it is: "Route `GET /x`". */
const componentOf = (tool: string): string =>
  tool.startsWith('`') ? `Tool: ${tool}` : tool.charAt(0).toUpperCase() + tool.slice(1);

const MOST_TOOLS = 12;

/** The tools it may be, in one line. */
const toolsWords = (item: EvidenceItem, surface: Surface): string[] => {
  const tools = toolsTaking(item, surface);
  const rest = tools.length > MOST_TOOLS ? `, and ${tools.length - MOST_TOOLS} more` : '';
  return tools.length > 1
    ? [
        `Tools that take such a value, of which the evidence does not tell the one: ${tools
          .slice(0, MOST_TOOLS)
          .map((t) => quoted(t.name))
          .join(', ')}${rest}`,
      ]
    : [];
};

/**
 * The checks a finding begun from an item speaks to: the one it is raised from, then every other the item was gathered for.
 * Where the auditor has said that a check passes or does not apply, that stands until they say otherwise.
 */
export const checksFor = (item: EvidenceItem, first: string, m: Methodology, session: Session): string[] => [
  first,
  ...item.checks.filter((id) => {
    const verdict = session.answers.get(id)?.verdict;
    return id !== first && findCheck(m, id) && verdict !== 'pass' && verdict !== 'not-applicable';
  }),
];

/** What was done on the running server, and what came of it: nothing where it did not come to that. */
const actualSteps = (t: TriedLead): string[] =>
  t.result === 'confirmed'
    ? [
        `Make the calls again in a sandbox: \`mcp-audit replay ${t.observation}\``,
        `Actual: ${quoted(t.shown, 400)} (observation ${t.observation}, ${t.at.slice(0, 10)}, in ${t.sandbox}).`,
      ]
    : [];

/** Guidance for a check's worst case, which a finding begun from evidence must not inherit. */
const withoutGuidance = (draft: Finding): Finding => ({
  ...draft,
  title: '',
  severity: 'info',
  category: '',
  cwe: null,
  recommendations: { immediate: [], shortTerm: [], longTerm: [] },
});

/**
 * A finding begun from evidence: what and where, in the evidence's own words, and a template's guidance where one is meant for
 * its rule. What is neutral, good or unknown begins without any. The judgement stays to write.
 */
export const findingFromEvidence = (
  draft: Finding,
  item: EvidenceItem,
  about: {
    templates: readonly FindingTemplate[];
    surface: Surface;
    server: string;
    template?: string;
    /** What became of the item on the running server. */
    tried?: TriedLead | undefined;
  },
): Finding => {
  const positive = item.kind === 'strength';
  const weak = item.kind === 'lead';
  const at = item.location;
  // What was seen to hold is no hint any more, however little of it the code shows.
  const most = AT_MOST[about.tried?.result === 'confirmed' ? 'strong' : item.strength];
  const words = wordsOf(item, about.surface, about.server);
  const chosen = about.templates.find((t) => t.id === about.template) ?? templateFor(about.templates, item);
  const template = chosen && fittedTo(chosen, item);
  const begun: Finding = {
    ...withoutGuidance(draft),
    title: titleOf(item, about.surface),
    positive,
    severity: weak ? (template ? most : milder('medium', most)) : 'info',
    category: positive ? draft.category : '',
    cwe: weak ? (item.cwe[0] ?? null) : null,
    locations: at ? [at] : [],
    components: [
      ...(words.tool ? [componentOf(words.tool)] : toolsWords(item, about.surface)),
      ...(at ? [`File: \`${at.path}\` (${lineWords(at)})`] : []),
    ],
    evidence: [item.id],
    template: { id: '', parts: weak ? ['severity'] : [] },
    description: descriptionFrom(item.detail),
    reproduction: [
      ...(item.reproduce ? [`Show the code at the audited commit: \`${item.reproduce}\``] : []),
      ...(about.tried ? actualSteps(about.tried) : []),
    ],
  };
  return template ? applyTemplate(begun, template, words, true) : begun;
};
