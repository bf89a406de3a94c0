import type { App } from '../app-state.ts';
import { type Binding, keysHere } from '../bindings.ts';
import type { Key } from '../keys.ts';
import type { View } from '../model.ts';

/** A line of help or of the list of everything: what it is, the keys that reach it here, and what Enter does. */
export type Entry = {
  id: string;
  label: string;
  keys: readonly Key[];
  /** What kind of place it is; '' for commands. */
  kind: string;
  group: string;
  /** Why it cannot be had now. */
  reason: string | null;
  run: (app: App) => void;
};

const GROUPS: Record<string, string> = {
  lists: 'Moving',
  audit: 'Everywhere in an audit',
  global: 'Everywhere',
};

export const commandEntry = (v: View, b: Binding): Entry => ({
  id: b.id,
  label: b.label,
  keys: keysHere(v, b),
  kind: '',
  group: GROUPS[b.context] ?? 'Here',
  reason: b.disabled?.(v) ?? null,
  run: b.run,
});
