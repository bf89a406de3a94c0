import { plural } from '../text/plural.ts';
import type { EvidenceItem } from './evidence.ts';
import type { ObservationRecord, ProbeReport, RequirementAnswer } from './observation.ts';
import type { Session } from './session.ts';

/** What observations of the running server say of checks and leads: no evidence, and always shown as what it is. */

/** What was seen of the running server that answers to a check. */
export const observationsOf = (s: Session, check: string): { id: string; said: string }[] =>
  [...s.observations]
    .filter(([, o]) => o.checks.includes(check))
    .map(([id, o]) => ({
      id,
      said: `${o.summary} (${id}, ${o.at.slice(0, 10)}, in ${o.sandbox.split(',')[0]})`,
    }));

/** What became of a lead when it was tried on the running server. */
export type TriedLead = ObservationRecord['results'][number] & {
  observation: string;
  at: string;
  by: string;
  sandbox: string;
};
export type TriedLeads = ReadonlyMap<string, TriedLead>;

export const NOTHING_TRIED: TriedLeads = new Map();

/** By lead, the last that was seen of it. That it could not be tried later takes nothing from what was seen before. */
export const triedLeads = (s: Session): TriedLeads => {
  const tried = new Map<string, TriedLead>();
  for (const [observation, o] of s.observations)
    for (const r of o.results) {
      const before = tried.get(r.item);
      if (before && before.result !== 'not-tried' && r.result === 'not-tried') continue;
      tried.set(r.item, { ...r, observation, at: o.at, by: o.by, sandbox: o.sandbox.split(',')[0] ?? '' });
    }
  return tried;
};

const RANK = { confirmed: 0, 'not-tried': 1, 'not-reached': 2 } as const;

/**
 * Leads in the places that leads have: those that were seen to hold first, those that were tried in vain last, and the rest
 * between them as they stood.
 */
export const rankedByTrying = (items: EvidenceItem[], tried: TriedLeads): EvidenceItem[] => {
  const rank = (i: EvidenceItem): number => RANK[tried.get(i.id)?.result ?? 'not-tried'];
  const leads = items.filter((i) => i.kind === 'lead').sort((a, b) => rank(a) - rank(b));
  let next = 0;
  return items.map((i) => (i.kind === 'lead' ? leads[next++]! : i));
};

const WORDS = {
  confirmed: 'confirmed',
  'not-reached': 'not reached',
  'not-tried': 'not tried',
} as const;

/** "confirmed: pack, folder: it ran what was passed …": in one line, without when and where. */
export const triedWords = (t: Pick<TriedLead, 'result' | 'shown' | 'why'>): string =>
  `${WORDS[t.result]}: ${t.result === 'confirmed' ? t.shown : t.why}`;

/** How many differences were seen; of a server that could not be asked there is nothing to compare, and no number. */
export const differenceCount = (r: ProbeReport): string =>
  r.era === 'none' ? 'not compared' : plural(r.differences.length, 'difference');

/** "3 held, 1 violated, 9 not tried"; no numbers where nothing was tried. */
export const requirementCounts = (r: ProbeReport): string => {
  const of = (result: RequirementAnswer['result']): number =>
    r.requirements.filter((q) => q.result === result).length;
  return of('held') + of('violated') === 0
    ? 'none was tried'
    : `${of('held')} held, ${of('violated')} violated, ${of('not-tried')} not tried`;
};

const LONGEST_WHY = 600;

/**
 * What became of several leads: "1 confirmed, 2 not reached". Those that could not be tried stand apart, with why where it
 * is the same of all, and where none could be tried that is all there is to say.
 */
export const triedCounts = (tries: readonly Pick<TriedLead, 'result' | 'why'>[]): string => {
  const of = (result: TriedLead['result']): number => tries.filter((t) => t.result === result).length;
  const untried = tries.filter((t) => t.result === 'not-tried');
  const [why, ...others] = new Set(untried.map((t) => t.why));
  const because =
    why === undefined ? '' : others.length > 0 ? `, for ${others.length + 1} reasons` : `: ${clipped(why)}`;
  if (untried.length === tries.length) return `0 of ${plural(tries.length, 'lead')} could be tried${because}`;
  const counts = `${of('confirmed')} confirmed, ${of('not-reached')} not reached`;
  return untried.length === 0 ? counts : `${counts}; ${untried.length} could not be tried${because}`;
};

const clipped = (text: string): string =>
  text.length > LONGEST_WHY ? `${text.slice(0, LONGEST_WHY)} …` : text;
