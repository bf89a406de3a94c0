import { pathToFileURL } from 'node:url';
import { withoutEnd } from '../../text/ends.ts';
import { clonePath } from './clone.ts';
import { type GitEnvironment, localEnvironment, networkEnvironment } from './environment.ts';
import { withoutCredentials } from './remote-url.ts';
import { type AskedSource, findLocalRepository, type LocalRepository, parseSource } from './source.ts';

/** Where objects come from: what git is told to fetch, and what is known about it. */
export type Origin = {
  /** Handed to git; may hold credentials. */
  url: string;
  /** Names the clone; the same for every way to type the same source. */
  key: string;
  hadCredentials: boolean;
  environment: GitEnvironment;
  local: LocalRepository | null;
};

const networkKey = (url: string): string => withoutEnd(withoutCredentials(url), '/').replace(/\.git$/, '');

/** As a URL, so that git always goes through upload-pack: given a plain path it would open the repository itself. */
const localUrl = (top: string): string => pathToFileURL(top).href;

export const originOf = (asked: AskedSource, reposDir: string): Origin => {
  if (asked.kind === 'network')
    return {
      url: asked.url,
      key: networkKey(asked.url),
      hadCredentials: withoutCredentials(asked.url) !== asked.url,
      environment: networkEnvironment(),
      local: null,
    };
  const local = findLocalRepository(asked.path);
  const url = localUrl(local.top);
  return { url, key: url, hadCredentials: false, environment: localEnvironment(reposDir), local };
};

/** Where the clone of a source with a history is, if it was ever opened; null for what names none. A folder need not be there any more. */
export const ownClone = (reposDir: string, source: string): string | null => {
  if (source === '') return null;
  try {
    const asked = parseSource(source);
    return clonePath(
      reposDir,
      asked.kind === 'network' ? networkKey(asked.url) : localUrl(findLocalRepository(asked.path).top),
    );
  } catch {
    const path = source.replace(/#[^#]*$/, '');
    return path.startsWith('/') ? clonePath(reposDir, localUrl(path)) : null;
  }
};
