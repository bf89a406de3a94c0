import type { SessionEvent } from './events.ts';
import type { Finding } from './finding.ts';

/** One recorded version of a finding: when, by whom, and which parts it changed. */
export type FindingEdit = { seq: number; at: string; by: string; changed: string[] };

const flat = (value: unknown, prefix = ''): Map<string, string> => {
  const out = new Map<string, string>();
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, part] of Object.entries(value))
      for (const [path, text] of flat(part, prefix ? `${prefix}.${key}` : key)) out.set(path, text);
  else out.set(prefix, JSON.stringify(value));
  return out;
};

/** Names of the parts in which two versions differ, as the editor names them. */
export const changedParts = (was: Finding, now: Finding): string[] => {
  const before = flat(was);
  const after = flat(now);
  const proposed = (f: Finding) => f.template.parts.includes('severity');
  const kept = proposed(was) && !proposed(now) && was.severity === now.severity ? ['severity'] : [];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => !path.startsWith('template.') && before.get(path) !== after.get(path))
    .concat(kept)
    .map((path) => (path === 'locations' ? 'where' : path.replace(/^scores\./, '')));
};

/** How a finding came to be what it is, oldest first, from the journal alone. */
export const findingHistory = (events: readonly SessionEvent[], finding: string): FindingEdit[] => {
  const edits: FindingEdit[] = [];
  let was: Finding | null = null;
  for (const e of events) {
    if (e.type !== 'finding.recorded' || e.finding !== finding) continue;
    const how = e.undoes !== undefined ? 'took back ' : e.redoes !== undefined ? 'did again ' : '';
    const changed =
      e.value === null
        ? ['deleted']
        : was === null
          ? [edits.length === 0 ? 'begun' : 'brought back']
          : changedParts(was, e.value).map((part) => `${how}${part}`);
    edits.push({ seq: e.seq, at: e.at, by: e.by, changed });
    was = e.value;
  }
  return edits;
};
