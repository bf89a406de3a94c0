import type { TriedLead } from '../domain/observations.ts';
import { type Block, list, para } from './blocks.ts';
import { transcriptFile } from './observed.ts';
import type { FindingReport, ReportModel } from './report-model.ts';
import { code, fromSession, type Inline, long, phrase } from './statement.ts';

/**
 * What was seen of it running, told apart from what the commit shows; or, under any steps, that nothing was: whether the
 * auditor carried them out is the auditor's to say.
 */
export const triedOnServer = (f: FindingReport, m: ReportModel): Block[] => {
  const of = fromSession('observations');
  const attached = (t: TriedLead): Inline => {
    const there = m.observations.some((o) => o.id === t.observation && o.lines !== null);
    return there
      ? phrase` Every line both ways is in ${code(`artifacts/${transcriptFile(t.observation)}`)}.`
      : phrase``;
  };
  const seen = f.tried.filter((t) => t.result !== 'not-tried');
  if (seen.length === 0)
    return f.reproduction.length > 0
      ? [para(of`No observation of the running server goes with these steps.`)]
      : [];
  return [
    list(
      seen.map((t) =>
        t.result === 'confirmed'
          ? of`Actual, observed on the running server: ${long(t.shown, 600)}. Observation ${code(t.observation)} of ${t.at.slice(0, 10)}, in ${t.sandbox}.${attached(t)}`
          : of`Tried on the running server and not reached: ${long(t.why, 600)}. That does not show that it holds. Observation ${code(t.observation)} of ${t.at.slice(0, 10)}, in ${t.sandbox}.${attached(t)}`,
      ),
    ),
  ];
};
