import { folderOf, joined } from '../files/paths.ts';
import { bag, entriesOf, text } from '../files/shape.ts';

/**
 * Which folder `docker build` is to be given: a Dockerfile does not say. A compose file that builds it does; else the
 * nearest folder, from the Dockerfile's own outwards, that holds everything it copies.
 */
export type BuildContext = { folder: string; because: 'a compose file' | 'what it copies' | 'its folder' };

/** Folders people keep Dockerfiles in that hold nothing to build. */
const SHELF = /(^|\/)\.?(?:docker(?:files?)?|containers?|deploy(?:ment)?|build|ci|ops|infra)$/i;

/** Paths of the build context that COPY and ADD name, up to the first wildcard; '.' is the whole of it. */
export const copiedPaths = (dockerfile: string): string[] => {
  const whole = dockerfile.slice(0, 500_000).replace(/\\[ \t]*\r?\n/g, ' ');
  return whole.split('\n').flatMap((line) => {
    const rest = /^[ \t]*(?:COPY|ADD)[ \t]{1,40}(.*)$/i.exec(line)?.[1]?.trim();
    if (!rest || /(?:^|\s)--from=/.test(rest) || rest.includes('<<')) return [];
    const plain = rest.replace(/^(?:--[\w-]+(?:=\S+)?[ \t]+)+/, '');
    const words = plain.startsWith('[')
      ? [...plain.matchAll(/"([^"]*)"/g)].map((m) => m[1]!)
      : plain.split(/[ \t]+/);
    return words
      .slice(0, -1)
      .filter((w) => !/^[a-z]+:\/\/|^git@|\$/.test(w))
      .map((w) => w.replace(/^\.?\/+/, '').replace(/[*?[].{0,4096}$/, ''));
  });
};

/** Contexts that a compose file (`root`: as parsed) names, by the path of the Dockerfile built in them. */
export const composeContexts = (path: string, root: unknown): Map<string, string> => {
  const found = new Map<string, string>();
  for (const [, service] of entriesOf(bag(root).services)) {
    const { build } = bag(service);
    const named = text(build) || text(bag(build).context) || (build === undefined ? '' : '.');
    if (named === '' || /^[a-z]+:\/\/|\$/.test(named)) continue;
    const context = joined(folderOf(path), named);
    const file = context === null ? null : joined(context, text(bag(build).dockerfile) || 'Dockerfile');
    if (context !== null && file !== null && !found.has(file)) found.set(file, context);
  }
  return found;
};

/** `has` says whether a path, or anything that begins with it, is in the tree. */
export const buildContext = (
  dockerfile: { path: string; source: string },
  composes: ReadonlyMap<string, string>,
  has: (path: string) => boolean,
): BuildContext => {
  const named = composes.get(dockerfile.path);
  if (named !== undefined) return { folder: named, because: 'a compose file' };
  const own = folderOf(dockerfile.path);
  const copied = copiedPaths(dockerfile.source).filter((p) => p !== '' && p !== '.');
  const outwards = [own];
  for (let f = own; f !== ''; f = folderOf(f)) outwards.push(folderOf(f));
  if (copied.length > 0) {
    const whole = outwards.find((f) => copied.every((p) => has(f === '' ? p : `${f}/${p}`)));
    if (whole !== undefined) return { folder: whole, because: 'what it copies' };
  }
  return { folder: SHELF.test(own) ? folderOf(own) : own, because: 'its folder' };
};
