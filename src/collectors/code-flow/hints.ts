import { listed } from '../../analysis/files/words.ts';
import type { Door, FlowLead } from '../../analysis/flow/leads.ts';
import type { FoundEntry } from '../../analysis/surface/surface-entry.ts';
import { toolsByDoor } from '../../domain/surface.ts';
import { type ItemDraft, lead } from '../collector.ts';
import { sinkWords } from './words.ts';

/** What tools say of themselves, held against what their input was seen to reach. */

const MOST_TOOLS = 30;

const WRITES =
  /(?:^|[._])(?:write\w*|append\w*|create(?:WriteStream|File)?|rename\w*|move|copy\w*|cp|chmod|chown|symlink|link|truncate|save\w*|unlink\w*|rm\w*|remove\w*|delete\w*|Write\w*|Create|Rename|Remove\w*|OpenFile)$/;
const DELETES = /(?:^|[._])(?:unlink\w*|rm\w*|remove\w*|rmtree|delete\w*|Remove\w*)$/;
/** An argument of a fixed program may well only read. */
const RUNS = /^(?:command-injection|code-execution)$/;

type Contradiction = { hint: string; says: string; does: string };

const last = (callee: string): string => callee.split(/[./]/).at(-1) ?? '';

/** How a hint and a sink contradict each other; null when they do not. */
const contradiction = (hints: Record<string, unknown>, l: FlowLead): Contradiction | null => {
  const { class: weakness } = l.rule;
  const name = last(l.callee);
  const writes = weakness === 'path-traversal' && WRITES.test(name);
  if (hints.readOnlyHint === true && writes)
    return { hint: 'readOnlyHint', says: 'only reads', does: 'a call that changes files' };
  if (hints.readOnlyHint === true && RUNS.test(weakness))
    return { hint: 'readOnlyHint', says: 'only reads', does: 'a program or code that is run' };
  if (hints.destructiveHint === false && hints.readOnlyHint !== true && writes && DELETES.test(name))
    return { hint: 'destructiveHint', says: 'destroys nothing', does: 'a call that deletes' };
  // A request to the service the server is for is no open world; one to an address of the caller's choice is.
  if (hints.openWorldHint === false && l.rule.id === 'request-address')
    return { hint: 'openWorldHint', says: 'reaches nothing outside', does: 'a request to an address' };
  return null;
};

/** Which tools a door means: the nearest of a name, since several servers of one repository may use it. */
type Means = (entry: FoundEntry, door: Door) => boolean;

type Against = { entry: FoundEntry; is: Contradiction; leads: FlowLead[] };

const seenIn = (a: Against): string =>
  listed([...new Set(a.leads.map((l) => `${sinkWords(l)} (${l.sink.path}:${l.sink.line})`))], 4);

/** Tools whose hint the same kind of sink speaks against: what makes one of them wrong mostly makes all of them wrong. */
const itemOf = (all: readonly Against[], means: Means): ItemDraft => {
  const { entry, is, leads } = all[0]!;
  const flow = leads[0]!;
  const title =
    all.length === 1
      ? `${entry.name} says that it ${is.says}; its input reaches ${is.does}`
      : `${all.length} tools say that each ${is.says}; their input reaches ${is.does}, first ${entry.name}`;
  const shown = all.slice(0, MOST_TOOLS);
  return lead('hint-against-sink', ['2.4.2'], title, {
    class: 'annotation-mismatch',
    strength: all.some((a) => a.leads.some((l) => l.strength !== 'weak')) ? 'moderate' : 'weak',
    detail: [
      `${is.hint} is ${String(entry.annotations[is.hint])}. Clients may skip the confirmation because of it. Seen:`,
      ...shown.map((a) => `${a.entry.name}: ${seenIn(a)}`),
      ...(all.length > shown.length ? [`and ${all.length - shown.length} more`] : []),
    ].join('\n'),
    at: { path: entry.path, startLine: entry.line },
    places: all.slice(1).map((a) => ({ path: a.entry.path, startLine: a.entry.line, endLine: a.entry.line })),
    flow: flow.flow.map((s) => ({
      path: s.path,
      line: s.line,
      role: s.role,
      text: s.role === 'sink' ? sinkWords(flow) : '',
    })),
    doors: all.flatMap((a) =>
      a.leads.flatMap((l) =>
        l.doors
          .filter((d) => means(a.entry, d))
          .map(({ name, path, line, guarded }) => ({ name, path, line, guarded })),
      ),
    ),
  });
};

/** One item for each way a hint can be contradicted, with every tool whose input does. */
export const hintItems = (leads: readonly FlowLead[], entries: readonly FoundEntry[]): ItemDraft[] => {
  const meant = toolsByDoor(entries.filter((e) => e.kind === 'tool'));
  const means: Means = (entry, door) => meant(door).includes(entry);
  const reached = leads.filter((l) => l.doors.some((d) => d.kind === 'tool'));
  const hinted = entries.filter(
    (e) => e.kind === 'tool' && Object.keys(e.annotations).some((k) => k.endsWith('Hint')),
  );
  const ways = new Map<string, Against[]>();
  for (const entry of hinted) {
    const against = new Map<string, Against>();
    for (const l of reached) {
      const is = contradiction(entry.annotations, l);
      if (!is || !l.doors.some((d) => d.kind === 'tool' && means(entry, d))) continue;
      const held = against.get(is.hint);
      if (held) held.leads.push(l);
      else against.set(is.hint, { entry, is, leads: [l] });
    }
    for (const a of against.values()) {
      const key = `${a.is.hint}|${a.is.does}`;
      ways.set(key, [...(ways.get(key) ?? []), a]);
    }
  }
  return [...ways.values()].map((all) => itemOf(all, means));
};
