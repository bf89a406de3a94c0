import { baseName } from '../../analysis/files/paths.ts';
import { bag } from '../../analysis/files/shape.ts';
import { count, every, listed, numbered, plural, share, tally } from '../../analysis/files/words.ts';
import { pipedDownloads } from '../../analysis/repository/launch-commands.ts';
import {
  checksOutStranger,
  injectedExpressions,
  type Step,
  stepKinds,
  usesPin,
  type Workflow,
} from '../../analysis/repository/workflow.ts';
import { fact, type ItemDraft, lead, placed, strength } from '../collector.ts';

const SUPPLY = ['1.3.4'];

/** Triggers that run with the repository's rights and secrets on what outsiders send. */
const PRIVILEGED =
  /^(?:pull_request_target|workflow_run|issue_comment|issues|discussion|discussion_comment)$/;
const place = (w: Workflow, s?: Step) => ({ path: w.path, startLine: s?.line ?? 1 });

/** Where text or code of strangers meets the rights of the repository. */
export const strangers = (w: Workflow): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const privileged = w.triggers.filter((t) => PRIVILEGED.test(t));
  const checkout = privileged.length > 0 ? w.steps.find(checksOutStranger) : undefined;
  if (checkout)
    items.push(
      lead(
        'untrusted-checkout',
        SUPPLY,
        `${baseName(w.path)} brings a stranger's code to a run with the repository's rights`,
        {
          class: 'supply-chain',
          cwe: ['CWE-829'],
          strength: 'strong',
          detail: `On ${listed(privileged)} it checks out ${(checkout.ref || checkout.run).trim().split('\n')[0]!.slice(0, 100)}.`,
          advice:
            'Look for a condition that asks a maintainer first, and for what runs afterwards: installing dependencies is enough.',
          at: place(w, checkout),
        },
      ),
    );
  else if (w.triggers.includes('pull_request_target'))
    items.push(
      fact(
        'pull-request-target',
        SUPPLY,
        `${baseName(w.path)} runs with the repository's rights on pull requests from outside`,
        {
          class: 'supply-chain',
          detail: w.steps.some((s) => /actions\/checkout/.test(s.uses))
            ? 'It checks out the base branch only.'
            : 'Nothing is checked out.',
          advice: 'See what the steps do with the request’s text.',
          at: place(w),
        },
      ),
    );
  for (const step of w.steps) {
    const injected = [...new Set([...injectedExpressions(step.run), ...injectedExpressions(step.script)])];
    if (injected.length === 0) continue;
    const outside = injected.filter((e) => !/inputs\./.test(e));
    const open = privileged.length > 0 || w.triggers.some((t) => /^pull_request/.test(t));
    if (outside.length > 0 && open)
      items.push(
        lead(
          'workflow-injection',
          SUPPLY,
          `${baseName(w.path)}: ${listed(outside, 2)} is pasted into a script`,
          {
            class: 'command-injection',
            cwe: ['CWE-94'],
            strength: privileged.length > 0 ? 'strong' : 'moderate',
            detail: 'Whoever writes that text writes commands of the run.',
            at: place(w, step),
          },
        ),
      );
    else
      items.push(
        fact(
          'workflow-injection-inside',
          SUPPLY,
          `${baseName(w.path)}: ${listed(injected, 2)} is pasted into a script`,
          {
            class: 'command-injection',
            detail: 'Only people who may start the workflow or push choose that text.',
            at: place(w, step),
          },
        ),
      );
  }
  for (const job of w.jobs)
    if (/self-hosted/.test(job.runner) && w.triggers.some((t) => /^pull_request/.test(t)))
      items.push(
        lead(
          'self-hosted-runner',
          SUPPLY,
          `${baseName(w.path)}: job ${job.id} runs pull requests on a machine of the project`,
          {
            class: 'supply-chain',
            cwe: ['CWE-829'],
            strength: 'moderate',
            detail: 'A pull request runs its code there; what it leaves behind meets the next run.',
            advice: 'See who may start it without approval.',
            at: { path: w.path, startLine: job.line },
          },
        ),
      );
  return items;
};

