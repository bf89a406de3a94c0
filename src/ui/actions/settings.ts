import { GLYPHS, type InterfaceSettings, THEMES } from '../../domain/settings.ts';
import { plural } from '../../text/plural.ts';
import type { App } from '../app-state.ts';
import type { FormField } from '../overlays/overlay.ts';
import { emptyList } from '../view/list.ts';

const fields = (s: InterfaceSettings): FormField[] => [
  {
    id: 'theme',
    label: 'theme',
    help: '←/→ change: colours for a dark or a light background, for little sight, or none.',
    options: THEMES,
    value: s.theme,
  },
  {
    id: 'glyphs',
    label: 'glyphs',
    help: '←/→ change: auto asks the locale and TERM.',
    options: GLYPHS,
    value: s.glyphs,
  },
  {
    id: 'mouse',
    label: 'mouse',
    help: '←/→ change: without it the terminal selects text by itself.',
    options: ['on', 'off'],
    value: s.mouse ? 'on' : 'off',
  },
  {
    id: 'bell',
    label: 'bell',
    help: '←/→ change: tells when a run of more than a few seconds ends.',
    options: ['on', 'off'],
    value: s.bell ? 'on' : 'off',
  },
  {
    id: 'keys',
    label: 'keys',
    help: 'Keys of your own, by the id of their command: e opens the file, docs/settings.md shows how.',
    value: plural(Object.keys(s.keys).length, 'changed command'),
    open: () => {},
  },
  {
    id: 'commands',
    label: 'commands',
    help: 'Commands of your own: e opens the file, docs/settings.md shows how.',
    value: plural(s.commands.length, 'command of yours', 'commands of yours'),
    open: () => {},
  },
];

/** The settings: each is kept in the file as it is changed, and holds at once. */
export const openSettings = (app: App): void => {
  const known = app.ports.settings.read();
  app.push({
    kind: 'form',
    title: `Settings · ${known.file}`,
    fields: fields(known.settings),
    list: emptyList(),
    editing: null,
    problem: known.problem,
    enter: 'keeps',
    change: (id, value) => {
      const problem = app.ports.settings.write(
        id as keyof InterfaceSettings,
        id === 'mouse' || id === 'bell' ? value === 'on' : value,
      );
      if (problem) return problem;
      app.applySettings(app.ports.settings.read());
      return null;
    },
    submit: () =>
      app.work(async () => {
        const edited = await app.ports.editSettings();
        if (edited.kind === 'failed') return app.toast(edited.message, 'bad');
        const now = app.ports.settings.read();
        app.applySettings(now);
        app.pop();
        if (!now.problem) app.toast('Your settings hold.');
      }),
  });
};
