import { withoutEnd } from '../../text/ends.ts';
import { isPlain } from '../../text/visible.ts';

/** `user@host:path` with an optional user (`helper::…` is another thing); the host has no slash, which is how git tells it from a path. */
const SCP_LIKE = /^(?:[^@/:\s]+@)?([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(?!\/\/|:)\/?(.+)$/;

/** Hosts known to answer on https, so that `http:` is only an old spelling. */
const ALWAYS_HTTPS: readonly string[] = ['github.com', 'gitlab.com', 'bitbucket.org', 'codeberg.org'];

export const isScpLike = (text: string): boolean => SCP_LIKE.test(text);

const tidy = (path: string): string =>
  withoutEnd(path, '/')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '');

/**
 * The web address of a git remote: `git@github.com:o/r.git` becomes `https://github.com/o/r`. Credentials, query and
 * fragment are dropped; a port stays where it belongs to http(s). '' for what has no web address: a path, an unknown
 * transport, or text with characters a reader would not see.
 */
export const webUrl = (remote: string): string => {
  if (remote === '' || remote.length > 2000 || !isPlain(remote)) return '';
  const scp = SCP_LIKE.exec(remote);
  // Without a user and a dot it is an alias of the auditor's own ssh configuration, a drive letter, or another scheme.
  if (scp?.[1] && scp[2])
    return /^[^:]*[.@]/.test(remote) ? webUrl(`ssh://${scp[1]}/${scp[2].replace(/^\/+/, '')}`) : '';
  if (!URL.canParse(remote)) return '';
  const url = new URL(remote);
  const path = tidy(url.pathname);
  if (!/^(https?|ssh|git|git\+ssh|git\+https):$/.test(url.protocol) || path === '' || url.hostname === '')
    return '';
  const host = url.hostname.toLowerCase().replace(/^(www|ssh)\.(?=github\.com$)/, '');
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  const scheme = url.protocol === 'http:' && !ALWAYS_HTTPS.includes(host) ? 'http' : 'https';
  return `${scheme}://${host}${web && url.port ? `:${url.port}` : ''}/${path}`;
};

/** Percent-encoding undone, where it is well formed. */
export const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** `owner/repo` of a web address; '' when the address has no such parts. */
export const ownerAndRepo = (url: string): string =>
  URL.canParse(url) ? new URL(url).pathname.split('/').filter(Boolean).slice(-2).map(decoded).join('/') : '';

/** The URL without user name and password; ssh keeps its user name, which is no secret. */
export const withoutCredentials = (remote: string): string => {
  // Up to the last @ before the first slash, however the password was written: too much is better than too little.
  const [all = '', scheme = '', userinfo = ''] = /^([a-z][a-z0-9+.-]*:\/\/)([^/]*)@/i.exec(remote) ?? [];
  if (all === '') return remote;
  const user = /^https?:/i.test(scheme) ? '' : `${userinfo.split(':', 1)[0]}@`;
  return scheme + user + remote.slice(all.length);
};
