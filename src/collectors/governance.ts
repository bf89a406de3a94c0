import { baseName } from '../analysis/files/paths.ts';
import { count, listed, plural, share, tally } from '../analysis/files/words.ts';
import { parseCodeowners } from '../analysis/repository/codeowners.ts';
import { isAutomated } from '../analysis/repository/people.ts';
import { noHistoryWords } from '../domain/snapshot.ts';
import {
  type Collector,
  type Commit,
  fact,
  gap,
  gathered,
  type ItemDraft,
  lead,
  strength,
} from './collector.ts';

const CHECKS = ['1.1.4'];

/** Where hosting sites look for these, and what each tells. */
const DOCUMENTS: readonly { rule: string; name: string; pattern: RegExp }[] = [
  { rule: 'contributing', name: 'CONTRIBUTING', pattern: /^(\.github\/|docs\/)?CONTRIBUTING(\.\w+)?$/i },
  {
    rule: 'code-of-conduct',
    name: 'code of conduct',
    pattern: /^(\.github\/|docs\/)?CODE[_-]OF[_-]CONDUCT(\.\w+)?$/i,
  },
  { rule: 'governance', name: 'GOVERNANCE', pattern: /^(\.github\/|docs\/)?GOVERNANCE(\.\w+)?$/i },
  {
    rule: 'maintainers',
    name: 'MAINTAINERS or OWNERS',
    pattern: /^(\.github\/|docs\/)?(MAINTAINERS|OWNERS)(\.\w+)?$/i,
  },
  {
    rule: 'pull-request-template',
    name: 'pull request template',
    pattern:
      /^(\.github\/|docs\/)?(PULL_REQUEST_TEMPLATE|MERGE_REQUEST_TEMPLATE)(\.md|\/.+)?$|^\.gitlab\/merge_request_templates\//i,
  },
  {
    rule: 'issue-template',
    name: 'issue template',
    pattern: /^(\.github\/|docs\/)?ISSUE_TEMPLATE(\.md|\/.+)?$|^\.gitlab\/issue_templates\//i,
  },
];

