import type { Parsed } from '../files/parse-json.ts';
import { type Bag, bag, entriesOf, list, text } from '../files/shape.ts';
import { imagePin } from '../repository/launch-commands.ts';
import { namesSecretVariable } from '../repository/secret-variables.ts';

/** What one Kubernetes object says that bears on rights, isolation and reach. Lines are 1-based. */
export type Note = {
  kind: 'lead' | 'fact' | 'strength';
  rule: string;
  say: string;
  line: number;
  strength: 'strong' | 'moderate' | 'weak';
};
export type KubernetesObject = {
  kind: string;
  name: string;
  line: number;
  notes: Note[];
  /** Per container: which restrictions are set, and which are not. */
  containers: { name: string; line: number; good: string[]; missing: string[] }[];
};

type Document = Extract<Parsed, { ok: true }>;
type Path = (string | number)[];

const POD_SPEC: Record<string, Path> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const GRAVE_CAPABILITY = /^(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|NET_ADMIN|DAC_READ_SEARCH|BPF|SYS_RAWIO)$/;

const at = (root: unknown, path: Path): Bag =>
  path.reduce<unknown>(
    (value, step) => (typeof step === 'number' ? list(value)[step] : bag(value)[step]),
    root,
  ) as Bag;

export const isKubernetes = (value: unknown): boolean =>
  text(bag(value).apiVersion) !== '' && text(bag(value).kind) !== '';

export const readKubernetes = (document: Document): KubernetesObject | null => {
  const root = bag(document.value);
  const kind = text(root.kind);
  if (!isKubernetes(root)) return null;
  const notes: Note[] = [];
  const note = (
    noteKind: Note['kind'],
    rule: string,
    say: string,
    strength: Note['strength'],
    path: Path,
  ): void => {
    notes.push({ kind: noteKind, rule, say, strength, line: document.lineOf(path) });
  };
  const object: KubernetesObject = {
    kind,
    name: text(bag(root.metadata).name) || '(no name)',
    line: document.lineOf(['kind']),
    notes,
    containers: [],
  };
  const path = POD_SPEC[kind];
  if (path) readPod(document, path, bag(at(root, path)), note, object);
  const spec = bag(root.spec);
  if (kind === 'Service' && /^(?:LoadBalancer|NodePort)$/.test(text(spec.type)))
    note('fact', 'exposed-service', `is reachable from outside the cluster (${text(spec.type)})`, 'weak', [
      'spec',
      'type',
    ]);
  if (kind === 'Ingress')
    note(
      'fact',
      list(spec.tls).length > 0 ? 'ingress-tls' : 'ingress-without-tls',
      list(spec.tls).length > 0 ? 'offers TLS to the outside' : 'names no TLS for what comes from outside',
      'weak',
      ['spec'],
    );
  if (kind === 'NetworkPolicy')
    note(
      'strength',
      'network-policy',
      `restricts ${list(spec.policyTypes).map(text).join(' and ') || 'ingress'}`,
      'weak',
      ['spec'],
    );
  if (/^(?:Cluster)?RoleBinding$/.test(kind) && text(bag(root.roleRef).name) === 'cluster-admin')
    note('lead', 'cluster-admin', 'binds to cluster-admin', 'strong', ['roleRef']);
  if (/^(?:Cluster)?Role$/.test(kind))
    list(root.rules).forEach((r, i) => {
      const rule = bag(r);
      const every = (key: string): boolean => list(rule[key]).some((v) => v === '*');
      if (every('verbs') && every('resources'))
        note('lead', 'any-right', 'allows every verb on every resource', 'strong', ['rules', i]);
      else if (
        list(rule.resources)
          .map(text)
          .some((r2) => r2 === 'secrets' || r2 === '*') &&
        list(rule.verbs)
          .map(text)
          .some((v) => /^(?:\*|get|list|watch)$/.test(v))
      )
        note('fact', 'reads-secrets', 'may read secrets', 'weak', ['rules', i]);
    });
  return object;
};

