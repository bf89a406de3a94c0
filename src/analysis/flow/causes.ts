import { RESULT } from './guards.ts';
import type { FlowLead, Strength } from './leads.ts';
import type { Place } from './value.ts';

/**
 * What an auditor judges in one sitting is one lead. Flows that nothing guards are one mistake made in one file, or, once
 * enough files make it, a habit of the package. Flows that something guards are one question: does it hold? And what no
 * door was seen to reach is one remark, worth reading only where no door shows the same.
 */

export type Cause = {
  /** The flow most worth reading, then the others of the same cause. */
  leads: readonly [FlowLead, ...FlowLead[]];
  strength: Strength;
  state: 'open' | 'guarded' | 'unreached';
  /** Nothing to judge first: a door of the same package shows the same unguarded, or what guards it leaves no room. */
  aside: boolean;
};

/** From this many files on, what they have in common is the cause. */
const HABIT = 3;

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const RANK: Record<Strength, number> = { strong: 0, moderate: 1, weak: 2 };

const isGuarded = (l: FlowLead): boolean => l.guards.length > 0 || l.sanitizers.length > 0;
const isDoor = (l: FlowLead): boolean => l.origin !== 'caller';

/** Guards that were seen to have a hole are a cause each: the hole is what is wrong. */
const holeOf = (l: FlowLead): Place | null =>
  l.strength === 'weak' ? null : (l.guards.find((g) => g.hole !== null)?.guard.at ?? null);

/** What whoever runs the server configures, by the name it is handed on under. */
const CONFIGURED =
  /^(?:cfg|conf|config\w*|\w+_config|\w+Config|settings|options|opts|env|environ|cli|argv|flags)(?:\.|$)|(?:^|\.)(?:base_?url|api_?base(?:_?url)?|(?:api_?|server_?)?endpoint(?:_?url)?|api_?url|server_?url)$/i;

/** What an object is made with, where nobody was seen to make it: a framework does, out of settings. */
const MAKES = /(?:^|\.)(?:<init>|constructor|__init__)$/;

/** What starts the other side of a connection: whoever writes a client names the server. */
const OTHER_SIDE = /(?:^|\.)(?:new_?|create_?|make_?)?\w*client_?transport\w*$/i;

/** What a call nobody looked into gave back. */
const isRemade = (l: FlowLead): boolean => l.others.some((g) => g.kind === 'passed' && g.part === RESULT);

/**
 * Two doubts at once, or none left: nobody was seen to call it, and a guard stands there, something else was made of it, or it is
 * the operator's own.
 */
const isSettled = (l: FlowLead): boolean =>
  l.closed ||
  (!isDoor(l) &&
    (isGuarded(l) ||
      isRemade(l) ||
      CONFIGURED.test(l.input) ||
      MAKES.test(l.tool) ||
      OTHER_SIDE.test(l.tool)));

const stateOf = (l: FlowLead): Cause['state'] =>
  !isDoor(l) ? 'unreached' : isGuarded(l) && holeOf(l) === null ? 'guarded' : 'open';

const grouped = <T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
};

const byWorth = (a: FlowLead, b: FlowLead): number =>
  RANK[a.strength] - RANK[b.strength] ||
  Number(a.guards.length > 0) - Number(b.guards.length > 0) ||
  Number(a.origin !== 'tool') - Number(b.origin !== 'tool') ||
  byCodePoint(a.at.path, b.at.path) ||
  a.at.line - b.at.line ||
  byCodePoint(a.sink.path, b.sink.path) ||
  a.sink.line - b.sink.line ||
  byCodePoint(a.rule.id, b.rule.id) ||
  byCodePoint(a.tool, b.tool) ||
  byCodePoint(a.input, b.input);

/**
 * Every lead in exactly one cause, in an order that does not depend on theirs. `packageOf` names the package of a path:
 * what is a habit of one server in a repository says nothing of the next.
 */
export const causesOf = (leads: readonly FlowLead[], packageOf: (path: string) => string): Cause[] => {
  const sorted = [...leads].sort(byWorth);
  const inPackage = (l: FlowLead): string => `${l.rule.id}|${packageOf(l.at.path)}`;
  const openFiles = new Map<string, Set<string>>();
  for (const l of sorted)
    if (stateOf(l) === 'open') {
      const key = `${inPackage(l)}|${l.strength}`;
      openFiles.set(key, (openFiles.get(key) ?? new Set()).add(l.at.path));
    }
  const reached = new Set(sorted.filter(isDoor).map(inPackage));
  const keyOf = (l: FlowLead): string => {
    const state = stateOf(l);
    if (state !== 'open') return `${state}${isSettled(l) ? ' settled' : ''}|${inPackage(l)}`;
    const hole = holeOf(l);
    if (hole) return `hole|${l.rule.id}|${hole.path}:${hole.line}`;
    const key = `${inPackage(l)}|${l.strength}`;
    return openFiles.get(key)!.size >= HABIT ? `habit|${key}` : `file|${key}|${l.at.path}`;
  };
  return [...grouped(sorted, keyOf).values()].map((group) => {
    const [first, ...others] = group;
    const state = stateOf(first!);
    return {
      leads: [first!, ...others],
      strength: first!.strength,
      state,
      aside: isSettled(first!) || (state === 'unreached' && reached.has(inPackage(first!))),
    };
  });
};
