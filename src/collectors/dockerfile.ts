import { baseName, below, isTestPath, isVendoredPath } from '../analysis/files/paths.ts';
import { plural } from '../analysis/files/words.ts';
import {
  type Collector,
  fact,
  gap,
  gathered,
  type ItemDraft,
  lead,
  oneForEachRule,
  placed,
} from './collector.ts';
import { composeItems } from './dockerfile/compose.ts';
import { imageItems, wholeCopies } from './dockerfile/images.ts';

const MOST_FILES = 60;

/** What many places of one cause are called. */
const TITLES: Record<string, (n: number) => string> = {
  'base-image': (n) => `${plural(n, 'base image')} of the same kind of pin`,
  'base-image-latest': (n) => `${plural(n, 'base image')} are whatever is latest`,
  'base-image-tag': (n) => `${plural(n, 'base image')} by a tag that can move, without a digest`,
  'root-user': (n) => `${plural(n, 'image')} run as root unless the base image says otherwise`,
  user: (n) => `${plural(n, 'image')} set a user that is not root`,
  'multi-stage': (n) => `The final stages of ${plural(n, 'image file')} add only what they copy`,
  stages: (n) => `${plural(n, 'image file')} have several stages`,
  'locked-install': (n) => `${plural(n, 'image file')} install from the lockfile`,
  'unpinned-packages': (n) => `${plural(n, 'RUN instruction')} install packages without a version`,
  'lockfile-not-held': (n) => `${plural(n, 'RUN instruction')} install without holding to the lockfile`,
  'unverified-download': (n) => `${plural(n, 'RUN instruction')} fetch something unchecked`,
  'piped-download': (n) => `${plural(n, 'RUN instruction')} pipe a download into a shell`,
  'open-mode': (n) => `${plural(n, 'RUN instruction')} make files writable for everybody`,
  setuid: (n) => `${plural(n, 'RUN instruction')} set the setuid bit`,
  sudo: (n) => `${plural(n, 'RUN instruction')} install or grant sudo`,
  'add-url': (n) => `${plural(n, 'ADD instruction')} fetch from the network at build time`,
  'secret-in-image': (n) => `${plural(n, 'secret')} in ARG or ENV of images`,
  'secret-file-copied': (n) => `${plural(n, 'file')} of credentials copied into layers`,
  'image-loosens': (n) => `Images loosen ${plural(n, 'setting')} for every deployment`,
  'image-bind-address': (n) => `${plural(n, 'image')} set a listen address of all interfaces`,
  'published-port': (n) => `${plural(n, 'port')} published on all interfaces`,
  'secret-in-environment': (n) => `${plural(n, 'value')} of secrets written into compose files`,
  'host-mount': (n) => `${plural(n, 'mount')} of sensitive folders of the host`,
  'container-socket': (n) => `The container engine’s socket is mounted in ${plural(n, 'place')}`,
  'added-capability': (n) => `${plural(n, 'capability', 'capabilities')} added`,
  'confinement-off': (n) => `Confinement switched off in ${plural(n, 'place')}`,
  'host-namespace': (n) => `Host namespaces shared in ${plural(n, 'place')}`,
  privileged: (n) => `${plural(n, 'service')} run privileged`,
  'compose-service': (n) => `${plural(n, 'compose service')}: restrictions set and not set`,
  healthcheck: (n) => `${plural(n, 'image file')} have a health check`,
  expose: (n) => `${plural(n, 'image file')} expose ports`,
};

/** The whole folder is copied and nothing is left out: into the image, or into a stage the image takes parts of. */
const withoutIgnore = (whole: readonly { path: string; startLine: number; final: boolean }[]): ItemDraft => {
  const inImage = whole.filter((w) => w.final);
  const places = (inImage.length > 0 ? inImage : whole).map(({ path, startLine }) => ({ path, startLine }));
  return lead(
    'no-dockerignore',
    ['3.1.1'],
    inImage.length > 0
      ? 'No .dockerignore, and COPY takes the whole folder, whatever lies there when it is built'
      : 'No .dockerignore, and COPY takes the whole folder into a build stage, whatever lies there',
    {
      class: 'container',
      strength: 'weak',
      cwe: ['CWE-538'],
      detail: inImage.length > 0 ? '' : 'Of these the image holds what a later stage copies from there.',
      ...placed(places),
    },
  );
};

export const dockerfile: Collector = {
  id: 'dockerfile',
  title: 'Containers',
  about: 'How images are built and pinned, as whom they run, and what compose files allow them.',
  async collect(context) {
    const { tree, target, signal } = context;
    const files = tree.entries.filter(
      (e) =>
        (e.kind === 'file' || e.kind === 'executable') &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)),
    );
    const images = files.filter(
      (e) =>
        /^((.+\.)?(Dockerfile|Containerfile)(\..+)?)$/i.test(baseName(e.path)) &&
        !/\.(md|txt|dockerignore|ts|js|py|sh|ya?ml|mjs|go|rs|java)$/i.test(e.path),
    );
    const composes = files.filter((e) => /^(docker-)?compose([.-][\w.-]+)?\.ya?ml$/i.test(baseName(e.path)));
    if (images.length + composes.length === 0)
      return {
        outcome: 'not-applicable',
        searched: `${plural(files.length, 'file')} by name`,
        message: 'There is no Dockerfile, Containerfile or compose file.',
      };
    const read: ItemDraft[] = [];
    const whole: { path: string; startLine: number; final: boolean }[] = [];
    for (const { path } of images.slice(0, MOST_FILES)) {
      signal.throwIfAborted();
      read.push(...(await imageItems(context, path)));
      for (const { line, final } of await wholeCopies(context, path))
        whole.push({ path, startLine: line, final });
    }
    for (const { path } of composes.slice(0, MOST_FILES)) {
      signal.throwIfAborted();
      read.push(...(await composeItems(context, path)));
    }
    const items = oneForEachRule(read, TITLES);
    if (images.length > 0 && !tree.allEntries.some((e) => /(^|\.)dockerignore$/.test(baseName(e.path))))
      items.push(
        whole.length > 0
          ? withoutIgnore(whole)
          : fact('no-dockerignore', ['3.1.1'], 'No .dockerignore; the images copy named files only', {
              class: 'container',
              at: { path: images[0]!.path, startLine: 1 },
            }),
      );
    const left = Math.max(0, images.length - MOST_FILES) + Math.max(0, composes.length - MOST_FILES);
    if (left > 0)
      items.push(
        gap(
          'too-many-container-files',
          ['3.1.1', '3.1.2', '3.1.3'],
          `${plural(left, 'container file')} not read`,
          {
            class: 'container',
            detail: `The first ${MOST_FILES} Dockerfiles and the first ${MOST_FILES} compose files were.`,
          },
        ),
      );
    return gathered(
      `${plural(images.length, 'image file')}, ${plural(composes.length, 'compose file')}`,
      items,
    );
  },
};
