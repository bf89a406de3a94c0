import { MOST_SERVICES, readCompose } from '../../analysis/deployment/compose.ts';
import { bag } from '../../analysis/files/shape.ts';
import { listed, plural } from '../../analysis/files/words.ts';
import { imagePin } from '../../analysis/repository/launch-commands.ts';
import { type CollectContext, fact, gap, type ItemDraft, lead } from '../collector.ts';

const CONFINED = ['3.1.1', '3.1.2', '3.1.3'];
const CHECKS_FOR: Record<string, string[]> = {
  'published-port': ['3.2.1', '3.2.3'],
  'secret-in-environment': ['2.2.1', '2.3.3', '3.1.1'],
  'host-mount': ['3.1.2', '3.1.3'],
};

export const composeItems = async ({ tree }: CollectContext, path: string): Promise<ItemDraft[]> => {
  const { parseYaml } = await import('../../analysis/files/parse-yaml.ts');
  const source = await tree.text(path);
  const parsed = source === null ? null : parseYaml(source);
  if (!parsed?.ok)
    return [
      gap('unreadable-compose', CONFINED, `${path} could not be read`, {
        class: 'container',
        detail: parsed ? parsed.reason : 'Binary, or too large.',
      }),
    ];
  const { services: named } = bag(parsed.value);
  if (Object.keys(bag(named)).length === 0)
    return [
      gap('unreadable-compose', CONFINED, `${path} names no services`, {
        class: 'container',
        detail: `Its names are ${listed(Object.keys(bag(parsed.value)), 6) || 'none'}; what it includes or extends was not read.`,
        at: { path, startLine: 1 },
      }),
    ];
  const left = Object.keys(bag(bag(parsed.value).services)).length - MOST_SERVICES;
  const services = readCompose(parsed);
  return [
    ...services.flatMap((s) => [
      ...s.notes.map((n) =>
        lead(n.rule, CHECKS_FOR[n.rule] ?? ['3.1.2'], `${path}: ${s.name} ${n.say}`, {
          class: n.rule === 'secret-in-environment' ? ('hardcoded-secret' as const) : ('container' as const),
          strength: n.strength,
          at: { path, startLine: n.line },
          ...(n.rule === 'secret-in-environment'
            ? { redactedSnippet: `${n.say.replace('writes a value for ', '')}: …` }
            : {}),
        }),
      ),
      fact(
        'compose-service',
        CONFINED,
        `${path}: service ${s.name} sets ${s.good.length} of ${s.good.length + s.missing.length} restrictions`,
        {
          class: 'container',
          detail: `Set: ${listed(s.good) || 'none'}. Not set: ${listed(s.missing) || 'none'}.${s.image ? ` Image ${s.image}: ${imagePin(s.image) === 'exact' ? 'pinned by digest' : 'not pinned by digest'}.` : ''}`,
          at: { path, startLine: s.line },
        },
      ),
    ]),
    ...(left > 0
      ? [
          gap('too-many-services', CONFINED, `${path}: ${plural(left, 'service')} not read`, {
            class: 'container',
            detail: `The first ${plural(MOST_SERVICES, 'service')} were.`,
          }),
        ]
      : []),
  ];
};
