import { knownSecrets } from '../text/known-secrets.ts';
import { mapTexts } from '../text/map-texts.ts';
import { findSecrets, redactSecrets } from '../text/redact.ts';
import type { CollectContext, Collector, Commit, Gathered, History, Tag } from './collector.ts';

/**
 * No credential leaves a collector, whatever it did with the texts it read. What git says beside files (messages, names,
 * tags) is masked before a collector sees it. Everything a collector says is masked as a whole and then searched for pieces
 * of the credentials in the files it names: collectors cut texts, and half a token is known by no pattern. The lines at an item's
 * place are not read here: who reads them masks the file first (`finishItems`).
 */

/** What names a thing of the tree must go on naming it. */
const NAMES: ReadonlySet<string> = new Set(['path', 'commit', 'oid', 'kind', 'rule', 'class', 'outcome']);

/** The files whose text went into what was said: places alone quote nothing. */
const quotedFiles = (gathered: Gathered): Set<string> => {
  const paths = new Set<string>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node))
      if (key === 'path' && typeof value === 'string') paths.add(value);
      else if (key !== 'places') walk(value);
  };
  walk(gathered);
  return paths;
};

export const maskGathered = async (
  gathered: Gathered,
  tree: Pick<CollectContext['tree'], 'text'>,
): Promise<Gathered> => {
  const known = knownSecrets();
  for (const path of quotedFiles(gathered)) {
    const text = await tree.text(path).catch(() => null);
    if (text !== null) known.add(findSecrets(text));
  }
  return mapTexts(gathered, (text) => known.mask(redactSecrets(text)), NAMES);
};

const maskedTag = (tag: Tag): Tag => ({ ...tag, name: redactSecrets(tag.name) });

const maskedCommit = (commit: Commit): Commit => ({
  ...commit,
  author: mapTexts(commit.author, redactSecrets),
  committer: mapTexts(commit.committer, redactSecrets),
  message: redactSecrets(commit.message),
});

/** Collectors of one thread ask for the same list one after the other. */
const lists = new WeakMap<readonly Commit[], Commit[]>();

const maskedHistory = (history: History): History => ({
  ...history,
  commits: async () => {
    const { commits, ...rest } = await history.commits();
    const masked = lists.get(commits) ?? commits.map(maskedCommit);
    lists.set(commits, masked);
    return { ...rest, commits: masked };
  },
  tags: async () => (await history.tags()).map(maskedTag),
  tagsElsewhere: async () => (await history.tagsElsewhere()).map(maskedTag),
});

/** Masked as it is asked for: what nobody asks for nobody looked at. */
const maskedTarget = (target: CollectContext['target']): CollectContext['target'] =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      (Object.keys(target) as (keyof typeof target)[]).map((key) => [
        key,
        {
          enumerable: true,
          get: () =>
            key === 'commit' || key === 'subdir' ? target[key] : mapTexts(target[key], redactSecrets),
        },
      ]),
    ),
  ) as CollectContext['target'];

/** The collector with no credential in what it says, nor in the words of its failure. */
export const masking = (collector: Collector): Collector => ({
  ...collector,
  collect: async (context) => {
    try {
      const gathered = await collector.collect({
        ...context,
        target: maskedTarget(context.target),
        history: maskedHistory(context.history),
        progress: (message) => context.progress(redactSecrets(message)),
      });
      return await maskGathered(gathered, context.tree);
    } catch (error) {
      if (error instanceof Error) error.message = redactSecrets(error.message);
      throw error;
    }
  },
});
