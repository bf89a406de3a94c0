// Long, because it is the table of everything an auditor fills in: one entry a row of the finding editor.
import { cweLabel, findCwe } from '../../domain/cwe.ts';
import { placeWords } from '../../domain/evidence.ts';
import {
  DEPLOYMENTS,
  type Finding,
  giveSeverity,
  impactContradiction,
  missingParts,
  RATED,
  ratingWord,
  severityProposed,
  TRACKING,
  type Tracking,
} from '../../domain/finding.ts';
import { disagreement } from '../../domain/scoring/severity.ts';
import { SHEETS } from '../../domain/scoring/sheet.ts';
import type { FormField } from '../overlays/overlay.ts';

export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((l) => l.replace(/^\s*[-*]\s+/, '').trim())
    .filter(Boolean);

const RATINGS = (['', 'None', 'Low', 'Medium', 'High'] as const).map((rating) => ({
  rating,
  word: ratingWord(rating),
}));

/** One row of the form: how a part of a finding is shown, and how the text goes back into it. */
export type Part = Omit<FormField, 'value' | 'open' | 'add'> & {
  get: (f: Finding) => string;
  set: (f: Finding, text: string, today: string) => Finding;
  /** What Enter opens instead of a text field, and what `a` adds from: names of the pickers. */
  open?: 'cwe' | 'score';
  add?: 'components' | 'reproduction' | 'evidence';
};

const text = (
  id: keyof Finding &
    ('title' | 'category' | 'summary' | 'description' | 'notes' | 'severityReason' | 'examples'),
  label: string,
  help: string,
  multiline = true,
): Part => ({
  id,
  label,
  help,
  multiline,
  get: (f) => f[id],
  set: (f, value) => ({ ...f, [id]: value.trim() }),
});

const list = (
  id: 'components' | 'reproduction' | 'risks' | 'validation' | 'references' | 'evidence',
  label: string,
  help: string,
  add?: Part['add'],
): Part => ({
  id,
  label,
  help: `${help} One a line${add ? '; a adds from what is known' : ''}.`,
  multiline: true,
  ...(add ? { add } : {}),
  get: (f) => f[id].join('\n'),
  set: (f, value) => ({ ...f, [id]: lines(value) }),
});

const impact = (id: (typeof RATED)[number]): Part => ({
  id: `impact.${id}`,
  label: id,
  help: '←/→ change',
  options: RATINGS.map((r) => r.word),
  get: (f) => ratingWord(f.impact[id]),
  // A suggestion comes in the words of the record, a choice in those of the screen.
  set: (f, value) => {
    const given = RATINGS.find((r) => r.word === value || r.rating === value)?.rating ?? '';
    return { ...f, impact: { ...f.impact, [id]: given } };
  },
});

const advice = (id: 'immediate' | 'shortTerm' | 'longTerm', label: string): Part => ({
  id: `recommendations.${id}`,
  label,
  help: 'One action a line.',
  multiline: true,
  get: (f) => f.recommendations[id].join('\n'),
  set: (f, value) => ({ ...f, recommendations: { ...f.recommendations, [id]: lines(value) } }),
});

const score = ({ id, title }: (typeof SHEETS)[number]): Part => ({
  id,
  label: title.replace('OWASP ', ''),
  help: `Enter opens the calculator of ${title}: metric by metric, the score live.`,
  open: 'score',
  get: (f) => {
    const sheet = SHEETS.find((s) => s.id === id);
    if (!sheet || (id === 'aivss' ? f.scores.aivss === null : f.scores[id] === '')) return '';
    const { text: value, band, vector } = sheet.result(sheet.choice(f.scores), f.scores);
    return value ? `${value} ${band ?? ''}  ${vector}` : 'needs a CVSS 4.0 score';
  },
  set: (f) => f,
});

const deployment = (id: (typeof DEPLOYMENTS)[number]): Part => ({
  id: `business.${id}`,
  label: `harm, ${id}`,
  help: `What it means for whoever runs it in ${id}: money, trust, data, duty. One of the four must say something.`,
  multiline: true,
  get: (f) => f.business[id],
  set: (f, value) => ({ ...f, business: { ...f.business, [id]: value.trim() } }),
});

const TRACKING_WORDS: Record<keyof Tracking, [string, string]> = {
  reported: ['reported', 'The maintainers were told of it'],
  acknowledged: ['acknowledged', 'They said that they know'],
  fixAvailable: ['fix there', 'A release or commit mends it'],
  fixVerified: ['fix verified', 'Somebody tried, and it is mended'],
  closed: ['closed', 'Nothing is left to do'],
  wontFix: ["won't fix", 'They said that they will not mend it'],
  disputed: ['disputed', 'They say that it is none'],
};

const tracked = (id: keyof Tracking): Part => ({
  id: `tracking.${id}`,
  label: TRACKING_WORDS[id][0],
  help: `${TRACKING_WORDS[id][1]}: the day as YYYY-MM-DD, t for today, empty for not yet.`,
  get: (f) => f.tracking[id] ?? '',
  set: (f, value, today) => ({
    ...f,
    tracking: { ...f.tracking, [id]: value.trim() === 't' ? today : value.trim() || null },
  }),
});

