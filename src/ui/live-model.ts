import type { Author } from '../domain/authors.ts';
import {
  type Confirmation,
  confirmReport,
  type LiveDifference,
  type ObservationRecord,
  type ProbeReport,
  probeReport,
  type RequirementAnswer,
} from '../domain/observation.ts';
import type { TriedLead } from '../domain/observations.ts';
import { matchesWords } from '../domain/selectors.ts';
import type { View } from './model.ts';

/** What the interface shows of observations: the last look at the running server, and what became of each lead. */

/** What an observation reported; null while it is being read, or where it cannot be read. */
const reportIn = <T>(v: View, { report }: ObservationRecord, parse: (value: unknown) => T): T | null => {
  const text = v.observed(report);
  if (!text) return null;
  return v.kept(`report:${report}`, [text], () => {
    try {
      return parse(JSON.parse(text));
    } catch {
      return null;
    }
  });
};

/** The last look at the running server. */
export const lastProbe = (
  v: View,
): { record: ObservationRecord & Author; report: ProbeReport | null } | null => {
  const record = [...(v.snap?.session.observations.values() ?? [])].findLast((o) => o.kind === 'probe');
  return record ? { record, report: reportIn(v, record, (x) => probeReport.parse(x)) } : null;
};

/** What was called for a lead, how it answered, and what it touched; null while it is being read. */
export const confirmationOf = (v: View, tried: TriedLead): Confirmation | null => {
  const record = v.snap?.session.observations.get(tried.observation);
  const report = record ? reportIn(v, record, (x) => confirmReport.parse(x)) : null;
  return report?.results.find((r) => r.item === tried.item) ?? null;
};

export const lastObservation = (v: View): (ObservationRecord & Author & { id: string }) | null => {
  const last = [...(v.snap?.session.observations ?? [])].at(-1);
  return last ? { id: last[0], ...last[1] } : null;
};

/** What the live screen lists: parts, and below each what is worth reading of it. */
export type LiveRow =
  | { id: string; kind: 'part'; part: 'start' | 'tools' | 'behaviour' | 'requirements' | 'leads' | 'traffic' }
  | { id: string; kind: 'difference'; difference: LiveDifference }
  | { id: string; kind: 'requirement'; answer: RequirementAnswer }
  | { id: string; kind: 'lead'; tried: TriedLead; title: string };

const ANSWER_ORDER = { violated: 0, held: 1, 'not-tried': 2 };
const TRIED_ORDER = { confirmed: 0, 'not-reached': 1, 'not-tried': 2 };

export const liveRows = (v: View): readonly LiveRow[] => {
  const report = lastProbe(v)?.report ?? null;
  const part = (name: (LiveRow & { kind: 'part' })['part']): LiveRow => ({
    id: `part:${name}`,
    kind: 'part',
    part: name,
  });
  const titles = itemTitles(v);
  const query = v.ui.filters.live ?? '';
  const rows: LiveRow[] = [
    part('start'),
    part('tools'),
    ...(report?.differences ?? []).map(
      (difference, n): LiveRow => ({ id: `difference:${n}`, kind: 'difference', difference }),
    ),
    part('leads'),
    ...[...v.tried.values()]
      .sort((a, b) => TRIED_ORDER[a.result] - TRIED_ORDER[b.result])
      .map(
        (tried): LiveRow => ({
          id: `lead:${tried.item}`,
          kind: 'lead',
          tried,
          title: titles.get(tried.item) ?? 'a lead that later evidence no longer holds',
        }),
      ),
    part('behaviour'),
    part('requirements'),
    ...[...(report?.requirements ?? [])]
      .sort((a, b) => ANSWER_ORDER[a.result] - ANSWER_ORDER[b.result])
      .map((answer): LiveRow => ({ id: `requirement:${answer.id}`, kind: 'requirement', answer })),
    part('traffic'),
  ];
  // What a row is about, as a whole: its parts stay whatever is looked for.
  return query === ''
    ? rows
    : rows.filter((r) => r.kind === 'part' || matchesWords(query, JSON.stringify(r)));
};

const itemTitles = (v: View): ReadonlyMap<string, string> =>
  v.kept(
    'titles',
    [v.snap?.evidence],
    () =>
      new Map(
        [...(v.snap?.evidence.values() ?? [])].flatMap((r) => r.items.map((i) => [i.id, i.title] as const)),
      ),
  );
