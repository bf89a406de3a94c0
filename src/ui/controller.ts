import type { App } from './app-state.ts';
import { bindingFor } from './bindings.ts';
import type { Key } from './keys.ts';
import { pressOverlay } from './overlays/press.ts';
import { advanceTour } from './tour.ts';
import { fieldText, insert } from './view/text-field.ts';

/** One key, to whoever sees it first: the top overlay, or the binding that holds here. */
export const press = (app: App, key: Key): void => {
  const { overlays } = app.ui.get();
  const top = overlays.at(-1);
  if (key === 'ctrl+c' && top?.kind !== 'confirm') bindingFor(app.view(), key)?.run(app);
  else if (top) {
    if (app.ui.get().toast) app.update({ toast: null });
    pressOverlay(app, top, key);
  } else {
    const view = app.view();
    const binding = bindingFor(view, key);
    if (binding) {
      const reason = binding.disabled?.(view) ?? null;
      if (view.ui.toast) app.update({ toast: null });
      if (reason) app.toast(`Not now: ${reason}`, 'warn');
      else binding.run(app);
    } else if (key.length === 1) app.toast(`${key} does nothing here. ? shows the keys.`, 'warn');
  }
  advanceTour(app);
  app.update({ handled: app.ui.get().handled + 1 });
};

/** Pasted text goes into the field being written; elsewhere it would be keys nobody meant to press. */
export const paste = (app: App, text: string): void => {
  const top = app.ui.get().overlays.at(-1);
  if (top?.kind === 'field') {
    const field = insert(top.field, text);
    app.swap({ ...top, field });
    top.change?.(fieldText(field));
  } else if (top?.kind === 'palette' || top?.kind === 'pick')
    app.swap({ ...top, query: insert(top.query, text) });
  else if (top?.kind === 'form' && top.editing) app.swap({ ...top, editing: insert(top.editing, text) });
  else if (top?.kind === 'help') app.swap({ ...top, query: top.query + text });
  else app.toast('Pasted text goes into a field: open one first.', 'warn');
  app.update({ handled: app.ui.get().handled + 1 });
};
