import type { EvidenceItem } from '../../domain/evidence.ts';
import { judgedItems } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import { truncateMiddle } from '../../text/width.ts';
import type { App } from '../app-state.ts';
import { itemRows, selectedCheck, selectedItem, type View } from '../model.ts';
import { emptyList } from '../view/list.ts';
import { textField } from '../view/text-field.ts';
import { askReason } from './evidence.ts';

/** Items that are like the chosen one in some way, of all checks unless it says otherwise; those judged are left out. */
type Scope = { id: string; words: string; items: readonly string[] };

const scopesOf = (v: View, item: EvidenceItem): Scope[] => {
  const { snap } = v;
  const check = selectedCheck(v);
  if (!snap || !check) return [];
  const judged = judgedItems(snap.session);
  const all = [...snap.evidence.values()].flatMap((r) => r.items);
  const open = (items: readonly EvidenceItem[]): string[] => [
    ...new Set(items.filter((i) => i.kind === item.kind && !judged.has(i.id)).map((i) => i.id)),
  ];
  const path = item.location?.path;
  const tools = v.tools().filter((t) => t.leads.some((l) => l.id === item.id));
  const shown = itemRows(v, check).flatMap((r) => (r.kind === 'item' ? [r.item] : []));
  const filtered = v.ui.filters.items ?? '';
  const alike = all.filter((i) => i.collector === item.collector && i.rule === item.rule);
  const scopes: Scope[] = [
    { id: 'rule', words: `the same rule, ${item.collector}/${item.rule}`, items: open(alike) },
    {
      id: 'rule-file',
      words: `the same rule in ${shownPath(path ?? '')}`,
      items: path === undefined ? [] : open(alike.filter((i) => i.location?.path === path)),
    },
    {
      id: 'file',
      words: `the file ${shownPath(path ?? '')}`,
      items: path === undefined ? [] : open(all.filter((i) => i.location?.path === path)),
    },
    ...tools.map(
      (t): Scope => ({ id: `tool:${t.id}`, words: `the tool ${t.tool.name}`, items: open(t.leads) }),
    ),
    { id: 'class', words: `the class ${item.class}`, items: open(all.filter((i) => i.class === item.class)) },
    { id: 'check', words: `the check ${check.id}`, items: open(v.index.get(check.id) ?? []) },
    ...(filtered === ''
      ? []
      : [{ id: 'filter', words: `what the filter '${filtered}' shows`, items: open(shown) }]),
  ];
  // Each set once: what is no larger than a nearer one says nothing new.
  return scopes.filter(
    (s, i) =>
      s.items.length > 1 &&
      !scopes
        .slice(0, i)
        .some((o) => o.items.length === s.items.length && o.items.every((x) => s.items.includes(x))),
  );
};

/** Dismisses everything that is like the chosen item in a way that the auditor chooses, with one reason. */
export const dismissAlike = (app: App): void => {
  const view = app.view();
  const item = selectedItem(view);
  if (!item) return app.toast('This line is a collector, not an item.', 'warn');
  const scopes = scopesOf(view, item);
  const ask = (s: Scope): void =>
    askReason(app, `Dismiss ${plural(s.items.length, 'item')} of ${visible(s.words)}`, s.items);
  const [only] = scopes;
  if (!only) return app.toast('Nothing else that nobody judged is like this one: d dismisses it.', 'warn');
  if (scopes.length === 1) return ask(only);
  app.push({
    kind: 'pick',
    title: 'Dismiss everything unjudged that shares what?',
    query: textField(''),
    list: emptyList(),
    rows: (query) =>
      scopes
        .filter((s) => s.words.toLowerCase().includes(query.toLowerCase()))
        .map((s) => ({
          id: s.id,
          label: truncateMiddle(visible(s.words), Math.max(20, app.ui.get().columns - 24)),
          note: plural(s.items.length, item.kind),
        })),
    empty: 'Nothing matches.',
    several: false,
    chosen: [],
    choose: ([id]) => {
      const scope = scopes.find((s) => s.id === id);
      if (scope) ask(scope);
    },
  });
};

/** V in the list of evidence: from here on lines are selected, and judged together. */
export const toggleSelection = (app: App): void => {
  const item = selectedItem(app.view());
  app.update({ itemMark: app.ui.get().itemMark === null && item ? item.id : null });
};
