import { aivssText, scoreAivss } from '../domain/scoring/aivss.ts';
import { scoreCvss } from '../domain/scoring/cvss.ts';
import { type Block, boldList, field, h3, type Labelled } from './blocks.ts';
import type { FindingReport } from './report-model.ts';
import { code, fromFinding, words } from './statement.ts';

const titleCase = (s: string): string => s[0]!.toUpperCase() + s.slice(1);

/** Each score with the vector it follows from, and why the severity is another one where it is. */
export const scoring = (f: FindingReport): Block[] => {
  const of = fromFinding(f.fileId);
  const { cvss40, cvss31, aivss } = f.scores;
  const cvss = [cvss40, cvss31].flatMap((vector): Labelled[] => {
    const scored = scoreCvss(vector);
    return scored
      ? [
          field(
            scored.version === '4.0' ? 'CVSS 4.0' : 'CVSS 3.1',
            of`${scored.score.toFixed(1)} (${titleCase(scored.band)}), ${code(vector)}`,
          ),
        ]
      : [];
  });
  const agentic = aivss && scoreAivss(aivss, cvss40);
  const known = aivss
    ? Object.entries(aivss.factors).map(([factor, level]) => `${factor} ${level ?? 'unknown'}`)
    : [];
  const lines = [
    ...cvss,
    ...(aivss && agentic
      ? [
          field(
            'OWASP AIVSS',
            of`${aivss.spec}: ${aivssText(agentic)}${agentic.unknown > 0 ? `, a range because ${agentic.unknown} of 10 factors are unknown` : ''} (${[...known, `threat ${aivss.threat}`, `mitigation ${aivss.mitigation}`].join(', ')})`,
          ),
        ]
      : []),
    ...(f.severityReason.trim() !== '' ? [field('Severity', of`${words(f.severityReason)}`)] : []),
  ];
  return lines.length > 0 ? [h3('Scores'), boldList(lines)] : [];
};
