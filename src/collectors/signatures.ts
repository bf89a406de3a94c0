import { count, listed, plural, share, tally } from '../analysis/files/words.ts';
import { authorsOf } from '../analysis/repository/people.ts';
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
  type Tag,
} from './collector.ts';

const CHECKS = ['1.1.2'];

/** Signed by the hosting site for whoever was logged in there, not by a key of the author. */
const isWebFlow = (c: Commit): boolean =>
  c.signature !== 'none' && /^(noreply@github\.com|.*@users\.noreply\.gitlab\.com)$/i.test(c.committer.email);

export const signatures: Collector = {
  id: 'signatures',
  title: 'Signatures of commits and tags',
  about: 'Which commits and tags carry a signature, of which kind, and by whom.',
  async collect({ history, target }) {
    const snapshot = await history.snapshot?.();
    if (snapshot)
      return { outcome: 'unavailable', searched: 'no history', message: noHistoryWords(snapshot.note) };
    const { commits, complete } = await history.commits();
    if (commits.length === 0)
      return {
        outcome: 'unavailable',
        searched: 'no commit',
        message: 'The history lists no commit: fetch the repository with its history.',
      };
    const tags = await history.tags();
    const items: ItemDraft[] = [];
    const reproduce =
      "git rev-list {commit} | while read c; do git cat-file commit $c | grep -q '^gpgsig' && echo signed || echo unsigned; done | sort | uniq -c";

    const signed = commits.filter((c) => c.signature !== 'none');
    const recent = commits.slice(0, 100);
    const recentSigned = recent.filter((c) => c.signature !== 'none');
    const web = signed.filter(isWebFlow);
    const own = signed.length - web.length;
    const kinds = tally(signed.map((c) => (isWebFlow(c) ? 'by the hosting site' : c.signature)));
    const detail = [
      `All: ${share(signed.length, commits.length)}; last ${recent.length}: ${share(recentSigned.length, recent.length)}.`,
      ...(signed.length > 0
        ? [`Kinds: ${kinds.map(([k, n]) => `${k} ${count(n)}`).join(', ')}.`]
        : ['No commit object has a gpgsig header.']),
      ...(web.length > 0
        ? [
            `A signature by the hosting site says which account pressed the button, not that the author signed: ${share(own, commits.length)} are signed with a key of their own.`,
          ]
        : []),
    ].join('\n');
    const ownRecent = recentSigned.filter((c) => !isWebFlow(c)).length;
    if (signed.length === 0)
      items.push(
        lead('unsigned-commits', CHECKS, `None of ${plural(commits.length, 'commit')} is signed`, {
          strength: 'weak',
          class: 'supply-chain',
          detail,
          reproduce,
        }),
      );
    else if (ownRecent >= recent.length * 0.9)
      items.push(
        strength(
          'signed-commits',
          CHECKS,
          `${share(ownRecent, recent.length)} of the latest commits are signed, not by the hosting site`,
          { class: 'supply-chain', detail, reproduce },
        ),
      );
    else
      items.push(
        fact(
          'signed-commits',
          CHECKS,
          `${share(signed.length, commits.length)} commits are signed, ${count(own)} with an author's own key`,
          { class: 'supply-chain', detail, reproduce },
        ),
      );

    const byHash = new Map(commits.map((c) => [c.hash, c]));
    const top = authorsOf(commits).slice(0, 8);
    items.push(
      fact('signatures-by-author', CHECKS, `Signatures of the ${plural(top.length, 'busiest author')}`, {
        class: 'supply-chain',
        detail: top
          .map((a) => {
            const theirs = a.hashes.map((h) => byHash.get(h)!);
            const s = theirs.filter((c) => c.signature !== 'none');
            const kinds = tally(s.map((c) => (isWebFlow(c) ? 'hosting site' : c.signature)));
            return `${a.name}: ${share(s.length, theirs.length)} signed${kinds.length > 0 ? ` (${kinds.map(([k, n]) => `${k} ${count(n)}`).join(', ')})` : ''}, ${count(s.filter((c) => !isWebFlow(c)).length)} with an own key`;
          })
          .join('\n'),
        reproduce: "git log --format='%an %G?' {commit} | sort | uniq -c | sort -rn",
      }),
    );

    if (tags.length === 0)
      items.push(
        fact('tags', CHECKS, 'No tag points into this history', {
          measures: { tags: 0 },
          class: 'supply-chain',
          detail: 'Releases cannot be tied to a commit by tag; or the clone has no tags (git fetch --tags).',
          reproduce: 'git tag --merged {commit}',
        }),
      );
    else {
      const signedTags = tags.filter((t) => t.signature !== 'none');
      const annotated = tags.filter((t) => t.kind === 'annotated');
      const make = signedTags.length === tags.length ? strength : fact;
      items.push(
        make(
          'tags',
          CHECKS,
          `${share(signedTags.length, tags.length)} tags are signed, ${share(annotated.length, tags.length)} annotated`,
          {
            class: 'supply-chain',
            detail: `Lightweight tags carry neither author nor date and can be moved unnoticed. Newest: ${listed(
              [...tags]
                .sort((a, b) =>
                  a.taggedAt < b.taggedAt ? 1 : a.taggedAt > b.taggedAt ? -1 : a.name < b.name ? -1 : 1,
                )
                .slice(0, 6)
                .map((t) => `${t.name} (${t.kind}${t.signature === 'none' ? '' : `, ${t.signature}`})`),
            )}`,
            reproduce:
              "git for-each-ref --merged {commit} --format='%(objecttype) %(refname:short)' refs/tags",
          },
        ),
      );
    }

    items.push(...elsewhere(await history.tagsElsewhere(), target.committedAt));

    const signedNames = signed.length + tags.filter((t) => t.signature !== 'none').length;
    if (signedNames > 0)
      items.push(
        gap('not-verified', CHECKS, `${plural(signedNames, 'signature')} present, not verified: no keys`, {
          class: 'supply-chain',
          detail: `${tally([
            ...signed.map((c) => (isWebFlow(c) ? 'by the hosting site' : c.signature)),
            ...tags.filter((t) => t.signature !== 'none').map((t) => `${t.signature} on tags`),
          ])
            .map(([k, n]) => `${k}: ${count(n)}`)
            .join(
              ', ',
            )}. A signature header was seen; whether it is good, and whose key it is, needs the signers' public keys.`,
          advice:
            'With the keys imported, or gpg.ssh.allowedSignersFile set: git log --format=\'%h %G? %GS\'; the hosting site also shows "Verified".',
          reproduce: "git log --format='%h %G? %GS %an' {commit} | head -50",
        }),
      );
    if (!complete)
      items.push(
        gap('truncated-history', CHECKS, `Only the newest ${plural(commits.length, 'commit')} were read`),
      );
    return gathered(`${plural(commits.length, 'commit')}, ${plural(tags.length, 'tag')}`, items);
  },
};

