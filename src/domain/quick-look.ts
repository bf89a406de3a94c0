// Long, since it is one list: the questions that decide, each with what answers it.
import { z } from 'zod';
import { count, plural } from '../text/plural.ts';
import { type CollectorRun, type EvidenceItem, place, type Surface, targetRef } from './evidence.ts';
import { isSecondary } from './standing.ts';

/**
 * A look before installing: few questions, each *seen*, *not seen* or *could not look*, with places and reasons. Views of what
 * collectors said, and nothing beyond it; never a grade, since nobody judged anything yet.
 */
export const CHECK_SCHEMA = 'mcp-audit/check@1';

const answerState = z.enum(['seen', 'not-seen', 'could-not-look']);
export type AnswerState = z.infer<typeof answerState>;

const quickAnswer = z.strictObject({
  id: z.string(),
  question: z.string(),
  state: answerState,
  /** Whether some of what should have been looked at was not: then "not seen" is not said at all. */
  inPart: z.boolean(),
  /** What was seen, or where it was looked, in few words. */
  says: z.array(z.string()),
  /** Where; the first of them. */
  places: z.array(place),
  placeCount: z.number().int().nonnegative(),
  /** Leads of this kind, places that somebody has to judge. */
  leads: z.number().int().nonnegative(),
  /** What was not looked at, and why. */
  gaps: z.array(z.string()),
  /** Who looked. */
  collectors: z.array(z.string()),
});
export type QuickAnswer = z.infer<typeof quickAnswer>;

export const checkReport = z.strictObject({
  schema: z.literal(CHECK_SCHEMA),
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  target: targetRef.extend({
    name: z.string(),
    /** What it was opened from. */
    source: z.string(),
    /** What the target is and is not, and what was odd about it. */
    notices: z.array(z.string()),
  }),
  answers: z.array(quickAnswer),
});
export type CheckReport = z.infer<typeof checkReport>;

export type Looked = {
  runs: ReadonlyMap<string, CollectorRun>;
  items: readonly EvidenceItem[];
  surface: Surface;
  /** Why a collector that is missing from `runs` said nothing. */
  missing: string;
};

type Question = {
  id: string;
  question: string;
  collectors: readonly string[];
  /** What answers it; nothing at all means it was not seen. */
  seen(
    items: readonly EvidenceItem[],
    surface: Surface,
  ): { says: string[]; at: readonly EvidenceItem[]; leads?: readonly EvidenceItem[] };
  /** Gaps that leave this question open; those of its collectors that are not named in {@link ELSEWHERE}, when left out. */
  gaps?: (item: EvidenceItem) => boolean;
  /** Why the question cannot be answered of such a target at all. */
  whole?(items: readonly EvidenceItem[]): string[];
};

/** Gaps that are so of every server, or that concern other questions. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'not-started',
  'no-remote',
  'snapshot',
  'unmodelled-calls',
  'authorization-not-followed',
  'binary-files',
  'vulnerabilities-not-looked-up',
  'advisory-source-failed',
  'history-incomplete',
  // Files without a history lack none.
  'no-history',
]);

const is =
  (collector: string, ...rules: string[]) =>
  (i: EvidenceItem): boolean =>
    i.collector === collector && (rules.length === 0 || rules.includes(i.rule));
const isLead = (i: EvidenceItem): boolean => i.kind === 'lead';
const ofClass =
  (...classes: EvidenceItem['class'][]) =>
  (i: EvidenceItem): boolean =>
    isLead(i) && classes.includes(i.class);
/** What people install is the server: its tests and examples are no answer. */
const own = (i: EvidenceItem): boolean => !i.location || !isSecondary(i.location.path);
const titles = (items: readonly EvidenceItem[]): string[] => [...new Set(items.map((i) => i.title))];
const leadsSay = (leads: readonly EvidenceItem[], what: string): string[] =>
  leads.length === 0 ? [] : [`${plural(leads.length, 'lead')}: ${what}`];

const FLOWS = ['capabilities', 'code-flow', 'code-weaknesses'];

const ability =
  (rules: string[], classes: EvidenceItem['class'][], into: string): Question['seen'] =>
  (items) => {
    const facts = items.filter(is('capabilities', ...rules));
    const leads = items.filter((i) => ofClass(...classes)(i) && own(i));
    return {
      says: [...titles(facts), ...leadsSay(leads, `what a caller sends may get ${into}`)],
      at: [...leads, ...facts],
      leads,
    };
  };

