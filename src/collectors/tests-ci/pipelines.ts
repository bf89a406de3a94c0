import type { Parsed } from '../../analysis/files/parse-json.ts';
import { baseName } from '../../analysis/files/paths.ts';
import { readTexts } from '../../analysis/files/read-texts.ts';
import { bag } from '../../analysis/files/shape.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import { readWorkflow, stepKinds, type Workflow } from '../../analysis/repository/workflow.ts';
import {
  type CollectContext,
  fact,
  gap,
  type ItemDraft,
  oneForEachRule,
  placed,
  strength,
} from '../collector.ts';
import { otherPipelines, SYSTEM_NAMES } from './other-pipelines.ts';
import { pins, releases, rights, strangers } from './workflow-risks.ts';

export const CHECKS = ['1.2.4'];
const SUPPLY = ['1.3.4'];
const MOST_WORKFLOWS = 100;

const TITLES = {
  'write-all': (n: number) => `${plural(n, 'workflow')}: the token may write everything`,
  'untrusted-checkout': (n: number) =>
    `${plural(n, 'workflow')} run a stranger's code with the repository's rights`,
  'workflow-injection': (n: number) => `${plural(n, 'step')} paste an outsider's text into a script`,
  'workflow-injection-inside': (n: number) => `${plural(n, 'step')} paste inputs of the run into a script`,
  'pull-request-target': (n: number) =>
    `${plural(n, 'workflow')} run with the repository's rights on requests from outside`,
  'self-hosted-runner': (n: number) => `${plural(n, 'job')} run pull requests on a machine of the project`,
};

/** A workflow has jobs, an action what it runs; a file with neither would read like one that does nothing. */
const runsSomething = (parsed: Parsed): Parsed =>
  parsed.ok && Object.keys({ ...bag(bag(parsed.value).jobs), ...bag(bag(parsed.value).runs) }).length === 0
    ? { ok: false, reason: 'It names no jobs.' }
    : parsed;

/** GitHub workflows and composite actions, and the pipelines of other systems. */
export const pipelineItems = async (
  context: CollectContext,
): Promise<{ items: ItemDraft[]; workflows: number }> => {
  const { tree, signal } = context;
  const items: ItemDraft[] = [];
  const paths = tree.allEntries
    .filter(
      (e) =>
        e.kind === 'file' &&
        /^\.github\/(workflows\/[^/]+\.ya?ml|actions\/.+\/action\.ya?ml)$|^action\.ya?ml$/.test(e.path),
    )
    .map((e) => ({ path: e.path }));
  const { parseYaml } = await import('../../analysis/files/parse-yaml.ts');
  const workflows: Workflow[] = [];
  for await (const { entry, text } of readTexts(tree, paths.slice(0, MOST_WORKFLOWS), signal)) {
    const parsed = text === null ? null : runsSomething(parseYaml(text));
    if (parsed?.ok) workflows.push(readWorkflow(entry.path, parsed, text ?? ''));
    else
      items.push(
        gap('unreadable-workflow', [...CHECKS, ...SUPPLY], `${entry.path} could not be read`, {
          detail: parsed ? parsed.reason : 'Binary, or larger than this tool reads.',
        }),
      );
  }
  if (paths.length > MOST_WORKFLOWS)
    items.push(
      gap(
        'too-many-workflows',
        [...CHECKS, ...SUPPLY],
        `${plural(paths.length - MOST_WORKFLOWS, 'workflow')} not read`,
        { detail: `The first ${MOST_WORKFLOWS} were.` },
      ),
    );
  for (const w of workflows.filter((w) => w.stepsLeft > 0))
    items.push(
      gap(
        'too-many-steps',
        [...CHECKS, ...SUPPLY],
        `${baseName(w.path)}: ${plural(w.stepsLeft, 'step')} not read`,
        { detail: `The first ${plural(w.steps.length, 'step')} were.`, at: { path: w.path, startLine: 1 } },
      ),
    );
  items.push(...(await otherPipelines(context, CHECKS)));
  if (workflows.length === 0 && !items.some((i) => i.rule === 'other-ci' || i.kind === 'gap'))
    items.push(
      fact('no-ci', CHECKS, 'No continuous integration configuration', {
        detail: `No GitHub workflow, and none of ${listed(SYSTEM_NAMES)}.`,
        reproduce: 'git ls-tree -r --name-only {commit} | grep -E "^\\.(github|gitlab|circleci)"',
      }),
    );
  items.push(...workflows.flatMap(perJob));
  if (workflows.length > 0)
    items.push(
      ...oneForEachRule(workflows.flatMap(strangers), TITLES),
      ...oneForEachRule(rights(workflows), TITLES),
      ...acrossWorkflows(workflows),
      ...releases(workflows),
      ...pins(workflows),
    );
  return { items, workflows: workflows.length };
};

