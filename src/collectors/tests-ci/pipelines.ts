import { baseName } from '../../analysis/paths.ts';
import { readTexts } from '../../analysis/read-texts.ts';
import { bag } from '../../analysis/shape.ts';
import { count, listed, plural, share, tally } from '../../analysis/words.ts';
import {
  injectedExpressions,
  readWorkflow,
  stepKinds,
  usesPin,
  type Workflow,
} from '../../analysis/workflow.ts';
import { type CollectContext, fact, gap, type ItemDraft, lead, strength } from '../collector.ts';

export const CHECKS = ['1.2.4'];

const SUPPLY = ['1.3.4'];

const MOST_WORKFLOWS = 100;

const OTHER_CI: readonly [string, RegExp][] = [
  ['GitLab CI', /^\.gitlab-ci\.ya?ml$/],
  ['CircleCI', /^\.circleci\/config\.ya?ml$/],
  ['Azure Pipelines', /(^|\/)azure-pipelines[\w.-]*\.ya?ml$/],
  ['Jenkins', /(^|\/)Jenkinsfile$/],
  ['Travis CI', /^\.travis\.yml$/],
  ['Drone', /^\.drone\.ya?ml$/],
  ['Buildkite', /^\.buildkite\//],
  ['Bitbucket Pipelines', /^bitbucket-pipelines\.yml$/],
  ['Cirrus CI', /^\.cirrus\.yml$/],
];

export const pipelineItems = async ({
  tree,
  signal,
}: CollectContext): Promise<{ items: ItemDraft[]; workflows: number }> => {
  const items: ItemDraft[] = [];
  const paths = tree.allEntries
    .filter(
      (e) =>
        e.kind === 'file' &&
        /^\.github\/(workflows\/[^/]+\.ya?ml|actions\/.+\/action\.ya?ml)$|^action\.ya?ml$/.test(e.path),
    )
    .map((e) => ({ path: e.path }));
  const { parseYaml } = await import('../../analysis/parse-yaml.ts');
  const workflows: Workflow[] = [];
  for await (const { entry, text } of readTexts(tree, paths.slice(0, MOST_WORKFLOWS), signal)) {
    const parsed = text === null ? null : parseYaml(text);
    if (parsed?.ok) workflows.push(readWorkflow(entry.path, parsed));
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
        `${count(paths.length - MOST_WORKFLOWS)} workflows not read`,
        { detail: `The first ${MOST_WORKFLOWS} were.` },
      ),
    );

  for (const [name, pattern] of OTHER_CI) {
    const path = tree.allEntries.find((e) => pattern.test(e.path))?.path;
    if (!path) continue;
    if (name !== 'GitLab CI') {
      items.push(
        fact('other-ci', CHECKS, `${name} is configured`, {
          detail: 'Its jobs were not taken apart; read the file.',
          at: { path, startLine: 1 },
        }),
      );
      continue;
    }
    const source = await tree.text(path);
    const parsed = source === null ? null : parseYaml(source);
    const jobs = parsed?.ok
      ? Object.entries(bag(parsed.value)).filter(
          ([key, job]) =>
            !/^(stages|variables|default|include|workflow|image|services|cache|before_script|after_script|pages)$|^\./.test(
              key,
            ) && 'script' in bag(job),
        )
      : [];
    items.push(
      parsed?.ok
        ? fact('other-ci', CHECKS, `GitLab CI: ${plural(jobs.length, 'job')}`, {
            detail: jobs
              .slice(0, 30)
              .map(
                ([key, job]) =>
                  `${key}: ${listed(stepKinds({ job: key, name: key, line: 1, run: JSON.stringify(bag(job).script) ?? '', uses: '', ref: '' })) || 'other'}`,
              )
              .join('\n'),
            at: { path, startLine: jobs[0] ? parsed.lineOf([jobs[0][0]]) : 1 },
          })
        : gap('unreadable-workflow', CHECKS, `${path} could not be read`, {
            detail: parsed ? parsed.reason : 'Binary, or too large.',
          }),
    );
  }
  if (workflows.length === 0 && !items.some((i) => i.rule === 'other-ci' || i.kind === 'gap'))
    items.push(
      lead('no-ci', CHECKS, 'No continuous integration configuration', {
        strength: 'weak',
        detail:
          'No GitHub workflow, GitLab, CircleCI, Azure, Jenkins, Travis, Drone, Buildkite, Bitbucket or Cirrus file.',
        reproduce: 'git ls-tree -r --name-only {commit} | grep -E "^\\.(github|gitlab|circleci)"',
      }),
    );
  items.push(
    ...workflows.flatMap(describeWorkflow),
    ...(workflows.length > 0 ? [...acrossWorkflows(workflows), ...pins(workflows)] : []),
  );
  return { items, workflows: workflows.length };
};

