import { activeBindings, contextsOf } from '../bindings.ts';
import type { View } from '../model.ts';
import { fieldText } from '../view/text-field.ts';
import { anywhere } from './anywhere.ts';
import { commandEntry, type Entry } from './entry.ts';
import type { Overlay } from './overlay.ts';

/** What help shows: keys that hold here, by group, with the reason where one is not to be had now. */
export const helpEntries = (v: View, query: string): Entry[] => {
  const active = activeBindings(v);
  const entries = contextsOf(v).flatMap((context) =>
    active.filter((b) => b.context === context).map((b) => commandEntry(v, b)),
  );
  const words = query.toLowerCase();
  return words === ''
    ? entries
    : entries.filter((e) => `${e.label} ${e.keys.join(' ')}`.toLowerCase().includes(words));
};

export const entriesOf = (v: View, overlay: Overlay & { kind: 'help' | 'palette' }): readonly Entry[] =>
  overlay.kind === 'help' ? helpEntries(v, overlay.query) : anywhere(v, fieldText(overlay.query).trim());
