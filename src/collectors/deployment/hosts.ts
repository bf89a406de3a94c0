import { readUnit } from '../../analysis/deployment/systemd.ts';
import { parseJson } from '../../analysis/files/parse-json.ts';
import { bag, entriesOf, list, text } from '../../analysis/files/shape.ts';
import { listed } from '../../analysis/files/words.ts';
import { imagePin } from '../../analysis/repository/launch-commands.ts';
import { type CollectContext, fact, gap, type ItemDraft, lead, strength } from '../collector.ts';

const ALL = ['3.1.1', '3.1.2', '3.1.3'];

/** A systemd service unit: the host is its container. */
export const unitItems = async ({ tree }: CollectContext, path: string): Promise<ItemDraft[]> => {
  const source = await tree.text(path).catch(() => null);
  if (source === null)
    return [
      gap('unread-unit', ALL, `${path} was not read`, {
        class: 'container',
        detail: 'Binary, or too large.',
      }),
    ];
  const unit = readUnit(source);
  if (!unit)
    return [
      gap('unread-unit', ALL, `${path} has no [Service]`, {
        class: 'container',
        detail: 'It is no service unit of systemd, or a part of one.',
        at: { path, startLine: 1 },
      }),
    ];
  const at = (line: number) => ({ path, startLine: line });
  const root = !unit.user || /^(?:0|root)$/.test(unit.user.value);
  return [
    root
      ? lead(
          'root-user',
          ['3.1.2'],
          `${path}: the service runs as root${unit.user ? '' : ', as no User= is set'}`,
          {
            class: 'container',
            cwe: ['CWE-250'],
            strength: 'moderate',
            detail: 'A unit of a user manager runs as that user.',
            advice: 'See how it is installed.',
            at: at(unit.user?.line ?? unit.serviceLine),
          },
        )
      : strength('user', ['3.1.2'], `${path}: the service runs as ${unit.user!.value}`, {
          class: 'container',
          at: at(unit.user!.line),
        }),
    fact(
      'unit',
      ALL,
      `${path} sets ${unit.good.length} of ${unit.good.length + unit.missing.length} restrictions`,
      {
        class: 'container',
        detail: `Set: ${listed(unit.good) || 'none'}. Not set: ${listed(unit.missing, 20) || 'none'}.${unit.exec ? ` Starts ${unit.exec.value.slice(0, 120)}` : ''}`,
        at: at(unit.serviceLine),
      },
    ),
    ...unit.secrets.map((s) =>
      lead('secret-in-environment', ['2.2.1', '2.3.3', '3.1.1'], `${path} writes a value for ${s.name}`, {
        class: 'hardcoded-secret',
        strength: 'moderate',
        at: at(s.line),
        redactedSnippet: `Environment=${s.name}=…`,
      }),
    ),
  ];
};

/** What a development container is given: it runs with a developer's credentials at hand. */
export const devcontainerItems = async ({ tree }: CollectContext, path: string): Promise<ItemDraft[]> => {
  const source = await tree.text(path).catch(() => null);
  const parsed = source === null ? null : parseJson(source);
  if (!parsed?.ok)
    return [
      gap('unread-devcontainer', ALL, `${path} could not be read`, {
        class: 'container',
        detail: parsed ? parsed.reason : 'Binary, or too large.',
      }),
    ];
  const root = bag(parsed.value);
  const at = (...keys: (string | number)[]) => ({ path, startLine: parsed.lineOf(keys) });
  const items: ItemDraft[] = [];
  const image = text(root.image);
  items.push(
    fact(
      'devcontainer',
      ALL,
      `${path}: ${image ? `image ${image}, ${imagePin(image) === 'exact' ? 'by digest' : 'by a tag that can move'}` : 'built from a file of the repository'}`,
      {
        class: 'container',
        detail: [
          `User: ${text(root.remoteUser) || text(root.containerUser) || 'not set'}.`,
          ...(entriesOf(root.features).length > 0
            ? [
                `Features: ${listed(
                  entriesOf(root.features).map(([k]) => k),
                  10,
                )}.`,
              ]
            : []),
          ...['initializeCommand', 'onCreateCommand', 'postCreateCommand', 'postStartCommand'].flatMap(
            (key) =>
              root[key] === undefined ? [] : [`${key}: ${(JSON.stringify(root[key]) ?? '').slice(0, 160)}`],
          ),
        ].join('\n'),
        at: at(image ? 'image' : root.build === undefined ? 'name' : 'build'),
      },
    ),
  );
  const grants = (rule: string, say: string, ...keys: (string | number)[]): void => {
    items.push(
      lead(rule, ['3.1.2'], `${path} ${say}`, {
        class: 'container',
        strength: 'weak',
        detail: 'For development only; it bears on contributors, not on users.',
        at: at(...keys),
      }),
    );
  };
  if (root.privileged === true) grants('dev-privileged', 'runs privileged', 'privileged');
  list(root.runArgs).forEach((arg, i) => {
    if (
      /^--(?:privileged|cap-add\b|pid=host|network=host|net=host|security-opt=.*unconfined)/.test(text(arg))
    )
      grants('dev-privileged', `starts with ${text(arg)}`, 'runArgs', i);
  });
  for (const key of ['mounts', 'workspaceMount'])
    [root[key]].flat().forEach((mount, i) => {
      const words = text(mount) || (JSON.stringify(mount) ?? '');
      if (/docker\.sock|\/\.ssh|\/\.aws|\/\.kube|localEnv:HOME\}?(?:,|"|$)/.test(words))
        grants('dev-mount', `mounts ${words.slice(0, 80)}`, key, i);
    });
  if (entriesOf(root.features).some(([k]) => /docker-(?:in|outside-of|from)-docker/.test(k)))
    grants('dev-engine', 'brings a container engine inside', 'features');
  return items;
};
