import { withoutEnd } from '../text/ends.ts';

/** Where a repository is found by others, and where the database keeps its audits. */
export type Repository = { url: string; host: string; owner: string; name: string };

const DOMAIN = /^(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}$/;
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/**
 * The public https address behind any usual spelling of a remote: `https://`, `ssh://`, `git@host:owner/name`, with or
 * without `.git`, credentials and trailing path. Null for anything else (folders, plain http, hosts without a domain).
 * The database knows exactly owner and name: deeper GitLab groups are joined by hyphens, as no rule exists for them.
 */
export const repositoryOf = (remote: string): Repository | null => {
  const text = remote.trim().slice(0, 2_000);
  const scp = /^(?:[A-Za-z0-9._-]{1,64}@)([A-Za-z0-9.-]{1,253}):(?!\/\/)(.+)$/.exec(text);
  const url =
    /^(?:https|ssh|git\+https|git\+ssh):\/\/(?:[^/@\s]{0,300}@)?([^/:@\s]{1,253})(?::\d{1,5})?\/(.+)$/.exec(
      text,
    );
  const [, rawHost = '', rawPath = ''] = scp ?? url ?? [];
  const host = rawHost.toLowerCase();
  const [path = ''] = rawPath.split(/[?#]/);
  const segments = withoutEnd(path, '/')
    .replace(/\.git$/, '')
    .split('/');
  if (host === 'github.com') segments.splice(2);
  const [owner = '', ...rest] = segments;
  if (!DOMAIN.test(host) || rest.length === 0 || !segments.every((s) => SEGMENT.test(s) && !s.includes('..')))
    return null;
  return { url: `https://${host}/${segments.join('/')}`, host, owner, name: rest.join('-') };
};

/**
 * A path in a database as the database spells it: hosts do not tell names apart by case, file systems may.
 * @param namesIn what is in a folder of the database; '' is its top
 */
export const spelled = (path: string, namesIn: (folder: string) => readonly string[]): string =>
  path.split('/').reduce((folder, part) => {
    const names = namesIn(folder);
    const same = (name: string) => name.toLowerCase() === part.toLowerCase();
    const name = names.includes(part) ? part : (names.find(same) ?? part);
    return folder === '' ? name : `${folder}/${name}`;
  }, '');