const describeWorkflow = (w: Workflow): ItemDraft[] => {
  if (w.jobs.length === 0) return [];
  const kinds = [...new Set(w.steps.flatMap(stepKinds))];
  const items: ItemDraft[] = [
    fact(
      'workflow',
      CHECKS,
      `${baseName(w.path)}: ${plural(w.jobs.length, 'job')} on ${listed(w.triggers, 4)}${kinds.length > 0 ? `; ${listed(kinds, 4)}` : ''}`,
      {
        detail: w.jobs
          .map(
            (j) =>
              `${j.id}: ${listed([...new Set(w.steps.filter((s) => s.job === j.id).flatMap(stepKinds))]) || 'other work'}`,
          )
          .join('\n'),
        at: { path: w.path, startLine: w.jobs[0]!.line },
      },
    ),
  ];
  for (const p of w.permissions) {
    const value = JSON.stringify(p.value)?.slice(0, 120) ?? '';
    if (p.value === 'write-all')
      items.push(
        lead('write-all', SUPPLY, `${baseName(w.path)}: the token may write everything (${p.scope})`, {
          class: 'supply-chain',
          strength: 'moderate',
          cwe: ['CWE-250'],
          at: { path: w.path, startLine: p.line },
        }),
      );
    else if (/write/.test(value))
      items.push(
        fact(
          'write-permission',
          SUPPLY,
          `${baseName(w.path)}: ${p.scope} may write ${listed(
            Object.entries(bag(p.value))
              .filter(([, v]) => v === 'write')
              .map(([k]) => k),
            4,
          )}`,
          { class: 'supply-chain', detail: value, at: { path: w.path, startLine: p.line } },
        ),
      );
  }
  if (!w.hasPermissions && !w.everyJobHasPermissions)
    items.push(
      lead('default-permissions', SUPPLY, `${baseName(w.path)} does not limit the rights of its token`, {
        class: 'supply-chain',
        strength: 'weak',
        cwe: ['CWE-250'],
        detail:
          'Without a permissions key the default of the repository or organisation applies, which may be write access to everything.',
        at: { path: w.path, startLine: 1 },
      }),
    );
  const untrusted = w.triggers.filter(
    (t) => t === 'pull_request_target' || t === 'workflow_run' || t === 'issue_comment' || t === 'issues',
  );
  if (w.triggers.includes('pull_request_target')) {
    const checkout =
      w.steps.find((s) => /actions\/checkout/.test(s.uses) && /head|pull_request|merge/.test(s.ref)) ??
      w.steps.find((s) => /actions\/checkout/.test(s.uses));
    const ofStranger = checkout !== undefined && /head|pull_request|merge/.test(checkout.ref);
    items.push(
      lead(
        'pull-request-target',
        SUPPLY,
        `${baseName(w.path)} runs with the repository's rights on pull requests from outside`,
        {
          class: 'supply-chain',
          cwe: ['CWE-829'],
          strength: ofStranger ? 'strong' : checkout ? 'moderate' : 'weak',
          detail: ofStranger
            ? `It checks out ${checkout.ref.slice(0, 100)}: a stranger's code is then at hand to steps that see secrets. Look for a condition that asks a maintainer first.`
            : checkout
              ? 'It checks out the base branch; see what the steps do with the request’s text.'
              : 'Nothing is checked out; see what the steps do with the request’s text.',
          at: { path: w.path, startLine: checkout?.line ?? 1 },
        },
      ),
    );
  }
  for (const step of w.steps) {
    const injected = [...new Set(injectedExpressions(step.run))];
    if (injected.length === 0) continue;
    const outside = injected.some((e) => !/inputs\./.test(e));
    items.push(
      lead(
        'workflow-injection',
        SUPPLY,
        `${baseName(w.path)}: ${listed(injected, 2)} is pasted into a shell script`,
        {
          class: 'command-injection',
          cwe: ['CWE-94'],
          strength:
            outside && (untrusted.length > 0 || w.triggers.includes('pull_request')) ? 'moderate' : 'weak',
          detail: outside
            ? 'Whoever writes that text writes shell commands.'
            : 'Only people who may start the workflow choose it.',
          at: { path: w.path, startLine: step.line },
        },
      ),
    );
  }
  return items;
};

