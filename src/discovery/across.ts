import { legsOf, type ToolWords, toxicCombination } from '../analysis/tool-text/toxic.ts';
import type { StartFact } from '../policy/subject.ts';
import { plural } from '../text/plural.ts';

/**
 * What only shows across servers: the same one twice and not alike, a name that means two things, and combinations that let
 * foreign text carry private data out. Servers count as together when one client starts them for the same project.
 */

/** Whose the configurations of the whole machine are. */
export const EVERYBODY = '*';

/** What is known of a server when it is held against those beside it. */
export type Beside = {
  key: string;
  name: string;
  client: string;
  /** Whose client it is. */
  home: string;
  project: string;
  enabled: boolean;
  ids: readonly string[];
  /** Command or address without credentials: two that differ here are not alike. */
  words: string;
  /** Shown: where it stands. */
  at: string;
  tools: readonly ToolWords[] | null;
};

type Across = { duplicate: StartFact; shadowing: StartFact; toxic: StartFact };

const MOST_NAMED = 4;
const some = (names: readonly string[]): string =>
  names.length > MOST_NAMED
    ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`
    : names.join(', ');

const byOrder = (servers: Beside[]): Beside[] => servers.sort((a, b) => (a.key < b.key ? -1 : 1));

const ofOne = (a: Beside, b: Beside): boolean =>
  a.home === b.home || a.home === EVERYBODY || b.home === EVERYBODY;

/** Those that a client has running with it: of the same project, or of none. */
const together = (s: Beside, all: readonly Beside[]): Beside[] =>
  all.filter(
    (o) =>
      o.enabled &&
      ofOne(o, s) &&
      o.client === s.client &&
      (o.project === '' || s.project === '' || o.project === s.project),
  );

const duplicateOf = (s: Beside, all: readonly Beside[]): StartFact => {
  const others = all.filter((o) => o.key !== s.key && ofOne(o, s) && o.ids.some((id) => s.ids.includes(id)));
  const unlike = others.filter((o) => o.words !== s.words);
  if (unlike.length > 0)
    return { state: 'seen', says: unlike.slice(0, MOST_NAMED).map((o) => `otherwise at ${o.at}`) };
  return {
    state: 'not-seen',
    says: others.length > 0 ? [`alike in ${plural(others.length, 'other place')}`] : [],
  };
};

const shadowingOf = (s: Beside, all: readonly Beside[]): StartFact => {
  const beside = together(s, all).filter((o) => o.key !== s.key);
  const namesake = beside.filter((o) => o.name === s.name && !o.ids.some((id) => s.ids.includes(id)));
  const own = new Set(s.tools?.map((t) => t.name));
  const tools = beside.flatMap((o) => {
    const both = (o.tools ?? []).map((t) => t.name).filter((name) => own.has(name));
    return both.length > 0 ? [`${some(both)}, which ${o.name} (${o.at}) offers as well`] : [];
  });
  const says = [...namesake.map((o) => `the name ${s.name} means another server at ${o.at}`), ...tools];
  if (says.length > 0) return { state: 'seen', says: says.slice(0, MOST_NAMED) };
  if (beside.length === 0) return { state: 'not-seen', says: ['no other server beside it'] };
  const blind = byOrder([s, ...beside].filter((o) => o.tools === null));
  return blind.length > 0
    ? {
        state: 'could-not-look',
        says: [
          `what tools ${some(blind.map((o) => o.name))} ${blind.length === 1 ? 'has' : 'have'} is not known: no audit of ${blind.length === 1 ? 'it' : 'them'} is here`,
        ],
      }
    : { state: 'not-seen', says: [] };
};

const LEGS = {
  private: 'reads private data',
  untrusted: 'takes in foreign content',
  outbound: 'can send out',
  destructive: 'can do harm',
} as const;

const toxicOf = (s: Beside, all: readonly Beside[]): StartFact => {
  const group = together(s, all);
  const own = new Set((s.tools ?? []).flatMap((t) => legsOf(t)));
  const combined = toxicCombination(group.flatMap((o) => o.tools ?? []));
  const needed = combined
    ? (Object.keys(LEGS) as (keyof typeof LEGS)[]).filter((leg) =>
        combined.whole ? leg !== 'destructive' : leg === 'untrusted' || leg === 'destructive',
      )
    : [];
  // One that has no part in it does not make it.
  if (combined && needed.some((leg) => own.has(leg)))
    return {
      state: 'seen',
      says: needed.map((leg) => {
        const who = group.filter((o) => (o.tools ?? []).some((t) => legsOf(t).includes(leg)));
        return `${LEGS[leg]}: ${some(who.map((o) => `${o.name} (${some([...new Set((o.tools ?? []).filter((t) => legsOf(t).includes(leg)).map((t) => t.name))])})`))}`;
      }),
    };
  const blind = byOrder(group.filter((o) => o.tools === null));
  return s.tools === null || blind.length > 0
    ? {
        state: 'could-not-look',
        says: [
          `what tools ${some((blind.length > 0 ? blind : [s]).map((o) => o.name))} offer is not known: no audit of them is here`,
        ],
      }
    : { state: 'not-seen', says: [] };
};

/** By key. */
export const acrossServers = (all: readonly Beside[]): Map<string, Across> =>
  new Map(
    all.map((s) => [
      s.key,
      { duplicate: duplicateOf(s, all), shadowing: shadowingOf(s, all), toxic: toxicOf(s, all) },
    ]),
  );
