import type { InterfaceSettings } from '../domain/settings.ts';
import { runOwn } from './actions/own-commands.ts';
import { bindings as asTheyCome, type Binding } from './bindings.ts';

/** Ctrl and a letter that a terminal cannot tell from another key, or keeps for itself. */
const UNUSABLE = new Set(['ctrl+i', 'ctrl+m', 'ctrl+h', 'ctrl+[', 'ctrl+j', 'ctrl+s', 'ctrl+q', 'ctrl+\\']);
const NAMED =
  /^(up|down|left|right|pageup|pagedown|home|end|enter|esc|tab|shift\+tab|backspace|space|ctrl\+.|alt\+.|.)$/u;

/** The table of keys with the auditor's own in it, and what of their settings could not be. */
export const withSettings = (
  settings: InterfaceSettings,
): { bindings: readonly Binding[]; problems: string[] } => {
  const problems: string[] = [];
  const usable = (key: string, what: string): boolean => {
    if (NAMED.test(key) && !UNUSABLE.has(key)) return true;
    problems.push(`${what}: "${key}" is no key that arrives here`);
    return false;
  };
  for (const id of Object.keys(settings.keys))
    if (!asTheyCome.some((b) => b.id === id)) problems.push(`keys: there is no command "${id}"`);
  const bindings = asTheyCome.map((b): Binding => {
    const keys = settings.keys[b.id]?.filter((k) => usable(k, `keys.${b.id}`));
    return keys && keys.length > 0 ? { ...b, keys } : b;
  });
  const taken = new Map<string, string>();
  const clashing = new Set<string>();
  for (const b of bindings)
    for (const key of b.keys) {
      const other = taken.get(`${b.context} ${key}`);
      if (other) {
        problems.push(`"${key}" would be both ${other} and ${b.id}: they keep the keys they come with`);
        clashing.add(other).add(b.id);
      }
      taken.set(`${b.context} ${key}`, b.id);
    }
  const kept = bindings.map((b) => (clashing.has(b.id) ? (asTheyCome.find((o) => o.id === b.id) ?? b) : b));
  const own = settings.commands.map((c, n): Binding => {
    const key = c.key !== undefined && usable(c.key, `commands.${n}`) ? c.key : undefined;
    const holder = kept.find((b) => key !== undefined && b.context === 'audit' && b.keys.includes(key));
    if (holder) problems.push(`commands.${n}: "${key}" is ${holder.id} already`);
    return {
      id: `own-${n}`,
      context: 'audit',
      keys: key === undefined || holder ? [] : [key],
      label: c.name,
      short: '',
      run: (app) => runOwn(app, c),
    };
  });
  return { bindings: [...kept, ...own], problems };
};
