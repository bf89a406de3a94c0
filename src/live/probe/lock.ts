import {
  type LiveItem,
  LOCK_SCHEMA,
  type ProbeReport,
  type ToolsLock,
  toolsLock,
} from '../../domain/observation.ts';
import { hashOf } from '../client/lists.ts';

/** `tools.lock.json`: written by anybody, read by anybody, checked before it is believed. */

const key = (i: LiveItem): string => `${i.kind}\n${i.name}`;

/** In order of kind and name, so that it changes only where a definition does. */
export const lockOf = (report: Pick<ProbeReport, 'server' | 'tools'>): ToolsLock => ({
  schema: LOCK_SCHEMA,
  server: report.server,
  items: [...report.tools].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)),
});

/** @returns the lock, or what is wrong with it in words */
export const readLock = (text: string): ToolsLock | string => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  const parsed = toolsLock.safeParse(value);
  if (!parsed.success) return `${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`;
  const wrong = parsed.data.items.find((i) => hashOf(i.definition) !== i.sha256);
  return wrong
    ? `the hash of ${wrong.kind} ${wrong.name} is not that of its definition: it was changed by hand`
    : parsed.data;
};

/** Lists keep the order of the lock: only what changed is a difference. */
export const inLockOrder = (items: readonly LiveItem[]): LiveItem[] =>
  lockOf({
    server: { name: '', version: '', protocolVersion: '', capabilities: {}, instructions: '' },
    tools: [...items],
  }).items;
