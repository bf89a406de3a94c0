import type { Parsed } from '../files/parse-json.ts';
import { bag, entriesOf, list, text } from '../files/shape.ts';

/** What a GitHub workflow (or a composite action) runs, with which rights. Lines are 1-based. */

export type Step = {
  job: string;
  name: string;
  line: number;
  run: string;
  uses: string;
  /** `with.ref` of a checkout. */
  ref: string;
  /** `with.script` of an action that runs a script. */
  script: string;
};
export type Workflow = {
  path: string;
  name: string;
  triggers: string[];
  jobs: { id: string; line: number; runner: string; mayFail: boolean; idToken: boolean }[];
  steps: Step[];
  /** Steps past the bound, which were not read. */
  stepsLeft: number;
  /** Secrets the file names, without the token every run has. */
  secrets: string[];
  /** `undefined` when the key is missing, so that the site's default applies. */
  permissions: { scope: string; value: unknown; line: number }[];
  hasPermissions: boolean;
  everyJobHasPermissions: boolean;
};

const MOST_STEPS = 500;

export const readWorkflow = (
  path: string,
  document: Extract<Parsed, { ok: true }>,
  source: string,
): Workflow => {
  const root = bag(document.value);
  // YAML 1.1 readers take the key `on` for true; either spelling may come.
  const on = root.on ?? root.true;
  const triggers = typeof on === 'string' ? [on] : Array.isArray(on) ? on.map(text) : Object.keys(bag(on));
  const jobs = entriesOf(root.jobs).map(([id, job]) => ({
    id,
    job: bag(job),
    line: document.lineOf(['jobs', id]),
  }));
  const permissions: Workflow['permissions'] = [];
  if (root.permissions !== undefined)
    permissions.push({ scope: 'workflow', value: root.permissions, line: document.lineOf(['permissions']) });
  for (const { id, job } of jobs)
    if (job.permissions !== undefined)
      permissions.push({
        scope: `job ${id}`,
        value: job.permissions,
        line: document.lineOf(['jobs', id, 'permissions']),
      });
  const steps: Step[] = [];
  let stepsLeft = 0;
  const add = (job: string, raw: unknown, at: (string | number)[]): void => {
    if (steps.length >= MOST_STEPS) {
      stepsLeft++;
      return;
    }
    const step = bag(raw);
    const key = step.uses !== undefined ? 'uses' : 'run';
    steps.push({
      job,
      name: text(step.name),
      line: document.lineOf([...at, key]),
      run: text(step.run),
      uses: text(step.uses),
      ref: text(bag(step.with).ref),
      script: text(bag(step.with).script),
    });
  };
  for (const { id, job } of jobs) {
    if (text(job.uses)) add(id, job, ['jobs', id]);
    list(job.steps).forEach((step, i) => {
      add(id, step, ['jobs', id, 'steps', i]);
    });
  }
  list(bag(root.runs).steps).forEach((step, i) => {
    add('action', step, ['runs', 'steps', i]);
  });
  return {
    path,
    name: text(root.name),
    triggers,
    jobs: jobs.map(({ id, job, line }) => ({
      id,
      line,
      runner: [job['runs-on']].flat(2).map(text).filter(Boolean).join(' '),
      mayFail: job['continue-on-error'] === true,
      idToken: /"id-token":"write"|write-all/.test(JSON.stringify(job.permissions ?? root.permissions) ?? ''),
    })),
    steps,
    stepsLeft,
    secrets: [
      ...new Set([...source.slice(0, 500_000).matchAll(/\bsecrets\.([A-Za-z_]\w{0,80})/g)].map((m) => m[1]!)),
    ].filter((s) => s !== 'GITHUB_TOKEN'),
    permissions,
    hasPermissions: root.permissions !== undefined,
    everyJobHasPermissions: jobs.length > 0 && jobs.every(({ job }) => job.permissions !== undefined),
  };
};

