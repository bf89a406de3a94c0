import { byCodePoint } from '../files/words.ts';

/** Who wrote the commits. Pure functions over the commits a history port lists. */

type Person = { name: string; email: string };
type CommitLike = { hash: string; author: Person; authoredAt: string; committedAt: string; message: string };

export type Author = {
  /** The name used most recently. */
  name: string;
  emails: string[];
  commits: number;
  /** ISO dates (YYYY-MM-DD) of the oldest and newest commit. */
  first: string;
  last: string;
  automated: boolean;
  /** Hashes, newest first. */
  hashes: string[];
};

const AUTOMATED =
  /\[bot\]|\b(?:dependabot|renovate|greenkeeper|snyk-bot|semantic-release|github[- ]actions?|release[- ]please|pre-commit-ci|allcontributors|imgbot|mergify)\b|(?:^|[-_.+ ])(?:bot|ci)(?:@|$)/i;
export const isAutomated = (p: Person): boolean => AUTOMATED.test(p.name) || AUTOMATED.test(p.email);

const day = (iso: string): string => iso.slice(0, 10);
const time = (iso: string): number => Date.parse(iso) || 0;

/** GitHub's private addresses carry the account: `123+name@users.noreply.github.com`. */
const sameMailbox = (email: string): string =>
  email
    .trim()
    .toLowerCase()
    .replace(/^\d+\+/, '');

/** The account such an address is of, by which its owner may sign elsewhere; null for other addresses. */
const accountOf = (email: string): string | null =>
  /^([a-z\d-]+)@users\.noreply\.github\.com$/.exec(sameMailbox(email))?.[1] ?? null;

/**
 * Commits grouped by person, most commits first. Two identities are one person when they share a mailbox, the exact full
 * name, or a name that is the account of a private address in the same history (another single word is too common to go by).
 */
export const authorsOf = (commits: readonly CommitLike[]): Author[] => {
  const parent = new Map<string, string>();
  const find = (key: string): string => {
    let root = key;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    for (let at = key; at !== root; ) {
      const up = parent.get(at) ?? root;
      parent.set(at, root);
      at = up;
    }
    return root;
  };
  const accounts = new Set(commits.flatMap(({ author }) => accountOf(author.email) ?? []));
  const keys = (p: Person): [string, ...string[]] => {
    const name = p.name.trim().toLowerCase();
    const account = accountOf(p.email);
    return [
      `m:${sameMailbox(p.email)}`,
      ...(/\S\s+\S/.test(name) ? [`n:${name}`] : accounts.has(name) ? [`a:${name}`] : []),
      ...(account === null ? [] : [`a:${account}`]),
    ];
  };
  for (const { author } of commits) {
    const [mail, ...others] = keys(author);
    for (const other of others) {
      const [a, b] = [find(mail), find(other)];
      if (a < b) parent.set(b, a);
      else if (b < a) parent.set(a, b);
    }
  }
  const people = new Map<string, Author>();
  for (const commit of commits) {
    const key = find(keys(commit.author)[0]);
    const known = people.get(key);
    const on = day(commit.authoredAt);
    if (known) {
      known.commits++;
      known.hashes.push(commit.hash);
      if (on < known.first) known.first = on;
      if (on > known.last) known.last = on;
      if (!known.emails.includes(commit.author.email)) known.emails.push(commit.author.email);
    } else
      people.set(key, {
        name: commit.author.name || commit.author.email || '(no name)',
        emails: [commit.author.email],
        commits: 1,
        first: on,
        last: on,
        automated: isAutomated(commit.author),
        hashes: [commit.hash],
      });
  }
  return [...people.values()].sort(
    (a, b) =>
      b.commits - a.commits ||
      byCodePoint(a.name, b.name) ||
      byCodePoint(a.emails[0] ?? '', b.emails[0] ?? ''),
  );
};

/** How many of the busiest authors together wrote more than half of the commits. */
export const busFactor = (authors: readonly Author[]): number => {
  const total = authors.reduce((sum, a) => sum + a.commits, 0);
  let covered = 0;
  for (const [i, author] of authors.entries()) {
    covered += author.commits;
    if (covered * 2 > total) return i + 1;
  }
  return authors.length;
};

const ASSISTANTS: readonly [string, RegExp][] = [
  ['Claude', /noreply@anthropic\.com|generated with \[?claude code|^co-authored-by: claude\b/im],
  [
    'GitHub Copilot',
    /copilot@users\.noreply\.github\.com|copilot-swe-agent|^co-authored-by: (?:github )?copilot\b/im,
  ],
  ['Cursor', /cursoragent@cursor\.com|^co-authored-by: cursor\b/im],
  ['Devin', /devin-ai-integration|^co-authored-by: devin\b/im],
  ['Codex', /^co-authored-by: (?:openai )?codex\b|codex@openai\.com/im],
  ['Gemini', /^co-authored-by: gemini\b|gemini-code-assist/im],
  ['Aider', /^co-authored-by: aider\b|noreply@aider\.chat/im],
  ['Amp', /amp@ampcode\.com/i],
];

/** The code assistant a commit names as (co-)author, by its trailers, text or author address; else null. */
export const assistantOf = (commit: { author: Person; message: string }): string | null => {
  const text = `${commit.message.slice(0, 20_000)}\n${commit.author.name} <${commit.author.email}>`;
  return ASSISTANTS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
};

/** Commits per calendar month (UTC), oldest first, for the `months` months that end with the month of `now`. */
export const monthlyActivity = (dates: readonly string[], now: string, months: number): number[] => {
  const monthOf = (ms: number) => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth();
  const last = monthOf(time(now));
  const counts = new Array<number>(months).fill(0);
  for (const date of dates) {
    const index = months - 1 - (last - monthOf(time(date)));
    if (index >= 0 && index < months) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
};

/** One character per number; a dot for nothing at all, so that silence is seen. */
export const sparkline = (values: readonly number[]): string => {
  const top = Math.max(1, ...values);
  return values
    .map((v) => (v <= 0 ? '·' : ('▁▂▃▄▅▆▇█'[Math.min(7, Math.ceil((v / top) * 8) - 1)] ?? '█')))
    .join('');
};

/** The longest stretches without a commit, at least `days` long, longest first. */
export const silences = (
  dates: readonly string[],
  days: number,
): { from: string; to: string; days: number }[] => {
  const sorted = dates.filter((d) => time(d) > 0).sort((a, b) => time(a) - time(b));
  return sorted
    .flatMap((from, i) => {
      const to = sorted[i + 1];
      if (to === undefined) return [];
      const length = Math.floor((time(to) - time(from)) / 86_400_000);
      return length >= days ? [{ from: day(from), to: day(to), days: length }] : [];
    })
    .sort((a, b) => b.days - a.days || byCodePoint(a.from, b.from));
};

export const daysBetween = (from: string, to: string): number =>
  Math.floor((time(to) - time(from)) / 86_400_000);
