import { createHash } from 'node:crypto';
import { canonical } from '../../text/canonical-json.ts';
import { list, type Reply, record } from './protocol.ts';

/** Everything a server lists, as it says it: unknown fields kept, one definition an item. */

export const KINDS = ['tool', 'prompt', 'resource', 'template'] as const;
export type Kind = (typeof KINDS)[number];

const METHODS: Readonly<Record<Kind, { method: string; key: string; name: string; capability: string }>> = {
  tool: { method: 'tools/list', key: 'tools', name: 'name', capability: 'tools' },
  prompt: { method: 'prompts/list', key: 'prompts', name: 'name', capability: 'prompts' },
  resource: { method: 'resources/list', key: 'resources', name: 'uri', capability: 'resources' },
  template: {
    method: 'resources/templates/list',
    key: 'resourceTemplates',
    name: 'uriTemplate',
    capability: 'resources',
  },
};
export const methodOf = (kind: Kind): string => METHODS[kind].method;
export const capabilityOf = (kind: Kind): string => METHODS[kind].capability;

export type Listed = { kind: Kind; name: string; definition: Record<string, unknown>; sha256: string };
export type Lists = {
  items: Listed[];
  /** By kind: why there is no list; kinds that are not there answered. */
  problems: Partial<Record<Kind, string>>;
  /** What stood beside the items, a page each: `ttlMs`, `cacheScope`, `nextCursor`. */
  pages: { kind: Kind; ttlMs: unknown; cacheScope: unknown; cursor: unknown }[];
  /** A kind whose pages did not end within bounds. */
  endless: Kind[];
};

export const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex');

const MAX_PAGES = 64;
const MAX_ITEMS = 5000;

export type Asker = (method: string, params: Record<string, unknown>) => Promise<Reply>;

const listKind = async (ask: Asker, kind: Kind, lists: Lists): Promise<void> => {
  const { method, key, name } = METHODS[kind];
  let cursor: unknown;
  for (let page = 0; ; page++) {
    if (page >= MAX_PAGES || lists.items.length > MAX_ITEMS) return void lists.endless.push(kind);
    const reply = await ask(method, cursor === undefined ? {} : { cursor });
    if (!reply.result) {
      lists.problems[kind] = reply.error
        ? `error ${String(reply.error.code)}: ${String(reply.error.message).slice(0, 300)}`
        : reply.problem;
      return;
    }
    for (const one of list(reply.result[key])) {
      const definition = record(one);
      lists.items.push({
        kind,
        name: String(definition[name] ?? ''),
        definition,
        sha256: hashOf(definition),
      });
    }
    cursor = reply.result.nextCursor;
    lists.pages.push({ kind, ttlMs: reply.result.ttlMs, cacheScope: reply.result.cacheScope, cursor });
    if (cursor === undefined || cursor === null || cursor === '') return;
  }
};

/** All lists with their pages. Kinds that are not declared are asked for as well: what answers then is told. */
export const readLists = async (ask: Asker, kinds: readonly Kind[] = KINDS): Promise<Lists> => {
  const lists: Lists = { items: [], problems: {}, pages: [], endless: [] };
  for (const kind of kinds) await listKind(ask, kind, lists);
  return lists;
};
