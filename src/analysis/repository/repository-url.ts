import hostedGitInfo from 'hosted-git-info';
import { before, withoutEnd } from '../../text/ends.ts';

export type RepositoryName = { host: string; owner: string; name: string };

const MOST_URL = 500;

/**
 * Host, owner and name of a repository URL in any spelling people and package managers use (`git+https://…`,
 * `git@host:owner/name.git`, `owner/name`, `github:owner/name`, a web page inside the repository); null when it is none.
 */
export const parseRepositoryUrl = (url: string): RepositoryName | null => {
  const trimmed = url.trim().slice(0, MOST_URL);
  if (trimmed === '') return null;
  try {
    const hosted = hostedGitInfo.fromUrl(trimmed);
    if (hosted?.user && hosted.project)
      return { host: hosted.domain, owner: hosted.user, name: hosted.project };
  } catch {
    // a URL that the library cannot take apart is tried below
  }
  // A page inside the repository, a query or an anchor is not part of its name; groups may be nested.
  const address = withoutEnd(
    before(trimmed, '?#').replace(/\/(?:-|tree|blob|src|issues|wiki|releases)(?:\/.*)?$/, ''),
    '/',
  ).replace(/\.git$/, '');
  const match =
    /^(?:git\+)?(?:https?|ssh|git):\/\/(?:[^@/\s]{1,100}@)?([\w.-]{1,200})(?::\d{1,5})?\/([\w.~/-]{1,300})\/([\w.~-]{1,100})$/.exec(
      address,
    ) ?? /^[\w.-]{1,60}@([\w.-]{1,200}):([\w.~/-]{1,200})\/([\w.~-]{1,100})$/.exec(address);
  return match ? { host: match[1] as string, owner: match[2] as string, name: match[3] as string } : null;
};

export const sameRepository = (a: RepositoryName, b: RepositoryName): boolean =>
  a.host.toLowerCase() === b.host.toLowerCase() &&
  a.owner.toLowerCase() === b.owner.toLowerCase() &&
  a.name.toLowerCase() === b.name.toLowerCase();

export const spell = (r: RepositoryName): string => `${r.host}/${r.owner}/${r.name}`;