const perJob = (w: Workflow): ItemDraft[] => {
  if (w.jobs.length === 0) return [];
  const kinds = [...new Set(w.steps.flatMap(stepKinds))];
  return [
    fact(
      'workflow',
      CHECKS,
      `${baseName(w.path)}: ${plural(w.jobs.length, 'job')} on ${listed(w.triggers, 4)}${kinds.length > 0 ? `; ${listed(kinds, 4)}` : ''}`,
      {
        detail: w.jobs
          .slice(0, 40)
          .map((j) => {
            const steps = w.steps.filter((s) => s.job === j.id);
            const what = listed([...new Set(steps.flatMap(stepKinds))]) || 'other work';
            return `${j.id} (line ${j.line}): ${what}; ${plural(steps.length, 'step')}${j.runner ? ` on ${j.runner.slice(0, 60)}` : ''}${j.mayFail ? '; an error in it does not stop the run' : ''}`;
          })
          .join('\n'),
        at: { path: w.path, startLine: w.jobs[0]!.line },
      },
    ),
  ];
};

/** What the pipeline as a whole does, and at which moment. */
const acrossWorkflows = (workflows: readonly Workflow[]): ItemDraft[] => {
  const all = workflows.flatMap((w) => w.steps.map((s) => ({ w, s, kinds: stepKinds(s) })));
  const doing = (kind: string) => all.filter((a) => a.kinds.includes(kind));
  const at = (found: typeof all) =>
    placed(found.slice(0, 20).map((a) => ({ path: a.w.path, startLine: a.s.line })));
  const items: ItemDraft[] = [];
  const tests = doing('tests');
  const onRequests = tests.filter((a) => a.w.triggers.some((t) => /^(pull_request|merge_group)/.test(t)));
  const lenient = tests.filter((a) => a.w.jobs.find((j) => j.id === a.s.job)?.mayFail);
  items.push(
    tests.length > 0
      ? (onRequests.length > 0 ? strength : fact)(
          'ci-runs-tests',
          CHECKS,
          onRequests.length > 0
            ? 'The pipeline runs the tests on pull requests'
            : `The pipeline runs the tests, but not on pull requests: on ${listed([...new Set(tests.flatMap((a) => a.w.triggers))], 4)}`,
          {
            detail: `${listed(
              [...new Set(tests.map((a) => `${baseName(a.w.path)} job ${a.s.job}`))],
              8,
            )}.${lenient.length > 0 ? ` In ${plural(lenient.length, 'job')} a test that breaks does not stop the run.` : ''}`,
            ...at(onRequests.length > 0 ? onRequests : tests),
          },
        )
      : fact('ci-without-tests', CHECKS, 'No step of the workflows was recognised as running tests', {
          detail: `${plural(all.length, 'step')} in ${plural(workflows.length, 'workflow')} were read; a script of the project may run them under another name.`,
          at: { path: workflows[0]!.path, startLine: 1 },
        }),
  );
  for (const [kind, checks] of [
    ['dependency audit', ['1.3.2', '1.3.3']],
    ['code scanning', CHECKS],
    ['secret scanning', ['2.2.2']],
    ['provenance or signing', SUPPLY],
  ] as const) {
    const found = doing(kind);
    if (found.length > 0)
      items.push(
        strength(`ci-${kind.replace(/\s/g, '-')}`, [...checks], `The pipeline has ${kind}`, {
          class: 'supply-chain',
          detail: `${listed([...new Set(found.map((a) => `${baseName(a.w.path)} job ${a.s.job}`))], 8)} on ${listed([...new Set(found.flatMap((a) => a.w.triggers))], 4)}.`,
          ...at(found),
        }),
      );
  }
  return items;
};
