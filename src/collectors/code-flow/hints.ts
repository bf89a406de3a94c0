import type { Door, FlowLead } from '../../analysis/code/leads.ts';
import { mayDefineTools, readSurface, type SurfaceSource } from '../../analysis/read-surface.ts';
import type { FoundEntry } from '../../analysis/surface-entry.ts';
import { listed } from '../../analysis/words.ts';
import { type ItemDraft, lead } from '../collector.ts';
import { sinkWords } from './words.ts';

/** What tools say of themselves, held against what their input was seen to reach. */

/** Only a file with such a word can hold a hint. */
const HINT = /readOnly|read_only|ReadOnly|destructive|Destructive|openWorld|open_world|OpenWorld/;
const MOST_ITEMS = 40;

const WRITES =
  /(?:^|[._])(?:write\w*|append\w*|create(?:WriteStream|File)?|mkdir\w*|makedirs|rename\w*|move|copy\w*|cp|chmod|chown|symlink|link|truncate|save\w*|unlink\w*|rm\w*|remove\w*|delete\w*|Write\w*|Create|Mkdir\w*|Rename|Remove\w*|OpenFile)$/;
const DELETES = /(?:^|[._])(?:unlink\w*|rm\w*|remove\w*|rmtree|delete\w*|Remove\w*)$/;
const RUNS = /^(?:command-injection|argument-injection|code-execution)$/;

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
  if (hints.openWorldHint === false && weakness === 'ssrf')
    return { hint: 'openWorldHint', says: 'reaches nothing outside', does: 'a request to an address' };
  return null;
};

const means = (e: FoundEntry, d: Door): boolean =>
  e.name === d.name ||
  (e.handler !== null &&
    e.handler.path === d.path &&
    d.line >= e.handler.startLine &&
    d.line <= e.handler.endLine);

/** One item a tool and hint, with every sink that speaks against it. `texts` are the sources by path. */
export const hintItems = async (
  leads: readonly FlowLead[],
  texts: ReadonlyMap<string, string>,
): Promise<ItemDraft[]> => {
  const reached = leads.filter((l) => l.doors.some((d) => d.kind === 'tool'));
  if (reached.length === 0) return [];
  const sources: SurfaceSource[] = [...texts]
    .filter(([path, text]) => mayDefineTools(path) && HINT.test(text))
    .map(([path, text]) => ({ path, text }));
  if (sources.length === 0) return [];
  const { found } = await readSurface(sources);
  const hinted = found.entries.filter(
    (e) => e.kind === 'tool' && Object.keys(e.annotations).some((k) => k.endsWith('Hint')),
  );
  const items: ItemDraft[] = [];
  for (const e of hinted) {
    const against = new Map<string, { is: Contradiction; lead: FlowLead }[]>();
    for (const l of reached) {
      const is = contradiction(e.annotations, l);
      if (!is || !l.doors.some((d) => d.kind === 'tool' && means(e, d))) continue;
      against.set(is.hint, [...(against.get(is.hint) ?? []), { is, lead: l }]);
    }
    for (const [hint, all] of against) {
      const [first] = all;
      const { is, lead: l } = first!;
      items.push(
        lead(
          'hint-against-sink',
          ['2.4.2'],
          `${e.name} says that it ${is.says}; its input reaches ${is.does}`,
          {
            class: 'annotation-mismatch',
            strength: all.some((x) => x.lead.strength !== 'weak') ? 'moderate' : 'weak',
            detail: `${hint} is ${String(e.annotations[hint])}. Clients may skip the confirmation because of it. Seen: ${listed(
              [...new Set(all.map((x) => `${sinkWords(x.lead)} (${x.lead.sink.path}:${x.lead.sink.line})`))],
              8,
            )}.`,
            at: { path: e.path, startLine: e.line },
            flow: l.flow.map((s) => ({
              path: s.path,
              line: s.line,
              role: s.role,
              text: s.role === 'sink' ? sinkWords(l) : '',
            })),
            doors: l.doors
              .filter((d) => means(e, d))
              .map(({ name, path, line, guarded }) => ({ name, path, line, guarded })),
          },
        ),
      );
    }
  }
  return items.slice(0, MOST_ITEMS);
};