const PULL_REQUEST =
  /\(#\d+\)|^Merge pull request #\d+|See merge request |^Merged PR \d+|Pull-Request: |Reviewed-on: /m;

/** The line of the default branch as far as the history tells: from the pinned commit along first parents. */
const firstParents = (commits: readonly Commit[]): Commit[] => {
  const byHash = new Map(commits.map((c) => [c.hash, c]));
  const line: Commit[] = [];
  for (let at = commits[0]; at && line.length < commits.length; at = byHash.get(at.parents[0] ?? ''))
    line.push(at);
  return line;
};

export const governance: Collector = {
  id: 'governance',
  title: 'Decisions and review',
  about: 'Who must approve changes, and what the history shows of review.',
  async collect({ tree, history }) {
    const items: ItemDraft[] = [];
    const paths = tree.allEntries.map((e) => e.path);

    const owners = paths.find((p) => /^(\.github\/|docs\/|\.gitlab\/)?CODEOWNERS$/.test(p));
    if (owners) {
      const text = await tree.text(owners);
      const rules = parseCodeowners(text ?? '');
      const names = [...new Set(rules.flatMap((r) => r.owners))];
      const everything = rules.find((r) => r.pattern === '*' || r.pattern === '/**' || r.pattern === '**');
      if (text === null || rules.length === 0)
        items.push(
          lead('codeowners', CHECKS, `${owners} names no owner`, {
            strength: 'weak',
            at: { path: owners, startLine: 1 },
          }),
        );
      else
        items.push(
          (everything ? strength : fact)(
            'codeowners',
            CHECKS,
            `CODEOWNERS: ${plural(rules.length, 'rule')}, ${plural(names.length, 'owner')}${everything ? ', covers every file' : ', no rule for every file'}`,
            {
              detail: `${listed(names, 8)}. It only binds when branch protection requires owner review, which the repository does not show.`,
              at: { path: owners, startLine: (everything ?? rules[0]!).line },
            },
          ),
        );
    } else
      items.push(
        fact('codeowners', CHECKS, 'No CODEOWNERS file', {
          detail: 'Looked for at the root, in .github/, .gitlab/ and docs/.',
          reproduce: 'git ls-tree -r --name-only {commit} | grep -i codeowners',
        }),
      );

    const missing: string[] = [];
    for (const { rule, name, pattern } of DOCUMENTS) {
      const found = paths.filter((p) => pattern.test(p));
      if (found[0])
        items.push(
          fact(rule, CHECKS, `${name[0]!.toUpperCase()}${name.slice(1)}: ${listed(found.map(baseName), 3)}`, {
            at: { path: found[0], startLine: 1 },
          }),
        );
      else missing.push(name);
    }
    if (missing.length > 0)
      items.push(
        fact('missing-documents', CHECKS, `Not in the repository: ${listed(missing, 3)}`, {
          detail: `${listed(missing)}. An organisation may keep them in its own .github repository.`,
          reproduce: 'git ls-tree -r --name-only {commit}',
        }),
      );

    const { commits, complete, shallow } = await history.commits();
    const snapshot = await history.snapshot?.();
    if (snapshot)
      items.push(
        gap('no-history', CHECKS, 'There is no history that could show review', {
          detail: noHistoryWords(snapshot.note),
        }),
      );
    const line = firstParents(commits);
    if (line.length > 1) {
      const describe = (part: readonly Commit[]) => {
        const merges = part.filter((c) => c.parents.length > 1);
        const reviewed = part.filter(
          (c) => c.parents.length > 1 || PULL_REQUEST.test(c.message.slice(0, 4000)),
        );
        const direct = part.filter(
          (c) => c.parents.length <= 1 && !PULL_REQUEST.test(c.message.slice(0, 4000)),
        );
        return { merges, reviewed, direct, directByPeople: direct.filter((c) => !isAutomated(c.author)) };
      };
      const all = describe(line);
      const recent = describe(line.slice(0, 100));
      const recentCount = Math.min(100, line.length);
      const reproduce = "git log --first-parent --format='%h %p | %an | %s' {commit} | head -100";
      items.push(
        (recent.reviewed.length >= recentCount * 0.95 ? strength : fact)(
          'pull-requests',
          CHECKS,
          `${share(recent.reviewed.length, recentCount)} of the latest changes came by merge or pull request`,
          {
            measures: { percent: Math.round((100 * recent.reviewed.length) / recentCount) },
            detail: `Whole first-parent line: ${share(all.reviewed.length, line.length)} (${plural(all.merges.length, 'merge commit')}). A number in a subject says that a pull request existed, not that another person approved it.`,
            reproduce,
          },
        ),
      );
      if (recent.directByPeople.length > 0)
        items.push(
          fact(
            'direct-pushes',
            CHECKS,
            `${share(recent.directByPeople.length, recentCount)} of the latest changes show no sign of review`,
            {
              detail: `No merge, no pull request number. By: ${listed(
                tally(recent.directByPeople.map((c) => c.author.name)).map(([n, k]) => `${n} ${count(k)}`),
                6,
              )}.\n${recent.directByPeople
                .slice(0, 8)
                .map(
                  (c) =>
                    `${c.hash.slice(0, 10)} ${c.committedAt.slice(0, 10)} ${(c.message.split('\n')[0] ?? '').slice(0, 80)}`,
                )
                .join('\n')}\nA squash or rebase merge without the number in its subject looks the same.`,
              reproduce,
            },
          ),
        );
      const reviewTrailers = commits.filter((c) =>
        /^(?:Reviewed|Acked|Approved)-by:/im.test(c.message),
      ).length;
      const coAuthors = commits.filter((c) => /^Co-authored-by:/im.test(c.message)).length;
      const signedOff = commits.filter((c) => /^Signed-off-by:/im.test(c.message)).length;
      if (reviewTrailers + coAuthors + signedOff > 0)
        items.push(
          fact(
            'trailers',
            CHECKS,
            `Trailers: ${count(reviewTrailers)} reviewed-by, ${count(coAuthors)} co-authored-by, ${count(signedOff)} signed-off-by`,
            {
              detail: `In ${plural(commits.length, 'commit')}.`,
              reproduce: "git log --format='%(trailers:only,unfold)' {commit} | cut -d: -f1 | sort | uniq -c",
            },
          ),
        );
    }
    items.push(
      gap('hosting-settings', CHECKS, 'Branch protection and approvals are not in the repository', {
        detail:
          'Required reviews, who approved a pull request and who may push are settings and records of the hosting site.',
        advice: 'Look there, or ask the maintainers.',
      }),
    );
    if (shallow || !complete)
      items.push(
        gap(
          'partial-history',
          CHECKS,
          `Review signs come from the newest ${plural(commits.length, 'commit')} only`,
        ),
      );
    return gathered(
      `${plural(paths.length, 'path')}, ${plural(line.length, 'commit')} on the first-parent line`,
      items,
    );
  },
};
