import { join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import type { EvidenceFile, EvidenceItem } from '../domain/evidence.ts';
import { checksOf, collectorsOf, type Methodology } from '../domain/methodology.ts';
import { conditionsOf } from '../domain/pipeline/fail-on.ts';
import { countWords } from '../domain/pipeline/judge-leads.ts';
import { commitNamed } from '../io/git/between.ts';
import { openTarget } from '../io/git/open-target.ts';
import { stagedCommit } from '../io/git/staged.ts';
import { readOwn } from '../io/rule-files.ts';
import { writeFile } from '../io/write-files.ts';
import { LEADS_FORMATS, type LeadsFormat, writeLeads } from '../report/formats/leads.ts';
import { jsonText } from '../text/json-text.ts';
import { shownPath, withShownPaths } from '../text/shown-path.ts';
import { visible, visibleLines } from '../text/visible.ts';
import { chosenCopy } from './advisories.ts';
import { readTarget } from './asked-target.ts';
import { type Gathering, gatherFrom, withSource } from './gather-target.ts';
import type { Host } from './host.ts';
import { judged, type LeadsOptions, writeBaseline } from './leads.ts';
import { defaultJobs } from './open-source.ts';
import { readPolicy, requireOwn } from './own-policy.ts';
import { keptFolder, since } from './since.ts';
import { loadMethodology } from './workspace.ts';

export type CollectOptions = LeadsOptions & {
  source: string;
  ref?: string | undefined;
  subdir?: string | undefined;
  /** Look at what is staged in the folder, before it is committed. */
  staged?: boolean | undefined;
  check?: string[] | undefined;
  /** The whole evidence as JSON. */
  json?: string | boolean | undefined;
  /** Leads in formats, each with the file it goes to; '' is the standard output. */
  outputs?: readonly { format: string; to: string }[] | undefined;
  methodology?: string | undefined;
  /** Folder or zip with an offline copy of OSV. */
  osv?: string | undefined;
  /** Let dependencies be looked up at the OSV service. */
  allowNetwork?: boolean | undefined;
  /** Folder of the auditor's own rules. */
  rules?: string | undefined;
  /** Folder of the auditor's own models of libraries. */
  models?: string | undefined;
  /** Folder for what collectors read and said, taken from there where nothing they read has changed. */
  cache?: string | undefined;
  /** How many collectors run at a time. */
  jobs?: string | undefined;
};

const jobsOf = (word: string | undefined): number => {
  if (word === undefined) return defaultJobs();
  const jobs = Number(word);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= 64) return jobs;
  throw new UserError(
    `--jobs does not know "${word}", so nothing was collected`,
    'a number of collectors to run at a time, from 1 to 64',
  );
};

type Output = { format: LeadsFormat; to: string };

const outputsOf = ({ outputs = [], json }: CollectOptions): Output[] => {
  const known = outputs.map(({ format, to }): Output => {
    if (format === '')
      throw new UserError(
        `--out ${visible(to)} has no --format, so nothing was collected`,
        'each --out stands behind the --format it is for: --format sarif --out leads.sarif',
      );
    if (!Object.hasOwn(LEADS_FORMATS, format))
      throw new UserError(
        `--format does not know "${format}", so nothing was collected`,
        `one of ${Object.keys(LEADS_FORMATS).join(', ')}`,
      );
    return { format: format as LeadsFormat, to: to || '-' };
  });
  if (known.filter((o) => o.to === '-').length + (json === true ? 1 : 0) > 1)
    throw new UserError(
      'two formats would go to the standard output, so nothing was collected',
      'name a file for all but one: --format sarif --out leads.sarif --format markdown',
    );
  return known;
};

/** @throws UserError for a check that is none */
export const requireChecks = (ids: readonly string[], m: Methodology): void => {
  const known = new Set(checksOf(m).map((c) => c.id));
  for (const id of ids)
    if (!known.has(id))
      throw new UserError(
        `there is no check ${id} in ${m.id} ${m.version}, so nothing was collected`,
        'mcp-audit checklist show lists them',
      );
};

const collectorsFor = (ids: readonly string[], m: Methodology): ReadonlySet<string> =>
  new Set(
    ids.length > 0
      ? checksOf(m)
          .filter((c) => ids.includes(c.id))
          .flatMap((c) => c.collectors)
      : collectorsOf(m),
  );

const itemLine = (i: EvidenceItem): string =>
  `${i.kind.padEnd(8)} ${i.strength.padEnd(8)} ${i.checks.join(',').padEnd(12)} ${i.title}${i.location ? `  ${shownPath(i.location.path)}:${i.location.startLine}` : ''}`;

/**
 * Gathers evidence without a session: all of it as `mcp-audit/evidence@1`, its leads in the formats of pipelines. Exit code 1
 * when what was asked to fail is there, or something could not look.
 */
