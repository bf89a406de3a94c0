import { hash } from 'node:crypto';
import type { SourceTree } from '../collectors/collector.ts';
import { UserError } from '../domain/errors.ts';
import type { EvidenceFile } from '../domain/evidence.ts';
import type { ToolsLock } from '../domain/observation.ts';
import { parseLock } from '../domain/parse-lock.ts';
import { type Baseline, baselineOf, compare } from '../domain/pipeline/baseline.ts';
import { conditionsOf } from '../domain/pipeline/fail-on.ts';
import { judgeLeads } from '../domain/pipeline/judge-leads.ts';
import type { LeadsReport } from '../domain/pipeline/leads-report.ts';
import { asSaidBefore } from '../domain/pipeline/suppressions.ts';
import { againstToolsLock } from '../domain/pipeline/tools-lock.ts';
import { readInputFile } from '../io/input-file.ts';
import { writeFile } from '../io/write-files.ts';
import { canonical } from '../text/canonical-json.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { type Host, todayOf } from './host.ts';
import { commentsOf, type Policy, readBaseline } from './own-policy.ts';
import { keepForNext, markedLeads, type Since } from './since.ts';
import { loadTemplates } from './templates.ts';

/** The leads of evidence as a pipeline is told of them: compared, suppressed, held against what is to fail. */

export type LeadsOptions = {
  failOn?: string[] | undefined;
  /** The target is the developer's own: what its repository says of its leads counts. */
  own?: boolean | undefined;
  /** Known leads, in a file of this machine. */
  baseline?: string | undefined;
  writeBaseline?: string | undefined;
  /** What the tools say, as it was approved. */
  toolsLock?: string | undefined;
  /** Compare with the leads of this commit. */
  base?: string | undefined;
  /** The same, and tell only of what a change since then touches. */
  changedSince?: string | undefined;
  /** Let configuration and suppressions count as they are there. */
  policyFrom?: string | undefined;
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
  since: Since | null;
  /** Folder of what is kept between runs. */
  kept: string | null;
};

/** What leads are compared with: what is named first, then what the repository names, then the commit a change began at. */
const baseOf = ({
  options,
  policy,
  since,
}: Judging): { kind: 'baseline' | 'commit'; name: string; value: Baseline } | null => {
  if (options.baseline)
    return { kind: 'baseline', name: options.baseline, value: namedBaseline(options.baseline) };
  if (policy?.baseline) return { kind: 'baseline', ...policy.baseline };
  return since && { kind: 'commit', name: `${since.ref} (${since.commit.slice(0, 12)})`, value: since.base };
};

const MOST_LOCK = 64 * 1024 * 1024;

/** The lock that is named here, else the one that the repository names. */
const lockOf = async ({ options, policy }: Judging): Promise<{ name: string; value: ToolsLock } | null> => {
  const name = options.toolsLock ?? policy?.configuration.toolsLock;
  if (name === undefined) return null;
  let said: string | null;
  try {
    said = options.toolsLock
      ? readInputFile(name, MOST_LOCK).toString('utf8')
      : ((await policy?.text(name)) ?? null);
  } catch (error) {
    throw new UserError(
      `${name} could not be read, so nothing was compared: ${error instanceof Error ? error.message : error}`,
      'mcp-audit probe --lock writes one',
    );
  }
  const hashOf = (definition: unknown): string => hash('sha256', canonical(definition), 'hex');
  const value = said === null ? 'it is not there' : parseLock(said, hashOf);
  if (typeof value !== 'string') return { name, value };
  throw new UserError(
    `${name} is no tools.lock.json, so nothing was compared: ${value}`,
    'mcp-audit probe --lock writes one; commit it',
  );
};

export const judged = async (host: Host, j: Judging): Promise<LeadsReport> => {
  const { options, evidence, tree, policy, since, kept } = j;
  const marked = await markedLeads(evidence, tree);
  if (kept) keepForNext(kept, evidence, marked);
  const known = baseOf(j);
  const compared = known && compare([...marked.values()], known.value);
  const comments = policy ? await commentsOf(tree) : { standing: [], refused: [] };
  const { counted, notYet } = policy?.comments
    ? asSaidBefore(comments.standing, policy.comments, policy.own.asOf.slice(0, 12))
    : { counted: comments.standing, notYet: [] };
  const lock = await lockOf(j);
  const conditions = conditionsOf(options.failOn ?? policy?.configuration.failOn ?? []);
  const without = conditions.find((c) => c.needsBase);
  if (without && !compared)
    throw new UserError(
      `"${without.words}" asks for what is new, and there is nothing to compare with`,
      'name a baseline (--baseline FILE, or `baseline` in mcp-audit.yml) or a commit (--base REF, --changed-since REF)',
    );
  const report = judgeLeads({
    evidence,
    marks: (i) => marked.get(i)!.marks,
    templates: await loadTemplates(),
    conditions,
    own: policy?.own ?? null,
    base:
      known && compared
        ? { kind: known.kind, name: known.name, of: (i) => compared.get(marked.get(i)!)! }
        : null,
    changedSince: options.changedSince === undefined ? null : since,
    standing: [...(policy?.entries ?? []), ...counted],
    refused: comments.refused,
    today: todayOf(host),
    tools: lock && againstToolsLock(lock.name, lock.value, evidence.surface),
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
