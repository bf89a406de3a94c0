import { readSettings } from '../io/settings-file.ts';
import { visible } from '../text/visible.ts';
import { withSettings } from '../ui/keymap.ts';
import { type Host, json } from './host.ts';

/** Every command of the interface by its id, with where it holds and its keys: what `keys` of settings.json names. */
export const keys = (host: Host, o: { json?: boolean | undefined }): number => {
  const { settings, problem, file } = readSettings(host.ownDir);
  const { bindings, problems } = withSettings(settings);
  const wrong = [problem, ...problems].filter(Boolean);
  if (o.json)
    json(host, {
      file,
      problems: wrong,
      commands: bindings.map((b) => ({ id: b.id, where: b.context, keys: b.keys, label: b.label })),
    });
  else
    for (const b of bindings)
      host.stdout(
        `${b.id.padEnd(22)} ${b.context.padEnd(10)} ${b.keys.join(' ').padEnd(16)} ${visible(b.label)}\n`,
      );
  if (!o.json) for (const p of wrong) host.stderr(`${visible(p)}\n`);
  return wrong.length > 0 ? 1 : 0;
};
