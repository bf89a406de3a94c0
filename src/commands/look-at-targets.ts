import { UserError } from '../domain/errors.ts';
import { openTarget } from '../io/git/open-target.ts';
import { readTarget, type TargetReading } from '../io/git/read-target.ts';
import { repositoryOf } from '../report/repository.ts';
import type { Anchor, ValidateOptions } from '../report/validate.ts';
import type { Host } from './host.ts';

/** A clone that may answer for audits of its repository. `url` is '' when it does not say what it is a clone of. */
type Clone = { url: string; source: string; repository: string };

const open = async (host: Host, source: string, ref?: string): Promise<Clone> => {
  const { target, repository } = await openTarget({ source, ref, reposDir: host.reposDir });
  return { url: repositoryOf(target.url)?.url.toLowerCase() ?? '', source, repository };
};

/** A commit that no branch or tag reaches is asked for by its hash. */
const read = async (host: Host, clone: Clone, { commit, paths }: Anchor): Promise<TargetReading | null> => {
  const there = await readTarget(clone.repository, commit, paths);
  if (there) return there;
  const asked = await open(host, clone.source, commit).catch((error) => {
    if (error instanceof UserError) return null;
    throw error;
  });
  return asked && readTarget(asked.repository, commit, paths);
};

export type Looked = Required<Pick<ValidateOptions, 'target' | 'repository'>> & {
  /** Targets that could not be fetched, and why. */
  notices: string[];
};

/**
 * Reads in the given clones what the audits quote. An audit is looked up in the clones of its repository, and in those
 * that do not say whose clone they are.
 *
 * @param sources folders or git URLs
 * @param fetch asks the address in each manifest for what no given clone answers: the only use of the network
 * @throws UserError when a given source is no repository
 */
export const lookAtTargets = async (
  host: Host,
  anchors: readonly Anchor[],
  sources: readonly string[],
  fetch: boolean,
): Promise<Looked> => {
  const clones: Clone[] = [];
  for (const source of sources) clones.push(await open(host, source));
  const notices: string[] = [];
  const readings = new Map<string, TargetReading | null>();
  const key = (url: string, commit: string) =>
    `${repositoryOf(url)?.url.toLowerCase() ?? url}@${commit.toLowerCase()}`;
  for (const anchor of anchors) {
    const url = repositoryOf(anchor.url)?.url ?? '';
    // The one clone given beside the one audit is meant, whatever it calls its origin.
    const meant = clones.length === 1 && anchors.length === 1;
    const own = clones.filter((c) => meant || c.url === '' || c.url === url.toLowerCase());
    if (fetch && url !== '' && !meant && !own.some((c) => c.url !== ''))
      try {
        own.push(await open(host, url));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        notices.push(`${url}: ${error.message}`);
      }
    let reading: TargetReading | null = null;
    for (const clone of own) reading ??= await read(host, clone, anchor);
    // A clone that names no origin answers only for commits it has.
    if (!reading && !meant && !own.some((c) => c.url !== '')) continue;
    const known = readings.get(key(anchor.url, anchor.commit));
    if (known && reading) for (const [path, text] of reading.files) known.files.set(path, text);
    else readings.set(key(anchor.url, anchor.commit), reading);
  }
  const byCommit = (commit: string) =>
    [...readings].find(([k, r]) => r && k.endsWith(`@${commit.toLowerCase()}`))?.[1];
  return {
    notices,
    target: (commit, path) => byCommit(commit)?.files.get(path),
    repository: (url, commit) => {
      const reading = readings.get(key(url, commit));
      if (reading === undefined) return null;
      return { hasCommit: reading !== null, tags: reading?.tags ?? new Map() };
    },
  };
};
