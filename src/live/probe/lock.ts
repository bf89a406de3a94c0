import { type LiveItem, LOCK_SCHEMA, type ProbeReport, type ToolsLock } from '../../domain/observation.ts';
import { parseLock } from '../../domain/parse-lock.ts';
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
export const readLock = (text: string): ToolsLock | string => parseLock(text, hashOf);

/** Lists keep the order of the lock: only what changed is a difference. */
export const inLockOrder = (items: readonly LiveItem[]): LiveItem[] =>
  lockOf({
    server: { name: '', version: '', protocolVersion: '', capabilities: {}, instructions: '' },
    tools: [...items],
  }).items;
