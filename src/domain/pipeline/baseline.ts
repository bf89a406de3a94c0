import { z } from 'zod';
import { itemStrength, type Place, placeWords } from '../evidence.ts';
import { type LeadEntry, type LeadState, mark } from './leads-report.ts';
import { placesOf } from './suppressions.ts';

/** The leads of a commit, to be held against those of another: what is new is told from what merely moved. */
export const BASELINE_SCHEMA = 'mcp-audit/baseline@1';

const knownLead = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** collector/rule. */
  lead: z.string(),
  title: z.string(),
  /** '' where it stands nowhere. For people: code that moved to another file is known all the same. */
  path: z.string(),
  strength: itemStrength,
  marks: z.array(mark).min(1),
  /** What a client calls to get there. */
  doors: z.array(z.string()),
});
type KnownLead = z.infer<typeof knownLead>;

export const baseline = z.strictObject({
  schema: z.literal(BASELINE_SCHEMA),
  /** The rules differ between versions: with another one, what is "new" may have been there. */
  tool: z.strictObject({ version: z.string(), rules: z.string() }),
  leads: z.array(knownLead),
});
export type Baseline = z.infer<typeof baseline>;

/** A lead with its marks: what is compared. */
export type Marked = Pick<
  LeadEntry,
  'id' | 'collector' | 'rule' | 'title' | 'strength' | 'location' | 'places' | 'doors' | 'marks'
>;

const doorsOf = (lead: Marked): string[] =>
  [...new Set((lead.doors ?? []).map((d) => d.name).filter((n) => n !== ''))].sort();

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const baselineOf = (leads: readonly Marked[], tool: Baseline['tool']): Baseline => ({
  schema: BASELINE_SCHEMA,
  tool,
  leads: leads
    .map((l) => ({
      id: l.id,
      lead: `${l.collector}/${l.rule}`,
      title: l.title,
      path: l.location?.path ?? '',
      strength: l.strength,
      marks: l.marks,
      doors: doorsOf(l),
    }))
    .sort((a, b) => byCodePoint(a.lead, b.lead) || byCodePoint(a.path, b.path) || byCodePoint(a.id, b.id)),
});

/** Stronger first. */
const STRENGTHS = itemStrength.options;

export type Compared = { state: LeadState; news: string[] };

/**
 * What is new about each lead. Every place of a lead is one mark of its rule and code; a mark the base holds as often is
 * known, wherever it stands now. New is also what became more certain, and what a door reaches that did not.
 */
export const compare = (leads: readonly Marked[], base: Baseline): Map<Marked, Compared> => {
  const byId = new Map(base.leads.map((k) => [k.id, k]));
  const byMark = Map.groupBy(
    base.leads.flatMap((k) => k.marks.map((m) => ({ m, k }))),
    ({ m }) => m,
  );
  const left = new Map([...byMark].map(([m, all]) => [m, all.length]));
  const out = new Map<Marked, Compared>();
  // What still is where it was takes its own marks first: of two alike, the added one is the new one.
  for (const lead of [...leads].sort((a, b) => Number(byId.has(b.id)) - Number(byId.has(a.id)))) {
    const places = placesOf(lead);
    const fresh: (Place | null)[] = [];
    const met = new Set<KnownLead>(byId.has(lead.id) ? [byId.get(lead.id)!] : []);
    for (const [i, m] of lead.marks.entries()) {
      const n = left.get(m) ?? 0;
      if (n === 0) {
        fresh.push(places[i] ?? null);
        continue;
      }
      left.set(m, n - 1);
      for (const { k } of byMark.get(m)!) met.add(k);
    }
    out.set(lead, differing(lead, fresh, [...met]));
  }
  return out;
};

const MOST_NAMED = 5;

const differing = (lead: Marked, fresh: readonly (Place | null)[], met: readonly KnownLead[]): Compared => {
  if (fresh.length === lead.marks.length) return { state: 'new', news: ['nothing like it was there before'] };
  const doors = new Set(met.flatMap((k) => k.doors));
  const reached = doorsOf(lead).filter((d) => !doors.has(d));
  const before = Math.min(...met.map((k) => STRENGTHS.indexOf(k.strength)));
  const listed = fresh.slice(0, MOST_NAMED).flatMap((p) => (p ? [placeWords(p)] : []));
  const news = [
    ...(fresh.length > 0
      ? [
          `${fresh.length} of its ${lead.marks.length} places ${fresh.length === 1 ? 'is' : 'are'} new: ${listed.join(', ')}${fresh.length > MOST_NAMED ? ' …' : ''}`,
        ]
      : []),
    ...(STRENGTHS.indexOf(lead.strength) < before
      ? [`it is ${lead.strength} now, and was ${STRENGTHS[before]}`]
      : []),
    ...(reached.length > 0 ? [`it is reached from ${reached.slice(0, MOST_NAMED).join(', ')} now`] : []),
  ];
  return { state: news.length > 0 ? 'more' : 'known', news };
};
