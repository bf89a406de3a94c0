import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { visible } from '../../text/visible.ts';
import { nearNames } from './near-names.ts';
import { withoutCredentials } from './remote-url.ts';

/** What people name in place of a repository: how it is known, what it is, and how the repository is got from it. */
type Mistaken = { pattern: RegExp; is: string; get: (found: RegExpExecArray) => string };

const CLONE = 'write an address such as https://github.com/owner/repo';

/** Addresses that git would be asked for in vain. */
const PAGES: readonly Mistaken[] = [
  {
    pattern: /^https?:\/\/(?:www\.)?npmjs\.com\/package\/((?:@[^/?#]+\/)?[^/?#]+)/i,
    is: 'the page of an npm package, and an audit is of a commit',
    get: ([, name]) => `its repository stands on that page, and in: npm view ${name} repository.url`,
  },
  {
    pattern: /^https?:\/\/pypi\.org\/project\/([^/?#]+)/i,
    is: 'the page of a package of PyPI, and an audit is of a commit',
    get: () => 'its repository stands on that page under "Project links"',
  },
  {
    pattern: /^(https:\/\/github\.com\/[^/]+\/[^/]+)\/(?:blob|raw)\/([^/]+)\/(.+?)\/?$/i,
    is: 'the page of one file, and an audit covers a repository or a folder of it',
    get: ([, repository, ref]) =>
      `write ${repository}#${ref}, and name the folder of the server as subfolder`,
  },
  {
    pattern: /^(https:\/\/github\.com\/[^/]+\/[^/]+)\/(?:pull|issues|actions|wiki|discussions)(?:\/.*)?$/i,
    is: 'a page about a repository',
    get: ([, repository]) => `write ${repository}; #ref at its end pins a commit, tag or branch`,
  },
  {
    pattern: /^(https:\/\/github\.com)\/?[^/]*\/?$/i,
    is: 'no address of a repository: it names no owner and name',
    get: () => CLONE,
  },
  {
    pattern: /^https?:\/\/\S+\.(?:zip|tgz|tar(?:\.\w+)?)$/i,
    is: 'an archive, and an audit is of a commit, so that others can see the same',
    get: () => `download it by hand and name the file; or ${CLONE}, the repository it was made from`,
  },
];

/** Read before `host:path`, which they look like. */
const PACKAGES: readonly Mistaken[] = [
  {
    pattern: /^(?:npm|pypi|docker|oci):/i,
    is: 'meant as a published package, and names none',
    get: () => 'write npm:@scope/name@1.2.3, pypi:name==1.2 or oci:registry/name:tag',
  },
];

/** Words that name no folder here. */
const NAMES: readonly Mistaken[] = [
  {
    pattern: /^(@[\w.-]+\/[\w.-]+)(?:@[\w.-]+)?$/,
    is: 'the name of an npm package, and an audit is of a commit',
    get: ([, name]) => `name its repository: npm view ${name} repository.url says which`,
  },
  {
    pattern: /^((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\/[^\s]+)$/i,
    is: 'no folder here, and an address only with its scheme',
    get: ([, rest]) => `if you mean the address, write https://${rest}`,
  },
  {
    pattern: /^\d{4}-\d\d-\d\d-[\w.-]+-[0-9a-f]{4}$/,
    is: 'the name of a session that is not on this machine',
    get: () => 'mcp-audit sessions lists those that are; mcp-audit import brings one from a file',
  },
  {
    pattern: /^([A-Za-z0-9][\w.-]*\/[\w.-]+)$/,
    is: 'no folder here, and short names are not guessed to be on any host',
    get: ([, name]) => `if you mean GitHub, write https://github.com/${name}`,
  },
];

const find = (text: string, ref: string, known: readonly Mistaken[]): UserError | null => {
  for (const { pattern, is, get } of known) {
    const found = pattern.exec(text);
    if (found)
      return new UserError(
        `${visible(withoutCredentials(text))} is ${is}`,
        `${visible(get(found))}${ref === '' || !/https:\S+$/.test(get(found)) ? '' : `#${visible(ref)}`}`,
      );
  }
  return null;
};

/** Why an address cannot be that of a repository, with the way to the one that is meant; null where nothing speaks against it. */
export const wrongAddress = (url: string): UserError | null => find(url, '', PAGES);

/** The same for the name of a published package. */
export const wrongPackage = (name: string): UserError | null => find(name, '', PACKAGES);

const folderNear = (path: string): string[] => {
  try {
    const parent = dirname(path);
    return nearNames(basename(path), readdirSync(parent)).map((name) => join(parent, name));
  } catch {
    return [];
  }
};

/** What a name is that leads to no folder here, and what to name instead. */
export const wrongName = (path: string, ref: string): UserError => {
  const near = folderNear(path);
  const known = near.length > 0 ? null : find(path, ref, NAMES);
  return (
    known ??
    new UserError(
      `there is no folder ${visible(withoutCredentials(path))}, so there is nothing to audit`,
      near.length > 0
        ? `did you mean ${near.map(visible).join(', ')}? Or name a git URL such as https://github.com/owner/repo`
        : 'check the path, or name a git URL such as https://github.com/owner/repo',
    )
  );
};
