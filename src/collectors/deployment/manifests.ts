import {
  chartValues,
  isKubernetes,
  type KubernetesObject,
  readKubernetes,
} from '../../analysis/deployment/kubernetes.ts';
import { linesOf } from '../../analysis/files/lines.ts';
import { baseName } from '../../analysis/files/paths.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import {
  type CollectContext,
  fact,
  gap,
  type ItemDraft,
  lead,
  strength,
  type TreeEntry,
} from '../collector.ts';

const ALL = ['3.1.1', '3.1.2', '3.1.3'];
const CHECKS: Record<string, string[]> = {
  'host-namespace': ['3.1.2', '3.1.4'],
  'container-socket': ['3.1.2', '3.1.4'],
  'host-mount': ['3.1.2', '3.1.3', '3.1.4'],
  privileged: ['3.1.2', '3.1.4'],
  'secret-in-environment': ['2.2.1', '2.3.3', '3.1.1'],
  'image-latest': ['3.1.1', '1.3.4'],
  'image-tag': ['3.1.1', '1.3.4'],
  'image-digest': ['3.1.1', '1.3.4'],
  'exposed-service': ['3.2.1', '3.2.3'],
  'ingress-tls': ['3.2.2'],
  'ingress-without-tls': ['3.2.2'],
  'network-policy': ['3.1.3', '3.2.3'],
};
const make = { lead, fact, strength } as const;

const describe = (object: KubernetesObject, path: string): ItemDraft[] => [
  ...object.notes.map((n) =>
    make[n.kind](n.rule, CHECKS[n.rule] ?? ['3.1.2'], `${object.kind} ${object.name} ${n.say}`, {
      class:
        n.rule === 'secret-in-environment'
          ? 'hardcoded-secret'
          : n.rule.startsWith('image-')
            ? 'supply-chain'
            : 'container',
      ...(n.kind === 'lead' ? { strength: n.strength } : {}),
      at: { path, startLine: n.line },
      ...(n.rule === 'secret-in-environment'
        ? { redactedSnippet: `${n.say.replace(/^.* writes a value for /, '')}: …` }
        : {}),
    }),
  ),
  ...object.containers.map((c) =>
    fact(
      'workload',
      ALL,
      `${object.kind} ${object.name}, container ${c.name} sets ${c.good.length} of ${c.good.length + c.missing.length} restrictions`,
      {
        class: 'container',
        detail: `Set: ${listed(c.good) || 'none'}. Not set: ${listed(c.missing) || 'none'}.`,
        at: { path, startLine: c.line },
      },
    ),
  ),
];

