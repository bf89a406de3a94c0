import type { Severity } from '../methodology.ts';
import type { Aivss } from './aivss.ts';
import { aivssText, scoreAivss } from './aivss.ts';
import { type Band, type CvssScore, scoreCvss } from './cvss.ts';

/** How a finding is scored. Vectors are '' until the auditor chooses one. */
export type Scores = { cvss40: string; cvss31: string; aivss: Aivss | null };

/** The score a finding is judged by: CVSS 4.0 where there is one, else 3.1. */
export const leadingScore = (s: Scores): CvssScore | null => scoreCvss(s.cvss40) ?? scoreCvss(s.cvss31);

const severityOf = (band: Band): Severity => (band === 'none' ? 'info' : band);

/** The severity the score speaks for, when the auditor's is another one; null when they agree or nothing is scored. */
export const disagreement = (severity: Severity, scores: Scores): Severity | null => {
  const lead = leadingScore(scores);
  if (!lead) return null;
  const scored = severityOf(lead.band);
  return scored === severity ? null : scored;
};

/** All scores in one line: `CVSS 4.0 8.6 · 3.1 8.8 · AIVSS 0.8 8.9–9.3`; '' when nothing is scored. */
export const scoresText = (scores: Scores): string => {
  const v4 = scoreCvss(scores.cvss40);
  const v3 = scoreCvss(scores.cvss31);
  const ai = scores.aivss && scoreAivss(scores.aivss, scores.cvss40);
  return [
    v4 && `CVSS 4.0 ${v4.score.toFixed(1)}`,
    v3 && `CVSS 3.1 ${v3.score.toFixed(1)}`,
    ai && `AIVSS ${scores.aivss?.spec} ${aivssText(ai)}`,
  ]
    .filter(Boolean)
    .join(' · ');
};
