import { collectorsWith } from '../collectors/index.ts';
import type { SessionTarget } from '../domain/events.ts';
import type { CollectorResult, EvidenceFile } from '../domain/evidence.ts';
import type { Methodology } from '../domain/methodology.ts';
import type { Source } from '../engine/ports.ts';
import { runCollectors, toEvidenceFile } from '../engine/run-collectors.ts';
import { type RuleFiles, rulesName } from '../io/rule-files.ts';
import { advisorySources } from './advisories.ts';
import { type Host, TOOL_NAME } from './host.ts';
import { openSource } from './open-source.ts';
import { VERSION } from './version.ts';

/** Gathering without a session: evidence of a commit in a clone of ours. */

export type Gathering = {
  methodology: Methodology;
  ownRules: RuleFiles;
  /** Checks that are asked for; none are all. */
  checks: readonly string[];
  /** Collectors to run, by id. */
  wanted: ReadonlySet<string>;
  /** An offline copy of OSV. */
  osv: string | null;
  networkAllowed: boolean;
  jobs: number;
};

export type Gathered = {
  evidence: EvidenceFile;
  results: readonly CollectorResult[];
};

/** Opens a commit of a clone for `run`, and closes it whatever happens. */
export const withSource = async <T>(
  place: Parameters<typeof openSource>[0],
  run: (source: Source) => Promise<T>,
): Promise<T> => {
  const source = await openSource(place);
  try {
    return await run(source);
  } finally {
    await source.close();
  }
};

export const gatherFrom = async (
  host: Host,
  source: Source,
  target: SessionTarget,
  g: Gathering,
  onResult: (result: CollectorResult) => void = () => {},
): Promise<Gathered> => {
  const { source: _typed, ...shown } = target;
  const results = await runCollectors(
    collectorsWith(g.ownRules).filter((c) => g.wanted.has(c.id)),
    {
      target: shown,
      source,
      methodology: g.methodology,
      signal: new AbortController().signal,
      concurrency: g.jobs,
      advisories: advisorySources(host, { osvCopy: g.osv, networkAllowed: g.networkAllowed }),
      now: () => performance.now(),
      onResult,
    },
  );
  const evidence = toEvidenceFile({
    tool: { name: TOOL_NAME, version: VERSION, rules: rulesName(g.methodology, g.ownRules) },
    target: shown,
    results,
  });
  return { evidence, results };
};
