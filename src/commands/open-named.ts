import { type OpenedTarget, type OpenTargetOptions, openTarget } from '../io/git/open-target.ts';
import { readTarget } from './asked-target.ts';
import { comparePackage } from './compare-package.ts';
import type { Host } from './host.ts';
import { resolvePackageTree } from './resolve-tree.ts';

export type NamedOptions = Pick<OpenTargetOptions, 'ref' | 'subdir' | 'signal' | 'progress' | 'fetch'> & {
  /** A clone of the repository that a package claims, which it is held against. */
  repository?: string | undefined;
  allowNetwork?: boolean | undefined;
  /** Whether a person is at hand who may be asked. */
  ask?: boolean;
};

/**
 * From what the auditor typed to a pinned commit. A package is held against its repository, and its registry asked for what a
 * user would get with it: what came of that lies beside its commit.
 *
 * @param o.fetch set when a person agreed to it before, for just these words
 */
export const openNamed = async (
  host: Host,
  words: string,
  o: NamedOptions,
): Promise<OpenedTarget & { fetch: OpenTargetOptions['fetch'] }> => {
  const asked = o.fetch
    ? { source: words, subdir: '', fetch: o.fetch, told: '' }
    : await readTarget(host, words, { allowNetwork: o.allowNetwork, ask: o.ask ?? false });
  const progress = o.progress ?? (() => {});
  const opened = await openTarget({
    source: asked.source,
    ref: o.ref,
    subdir: o.subdir || asked.subdir,
    reposDir: host.reposDir,
    fetch: asked.fetch,
    signal: o.signal,
    progress,
  });
  await resolvePackageTree(host, opened, asked.fetch, progress);
  await comparePackage(host, opened, {
    repository: o.repository,
    mayFetch: asked.fetch !== undefined,
    progress,
  });
  return { ...opened, notices: [...(asked.told ? [asked.told] : []), ...opened.notices], fetch: asked.fetch };
};
