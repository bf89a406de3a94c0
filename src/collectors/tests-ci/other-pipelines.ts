import type { Parsed } from '../../analysis/files/parse-json.ts';
import { bag, entriesOf, list } from '../../analysis/files/shape.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import { stepKinds } from '../../analysis/repository/workflow.ts';
import { type CollectContext, fact, gap, type ItemDraft } from '../collector.ts';

type Job = { id: string; line: number; text: string };
type Document = Extract<Parsed, { ok: true }>;

/** What a job says, as one text to look for commands in. */
const said = (value: unknown): string =>
  (JSON.stringify(value) ?? '').replaceAll('\\n', '\n').slice(0, 50_000);

const NO_JOB =
  /^(stages|variables|default|include|workflow|image|services|cache|before_script|after_script|spec)$|^\./;

const gitlabJobs = (d: Document): Job[] =>
  entriesOf(d.value)
    .filter(([key, job]) => !NO_JOB.test(key) && ('script' in bag(job) || 'trigger' in bag(job)))
    .map(([id, job]) => ({ id, line: d.lineOf([id]), text: said(job) }));

const mapOfJobs = (d: Document): Job[] =>
  entriesOf(bag(d.value).jobs).map(([id, job]) => ({ id, line: d.lineOf(['jobs', id]), text: said(job) }));

const azureJobs = (d: Document): Job[] => {
  const root = bag(d.value);
  const stages = list(root.stages).flatMap((s) => list(bag(s).jobs));
  const jobs = [...list(root.jobs), ...stages];
  const named = jobs.map((job, i) => ({
    id: String(bag(job).job ?? bag(job).deployment ?? `job ${i + 1}`).slice(0, 80),
    line: d.lineOf([root.jobs === undefined ? 'stages' : 'jobs']),
    text: said(job),
  }));
  return named.length > 0 || root.steps === undefined
    ? named
    : [{ id: 'steps', line: d.lineOf(['steps']), text: said(root.steps) }];
};

/** The whole file as one job, where it has one of the names such a file has. */
const oneJob =
  (names: RegExp) =>
  (d: Document): Job[] =>
    entriesOf(d.value).some(([name]) => names.test(name))
      ? [{ id: 'build', line: 1, text: said(d.value) }]
      : [];

/** How each system writes its jobs; null where the file is a program of its own. */
const SYSTEMS: readonly { name: string; path: RegExp; jobs: ((d: Document) => Job[]) | null }[] = [
  { name: 'GitLab CI', path: /^\.gitlab-ci\.ya?ml$/, jobs: gitlabJobs },
  { name: 'CircleCI', path: /^\.circleci\/config\.ya?ml$/, jobs: mapOfJobs },
  { name: 'Azure Pipelines', path: /(^|\/)azure-pipelines[\w.-]*\.ya?ml$/, jobs: azureJobs },
  { name: 'Jenkins', path: /(^|\/)Jenkinsfile$/, jobs: null },
  {
    name: 'Travis CI',
    path: /^\.travis\.yml$/,
    jobs: oneJob(
      /^(?:language|os|dist|script|install|jobs|matrix|stages|services|import|node_js|python|(?:before|after)_\w+)$/,
    ),
  },
  { name: 'Drone', path: /^\.drone\.ya?ml$/, jobs: oneJob(/^(?:kind|steps|pipeline)$/) },
  { name: 'Buildkite', path: /^\.buildkite\/[\w.-]+\.ya?ml$/, jobs: oneJob(/^steps$/) },
  {
    name: 'Bitbucket Pipelines',
    path: /^bitbucket-pipelines\.yml$/,
    jobs: oneJob(/^(?:pipelines|definitions)$/),
  },
  { name: 'Cirrus CI', path: /^\.cirrus\.yml$/, jobs: oneJob(/task$|^(?:env|pipe)$/) },
];
export const SYSTEM_NAMES = SYSTEMS.map((s) => s.name);

const kindsOf = (text: string): string[] =>
  stepKinds({ job: '', name: '', line: 1, run: text, uses: '', ref: '', script: '' });

/** Pipelines of other systems than GitHub, per job. */
export const otherPipelines = async ({ tree }: CollectContext, checks: string[]): Promise<ItemDraft[]> => {
  const { parseYaml } = await import('../../analysis/files/parse-yaml.ts');
  const items: ItemDraft[] = [];
  for (const { name, path: pattern, jobs } of SYSTEMS) {
    const path = tree.allEntries.find((e) => e.kind === 'file' && pattern.test(e.path))?.path;
    if (!path) continue;
    const source = await tree.text(path);
    const parsed = source === null || !jobs ? null : parseYaml(source);
    const found = jobs && parsed?.ok ? jobs(parsed).slice(0, 100) : [];
    if (found.length > 0) {
      items.push(
        fact('other-ci', checks, `${name}: ${plural(found.length, 'job')}`, {
          detail: found
            .slice(0, 30)
            .map((j) => `${j.id}: ${listed(kindsOf(j.text)) || 'other work'}`)
            .join('\n'),
          at: { path, startLine: found[0]?.line ?? 1 },
        }),
      );
    } else if (!jobs && source !== null)
      items.push(
        fact(
          'other-ci',
          checks,
          `${name}: ${listed(kindsOf(source.slice(0, 50_000))) || 'no step recognised'}`,
          {
            detail: 'The file is a program; words in it were looked for, its jobs were not taken apart.',
            at: { path, startLine: 1 },
          },
        ),
      );
    else
      items.push(
        gap('unreadable-workflow', checks, `${path} could not be read`, {
          detail: !parsed
            ? 'Binary, or too large.'
            : parsed.ok
              ? 'It names no jobs; what it includes was not read.'
              : parsed.reason,
        }),
      );
  }
  return items;
};