/** What the token of a run may do. */
export const rights = (workflows: readonly Workflow[]): ItemDraft[] => {
  const items: ItemDraft[] = [];
  for (const w of workflows)
    for (const p of w.permissions)
      if (p.value === 'write-all')
        items.push(
          lead('write-all', SUPPLY, `${baseName(w.path)}: the token may write everything (${p.scope})`, {
            class: 'supply-chain',
            strength: 'moderate',
            cwe: ['CWE-250'],
            at: { path: w.path, startLine: p.line },
          }),
        );
  const writes = workflows.flatMap((w) =>
    w.permissions.flatMap((p) => {
      const scopes = Object.entries(bag(p.value))
        .filter(([, v]) => v === 'write')
        .map(([k]) => k);
      return scopes.length === 0 ? [] : [{ path: w.path, startLine: p.line, scope: p.scope, scopes }];
    }),
  );
  if (writes.length > 0)
    items.push(
      fact(
        'write-permission',
        SUPPLY,
        `Tokens of ${plural(new Set(writes.map((x) => x.path)).size, 'workflow')} may write ${listed([...new Set(writes.flatMap((x) => x.scopes))].sort(), 4)}`,
        {
          class: 'supply-chain',
          detail: writes
            .slice(0, 30)
            .map((x) => `${x.path}:${x.startLine} ${x.scope}: ${x.scopes.join(', ')}`)
            .join('\n'),
          ...placed(writes.map(({ path, startLine }) => ({ path, startLine }))),
        },
      ),
    );
  const unlimited = workflows.filter(
    (w) => w.jobs.length > 0 && !w.hasPermissions && !w.everyJobHasPermissions,
  );
  const whole = workflows.filter((w) => w.jobs.length > 0);
  if (unlimited.length > 0) {
    const risky = unlimited.filter(
      (w) =>
        w.secrets.length > 0 ||
        w.triggers.some((t) => PRIVILEGED.test(t)) ||
        w.steps.some((s) => stepKinds(s).includes('publish')),
    );
    const ranked = [...risky, ...unlimited.filter((w) => !risky.includes(w))];
    items.push(
      (risky.length > 0 ? lead : fact)(
        'default-permissions',
        SUPPLY,
        `${share(unlimited.length, whole.length)} workflows do not limit the rights of their token`,
        {
          class: 'supply-chain',
          ...(risky.length > 0 ? { strength: 'weak' as const } : {}),
          cwe: ['CWE-250'],
          detail: [
            'Without a permissions key the default of the repository or organisation applies, which may be write access to everything.',
            ...ranked
              .slice(0, 20)
              .map(
                (w) =>
                  `${baseName(w.path)} on ${listed(w.triggers, 4)}${w.secrets.length > 0 ? `, uses ${listed(w.secrets, 4)}` : ''}`,
              ),
          ].join('\n'),
          ...placed(ranked.map((w) => place(w))),
        },
      ),
    );
  } else if (whole.length > 0)
    items.push(
      strength(
        'limited-permissions',
        SUPPLY,
        `${every(whole.length, 'workflow limits the rights of its', 'workflows limit the rights of their')} token`,
        {
          class: 'supply-chain',
          ...placed(whole.map((w) => ({ path: w.path, startLine: w.permissions[0]?.line ?? 1 }))),
        },
      ),
    );
  return items;
};

