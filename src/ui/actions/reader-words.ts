import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { truncate, truncateMiddle } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { jump } from '../reader.ts';
import { carried } from '../screens/reader.ts';
import { wordsIn } from '../view/code.ts';
import { emptyList } from '../view/list.ts';
import { shownFile } from '../view/shown-file.ts';
import { textField } from '../view/text-field.ts';
import { reading, set } from './reader.ts';

const WORDS_OF_LANGUAGES = new Set(
  'if else for while do return const let var function async await new class extends import export from in of def self this try catch except finally throw raise with as and or not is None True False null undefined true false lambda func type struct fn pub mut impl match use let public private static final void int string bool switch case default break continue yield'.split(
    ' ',
  ),
);

/** Where the target has a name of this line: definitions, or all of it. */
const lookUp = (app: App, definitions: boolean): void => {
  const r = reading(app);
  if (!r) return;
  const text = shownFile(app.view(), r.path)?.lines[r.line - 1] ?? '';
  const names = carried(r.stops);
  const words = wordsIn(text)
    .filter((w) => !WORDS_OF_LANGUAGES.has(w))
    .sort((a, b) => Number(names.has(b)) - Number(names.has(a)));
  if (words.length === 0) return app.toast('There is no name in this line.', 'warn');
  const only = words.length === 1 ? words[0] : undefined;
  if (only) return showOccurrences(app, only, definitions);
  app.push({
    kind: 'pick',
    title: definitions ? 'Go to where which name is defined?' : 'Show where which name is used?',
    query: textField(''),
    list: emptyList(),
    rows: (query) =>
      words
        .filter((w) => w.includes(query))
        .map((w) => ({ id: w, label: truncate(w, app.ui.get().columns - 8) })),
    empty: 'No name of this line matches.',
    several: false,
    chosen: [],
    choose: ([word]) => {
      if (word) showOccurrences(app, word, definitions);
    },
  });
};

export const goToDefinition = (app: App): void => lookUp(app, true);
export const showUses = (app: App): void => lookUp(app, false);

const ROLES = { definition: 'defines', import: 'imports', use: '' } as const;

/** A definition in the file that is read, where there is just one, is the one that is meant. */
const nearest = <P extends { path: string }>(places: readonly P[], path: string): readonly P[] => {
  const here = places.filter((p) => p.path === path);
  return here.length === 1 ? here : places;
};

const showOccurrences = (app: App, word: string, definitions: boolean): void =>
  app.work(async () => {
    const { places, complete, silent } = await app.opened().store.findWord(word);
    const from = reading(app)?.path ?? '';
    const wanted = definitions
      ? nearest(
          places.filter((p) => p.role === 'definition'),
          from,
        )
      : places;
    const go = (p: { path: string; line: number }): void => {
      const r = reading(app);
      if (r) set(app, jump(r, p));
    };
    const [first] = wanted;
    if (!first)
      return app.toast(
        places.length === 0
          ? `'${word}' stands nowhere else in the target's code${silent > 0 ? `, but in ${plural(silent, 'comment or string', 'comments and strings')}` : ''}.`
          : `No line was seen to define '${word}': T shows the ${plural(places.length, 'place')} that name it.`,
        'warn',
      );
    if (wanted.length === 1 && definitions) {
      go(first);
      if (first.guessed)
        app.toast('By the look of its text: the language is not read, or the file is too large.', 'warn');
      return;
    }
    const columns = app.ui.get().columns;
    const besides = [
      complete ? '' : 'cut',
      silent > 0 && !definitions ? `${silent} more in comments and strings` : '',
      wanted.some((p) => p.guessed) ? 'some by their text alone' : '',
    ].filter(Boolean);
    app.push({
      kind: 'pick',
      title: `${definitions ? 'Where it is defined' : 'Where it is used'}: ${word}${besides.length > 0 ? ` (${besides.join(', ')})` : ''}`,
      query: textField(''),
      list: emptyList(),
      rows: (query) =>
        wanted
          .map((p, i) => ({
            id: String(i),
            label: `${truncateMiddle(visible(shownPath(p.path)), Math.floor(columns * 0.4))}:${p.line}  ${visible(p.text.trim())}`,
            note: `${ROLES[p.role]}${p.guessed ? ' ?' : ''}`.trim(),
          }))
          .filter((row) => row.label.toLowerCase().includes(query.toLowerCase()))
          .map((row) => ({ ...row, label: truncate(row.label, Math.max(20, columns - 20)) })),
      empty: 'Nothing matches.',
      several: false,
      chosen: [],
      choose: ([id]) => {
        const place = wanted[Number(id)];
        if (place) go(place);
      },
    });
  });
