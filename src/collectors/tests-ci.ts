import {
  below,
  isExamplePath,
  isGeneratedPath,
  isTestPath,
  isVendoredPath,
  languageOf,
} from '../analysis/files/paths.ts';
import { readTexts } from '../analysis/files/read-texts.ts';
import { listed, plural, tally } from '../analysis/files/words.ts';
import { noHistoryWords } from '../domain/snapshot.ts';
import { type CollectContext, type Collector, fact, gap, gathered, type ItemDraft } from './collector.ts';
import { configurationItems } from './tests-ci/configuration.ts';
import { CHECKS, pipelineItems } from './tests-ci/pipelines.ts';

const MOST_COMMITS_FOR_TESTS = 40;

const FRAMEWORKS: readonly [string, RegExp][] = [
  ['vitest', /(?:from\s|require\()['"]vitest['"]/],
  ['jest', /@jest\/globals|\bjest\.(?:fn|mock)\(/],
  ['mocha', /(?:from\s|require\()['"](?:mocha|chai)['"]/],
  ['node:test', /['"]node:test['"]/],
  ['bun:test', /['"]bun:test['"]/],
  ['playwright', /@playwright\/test/],
  ['pytest', /\bimport pytest\b|\bdef test_/],
  ['unittest', /\bimport unittest\b|unittest\.TestCase/],
  ['testing (Go)', /\*testing\.T\b/],
  ['Rust tests', /#\[(?:tokio::)?test\]/],
  ['JUnit', /org\.junit/],
  ['xUnit', /\[Fact\]|using Xunit/],
];

const SECURITY_WORDS =
  /\b(?:injection|travers\w{1,8}|sanitiz\w{1,6}|unauthori[sz]ed|forbidden|ssrf|xss|csrf|malicious|exploit|escape[sd]? (?:shell|html|sql|path)|path[- ]?escape|symlink|rebind\w{0,4}|redact\w{0,4}|CVE-\d{4}|GHSA|allow[- ]?list|deny[- ]?list|rate[- ]?limit|invalid token|bypass\w{0,3}|privilege)\b/i;

export const testsCi: Collector = {
  id: 'tests-ci',
  title: 'Tests and continuous integration',
  about: 'How much test code there is, what the pipelines run, and with which rights and pins they run it.',
  async collect(context) {
    const tests = await testItems(context);
    const configuration = await configurationItems(context);
    const ci = await pipelineItems(context);
    const lastTests = await lastTestChange(context);
    return gathered(
      `${plural(tests.tests, 'test file')}, ${plural(tests.sources, 'source file')}, ${plural(ci.workflows, 'workflow')}`,
      [...tests.items, ...lastTests, ...configuration, ...ci.items],
    );
  },
};

const testItems = async ({
  tree,
  target,
  signal,
}: CollectContext): Promise<{ items: ItemDraft[]; tests: number; sources: number }> => {
  const code = tree.entries.filter(
    (e) =>
      (e.kind === 'file' || e.kind === 'executable') &&
      languageOf(e.path) &&
      !/(^|\/)(Dockerfile|Makefile)[^/]*$/.test(e.path) &&
      !isVendoredPath(e.path) &&
      !isGeneratedPath(below(e.path, target.subdir)),
  );
  const tests = code.filter((e) => isTestPath(below(e.path, target.subdir)));
  const sources = code.filter(
    (e) =>
      !isTestPath(below(e.path, target.subdir)) &&
      !isExamplePath(below(e.path, target.subdir)) &&
      !/\.config\.[cm]?[jt]s$|\.d\.ts$/.test(e.path),
  );
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
  for await (const { text } of readTexts(
    tree,
    sources.filter((e) => e.path.endsWith('.rs')).slice(0, 500),
    signal,
  ))
    if (text?.includes('#[cfg(test)]')) inline++;

  const items: ItemDraft[] = [];
  if (tests.length === 0 && inline === 0)
    items.push(
      fact('no-tests', CHECKS, `No test files beside ${plural(sources.length, 'source file')}`, {
        detail: 'Looked for by the usual folder and file names.',
        reproduce: "git ls-tree -r --name-only {commit} | grep -iE 'test|spec'",
      }),
    );
  else {
    items.push(
      fact(
        'test-files',
        CHECKS,
        `${plural(tests.length, 'test file')} for ${plural(sources.length, 'source file')}${inline > 0 ? `, ${plural(inline, 'Rust file')} with tests inside` : ''}`,
        {
          detail: `Frameworks: ${listed(tally(frameworks).map(([name, n]) => `${name} (${plural(n, 'file')})`)) || 'none recognised'}`,
          ...(tests[0] ? { at: { path: tests[0].path, startLine: 1 } } : {}),
        },
      ),
    );
    if (security.length > 0) {
      security.sort((a, b) => b.times - a.times || (a.path < b.path ? -1 : 1));
      items.push(
        fact(
          'security-tests',
          CHECKS,
          `${plural(security.length, 'test file')} mention${security.length === 1 ? 's' : ''} security behaviour`,
          {
            detail: security
              .slice(0, 12)
              .map((s) => `${s.path}:${s.line} (${plural(s.times, 'line')}) ${s.text}`)
              .join('\n'),
            at: { path: security[0]!.path, startLine: security[0]!.line },
          },
        ),
      );
    } else
      items.push(
        fact(
          'no-security-tests',
          CHECKS,
          `None of ${plural(tests.length, 'test file')} mentions security behaviour`,
          {
            reproduce:
              "git grep -n -i -E 'injection|travers|unauthori|forbidden|redact|allowlist' {commit} -- '*test*'",
            detail: 'Words such as injection, traversal, unauthorized, redact, allowlist were looked for.',
          },
        ),
      );
  }
  return { items, tests: tests.length, sources: sources.length };
};

const lastTestChange = async ({ history, target, signal }: CollectContext): Promise<ItemDraft[]> => {
  const snapshot = await history.snapshot?.();
  if (snapshot)
    return [
      gap('last-test-change', CHECKS, 'When tests were last changed was not found out', {
        detail: noHistoryWords(snapshot.note),
      }),
    ];
  const { commits } = await history.commits();
  const recent = commits.slice(0, MOST_COMMITS_FOR_TESTS);
  let behind = 0;
  for (const commit of recent) {
    signal.throwIfAborted();
    if (commit.parents.length > 1) continue;
    const paths = await history.changedPaths(commit.hash).catch((error: unknown) => {
      signal.throwIfAborted();
      return error instanceof Error ? error : new Error(String(error));
    });
    if (paths instanceof Error)
      return [
        gap('last-test-change', CHECKS, 'When tests were last changed was not found out', {
          detail: `The files of commit ${commit.hash.slice(0, 12)} could not be listed: ${paths.message}`,
          reproduce: `git show --stat ${commit.hash}`,
        }),
      ];
    const test = paths.find(
      (p) =>
        isTestPath(below(p, target.subdir)) && (target.subdir === '' || p.startsWith(`${target.subdir}/`)),
    );
    if (test)
      return [
        fact(
          'last-test-change',
          CHECKS,
          `Tests last changed ${commit.committedAt.slice(0, 10)}, ${plural(behind, 'commit')} before the pinned one`,
          {
            detail: `${commit.hash.slice(0, 12)} ${(commit.message.split('\n')[0] ?? '').slice(0, 100)} (${test})`,
            reproduce: `git show --stat ${commit.hash}`,
          },
        ),
      ];
    behind++;
  }
  return recent.length < 2
    ? []
    : [
        fact(
          'last-test-change',
          CHECKS,
          `None of the last ${plural(recent.length, 'commit')} changed a test`,
          { reproduce: `git log -${recent.length} --name-only --format='%h %s' {commit}` },
        ),
      ];
};
