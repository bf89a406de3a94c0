import fuzzysort from 'fuzzysort';
import { isRefusal } from '../../domain/decide.ts';
import type { EvidenceItem } from '../../domain/evidence.ts';
import { findingsOf } from '../../domain/selectors.ts';
import { findWord } from '../../engine/find-word.ts';
import { plural } from '../../text/plural.ts';
import { redactSecrets } from '../../text/redact.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { truncate, truncateMiddle } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { itemById, selectedCheck, selectedFinding, selectedId, selectedItem } from '../model.ts';
import {
  citation,
  firstStop,
  goBack,
  goForward,
  jump,
  type Reader,
  type Stop,
  selectedLines,
  stopsOf,
  stopsOfFinding,
  toStop,
} from '../reader.ts';
import { carried } from '../screens/reader.ts';
import { findMarks, wordsIn } from '../view/code.ts';
import { emptyList } from '../view/list.ts';
import { shownFile } from '../view/shown-file.ts';
import { textField } from '../view/text-field.ts';
import { noteWith } from './checks.ts';
import { newFindingFor, openFindingForm, raiseFrom } from './findings.ts';

/** The open file, for actions that have one; null says so to the auditor. */
const reading = (app: App): Reader | null => app.ui.get().reader;

const set = (app: App, reader: Reader): void => app.update({ reader });

/** Opens a file at the first of some stops; Esc goes back to where the auditor was. */
export const openReader = (
  app: App,
  at: { path: string; line: number },
  about: { item?: string; stops?: readonly Stop[]; stop?: number } = {},
): void => {
  const ui = app.ui.get();
  const from = ui.place === 'reader' && ui.reader ? ui.reader.from : { place: ui.place, focus: ui.focus };
  app.update({
    place: 'reader',
    focus: 'code',
    zoom: 'normal',
    reader: {
      ...at,
      top: 0,
      from,
      item: about.item ?? null,
      stops: about.stops ?? [],
      stop: about.stop ?? -1,
      mark: null,
      left: 0,
      wrap: ui.reader?.wrap ?? false,
      find: '',
      back: [],
      ahead: [],
    },
  });
};

/** The code an evidence item points at; says so where it points at none. */
export const openItem = (app: App, item: EvidenceItem): void => {
  const stops = stopsOf(item);
  const stop = firstStop(item, stops);
  const at = stops[stop];
  if (!at) return app.toast('This item has no place in a file.', 'warn');
  openReader(app, { path: at.path, line: at.startLine }, { item: item.id, stops, stop });
};

export const openSelectedItem = (app: App): void => {
  const item = selectedItem(app.view());
  if (item) openItem(app, item);
};

/** The code a finding cites. */
export const openSelectedFinding = (app: App): void => {
  const finding = selectedFinding(app.view());
  const stops = finding ? stopsOfFinding(finding) : [];
  const at = stops[0];
  if (!at) return app.toast('This finding cites no place yet.', 'warn');
  openReader(app, { path: at.path, line: at.startLine }, { stops, stop: 0 });
};

/** The handler of the selected tool. */
export const openSelectedTool = (app: App): void => {
  const view = app.view();
  const tool = view.tools().find((t) => t.id === selectedId(view, 'surface'));
  if (!tool) return;
  const { handler, path, line } = tool.tool;
  openReader(app, handler ? { path: handler.path, line: handler.startLine } : { path, line });
};

const MOST_FILES = 200;

/** Any file of the target, by a few letters of its name. */
export const pickFile = (app: App): void =>
  app.work(async () => {
    const paths = await app.opened().store.paths();
    app.push({
      kind: 'pick',
      title: 'Read a file of the target',
      query: textField(''),
      list: emptyList(),
      rows: (query) =>
        (query === '' ? paths : fuzzysort.go(query, paths, { limit: MOST_FILES }).map((r) => r.target)).map(
          (path) => ({
            id: path,
            label: truncateMiddle(visible(shownPath(path)), app.ui.get().columns - 10),
          }),
        ),
      empty: 'No file of the audited commit matches.',
      several: false,
      chosen: [],
      choose: ([path]) => {
        if (path) openReader(app, { path, line: 1 });
      },
    });
  });

/** The first line shown now, so that the cursor moves and not the text. */
const topOf = (app: App): number => app.measure(app.view())?.top ?? 0;

const lineCount = (app: App, r: Reader): number => shownFile(app.view(), r.path)?.lines.length ?? 1;

export const moveBy = (app: App, by: number | 'first' | 'last'): void => {
  const r = reading(app);
  if (!r) return;
  const count = Math.max(1, lineCount(app, r));
  const at = Math.min(r.line, count);
  const line = by === 'first' ? 1 : by === 'last' ? count : Math.max(1, Math.min(count, at + by));
  set(app, { ...r, line, top: topOf(app) });
};

