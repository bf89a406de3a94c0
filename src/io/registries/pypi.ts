import { UserError } from '../../domain/errors.ts';
import type { Package } from '../../domain/package-name.ts';
import { visible } from '../../text/visible.ts';
import { askJson, NoAnswer } from './ask.ts';
import type { Found } from './npm.ts';
import { bag, instant, list, text } from './shape.ts';

/** What a user would get: a wheel for any machine, else any wheel, else the source archive. */
const rank = (file: Record<string, unknown>): number =>
  /-none-any\.whl$/.test(text(file.filename)) ? 0 : text(file.packagetype) === 'bdist_wheel' ? 1 : 2;

const REPOSITORY = /^(?:source|repository|code|source code|github|git|homepage|home)$/i;

const repositoryOf = (info: Record<string, unknown>): string => {
  const urls = Object.entries(bag(info.project_urls));
  const hosted = (url: string): boolean =>
    /^https?:\/\/(?:www\.)?(?:github|gitlab|codeberg|bitbucket)\.\w{2,4}\/[^/]+\/[^/]+/.test(url);
  const named = urls.find(([key, url]) => REPOSITORY.test(key) && hosted(text(url)));
  return text(named?.[1]) || (hosted(text(info.home_page)) ? text(info.home_page) : '');
};

type Said = { answer: Record<string, unknown>; info: Record<string, unknown>; urls: unknown[]; url: string };

/**
 * What is said of a version. Mirrors may have no page of it, and say of the package which files each version has: then its
 * description is that of the newest one, and whether it was withdrawn stands with its files.
 */
const askFor = async (asked: Package, registry: string, signal?: AbortSignal): Promise<Said> => {
  const page = (version: string): string => `${registry}${asked.name}/${version}json`;
  try {
    const { value, url } = await askJson(page(asked.version && `${asked.version}/`), signal);
    const answer = bag(value);
    return { answer, info: bag(answer.info), urls: list(answer.urls), url };
  } catch (error) {
    if (asked.version === '' || !(error instanceof NoAnswer && error.status === 404)) throw error;
    const { value, url } = await askJson(page(''), signal);
    const answer = bag(value);
    const urls = list(bag(answer.releases)[asked.version]);
    if (urls.length === 0) throw error;
    const { yanked, yanked_reason } = bag(urls[0]);
    return {
      answer,
      info: { ...bag(answer.info), version: asked.version, yanked, yanked_reason },
      urls,
      url,
    };
  }
};

/** @throws UserError when there is no such package, version or file */
export const findPypi = async (
  asked: Package,
  registry: string,
  asOf: string,
  signal?: AbortSignal,
): Promise<Found> => {
  const { answer, info, urls, url } = await askFor(asked, registry, signal);
  const files = urls
    .map(bag)
    .filter(
      (f) =>
        ['bdist_wheel', 'sdist'].includes(text(f.packagetype)) &&
        /\.(?:whl|zip|tar\.gz)$/.test(text(f.filename)),
    )
    .sort((a, b) => rank(a) - rank(b));
  const [file] = files;
  if (!file)
    throw new UserError(
      `${visible(asked.name)} ${visible(text(info.version))} has no wheel and no source archive that is read here, so nothing was looked at`,
      'name another version: pypi:name==version',
    );
  const sha256 = /^[0-9a-f]{64}$/.exec(text(bag(file.digests).sha256))?.[0];
  const releases = bag(answer.releases);
  const dates = Object.values(releases)
    .flatMap(list)
    .map((f) => instant(bag(f).upload_time_iso_8601))
    .filter(Boolean)
    .sort();
  const repository = repositoryOf(info);
  const ownership = bag(answer.ownership);
  const yanked = info.yanked === true ? text(info.yanked_reason) || 'yanked' : '';
  return {
    file: new URL(text(file.url), url).href,
    expected: sha256 ? { algorithm: 'sha256', digest: sha256 } : null,
    about: {
      registry: 'pypi',
      name: asked.name,
      version: text(info.version),
      asked: new URL(registry).host,
      asOf,
      published: instant(file.upload_time_iso_8601),
      first: dates[0] ?? '',
      versions: Object.keys(releases).length || null,
      latest: asked.version === '' ? text(info.version) : '',
      deprecated: yanked,
      repository: repository.replace(/\/tree\/.{0,500}$/, ''),
      directory: /\/tree\/[^/]{1,200}\/(.{1,300}?)\/?$/.exec(repository)?.[1] ?? '',
      commit: '',
      attested: null,
      maintainers: list(ownership.roles)
        .map((r) => text(bag(r).user))
        .filter(Boolean)
        .slice(0, 50),
      publisher: '',
      hash: sha256 ? 'sha256' : '',
      file: text(file.filename),
    },
  };
};
