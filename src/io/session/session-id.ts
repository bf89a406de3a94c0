import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Also keeps what a user types, or a hostile archive holds, from naming any other folder. */
export const isSessionId = (id: string): boolean => /^[a-z0-9][a-z0-9-]{0,80}$/.test(id);

/** Whether words are the path of a session's folder: it is named with its folder's name at least, so that an id stays one. */
export const isSessionFolder = (words: string): boolean => {
  const dir = resolve(words);
  return (
    /[\\/]/.test(words) &&
    isSessionId(basename(dir)) &&
    basename(dirname(dir)) === 'sessions' &&
    existsSync(join(dir, 'journal.jsonl'))
  );
};

/**
 * Readable, and sorted by day: `2026-11-23-notes-server-4f2a`.
 * `name` is the target's (`owner/notes-server`), `suffix` four random hex digits.
 */
export const sessionId = (date: Date, name: string, suffix: string): string => {
  const slug = (name.split('/').at(-1) ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .slice(0, 200)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '');
  return [date.toISOString().slice(0, 10), slug || 'target', suffix].join('-');
};
