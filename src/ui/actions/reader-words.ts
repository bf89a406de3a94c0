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

/** Where the text of the target has a name of this line as a word: definitions first. */
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

const showOccurrences = (app: App, word: string, definitions: boolean): void =>
  app.work(async () => {
    const { places, complete } = await app.opened().store.findWord(word);
    const wanted = definitions ? places.filter((p) => p.defines) : places;
    const go = (p: { path: string; line: number }): void => {
      const r = reading(app);
      if (r) set(app, jump(r, p));
    };
    const [first] = wanted;
    if (!first)
      return app.toast(
        places.length === 0
          ? `'${word}' stands nowhere else in the target's text.`
          : `No line was seen to define '${word}': T shows the ${plural(places.length, 'place')} that name it.`,
        'warn',
      );
    if (wanted.length === 1 && definitions) return go(first);
    const columns = app.ui.get().columns;
    app.push({
      kind: 'pick',
      title: `${definitions ? 'Lines that define' : 'Lines that name'} ${word}, as text${complete ? '' : ' (cut)'}`,
      query: textField(''),
      list: emptyList(),
      rows: (query) =>
        wanted
          .map((p, i) => ({
            id: String(i),
            label: `${truncateMiddle(visible(shownPath(p.path)), Math.floor(columns * 0.4))}:${p.line}  ${visible(p.text.trim())}`,
            note: p.defines ? 'defines' : '',
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