/** Rows the code has, for moving by pages. */
export const pageBy = (app: App, pages: number): void =>
  moveBy(app, Math.round(pages * Math.max(1, app.ui.get().rows - 10)));

const SIDEWAYS = 8;
export const sidewaysBy = (app: App, by: 1 | -1): void => {
  const r = reading(app);
  if (!r) return;
  if (r.wrap) return app.toast('Long lines are wrapped: w shows them on one line.', 'warn');
  set(app, { ...r, left: Math.max(0, r.left + by * SIDEWAYS) });
};

export const toggleWrap = (app: App): void => {
  const r = reading(app);
  if (r) set(app, { ...r, wrap: !r.wrap, left: 0 });
};

export const stopBy = (app: App, by: 1 | -1): void => {
  const r = reading(app);
  if (r) set(app, toStop(r, by));
};

export const back = (app: App): void => {
  const r = reading(app);
  const to = r && goBack(r);
  if (to) set(app, to);
  else app.toast('This is where you began: Esc closes the file.', 'warn');
};

export const forward = (app: App): void => {
  const r = reading(app);
  const to = r && goForward(r);
  if (to) set(app, to);
  else app.toast('There is nothing to go forward to.', 'warn');
};

/** Esc: lets go of the selection, then of the search, then of the file. */
export const close = (app: App): void => {
  const r = reading(app);
  if (r?.mark != null) set(app, { ...r, mark: null });
  else if (r && r.find !== '') set(app, { ...r, find: '' });
  else if (r) app.update({ place: r.from.place, focus: r.from.focus, zoom: 'normal', toast: null });
};

export const toggleSelection = (app: App): void => {
  const r = reading(app);
  if (r) set(app, { ...r, mark: r.mark === null ? r.line : null });
};

/** The nearest line in a direction that holds the text, going round; the line itself counts at first. */
const found = (app: App, r: Reader, query: string, step: 1 | -1, fromHere: boolean): number | null => {
  const lines = shownFile(app.view(), r.path)?.lines ?? [];
  for (let i = fromHere ? 0 : 1; i <= lines.length; i++) {
    const at = (((r.line - 1 + i * step) % lines.length) + lines.length) % lines.length;
    if (findMarks(lines[at] ?? '', query).length > 0) return at + 1;
  }
  return null;
};

export const search = (app: App): void => {
  const begun = reading(app);
  if (!begun) return;
  const show = (query: string): void => {
    const line = query === '' ? null : found(app, begun, query, 1, true);
    set(app, { ...begun, find: query, ...(line === null ? {} : { line }) });
  };
  app.push({
    kind: 'field',
    title: 'Search in this file',
    help: 'Case counts once you type a capital. Enter keeps it: n and N go on.',
    field: textField(begun.find),
    change: show,
    submit: (query) => {
      show(query);
      if (query !== '' && found(app, begun, query, 1, true) === null)
        app.toast(`'${visible(query)}' is not in this file.`, 'warn');
      return true;
    },
    cancel: () => {
      set(app, begun);
      return true;
    },
  });
};

/** Whether it moved: without a search, the key means the next lead. */
export const nextMatch = (app: App, step: 1 | -1): boolean => {
  const r = reading(app);
  if (!r || r.find === '') return false;
  const line = found(app, r, r.find, step, false);
  if (line !== null) set(app, { ...r, line, top: topOf(app) });
  return true;
};

export const goToLine = (app: App): void =>
  app.push({
    kind: 'field',
    title: 'Go to line',
    help: 'A number.',
    field: textField(''),
    submit: (text) => {
      const r = reading(app);
      const line = Number(text.trim());
      if (!r || !Number.isInteger(line) || line < 1) {
        app.toast('That is no line number.', 'warn');
        return false;
      }
      set(app, jump(r, { path: r.path, line: Math.min(line, Math.max(1, lineCount(app, r))) }));
      return true;
    },
  });

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
    const { places, complete } = await findWord(await app.opened().store.sourceTree(), word);
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

const checkHere = (app: App) => selectedCheck(app.view());

/** A finding from the selected lines; from the lead that is read where none are. */
export const raise = (app: App): void => {
  const r = reading(app);
  const check = checkHere(app);
  if (!r) return;
  if (!check) return app.toast('Choose a check first: a finding belongs to one.', 'warn');
  const item = r.item === null ? null : itemById(app.view(), r.item);
  if (item && r.mark === null) return raiseFrom(app, check, item);
  app.work(async () => {
    const found = await app.ports.locate([citation(r)], app.opened().store);
    if (isRefusal(found)) return app.toast(`${found.refused}: ${found.hint}`, 'warn');
    set(app, { ...r, mark: null });
    openFindingForm(
      app,
      { ...newFindingFor(app, check), locations: found },
      `It cites ${citation(r)} and belongs to ${check.id}. Esc leaves no trace.`,
    );
  });
};

