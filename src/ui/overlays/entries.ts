import fuzzysort from 'fuzzysort';
import { activeBindings, type Binding, bindings, contextsOf, keysHere } from '../bindings.ts';
import type { Key } from '../keys.ts';
import type { View } from '../model.ts';
import type { Overlay } from './overlay.ts';

export type Entry = {
  id: string;
  binding: Binding;
  /** Those that reach it here. */
  keys: readonly Key[];
  group: string;
  reason: string | null;
};

const GROUPS: Record<string, string> = {
  lists: 'Moving',
  audit: 'Everywhere in an audit',
  global: 'Everywhere',
};

/** What help shows: keys that hold here, by group, with the reason where one is not to be had now. */
export const helpEntries = (v: View, query: string): Entry[] => {
  const active = activeBindings(v);
  const entries = contextsOf(v).flatMap((context) =>
    active
      .filter((b) => b.context === context)
      .map((binding) => ({
        id: binding.id,
        binding,
        keys: keysHere(v, binding),
        group: GROUPS[context] ?? 'Here',
        reason: binding.disabled?.(v) ?? null,
      })),
  );
  const words = query.toLowerCase();
  return words === ''
    ? entries
    : entries.filter((e) => `${e.binding.label} ${e.keys.join(' ')}`.toLowerCase().includes(words));
};

/** Every command that can run here, best match first. */
export const paletteEntries = (v: View, query: string): Entry[] => {
  const contexts = contextsOf(v);
  const all = bindings
    .filter((b) => contexts.includes(b.context) && b.context !== 'lists')
    .map((binding) => ({
      id: binding.id,
      binding,
      keys: keysHere(v, binding),
      group: '',
      reason: binding.disabled?.(v) ?? null,
    }));
  if (query.trim() === '') return all;
  return fuzzysort.go(query, all, { key: (e) => e.binding.label }).map((r) => r.obj);
};

export const entriesOf = (v: View, overlay: Overlay & { kind: 'help' | 'palette' }): Entry[] =>
  overlay.kind === 'help'
    ? helpEntries(v, overlay.query)
    : paletteEntries(v, overlay.query.before.join('') + overlay.query.after.join(''));
