import { collectorsWith } from '../collectors/index.ts';
import { UserError } from '../domain/errors.ts';
import { type EvidenceItem, weaknessClass } from '../domain/evidence.ts';
import { checksOf, collectorsOf } from '../domain/methodology.ts';
import { runCollectors, toEvidenceFile } from '../engine/run-collectors.ts';
import { openTarget } from '../io/git/open-target.ts';
import { readOwn, rulesName } from '../io/rule-files.ts';
import { writeFile } from '../io/write-files.ts';
import { jsonText } from '../text/json-text.ts';
import { plural } from '../text/plural.ts';
import { shownPath, withShownPaths } from '../text/shown-path.ts';
import { visible } from '../text/visible.ts';
import { advisorySources, chosenCopy } from './advisories.ts';
import { hasLooked } from './headless.ts';
import { type Host, TOOL_NAME } from './host.ts';
import { defaultJobs, openSource } from './open-source.ts';
import { VERSION } from './version.ts';
import { loadMethodology } from './workspace.ts';

const STRENGTHS = ['strong', 'moderate', 'weak'];

/**
 * Which leads make the command exit 1: `lead` any, `strong`, `moderate` or `weak` those at least so strong, or a
 * weakness class.
 */
export const failsOn = (word: string): ((i: EvidenceItem) => boolean) => {
  if (word === 'lead') return (i) => i.kind === 'lead';
  if (STRENGTHS.includes(word))
    return (i) => i.kind === 'lead' && STRENGTHS.indexOf(i.strength) <= STRENGTHS.indexOf(word);
  if (weaknessClass.safeParse(word).success) return (i) => i.kind === 'lead' && i.class === word;
  throw new UserError(
    `--fail-on does not know "${word}", so nothing was collected`,
    `one of lead, ${STRENGTHS.join(', ')}, or a class: ${weaknessClass.options.join(', ')}`,
  );
};

export type CollectOptions = {
  source: string;
  ref?: string | undefined;
  subdir?: string | undefined;
  check?: string[] | undefined;
  json?: string | boolean | undefined;
  failOn?: string | undefined;
  methodology?: string | undefined;
  /** Folder or zip with an offline copy of OSV. */
  osv?: string | undefined;
  /** Let dependencies be looked up at the OSV service. */
  allowNetwork?: boolean | undefined;
  /** Folder of the auditor's own rules. */
  rules?: string | undefined;
  /** Folder of the auditor's own models of libraries. */
  models?: string | undefined;
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

/** Gathers evidence without a session. The JSON is `mcp-audit/evidence@1`; its schema lies beside the checklists. */
export const collect = async (host: Host, options: CollectOptions): Promise<number> => {
  const fails = options.failOn ? failsOn(options.failOn) : null;
  const concurrency = jobsOf(options.jobs);
  const methodology = await loadMethodology(options.methodology);
  const ownRules = await readOwn(options);
  const known = new Set(checksOf(methodology).map((c) => c.id));
  for (const id of options.check ?? [])
    if (!known.has(id))
      throw new UserError(
        `there is no check ${id} in ${methodology.id} ${methodology.version}, so nothing was collected`,
        'mcp-audit checklist show lists them',
      );
  const wanted = new Set(
    options.check?.length
      ? checksOf(methodology)
          .filter((c) => options.check?.includes(c.id))
          .flatMap((c) => c.collectors)
      : collectorsOf(methodology),
  );
  const toJson = options.json === true ? '-' : options.json || null;
  const tell = (text: string): void => void (toJson === '-' || host.stdout(`${visible(text)}\n`));

  const osv = options.osv ? chosenCopy(options.osv) : null;
  const { target, repository, notices } = await openTarget({
    source: options.source,
    ref: options.ref,
    subdir: options.subdir,
    reposDir: host.reposDir,
    progress: host.progress,
  });
  for (const n of notices) host.stderr(`${visible(n)}\n`);
  const source = await openSource({ repository, commit: target.commit, subdir: target.subdir, ownRules });
  const { source: _typed, ...shown } = target;
  try {
    tell(`${target.name} at ${target.commit}`);
    const abort = new AbortController();
    const results = await runCollectors(
      collectorsWith(ownRules).filter((c) => wanted.has(c.id)),
      {
        target: shown,
        source,
        methodology,
        signal: abort.signal,
        concurrency,
        advisories: advisorySources(host, { osvCopy: osv, networkAllowed: options.allowNetwork ?? false }),
        now: () => performance.now(),
        onResult: ({ run, items }) =>
          tell(
            `  ${run.id.padEnd(16)} ${run.outcome.padEnd(15)} ${String(items.length).padStart(4)} items  ${run.message || run.searched}`,
          ),
      },
    );
    const file = toEvidenceFile({
      tool: { name: TOOL_NAME, version: VERSION, rules: rulesName(methodology, ownRules) },
      target: shown,
      results,
    });
    const items = options.check?.length
      ? file.items.filter((i) => i.checks.some((c) => options.check?.includes(c)))
      : file.items;
    const text = jsonText(withShownPaths({ ...file, items }));
    if (toJson === '-') host.stdout(text);
    else if (toJson) {
      writeFile(toJson, text, { replaces: () => true });
      tell(`written to ${toJson}`);
    } else
      for (const i of items)
        if (i.kind !== 'fact')
          tell(
            `${i.kind.padEnd(8)} ${i.strength.padEnd(8)} ${i.checks.join(',').padEnd(12)} ${i.title}${i.location ? `  ${shownPath(i.location.path)}:${i.location.startLine}` : ''}`,
          );
    const failed = fails ? items.filter(fails).length : 0;
    if (failed > 0)
      host.stderr(`${plural(failed, 'item matches', 'items match')} --fail-on ${options.failOn}\n`);
    const blind = results.filter((r) => !hasLooked(r.run)).map((r) => r.run);
    for (const run of blind) host.stderr(`${visible(`${run.id} could not look: ${run.message}`)}\n`);
    return failed + blind.length > 0 ? 1 : 0;
  } finally {
    await source.close();
  }
};
