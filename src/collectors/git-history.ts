import { count, listed, plural, share, tally } from '../analysis/files/words.ts';
import {
  assistantOf,
  authorsOf,
  busFactor,
  daysBetween,
  monthlyActivity,
  silences,
  sparkline,
} from '../analysis/repository/people.ts';
import { noHistoryWords } from '../domain/snapshot.ts';
import { type Collector, fact, gap, gathered, type ItemDraft, lead } from './collector.ts';

const CHECKS = ['1.1.3'];
const NEWCOMER_DAYS = 90;
const SILENCE_DAYS = 90;
/** Each costs one git call: enough for any project of a size one person audits. */
const MOST_SINGLE_COMMITS = 200;

/** Files that decide what runs on a maintainer's, a builder's or a user's machine. */
const BUILD_OR_RELEASE =
  /(^|\/)(\.github\/(workflows|actions)\/|\.gitlab-ci|\.circleci\/|azure-pipelines|Jenkinsfile|Dockerfile|docker-compose|compose\.ya?ml|\.npmrc|\.goreleaser|Makefile|Taskfile|release[^/]*\.(sh|js|ts|py|ya?ml)$|setup\.(py|cfg)$|install\.(sh|ps1)$|build\.rs$)/i;
const MANIFEST =
  /(^|\/)(package(-lock)?\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|pyproject\.toml|uv\.lock|poetry\.lock|requirements[^/]*\.txt|Cargo\.(toml|lock)|go\.(mod|sum)|server\.json|manifest\.json)$/;

/** Of the last twelve months, or of as many as there were: how many saw a commit. */
const activePercent = (months: readonly number[], first: string, now: string): number => {
  const lived = Math.min(12, Math.max(1, Math.ceil(daysBetween(first, now) / 30.5)));
  return Math.round((100 * months.slice(-lived).filter((n) => n > 0).length) / lived);
};