/** How releases get out: with which credential, and whether the artefact says where it comes from. */
export const releases = (workflows: readonly Workflow[]): ItemDraft[] => {
  const found = workflows.flatMap((w) =>
    w.steps
      .filter((s) => stepKinds(s).includes('publish'))
      .map((s) => ({ w, s, job: w.jobs.find((j) => j.id === s.job) })),
  );
  if (found.length === 0) return [];
  const proven = workflows.some((w) => w.steps.some((s) => stepKinds(s).includes('provenance or signing')));
  const lines = found.slice(0, 20).map(({ w, s, job }) => {
    const keys = w.secrets.filter((k) => /TOKEN|KEY|PASSWORD|PAT|SECRET|CREDENTIAL/i.test(k));
    return `${w.path}:${s.line} ${(
      s.uses ||
      s.run
        .trim()
        .split('\n')
        .find((l) => stepKinds({ ...s, run: l, uses: '' }).includes('publish')) ||
      s.run.trim().split('\n')[0] ||
      ''
    )
      .trim()
      .slice(
        0,
        90,
      )}: ${job?.idToken ? 'may ask for an identity token (trusted publishing, provenance)' : 'no identity token'}; ${keys.length > 0 ? `the workflow names ${listed(keys, 4)}` : 'no stored credential named'}`;
  });
  return [
    fact(
      'ci-publish',
      SUPPLY,
      `Releases are published from ${listed([...new Set(found.map((f) => baseName(f.w.path)))], 2)}${proven ? '' : ', no provenance or signing step seen'}`,
      {
        class: 'supply-chain',
        detail: lines.join('\n'),
        ...placed(found.map((f) => place(f.w, f.s))),
      },
    ),
  ];
};

/** Whether what the workflows run can change under them. */
export const pins = (workflows: readonly Workflow[]): ItemDraft[] => {
  const items: ItemDraft[] = [];
  const piped = workflows.flatMap((w) =>
    w.steps.filter((s) => pipedDownloads(s.run.slice(0, 50_000)).length > 0).map((s) => place(w, s)),
  );
  if (piped.length > 0)
    items.push(
      fact(
        'ci-piped-download',
        SUPPLY,
        `${plural(piped.length, 'step')} of the workflows pipe a download into a shell`,
        {
          class: 'supply-chain',
          ...placed(piped),
        },
      ),
    );
  const uses = workflows
    .flatMap((w) =>
      w.steps.filter((s) => s.uses !== '').map((s) => ({ path: w.path, ...s, pin: usesPin(s.uses) })),
    )
    .filter((u) => u.pin !== 'local');
  const moving = uses.filter((u) => u.pin === 'moving');
  if (uses.length === 0) return items;
  if (moving.length === 0)
    return [
      ...items,
      strength(
        'pinned-actions',
        SUPPLY,
        `${every(uses.length, 'use of an action is', 'uses of actions are')} pinned to a commit`,
        {
          class: 'supply-chain',
          ...placed(uses.slice(0, 60).map((u) => ({ path: u.path, startLine: u.line }))),
        },
      ),
    ];
  const byAction = tally(moving.map((u) => u.uses));
  const foreign = moving.filter((u) => !/^(actions|github)\//.test(u.uses));
  const ranked = [...foreign, ...moving.filter((u) => !foreign.includes(u))];
  return [
    ...items,
    (foreign.length > 0 ? lead : fact)(
      'unpinned-actions',
      SUPPLY,
      `${share(moving.length, uses.length)} uses of actions are not pinned to a commit`,
      {
        class: 'supply-chain',
        cwe: ['CWE-829'],
        ...(foreign.length > 0 ? { strength: 'moderate' as const } : {}),
        detail: `${foreign.length === 0 ? 'None' : count(foreign.length)} of them ${numbered(foreign.length, 'is', 'are')} by others than the hosting site.\n${byAction
          .slice(0, 25)
          .map(
            ([name]) =>
              `${name}: ${listed(
                moving.filter((u) => u.uses === name).map((u) => `${u.path}:${u.line}`),
                3,
              )}`,
          )
          .join('\n')}`,
        ...placed(ranked.slice(0, 100).map((u) => ({ path: u.path, startLine: u.line }))),
      },
    ),
  ];
};