const all =
  (choose: (i: EvidenceItem) => boolean): Question['seen'] =>
  (items) => {
    const found = items.filter(choose);
    return { says: titles(found), at: found, leads: found.filter(isLead) };
  };

const names = (of: readonly { name: string }[]): string =>
  `${of
    .slice(0, 6)
    .map((t) => t.name)
    .join(', ')}${of.length > 6 ? ` and ${count(of.length - 6)} more` : ''}`;

const AGAINST_SOURCE = ['same-as-repository', 'differs-from-repository', 'only-in-package', 'built-code'];

export const QUESTIONS: readonly Question[] = [
  {
    id: 'who',
    question: 'Who is behind it?',
    collectors: ['identity', 'look-alikes'],
    seen: (items) => {
      const leads = items.filter(
        (i) => isLead(i) && !AGAINST_SOURCE.includes(i.rule) && i.rule !== 'deprecated',
      );
      const facts = items
        .filter(
          is(
            'identity',
            'remote',
            'package-name',
            'repository-field',
            'author',
            'registry-namespace',
            'published',
            'unofficial',
          ),
        )
        .filter((i) => i.kind === 'fact');
      return { says: [...titles(leads), ...titles(facts)], at: leads, leads };
    },
    gaps: () => false,
  },
  {
    id: 'age',
    question: 'How old is it, and is it alive?',
    collectors: ['git-history', 'identity'],
    seen: (items) => {
      const facts = items.filter(
        (i) =>
          is('git-history', 'age', 'activity', 'authors')(i) || is('identity', 'published', 'deprecated')(i),
      );
      return { says: titles(facts), at: [], leads: facts.filter(isLead) };
    },
    gaps: is('git-history'),
  },
  {
    id: 'source',
    question: 'Is it the code of its repository?',
    collectors: ['identity'],
    whole: (items) =>
      items.some(is('identity', 'snapshot'))
        ? []
        : ['it is a repository itself: name the package you would install (npm:…, pypi:…) to compare that'],
    seen: all(is('identity', ...AGAINST_SOURCE)),
    gaps: is('identity', 'not-compared', 'compared-in-part'),
  },
  {
    id: 'offers',
    question: 'What does it offer?',
    collectors: ['tool-surface'],
    seen: (items, surface) => {
      const { tools, resources, prompts } = surface;
      const facts = items.filter(is('tool-surface', 'tools'));
      return {
        says: [
          ...(tools.length > 0 ? [`${plural(tools.length, 'tool')}: ${names(tools)}`] : []),
          ...(resources.length > 0 ? [plural(resources.length, 'resource')] : []),
          ...(prompts.length > 0 ? [plural(prompts.length, 'prompt')] : []),
        ],
        at: facts,
      };
    },
  },
  {
    id: 'programs',
    question: 'Can it start programs or a shell?',
    collectors: FLOWS,
    seen: ability(
      ['programs', 'code'],
      ['command-injection', 'argument-injection', 'code-execution', 'deserialization'],
      'there',
    ),
  },
  {
    id: 'files',
    question: 'Can it touch files?',
    collectors: FLOWS,
    seen: ability(['files-read', 'files-written', 'files-deleted'], ['path-traversal'], 'into their paths'),
  },
  {
    id: 'network',
    question: 'Can it speak to the network?',
    collectors: [...FLOWS, 'network'],
    seen: (items) => {
      const base = ability(
        ['network'],
        ['ssrf'],
        'into an address',
      )(items, { tools: [], resources: [], prompts: [], transports: [] });
      const hosts = items.filter(is('network', 'outbound-hosts', 'telemetry-library'));
      return { ...base, says: [...base.says, ...titles(hosts)], at: [...base.at, ...hosts] };
    },
  },
  {
    id: 'callers',
    question: 'Can others call it over the network?',
    collectors: ['network', 'authorization', 'code-weaknesses'],
    seen: (items) => {
      const facts = items.filter(is('network', 'listeners', 'debug-listener'));
      const leads = items.filter(
        (i) => ofClass('missing-auth', 'broken-authorization', 'dns-rebinding', 'cors', 'csrf')(i) && own(i),
      );
      return { says: [...titles(facts), ...titles(leads)], at: [...leads, ...facts], leads };
    },
    gaps: (i) =>
      (is('network')(i) || is('authorization')(i)) &&
      !ELSEWHERE.has(i.rule) &&
      i.rule !== 'connections-not-recognised',
  },
  {
    id: 'secrets',
    question: 'Do credentials lie in it?',
    collectors: ['secrets'],
    seen: all((i) => is('secrets')(i) && isLead(i)),
  },
  {
    id: 'poisoned',
    question: 'Does its text try to steer the model?',
    collectors: ['tool-text'],
    seen: all((i) => is('tool-text')(i) && ofClass('tool-poisoning', 'prompt-injection')(i)),
  },
  {
    id: 'hidden',
    question: 'Does it do what no text says?',
    collectors: ['hidden-behaviour'],
    seen: all((i) => is('hidden-behaviour')(i) && isLead(i) && i.rule !== 'install-hook'),
    gaps: (i) => is('hidden-behaviour')(i) && i.rule !== 'installation-not-read',
  },
  {
    id: 'install',
    question: 'Does anything run at installation?',
    collectors: ['dependencies', 'hidden-behaviour'],
    seen: all(
      (i) =>
        // What runs on packing alone does not run for who installs.
        (is('dependencies', 'lifecycle-script')(i) && isLead(i)) ||
        is('dependencies', 'install-scripts', 'native-builds')(i) ||
        is('hidden-behaviour', 'install-hook')(i),
    ),
    gaps: (i) =>
      is('hidden-behaviour', 'installation-not-read')(i) ||
      is(
        'dependencies',
        'unread-lockfile',
        'lockfile-too-long',
        'unreadable-manifest',
        'unread-manifest',
        'inventory-incomplete',
        'tree-not-known',
      )(i),
  },
  {
    id: 'vulnerable',
    question: 'Are known vulnerabilities in what it needs?',
    collectors: ['dependencies'],
    seen: all((i) => is('dependencies')(i) && isLead(i) && /vulnerab|malicious|advisor/.test(i.rule)),
    gaps: is('dependencies'),
  },
];

