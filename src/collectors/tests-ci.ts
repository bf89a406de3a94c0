import { parseJson } from '../analysis/parse-json.ts';
import { parseToml } from '../analysis/parse-toml.ts';
import { baseName, below, isExamplePath, isGeneratedPath, isTestPath, isVendoredPath, languageOf } from '../analysis/paths.ts';
import { readTexts } from '../analysis/read-texts.ts';
import { bag, text as asText } from '../analysis/shape.ts';
import { count, listed, plural, share, tally } from '../analysis/words.ts';
import { injectedExpressions, readWorkflow, stepKinds, usesPin, type Workflow } from '../analysis/workflow.ts';
import { type CollectContext, type Collector, fact, gap, gathered, type ItemDraft, lead, strength } from './collector.ts';

const CHECKS = ['1.2.4'];
const SUPPLY = ['1.3.4'];
const MOST_WORKFLOWS = 100;
const MOST_COMMITS_FOR_TESTS = 40;

const FRAMEWORKS: readonly [string, RegExp][] = [
  ['vitest', /(?:from\s|require\()['"]vitest['"]/], ['jest', /@jest\/globals|\bjest\.(?:fn|mock)\(/], ['mocha', /(?:from\s|require\()['"](?:mocha|chai)['"]/],
  ['node:test', /['"]node:test['"]/], ['bun:test', /['"]bun:test['"]/], ['playwright', /@playwright\/test/], ['pytest', /\bimport pytest\b|\bdef test_/],
  ['unittest', /\bimport unittest\b|unittest\.TestCase/], ['testing (Go)', /\*testing\.T\b/], ['Rust tests', /#\[(?:tokio::)?test\]/], ['JUnit', /org\.junit/], ['xUnit', /\[Fact\]|using Xunit/],
];
const SECURITY_WORDS =
  /\b(?:injection|travers\w{1,8}|sanitiz\w{1,6}|unauthori[sz]ed|forbidden|ssrf|xss|csrf|malicious|exploit|escape[sd]? (?:shell|html|sql|path)|path[- ]?escape|symlink|rebind\w{0,4}|redact\w{0,4}|CVE-\d{4}|GHSA|allow[- ]?list|deny[- ]?list|rate[- ]?limit|invalid token|bypass\w{0,3}|privilege)\b/i;

/** Files whose presence says that a linter, type checker or coverage tool is configured. */
const CONFIGS: readonly [string, RegExp][] = [
  ['linter', /(^|\/)(\.?eslint(rc(\.\w+)?|\.config\.[cm]?[jt]s)|biome\.jsonc?|\.?oxlintrc\.json|\.?ruff\.toml|\.flake8|\.pylintrc|\.golangci\.ya?ml|clippy\.toml|\.rubocop\.yml)$/],
  ['type checker', /(^|\/)(tsconfig(\.[\w-]+)?\.json|mypy\.ini|\.mypy\.ini|pyrightconfig\.json)$/],
  ['formatter', /(^|\/)(\.prettierrc(\.\w+)?|prettier\.config\.\w+|\.editorconfig|rustfmt\.toml)$/],
  ['coverage', /(^|\/)(\.coveragerc|\.?codecov\.ya?ml|\.nycrc(\.json)?|\.c8rc\.json)$/],
  ['commit hooks', /(^|\/)(\.pre-commit-config\.yaml|\.husky\/[\w-]+|lefthook\.ya?ml)$/],
];

export const testsCi: Collector = {
  id: 'tests-ci',
  title: 'Tests and continuous integration',
  about: 'How much test code there is, what the pipelines run, and with which rights and pins they run it.',
  async collect(context) {
    const tests = await testItems(context);
    const configuration = await configurationItems(context);
    const ci = await pipelineItems(context);
    const lastTests = await lastTestChange(context);
    return gathered(`${plural(tests.tests, 'test file')}, ${plural(tests.sources, 'source file')}, ${plural(ci.workflows, 'workflow')}`, [...tests.items, ...lastTests, ...configuration, ...ci.items]);
  },
};

const testItems = async ({ tree, target, signal }: CollectContext): Promise<{ items: ItemDraft[]; tests: number; sources: number }> => {
  const code = tree.entries.filter((e) => (e.kind === 'file' || e.kind === 'executable') && languageOf(e.path) && !isVendoredPath(e.path) && !isGeneratedPath(below(e.path, target.subdir)));
  const tests = code.filter((e) => isTestPath(below(e.path, target.subdir)));
  const sources = code.filter((e) => !isTestPath(below(e.path, target.subdir)) && !isExamplePath(below(e.path, target.subdir)) && !/\.config\.[cm]?[jt]s$|\.d\.ts$/.test(e.path));
  const frameworks: string[] = [];
  const security: { path: string; line: number; text: string; times: number }[] = [];
  let inline = 0;
  for await (const { entry, text } of readTexts(tree, tests, signal)) {
    if (text === null) continue;
    const head = text.slice(0, 500_000);
    frameworks.push(...FRAMEWORKS.filter(([, pattern]) => pattern.test(head)).map(([name]) => name));
    let first = 0;
    let times = 0;
    let words = '';
    head.split('\n').forEach((line, i) => {
      const match = line.length < 2000 ? SECURITY_WORDS.exec(line) : null;
      if (!match) return;
      times++;
      if (first === 0) {
        first = i + 1;
        words = line.trim().slice(0, 120);
      }
    });
    if (first > 0) security.push({ path: entry.path, line: first, text: words, times });
  }
  for await (const { text } of readTexts(tree, sources.filter((e) => e.path.endsWith('.rs')).slice(0, 500), signal)) if (text?.includes('#[cfg(test)]')) inline++;

  const items: ItemDraft[] = [];
  if (tests.length === 0 && inline === 0)
    items.push(lead('no-tests', CHECKS, `No test files beside ${plural(sources.length, 'source file')}`, { strength: 'moderate', detail: 'Looked for by the usual folder and file names.', reproduce: "git ls-tree -r --name-only {commit} | grep -iE 'test|spec'" }));
  else {
    items.push(
      fact('test-files', CHECKS, `${plural(tests.length, 'test file')} for ${plural(sources.length, 'source file')}${inline > 0 ? `, ${count(inline)} Rust files with tests inside` : ''}`, {
        detail: `Frameworks: ${listed(tally(frameworks).map(([name, n]) => `${name} (${plural(n, 'file')})`)) || 'none recognised'}`,
        ...(tests[0] ? { at: { path: tests[0].path, startLine: 1 } } : {}),
      }),
    );
    if (security.length > 0) {
      security.sort((a, b) => b.times - a.times || (a.path < b.path ? -1 : 1));
      items.push(fact('security-tests', CHECKS, `${plural(security.length, 'test file')} mention${security.length === 1 ? 's' : ''} security behaviour`, { detail: security.slice(0, 12).map((s) => `${s.path}:${s.line} (${plural(s.times, 'line')}) ${s.text}`).join('\n'), at: { path: security[0]!.path, startLine: security[0]!.line } }));
    } else items.push(lead('no-security-tests', CHECKS, `None of ${plural(tests.length, 'test file')} mentions security behaviour`, { strength: 'weak', detail: 'Words such as injection, traversal, unauthorized, redact, allowlist were looked for.' }));
  }
  return { items, tests: tests.length, sources: sources.length };
};

const lastTestChange = async ({ history, target, signal }: CollectContext): Promise<ItemDraft[]> => {
  const { commits } = await history.commits();
  const recent = commits.slice(0, MOST_COMMITS_FOR_TESTS);
  let behind = 0;
  for (const commit of recent) {
    signal.throwIfAborted();
    if (commit.parents.length > 1) continue;
    const paths = await history.changedPaths(commit.hash);
    const test = paths.find((p) => isTestPath(below(p, target.subdir)) && (target.subdir === '' || p.startsWith(`${target.subdir}/`)));
    if (test)
      return [fact('last-test-change', CHECKS, `Tests last changed ${commit.committedAt.slice(0, 10)}, ${plural(behind, 'commit')} before the pinned one`, { detail: `${commit.hash.slice(0, 12)} ${(commit.message.split('\n')[0] ?? '').slice(0, 100)} (${test})`, reproduce: `git show --stat ${commit.hash}` })];
    behind++;
  }
  return recent.length < 2 ? [] : [fact('last-test-change', CHECKS, `None of the last ${plural(recent.length, 'commit')} changed a test`, { reproduce: `git log -${recent.length} --name-only --format='%h %s' {commit}` })];
};

const configurationItems = async ({ tree }: CollectContext): Promise<ItemDraft[]> => {
  const found = new Map<string, { path: string; line: number }[]>();
  const add = (kind: string, path: string, line = 1): void => {
    found.set(kind, [...(found.get(kind) ?? []), { path, line }]);
  };
  const items: ItemDraft[] = [];
  const threshold = (value: unknown, path: string, line: number): void => {
    items.push(strength('coverage-threshold', CHECKS, `Coverage below ${JSON.stringify(value)?.slice(0, 60)} breaks the build`, { at: { path, startLine: line } }));
  };
  for (const { path } of tree.allEntries.filter((e) => !isVendoredPath(e.path))) for (const [kind, pattern] of CONFIGS) if (pattern.test(path)) add(kind, path);
  for (const { path } of tree.entries.filter((e) => /^(package\.json|pyproject\.toml)$/.test(baseName(e.path)) && !isVendoredPath(e.path) && !isExamplePath(e.path)).slice(0, 20)) {
    const source = await tree.text(path);
    const parsed = source === null ? null : path.endsWith('.json') ? parseJson(source) : parseToml(source);
    if (!parsed?.ok) continue;
    const root = bag(parsed.value);
    if (path.endsWith('.json')) {
      const jest = bag(bag(root.jest).coverageThreshold);
      if (Object.keys(jest).length > 0) threshold(jest.global ?? jest, path, parsed.lineOf(['jest', 'coverageThreshold']));
      const scripts = bag(root.scripts);
      if (/no test specified/.test(asText(scripts.test))) items.push(lead('placeholder-test-script', CHECKS, `${path}: the test script only prints an error`, { strength: 'weak', at: { path, startLine: parsed.lineOf(['scripts', 'test']) } }));
      if (root.eslintConfig) add('linter', path, parsed.lineOf(['eslintConfig']));
    } else {
      const tool = bag(root.tool);
      for (const [name, kind] of [['ruff', 'linter'], ['flake8', 'linter'], ['pylint', 'linter'], ['mypy', 'type checker'], ['pyright', 'type checker'], ['black', 'formatter'], ['coverage', 'coverage']] as const)
        if (name in tool) add(kind, path, parsed.lineOf(['tool', name]));
      const under = bag(bag(tool.coverage).report).fail_under;
      if (under !== undefined) threshold(under, path, parsed.lineOf(['tool', 'coverage', 'report', 'fail_under']));
    }
  }
  for (const { path } of tree.entries.filter((e) => /(^|\/)(vitest|vite|jest)\.config\.[cm]?[jt]s$/.test(e.path)).slice(0, 10)) {
    const source = (await tree.text(path)) ?? '';
    const at = /\b(?:thresholds|coverageThreshold)\s*:/.exec(source);
    if (at) items.push(strength('coverage-threshold', CHECKS, 'Coverage thresholds are configured', { at: { path, startLine: source.slice(0, at.index).split('\n').length } }));
    else if (/\bcoverage\s*:/.test(source)) add('coverage', path);
  }
  for (const [kind, places] of [...found].sort(([a], [b]) => (a < b ? -1 : 1)))
    items.push(fact(`config-${kind.replace(/\s/g, '-')}`, CHECKS, `${kind[0]!.toUpperCase()}${kind.slice(1)} configured: ${listed([...new Set(places.map((p) => baseName(p.path)))], 4)}`, { detail: listed(places.map((p) => p.path), 12), at: { path: places[0]!.path, startLine: places[0]!.line } }));
  if (!found.has('linter')) items.push(fact('config-linter', CHECKS, 'No linter configuration found'));
  return items;
};

const OTHER_CI: readonly [string, RegExp][] = [
  ['GitLab CI', /^\.gitlab-ci\.ya?ml$/], ['CircleCI', /^\.circleci\/config\.ya?ml$/], ['Azure Pipelines', /(^|\/)azure-pipelines[\w.-]*\.ya?ml$/], ['Jenkins', /(^|\/)Jenkinsfile$/],
  ['Travis CI', /^\.travis\.yml$/], ['Drone', /^\.drone\.ya?ml$/], ['Buildkite', /^\.buildkite\//], ['Bitbucket Pipelines', /^bitbucket-pipelines\.yml$/], ['Cirrus CI', /^\.cirrus\.yml$/],
];

const pipelineItems = async ({ tree, signal }: CollectContext): Promise<{ items: ItemDraft[]; workflows: number }> => {
  const items: ItemDraft[] = [];
  const paths = tree.allEntries.filter((e) => e.kind === 'file' && /^\.github\/(workflows\/[^/]+\.ya?ml|actions\/.+\/action\.ya?ml)$|^action\.ya?ml$/.test(e.path)).map((e) => ({ path: e.path }));
  const { parseYaml } = await import('../analysis/parse-yaml.ts');
  const workflows: Workflow[] = [];
  for await (const { entry, text } of readTexts(tree, paths.slice(0, MOST_WORKFLOWS), signal)) {
    const parsed = text === null ? null : parseYaml(text);
    if (parsed?.ok) workflows.push(readWorkflow(entry.path, parsed));
    else items.push(gap('unreadable-workflow', [...CHECKS, ...SUPPLY], `${entry.path} could not be read`, { detail: parsed ? parsed.reason : 'Binary, or larger than this tool reads.' }));
  }
  if (paths.length > MOST_WORKFLOWS) items.push(gap('too-many-workflows', [...CHECKS, ...SUPPLY], `${count(paths.length - MOST_WORKFLOWS)} workflows not read`, { detail: `The first ${MOST_WORKFLOWS} were.` }));

  for (const [name, pattern] of OTHER_CI) {
    const path = tree.allEntries.find((e) => pattern.test(e.path))?.path;
    if (!path) continue;
    if (name !== 'GitLab CI') {
      items.push(fact('other-ci', CHECKS, `${name} is configured`, { detail: 'Its jobs were not taken apart; read the file.', at: { path, startLine: 1 } }));
      continue;
    }
    const source = await tree.text(path);
    const parsed = source === null ? null : parseYaml(source);
    const jobs = parsed?.ok ? Object.entries(bag(parsed.value)).filter(([key, job]) => !/^(stages|variables|default|include|workflow|image|services|cache|before_script|after_script|pages)$|^\./.test(key) && 'script' in bag(job)) : [];
    items.push(
      parsed?.ok
        ? fact('other-ci', CHECKS, `GitLab CI: ${plural(jobs.length, 'job')}`, { detail: jobs.slice(0, 30).map(([key, job]) => `${key}: ${listed(stepKinds({ job: key, name: key, line: 1, run: JSON.stringify(bag(job).script) ?? '', uses: '', ref: '' })) || 'other'}`).join('\n'), at: { path, startLine: jobs[0] ? parsed.lineOf([jobs[0][0]]) : 1 } })
        : gap('unreadable-workflow', CHECKS, `${path} could not be read`, { detail: parsed ? parsed.reason : 'Binary, or too large.' }),
    );
  }
  if (workflows.length === 0 && !items.some((i) => i.rule === 'other-ci' || i.kind === 'gap'))
    items.push(lead('no-ci', CHECKS, 'No continuous integration configuration', { strength: 'weak', detail: 'No GitHub workflow, GitLab, CircleCI, Azure, Jenkins, Travis, Drone, Buildkite, Bitbucket or Cirrus file.', reproduce: 'git ls-tree -r --name-only {commit} | grep -E "^\\.(github|gitlab|circleci)"' }));
  items.push(...workflows.flatMap(describeWorkflow), ...(workflows.length > 0 ? [...acrossWorkflows(workflows), ...pins(workflows)] : []));
  return { items, workflows: workflows.length };
};

const describeWorkflow = (w: Workflow): ItemDraft[] => {
  if (w.jobs.length === 0) return [];
  const kinds = [...new Set(w.steps.flatMap(stepKinds))];
  const items: ItemDraft[] = [
    fact('workflow', CHECKS, `${baseName(w.path)}: ${plural(w.jobs.length, 'job')} on ${listed(w.triggers, 4)}${kinds.length > 0 ? `; ${listed(kinds, 4)}` : ''}`, {
      detail: w.jobs.map((j) => `${j.id}: ${listed([...new Set(w.steps.filter((s) => s.job === j.id).flatMap(stepKinds))]) || 'other work'}`).join('\n'),
      at: { path: w.path, startLine: w.jobs[0]!.line },
    }),
  ];
  for (const p of w.permissions) {
    const value = JSON.stringify(p.value)?.slice(0, 120) ?? '';
    if (p.value === 'write-all') items.push(lead('write-all', SUPPLY, `${baseName(w.path)}: the token may write everything (${p.scope})`, { class: 'supply-chain', strength: 'moderate', cwe: ['CWE-250'], at: { path: w.path, startLine: p.line } }));
    else if (/write/.test(value)) items.push(fact('write-permission', SUPPLY, `${baseName(w.path)}: ${p.scope} may write ${listed(Object.entries(bag(p.value)).filter(([, v]) => v === 'write').map(([k]) => k), 4)}`, { class: 'supply-chain', detail: value, at: { path: w.path, startLine: p.line } }));
  }
  if (!w.hasPermissions && !w.everyJobHasPermissions)
    items.push(lead('default-permissions', SUPPLY, `${baseName(w.path)} does not limit the rights of its token`, { class: 'supply-chain', strength: 'weak', cwe: ['CWE-250'], detail: 'Without a permissions key the default of the repository or organisation applies, which may be write access to everything.', at: { path: w.path, startLine: 1 } }));
  const untrusted = w.triggers.filter((t) => t === 'pull_request_target' || t === 'workflow_run' || t === 'issue_comment' || t === 'issues');
  if (w.triggers.includes('pull_request_target')) {
    const checkout = w.steps.find((s) => /actions\/checkout/.test(s.uses) && /head|pull_request|merge/.test(s.ref)) ?? w.steps.find((s) => /actions\/checkout/.test(s.uses));
    const ofStranger = checkout !== undefined && /head|pull_request|merge/.test(checkout.ref);
    items.push(
      lead('pull-request-target', SUPPLY, `${baseName(w.path)} runs with the repository's rights on pull requests from outside`, {
        class: 'supply-chain',
        cwe: ['CWE-829'],
        strength: ofStranger ? 'strong' : checkout ? 'moderate' : 'weak',
        detail: ofStranger
          ? `It checks out ${checkout.ref.slice(0, 100)}: a stranger's code is then at hand to steps that see secrets. Look for a condition that asks a maintainer first.`
          : checkout
            ? 'It checks out the base branch; see what the steps do with the request’s text.'
            : 'Nothing is checked out; see what the steps do with the request’s text.',
        at: { path: w.path, startLine: checkout?.line ?? 1 },
      }),
    );
  }
  for (const step of w.steps) {
    const injected = [...new Set(injectedExpressions(step.run))];
    if (injected.length === 0) continue;
    const outside = injected.some((e) => !/inputs\./.test(e));
    items.push(lead('workflow-injection', SUPPLY, `${baseName(w.path)}: ${listed(injected, 2)} is pasted into a shell script`, { class: 'command-injection', cwe: ['CWE-94'], strength: outside && (untrusted.length > 0 || w.triggers.includes('pull_request')) ? 'moderate' : 'weak', detail: outside ? 'Whoever writes that text writes shell commands.' : 'Only people who may start the workflow choose it.', at: { path: w.path, startLine: step.line } }));
  }
  return items;
};

const acrossWorkflows = (workflows: readonly Workflow[]): ItemDraft[] => {
  const all = workflows.flatMap((w) => w.steps.map((s) => ({ w, s, kinds: stepKinds(s) })));
  const first = (kind: string) => all.find((a) => a.kinds.includes(kind));
  const items: ItemDraft[] = [];
  const tests = first('tests');
  items.push(tests ? strength('ci-runs-tests', CHECKS, 'The pipeline runs the tests', { at: { path: tests.w.path, startLine: tests.s.line } }) : lead('ci-without-tests', CHECKS, 'No step of the workflows was recognised as running tests', { strength: 'weak', at: { path: workflows[0]!.path, startLine: 1 } }));
  for (const [kind, checks] of [['dependency audit', ['1.3.2', '1.3.3']], ['code scanning', CHECKS], ['secret scanning', ['2.2.2']], ['provenance or signing', SUPPLY]] as const) {
    const found = first(kind);
    if (found) items.push(strength(`ci-${kind.replace(/\s/g, '-')}`, [...checks], `The pipeline has ${kind}`, { class: 'supply-chain', at: { path: found.w.path, startLine: found.s.line } }));
  }
  const publish = first('publish');
  if (publish) items.push(fact('ci-publish', SUPPLY, `Releases are published from ${baseName(publish.w.path)}${first('provenance or signing') ? '' : ', no provenance or signing step seen'}`, { class: 'supply-chain', at: { path: publish.w.path, startLine: publish.s.line } }));
  return items;
};

const pins = (workflows: readonly Workflow[]): ItemDraft[] => {
  const uses = workflows.flatMap((w) => w.steps.filter((s) => s.uses !== '').map((s) => ({ path: w.path, ...s, pin: usesPin(s.uses) }))).filter((u) => u.pin !== 'local');
  const moving = uses.filter((u) => u.pin === 'moving');
  if (uses.length === 0) return [];
  if (moving.length === 0) return [strength('pinned-actions', SUPPLY, `All ${plural(uses.length, 'use')} of actions are pinned to a commit`, { class: 'supply-chain', at: { path: uses[0]!.path, startLine: uses[0]!.line } })];
  const byAction = tally(moving.map((u) => u.uses));
  const foreign = moving.filter((u) => !/^(actions|github)\//.test(u.uses));
  const shown = foreign[0] ?? moving[0]!;
  return [
    lead('unpinned-actions', SUPPLY, `${share(moving.length, uses.length)} uses of actions are not pinned to a commit`, {
      class: 'supply-chain',
      cwe: ['CWE-829'],
      strength: foreign.length > 0 ? 'moderate' : 'weak',
      detail: `${count(foreign.length)} of them are by others than the hosting site.\n${byAction.slice(0, 25).map(([name]) => `${name}: ${listed(moving.filter((u) => u.uses === name).map((u) => `${u.path}:${u.line}`), 3)}`).join('\n')}`,
      at: { path: shown.path, startLine: shown.line },
    }),
  ];
};
