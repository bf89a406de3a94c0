import { type CollectorRun, type EvidenceItem, weaknessClass } from '../domain/evidence.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { BlindSpot } from './subject.ts';

/**
 * Who looks for which classes of weaknesses: when one of them could not look, or left something out, nothing is known of those
 * classes there.
 */

type WeaknessClass = BlindSpot['classes'][number];

/** All that reading the code may show; what follows says it of the collectors beside those that read it. */
const BESIDE: Readonly<Record<string, readonly WeaknessClass[]>> = {
  authorization: ['missing-auth', 'broken-authorization', 'dns-rebinding', 'csrf', 'session', 'oauth'],
  dependencies: ['supply-chain'],
  deployment: ['container', 'hardcoded-secret', 'supply-chain'],
  dockerfile: ['container', 'configuration', 'hardcoded-secret', 'secret-exposure', 'supply-chain'],
  'hidden-behaviour': ['supply-chain', 'secret-exposure', 'tool-poisoning', 'code-execution'],
  identity: ['supply-chain', 'tool-poisoning'],
  'look-alikes': ['supply-chain'],
  network: ['missing-auth', 'dns-rebinding', 'ssrf', 'tls', 'configuration', 'information-disclosure'],
  operations: ['log-injection', 'resource-limit', 'information-disclosure', 'hygiene'],
  readme: ['configuration', 'oauth', 'secret-exposure', 'supply-chain'],
  secrets: ['hardcoded-secret'],
  'security-files': ['hygiene'],
  signatures: ['supply-chain'],
  'source-tree': ['path-traversal', 'supply-chain', 'tool-poisoning', 'hygiene'],
  'tests-ci': ['command-injection', 'supply-chain'],
  'tool-surface': [
    'annotation-mismatch',
    'configuration',
    'prompt-injection',
    'resource-limit',
    'tool-poisoning',
  ],
  'tool-text': [
    'prompt-injection',
    'secret-exposure',
    'tool-poisoning',
    'toxic-flow',
    'annotation-mismatch',
    'configuration',
  ],
};
/** Of those what no code shows. */
const NOT_IN_CODE: ReadonlySet<WeaknessClass> = new Set(['supply-chain', 'container', 'toxic-flow']);
const IN_CODE = weaknessClass.options.filter((c) => !NOT_IN_CODE.has(c));
const READERS = ['code-flow', 'code-weaknesses'];

const classesOf = (collector: string): readonly WeaknessClass[] =>
  READERS.includes(collector) ? IN_CODE : (BESIDE[collector] ?? []);

/** The collectors that may see a weakness of a class. */
export const lookersFor = (of: WeaknessClass): readonly string[] =>
  [...READERS, ...Object.keys(BESIDE)].filter((id) => classesOf(id).includes(of));

/**
 * What was not looked at. A gap whose every check has a verdict is no more: a person knew of it and decided.
 */
export const blindSpots = (
  runs: readonly Pick<CollectorRun, 'id' | 'outcome' | 'message'>[],
  items: readonly EvidenceItem[],
  verdicts: ReadonlyMap<string, Verdict | null>,
): BlindSpot[] => {
  const decided = (check: string): boolean => {
    const v = verdicts.get(check) ?? null;
    return v !== null && v !== 'unsure';
  };
  const ran = new Map(runs.map((r) => [r.id, r]));
  return [
    ...[...READERS, ...Object.keys(BESIDE)].flatMap((id): BlindSpot[] => {
      const run = ran.get(id);
      if (run && run.outcome !== 'failed' && run.outcome !== 'unavailable') return [];
      return [
        {
          classes: [...classesOf(id)],
          why: `${id} ${run ? `could not look: ${run.message}` : 'was not run'}`,
        },
      ];
    }),
    ...items
      .filter((i) => i.kind === 'gap' && !(i.checks.length > 0 && i.checks.every(decided)))
      .map((i) => ({ classes: [...classesOf(i.collector)], why: i.title }))
      .filter((b) => b.classes.length > 0),
  ];
};