export const FINDING_PARTS: readonly Part[] = [
  text('title', 'title', 'The weakness in one line.', false),
  {
    id: 'severity',
    label: 'severity',
    help: '←/→ change',
    options: ['critical', 'high', 'medium', 'low', 'info'],
    get: (f) => f.severity,
    set: (f, value) => ({
      ...giveSeverity(f, value as Finding['severity']),
      positive: f.positive && value === 'info',
    }),
  },
  ...SHEETS.map(score),
  text(
    'severityReason',
    'why not as scored',
    'Why the severity is another one than the score says: what the score cannot see here.',
  ),
  {
    id: 'positive',
    label: 'kind',
    help: '←/→ change: a weakness, or a good practice worth telling (always info)',
    options: ['weakness', 'good practice'],
    get: (f) => (f.positive ? 'good practice' : 'weakness'),
    set: (f, value) => ({
      ...f,
      positive: value === 'good practice',
      severity: value === 'good practice' ? 'info' : f.severity,
      cwe: value === 'good practice' ? null : f.cwe,
    }),
  },
  {
    id: 'checks',
    label: 'checks',
    help: 'Every check it speaks to, the one it was raised from first: 2.1.2, 2.2.1.',
    get: (f) => f.checks.join(', '),
    set: (f, value) => {
      const checks = [...new Set(value.split(/[\s,;]+/).filter(Boolean))];
      return checks.length > 0 ? { ...f, checks } : f;
    },
  },
  text('category', 'category', 'For instance: Input Validation, Access Control, Supply Chain.', false),
  {
    id: 'cwe',
    label: 'CWE',
    help: 'Enter searches the catalogue by number or words.',
    open: 'cwe',
    get: (f) => (f.cwe ? cweLabel(f.cwe) : ''),
    set: (f) => f,
  },
  {
    id: 'where',
    label: 'where',
    help: 'path:first-last at the audited commit, one a line; the code there is read again and kept.',
    multiline: true,
    get: (f) => f.locations.map(placeWords).join('\n'),
    // Needs the target: see saveWhere.
    set: (f) => f,
  },
  list('evidence', 'evidence', 'Ids of the evidence it rests on, with its flows and commands.', 'evidence'),
  text('summary', 'summary', 'Two sentences for somebody who decides: what is wrong, and what it allows.'),
  text('description', 'description', 'How it comes about, in the code.'),
  ...RATED.map(impact),
  {
    id: 'impact.scope',
    label: 'scope',
    help: 'What an attacker reaches: this tool, the host, the accounts behind it.',
    multiline: true,
    get: (f) => f.impact.scope,
    set: (f, value) => ({ ...f, impact: { ...f.impact, scope: value.trim() } }),
  },
  list('components', 'components', 'What is affected: tools, files, functions, dependencies.', 'components'),
  list(
    'reproduction',
    'reproduction',
    'Steps somebody else can follow, with what is expected and what happens.',
    'reproduction',
  ),
  list('risks', 'risks', 'Who does what with it.'),
  ...DEPLOYMENTS.map(deployment),
  advice('immediate', 'fix now'),
  advice('shortTerm', 'fix soon'),
  advice('longTerm', 'fix for good'),
  text('examples', 'fix in code', 'How to mend it in code, a paragraph a language.'),
  list('validation', 'validation', 'How to see that it is fixed.'),
  list('references', 'references', 'Links and documents.'),
  text('notes', 'auditor notes', 'Anything a reader of the report should know.'),
  ...TRACKING.map(tracked),
];

/** How the editor calls a part, for lists of what is missing. */
export const partLabel = (id: string): string => FINDING_PARTS.find((p) => p.id === id)?.label ?? id;

/** Whose words a part still holds, where they are not the auditor's; '' where they are. */
export const wordsAreOf = (f: Finding, part: string): string => {
  if (part === 'severity' || !f.template.parts.includes(part)) return '';
  if (f.template.id !== '')
    return `In the words of the template ${f.template.id}: read them against the code. `;
  return part === 'recommendations.immediate'
    ? `General guidance of check ${f.checks[0]}, published as that and not as yours until you change it. `
    : `In the words of check ${f.checks[0]}, whatever was seen here. `;
};

/** Parts that speak only of weaknesses. */
const WEAKNESS_ONLY = /^(cvss|aivss|severityReason|cwe|business|tracking|examples)/;

/** The rows of the editor for a finding; `hook` gives the pickers behind the rows that have one. */
export const fieldsOf = (
  f: Finding,
  hook: (part: Part) => Pick<FormField, 'open' | 'add'> & { suggested?: string } = () => ({}),
): FormField[] => {
  const missing = new Set(missingParts(f));
  const wanted = disagreement(f.severity, f.scores);
  const contradiction = impactContradiction(f);
  return FINDING_PARTS.filter(
    (p) =>
      !(f.positive && WEAKNESS_ONLY.test(p.id)) &&
      (p.id !== 'severityReason' || wanted !== null || contradiction !== null || f.severityReason !== ''),
  ).map((part) => {
    const { get, set: _set, open: _open, add: _add, ...rest } = part;
    const { suggested, ...keys } = hook(part);
    const taken = suggested ? ` Suggested, a takes it over: ${suggested.replace(/\n/g, ' ')}` : '';
    const help =
      part.id === 'severity' && severityProposed(f)
        ? `Proposed, not given: Enter keeps it, or ${rest.help}`
        : part.id === 'severityReason' && wanted
          ? `The score says ${wanted}. ${rest.help}`
          : part.id === 'severityReason' && contradiction
            ? `Say why: ${contradiction}.`
            : part.id === 'cwe' && f.cwe && (findCwe(f.cwe)?.usage ?? 'allowed') !== 'allowed'
              ? `${rest.help} MITRE advises against ${f.cwe} here: it is too wide to say what is wrong.`
              : rest.help;
    return {
      ...rest,
      ...keys,
      help: `${wordsAreOf(f, part.id)}${help}${taken}`,
      value: get(f),
      required: missing.has(part.id) || (part.id === 'where' && missing.has('locations or evidence')),
    };
  });
};