const MOST_PLACES = 3;

const placesOf = (items: readonly EvidenceItem[]): z.infer<typeof place>[] =>
  items.flatMap((i) => [
    ...(i.location
      ? [{ path: i.location.path, startLine: i.location.startLine, endLine: i.location.endLine }]
      : []),
    ...(i.places ?? []),
  ]);

/** What was not looked at for a question: collectors that did not look, and gaps of those that did. */
const gapsOf = (q: Question, looked: Looked): { gaps: string[]; none: boolean } => {
  const blind = q.collectors.flatMap((id) => {
    const run = looked.runs.get(id);
    if (!run) return [`${id}: ${looked.missing}`];
    return run.outcome === 'failed' || run.outcome === 'unavailable' ? [`${id}: ${run.message}`] : [];
  });
  const matters =
    q.gaps ?? ((i: EvidenceItem) => q.collectors.includes(i.collector) && !ELSEWHERE.has(i.rule));
  const gaps = looked.items
    .filter((i) => i.kind === 'gap' && q.collectors.includes(i.collector) && matters(i))
    .map((i) => i.title);
  return { gaps: [...new Set([...blind, ...gaps])], none: blind.length === q.collectors.length };
};

export const quickLook = (looked: Looked): QuickAnswer[] =>
  QUESTIONS.map((q) => {
    const { gaps, none } = gapsOf(q, looked);
    const items = looked.items.filter((i) => i.kind !== 'gap' && q.collectors.includes(i.collector));
    const { says, at, leads = [] } = q.seen(items, looked.surface);
    const applies = q.collectors.some((id) => {
      const outcome = looked.runs.get(id)?.outcome;
      return outcome === 'collected' || outcome === 'nothing-found';
    });
    const whole = applies ? (q.whole?.(items) ?? []) : [];
    const reasons =
      whole.length > 0
        ? whole
        : applies || none
          ? gaps
          : q.collectors.map((id) => looked.runs.get(id)?.message ?? '').filter(Boolean);
    const state: AnswerState =
      says.length > 0 ? 'seen' : reasons.length > 0 || !applies ? 'could-not-look' : 'not-seen';
    const places = placesOf(at);
    return {
      id: q.id,
      question: q.question,
      state,
      inPart: reasons.length > 0 && applies && !none && whole.length === 0,
      says:
        says.length > 0
          ? says
          : state === 'not-seen'
            ? q.collectors.map((id) => looked.runs.get(id)?.searched ?? '').filter(Boolean)
            : [],
      places: places.slice(0, MOST_PLACES),
      placeCount: places.length,
      leads: leads.length,
      gaps: [...new Set(reasons)],
      collectors: [...q.collectors],
    };
  });
