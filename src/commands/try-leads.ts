import type { EvidenceItem, Surface } from '../domain/evidence.ts';
import { CONFIRM_SCHEMA, type Confirmation, type ConfirmReport } from '../domain/observation.ts';
import { createTranscript, type Line } from '../live/client/transcript.ts';
import { confirmLead, notTried } from '../live/confirm/confirm.ts';
import { plural } from '../text/plural.ts';
import type { Ready } from './live-start.ts';

/** Seconds for all leads together, once the server is prepared. */
export const CONFIRM_BUDGET_S = 600;

/** What trying leads does with what was started, for people; `others` were asked for as well and cannot be tried. */
export const confirmDoes = (leads: number, others: number): string =>
  `Then ${plural(leads, 'lead')} ${leads === 1 ? 'is' : 'are'} tried, in a sandbox of its own each: tools are called with harmless canaries, and what they did there is looked at.${others > 0 ? ` ${others} more cannot be tried by calls.` : ''}`;

/** Tries leads one after the other, until all are, the time is over, or it is called off: what was not tried says so. */
export const tryLeads = async (o: {
  leads: readonly EvidenceItem[];
  surface: Surface;
  ready: Ready;
  budgetS: number;
  signal: AbortSignal;
  /** What became of each, and how many that makes. */
  told(c: Confirmation, done: number): void;
}): Promise<{ report: ConfirmReport; lines: readonly Line[] }> => {
  const { prepared, context } = o.ready;
  // Preparing takes as long as it takes: the time is for the leads.
  const began = performance.now();
  const transcript = createTranscript();
  const results: Confirmation[] = [];
  for (const item of o.leads) {
    const left = o.budgetS * 1000 - (performance.now() - began);
    const skipped = o.signal.aborted
      ? 'it was called off before'
      : left <= 0
        ? `the time of ${o.budgetS} s was over before`
        : '';
    const result = skipped
      ? notTried(item, skipped)
      : await confirmLead({
          item,
          surface: o.surface,
          open: prepared.open,
          launch: prepared.launch,
          transcript,
          signal: o.signal,
        });
    results.push(result);
    o.told(result, results.length);
  }
  return { report: { schema: CONFIRM_SCHEMA, ...context, results }, lines: transcript.lines() };
};