const readPod = (
  document: Document,
  path: Path,
  pod: Bag,
  note: (kind: Note['kind'], rule: string, say: string, strength: Note['strength'], path: Path) => void,
  object: KubernetesObject,
): void => {
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC'])
    if (pod[key] === true)
      note('lead', 'host-namespace', `shares the host's namespace (${key})`, 'moderate', [...path, key]);
  list(pod.volumes).forEach((v, i) => {
    const host = text(bag(bag(v).hostPath).path);
    if (host === '') return;
    const socket = /(?:docker|containerd|crio)\.sock/.test(host);
    note(
      'lead',
      socket ? 'container-socket' : 'host-mount',
      socket ? 'mounts the container engine’s socket' : `mounts ${host} of the host`,
      socket ? 'strong' : 'moderate',
      [...path, 'volumes', i],
    );
  });
  if (pod.automountServiceAccountToken === false)
    note('strength', 'no-cluster-token', 'gets no token of the cluster', 'weak', [
      ...path,
      'automountServiceAccountToken',
    ]);
  const shared = bag(pod.securityContext);
  for (const group of ['initContainers', 'containers'])
    list(pod[group])
      .slice(0, 50)
      .forEach((raw, i) => {
        const c = bag(raw);
        const own: Path = [...path, group, i];
        const name = text(c.name) || String(i);
        const context = bag(c.securityContext);
        const set = (key: string): unknown => context[key] ?? shared[key];
        const where = (key: string): Path =>
          context[key] !== undefined ? [...own, 'securityContext', key] : [...path, 'securityContext', key];
        if (context.privileged === true)
          note('lead', 'privileged', `container ${name} runs privileged`, 'strong', where('privileged'));
        if (context.allowPrivilegeEscalation === true)
          note(
            'lead',
            'privilege-escalation',
            `container ${name} may gain privileges (allowPrivilegeEscalation)`,
            'moderate',
            where('allowPrivilegeEscalation'),
          );
        if (set('runAsUser') === 0)
          note(
            'lead',
            'root-user',
            `container ${name} runs as root (runAsUser: 0)`,
            'moderate',
            where('runAsUser'),
          );
        for (const [j, capability] of list(bag(context.capabilities).add).entries())
          note(
            'lead',
            'added-capability',
            `container ${name} adds ${text(capability)}`,
            GRAVE_CAPABILITY.test(text(capability)) ? 'strong' : 'moderate',
            [...own, 'securityContext', 'capabilities', 'add', j],
          );
        if (text(bag(set('seccompProfile')).type) === 'Unconfined')
          note(
            'lead',
            'confinement-off',
            `container ${name} has seccomp switched off`,
            'moderate',
            where('seccompProfile'),
          );
        const image = text(c.image);
        const pin = imagePin(image);
        // A stand-in of an example is no image.
        if (image !== '' && !/[{$<]|^[A-Z_]+$/.test(image))
          note(
            pin === 'exact' ? 'strength' : pin === 'none' || /:latest$/.test(image) ? 'lead' : 'fact',
            pin === 'exact'
              ? 'image-digest'
              : pin === 'none' || /:latest$/.test(image)
                ? 'image-latest'
                : 'image-tag',
            pin === 'exact'
              ? `pins ${image.split('@')[0]} by digest`
              : `starts ${image}${pin === 'moving' && !/:latest$/.test(image) ? ', a tag that can move' : ', whatever is latest'}`,
            'moderate',
            [...own, 'image'],
          );
        list(c.env).forEach((e, j) => {
          const variable = bag(e);
          if (
            namesSecretVariable(text(variable.name)) &&
            text(variable.value) !== '' &&
            !/^\$\(/.test(text(variable.value))
          )
            note(
              'lead',
              'secret-in-environment',
              `container ${name} writes a value for ${text(variable.name)}`,
              'moderate',
              [...own, 'env', j],
            );
        });
        const limits = bag(bag(c.resources).limits);
        const good: string[] = [];
        const missing: string[] = [];
        const want = (say: string, present: boolean): void => {
          (present ? good : missing).push(say);
        };
        want(
          'runAsNonRoot',
          set('runAsNonRoot') === true || (typeof set('runAsUser') === 'number' && set('runAsUser') !== 0),
        );
        want('readOnlyRootFilesystem', context.readOnlyRootFilesystem === true);
        want('no privilege escalation', context.allowPrivilegeEscalation === false);
        want('capabilities dropped', list(bag(context.capabilities).drop).length > 0);
        want('seccompProfile', set('seccompProfile') !== undefined);
        want('memory limit', limits.memory !== undefined);
        want('cpu limit', limits.cpu !== undefined);
        want('liveness or readiness probe', c.livenessProbe !== undefined || c.readinessProbe !== undefined);
        object.containers.push({ name, line: document.lineOf(own), good, missing });
      });
};

/** What a chart's values switch on or off; templates decide what becomes of it. */
export const chartValues = (document: Document): { key: string; value: string; line: number }[] => {
  const found: { key: string; value: string; line: number }[] = [];
  const walk = (value: unknown, path: Path, depth: number): void => {
    if (depth > 5 || found.length >= 60) return;
    for (const [key, child] of entriesOf(value)) {
      const here = [...path, key];
      if (
        /^(?:privileged|runAsUser|runAsNonRoot|readOnlyRootFilesystem|allowPrivilegeEscalation|hostNetwork|hostPID|type|tag|digest|automountServiceAccountToken|clusterRole|clusterWide|networkPolicy|seccompProfile)$/.test(
          key,
        ) &&
        (typeof child !== 'object' || child === null)
      )
        found.push({ key: here.join('.'), value: String(child).slice(0, 60), line: document.lineOf(here) });
      else if (/^(?:limits|capabilities|networkPolicy)$/.test(key))
        found.push({
          key: here.join('.'),
          value: (JSON.stringify(child) ?? '').slice(0, 80),
          line: document.lineOf(here),
        });
      else walk(child, here, depth + 1);
    }
  };
  walk(document.value, [], 0);
  return found;
};
