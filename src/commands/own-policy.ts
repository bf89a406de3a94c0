import { statSync } from 'node:fs';
import { readTexts } from '../analysis/files/read-texts.ts';
import type { SourceTree } from '../collectors/collector.ts';
import { UserError } from '../domain/errors.ts';
import { type Baseline, baseline } from '../domain/pipeline/baseline.ts';
import { CONFIGURATION, type Configuration, readConfiguration } from '../domain/pipeline/configuration.ts';
import {
  fromComments,
  fromConfiguration,
  type Refused,
  type Standing,
} from '../domain/pipeline/suppressions.ts';
import type { Problem } from '../domain/read-yaml.ts';
import { openRepository } from '../io/git/open-repository.ts';
import { visible } from '../text/visible.ts';

/**
 * What a server's developers say of their own leads, in its repository: configuration, baseline, suppressions. It is read for
 * `collect --own` alone. Nothing else reads it: a server that is audited by others has no say in what they see of it.
 */

export type Policy = {
  /** Name and commit of what counted. */
  own: { configuration: string; asOf: string };
  configuration: Configuration;
  baseline: { name: string; value: Baseline } | null;
  /** Entries of the configuration. */
  entries: Standing[];
  /** Comments of the commit whose policy counts; null when it is the audited one. */
  comments: Standing[] | null;
  /** A file of the repository at the commit whose policy counts, as its configuration names it. */
  text(path: string): Promise<string | null>;
};

/** A folder on this machine, with or without a ref behind it. */
const isFolder = (source: string): boolean =>
  [source, source.replace(/#[^#]*$/, '')].some(
    (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  );

export const requireOwn = (source: string): void => {
  if (isFolder(source)) return;
  throw new UserError(
    '--own is for a folder on this machine, and this is none; nothing was collected',
    'clone your server and name the folder: what a repository elsewhere says of itself is not taken over unseen',
  );
};

export const problemLine = (p: Problem): string =>
  `${p.file}${p.line === undefined ? '' : `:${p.line}`}  ${p.path || '(file)'}  expected ${p.expected}, found ${p.found}`;

/** @throws UserError that names the first things wrong */
const requireConfiguration = (
  file: string,
  text: string,
): { value: Configuration; suppressionLines: number[] } => {
  const read = readConfiguration(file, text);
  if (read.value) return { value: read.value, suppressionLines: read.suppressionLines };
  throw new UserError(
    `the configuration is not understood, so nothing was collected:\n${read.problems.slice(0, 5).map(problemLine).join('\n')}`,
    'mcp-audit config lint checks it, and names every place',
  );
};

const MOST_BASELINE = 32 * 1024 * 1024;

/** @throws UserError for what is no baseline */
export const readBaseline = (name: string, text: string | null): Baseline => {
  const refuse = (why: string): UserError =>
    new UserError(
      `${visible(name)} is no baseline, so nothing was compared: ${why}`,
      'mcp-audit collect --write-baseline FILE writes one; commit it',
    );
  if (text === null) throw refuse('it is not there, or no text');
  if (text.length > MOST_BASELINE) throw refuse('it is too large');
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message.slice(0, 200) : 'it is no JSON');
  }
  const read = baseline.safeParse(raw);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw refuse(`${issue?.path.join('.')}: ${issue?.message}`);
};

const signal = new AbortController().signal;

/** Comments of all texts of a tree that allow something. */
export const commentsOf = async (tree: SourceTree): Promise<{ standing: Standing[]; refused: Refused[] }> => {
  const standing: Standing[] = [];
  const refused: Refused[] = [];
  const files = tree.entries.filter((e) => e.kind === 'file' || e.kind === 'executable');
  for await (const { entry, text } of readTexts(tree, files, signal)) {
    if (text === null) continue;
    const found = fromComments(entry.path, text);
    standing.push(...found.standing);
    refused.push(...found.refused);
  }
  return { standing, refused };
};

/** The policy of a commit. `isTarget`: whether that commit is the audited one. */
export const readPolicy = async (repository: string, asOf: string, isTarget: boolean): Promise<Policy> => {
  const { tree, close } = await openRepository(repository, asOf, '');
  try {
    const texts = new Map<string, string | null>();
    const text = async (path: string): Promise<string | null> => {
      if (!texts.has(path)) texts.set(path, await tree.text(path));
      return texts.get(path) ?? null;
    };
    const said = await text(CONFIGURATION);
    const { value, suppressionLines } =
      said === null ? { value: {}, suppressionLines: [] } : requireConfiguration(CONFIGURATION, said);
    for (const path of [value.baseline, value.toolsLock]) if (path !== undefined) await text(path);
    return {
      own: { configuration: said === null ? `(no ${CONFIGURATION})` : CONFIGURATION, asOf },
      configuration: value,
      baseline:
        value.baseline === undefined
          ? null
          : { name: value.baseline, value: readBaseline(value.baseline, await text(value.baseline)) },
      entries: fromConfiguration(value.suppress ?? [], suppressionLines, CONFIGURATION),
      comments: isTarget ? null : (await commentsOf(tree)).standing,
      text: async (path) => texts.get(path) ?? null,
    };
  } finally {
    await close();
  }
};