const acrossWorkflows = (workflows: readonly Workflow[]): ItemDraft[] => {
  const all = workflows.flatMap((w) => w.steps.map((s) => ({ w, s, kinds: stepKinds(s) })));
  const first = (kind: string) => all.find((a) => a.kinds.includes(kind));
  const items: ItemDraft[] = [];
  const tests = first('tests');
  items.push(
    tests
      ? strength('ci-runs-tests', CHECKS, 'The pipeline runs the tests', {
          at: { path: tests.w.path, startLine: tests.s.line },
        })
      : lead('ci-without-tests', CHECKS, 'No step of the workflows was recognised as running tests', {
          strength: 'weak',
          at: { path: workflows[0]!.path, startLine: 1 },
        }),
  );
  for (const [kind, checks] of [
    ['dependency audit', ['1.3.2', '1.3.3']],
    ['code scanning', CHECKS],
    ['secret scanning', ['2.2.2']],
    ['provenance or signing', SUPPLY],
  ] as const) {
    const found = first(kind);
    if (found)
      items.push(
        strength(`ci-${kind.replace(/\s/g, '-')}`, [...checks], `The pipeline has ${kind}`, {
          class: 'supply-chain',
          at: { path: found.w.path, startLine: found.s.line },
        }),
      );
  }
  const publish = first('publish');
  if (publish)
    items.push(
      fact(
        'ci-publish',
        SUPPLY,
        `Releases are published from ${baseName(publish.w.path)}${first('provenance or signing') ? '' : ', no provenance or signing step seen'}`,
        { class: 'supply-chain', at: { path: publish.w.path, startLine: publish.s.line } },
      ),
    );
  return items;
};

export const pins = (workflows: readonly Workflow[]): ItemDraft[] => {
  const uses = workflows
    .flatMap((w) =>
      w.steps.filter((s) => s.uses !== '').map((s) => ({ path: w.path, ...s, pin: usesPin(s.uses) })),
    )
    .filter((u) => u.pin !== 'local');
  const moving = uses.filter((u) => u.pin === 'moving');
  if (uses.length === 0) return [];
  if (moving.length === 0)
    return [
      strength(
        'pinned-actions',
        SUPPLY,
        `All ${plural(uses.length, 'use')} of actions are pinned to a commit`,
        { class: 'supply-chain', at: { path: uses[0]!.path, startLine: uses[0]!.line } },
      ),
    ];
  const byAction = tally(moving.map((u) => u.uses));
  const foreign = moving.filter((u) => !/^(actions|github)\//.test(u.uses));
  const shown = foreign[0] ?? moving[0]!;
  return [
    lead(
      'unpinned-actions',
      SUPPLY,
      `${share(moving.length, uses.length)} uses of actions are not pinned to a commit`,
      {
        class: 'supply-chain',
        cwe: ['CWE-829'],
        strength: foreign.length > 0 ? 'moderate' : 'weak',
        detail: `${count(foreign.length)} of them are by others than the hosting site.\n${byAction
          .slice(0, 25)
          .map(
            ([name]) =>
              `${name}: ${listed(
                moving.filter((u) => u.uses === name).map((u) => `${u.path}:${u.line}`),
                3,
              )}`,
          )
          .join('\n')}`,
        at: { path: shown.path, startLine: shown.line },
      },
    ),
  ];
};