/** Lines of a template that say the same whatever its values are. */
const PLAIN_LINES: readonly {
  rule: string;
  say: string;
  pattern: RegExp;
  strength: 'strong' | 'moderate';
}[] = [
  { rule: 'privileged', say: 'runs privileged', pattern: /^\s*privileged:\s*true\s*$/, strength: 'strong' },
  {
    rule: 'host-namespace',
    say: 'shares a namespace of the host',
    pattern: /^\s*host(?:Network|PID|IPC):\s*true\s*$/,
    strength: 'moderate',
  },
  {
    rule: 'container-socket',
    say: 'mounts the container engine’s socket',
    pattern: /^\s*path:\s*\S*(?:docker|containerd|crio)\.sock/,
    strength: 'strong',
  },
  {
    rule: 'host-mount',
    say: 'mounts a folder of the host',
    pattern: /^\s{0,40}-?\s{0,40}hostPath:/,
    strength: 'moderate',
  },
  { rule: 'root-user', say: 'runs as root', pattern: /^\s*runAsUser:\s*0\s*$/, strength: 'moderate' },
  {
    rule: 'privilege-escalation',
    say: 'may gain privileges',
    pattern: /^\s*allowPrivilegeEscalation:\s*true\s*$/,
    strength: 'moderate',
  },
  {
    rule: 'cluster-admin',
    say: 'binds to cluster-admin',
    pattern: /^\s*name:\s*["']?cluster-admin["']?\s*$/,
    strength: 'strong',
  },
];

/** A file with template expressions is no YAML yet: plain lines are read, the rest is said to be unread. */
const template = (text: string, path: string): ItemDraft[] => {
  const items: ItemDraft[] = [];
  text
    .slice(0, 300_000)
    .split('\n')
    .forEach((line, i) => {
      if (line.length > 500) return;
      for (const p of PLAIN_LINES)
        if (p.pattern.test(line))
          items.push(
            lead(
              p.rule,
              CHECKS[p.rule] ?? ['3.1.2'],
              `${baseName(path)}: a workload of the template ${p.say}`,
              {
                class: 'container',
                strength: p.strength,
                detail: 'It may stand inside a condition of the template.',
                at: { path, startLine: i + 1 },
              },
            ),
          );
    });
  return items;
};

const MOST_FILES = 200;

/** Kubernetes manifests, kustomizations and Helm charts. */
export const manifestItems = async (
  { tree, signal }: CollectContext,
  files: readonly TreeEntry[],
): Promise<{ items: ItemDraft[]; objects: number; charts: number }> => {
  const { parseYaml, parseYamlDocuments } = await import('../../analysis/files/parse-yaml.ts');
  const charts = files
    .filter((e) => baseName(e.path) === 'Chart.yaml')
    .map((e) => e.path.slice(0, -'Chart.yaml'.length));
  const candidates = files.filter(
    (e) =>
      /\.(?:ya?ml|tpl)$/i.test(e.path) &&
      !/(^|\/)\.github\/|compose[\w.-]*\.ya?ml$|lock[\w.-]*\.ya?ml$|openapi|swagger|(^|\/)(crds?|Chart\.yaml)(\/|$)/i.test(
        e.path,
      ),
  );
  const items: ItemDraft[] = [];
  const templates: string[] = [];
  const unread: string[] = [];
  let objects = 0;
  for (const { path } of candidates.slice(0, MOST_FILES)) {
    signal.throwIfAborted();
    const text = await tree.text(path).catch(() => null);
    const inChart = charts.some((c) => path.startsWith(c));
    const looks =
      text !== null &&
      /^\s{0,40}apiVersion:/m.test(text.slice(0, 300_000)) &&
      /^\s{0,40}kind:/m.test(text.slice(0, 300_000));
    if (text === null) {
      if (inChart) unread.push(path);
    } else if (/\{\{[-\s]/.test(text) || /\{\{\w|\{%/.test(text)) {
      if (looks || inChart) {
        templates.push(path);
        items.push(...template(text, path));
      }
    } else if (inChart && /(^|\/)values[\w.-]*\.ya?ml$/.test(path)) {
      // A chart that has none leaves the file in place, with comments at most.
      if (linesOf(text).every((l) => /^\s*(?:#|---|$)/.test(l))) continue;
      const parsed = parseYaml(text);
      if (!parsed.ok) {
        unread.push(path);
        continue;
      }
      const values = chartValues(parsed);
      if (values.length > 0)
        items.push(
          fact('chart-values', ALL, `${path} sets ${plural(values.length, 'value')} that bear on isolation`, {
            class: 'container',
            detail: values.map((v) => `line ${v.line} ${v.key} = ${v.value}`).join('\n'),
            at: { path, startLine: values[0]!.line },
          }),
        );
    } else if (looks) {
      const documents = parseYamlDocuments(text);
      if (documents.some((d) => !d.ok)) unread.push(path);
      for (const d of documents) {
        if (!d.ok || !isKubernetes(d.value)) continue;
        const object = readKubernetes(d);
        if (!object) continue;
        objects++;
        items.push(...describe(object, path));
      }
    }
  }
  if (templates.length > 0)
    items.push(
      gap(
        'templates-not-rendered',
        ALL,
        `${plural(templates.length, 'template')} not read as manifests: they are no YAML before rendering`,
        {
          class: 'container',
          detail: `Plain lines were looked at: ${listed(templates, 12)}`,
          advice:
            'Render a chart with the values you audit (helm template, helm lint) and read securityContext, capabilities, host namespaces and limits.',
        },
      ),
    );
  const left = candidates.length - MOST_FILES;
  if (unread.length > 0 || left > 0)
    items.push(
      gap(
        'unread-manifests',
        ALL,
        `${plural(unread.length + Math.max(0, left), 'YAML file')} not read for deployment`,
        {
          class: 'container',
          detail: `${unread.length > 0 ? `Broken, binary or too large: ${listed(unread, 10)}. ` : ''}${left > 0 ? `Past the first ${MOST_FILES}: ${plural(left, 'file')}.` : ''}`,
        },
      ),
    );
  return { items, objects, charts: charts.length };
};
