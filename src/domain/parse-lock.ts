import { type ToolsLock, toolsLock } from './observation.ts';

/**
 * `tools.lock.json` as somebody wrote it, or what is wrong with it in words. `hashOf` gives SHA-256 of canonical JSON: a definition that
 * does not fit its own was changed by hand.
 */
export const parseLock = (text: string, hashOf: (definition: unknown) => string): ToolsLock | string => {
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
