import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../domain/errors.ts';
import { packageWords, parseImage, parsePackage } from '../../domain/package-name.ts';
import type { OpenedTarget, OpenTargetOptions } from '../git/open-target.ts';
import { download } from '../registries/ask.ts';
import { findNpm } from '../registries/npm.ts';
import { findPypi } from '../registries/pypi.ts';
import { targetOfSnapshot } from './open-files.ts';
import { snapshotOfArchive } from './open-snapshot.ts';

/** Whether a source names something that a registry holds. */
export const isPublished = (source: string): boolean =>
  parsePackage(source) !== null || parseImage(source) !== null;

/**
 * A published package as it lies in its registry: one file, held to the registry's hash, which becomes a commit of ours. No
 * package manager runs, and so no script of the package.
 *
 * @throws UserError when nobody may be asked, or there is no such package
 */
export const openPackage = async (options: OpenTargetOptions, ref: string): Promise<OpenedTarget> => {
  const { source, fetch: asked, signal, progress, reposDir } = options;
  const wanted = parsePackage(source);
  if (!wanted)
    throw new UserError(
      `${source} is a container image, which this program does not fetch; nothing was looked at`,
      `bring its files to this machine, and name them: docker export $(docker create ${parseImage(source)}) -o image.tar, then mcp-audit image.tar`,
    );
  if (!asked)
    throw new UserError(
      `${packageWords(wanted)} lies in a registry, and nobody may be asked over the network; nothing was looked at`,
      'allow it with --allow-network, or bring the package to this machine by hand',
    );
  progress?.(`asking ${new URL(asked.registries[wanted.registry]).host} for ${packageWords(wanted)}`);
  const asOf = asked.now().toISOString();
  const find = wanted.registry === 'npm' ? findNpm : findPypi;
  const { about, file, expected } = await find(wanted, asked.registries[wanted.registry], asOf, signal);
  const folder = mkdtempSync(join(tmpdir(), 'mcp-audit-package-'));
  try {
    const path = join(folder, about.file.replace(/[^\w.-]/g, '-').slice(-150));
    progress?.(`fetching ${about.file}`);
    await download(file, path, expected, signal);
    const name = packageWords({ registry: wanted.registry, name: wanted.name, version: about.version });
    const made = await snapshotOfArchive(
      path,
      { reposDir, source: name },
      { kind: wanted.registry, name, package: about },
    );
    const opened = await targetOfSnapshot(made, name, ref, options, about.published);
    return {
      ...opened,
      notices: [
        ...(wanted.version === about.version
          ? []
          : [
              `${packageWords(wanted)} is ${about.version} today, ${about.asOf.slice(0, 10)}; that version is what is pinned`,
            ]),
        about.hash
          ? `${about.file} from ${about.asked} is the file that the registry names by its ${about.hash}`
          : `${about.asked} gives no hash for ${about.file}: that the right file came could not be checked`,
        ...opened.notices,
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
