import { type BuildContext, buildContext, composeContexts } from '../analysis/deployment/build-context.ts';
import { baseName, below, isTestPath, isVendoredPath } from '../analysis/files/paths.ts';
import { plural } from '../analysis/files/words.ts';
import {
  type CollectContext,
  type Collector,
  gap,
  gathered,
  type ItemDraft,
  oneForEachRule,
} from './collector.ts';
import { dockerRuns, documentedItems } from './deployment/documented.ts';
import { escapeItems } from './deployment/escape.ts';
import { devcontainerItems, unitItems } from './deployment/hosts.ts';
import { manifestItems } from './deployment/manifests.ts';

const MOST_FILES = 50;

/** What many places of one cause are called. */
const TITLES: Record<string, (n: number) => string> = {
  privileged: (n) => `Privileged containers in ${plural(n, 'place')}`,
  'host-namespace': (n) => `Host namespaces shared in ${plural(n, 'place')}`,
  'container-socket': (n) => `The container engine’s socket is mounted in ${plural(n, 'place')}`,
  'host-mount': (n) => `Folders of the host mounted in ${plural(n, 'place')}`,
  'privilege-escalation': (n) => `Privilege escalation allowed in ${plural(n, 'place')}`,
  'root-user': (n) => `Root in ${plural(n, 'place')}`,
  'added-capability': (n) => `${plural(n, 'capability', 'capabilities')} added`,
  'confinement-off': (n) => `Confinement switched off in ${plural(n, 'place')}`,
  'image-latest': (n) => `${plural(n, 'container')} start whatever image is latest`,
  'image-tag': (n) => `${plural(n, 'container')} start an image by a tag that can move`,
  'image-digest': (n) => `${plural(n, 'container')} start an image by digest`,
  'secret-in-environment': (n) => `${plural(n, 'value')} of secrets written into deployment files`,
  'exposed-service': (n) => `${plural(n, 'service')} reachable from outside the cluster`,
  'ingress-without-tls': (n) => `${plural(n, 'ingress', 'ingresses')} name no TLS`,
  'network-policy': (n) => `${plural(n, 'network policy', 'network policies')}`,
  'cluster-admin': (n) => `cluster-admin is bound in ${plural(n, 'place')}`,
  'any-right': (n) => `${plural(n, 'role')} allow everything`,
  'reads-secrets': (n) => `${plural(n, 'role')} may read secrets`,
  workload: (n) => `${plural(n, 'container')} of workloads: restrictions set and not set`,
  'dev-privileged': (n) => `Development containers start with more rights in ${plural(n, 'place')}`,
  'dev-mount': (n) => `Development containers mount credentials or sockets in ${plural(n, 'place')}`,
  unit: (n) => `${plural(n, 'service unit')}: restrictions set and not set`,
};

export const deployment: Collector = {
  id: 'deployment',
  title: 'Deployment',
  about:
    'What Kubernetes manifests, Helm charts, development containers, service units and documented start commands allow, and how to test what files cannot show.',
  async collect(context) {
    const { tree, target, signal } = context;
    const files = tree.entries.filter(
      (e) =>
        (e.kind === 'file' || e.kind === 'executable') &&
        !isVendoredPath(e.path) &&
        !isTestPath(below(e.path, target.subdir)),
    );
    const named = (pattern: RegExp) => files.filter((e) => pattern.test(e.path)).map((e) => e.path);
    const images = named(/(^|\/)(?:[^/]+\.)?(?:Dockerfile|Containerfile)(?:\.[\w-]+)?$/i).filter(
      (p) => !/\.(?:md|dockerignore|ya?ml|[jt]s|py|sh)$/.test(p),
    );
    const composes = named(/(^|\/)(docker-)?compose([.-][\w.-]+)?\.ya?ml$/i);
    const units = named(/\.service(?:\.(?:in|j2|tmpl|example))?$/);
    const devs = named(/(^|\/)\.?devcontainer(?:\/[\w-]+)?(?:\/devcontainer)?\.json$/);
    const read: ItemDraft[] = [];
    const manifests = await manifestItems(context, files);
    read.push(...manifests.items);
    for (const path of units.slice(0, MOST_FILES)) read.push(...(await unitItems(context, path)));
    for (const path of devs.slice(0, MOST_FILES)) read.push(...(await devcontainerItems(context, path)));
    signal.throwIfAborted();
    const { runs, read: documents } = await dockerRuns(context);
    if (read.length + runs.length + images.length + composes.length === 0)
      return {
        outcome: 'not-applicable',
        searched: `${plural(files.length, 'file')} by name, ${plural(documents, 'document')}`,
        message:
          'No container, cluster or service unit is defined or documented: the server runs with the rights of whoever starts its client.',
      };
    const items = [
      ...oneForEachRule(read, TITLES),
      ...documentedItems(runs),
      ...escapeItems(
        await withContexts(
          context,
          images.filter((p) => !/(^|\/)\.devcontainer\//.test(p)),
          composes,
        ),
        composes,
        runs,
      ),
    ];
    const left = Math.max(0, units.length - MOST_FILES) + Math.max(0, devs.length - MOST_FILES);
    if (left > 0)
      items.push(
        gap('too-many-deployment-files', ['3.1.2', '3.1.3'], `${plural(left, 'deployment file')} not read`, {
          class: 'container',
          detail: `The first ${MOST_FILES} of each kind were: ${baseName(units[MOST_FILES] ?? devs[MOST_FILES] ?? '')} and what follows was not.`,
        }),
      );
    return gathered(
      `${plural(manifests.objects, 'Kubernetes object')}, ${plural(manifests.charts, 'chart')}, ${plural(units.length, 'service unit')}, ${plural(devs.length, 'development container')}, ${plural(runs.length, 'start command')} in ${plural(documents, 'document')}`,
      items,
    );
  },
};

/** Each image file with the folder it is built from; compose files that cannot be read name none. */
const withContexts = async (
  { tree }: CollectContext,
  images: readonly string[],
  composes: readonly string[],
) => {
  const { parseYaml } = await import('../analysis/files/parse-yaml.ts');
  const read = async (path: string): Promise<string> => (await tree.text(path).catch(() => null)) ?? '';
  const named = new Map<string, string>();
  for (const path of composes.slice(0, MOST_FILES)) {
    const parsed = parseYaml(await read(path));
    for (const [image, folder] of parsed.ok ? composeContexts(path, parsed.value) : [])
      if (!named.has(image)) named.set(image, folder);
  }
  const has = (path: string): boolean => tree.allEntries.some((e) => e.path.startsWith(path));
  const found: { path: string; context: BuildContext }[] = [];
  for (const path of images.slice(0, MOST_FILES))
    found.push({ path, context: buildContext({ path, source: await read(path) }, named, has) });
  return found;
};