/** Whether a `uses:` names code that cannot change under it: a full commit hash, an image digest, or a local path. */
export const usesPin = (uses: string): 'commit' | 'digest' | 'local' | 'moving' => {
  if (uses.startsWith('./') || uses.startsWith('../')) return 'local';
  if (uses.startsWith('docker://')) return /@sha256:[0-9a-f]{64}$/.test(uses) ? 'digest' : 'moving';
  return /@[0-9a-f]{40}$/.test(uses) ? 'commit' : 'moving';
};

/** Brings the code of a pull request or of a fork into the run. */
export const checksOutStranger = (step: Step): boolean =>
  (/actions\/checkout/.test(step.uses) && /head|pull_request|merge|workflow_run/.test(step.ref)) ||
  /\bgh pr checkout\b|git (?:fetch|pull)[^\n]{0,80}\bpull\/|github\.event\.pull_request\.head\.(?:sha|ref)[^\n]{0,80}(?:checkout|fetch)|(?:checkout|fetch)[^\n]{0,80}github\.event\.pull_request\.head/.test(
    step.run.slice(0, 50_000),
  );

/** Values an outsider chooses, put into a shell script before the shell reads it. */
export const injectedExpressions = (run: string): string[] =>
  [
    ...run
      .slice(0, 100_000)
      .matchAll(
        /\$\{\{\s{0,10}((?:github\.(?:event\.(?:[\w.*-]{1,80}\.)?(?:title|body|message|name|email|label|ref|head_ref|default_branch|page_name)|head_ref)|inputs\.[\w-]{1,60}|github\.event\.inputs\.[\w-]{1,60}))\s{0,10}\}\}/g,
      ),
  ].map((m) => m[1]!);

/** What kinds of work a step does, by its command or action. */
export const stepKinds = (step: Step): string[] => {
  const words = `${step.run.slice(0, 50_000)}\n${step.uses}`;
  const kinds: [string, RegExp][] = [
    [
      'tests',
      /\b(?:npm|pnpm|yarn|bun)\s(?:run\s)?(?:test|t)\b|\b(?:vitest|jest|mocha|pytest|tox|nox|playwright test|go test|cargo (?:nextest|test)|mvn\b.{0,40}\b(?:test|verify)|gradlew?\b.{0,40}\b(?:test|check)|dotnet test|rspec|phpunit)\b|\btask (?:test|unit)|make (?:test|check)\b/i,
    ],
    [
      'lint',
      /\b(?:eslint|biome|ruff|flake8|pylint|golangci-lint|clippy|prettier|oxlint|hadolint|pre-commit)\b|\brun (?:lint|check|format)|task (?:lint|check|fmt)|make lint/i,
    ],
    ['type check', /\btsc\b|\bmypy\b|\bpyright\b|typecheck|type-check|\bty check\b/i],
    [
      'build',
      /\brun build\b|\b(?:go build|cargo build|docker build|uv build|python -m build|mvn package|make build)\b|docker\/build-push-action/i,
    ],
    [
      'dependency audit',
      /\b(?:npm|pnpm|yarn|bun) audit\b|pip-audit|cargo[- ](?:audit|deny)|govulncheck|osv-scanner|snyk|dependency-review-action|\btrivy\b|grype/i,
    ],
    ['code scanning', /codeql-action|semgrep|bandit|gosec|sonar|scorecard-action|zizmor/i],
    ['secret scanning', /gitleaks|trufflehog|detect-secrets|secretlint|ggshield/i],
    ['coverage', /--cov\b|coverage|codecov|coveralls/i],
    [
      'publish',
      /\b(?:npm|pnpm|yarn|bun) publish\b|gh-action-pypi-publish|twine upload|uv publish|cargo publish|docker push|goreleaser[\s@/\w.-]{0,40}\srelease\b|goreleaser-action|mcp-publisher|semantic-release|changesets\/action|gh release create|action-gh-release/i,
    ],
    [
      'provenance or signing',
      /--provenance|attest-build-provenance|cosign|sigstore|slsa-github-generator|provenance:\s*true/i,
    ],
  ];
  return kinds.filter(([, pattern]) => pattern.test(words)).map(([kind]) => kind);
};