/** Releases that were not made from what is audited; newer ones are only newer. */
const elsewhere = (tags: readonly Tag[], pinnedAt: string): ItemDraft[] => {
  const later = tags.filter((t) => Date.parse(t.taggedAt) > Date.parse(pinnedAt));
  const aside = tags.filter((t) => !later.includes(t));
  const named = (list: readonly Tag[]): string =>
    listed(
      [...list]
        .sort((a, b) =>
          a.taggedAt < b.taggedAt ? 1 : a.taggedAt > b.taggedAt ? -1 : a.name < b.name ? -1 : 1,
        )
        .map(
          (t) =>
            `${t.name} (${t.kind}${t.signature === 'none' ? '' : `, ${t.signature}`}, ${t.taggedAt.slice(0, 10)}, ${t.commit.slice(0, 10)})`,
        ),
      8,
      '\n',
    );
  const items: ItemDraft[] = [];
  if (aside.length > 0)
    items.push(
      fact(
        'tags-aside',
        CHECKS,
        `${plural(aside.length, 'tag')} not newer than the pinned commit lead${aside.length === 1 ? 's' : ''} to commits outside its history`,
        {
          class: 'supply-chain',
          detail: `A release branch, a rewritten history, or a release from commits nobody merged:\n${named(aside)}`,
          reproduce: 'git tag --sort=-creatordate --no-merged {commit} | head -20',
        },
      ),
    );
  if (later.length > 0)
    items.push(
      fact('tags-later', CHECKS, `${plural(later.length, 'tag')} newer than the pinned commit`, {
        class: 'supply-chain',
        detail: `What users install now may be one of these:\n${named(later)}`,
        reproduce: 'git tag --sort=-creatordate --no-merged {commit} | head -20',
      }),
    );
  return items;
};
