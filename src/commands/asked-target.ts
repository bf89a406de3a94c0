import { existsSync, statSync } from 'node:fs';
import {
  type AskedTarget,
  askedTarget,
  byHand,
  fromRegistryEntry,
} from '../analysis/repository/asked-target.ts';
import { UserError } from '../domain/errors.ts';
import { parseImage, parsePackage } from '../domain/package-name.ts';
import type { OpenTargetOptions } from '../io/git/open-target.ts';
import { findLocalRepository, NoRepository } from '../io/git/source.ts';
import { readInputFile } from '../io/input-file.ts';
import { registriesOf } from '../io/registries/ask.ts';
import { isSessionId } from '../io/session/session-id.ts';
import { visible } from '../text/visible.ts';
import type { Host } from './host.ts';
import { typedYes } from './typed-yes.ts';

/** From what the auditor typed to what is opened: told what it was read as, and asked before anybody else is. */

export type ReadTarget = Pick<OpenTargetOptions, 'source' | 'fetch'> & {
  /** Folder that the words named beside what they named; '' for none. */
  subdir: string;
  /** What the words were taken for, to be said; '' when they are what is opened. */
  told: string;
};

const MOST_ENTRY_BYTES = 1024 * 1024;

/** A registry entry that lies alone; in a repository its folder is meant, as with any file. */
const entryIn = (path: string): AskedTarget | null => {
  if (!/\.json$/i.test(path) || !statSync(path).isFile()) return null;
  try {
    findLocalRepository(path);
    return null;
  } catch (error) {
    if (!(error instanceof NoRepository)) throw error;
  }
  return fromRegistryEntry(readInputFile(path, MOST_ENTRY_BYTES).toString('utf8'));
};

const here = (words: string): boolean => existsSync(words) || existsSync(words.replace(/#[^#]*$/, ''));

const hostOf = (host: Host, source: string): string => {
  const pkg = parsePackage(source);
  if (pkg) return new URL(registriesOf(host.env)[pkg.registry]).host;
  return new URL(source).host;
};

/**
 * @param o.ask whether a person is at hand who may be asked
 * @throws UserError for what lies elsewhere while nobody may be asked, with the commands that bring it here
 */
export const readTarget = async (
  host: Host,
  words: string,
  o: { allowNetwork?: boolean | undefined; ask?: boolean },
): Promise<ReadTarget> => {
  const asked = here(words) ? entryIn(words) : isSessionId(words) ? null : askedTarget(words);
  if (!asked) return { source: words, subdir: '', fetch: undefined, told: '' };
  const { source, subdir, readAs } = asked;
  const told =
    source === words
      ? ''
      : `${visible(words)} was read as ${readAs}: ${visible(source)}${subdir ? `, folder ${visible(subdir)}` : ''}`;
  const fetch = { registries: registriesOf(host.env), now: host.clock };
  const [get = '', open = ''] = byHand(source) ?? [];
  if (parseImage(source))
    throw new UserError(
      `${visible(source)} (read as ${readAs}) is a container image, and images are not fetched here; nothing was looked at`,
      `bring its files by hand: ${visible(get)}, and then: ${visible(open)}`,
    );
  // An address of a repository that was typed in full is asked, as ever.
  const addressed = /^https?:\/\//.test(source) && /^https?:\/\//i.test(words);
  if (addressed || o.allowNetwork) return { source, subdir, fetch, told };
  const name = hostOf(host, source);
  if (
    o.ask &&
    (await typedYes(
      host,
      `${visible(source)} is not on this machine: ${name} would be asked for it, and told its name.\n`,
      'Type yes to ask for it: ',
    ))
  )
    return { source, subdir, fetch, told };
  throw new UserError(
    `${visible(source)} (read as ${readAs}) is not on this machine, and ${name} may not be asked; nothing was looked at`,
    `--allow-network lets it be asked. Or by hand: ${visible(get)}, and then: ${visible(open)}`,
  );
};