/** The selected lines as one more place of a finding. */
export const addPlace = (app: App): void => {
  const r = reading(app);
  if (!r) return;
  const findings = findingsOf(app.opened().store.snapshot().session);
  if (findings.length === 0) return app.toast('There is no finding yet: f begins one here.', 'warn');
  app.push({
    kind: 'pick',
    title: `Add ${visible(citation(r))} to which finding?`,
    query: textField(''),
    list: emptyList(),
    rows: (query) =>
      findings
        .filter((f) => `${f.id} ${f.title}`.toLowerCase().includes(query.toLowerCase()))
        .map((f) => ({ id: f.id, label: visible(`${f.id}  ${f.title}`) })),
    empty: 'No finding matches.',
    several: false,
    chosen: [],
    choose: ([id]) =>
      app.work(async () => {
        const finding = app
          .opened()
          .store.snapshot()
          .session.findings.get(id ?? '');
        const found = await app.ports.locate([citation(r)], app.opened().store);
        if (isRefusal(found)) return app.toast(`${found.refused}: ${found.hint}`, 'warn');
        if (!finding) return;
        if (
          finding.locations.some((l) =>
            found.some((p) => p.path === l.path && p.startLine === l.startLine && p.endLine === l.endLine),
          )
        )
          return app.toast(`${finding.id} cites these lines already.`, 'warn');
        app.dispatch(
          { type: 'record-finding', finding: { ...finding, locations: [...finding.locations, ...found] } },
          `${finding.id} cites ${citation(r)} as well · z takes it back`,
        );
        set(app, { ...r, mark: null });
      }),
  });
};

/** A note on the check, with the selected lines named in it. */
export const note = (app: App): void => {
  const r = reading(app);
  const check = checkHere(app);
  if (!r) return;
  if (!check) return app.toast('Choose a check first: a note belongs to one.', 'warn');
  noteWith(app, check, r.mark === null ? '' : citation(r));
};

/** The selected lines, as they are shown, kept with the check. */
export const attachLines = (app: App): void => {
  const r = reading(app);
  const check = checkHere(app);
  if (!r) return;
  if (!check) return app.toast('Choose a check first: what is kept belongs to one.', 'warn');
  const { first, last } = selectedLines(r);
  const lines = shownFile(app.view(), r.path)?.lines.slice(first - 1, last) ?? [];
  if (lines.length === 0) return app.toast('There are no lines to keep.', 'warn');
  const { store } = app.opened();
  const commit = store.snapshot().session.target?.commit ?? '';
  const name = `${shownPath(r.path)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .slice(-80)}-${first}-${last}.txt`;
  const text = `${citation(r)} at ${commit}\n\n${lines.join('\n')}\n`;
  const result = store.attach(name, Buffer.from(text), 'text/plain', check.id);
  if (isRefusal(result)) return app.toast(`${result.refused}: ${result.hint}`, 'warn');
  set(app, { ...r, mark: null });
  app.toast(`${plural(last - first + 1, 'line')} kept with ${check.id} as ${name} · z takes it back`);
};

export const copyCitation = (app: App): void => {
  const r = reading(app);
  if (!r) return;
  app.ports.copy(citation(r));
  app.toast(`${visible(citation(r))} copied.`);
};

/** Who changed the line last, when, and what they said of it. */
export const showLastChange = (app: App): void =>
  app.work(async () => {
    const r = reading(app);
    if (!r) return;
    const change = await app.opened().store.lastChange(r.path, r.line);
    const at = `${shownPath(r.path)}:${r.line}`;
    if (!change)
      return app.toast(
        `git could not say who changed ${visible(at)} last: the history may not be here.`,
        'warn',
      );
    const signed = change.signature === 'none' ? 'not signed' : `${change.signature} signature, not verified`;
    app.push({
      kind: 'message',
      title: `Last change of ${at}`,
      text: [
        `${change.hash}`,
        `${change.author.name} <${change.author.email}>, ${change.authoredAt}, ${signed}`,
        '',
        redactSecrets(change.message.trim()),
        '',
        `again: git blame -L${r.line},${r.line} ${app.opened().store.snapshot().session.target?.commit ?? ''} -- ${shownPath(r.path)}`,
      ].join('\n'),
    });
  });

export const openInEditor = (app: App): void =>
  app.work(async () => {
    const r = reading(app);
    if (!r) return;
    const text = await app.opened().store.readText(r.path);
    if (text === null) return app.toast('That file cannot be shown as text.', 'warn');
    const shown = await app.ports.view(r.path, text, r.line);
    if (shown.kind === 'failed') app.toast(shown.message, 'bad');
  });
