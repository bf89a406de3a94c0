import {
  AIVSS_FACTORS,
  AIVSS_SPEC,
  type Aivss,
  type AivssLevel,
  aivssText,
  emptyAivss,
  MITIGATION,
  scoreAivss,
  THREAT,
} from './aivss.ts';
import {
  type Band,
  type CvssVersion,
  metricsOf,
  missingMetrics,
  readVector,
  scoreCvss,
  toVector,
} from './cvss.ts';
import type { Metric } from './cvss-metrics.ts';
import type { Scores } from './severity.ts';

/** What every calculator shows and asks, so that one screen serves them all. */
export type Sheet = {
  id: 'cvss40' | 'cvss31' | 'aivss';
  title: string;
  metrics: readonly Metric[];
  /** What the finding says now, by metric. */
  choice(scores: Scores): Record<string, string>;
  /** The score of a choice, live. `missing` are metrics without which there is none. */
  result(
    choice: Record<string, string>,
    scores: Scores,
  ): { text: string; band: Band | null; missing: string[]; vector: string };
  /** The finding's scores with this choice; only for one that misses nothing. */
  keep(choice: Record<string, string>, scores: Scores): Scores;
  /** The finding's scores without this one. */
  clear(scores: Scores): Scores;
};

const cvssSheet = (version: CvssVersion, id: 'cvss40' | 'cvss31'): Sheet => ({
  id,
  title: `CVSS ${version}`,
  metrics: metricsOf(version),
  choice: (scores) => {
    const read = readVector(scores[id]);
    return 'choice' in read && read.version === version ? { ...read.choice } : {};
  },
  result: (choice) => {
    const vector = toVector(version, choice);
    const missing = missingMetrics(version, choice);
    const scored = missing.length === 0 ? scoreCvss(vector) : null;
    return {
      text: scored ? scored.score.toFixed(1) : '',
      band: scored?.band ?? null,
      missing,
      vector,
    };
  },
  keep: (choice, scores) => ({ ...scores, [id]: toVector(version, choice) }),
  clear: (scores) => ({ ...scores, [id]: '' }),
});

const level = (key: string): AivssLevel => (key === '0' ? 0 : key === '0.5' ? 0.5 : key === '1' ? 1 : null);

const weights = (table: typeof THREAT | typeof MITIGATION) =>
  Object.entries(table).map(([key, w]) => ({ key, name: w.name, about: `${w.about} (× ${w.weight})` }));

const toAivss = (choice: Record<string, string>): Aivss => ({
  spec: AIVSS_SPEC,
  factors: Object.fromEntries(
    AIVSS_FACTORS.map((f) => [f.key, level(choice[f.key] ?? '?')]),
  ) as Aivss['factors'],
  threat: (choice.threat ?? 'poc') as Aivss['threat'],
  mitigation: (choice.mitigation ?? 'none') as Aivss['mitigation'],
});

const AIVSS_METRICS: readonly Metric[] = [
  ...AIVSS_FACTORS.map(
    (f): Metric => ({
      key: f.key,
      name: f.name,
      ask: f.ask,
      group: 'base',
      values: [
        { key: '?', name: 'Unknown', about: 'not known: the score becomes a range' },
        { key: '0', name: '0', about: f.levels[0] },
        { key: '0.5', name: '0.5', about: f.levels[1] },
        { key: '1', name: '1', about: f.levels[2] },
      ],
    }),
  ),
  {
    key: 'threat',
    name: 'Threat multiplier',
    ask: 'Is it attacked, or shown to work?',
    group: 'base',
    values: weights(THREAT),
  },
  {
    key: 'mitigation',
    name: 'Mitigation factor',
    ask: 'Does something around the server lessen it?',
    group: 'base',
    values: weights(MITIGATION),
  },
];

const aivssSheet: Sheet = {
  id: 'aivss',
  title: `OWASP AIVSS ${AIVSS_SPEC}`,
  metrics: AIVSS_METRICS,
  choice: ({ aivss }) => {
    const a = aivss ?? emptyAivss();
    return {
      ...Object.fromEntries(Object.entries(a.factors).map(([key, l]) => [key, l === null ? '?' : String(l)])),
      threat: a.threat,
      mitigation: a.mitigation,
    };
  },
  result: (choice, scores) => {
    const scored = scoreAivss(toAivss(choice), scores.cvss40);
    return {
      text: scored ? aivssText(scored) : '',
      band: scored ? scored.bands[1] : null,
      missing: scored ? [] : ['a CVSS 4.0 score, which it builds on'],
      vector: scored
        ? `on CVSS 4.0 base ${scored.cvssBase.toFixed(1)}, ${scored.unknown} of 10 factors unknown`
        : '',
    };
  },
  keep: (choice, scores) => ({ ...scores, aivss: toAivss(choice) }),
  clear: (scores) => ({ ...scores, aivss: null }),
};

export const SHEETS: readonly Sheet[] = [cvssSheet('4.0', 'cvss40'), cvssSheet('3.1', 'cvss31'), aivssSheet];
