import type { Location } from '../domain/evidence.ts';
import { placeWords } from '../domain/evidence.ts';
import type { Finding } from '../domain/finding.ts';
import type { Methodology } from '../domain/methodology.ts';
import { findingsOf } from '../domain/selectors.ts';
import { checksSince, countStates, type Side } from '../domain/since/carry-over.ts';
import { type ItemPair, matchEvidence } from '../domain/since/evidence-since.ts';
import { fateOf } from '../domain/since/fate.ts';
import { type FindingFate, findingFate } from '../domain/since/finding-fate.ts';
import { surfaceOf } from '../domain/surface.ts';
import { type OpenTwoCommits, openTwoCommits } from '../io/git/two-commits.ts';
import { REAUDIT_SCHEMA, type Reaudit } from '../report/formats/reaudit-json.ts';
import { hostsSince, packagesSince, toolsSince } from '../report/surface-since.ts';
import { redactSecrets } from '../text/redact.ts';

/** What changed between two audits of one server, and what it means for each check and finding. */

/** Code of a finding as an earlier audit cited it: at the commit where it was found weak, be that two audits ago. */
export type Cited = { finding: Finding; was: readonly Location[]; commit: string; mended: boolean };

const citedThen = (f: Finding, commit: string): Cited => {
  const mended = f.followUp?.verdict === 'fixed' || f.tracking.fixVerified !== null;
  // What nobody looked at there still cites the commit before.
  return f.followUp && (f.followUp.verdict === 'fixed' || f.followUp.verdict === null)
    ? { finding: f, was: f.followUp.was, commit: f.followUp.commit, mended }
    : { finding: f, was: f.locations, commit, mended };
};

export type Comparison = {
  pairs: ItemPair[];
  checks: ReturnType<typeof checksSince>;
  findings: { cited: Cited; fate: FindingFate }[];
  report: Omit<Reaudit, 'findings'>;
};

const sideOf = ({ session }: Side) => ({
  session: session.id,
  commit: session.target!.commit,
  committedAt: session.target!.committedAt,
  tags: session.target!.tags,
  tool: `${session.tool?.name ?? ''} ${session.tool?.version ?? ''}`.trim(),
});

const MOST_ITEMS = 2_000;
/** New items whose code is looked for at the earlier commit. */
const MOST_LOOKED_BACK = 500;

/** The same two commits, seen from the later one. */
const backwards = (two: OpenTwoCommits) => ({
  before: two.after,
  after: two.before,
  changes: two.changes.map(({ was, now }) => ({ was: now, now: was })),
});

const itemRows = async (
  pairs: readonly ItemPair[],
  two: OpenTwoCommits | null,
): Promise<Reaudit['items']> => {
  const rows: Reaudit['items'] = [];
  let looked = 0;
  for (const { was, now, state, differs } of pairs) {
    if (state === 'same' || state === 'moved' || rows.length >= MOST_ITEMS) continue;
    const item = (now ?? was)!;
    const back =
      state === 'new' && two && item.location && looked++ < MOST_LOOKED_BACK
        ? await fateOf(item.location, backwards(two))
        : null;
    rows.push({
      state,
      kind: item.kind,
      strength: item.strength,
      of: `${item.collector}/${item.rule}`,
      title: item.title,
      checks: [...item.checks],
      before: was?.location ? placeWords(was.location) : '',
      after: now?.location ? placeWords(now.location) : '',
      differs,
      codeWasThere: back?.fate === 'same' || back?.fate === 'moved',
    });
  }
  const order = { new: 0, changed: 1, gone: 2 } as const;
  return rows.sort((a, b) => order[a.state] - order[b.state]);
};

const orNull = async (open: Promise<OpenTwoCommits>): Promise<OpenTwoCommits | null> =>
  open.catch(() => null);

export const compareAudits = async (
  repository: string,
  methodology: Methodology,
  was: Side,
  now: Side,
): Promise<Comparison> => {
  const [from, to] = [was.session.target!.commit, now.session.target!.commit];
  const opened = new Map<string, OpenTwoCommits | null>();
  const between = async (commit: string): Promise<OpenTwoCommits | null> => {
    if (!opened.has(commit)) opened.set(commit, await orNull(openTwoCommits(repository, commit, to)));
    return opened.get(commit) ?? null;
  };
  const limits: string[] = [];
  try {
    const two = await between(from);
    if (!two)
      limits.push('the earlier commit is not in the clone: code, moves and authors were not compared');
    else if (!two.complete)
      limits.push('more files differ than are listed: what is said to be gone may stand elsewhere');
    const items = (side: Side) => [...side.evidence.values()].flatMap((r) => r.items);
    const pairs = matchEvidence(items(was), items(now), two?.changes ?? []);
    const checks = checksSince(methodology, was, now, pairs);
    const authors = await two?.authors().catch((): null => null);
    const [before, after] = [sideOf(was), sideOf(now)];
    if (before.tool !== after.tool)
      limits.push(
        `${before.tool} gathered then, ${after.tool} now: evidence may be new because more is seen (codeWasThere says where the code is not)`,
      );
    const findings: Comparison['findings'] = [];
    for (const f of findingsOf(was.session)) {
      const cited = citedThen(f, from);
      const commits = await between(cited.commit);
      const fate: FindingFate = commits
        ? await findingFate(f, cited.was, commits, pairs, cited.mended)
        : {
            fate: 'unread',
            why: 'the earlier commit is not in the clone',
            before: null,
            after: null,
            fixedBy: null,
            places: [],
          };
      findings.push({ cited, fate });
    }
    const changes = two?.changes ?? [];
    const many = (of: (c: { was: string | null; now: string | null }) => boolean) =>
      changes.filter(of).length;
    const answers = was.session.answers;
    return {
      pairs,
      checks,
      findings,
      report: {
        schema: REAUDIT_SCHEMA,
        target: {
          name: now.session.target!.name,
          url: redactSecrets(now.session.target!.url),
          subdir: now.session.target!.subdir,
        },
        before: { ...before, audit: was.session.reports.at(-1)?.audit ?? '' },
        after,
        code: {
          commits: authors?.commits ?? null,
          added: many((c) => c.was === null),
          removed: many((c) => c.now === null),
          moved: many((c) => c.was !== null && c.now !== null && c.was !== c.now),
          changed: many((c) => c.was !== null && c.was === c.now),
          complete: two?.complete ?? false,
        },
        dependencies: packagesSince(was.evidence, now.evidence),
        tools: toolsSince(surfaceOf(was.evidence.values()), surfaceOf(now.evidence.values())),
        hosts: hostsSince(was.evidence, now.evidence),
        maintainers: { added: authors?.added ?? [], complete: authors?.complete ?? false },
        evidence: countStates(pairs),
        items: await itemRows(pairs, two),
        checks: checks.map(({ check, evidence, standing, differs }) => {
          const verdict = answers.get(check.id)?.verdict ?? null;
          return {
            id: check.id,
            title: check.title,
            carried: verdict,
            standing: verdict === null ? ('not-carried' as const) : standing,
            differs,
            evidence,
          };
        }),
        limits,
      },
    };
  } finally {
    for (const two of opened.values()) await two?.close();
  }
};