export const gitHistory: Collector = {
  id: 'git-history',
  title: 'Commit history',
  about: 'Who wrote the code, since when, how evenly, and with which tools.',
  async collect({ history, target, signal, progress }) {
    const snapshot = await history.snapshot?.();
    if (snapshot)
      return { outcome: 'unavailable', searched: 'no history', message: noHistoryWords(snapshot.note) };
    const { commits, complete, shallow } = await history.commits();
    if (commits.length === 0)
      return {
        outcome: 'unavailable',
        searched: 'no commit',
        message: 'The history lists no commit: fetch the repository with its history.',
      };
    const items: ItemDraft[] = [];
    const now = target.committedAt;
    const oldest = commits.at(-1)!;

    if (shallow)
      items.push(
        gap(
          'shallow-history',
          ['1.1.2', '1.1.3', '1.1.4'],
          'The clone is shallow: older commits are missing',
          {
            detail: `Only ${plural(commits.length, 'commit')} can be seen; shares, ages and first commits below are those of this part.`,
            advice: 'Fetch everything with: git fetch --unshallow',
          },
        ),
      );
    if (!complete)
      items.push(
        gap(
          'truncated-history',
          ['1.1.2', '1.1.3', '1.1.4'],
          `Only the newest ${plural(commits.length, 'commit')} were read`,
          {
            detail: 'The history is longer than this tool reads; older authors are not counted.',
          },
        ),
      );

    const authors = authorsOf(commits);
    const people = authors.filter((a) => !a.automated);
    const bots = authors.filter((a) => a.automated);
    const byPeople = people.reduce((n, a) => n + a.commits, 0);
    const log = "git log --format='%an <%ae>' {commit} | sort | uniq -c | sort -rn";

    items.push(
      fact(
        'authors',
        CHECKS,
        `${plural(people.length, 'person', 'people')} wrote ${plural(byPeople, 'commit')}`,
        {
          ...(shallow || !complete ? {} : { measures: { people: people.length } }),
          detail: [
            ...people
              .slice(0, 10)
              .map((a) => `${a.name}: ${share(a.commits, commits.length)}, ${a.first} to ${a.last}`),
            ...(people.length > 10 ? [`and ${count(people.length - 10)} more`] : []),
            'Identities with the same mailbox or the same full name are counted as one person, as is a name that is the account of a private GitHub address.',
          ].join('\n'),
          reproduce: log,
        },
      ),
    );
    if (people.length > 0) {
      const factor = busFactor(people);
      const top = people[0]!;
      const detail = `${listed(
        people.slice(0, factor).map((a) => a.name),
        8,
      )} wrote more than half of the commits made by people. ${top.name}: ${share(top.commits, byPeople)}.`;
      items.push(
        fact(
          'bus-factor',
          CHECKS,
          factor === 1
            ? 'Bus factor 1: one person wrote more than half of the commits'
            : `Bus factor ${factor}: so many people wrote more than half of the commits`,
          {
            detail,
            reproduce: log,
            ...(shallow || !complete
              ? {}
              : { measures: { people: factor, topPercent: Math.round((100 * top.commits) / byPeople) } }),
          },
        ),
      );
    }
    if (bots.length > 0)
      items.push(
        fact('bots', CHECKS, `Automation wrote ${share(commits.length - byPeople, commits.length)} commits`, {
          detail: bots
            .slice(0, 8)
            .map((b) => `${b.name}: ${plural(b.commits, 'commit')}`)
            .join('\n'),
          reproduce: log,
        }),
      );

    const assisted = tally(commits.map(assistantOf).filter((a) => a !== null));
    if (assisted.length > 0) {
      const total = assisted.reduce((n, [, times]) => n + times, 0);
      items.push(
        fact('assistants', CHECKS, `${share(total, commits.length)} commits name a code assistant`, {
          detail: `${assisted.map(([name, times]) => `${name}: ${count(times)}`).join(', ')}. Known from trailers, message text and author addresses; use without a trace in the commit cannot be seen.`,
          reproduce: "git log -i --format='%h %an %s' --grep=co-authored-by {commit}",
        }),
      );
    }

    items.push(
      fact(
        'age',
        CHECKS,
        `The first commit is from ${oldest.authoredAt.slice(0, 10)}, ${plural(Math.max(0, daysBetween(oldest.authoredAt, now)), 'day')} before the pinned one`,
        {
          reproduce: "git log --reverse --format='%as %h %an %s' {commit} | head -3",
        },
      ),
    );
    const months = monthlyActivity(
      commits.map((c) => c.committedAt),
      now,
      24,
    );
    const active = months.filter((n) => n > 0).length;
    items.push(
      fact(
        'activity',
        CHECKS,
        `Commits in ${active} of the last 24 months, ${count(months.slice(-3).reduce((a, b) => a + b, 0))} in the last three`,
        {
          ...(shallow ? {} : { measures: { activePercent: activePercent(months, oldest.committedAt, now) } }),
          detail: `${sparkline(months)}  (one sign a month, the last is ${now.slice(0, 7)}; ${months.join(' ')})`,
          reproduce: 'git log --format=%cs {commit} | cut -c1-7 | sort | uniq -c | tail -24',
        },
      ),
    );
    const quiet = silences(
      commits.map((c) => c.committedAt),
      SILENCE_DAYS,
    );
    if (quiet.length > 0)
      items.push(
        fact(
          'silences',
          CHECKS,
          `Longest silence: ${plural(quiet[0]!.days, 'day')}, ${quiet[0]!.from} to ${quiet[0]!.to}`,
          {
            detail: `${plural(quiet.length, 'stretch', 'stretches')} of ${SILENCE_DAYS} days or more: ${listed(
              quiet.map((q) => `${q.from} to ${q.to}`),
              6,
            )}`,
            reproduce: 'git log --format=%cs {commit}',
          },
        ),
      );

    const since = Date.parse(now) - NEWCOMER_DAYS * 86_400_000;
    const youngProject = Date.parse(oldest.authoredAt) > since;
    const newcomers = people.filter((a) => Date.parse(a.first) >= since);
    if (newcomers.length > 0 && !youngProject)
      items.push(
        fact(
          'newcomers',
          CHECKS,
          `${share(newcomers.length, people.length)} authors are new in the last ${NEWCOMER_DAYS} days`,
          {
            detail: newcomers
              .slice(0, 12)
              .map((a) => `${a.name}: ${plural(a.commits, 'commit')} since ${a.first}`)
              .join('\n'),
            reproduce: `git log --since='${new Date(since).toISOString().slice(0, 10)}' --format='%as %an %s' {commit}`,
          },
        ),
      );

    const domains = tally(
      people.flatMap((a) => [...new Set(a.emails.map((e) => e.toLowerCase().split('@')[1] ?? '(none)'))]),
    );
    items.push(
      fact('email-domains', CHECKS, `Author addresses at ${plural(domains.length, 'domain')}`, {
        detail: listed(
          domains.map(([d, n]) => `${d} (${n})`),
          10,
        ),
        reproduce: "git log --format='%ae' {commit} | sed 's/.*@//' | sort | uniq -c | sort -rn",
      }),
    );

    const later = commits.filter((c) => Date.parse(c.authoredAt) > Date.parse(now) + 2 * 86_400_000);
    if (later.length > 0)
      items.push(
        lead('future-dates', CHECKS, `${plural(later.length, 'commit')} dated after the pinned commit`, {
          strength: 'weak',
          detail: `Dates are what the author's machine said: a wrong clock, or dates made up. ${listed(
            later.map((c) => `${c.hash.slice(0, 10)} ${c.authoredAt.slice(0, 10)}`),
            5,
          )}`,
          reproduce: "git log --format='%aI %cI %h %an' {commit} | sort -r | head",
        }),
      );

    const single = people.filter((a) => a.commits === 1 && a.hashes[0] !== oldest.hash);
    const byHash = new Map(commits.map((c) => [c.hash, c]));
    const touched: { title: string; strong: boolean }[] = [];
    const unlisted: string[] = [];
    for (const [i, author] of single.slice(0, MOST_SINGLE_COMMITS).entries()) {
      signal.throwIfAborted();
      if (i % 20 === 0)
        progress(`${i} of ${Math.min(single.length, MOST_SINGLE_COMMITS)} one-commit authors`);
      const hash = author.hashes[0]!;
      const paths = await history.changedPaths(hash).catch((error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof Error)) throw error;
        unlisted.push(hash.slice(0, 10));
        return [];
      });
      const build = paths.filter((p) => BUILD_OR_RELEASE.test(p));
      const manifests = paths.filter((p) => MANIFEST.test(p));
      if (build.length + manifests.length > 0)
        touched.push({
          strong: build.length > 0,
          title: `${hash.slice(0, 10)} ${author.first} ${author.name}: ${listed([...build, ...manifests], 4)} (${(byHash.get(hash)?.message.split('\n')[0] ?? '').slice(0, 70)})`,
        });
    }
    if (unlisted.length > 0)
      items.push(
        gap(
          'unlisted-commits',
          CHECKS,
          `What ${plural(unlisted.length, 'one-commit author')} changed could not be listed`,
          { detail: listed(unlisted, 10), reproduce: 'git rev-list --objects --missing=print {commit}' },
        ),
      );
    if (touched.length > 0)
      items.push(
        fact(
          'one-commit-authors',
          [...CHECKS, '1.3.4'],
          `${plural(touched.length, 'one-commit author')} changed build, release or dependency files`,
          {
            detail: [
              ...[...touched.filter((t) => t.strong), ...touched.filter((t) => !t.strong)]
                .slice(0, 15)
                .map((t) => t.title),
              ...(touched.length > 15 ? [`and ${touched.length - 15} more`] : []),
            ].join('\n'),
            reproduce:
              "git log --format='%an' {commit} | sort | uniq -c | awk '$1==1'; then git show --stat <commit>",
          },
        ),
      );
    if (single.length > MOST_SINGLE_COMMITS)
      items.push(
        gap(
          'one-commit-authors-bounded',
          CHECKS,
          `${count(single.length - MOST_SINGLE_COMMITS)} of ${count(single.length)} one-commit authors not looked at`,
          {
            detail: `The changed files of the newest ${MOST_SINGLE_COMMITS} were read.`,
          },
        ),
      );

    return gathered(
      `${plural(commits.length, 'commit')} by ${plural(authors.length, 'author')}, files of ${plural(Math.min(single.length, MOST_SINGLE_COMMITS), 'single commit')}`,
      items,
    );
  },
};
