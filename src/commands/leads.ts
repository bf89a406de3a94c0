import type { SourceTree } from '../collectors/collector.ts';
import { UserError } from '../domain/errors.ts';
import type { EvidenceFile, EvidenceItem } from '../domain/evidence.ts';
import { type Baseline, baselineOf, compare, type Marked } from '../domain/pipeline/baseline.ts';
import { conditionsOf } from '../domain/pipeline/fail-on.ts';
import { judgeLeads } from '../domain/pipeline/judge-leads.ts';
import type { LeadsReport } from '../domain/pipeline/leads-report.ts';
import { marker } from '../engine/marks.ts';
import { readInputFile } from '../io/input-file.ts';
import { writeFile } from '../io/write-files.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import type { Host } from './host.ts';
import { commentsOf, countedComments, type Policy, readBaseline } from './own-policy.ts';
import { loadTemplates } from './templates.ts';

/** The leads of evidence as a pipeline is told of them: compared, suppressed, held against what is to fail. */

export type LeadsOptions = {
  failOn?: string[] | undefined;
  /** The target is the developer's own: what its repository says of its leads counts. */
  own?: boolean | undefined;
  /** Known leads, in a file of this machine. */
  baseline?: string | undefined;
  writeBaseline?: string | undefined;
};

const MOST_BASELINE = 32 * 1024 * 1024;

const namedBaseline = (path: string): Baseline => {
  let text: string | null = null;
  try {
    text = readInputFile(path, MOST_BASELINE).toString('utf8');
  } catch (error) {
    throw new UserError(
      `the baseline ${path} could not be read, so nothing was compared: ${error instanceof Error ? error.message : error}`,
      'mcp-audit collect --write-baseline FILE writes one',
    );
  }
  return readBaseline(path, text);
};

type Judging = {
  options: LeadsOptions;
  evidence: EvidenceFile;
  tree: SourceTree;
  policy: Policy | null;
};

export const judged = async (
  host: Host,
  { options, evidence, tree, policy }: Judging,
): Promise<LeadsReport> => {
  const mark = marker(tree);
  const leads = evidence.items.filter((i) => i.kind === 'lead');
  const marked = new Map<EvidenceItem, Marked>();
  for (const l of leads) marked.set(l, { ...l, marks: await mark(l) });

  const known = options.baseline
    ? { name: options.baseline, value: namedBaseline(options.baseline) }
    : (policy?.baseline ?? null);
  const compared = known && compare([...marked.values()], known.value);
  const comments = policy ? await commentsOf(tree) : { standing: [], refused: [] };
  const { counted, notYet } = policy
    ? countedComments(comments.standing, policy)
    : { counted: [], notYet: [] };
  const conditions = conditionsOf(options.failOn ?? policy?.configuration.failOn ?? []);
  const without = conditions.find((c) => c.needsBase);
  if (without && !compared)
    throw new UserError(
      `"${without.words}" asks for what is new, and there is nothing to compare with`,
      'name a baseline: --baseline FILE, or `baseline` in mcp-audit.yml',
    );
  const report = judgeLeads({
    evidence,
    marks: (i) => marked.get(i)!.marks,
    templates: await loadTemplates(),
    conditions,
    own: policy?.own ?? null,
    base:
      known && compared
        ? { kind: 'baseline', name: known.name, of: (i) => compared.get(marked.get(i)!)! }
        : null,
    changedSince: null,
    standing: [...(policy?.entries ?? []), ...counted],
    refused: comments.refused,
    today: host.clock().toISOString().slice(0, 10),
    otherwise: [],
  });
  return {
    ...report,
    suppressions: { ...report.suppressions, unused: [...report.suppressions.unused, ...notYet] },
  };
};

/** Writes what is known now: leads that are suppressed are accounted for already, and stay out. Gives how many, in words. */
export const writeBaseline = (to: string, report: LeadsReport): string => {
  const leads = report.leads.filter((l) => !l.suppressed);
  writeFile(to, jsonText(baselineOf(leads, { version: report.tool.version, rules: report.tool.rules })), {
    replaces: () => true,
  });
  return plural(leads.length, 'lead');
};
