import { packageWord } from '../../analysis/files/package-folders.ts';
import { listed } from '../../analysis/files/words.ts';
import type { Cause } from '../../analysis/flow/causes.ts';
import { type FlowLead, joinedDoors, joinedPositions } from '../../analysis/flow/leads.ts';
import { type ItemDraft, lead } from '../collector.ts';
import type { CallsByName } from './lost.ts';
import { adviceOn, describeCause, inputWords, questionOfCause, sinkWords, titleOfCause } from './words.ts';

/** How one cause becomes one item of evidence. */

type Step = NonNullable<ItemDraft['flow']>[number];

/** As many as the engine keeps: past them an item is no longer read. */
const MOST_STEPS = 60;
const MOST_LINES = 12;

/** What a reader needs at least of one more way: where it begins, what stands guard, where it ends. */
const shortened = (steps: readonly Step[]): Step[] => [
  ...steps.filter((s) => s.role === 'source').slice(0, 1),
  ...steps.filter((s) => s.role === 'guard').slice(-1),
  ...steps.filter((s) => s.role === 'sink').slice(-1),
];
const SHORT = 3;

/**
 * The ways of a cause one after the other, each from its source to its sink. What an earlier way already showed is not
 * said again, so that several sinks of one source stand below it.
 */
export const joinedFlows = (flows: readonly (readonly Step[])[]): Step[] => {
  const seen = new Set<string>();
  const fresh = (steps: readonly Step[]): Step[] =>
    steps.filter((s) => {
      // One line may be the door of many tools: each way names its own.
      const key = `${s.role} ${s.path}:${s.line} ${s.role === 'source' ? s.text : ''}`;
      return !seen.has(key) && seen.add(key);
    });
  const joined: Step[] = [];
  for (const [i, steps] of flows.entries()) {
    const left = (flows.length - i - 1) * SHORT;
    const room = MOST_STEPS - joined.length;
    if (room <= 0) break;
    joined.push(...fresh(steps.length + left <= room || i === 0 ? steps : shortened(steps)));
  }
  return joined.slice(0, MOST_STEPS);
};

/** Tools of the same name elsewhere in the repository are others. */
const namesakes = (cause: Cause, besides: Besides): string[] => {
  const doors = cause.leads.flatMap((l) => l.doors).filter((d) => d.kind === 'tool');
  const named = new Map(doors.map((d) => [d.name, besides(d.name, d.path)]));
  return [...named]
    .filter(([, folders]) => folders.length > 0)
    .slice(0, 4)
    .map(
      ([name, folders]) =>
        `Another tool ${name} stands in ${listed(folders.map(packageWord), 4)}: it is not the one meant here.`,
    );
};

/** What somebody else's text does here is whatever it says; paths were seen to be lost on their way most often. */
const RUN =
  /^(?:path-traversal|command-injection|code-execution|sql-injection|query-injection|template-injection|deserialization)$/;

/** The packages beside the one of `path` that have a tool of this name. */
type Besides = (name: string, path: string) => readonly string[];

/**
 * `text` gives a line of a file as it stands there. `hasDoors`: handlers of tools were found in the cause's package, so that what
 * none of them was seen to reach is a question, and no lead: but for what would be run, files and whole addresses.
 */
export const toItem = (
  cause: Cause,
  text: (path: string, line: number) => string,
  besides: Besides = () => [],
  calls: CallsByName = () => [],
  hasDoors = false,
): ItemDraft => {
  const [first] = cause.leads;
  const { rule, at } = first;
  const positions = joinedPositions(cause.leads.map((l) => l.positions));
  const flowOf = (l: FlowLead): Step[] =>
    l.flow.map((s) => ({
      path: s.path,
      line: s.line,
      role: s.role,
      text: s.role === 'source' ? inputWords(l) : s.role === 'sink' ? sinkWords(l) : text(s.path, s.line),
    }));
  const item: ItemDraft = {
    ...lead(rule.id, rule.checks, titleOfCause(cause), {
      strength: cause.strength,
      class: rule.class,
      cwe: rule.cwe,
      detail: [describeCause(cause, calls, text), ...namesakes(cause, besides)].join('\n'),
      advice: adviceOn(cause),
      at: { path: at.path, startLine: at.line, endLine: Math.min(at.endLine, at.line + MOST_LINES) },
      places: cause.leads
        .flatMap((l) => [l.sink, ...l.alsoAt])
        .filter((p) => p.path !== at.path || p.line !== at.line)
        .map((p) => ({ path: p.path, startLine: p.line })),
      flow: joinedFlows(cause.leads.map(flowOf)),
      doors: joinedDoors(cause.leads.flatMap((l) => l.doors)).map(({ name, path, line, guarded }) => ({
        name: name.slice(0, 300),
        path,
        line,
        guarded,
      })),
    }),
    wayIn: first.origin,
    ...(positions ? { positions: [...positions] } : {}),
    ...(cause.aside ? { kind: 'fact' as const } : {}),
  };
  const isWhole = positions?.includes('whole-address') === true;
  if (cause.state !== 'unreached' || cause.aside || !hasDoors || isWhole || RUN.test(rule.class)) return item;
  const { cwe: _, ...asked } = item;
  return { ...asked, kind: 'question', title: questionOfCause(cause) };
};
