import fuzzysort from 'fuzzysort';
import { checksOf } from '../../domain/methodology.ts';
import { findingsOf } from '../../domain/selectors.ts';
import { shownPath } from '../../text/shown-path.ts';
import { goTo, goToCheck, select } from '../actions/navigate.ts';
import { goToLead } from '../actions/queue.ts';
import { openReader, reading, set } from '../actions/reader.ts';
import type { App } from '../app-state.ts';
import { contextsOf } from '../bindings.ts';
import type { View } from '../model.ts';
import { jump } from '../reader.ts';
import { commandEntry, type Entry } from './entry.ts';

/** Everything that can be gone to from anywhere, in one list: a few letters of it are enough. */

const place = (kind: string, id: string, label: string, run: (app: App) => void): Entry => ({
  id: `${kind}:${id}`,
  label,
  keys: [],
  kind,
  group: '',
  reason: null,
  run,
});

/** In the order in which equals are shown. */
const placesOf = (v: View): Entry[] => {
  const { snap } = v;
  if (!snap) return [];
  const leads = [...snap.evidence.values()].flatMap((r) => r.items).filter((i) => i.kind === 'lead');
  return [
    ...checksOf(snap.methodology).map((c) =>
      place('check', c.id, `${c.id} ${c.name ?? c.title}`, (app) => goToCheck(app, c.id)),
    ),
    ...findingsOf(snap.session).map((f) =>
      place('finding', f.id, `${f.id} ${f.title}`, (app) => {
        goTo(app, 'findings');
        select(app, 'findings', f.id);
      }),
    ),
    ...v.tools().map((t) =>
      place('tool', t.id, t.tool.name, (app) => {
        goTo(app, 'surface');
        select(app, 'surface', t.id);
      }),
    ),
    ...leads.map((i) =>
      place(
        'lead',
        i.id,
        `${i.title}${i.location ? `  ${shownPath(i.location.path)}:${i.location.startLine}` : ''}`,
        (app) => goToLead(app, i.checks[0] ?? '', i.id),
      ),
    ),
    ...v
      .files()
      .map((path) => place('file', path, shownPath(path), (app) => openReader(app, { path, line: 1 }))),
  ];
};

const commands = (v: View): Entry[] => {
  const contexts = contextsOf(v);
  return v.bindings
    .filter((b) => contexts.includes(b.context) && b.context !== 'lists')
    .map((b) => commandEntry(v, b));
};

const MOST = 100;

/** A number alone is a line of the file that is read. */
const lineEntry = (v: View, query: string): Entry[] => {
  const { reader, place: at } = v.ui;
  if (at !== 'reader' || !reader || !/^[1-9]\d{0,6}$/.test(query)) return [];
  const line = Number(query);
  return [
    place('line', query, `line ${line} of ${shownPath(reader.path)}`, (app) => {
      const now = reading(app);
      if (now) set(app, jump(now, { path: now.path, line }));
    }),
  ];
};

/** Commands alone as long as nothing is typed; then everything that matches, the best first. */
export const anywhere = (v: View, query: string): readonly Entry[] => {
  if (query === '') return commands(v);
  const { snap, ui } = v;
  const places = v.kept(
    'anywhere',
    [snap?.methodology, snap?.evidence, snap?.session.findings, v.files()],
    () => placesOf(v).map((entry) => ({ entry, words: fuzzysort.prepare(entry.label) })),
  );
  // What commands can be had changes with the place, and they are few.
  const all = [...commands(v).map((entry) => ({ entry, words: fuzzysort.prepare(entry.label) })), ...places];
  return v.kept('anywhere-found', [query, places, ui.place, ui.focus, ui.lists, ui.reader, snap], () => {
    const found = fuzzysort.go(query, all, { key: 'words', limit: MOST, threshold: 0.2 });
    const named = (e: Entry): boolean =>
      e.id === `check:${query}` || e.id === `finding:${query.toUpperCase()}`;
    const entries = found.map((r) => r.obj.entry);
    return [...lineEntry(v, query), ...entries.filter(named), ...entries.filter((e) => !named(e))];
  });
};
