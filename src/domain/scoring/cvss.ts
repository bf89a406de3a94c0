import calculator from 'ae-cvss-calculator';
import type { Severity } from '../methodology.ts';
import { CVSS31, CVSS40, type Metric } from './cvss-metrics.ts';

/**
 * CVSS vectors: read, checked for completeness here, scored by `ae-cvss-calculator`. The check is ours because the library
 * gives an incomplete vector, or one of another version, the score 0, which reads as harmless.
 */
export type CvssVersion = '3.1' | '4.0';

export const metricsOf = (version: CvssVersion): readonly Metric[] => (version === '4.0' ? CVSS40 : CVSS31);

/** Metric to value, as far as chosen; a metric left out is "not defined". */
export type CvssChoice = Readonly<Record<string, string>>;

export const prefixOf = (version: CvssVersion): string => `CVSS:${version}/`;

/** The vector of a choice, metrics in the order of the specification, "not defined" left out. */
export const toVector = (version: CvssVersion, choice: CvssChoice): string =>
  prefixOf(version) +
  metricsOf(version)
    .filter((m) => choice[m.key] !== undefined && choice[m.key] !== 'X')
    .map((m) => `${m.key}:${choice[m.key]}`)
    .join('/');

/** Base metrics nobody has chosen yet, by key. */
export const missingMetrics = (version: CvssVersion, choice: CvssChoice): string[] =>
  metricsOf(version)
    .filter((m) => m.group === 'base' && choice[m.key] === undefined)
    .map((m) => m.key);

export type CvssReading = { version: CvssVersion; choice: CvssChoice } | { problem: string };

/** Reads any vector, complete or not. Never throws: what is wrong with it is said. */
export const readVector = (vector: string): CvssReading => {
  const version = /^CVSS:(3\.1|4\.0)(?:\/|$)/.exec(vector)?.[1] as CvssVersion | undefined;
  if (!version) return { problem: 'it must begin with CVSS:3.1/ or CVSS:4.0/' };
  const metrics = new Map(metricsOf(version).map((m) => [m.key, m]));
  const choice: Record<string, string> = {};
  for (const part of vector.slice(prefixOf(version).length).split('/').filter(Boolean)) {
    const [key = '', value = '', more] = part.split(':');
    const metric = metrics.get(key);
    if (!metric || more !== undefined) return { problem: `CVSS ${version} has no metric "${part}"` };
    if (choice[key] !== undefined) return { problem: `${key} is given twice` };
    if (!metric.values.some((v) => v.key === value))
      return { problem: `${key} has no value "${value}": ${metric.values.map((v) => v.key).join(', ')}` };
    choice[key] = value;
  }
  return { version, choice };
};

/** What keeps a vector from a score, in words; null when it is complete. */
export const vectorProblem = (vector: string, version?: CvssVersion): string | null => {
  const read = readVector(vector);
  if ('problem' in read) return read.problem;
  if (version && read.version !== version) return `it is of version ${read.version}, not ${version}`;
  const missing = missingMetrics(read.version, read.choice);
  return missing.length > 0 ? `${missing.join(', ')} still to choose` : null;
};

export type Band = Severity | 'none';

/** The specification's qualitative scale, the same for 3.1, 4.0 and AIVSS. */
export const bandOf = (score: number): Band =>
  score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : score > 0 ? 'low' : 'none';

export type CvssScore = { version: CvssVersion; vector: string; score: number; band: Band; base: number };

/** Only the base metrics, which is what a score of another scheme builds on. */
export const baseVector = (version: CvssVersion, choice: CvssChoice): string =>
  toVector(
    version,
    Object.fromEntries(
      Object.entries(choice).filter(([key]) =>
        metricsOf(version).some((m) => m.key === key && m.group === 'base'),
      ),
    ),
  );

const overall = (version: CvssVersion, vector: string): number =>
  version === '4.0'
    ? new calculator.Cvss4P0(vector).calculateScores().overall
    : new calculator.Cvss3P1(vector).calculateScores().overall;

const scores = new Map<string, CvssScore | null>();
/** Screens ask for the same few vectors at every key; a score costs a third of a millisecond. */
const KEPT = 500;

/** Null when the vector is not complete: that is never the same as 0. `score` counts every metric given, `base` only those. */
export const scoreCvss = (vector: string): CvssScore | null => {
  const known = scores.get(vector);
  if (known !== undefined) return known;
  const read = readVector(vector);
  let result: CvssScore | null = null;
  if (!('problem' in read) && missingMetrics(read.version, read.choice).length === 0) {
    const { version, choice } = read;
    const score = overall(version, toVector(version, choice));
    result = {
      version,
      vector,
      score,
      band: bandOf(score),
      base: overall(version, baseVector(version, choice)),
    };
  }
  if (scores.size >= KEPT) scores.clear();
  scores.set(vector, result);
  return result;
};
