import type { SimpleGit } from 'simple-git';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { fetchPinned, TARGET_HEAD } from './clone.ts';
import type { Ask } from './git.ts';
import { nearNames } from './near-names.ts';

export const FULL_COMMIT = /^[0-9a-f]{40}$/;

/** The commit a name stands for in our clone, or null. The name may be anything: it is never taken for an option. */
export const resolveCommit = async (ask: Ask, ref: string): Promise<string | null> => {
  if (ref.includes('\0')) return null;
  try {
    const answer = await ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
    return FULL_COMMIT.test(answer.trim()) ? answer.trim() : null;
  } catch {
    return null;
  }
};

const MAX_NAMES = 20_000;

const lines = (text: string): string[] => text.split('\n').filter(Boolean);

const refNames = async (ask: Ask): Promise<string[]> =>
  lines(
    await ask([
      'for-each-ref',
      `--count=${MAX_NAMES}`,
      '--format=%(refname:lstrip=2)',
      'refs/heads',
      'refs/tags',
    ]),
  );

/** Names of the tags that point at a commit, in git's order of names. */
export const tagsAt = async (ask: Ask, commit: string): Promise<string[]> =>
  lines(
    await ask([
      'for-each-ref',
      `--points-at=${commit}`,
      `--count=${MAX_NAMES}`,
      '--format=%(refname:lstrip=2)',
      'refs/tags',
    ]),
  );

const unknownRef = async (ask: Ask, ref: string): Promise<UserError> => {
  const names = await refNames(ask);
  if (ref === '' || ref === 'HEAD')
    return names.length === 0
      ? new UserError(
          'the repository has no commit yet, and an audit is of a commit',
          'in that folder: git add -A && git commit -m "State under audit"',
        )
      : new UserError(
          'the repository’s HEAD leads to no commit, so it does not say what to audit',
          `name a branch or tag with --ref: ${names.slice(0, 5).map(visible).join(', ')}`,
        );
  const near = nearNames(ref, names);
  return new UserError(
    `${visible(ref.slice(0, 200))} is no branch, tag or commit of the target, so there is nothing to pin the audit to`,
    near.length > 0
      ? `did you mean ${near.map(visible).join(', ')}?`
      : 'name a branch, a tag or a full commit hash of 40 digits',
  );
};

/**
 * The commit `ref` stands for in the target; '' for its HEAD. A commit or full ref name that no branch or tag reaches
 * is fetched by itself when the source gives it away.
 *
 * @throws UserError with near names when there is no such commit
 */
export const pinCommit = async (ask: Ask, fetching: SimpleGit, url: string, ref: string): Promise<string> => {
  const known = await resolveCommit(ask, ref || TARGET_HEAD);
  if (known) return known;
  if (FULL_COMMIT.test(ref) || /^refs\/(?!target\/|pinned\/)/.test(ref)) {
    const kept = await fetchPinned(fetching, url, ref).catch(() => null);
    const commit = kept && (await resolveCommit(ask, kept));
    if (commit) return commit;
  }
  throw await unknownRef(ask, ref);
};

/** Notices about names that may not mean what they seem to: the same short name for a branch and a tag is an old trick. */
export const ambiguity = async (ask: Ask, ref: string): Promise<string[]> => {
  if (FULL_COMMIT.test(ref)) return [];
  const [branch, tag] = await Promise.all([
    resolveCommit(ask, `refs/heads/${ref}`),
    resolveCommit(ask, `refs/tags/${ref}`),
  ]);
  if (branch && tag && branch !== tag)
    return [`${visible(ref)} is both a tag and a branch, at different commits; the tag is audited`];
  if ((branch || tag) && /^[0-9a-f]{4,}$/.test(ref))
    return [
      `${ref} looks like a commit but is the name of a ${tag ? 'tag' : 'branch'} of the target, and that is audited`,
    ];
  return [];
};