export const collect = async (host: Host, options: CollectOptions): Promise<number> => {
  conditionsOf(options.failOn ?? []);
  const outputs = outputsOf(options);
  const jobs = jobsOf(options.jobs);
  const methodology = await loadMethodology(options.methodology);
  const ownRules = await readOwn(options);
  requireChecks(options.check ?? [], methodology);
  if (options.own) requireOwn(options.source);
  if (options.staged && !options.own)
    throw new UserError(
      '--staged asks git in your own repository, and this may be another’s; nothing was collected',
      'say --own as well, where the server is yours',
    );
  const toJson = options.json === true ? '-' : options.json || null;
  const quiet = toJson === '-' || outputs.some((o) => o.to === '-');
  const tell = (text: string): void => void (quiet || host.stdout(`${visible(text)}\n`));

  const osv = options.osv ? chosenCopy(options.osv) : null;
  const asked = await readTarget(host, options.source, options);
  if (asked.told) host.stderr(`${asked.told}\n`);
  const { target, repository, notices } = await openTarget({
    source: asked.source,
    fetch: asked.fetch,
    ref: options.staged ? await stagedCommit(options.source) : options.ref,
    subdir: options.subdir || asked.subdir,
    reposDir: host.reposDir,
    progress: host.progress,
  });
  for (const n of notices) host.stderr(`${visible(n)}\n`);
  const clone = { reposDir: host.reposDir, repository, source: asked.source };
  // Of what is staged, HEAD is the commit it will follow.
  const head = options.staged ? `${target.commit}^` : target.commit;
  const asOf =
    options.own && options.policyFrom !== undefined
      ? await commitNamed(clone, head, options.policyFrom)
      : target.commit;
  const policy = options.own ? await readPolicy(repository, asOf, asOf === target.commit) : null;
  const checks = options.check?.length ? options.check : (policy?.configuration.checks ?? []);
  requireChecks(checks, methodology);
  const gathering: Gathering = {
    methodology,
    ownRules,
    checks,
    wanted: new Set([
      ...collectorsFor(checks, methodology),
      ...(options.toolsLock || policy?.configuration.toolsLock ? ['tool-surface'] : []),
    ]),
    osv,
    networkAllowed: options.allowNetwork ?? false,
    jobs,
  };
  const pinned = { ...target, subdir: target.subdir || (policy?.configuration.subdir ?? '') };
  const ref = options.changedSince ?? options.base;
  const cache = options.cache ?? (ref === undefined ? null : join(host.dataDir, 'kept'));
  const kept = cache === null ? null : keptFolder(cache, pinned.subdir, gathering);
  const from =
    ref === undefined ? null : await since(host, { ...clone, head, target: pinned, gathering, kept, ref });
  return withSource(
    { repository, commit: pinned.commit, subdir: pinned.subdir, ownRules, kept },
    async (source) => {
      if (source.tree.entries.length === 0 && pinned.subdir !== '')
        throw new UserError(
          `there is no folder ${visible(pinned.subdir)} at ${target.commit.slice(0, 12)}, so nothing was collected`,
          'correct `subdir` in mcp-audit.yml, or name another with --subdir',
        );
      tell(`${target.name} at ${target.commit}`);
      if (policy)
        tell(
          `the repository's own ${policy.own.configuration} counts, as of ${policy.own.asOf.slice(0, 12)}`,
        );
      const { evidence } = await gatherFrom(host, source, pinned, gathering, ({ run, items }) =>
        tell(
          `  ${run.id.padEnd(16)} ${run.outcome.padEnd(15)} ${String(items.length).padStart(4)} items  ${run.message || run.searched}`,
        ),
      );
      const asked: EvidenceFile = {
        ...evidence,
        items:
          checks.length > 0
            ? evidence.items.filter((i) => i.checks.some((c) => checks.includes(c)))
            : evidence.items,
      };
      if (toJson) {
        const text = jsonText(withShownPaths(asked));
        if (toJson === '-') host.stdout(text);
        else {
          writeFile(toJson, text, { replaces: () => true });
          tell(`written to ${toJson}`);
        }
      }
      const report = await judged(host, {
        options,
        evidence: asked,
        tree: source.tree,
        policy,
        since: from,
        kept,
      });
      for (const { format, to } of outputs) {
        const text = writeLeads(format, report, checksOf(methodology));
        if (to === '-') host.stdout(text);
        else {
          writeFile(to, text, { replaces: () => true });
          tell(`${format} written to ${to}`);
        }
      }
      if (!toJson && outputs.length === 0)
        for (const i of options.own || ref !== undefined ? report.leads : asked.items)
          if (i.kind !== 'fact') tell(itemLine(i));
      if (outputs.length > 0 || options.failOn || options.own) tell(countWords(report));
      if (options.writeBaseline !== undefined) {
        const count = writeBaseline(options.writeBaseline, report);
        host.stderr(`baseline of ${count} written to ${visible(options.writeBaseline)}\n`);
        return report.counts.blind > 0 ? 1 : 0;
      }
      for (const s of report.suppressions.unused)
        host.stderr(visibleLines(`unused suppression, ${s.at}: ${s.words}\n`));
      if (report.failed.length > 0)
        host.stderr(visibleLines(`failed:\n${report.failed.map((f) => `  ${f}\n`).join('')}`));
      return report.failed.length > 0 ? 1 : 0;
    },
  );
};
