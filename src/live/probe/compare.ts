import type { Surface, SurfaceTool } from '../../domain/evidence.ts';
import type { LiveDifference, LiveItem, ToolsLock } from '../../domain/observation.ts';
import { type Difference, differences } from '../client/differences.ts';
import { record } from '../client/protocol.ts';
import { MOMENTS, momentWords, type Seen } from './seen.ts';

/** What a live list says against the source, against a lock, and against itself at another time. */

/** What a difference means for who has approved a server by what it said before. */
export const meaning = (d: Pick<Difference, 'field' | 'change' | 'kind'>): string => {
  if (d.change === 'order') return 'only the order differs';
  if (d.field === '' && d.change === 'added') return `a ${d.kind} that nobody has approved`;
  if (d.field === '' && d.change === 'removed') return `a ${d.kind} that is not there any more`;
  const [top = ''] = d.field.split('.');
  if (/(?:^|\.)(?:description|title|instructions)$/.test(d.field))
    return 'a text that steers the model is another one: what was approved is not what is used (rug pull)';
  if (top === 'inputSchema') return 'what it takes is another thing than what was approved';
  if (top === 'outputSchema') return 'what it gives back is said to be another thing';
  if (top === 'annotations') return 'a hint by which clients decide whether to ask is another one';
  return 'a part of the definition is another one';
};

const told = (against: LiveDifference['against'], d: Difference): LiveDifference => ({
  against,
  ...d,
  means: meaning(d),
});

/** How lists differ from the first one, each time with what was different then. */
export const overTime = (seen: Seen): LiveDifference[] =>
  MOMENTS.flatMap((against) => {
    const later = seen.later[against];
    return later
      ? differences(seen.first.items, later.items).map((d) => ({
          against,
          ...d,
          means: `it differs ${momentWords[against]}${d.change === 'order' ? ', in order only' : against === 'capabilities' ? '' : `: ${meaning(d)}`}`,
        }))
      : [];
  });

/** @param items of now, beside the server's own instructions */
export const againstLock = (
  lock: ToolsLock,
  items: readonly LiveItem[],
  instructions: string,
): LiveDifference[] => {
  const found = differences(lock.items, items).map((d) => told('lock', d));
  if (lock.server.instructions !== instructions)
    found.push(
      told('lock', {
        kind: 'server',
        name: lock.server.name,
        field: 'instructions',
        change: lock.server.instructions === '' ? 'added' : instructions === '' ? 'removed' : 'changed',
        before: lock.server.instructions.slice(0, 2000),
        after: instructions.slice(0, 2000),
      }),
    );
  return found;
};

const source = (
  name: string,
  field: string,
  change: Difference['change'],
  before: string,
  after: string,
  means: string,
): LiveDifference => ({
  against: 'source',
  kind: 'tool',
  name,
  field,
  change,
  before: before.slice(0, 2000),
  after: after.slice(0, 2000),
  means,
});

const squeezed = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const toolDifferences = (s: SurfaceTool, live: LiveItem): LiveDifference[] => {
  const found: LiveDifference[] = [];
  const description = typeof live.definition.description === 'string' ? live.definition.description : '';
  // What was put together at run time was not read whole: only a text that stands there as it is can differ.
  if (s.certainty === 'literal' && s.description !== '' && squeezed(s.description) !== squeezed(description))
    found.push(
      source(
        s.name,
        'description',
        'changed',
        s.description,
        description,
        'the description that clients get is not the one that stands in the source',
      ),
    );
  const params = new Set(s.params.map((p) => p.name));
  const properties = Object.keys(record(record(live.definition.inputSchema).properties));
  if (params.size > 0 || properties.length === 0) {
    for (const p of properties)
      if (params.size > 0 && !params.has(p))
        found.push(
          source(
            s.name,
            `inputSchema.properties.${p}`,
            'added',
            '',
            p,
            'a parameter that was not seen in the source',
          ),
        );
    for (const p of params)
      if (!properties.includes(p))
        found.push(
          source(
            s.name,
            `inputSchema.properties.${p}`,
            'removed',
            p,
            '',
            'a parameter of the source that clients are not offered',
          ),
        );
  }
  const annotations = record(live.definition.annotations);
  for (const [hint, value] of Object.entries(s.annotations))
    if (typeof value === 'boolean' && annotations[hint] !== value)
      found.push(
        source(
          s.name,
          `annotations.${hint}`,
          'changed',
          String(value),
          String(annotations[hint] ?? ''),
          'a hint is not what the source says',
        ),
      );
  return found;
};

/**
 * The surface that the source shows against what a running server lists. A name that only one side has may be registered
 * under a condition, made at run time, or of another server of the repository: that is said, not judged.
 */
export const againstSource = (surface: Surface, items: readonly LiveItem[]): LiveDifference[] => {
  const live = new Map(items.filter((i) => i.kind === 'tool').map((i) => [i.name, i]));
  const named = surface.tools.filter((t) => t.name !== '' && t.certainty !== 'dynamic');
  const names = new Set(named.map((t) => t.name));
  const gone = [...names].filter((n) => !live.has(n));
  const unseen = [...live.keys()].filter((n) => !names.has(n));
  return [
    ...gone.map((n) =>
      source(
        n,
        '',
        'removed',
        n,
        '',
        'a tool of the source that this start does not offer: registered under a condition, or by another server of the repository',
      ),
    ),
    ...unseen.map((n) =>
      source(
        n,
        '',
        'added',
        '',
        n,
        'a tool that was not seen in the source: its name is made at run time, or it comes from a package',
      ),
    ),
    ...named.flatMap((t) => {
      const same = named.filter((o) => o.name === t.name);
      const item = live.get(t.name);
      // Of several tools with one name it is not known which one is meant.
      return item && same.length === 1 ? toolDifferences(t, item) : [];
    }),
  ];
};
