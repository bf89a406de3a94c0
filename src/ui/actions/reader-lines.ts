import { isRefusal } from '../../domain/decide.ts';
import { findingsOf } from '../../domain/selectors.ts';
import { plural } from '../../text/plural.ts';
import { shownPath } from '../../text/shown-path.ts';
import { visible } from '../../text/visible.ts';
import type { App } from '../app-state.ts';
import { itemById, selectedCheck } from '../model.ts';
import { citation, selectedLines } from '../reader.ts';
import { emptyList } from '../view/list.ts';
import { shownFile } from '../view/shown-file.ts';
import { textField } from '../view/text-field.ts';
import { noteWith } from './checks.ts';
import { newFindingFor, openFindingForm, raiseFrom } from './findings.ts';
import { reading, set } from './reader.ts';

/** What is made of the lines selected in the reader: no path or number is typed by hand. */

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
