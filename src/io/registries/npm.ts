import semver from 'semver';
import { UserError } from '../../domain/errors.ts';
import type { Package } from '../../domain/package-name.ts';
import type { PublishedPackage } from '../../domain/snapshot.ts';
import { visible } from '../../text/visible.ts';
import { askJson, type Expected } from './ask.ts';
import { bag, instant, list, text } from './shape.ts';

/** What a registry says of one version, and where its file is. */
export type Found = { about: PublishedPackage; file: string; expected: Expected | null };

const chosen = (asked: string, packument: Record<string, unknown>): string | null => {
  const versions = bag(packument.versions);
  const tags = bag(packument['dist-tags']);
  const tag = text(tags[asked || 'latest']);
  if (Object.hasOwn(versions, asked)) return asked;
  if (tag !== '' && Object.hasOwn(versions, tag)) return tag;
  return semver.validRange(asked) ? semver.maxSatisfying(Object.keys(versions), asked) : null;
};

const hashOf = (dist: Record<string, unknown>): Expected | null => {
  const sha512 = /(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)/.exec(text(dist.integrity))?.[1];
  if (sha512) return { algorithm: 'sha512', digest: sha512 };
  const sha1 = /^[0-9a-f]{40}$/.exec(text(dist.shasum))?.[0];
  return sha1 ? { algorithm: 'sha1', digest: sha1 } : null;
};

const person = (value: unknown): string => text(value) || text(bag(value).name);

/** @throws UserError when there is no such package or version */
export const findNpm = async (
  asked: Package,
  registry: string,
  asOf: string,
  signal?: AbortSignal,
): Promise<Found> => {
  const { value, url } = await askJson(`${registry}${asked.name.replace('/', '%2f')}`, signal);
  const packument = bag(value);
  const version = chosen(asked.version, packument);
  const versions = bag(packument.versions);
  if (version === null)
    throw new UserError(
      `there is no version ${visible(asked.version)} of ${visible(asked.name)}; the newest is ${visible(text(bag(packument['dist-tags']).latest) || 'not said')}. Nothing was looked at`,
      `npm view ${asked.name} versions lists them`,
    );
  const manifest = bag(versions[version]);
  const dist = bag(manifest.dist);
  const repository = bag(manifest.repository);
  const times = bag(packument.time);
  const dates = Object.keys(versions)
    .map((v) => instant(times[v]))
    .filter(Boolean)
    .sort();
  const expected = hashOf(dist);
  return {
    file: new URL(text(dist.tarball), url).href,
    expected,
    about: {
      registry: 'npm',
      name: asked.name,
      version,
      asked: new URL(registry).host,
      asOf,
      published: instant(times[version]),
      first: dates[0] ?? '',
      versions: Object.keys(versions).length,
      latest: text(bag(packument['dist-tags']).latest),
      deprecated: text(manifest.deprecated) || (manifest.deprecated === true ? 'deprecated' : ''),
      repository: text(manifest.repository) || text(repository.url),
      directory: text(repository.directory),
      commit: /^[0-9a-f]{40}$/.exec(text(manifest.gitHead))?.[0] ?? '',
      attested: 'attestations' in dist,
      maintainers: list(packument.maintainers).map(person).filter(Boolean).slice(0, 50),
      publisher: person(manifest._npmUser),
      hash: expected?.algorithm ?? '',
      file: text(dist.tarball).split('/').at(-1) ?? '',
    },
  };
};
