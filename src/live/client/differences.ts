import { canonical } from '../../text/canonical-json.ts';
import type { Listed } from './lists.ts';

/** One thing that is not the same in two lists, named by its field. */
export type Difference = {
  kind: string;
  name: string;
  /** `description`, `inputSchema.properties.path.pattern`; '' where the whole item came or went. */
  field: string;
  change: 'added' | 'removed' | 'changed' | 'order';
  before: string;
  after: string;
};

const MAX_TEXT = 2000;
const shown = (value: unknown): string =>
  (value === undefined ? '' : typeof value === 'string' ? value : canonical(value)).slice(0, MAX_TEXT);

const isObject = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

const fieldsOf = (
  item: { kind: string; name: string },
  before: unknown,
  after: unknown,
  field: string,
): Difference[] => {
  if (canonical(before) === canonical(after)) return [];
  if (isObject(before) && isObject(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .sort()
      .flatMap((k) => fieldsOf(item, before[k], after[k], field === '' ? k : `${field}.${k}`));
  const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return [{ ...item, field, change, before: shown(before), after: shown(after) }];
};

type Named = Pick<Listed, 'kind' | 'name' | 'definition'>;

/** What changed from one list to another; the order only where nothing else did. */
export const differences = (before: readonly Named[], after: readonly Named[]): Difference[] => {
  const key = (i: Named): string => JSON.stringify([i.kind, i.name]);
  const [was, is] = [before, after].map((l) => new Map(l.map((i) => [key(i), i])));
  const found: Difference[] = [];
  for (const [k, a] of was!) {
    const b = is!.get(k);
    const item = { kind: a.kind, name: a.name };
    if (b) found.push(...fieldsOf(item, a.definition, b.definition, ''));
    else found.push({ ...item, field: '', change: 'removed', before: shown(a.definition), after: '' });
  }
  for (const [k, b] of is!)
    if (!was!.has(k))
      found.push({
        kind: b.kind,
        name: b.name,
        field: '',
        change: 'added',
        before: '',
        after: shown(b.definition),
      });
  const order = (l: readonly Named[]): string => l.map(key).join('\n');
  if (found.length === 0 && order(before) !== order(after))
    found.push({
      kind: 'list',
      name: '',
      field: '',
      change: 'order',
      before: before
        .map((i) => i.name)
        .join(', ')
        .slice(0, MAX_TEXT),
      after: after
        .map((i) => i.name)
        .join(', ')
        .slice(0, MAX_TEXT),
    });
  return found;
};
